/* SPDX-License-Identifier: BSD-3-Clause
 * Room for packets that are held, whatever they wait for: delay, queue or others to pass them. All
 * directions share it, but one that delays may always hold its part, however many packets the
 * others hold: so none starves another. One worker's own.
 *
 * With `share` of each direction that can hold, unmet = sum of max(0, share - held): what must stay
 * free for them. A direction may take what is free beyond the unmet shares of the others.
 */
#ifndef WF_PIPE_ROOM_H
#define WF_PIPE_ROOM_H

#include "wf_pipe_internal.h"

/* An eighth of the room is shared out. */
#define WF_ROOM_SHARED 8

static inline uint64_t
wf_pipe_unmet(const struct wf_pipe *p, uint32_t dir)
{
	return p->held[dir].packets < p->share[dir] ? p->share[dir] - p->held[dir].packets : 0;
}

/* Packets that the direction may still take in. */
static inline uint64_t
wf_pipe_room(const struct wf_pipe *p, uint32_t dir)
{
	uint64_t taken = p->total_held;

	if (WF_UNLIKELY(p->shares))
		taken += p->unmet - wf_pipe_unmet(p, dir);
	return taken < p->max_held ? p->max_held - taken : 0;
}

/* The direction holds more of them ... */
static inline void
wf_pipe_hold(struct wf_pipe *p, uint32_t dir, const struct wf_count *more)
{
	uint64_t before = WF_UNLIKELY(p->shares) ? wf_pipe_unmet(p, dir) : 0;

	wf_count_merge(&p->held[dir], more);
	p->total_held += more->packets;
	if (WF_UNLIKELY(p->shares))
		p->unmet += wf_pipe_unmet(p, dir) - before;
}

/* ... or less. */
static inline void
wf_pipe_let_go(struct wf_pipe *p, uint32_t dir, const struct wf_count *less)
{
	uint64_t before = WF_UNLIKELY(p->shares) ? wf_pipe_unmet(p, dir) : 0;

	p->held[dir].packets -= less->packets;
	p->held[dir].bytes -= less->bytes;
	p->total_held -= less->packets;
	if (WF_UNLIKELY(p->shares))
		p->unmet += wf_pipe_unmet(p, dir) - before;
}

/* Shares as this plan wants them. */
static inline void
wf_pipe_share_room(struct wf_pipe *p, const struct wf_plan *plan)
{
	uint32_t n = 0;

	for (uint32_t d = 0; d < plan->n_dirs; d++)
		n += plan->dir[d].holds;
	p->shares = n > 1;
	p->unmet = 0;
	for (uint32_t d = 0; d < plan->n_dirs; d++) {
		p->share[d] = p->shares && plan->dir[d].holds
				      ? (uint32_t)(p->max_held / WF_ROOM_SHARED / n)
				      : 0;
		p->unmet += wf_pipe_unmet(p, d);
	}
	p->shared_for = plan->generation;
}

#endif
