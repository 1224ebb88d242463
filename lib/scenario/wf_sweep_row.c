/* SPDX-License-Identifier: BSD-3-Clause
 * From a scenario with a sweep to the scenario and configuration of one row of it. Control threads
 * only.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wf_conf_bind.h"
#include "wf_scenario.h"
#include "wf_sweep.h"

/* Where in the file the sweep stands. */
static struct wf_where
where_of(const struct wf_scenario *s)
{
	return (struct wf_where){ s->source->file, s->sweep->line,
		s->sweep->load ? "load" : "sweep.parameter" };
}

static int
no_memory(struct wf_err *err)
{
	wf_err_add(err, NULL, NULL, "out of memory");
	return -ENOMEM;
}

/* Puts a string key among those of `at`, in the place of `old` if there is one. */
static int
put(struct wf_node *at, struct wf_node *old, const char *key, const char *value)
{
	struct wf_node *with = wf_node_string(key, value);

	if (with == NULL || wf_node_place(with, old != NULL ? old : at) < 0) {
		wf_node_free(with);
		return -ENOMEM;
	}
	if (old != NULL)
		wf_node_replace(old, with);
	else
		wf_node_append(at, with);
	return 0;
}

/* ---- A key by its path ---- */

/* Is `word` the first of the path? Then what is behind it; else NULL. */
static const char *
behind(const char *path, const char *word)
{
	size_t n = strlen(word);

	if (strncmp(path, word, n) != 0 || (path[n] != '.' && path[n] != 0))
		return NULL;
	return path[n] == '.' ? path + n + 1 : path + n;
}

/* The child that the path begins with: of a group by its key, of a list by its name or index.
 * NULL: there is none. */
static struct wf_node *
child_of(const struct wf_node *n, const char *path, const char **rest)
{
	uint32_t i = 0;

	for (struct wf_node *c = n->first; c != NULL; c = c->next, i++) {
		const struct wf_node *name = wf_node_get(c, "name");
		char index[16];

		snprintf(index, sizeof(index), "%u", i);
		if (n->kind == WF_NODE_GROUP)
			*rest = behind(path, c->name);
		else if (name != NULL && name->kind == WF_NODE_STRING)
			*rest = behind(path, name->string);
		else
			*rest = NULL;
		if (*rest == NULL && n->kind == WF_NODE_LIST)
			*rest = behind(path, index);
		if (*rest != NULL)
			return c;
	}
	return NULL;
}

/* A key of the scenario, which need not be there if its group is. */
static int
set_key(const struct wf_scenario *s, struct wf_node *tree, const char *value, struct wf_err *err)
{
	const struct wf_where where = where_of(s);
	const char *path = s->sweep->parameter, *rest;
	struct wf_node *at = tree, *next;

	while ((next = child_of(at, path, &rest)) != NULL && *rest != 0) {
		at = next;
		path = rest;
	}
	if (next != NULL && (next->kind == WF_NODE_GROUP || next->kind == WF_NODE_LIST))
		return wf_err_add(err, &where, "Name one of its keys",
			"\"%s\" has no value, but keys", s->sweep->parameter);
	if (next == NULL && (at->kind != WF_NODE_GROUP || at == tree || strchr(path, '.') != NULL))
		return wf_err_add(err, &where, NULL, "there is no \"%s\"", s->sweep->parameter);
	return put(at, next, next != NULL ? next->name : path, value) < 0 ? no_memory(err) : 0;
}

/* ---- The configuration ---- */

/* "links.wan.classes.voip.ab.loss": the link or class, and the rest. NULL: there is none. */
static struct wf_node *
owner_of(const struct wf_node *tree, const char *path, const char **rest)
{
	const struct wf_node *list = wf_node_get(tree, "links"), *classes;
	struct wf_node *owner, *class;
	const char *more = behind(path, "links");

	*rest = path;
	if (list == NULL || list->kind != WF_NODE_LIST)
		return NULL;
	if (more == NULL)
		return wf_node_length(list) == 1 ? list->first : NULL;
	owner = child_of(list, more, rest);
	classes = owner != NULL ? wf_node_get(owner, "classes") : NULL;
	more = classes != NULL ? behind(*rest, "classes") : NULL;
	if (more == NULL)
		return owner;
	class = child_of(classes, more, rest);
	return class;
}

