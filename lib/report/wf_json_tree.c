/* SPDX-License-Identifier: BSD-3-Clause
 * Configuration trees as JSON and back, and lists of errors as JSON. Control threads only.
 */
#include "wf_json.h"

#include <stdlib.h>
#include <string.h>

json_t *
wf_json_text(const char *text)
{
	json_t *j = json_string(text);
	char *ascii;

	if (j != NULL)
		return j;
	ascii = strdup(text);
	if (ascii == NULL)
		return NULL;
	for (char *c = ascii; *c != '\0'; c++)
		if ((unsigned char)*c >= 0x80)
			*c = '?';
	j = json_string(ascii);
	free(ascii);
	return j;
}

static json_t *
group_to_json(const struct wf_node *group)
{
	json_t *j = json_object();

	for (const struct wf_node *n = group->first; n != NULL; n = n->next) {
		if (n->name == NULL || json_object_set_new(j, n->name, wf_json_from_node(n)) < 0) {
			json_decref(j);
			return NULL;
		}
	}
	return j;
}

static json_t *
list_to_json(const struct wf_node *list)
{
	json_t *j = json_array();

	for (const struct wf_node *n = list->first; n != NULL; n = n->next) {
		if (json_array_append_new(j, wf_json_from_node(n)) < 0) {
			json_decref(j);
			return NULL;
		}
	}
	return j;
}

json_t *
wf_json_from_node(const struct wf_node *n)
{
	switch (n->kind) {
	case WF_NODE_NULL:
		return json_null();
	case WF_NODE_BOOL:
		return json_boolean(n->boolean);
	case WF_NODE_INT:
		return json_integer(n->integer);
	case WF_NODE_REAL:
		return json_real(n->real);
	case WF_NODE_STRING:
		return wf_json_text(n->string);
	case WF_NODE_GROUP:
		return group_to_json(n);
	case WF_NODE_LIST:
		return list_to_json(n);
	}
	return NULL;
}

static struct wf_node *to_node(const json_t *j, const char *name);

static struct wf_node *
object_to_node(const json_t *j, const char *name)
{
	struct wf_node *group = wf_node_new(WF_NODE_GROUP, name);
	const char *key;
	json_t *value;

	/* jansson's iterators take a pointer without const but do not change the object. */
	json_object_foreach((json_t *)j, key, value)
	{
		struct wf_node *child = group != NULL ? to_node(value, key) : NULL;

		if (child == NULL) {
			wf_node_free(group);
			return NULL;
		}
		wf_node_append(group, child);
	}
	return group;
}

static struct wf_node *
array_to_node(const json_t *j, const char *name)
{
	struct wf_node *list = wf_node_new(WF_NODE_LIST, name);
	json_t *value;
	size_t i;

	json_array_foreach(j, i, value)
	{
		struct wf_node *child = list != NULL ? to_node(value, NULL) : NULL;

		if (child == NULL) {
			wf_node_free(list);
			return NULL;
		}
		wf_node_append(list, child);
	}
	return list;
}

static struct wf_node *
scalar_to_node(const json_t *j, const char *name)
{
	struct wf_node *n;

	switch (json_typeof(j)) {
	case JSON_STRING:
		return wf_node_string(name, json_string_value(j));
	case JSON_INTEGER:
		n = wf_node_new(WF_NODE_INT, name);
		if (n != NULL)
			n->integer = json_integer_value(j);
		return n;
	case JSON_REAL:
		n = wf_node_new(WF_NODE_REAL, name);
		if (n != NULL)
			n->real = json_real_value(j);
		return n;
	case JSON_TRUE:
	case JSON_FALSE:
		n = wf_node_new(WF_NODE_BOOL, name);
		if (n != NULL)
			n->boolean = json_is_true(j);
		return n;
	default:
		return wf_node_new(WF_NODE_NULL, name);
	}
}

static struct wf_node *
to_node(const json_t *j, const char *name)
{
	if (json_is_object(j))
		return object_to_node(j, name);
	if (json_is_array(j))
		return array_to_node(j, name);
	return scalar_to_node(j, name);
}

struct wf_node *
wf_json_to_node(const json_t *j)
{
	return to_node(j, NULL);
}

static int
set_text(json_t *j, const char *key, const char *text)
{
	return text == NULL ? 0 : json_object_set_new(j, key, wf_json_text(text));
}

static json_t *
error(const struct wf_err_item *e)
{
	json_t *j = json_object();

	if (set_text(j, "file", e->file) < 0 ||
		(e->line != 0 && json_object_set_new(j, "line", json_integer(e->line)) < 0) ||
		set_text(j, "path", e->path) < 0 || set_text(j, "message", e->message) < 0 ||
		set_text(j, "hint", e->hint) < 0) {
		json_decref(j);
		return NULL;
	}
	return j;
}

json_t *
wf_json_errors(const struct wf_err *err)
{
	json_t *j = json_array();
	const struct wf_err_item *e;

	for (size_t i = 0; (e = wf_err_item(err, i)) != NULL; i++) {
		if (json_array_append_new(j, error(e)) < 0) {
			json_decref(j);
			return NULL;
		}
	}
	return j;
}

struct printed {
	char *text;
	size_t len, room;
	bool failed;
};

static int
add_text(const char *data, size_t n, void *ctx)
{
	struct printed *p = ctx;

	if (!p->failed && p->len + n + 2 > p->room) {
		size_t room = 2 * p->room + n + 256;
		char *grown = realloc(p->text, room);

		p->failed = grown == NULL;
		if (grown != NULL) {
			p->text = grown;
			p->room = room;
		}
	}
	if (p->failed)
		return -1;
	memcpy(p->text + p->len, data, n);
	p->len += n;
	return 0;
}

char *
wf_json_print(const json_t *j, size_t flags)
{
	struct printed p = { 0 };

	if (json_dump_callback(j, add_text, &p, flags) < 0 || p.failed || p.text == NULL) {
		free(p.text);
		return NULL;
	}
	p.text[p.len] = '\n';
	p.text[p.len + 1] = '\0';
	return p.text;
}
