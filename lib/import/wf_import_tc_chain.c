/* SPDX-License-Identifier: BSD-3-Clause
 * Queueing disciplines that hang on one another, from the root down to the leaf. A direction is one
 * path: what branches, or is on another interface, is refused.
 */
#include <errno.h>
#include <string.h>

#include "wf_import_tc.h"
#include "wf_import_text.h"

static const char *
id_text(uint32_t id, char out[24])
{
	if (id & 0xffff)
		snprintf(out, 24, "%x:%x", id >> 16, id & 0xffff);
	else
		snprintf(out, 24, "%x:", id >> 16);
	return out;
}

/* Does `child` hang on `parent`? A qdisc's only class has any minor number; htb's have their own.
 */
static bool
hangs_on(const struct wf_tc_node *child, const struct wf_tc_node *parent)
{
	if (child == parent || parent->id == 0)
		return false;
	if (child->classful && parent->kind == WF_TC_HTB)
		return child->id >> 16 == parent->id >> 16 &&
		       (child->parent == WF_TC_ROOT || child->parent == parent->id);
	if (child->parent == WF_TC_ROOT || child->parent == 0)
		return false;
	if (parent->classful || child->classful)
		return child->parent == parent->id;
	return parent->kind != WF_TC_HTB && child->parent >> 16 == parent->id >> 16;
}

static int
find_child(struct wf_tc_tree *tree, int parent, int *child)
{
	char text[24];

	*child = -1;
	for (int i = 0; i < tree->n; i++) {
		if (!hangs_on(&tree->node[i], &tree->node[parent]))
			continue;
		if (*child >= 0)
			return wf_import_error(tree->node[i].words,
				"Import each path, and write a class with match for each",
				"%s is beside another: packets take one of the two ways",
				id_text(tree->node[i].id, text));
		*child = i;
	}
	return 0;
}

/* The only one that hangs on nothing. */
static int
find_top(struct wf_tc_tree *tree, int *top)
{
	*top = -1;
	for (int i = 0; i < tree->n; i++) {
		bool hangs = false;

		for (int j = 0; j < tree->n; j++)
			hangs = hangs || hangs_on(&tree->node[i], &tree->node[j]);
		if (hangs)
			continue;
		if (*top >= 0)
			return wf_import_error(tree->node[i].words,
				"Give the lines of one interface, each with its handle and parent",
				"this does not hang on any of the lines before");
		*top = i;
	}
	return 0;
}

static int
check_devices(const struct wf_tc_tree *tree)
{
	const char *first = NULL;

	for (int i = 0; i < tree->n; i++) {
		const char *dev = tree->node[i].dev;

		if (dev != NULL && first != NULL && strcmp(dev, first) != 0)
			return wf_import_error(tree->node[i].words,
				"Import each interface alone: one is ab, the other ba",
				"%s is another interface than %s, and so another direction", dev,
				first);
		first = dev != NULL ? dev : first;
	}
	return 0;
}

int
wf_tc_chain(struct wf_tc_tree *tree, struct wf_err *err)
{
	const struct wf_tc_node *n;
	char text[24];
	int at;

	if (check_devices(tree) < 0 || find_top(tree, &at) < 0)
		return -EINVAL;
	if (at < 0) /* each hangs on another */
		return wf_err_add(err, NULL, "Write one with root", "there is no root");
	n = &tree->node[at];
	if (n->parent != 0 && n->parent != WF_TC_ROOT)
		wf_import_note(tree->notes, 0,
			"Its parent %s is not among these lines: what it does to packets is not "
			"here.",
			id_text(n->parent, text));
	while (at >= 0) {
		/* A handle that is its own ancestor was refused as a branch or has no top. */
		tree->chain[tree->n_chain++] = at;
		if (tree->n_chain == tree->n)
			break;
		if (find_child(tree, at, &at) < 0)
			return -EINVAL;
	}
	if (tree->n_chain < tree->n)
		return wf_err_add(err, NULL, "Give each its handle and its parent",
			"some of the lines do not hang on the root");
	return 0;
}