static int
set_config(const struct wf_scenario *s, struct wf_node *tree, const char *value, struct wf_err *err)
{
	const struct wf_where where = where_of(s);
	const char *key, *sided[2];
	struct wf_node *owner = owner_of(tree, s->sweep->parameter, &key), *patch, *dir;
	char *assignment = NULL;
	int rc;

	if (owner == NULL)
		return wf_err_add(err, &where, "Write parameter = \"links.NAME.ab.loss\"",
			"the configuration has no link or class that \"%s\" is of",
			s->sweep->parameter);
	sided[WF_AB] = behind(key, "ab");
	sided[WF_BA] = behind(key, "ba");
	if (sided[WF_AB] == NULL && sided[WF_BA] == NULL)
		sided[WF_AB] = sided[WF_BA] =
			behind(key, "both") != NULL ? behind(key, "both") : key;
	if ((sided[WF_AB] != NULL ? *sided[WF_AB] : *sided[WF_BA]) == 0)
		return wf_err_add(err, &where, "Name one of its keys",
			"\"%s\" has no value, but keys", s->sweep->parameter);
	patch = wf_node_new(WF_NODE_GROUP, NULL);
	if (patch == NULL ||
		asprintf(&assignment, "%s=%s", sided[WF_AB] != NULL ? sided[WF_AB] : sided[WF_BA],
			value) < 0) {
		wf_node_free(patch);
		return no_memory(err);
	}
	rc = wf_conf_patch_set(patch, assignment, err);
	for (int side = 0; side < 2 && rc == 0; side++) {
		if (sided[side] == NULL)
			continue;
		dir = wf_conf_dir_node(owner, (enum wf_side)side, true);
		rc = dir != NULL ? wf_conf_merge_dir(dir, patch, err) : no_memory(err);
	}
	wf_node_free(patch);
	free(assignment);
	return rc;
}

/* Plain wires. */
static void
strip_config(struct wf_node *tree)
{
	const struct wf_node *links = wf_node_get(tree, "links");

	for (struct wf_node *l = links != NULL ? links->first : NULL; l != NULL; l = l->next) {
		wf_node_free(wf_node_get(l, "ab"));
		wf_node_free(wf_node_get(l, "ba"));
		wf_node_free(wf_node_get(l, "classes"));
	}
}

static bool
is_of_scenario(const struct wf_sweep *w)
{
	static const char *const own[] = { "phases", "faults", "traffic" };

	for (size_t i = 0; i < WF_ARRAY_SIZE(own); i++)
		if (behind(w->parameter, own[i]) != NULL)
			return true;
	return w->load;
}

int
wf_sweep_config(const struct wf_scenario *s, uint32_t row, struct wf_node *tree, struct wf_err *err)
{
	const char *value = wf_sweep_value(s->sweep, row);

	if (value == NULL)
		strip_config(tree);
	else if (!is_of_scenario(s->sweep))
		return set_config(s, tree, value, err);
	return 0;
}

/* ---- The scenario ---- */

/* Phases keep their names and times. */
static void
strip_phases(struct wf_node *list)
{
	static const char *const keys[] = { "link", "class", "ab", "ba", "both", "replace", "items",
		"ramp", "step" };

	for (struct wf_node *p = list != NULL ? list->first : NULL; p != NULL; p = p->next) {
		for (size_t i = 0; i < WF_ARRAY_SIZE(keys); i++)
			wf_node_free(wf_node_get(p, keys[i]));
		strip_phases(wf_node_get(p, "phases"));
	}
}

