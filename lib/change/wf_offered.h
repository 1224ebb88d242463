/* SPDX-License-Identifier: BSD-3-Clause
 * Setups that have been offered and followed by others whose time has not come: the first of them
 * is in force. Control threads only.
 */
#ifndef WF_OFFERED_H
#define WF_OFFERED_H

#include "wf_setup.h"

/* Of more than this the youngest is forgotten: what is then shown for its time is the one before.
 */
#define WF_OFFERED_MAX 32

struct wf_offered {
	uint32_t n;
	struct wf_setup *at[WF_OFFERED_MAX]; /* oldest first, each with an earlier instant */
};

/* The one in force at now_ns: of these, or `last`, which comes behind them. */
const struct wf_setup *wf_offered_in_force(
	const struct wf_offered *o, const struct wf_setup *last, wf_ns_t now_ns);
/* `last`, which it takes, is followed by `next`, whose instant is not before its own. */
void wf_offered_follow(struct wf_offered *o, struct wf_setup *last, const struct wf_setup *next);
/* Those whose time is over end. */
void wf_offered_pass(struct wf_offered *o, const struct wf_setup *last, wf_ns_t now_ns);
/* All of them end. */
void wf_offered_fini(struct wf_offered *o);

#endif
