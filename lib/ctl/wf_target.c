/* SPDX-License-Identifier: BSD-3-Clause
 * Changes of more than a key: of all that a direction has, and of all directions of a link. Control
 * thread only.
 */
#include "wf_target.h"

#include <errno.h>
#include <string.h>

int
wf_target_replace(struct wf_request *r, struct wf_change *c, const char *link, const char *class,
	enum wf_side side, const struct wf_node *want)
{
	struct wf_node *tree = r->ops->setup(r->ops->ctx)->tree;
	struct wf_node *owner = wf_conf_owner_node(tree, link, class);
	struct wf_change_item item = { .side = { side == WF_AB, side == WF_BA } };

	snprintf(item.link, sizeof(item.link), "%s", link);
	snprintf(item.class, sizeof(item.class), "%s", class != NULL ? class : "");
	item.patch = wf_conf_patch_to(wf_conf_dir_node(owner, side, false), want);
	return item.patch != NULL ? wf_change_add(c, &item) : -ENOMEM;
}

static const char *
name_of(const struct wf_node *n)
{
	const struct wf_node *name = wf_node_get(n, "name");

	return name != NULL && name->kind == WF_NODE_STRING ? name->string : NULL;
}

static int
add_owner(struct wf_everywhere *e, const char *link, const char *class, struct wf_node *owner)
{
	for (int side = 0; side < 2; side++) {
		struct wf_change_item item = { .side = { side == WF_AB, side == WF_BA } };
		const struct wf_node *dir = wf_conf_dir_node(owner, (enum wf_side)side, false);

		/* A class that has not this direction leaves its packets to others. */
		if (!e->side[side] || (class != NULL && dir == NULL))
			continue;
		snprintf(item.link, sizeof(item.link), "%s", link);
		snprintf(item.class, sizeof(item.class), "%s", class != NULL ? class : "");
		item.patch = e->make(dir, e->ctx);
		if (item.patch == NULL || wf_change_add(e->c, &item) < 0)
			return -ENOMEM;
	}
	return 0;
}

int
wf_everywhere_add(struct wf_everywhere *e, struct wf_node *link)
{
	const struct wf_node *classes = wf_node_get(link, "classes");
	int rc = add_owner(e, name_of(link), NULL, link);

	for (struct wf_node *c = classes != NULL ? classes->first : NULL; rc == 0 && c != NULL;
		c = c->next)
		rc = add_owner(e, name_of(link), name_of(c), c);
	return rc;
}
