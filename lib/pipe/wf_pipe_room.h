/* SPDX-License-Identifier: BSD-3-Clause
 * Room for packets that are held, whatever they wait for: delay, queue or others to pass them. All
 * directions share it, but one that delays may always hold its part, however many packets the
 * others hold: so none starves another. One worker's own.
 *
 * With `share` of each direction that can hold, unmet = sum of max(0, share - held): what must stay
 * free for them. A direction may take what is free beyond the unmet shares of the others.
 *
 * What a packet takes of it is its cost: where some are held by value they share buffers, and all
 * are counted in parts of one; elsewhere each costs 1.
 */
#ifndef WF_PIPE_ROOM_H
#define WF_PIPE_ROOM_H

#include "wf_plan.h"
#include "wf_stats.h"
#include "wf_store.h"

struct wf_room {
	struct wf_count *held; /* [n_dirs]: anywhere in the pipeline, and in the taker's hands */
	uint64_t *cost_held;   /* [n_dirs]: what they cost */
	uint64_t max_cost, total_cost, unmet;
	uint64_t *share; /* [n_dirs] */
	uint32_t cost[WF_HELD_KINDS];
	uint32_t n_dirs;
	bool shares; /* some are not 0 */
};

/* Room for max_held packets by reference, or by_value times as many by value; 0: there are none of
 * those. 0 or -ENOMEM. */
int wf_room_init(struct wf_room *r, uint32_t n_dirs, uint64_t max_held, uint32_t by_value);
void wf_room_fini(struct wf_room *r);
/* Shares as this plan wants them. */
void wf_room_share(struct wf_room *r, const struct wf_plan *plan);

static inline uint64_t
wf_room_unmet(const struct wf_room *r, uint32_t dir)
{
	return r->cost_held[dir] < r->share[dir] ? r->share[dir] - r->cost_held[dir] : 0;
}

/* What packets that the direction may still take in may cost. */
static inline uint64_t
wf_room_left(const struct wf_room *r, uint32_t dir)
{
	uint64_t taken = r->total_cost;

	if (WF_UNLIKELY(r->shares))
		taken += r->unmet - wf_room_unmet(r, dir);
	return taken < r->max_cost ? r->max_cost - taken : 0;
}

/* The direction holds more of them ... */
static inline void
wf_room_take(struct wf_room *r, uint32_t dir, enum wf_held_kind kind, const struct wf_count *more)
{
	uint64_t before = WF_UNLIKELY(r->shares) ? wf_room_unmet(r, dir) : 0;
	uint64_t cost = more->packets * r->cost[kind];

	wf_count_merge(&r->held[dir], more);
	r->cost_held[dir] += cost;
	r->total_cost += cost;
	if (WF_UNLIKELY(r->shares))
		r->unmet += wf_room_unmet(r, dir) - before;
}

/* ... or less. */
static inline void
wf_room_give(struct wf_room *r, uint32_t dir, enum wf_held_kind kind, const struct wf_count *less)
{
	uint64_t before = WF_UNLIKELY(r->shares) ? wf_room_unmet(r, dir) : 0;
	uint64_t cost = less->packets * r->cost[kind];

	r->held[dir].packets -= less->packets;
	r->held[dir].bytes -= less->bytes;
	r->cost_held[dir] -= cost;
	r->total_cost -= cost;
	if (WF_UNLIKELY(r->shares))
		r->unmet += wf_room_unmet(r, dir) - before;
}

/* n packets that the direction has held by value are packets again. */
static inline void
wf_room_unpack(struct wf_room *r, uint32_t dir, uint64_t n)
{
	uint64_t before = WF_UNLIKELY(r->shares) ? wf_room_unmet(r, dir) : 0;
	uint64_t more = n * (r->cost[WF_HELD_PACKET] - r->cost[WF_HELD_VALUE]);

	r->cost_held[dir] += more;
	r->total_cost += more;
	if (WF_UNLIKELY(r->shares))
		r->unmet += wf_room_unmet(r, dir) - before;
}

#endif
