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

#include "wf_plan.h"
#include "wf_stats.h"

struct wf_room {
	struct wf_count *held; /* [n_dirs]: anywhere in the pipeline, and in the taker's hands */
	uint64_t max_held, total_held, unmet;
	uint32_t *share; /* [n_dirs] */
	uint32_t n_dirs;
	bool shares; /* some are not 0 */
};

/* 0 or -ENOMEM. */
int wf_room_init(struct wf_room *r, uint32_t n_dirs, uint64_t max_held);
void wf_room_fini(struct wf_room *r);
/* Shares as this plan wants them. */
void wf_room_share(struct wf_room *r, const struct wf_plan *plan);

static inline uint64_t
wf_room_unmet(const struct wf_room *r, uint32_t dir)
{
	return r->held[dir].packets < r->share[dir] ? r->share[dir] - r->held[dir].packets : 0;
}

/* Packets that the direction may still take in. */
static inline uint64_t
wf_room_left(const struct wf_room *r, uint32_t dir)
{
	uint64_t taken = r->total_held;

	if (WF_UNLIKELY(r->shares))
		taken += r->unmet - wf_room_unmet(r, dir);
	return taken < r->max_held ? r->max_held - taken : 0;
}

/* The direction holds more of them ... */
static inline void
wf_room_take(struct wf_room *r, uint32_t dir, const struct wf_count *more)
{
	uint64_t before = WF_UNLIKELY(r->shares) ? wf_room_unmet(r, dir) : 0;

	wf_count_merge(&r->held[dir], more);
	r->total_held += more->packets;
	if (WF_UNLIKELY(r->shares))
		r->unmet += wf_room_unmet(r, dir) - before;
}

/* ... or less. */
static inline void
wf_room_give(struct wf_room *r, uint32_t dir, const struct wf_count *less)
{
	uint64_t before = WF_UNLIKELY(r->shares) ? wf_room_unmet(r, dir) : 0;

	r->held[dir].packets -= less->packets;
	r->held[dir].bytes -= less->bytes;
	r->total_held -= less->packets;
	if (WF_UNLIKELY(r->shares))
		r->unmet += wf_room_unmet(r, dir) - before;
}

#endif