/* A generator's arguments with this rate in the place of theirs. Heap; NULL: out of memory. */
static char *
with_rate(const char *text, const char *key, const char *value)
{
	char *all = NULL;
	size_t size;
	FILE *out = open_memstream(&all, &size);

	if (out == NULL)
		return NULL;
	for (const char *at = text; *at != 0; at += strspn(at, ",")) {
		size_t n = strcspn(at, ",");

		if (strncmp(at, "rate=", 5) != 0 && strncmp(at, "pps=", 4) != 0)
			fprintf(out, "%.*s,", (int)n, at);
		at += n;
	}
	fprintf(out, "%s=%s", key, value);
	return fclose(out) == 0 ? all : NULL;
}

static int
set_load(const struct wf_scenario *s, struct wf_node *tree, const char *value, struct wf_err *err)
{
	const struct wf_node *list = wf_node_get(tree, "traffic");
	const struct wf_where where = where_of(s);
	bool any = false;

	for (struct wf_node *t = list != NULL ? list->first : NULL; t != NULL; t = t->next) {
		struct wf_node *old = wf_node_get(t, "generator");
		char *text;
		int rc;

		if (old == NULL || old->kind != WF_NODE_STRING)
			continue;
		any = true;
		text = with_rate(old->string, s->sweep->parameter, value);
		rc = text != NULL ? put(t, old, "generator", text) : -ENOMEM;
		free(text);
		if (rc < 0)
			return no_memory(err);
	}
	return any ? 0
		   : wf_err_add(err, &where, "Write traffic = ( { generator = \"size=500\"; } )",
			     "a load, but no traffic is a generator");
}

/* Its name, title and version. */
static int
name_row(const struct wf_scenario *s, uint32_t row, struct wf_node *tree, struct wf_err *err)
{
	const char *value = wf_sweep_value(s->sweep, row);
	const struct wf_where where = where_of(s);
	struct wf_node *version = wf_node_get(tree, "schema_version");
	char name[2 * WF_NAME_MAX], title[512];

	if (version == NULL) {
		version = wf_node_new(WF_NODE_INT, "schema_version");
		if (version == NULL)
			return no_memory(err);
		version->integer = WF_SCENARIO_SCHEMA;
		wf_node_prepend(tree, version);
	}
	if (value == NULL)
		snprintf(name, sizeof(name), "%s-baseline", s->name);
	else
		snprintf(name, sizeof(name), "%s-%u", s->name, s->sweep->load ? row + 1 : row);
	if (strlen(name) >= WF_NAME_MAX)
		return wf_err_add(err, &where, "Give the scenario a shorter name",
			"a row's name would be \"%s\", which is too long", name);
	snprintf(title, sizeof(title), "%.300s: %s%s%.100s", s->title != NULL ? s->title : s->name,
		value != NULL ? s->sweep->parameter : "without impairments",
		value != NULL ? " = " : "", value != NULL ? value : "");
	if (put(tree, wf_node_get(tree, "name"), "name", name) < 0 ||
		put(tree, wf_node_get(tree, "title"), "title", title) < 0)
		return no_memory(err);
	return 0;
}

struct wf_node *
wf_sweep_scenario(const struct wf_scenario *s, uint32_t row, struct wf_err *err)
{
	const char *value = wf_sweep_value(s->sweep, row);
	struct wf_node *tree = wf_node_clone(s->source);
	int rc = 0;

	if (tree == NULL) {
		no_memory(err);
		return NULL;
	}
	wf_node_free(wf_node_get(tree, "sweep"));
	wf_node_free(wf_node_get(tree, "load"));
	if (value == NULL) {
		wf_node_free(wf_node_get(tree, "faults"));
		wf_node_free(wf_node_get(tree, "expect"));
		strip_phases(wf_node_get(tree, "phases"));
	} else if (s->sweep->load) {
		rc = set_load(s, tree, value, err);
	} else if (is_of_scenario(s->sweep)) {
		rc = set_key(s, tree, value, err);
	}
	if (rc == 0)
		rc = name_row(s, row, tree, err);
	if (rc == 0)
		return tree;
	wf_node_free(tree);
	return NULL;
}
