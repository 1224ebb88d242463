/* SPDX-License-Identifier: BSD-3-Clause
 * The pipeline while one plan takes over from another: each packet, and each departure from a
 * queue, goes by the plan of its own time (wf_plan_at), whatever burst it comes in. One worker's
 * own.
 */
#ifndef WF_PIPE_PLANS_H
#define WF_PIPE_PLANS_H

#include "wf_pipe.h"

/* Is a plan before `newest` still of use? If not, wf_pipe_in and wf_pipe_advance do the same. */
static inline bool
wf_pipe_changes(const struct wf_plan *newest)
{
	return atomic_load_explicit(&newest->older, memory_order_acquire) != NULL;
}

/* As wf_pipe_in: the burst is split where a plan begins, and what departs before that goes by the
 * plan before. */
void wf_pipe_in_plans(struct wf_pipe *p, const struct wf_plan *newest, uint32_t dir,
	const struct wf_rx *rx, uint32_t n, bool count_rx);
/* As wf_pipe_advance. */
wf_ns_t wf_pipe_advance_plans(struct wf_pipe *p, const struct wf_plan *newest, wf_ns_t now_ns);

#endif
