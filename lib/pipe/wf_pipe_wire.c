/* SPDX-License-Identifier: BSD-3-Clause
 * The shortest path: one class without stages, so packets are counted and leave. Worker threads.
 */
#include "wf_pipe_inside.h"

void
wf_pipe_wire(struct wf_pipe *p, const struct wf_plan *plan, uint32_t dir, const struct wf_rx *rx,
	uint32_t n, const struct wf_count *sum)
{
	const struct wf_plan_dir *d = &plan->dir[dir];
	uint16_t slot = d->classes[0].slot;
	uint32_t tag = wf_held_tag(dir, slot);

	if (WF_UNLIKELY(!wf_pipe_direct(p, d, dir) || wf_ready_room(&p->ready) < n)) {
		wf_pipe_straight(p, plan, dir, rx, n, sum); /* behind what waits already */
		return;
	}
	for (uint32_t i = 0; i < n; i++)
		wf_ready_put(&p->ready, rx[i].rx_ns, rx[i].rx_ns, rx[i].pkt, rx[i].len_bytes, tag);
	p->in_store[dir] = false;
	wf_count_merge(&wf_end_class(&p->end, slot)->c.rx, sum);
	wf_room_take(&p->end.room, dir, WF_HELD_PACKET, sum);
}
