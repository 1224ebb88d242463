/* SPDX-License-Identifier: BSD-3-Clause
 * Plans by the time of packets. Worker threads.
 */
#include "wf_pipe_plans.h"

wf_ns_t
wf_pipe_advance_plans(struct wf_pipe *p, const struct wf_plan *newest, wf_ns_t now_ns)
{
	const struct wf_plan *older = atomic_load_explicit(&newest->older, memory_order_acquire);
	wf_ns_t end_ns, done_ns;

	if (older == NULL || newest->from_ns == 0)
		return wf_pipe_advance(p, newest, now_ns);
	end_ns = now_ns < newest->from_ns ? now_ns : newest->from_ns - 1;
	done_ns = wf_pipe_advance_plans(p, older, end_ns);
	if (done_ns < end_ns || end_ns == now_ns)
		return done_ns;
	wf_pipe_adopt(p, newest);
	return wf_pipe_advance(p, newest, now_ns);
}

/* All that departs before the plan begins. */
static void
settle(struct wf_pipe *p, const struct wf_plan *plan)
{
	const struct wf_plan *older = atomic_load_explicit(&plan->older, memory_order_acquire);

	if (older == NULL || plan->from_ns == 0)
		return;
	while (wf_pipe_advance_plans(p, older, plan->from_ns - 1) < plan->from_ns - 1)
		;
}

void
wf_pipe_in_plans(struct wf_pipe *p, const struct wf_plan *newest, uint32_t dir,
	const struct wf_rx *rx, uint32_t n, bool count_rx)
{
	while (n > 0) {
		const struct wf_plan *plan = wf_plan_at(newest, rx[0].rx_ns);
		uint32_t k = 1;

		while (k < n && wf_plan_at(newest, rx[k].rx_ns) == plan)
			k++;
		settle(p, plan);
		wf_pipe_in(p, plan, dir, rx, k, count_rx);
		rx += k;
		n -= k;
	}
}
