/* SPDX-License-Identifier: BSD-3-Clause
 * In what two trees differ. Control threads only.
 */
#include <string.h>

#include "wf_setup.h"

static const char *
name_of(const struct wf_node *member)
{
	const struct wf_node *name = wf_node_get(member, "name");

	return name != NULL && name->kind == WF_NODE_STRING ? name->string : NULL;
}

/* The member of `parent` that stands for `n`: of its key, of its name, or at its place. */
static const struct wf_node *
counterpart(const struct wf_node *parent, const struct wf_node *n, size_t place)
{
	const char *name = n->kind == WF_NODE_GROUP ? name_of(n) : NULL;

	if (n->name != NULL)
		return wf_node_get(parent, n->name);
	if (name == NULL)
		return wf_node_at(parent, place);
	for (const struct wf_node *m = parent->first; m != NULL; m = m->next)
		if (m->kind == WF_NODE_GROUP && name_of(m) != NULL && strcmp(name_of(m), name) == 0)
			return m;
	return NULL;
}

static bool
holds_others(const struct wf_node *n)
{
	return n != NULL && (n->kind == WF_NODE_GROUP || n->kind == WF_NODE_LIST);
}

static void
tell(const struct wf_node *a, const struct wf_node *b, wf_setup_diff_fn fn, void *ctx)
{
	char path[512];

	fn(ctx, wf_node_path(a != NULL ? a : b, path, sizeof(path)), a, b);
}

/* All leaves of n, which only one side has. */
static void
tell_all(const struct wf_node *n, bool gone, wf_setup_diff_fn fn, void *ctx)
{
	if (!holds_others(n) || n->first == NULL) {
		tell(gone ? n : NULL, gone ? NULL : n, fn, ctx);
		return;
	}
	for (const struct wf_node *m = n->first; m != NULL; m = m->next)
		tell_all(m, gone, fn, ctx);
}

void
wf_setup_diff(const struct wf_node *a, const struct wf_node *b, wf_setup_diff_fn fn, void *ctx)
{
	size_t place = 0;

	if (a->kind != b->kind || !holds_others(a)) {
		if (!wf_node_equal(a, b))
			tell(a, b, fn, ctx);
		return;
	}
	for (const struct wf_node *m = a->first; m != NULL; m = m->next) {
		const struct wf_node *other = counterpart(b, m, place++);

		if (other == NULL)
			tell_all(m, true, fn, ctx);
		else
			wf_setup_diff(m, other, fn, ctx);
	}
	place = 0;
	for (const struct wf_node *m = b->first; m != NULL; m = m->next)
		if (counterpart(a, m, place++) == NULL)
			tell_all(m, false, fn, ctx);
}
