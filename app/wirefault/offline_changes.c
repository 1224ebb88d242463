/* SPDX-License-Identifier: BSD-3-Clause
 * A list of changes on the virtual clock: the plans that the twin goes by, each from its instant
 * on.
 */
#include "offline_changes.h"

#include <errno.h>

static int
make_first(struct offline_changes *c, const struct wf_loaded *loaded, wf_ns_t start_ns,
	struct wf_err *err)
{
	struct wf_node *tree = wf_node_clone(loaded->tree);
	struct wf_overrides list = { 0 };
	int rc = -ENOMEM;

	if (tree != NULL && wf_conf_set_seed(tree, loaded->seed) == 0 &&
		wf_changes_override(&c->list, start_ns, &list) == 0)
		rc = wf_setup_next(NULL, tree, &list, 0, &c->first, err);
	else
		wf_node_free(tree);
	/* What the base has not, a list that is written down cannot mean. */
	for (uint32_t i = 0; rc == 0 && i < c->list.n; i++)
		if (!wf_change_fits(c->list.change[i], c->first->base->node, err))
			rc = -EINVAL;
	wf_overrides_fini(&list);
	return rc;
}

int
offline_changes_read(struct offline_changes *c, const char *path, const struct wf_loaded *loaded,
	struct wf_err *err)
{
	struct wf_node *tree = wf_conf_read_file(path, err);
	int rc = tree != NULL ? wf_changes_read(tree, &c->list, err) : -EINVAL;

	wf_node_free(tree);
	if (rc == 0)
		rc = make_first(c, loaded, 1, err);
	if (rc == 0)
		rc = wf_timeline_check(c->first, err);
	wf_setup_free(c->first);
	c->first = NULL;
	return rc;
}

int
offline_changes_begin(struct offline_changes *c, const struct wf_loaded *loaded, wf_ns_t start_ns,
	struct wf_err *err)
{
	int rc = make_first(c, loaded, start_ns, err);

	return rc < 0 ? rc : wf_timeline_of(&c->line, c->first, err);
}

void
offline_changes_fini(struct offline_changes *c)
{
	wf_timeline_fini(&c->line);
	wf_setup_free(c->first);
	wf_changes_free(&c->list);
}
