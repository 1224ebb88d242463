/* SPDX-License-Identifier: BSD-3-Clause
 * The configuration tree: made, copied, searched. Control threads only.
 */
#include "wf_node.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wf_units.h"

struct wf_node *
wf_node_new(enum wf_node_kind kind, const char *name)
{
	struct wf_node *n = calloc(1, sizeof(*n));

	if (n == NULL)
		return NULL;
	n->kind = kind;
	if (name != NULL && (n->name = strdup(name)) == NULL) {
		free(n);
		return NULL;
	}
	return n;
}

struct wf_node *
wf_node_string(const char *name, const char *value)
{
	struct wf_node *n = wf_node_new(WF_NODE_STRING, name);

	if (n != NULL && (n->string = strdup(value)) == NULL) {
		wf_node_free(n);
		return NULL;
	}
	return n;
}

static void
unlink_node(struct wf_node *n)
{
	struct wf_node *p = n->parent, **at;

	if (p == NULL)
		return;
	for (at = &p->first; *at != n; at = &(*at)->next)
		continue;
	*at = n->next;
	if (p->last == n) {
		p->last = p->first;
		while (p->last != NULL && p->last->next != NULL)
			p->last = p->last->next;
	}
	n->parent = NULL;
	n->next = NULL;
}

void
wf_node_free(struct wf_node *n)
{
	if (n == NULL)
		return;
	unlink_node(n);
	while (n->first != NULL) {
		struct wf_node *child = n->first;

		n->first = child->next;
		child->parent = NULL;
		wf_node_free(child);
	}
	if (n->kind == WF_NODE_STRING)
		free(n->string);
	free(n->file);
	free(n->name);
	free(n);
}

void
wf_node_append(struct wf_node *parent, struct wf_node *child)
{
	child->parent = parent;
	child->next = NULL;
	if (parent->last != NULL)
		parent->last->next = child;
	else
		parent->first = child;
	parent->last = child;
}

void
wf_node_prepend(struct wf_node *parent, struct wf_node *child)
{
	child->parent = parent;
	child->next = parent->first;
	parent->first = child;
	if (parent->last == NULL)
		parent->last = child;
}

void
wf_node_replace(struct wf_node *old, struct wf_node *with)
{
	struct wf_node *p = old->parent, **at = &p->first;

	while (*at != old)
		at = &(*at)->next;
	*at = with;
	with->parent = p;
	with->next = old->next;
	if (p->last == old)
		p->last = with;
	old->parent = NULL;
	old->next = NULL;
	wf_node_free(old);
}

int
wf_node_rename(struct wf_node *n, const char *name)
{
	char *copy = strdup(name);

	if (copy == NULL)
		return -ENOMEM;
	free(n->name);
	n->name = copy;
	return 0;
}

int
wf_node_place(struct wf_node *n, const struct wf_node *like)
{
	char *file = NULL;

	if (like->file != NULL && (file = strdup(like->file)) == NULL)
		return -ENOMEM;
	free(n->file);
	n->file = file;
	n->line = like->line;
	return 0;
}

struct wf_node *
wf_node_clone(const struct wf_node *n)
{
	struct wf_node *copy = n->kind == WF_NODE_STRING ? wf_node_string(n->name, n->string)
							 : wf_node_new(n->kind, n->name);

	if (copy == NULL)
		return NULL;
	if (n->kind == WF_NODE_BOOL)
		copy->boolean = n->boolean;
	else if (n->kind == WF_NODE_INT)
		copy->integer = n->integer;
	else if (n->kind == WF_NODE_REAL)
		copy->real = n->real;
	copy->line = n->line;
	copy->copied = n->copied;
	if (n->file != NULL && (copy->file = strdup(n->file)) == NULL)
		goto fail;
	for (const struct wf_node *child = n->first; child != NULL; child = child->next) {
		struct wf_node *c = wf_node_clone(child);

		if (c == NULL)
			goto fail;
		wf_node_append(copy, c);
	}
	return copy;
fail:
	wf_node_free(copy);
	return NULL;
}

struct wf_node *
wf_node_get(const struct wf_node *group, const char *name)
{
	struct wf_node *n = group != NULL && group->kind == WF_NODE_GROUP ? group->first : NULL;

	while (n != NULL && strcmp(n->name, name) != 0)
		n = n->next;
	return n;
}

struct wf_node *
wf_node_at(const struct wf_node *list, size_t i)
{
	struct wf_node *n = list->first;

	while (n != NULL && i-- > 0)
		n = n->next;
	return n;
}

size_t
wf_node_length(const struct wf_node *n)
{
	size_t length = 0;

	for (const struct wf_node *c = n->first; c != NULL; c = c->next)
		length++;
	return length;
}

static bool
equal_children(const struct wf_node *a, const struct wf_node *b)
{
	const struct wf_node *x = a->first, *y = b->first;

	if (wf_node_length(a) != wf_node_length(b))
		return false;
	for (; x != NULL; x = x->next) {
		if (a->kind == WF_NODE_GROUP)
			y = wf_node_get(b, x->name);
		if (y == NULL || !wf_node_equal(x, y))
			return false;
		if (a->kind == WF_NODE_LIST)
			y = y->next;
	}
	return true;
}

bool
wf_node_equal(const struct wf_node *a, const struct wf_node *b)
{
	if (a->kind != b->kind)
		return false;
	switch (a->kind) {
	case WF_NODE_NULL:
		return true;
	case WF_NODE_BOOL:
		return a->boolean == b->boolean;
	case WF_NODE_INT:
		return a->integer == b->integer;
	case WF_NODE_REAL:
		return a->real == b->real;
	case WF_NODE_STRING:
		return strcmp(a->string, b->string) == 0;
	case WF_NODE_GROUP:
	case WF_NODE_LIST:
		return equal_children(a, b);
	}
	return false;
}

const char *
wf_node_text(const struct wf_node *n, char *buf, size_t size)
{
	char text[WF_UNITS_TEXT];

	switch (n->kind) {
	case WF_NODE_BOOL:
		snprintf(buf, size, "%s", n->boolean ? "true" : "false");
		return buf;
	case WF_NODE_INT:
		snprintf(buf, size, "%lld", (long long)n->integer);
		return buf;
	case WF_NODE_REAL:
		snprintf(buf, size, "%s", wf_units_format_real(n->real, text));
		return buf;
	case WF_NODE_STRING:
		return n->string;
	default:
		return NULL;
	}
}

const char *
wf_node_path(const struct wf_node *n, char *buf, size_t size)
{
	const struct wf_node *name;
	char up[256] = "", own[WF_NAME_MAX + 16];
	size_t index = 0;

	if (n->parent == NULL) {
		buf[0] = 0;
		return buf;
	}
	wf_node_path(n->parent, up, sizeof(up));
	name = wf_node_get(n, "name");
	if (n->name != NULL) {
		snprintf(own, sizeof(own), "%s", n->name);
	} else if (name != NULL && name->kind == WF_NODE_STRING) {
		snprintf(own, sizeof(own), "%.*s", WF_NAME_MAX, name->string);
	} else {
		for (const struct wf_node *c = n->parent->first; c != n; c = c->next)
			index++;
		snprintf(own, sizeof(own), "%u", (unsigned)index);
	}
	snprintf(buf, size, "%s%s%s", up, *up ? "." : "", own);
	return buf;
}
