/* SPDX-License-Identifier: BSD-3-Clause
 * Classes that share the rate of their direction. Control threads only.
 */
#include "wf_plan_share.h"

#include <errno.h>

/* NULL: no class of the direction has a share. */
static const struct wf_conf_class *
first_sharer(const struct wf_conf_link *link, enum wf_side side)
{
	for (uint32_t i = 0; i < link->n_classes; i++)
		if (wf_plan_shares(&link->classes[i].dir[side]))
			return &link->classes[i];
	return NULL;
}

int
wf_plan_share_init(struct wf_plan_share *s, const struct wf_conf_link *link, enum wf_side side,
	struct wf_err *err)
{
	const struct wf_conf_class *first = first_sharer(link, side);
	const struct wf_where *where;
	struct wf_conf_dir *d = &s->dir;

	*s = (struct wf_plan_share){ .dir = link->dir[side], .any = first != NULL };
	if (first == NULL) {
		d->block[WF_BLOCK_SHARE] = NULL; /* with nobody */
		return 0;
	}
	if (d->present && d->bypass)
		return 0;
	where = &first->dir[side].block_where[WF_BLOCK_SHARE];
	if (!d->present || d->block[WF_BLOCK_RATE] == NULL)
		return wf_err_add(err, where, "Give the link's direction a rate, or the class",
			"a share of a direction without \"rate\"");
	if (d->scope == WF_SCOPE_FLOW)
		return wf_err_add(err, where, "Leave scope = \"flow\" out of the direction",
			"a share of a direction whose flows have a rate each");
	if (wf_param_defaults(wf_block_share.params, &s->share) < 0 ||
		wf_param_defaults(wf_block_queue.params, &s->queue) < 0)
		return wf_err_add(err, NULL, NULL, "out of memory");
	if (d->block[WF_BLOCK_SHARE] == NULL)
		d->block[WF_BLOCK_SHARE] = &s->share;
	if (d->block[WF_BLOCK_QUEUE] == NULL) {
		d->block[WF_BLOCK_QUEUE] = &s->queue;
		d->block_where[WF_BLOCK_QUEUE] = d->block_where[WF_BLOCK_RATE];
	}
	return 0;
}

const struct wf_conf_dir *
wf_plan_share_class(struct wf_plan_share *s, const struct wf_conf_class *k, enum wf_side side,
	struct wf_err *err)
{
	const struct wf_conf_dir *own = &k->dir[side];
	const struct wf_where *where = &own->block_where[WF_BLOCK_SHARE];
	struct wf_conf_dir *d = &s->class;

	if (!wf_plan_shares(own))
		return own;
	if (own->block[WF_BLOCK_RATE] != NULL) {
		wf_err_add(err, where, "Leave rate or share out",
			"a class with a \"share\" waits for the rate of its direction, not for its "
			"own");
		return NULL;
	}
	if (k->scope == WF_SCOPE_FLOW) {
		wf_err_add(err, where, "Write scope = \"class\"",
			"a share is of a class, not of each of its flows");
		return NULL;
	}
	*d = *own;
	if (s->dir.bypass) {
		d->block[WF_BLOCK_SHARE] = d->block[WF_BLOCK_QUEUE] = NULL;
		return d;
	}
	if (s->dir.block[WF_BLOCK_RATE] == NULL) /* that has been said */
		return NULL;
	d->block[WF_BLOCK_RATE] = s->dir.block[WF_BLOCK_RATE];
	if (d->block[WF_BLOCK_QUEUE] == NULL) {
		d->block[WF_BLOCK_QUEUE] = s->dir.block[WF_BLOCK_QUEUE];
		d->block_where[WF_BLOCK_QUEUE] = s->dir.block_where[WF_BLOCK_QUEUE];
	}
	return d;
}
