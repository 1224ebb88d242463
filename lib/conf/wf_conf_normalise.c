/* SPDX-License-Identifier: BSD-3-Clause
 * Short forms written out: a scalar becomes its block, `copy` becomes what it copies. Control
 * threads only. Whatever has an unexpected kind is left for wf_conf_bind to complain about.
 */
#include <errno.h>
#include <string.h>

#include "wf_conf.h"
#include "wf_conf_bind.h"

static const char *const side_name[2] = { "ab", "ba" };

static bool
is_scalar(const struct wf_node *n)
{
	return n->kind != WF_NODE_GROUP && n->kind != WF_NODE_LIST && n->kind != WF_NODE_NULL;
}

static int
no_memory(struct wf_err *err)
{
	wf_err_add(err, NULL, NULL, "out of memory");
	return -ENOMEM;
}

/* `delay = "20ms"` -> `delay = { mean = "20ms"; }`. Blocks of one key stay scalars. */
static int
expand_scalar(struct wf_node *n, const struct wf_block *ops)
{
	struct wf_node *block, *key, *choice = NULL;

	block = wf_node_new(WF_NODE_GROUP, n->name);
	key = wf_node_clone(n);
	if (ops->scalar_choice != NULL)
		choice = wf_node_string(ops->selector, ops->scalar_choice);
	if (block == NULL || key == NULL || (ops->scalar_choice != NULL && choice == NULL) ||
		wf_node_rename(key, ops->main_key) < 0 || wf_node_place(block, n) < 0 ||
		(choice != NULL && wf_node_place(choice, n) < 0)) {
		wf_node_free(block);
		wf_node_free(key);
		wf_node_free(choice);
		return -ENOMEM;
	}
	if (choice != NULL)
		wf_node_append(block, choice);
	wf_node_append(block, key);
	wf_node_replace(n, block);
	return 0;
}

int
wf_conf_expand_dir(struct wf_node *dir)
{
	struct wf_node *n = dir->kind == WF_NODE_GROUP ? dir->first : NULL, *next;

	for (; n != NULL; n = next) {
		int id = wf_block_find(n->name);

		next = n->next;
		if (id >= 0 && is_scalar(n) && wf_param_count(wf_block_registry[id]->params) > 1 &&
			expand_scalar(n, wf_block_registry[id]) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* Replaces a direction that says `copy` by a copy of the other one, changed by its own keys. */
static int
expand_copy(struct wf_node *owner, int side, struct wf_err *err)
{
	struct wf_node *dir = wf_node_get(owner, side_name[side]);
	struct wf_node *other = wf_node_get(owner, side_name[!side]);
	struct wf_node *copy = dir != NULL ? wf_node_get(dir, "copy") : NULL, *merged;
	int rc;

	if (copy == NULL)
		return 0;
	if (copy->kind != WF_NODE_STRING || strcmp(copy->string, side_name[!side]) != 0 ||
		other == NULL || other->kind != WF_NODE_GROUP || wf_node_get(other, "copy") != NULL)
		return 0; /* the key stays, and wf_conf_bind complains about it with all the rest */
	wf_node_free(copy);
	merged = wf_node_clone(other);
	if (merged == NULL || wf_node_rename(merged, side_name[side]) < 0) {
		wf_node_free(merged);
		return no_memory(err);
	}
	rc = wf_conf_merge_dir(merged, dir, err);
	if (rc == 0 && wf_node_place(merged, dir) < 0)
		rc = no_memory(err);
	if (rc < 0) {
		wf_node_free(merged);
		return rc;
	}
	merged->copied = true;
	wf_node_replace(dir, merged);
	return 0;
}

/* A link or a class. */
static int
normalise_owner(struct wf_node *owner, struct wf_err *err)
{
	int rc = 0;

	for (int side = 0; side < 2; side++) {
		struct wf_node *dir = wf_node_get(owner, side_name[side]);

		if (dir != NULL && wf_conf_expand_dir(dir) < 0)
			return no_memory(err);
	}
	for (int side = 0; side < 2 && rc == 0; side++)
		rc = expand_copy(owner, side, err);
	return rc;
}

int
wf_conf_normalise(struct wf_node *tree, struct wf_err *err)
{
	struct wf_node *links = wf_node_get(tree, "links");
	int rc = 0;

	if (links == NULL || links->kind != WF_NODE_LIST)
		return 0;
	for (struct wf_node *l = links->first; l != NULL; l = l->next) {
		struct wf_node *classes = wf_node_get(l, "classes");

		rc |= normalise_owner(l, err);
		if (classes == NULL || classes->kind != WF_NODE_LIST)
			continue;
		for (struct wf_node *c = classes->first; c != NULL; c = c->next)
			rc |= normalise_owner(c, err);
	}
	return rc < 0 ? -EINVAL : 0;
}
