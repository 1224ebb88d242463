/* SPDX-License-Identifier: BSD-3-Clause
 * Classes that share the rate of their direction: what they are compiled from. Control threads
 * only.
 */
#ifndef WF_PLAN_SHARE_H
#define WF_PLAN_SHARE_H

#include "wf_conf.h"
#include "wf_stages.h"

struct wf_plan_share {
	struct wf_conf_dir dir;       /* the direction as it is compiled */
	struct wf_conf_dir class;     /* the class asked for last */
	struct wf_share_params share; /* of who says nothing ... */
	struct wf_queue_params queue; /* ... and the queue */
	bool any;                     /* some class has a share */
};

/* 0, or -EINVAL with reasons in err; s->dir is there all the same. */
int wf_plan_share_init(struct wf_plan_share *s, const struct wf_conf_link *link, enum wf_side side,
	struct wf_err *err);
/* The class as it is compiled: with a share it has the rate of the direction, and if it has no
 * queue one like the direction's. NULL with reasons in err. Good until the next call. */
const struct wf_conf_dir *wf_plan_share_class(struct wf_plan_share *s,
	const struct wf_conf_class *k, enum wf_side side, struct wf_err *err);

/* Has it a share that counts? */
static inline bool
wf_plan_shares(const struct wf_conf_dir *d)
{
	return d->present && !d->bypass && d->block[WF_BLOCK_SHARE] != NULL;
}

#endif
