/* SPDX-License-Identifier: BSD-3-Clause
 * Trials through a direction of a link on the virtual clock: exact, and the same for the same seed.
 */
#ifndef WF_LOAD_OFFLINE_H
#define WF_LOAD_OFFLINE_H

#include "wf_load.h"
#include "wf_plan.h"

struct wf_load_offline {
	const struct wf_plan *plan; /* armed */
	const struct wf_conf *conf;
	uint32_t dir; /* link * 2 + side */
};

/* A trial: wf_load_target.trial, of which ctx is a struct wf_load_offline. */
int wf_load_offline_trial(
	void *ctx, const struct wf_load_offer *o, struct wf_load_result *r, struct wf_err *err);

#endif
