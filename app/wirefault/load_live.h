/* SPDX-License-Identifier: BSD-3-Clause
 * Trials on the real clock: between ports of testers through one data path, be it a link of ours or
 * a device outside. Control thread.
 */
#ifndef WF_LOAD_LIVE_H
#define WF_LOAD_LIVE_H

#include "wf_dp.h"
#include "wf_load.h"

struct wf_load_live {
	bool device; /* outside: what we lose ourselves on the way there was not sent */
	uint32_t from_port, to_port; /* of testers; they may be the same */
	struct wf_dp *dp;
};

/* *plan becomes the data path's, and NULL. 0 or -errno with reasons. */
int wf_load_live_open(struct wf_load_live *q, const struct wf_conf *conf, struct wf_plan **plan,
	const struct wf_dp_options *opt, struct wf_err *err);
void wf_load_live_close(struct wf_load_live *q);

/* A trial: wf_load_target.trial, of which ctx is a struct wf_load_live. TERM and INT are blocked
 * and end it. */
int wf_load_live_trial(
	void *ctx, const struct wf_load_offer *o, struct wf_load_result *r, struct wf_err *err);

#endif
