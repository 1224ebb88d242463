/* SPDX-License-Identifier: BSD-3-Clause
 * The running configuration of `wirefault run`, and how it is replaced under traffic: what the
 * control server's operations do. Control thread.
 */
#ifndef WF_LIVE_H
#define WF_LIVE_H

#include "bridge.h"
#include "wf_cmd.h"
#include "wf_ctl.h"
#include "wf_dp.h"

struct wf_live {
	struct wf_bridge from; /* what is read at the start, and again at a reload */
	struct wf_loaded
		now; /* tree: as changed last; conf: of the start, the data path keeps it */
	struct wf_node *file_seed; /* as the file had it at the start; NULL: it had none */
	struct wf_dp *dp;
	void (*changed)(void *ctx); /* called after each change */
	void *changed_ctx;
};

/* Writes the seed that was chosen into the tree, so that what is saved of it gives the same fates.
 * Once, when `now` has been loaded. 0 or -ENOMEM. */
int wf_live_keep_seed(struct wf_live *live);
/* The operations for lib/ctl, over a struct wf_live. */
struct wf_ctl_ops wf_live_ops(struct wf_live *live);
/* Reads the file again and applies it: 0, or as wf_ctl_ops.reload with reasons in err. */
int wf_live_reload(struct wf_live *live, uint64_t *generation, struct wf_err *err);

#endif
