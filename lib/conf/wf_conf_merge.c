/* SPDX-License-Identifier: BSD-3-Clause
 * Changing a direction of the tree: RFC 7396 merge, and assignments as patches. Control threads
 * only.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wf_conf.h"
#include "wf_conf_bind.h"

static const char *const side_name[2] = { "ab", "ba" };

static int
no_memory(struct wf_err *err)
{
	wf_err_add(err, NULL, NULL, "out of memory");
	return -ENOMEM;
}

/* The member of a list with this name. */
static struct wf_node *
find_named(const struct wf_node *list, const char *name)
{
	if (list == NULL || list->kind != WF_NODE_LIST)
		return NULL;
	for (struct wf_node *n = list->first; n != NULL; n = n->next) {
		const struct wf_node *own = wf_node_get(n, "name");

		if (own != NULL && own->kind == WF_NODE_STRING && strcmp(own->string, name) == 0)
			return n;
	}
	return NULL;
}

struct wf_node *
wf_conf_owner_node(const struct wf_node *tree, const char *link, const char *class)
{
	struct wf_node *l = find_named(wf_node_get(tree, "links"), link);

	if (class == NULL || l == NULL || strcmp(class, "default") == 0)
		return l;
	return find_named(wf_node_get(l, "classes"), class);
}

struct wf_node *
wf_conf_dir_node(struct wf_node *owner, enum wf_side side, bool create)
{
	struct wf_node *dir = wf_node_get(owner, side_name[side]);

	if (owner != NULL && dir == NULL && create &&
		(dir = wf_node_new(WF_NODE_GROUP, side_name[side])) != NULL)
		wf_node_append(owner, dir);
	return dir;
}

/* Choice that a block's selector has: what it says, else its default, else -1. */
static int
choice_of(const struct wf_node *block, const struct wf_param *selector)
{
	const struct wf_node *n = wf_node_get(block, selector->name);
	const char *text = n != NULL && n->kind == WF_NODE_STRING ? n->string : selector->fallback;

	for (int i = 0; text != NULL && selector->choices[i] != NULL; i++)
		if (strcmp(selector->choices[i], text) == 0)
			return i;
	return -1;
}

/* A new model or distribution: keys that belong to the old one go. */
static void
drop_foreign(struct wf_node *block, const struct wf_node *patch, const struct wf_block *ops)
{
	const struct wf_param *selector;
	int now, next;

	if (ops->selector == NULL || wf_node_get(patch, ops->selector) == NULL)
		return;
	selector = &ops->params[wf_param_find(ops->params, ops->selector)];
	now = choice_of(block, selector);
	next = choice_of(patch, selector);
	if (next < 0 || now == next)
		return;
	for (const struct wf_param *p = ops->params; p->name != NULL; p++) {
		/* The main key may exist in both with two meanings: loss.p. */
		bool stays = p->belongs == 0 ||
			     (wf_param_belongs(p, next) && strcmp(p->name, ops->main_key) != 0);

		if (!stays)
			wf_node_free(wf_node_get(block, p->name));
	}
}

/* RFC 7396 with `target` a group. */
static int
merge(struct wf_node *target, const struct wf_node *patch, bool top)
{
	for (const struct wf_node *p = patch->first; p != NULL; p = p->next) {
		struct wf_node *t = wf_node_get(target, p->name), *copy;
		int id = top ? wf_block_find(p->name) : -1;

		if (p->kind == WF_NODE_NULL) {
			wf_node_free(t);
			continue;
		}
		if (p->kind == WF_NODE_GROUP && (t == NULL || t->kind != WF_NODE_GROUP)) {
			struct wf_node *empty = wf_node_new(WF_NODE_GROUP, p->name);

			if (empty == NULL || wf_node_place(empty, p) < 0) {
				wf_node_free(empty);
				return -ENOMEM;
			}
			wf_node_free(t);
			wf_node_append(target, empty);
			t = empty;
		}
		if (p->kind == WF_NODE_GROUP) {
			if (id >= 0)
				drop_foreign(t, p, wf_block_registry[id]);
			if (merge(t, p, false) < 0)
				return -ENOMEM;
			continue;
		}
		copy = wf_node_clone(p);
		if (copy == NULL)
			return -ENOMEM;
		if (t != NULL)
			wf_node_replace(t, copy);
		else
			wf_node_append(target, copy);
	}
	return 0;
}

int
wf_conf_merge_dir(struct wf_node *dir, const struct wf_node *patch, struct wf_err *err)
{
	struct wf_node *expanded;
	int rc;

	if (patch->kind != WF_NODE_GROUP)
		return wf_err_add(err, NULL, "Write {\"delay\": {\"mean\": \"20ms\"}}",
			"a change of a direction is a group of keys");
	expanded = wf_node_clone(patch);
	if (expanded == NULL || wf_conf_expand_dir(expanded) < 0) {
		wf_node_free(expanded);
		return no_memory(err);
	}
	rc = merge(dir, expanded, true);
	wf_node_free(expanded);
	return rc < 0 ? no_memory(err) : 0;
}

