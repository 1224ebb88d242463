/* SPDX-License-Identifier: BSD-3-Clause
 * Room for packets that are held: how it is shared out. Worker threads; init and fini by the
 * control core.
 */
#include "wf_pipe_room.h"

#include <errno.h>
#include <stdlib.h>

#include "wf_lines.h"

/* An eighth of the room is shared out. */
#define SHARED 8

int
wf_room_init(struct wf_room *r, uint32_t n_dirs, uint64_t max_held, uint32_t by_value)
{
	r->n_dirs = n_dirs;
	r->cost[WF_HELD_PACKET] = by_value > 0 ? by_value : 1;
	r->cost[WF_HELD_VALUE] = 1;
	r->max_cost = max_held * r->cost[WF_HELD_PACKET];
	r->held = wf_lines_new(n_dirs, sizeof(*r->held));
	r->cost_held = wf_lines_new(n_dirs, sizeof(*r->cost_held));
	r->share = wf_lines_new(n_dirs, sizeof(*r->share));
	return r->held == NULL || r->cost_held == NULL || r->share == NULL ? -ENOMEM : 0;
}

void
wf_room_fini(struct wf_room *r)
{
	free(r->share);
	free(r->cost_held);
	free(r->held);
}

void
wf_room_share(struct wf_room *r, const struct wf_plan *plan)
{
	uint32_t n = 0;

	for (uint32_t d = 0; d < plan->n_dirs; d++)
		n += plan->dir[d].holds;
	r->shares = n > 1;
	r->unmet = 0;
	for (uint32_t d = 0; d < plan->n_dirs; d++) {
		r->share[d] = r->shares && plan->dir[d].holds ? r->max_cost / SHARED / n : 0;
		r->unmet += wf_room_unmet(r, d);
	}
}