/* What `now` has and `patch` does not say becomes null there. */
static int
add_nulls(struct wf_node *patch, const struct wf_node *now)
{
	for (const struct wf_node *n = now->first; n != NULL; n = n->next) {
		struct wf_node *p = wf_node_get(patch, n->name), *none;

		if (p != NULL && p->kind == WF_NODE_GROUP && n->kind == WF_NODE_GROUP &&
			add_nulls(p, n) < 0)
			return -ENOMEM;
		if (p != NULL)
			continue;
		none = wf_node_new(WF_NODE_NULL, n->name);
		if (none == NULL)
			return -ENOMEM;
		wf_node_append(patch, none);
	}
	return 0;
}

struct wf_node *
wf_conf_patch_to(const struct wf_node *dir, const struct wf_node *want)
{
	struct wf_node *patch = wf_node_clone(want);

	if (patch != NULL &&
		(wf_conf_expand_dir(patch) < 0 || (dir != NULL && add_nulls(patch, dir) < 0))) {
		wf_node_free(patch);
		patch = NULL;
	}
	return patch;
}

/* The value of an assignment: null, true and false are themselves, the rest a string. */
static struct wf_node *
value_node(const char *name, const char *text)
{
	struct wf_node *n;

	if (strcmp(text, "null") == 0)
		return wf_node_new(WF_NODE_NULL, name);
	if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
		return wf_node_string(name, text);
	n = wf_node_new(WF_NODE_BOOL, name);
	if (n != NULL)
		n->boolean = *text == 't';
	return n;
}

static void
put(struct wf_node *group, struct wf_node *n)
{
	wf_node_free(wf_node_get(group, n->name));
	wf_node_append(group, n);
}

/* The group `name` below `parent`, made if needed; an earlier scalar becomes its main key. */
static struct wf_node *
group_below(struct wf_node *parent, const char *name)
{
	struct wf_node *n = wf_node_get(parent, name);

	if (n != NULL && n->kind != WF_NODE_GROUP && wf_conf_expand_dir(parent) < 0)
		return NULL;
	n = wf_node_get(parent, name);
	if (n != NULL && n->kind == WF_NODE_GROUP)
		return n;
	wf_node_free(n);
	n = wf_node_new(WF_NODE_GROUP, name);
	if (n != NULL)
		wf_node_append(parent, n);
	return n;
}

int
wf_conf_patch_set(struct wf_node *patch, const char *assignment, struct wf_err *err)
{
	struct wf_node *group = patch, *value;
	char *key = strdup(assignment), *text, *dot;

	if (key == NULL)
		return no_memory(err);
	text = strchr(key, '=');
	if (text == NULL || text == key) {
		free(key);
		return wf_err_add(err, NULL, "Write KEY=VALUE, such as delay.mean=20ms",
			"\"%s\" assigns nothing", assignment);
	}
	*text++ = 0;
	dot = strchr(key, '.');
	if (dot != NULL) {
		*dot++ = 0;
		group = group_below(patch, key);
	} else {
		struct wf_node *block = wf_node_get(patch, key);
		int id = wf_block_find(key);

		/* delay.stddev=2ms delay=20ms: the scalar is one more key of the block. */
		if (id >= 0 && block != NULL && block->kind == WF_NODE_GROUP &&
			strcmp(text, "null") != 0) {
			group = block;
			dot = NULL;
			value = value_node(wf_block_registry[id]->main_key, text);
			if (value != NULL)
				put(group, value);
			free(key);
			return value != NULL ? 0 : no_memory(err);
		}
	}
	value = value_node(dot != NULL ? dot : key, text);
	free(key);
	if (group == NULL || value == NULL) {
		wf_node_free(value);
		return no_memory(err);
	}
	put(group, value);
	return 0;
}

int
wf_conf_set_seed(struct wf_node *tree, uint64_t seed)
{
	struct wf_node *own = wf_node_get(tree, "seed"), *n;
	char text[24];

	/* A file writes it so: from 2^63 on in quotes. */
	snprintf(text, sizeof(text), "%llu", (unsigned long long)seed);
	n = seed > INT64_MAX ? wf_node_string("seed", text) : wf_node_new(WF_NODE_INT, "seed");
	if (n == NULL)
		return -ENOMEM;
	if (n->kind == WF_NODE_INT)
		n->integer = (int64_t)seed;
	if (own != NULL)
		wf_node_replace(own, n);
	else
		wf_node_prepend(tree, n);
	return 0;
}
