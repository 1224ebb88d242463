/* SPDX-License-Identifier: BSD-3-Clause
 * A lane: held packets whose release times do not go backwards, first in, first out. What a wheel
 * would sort is in order already, so it is neither scattered over slots nor moved again. One
 * worker's own.
 */
#ifndef WF_LANE_H
#define WF_LANE_H

#include "wf_chain.h"

/* Packets from the one that is taken to the one that is prefetched. */
#define WF_LANE_AHEAD 32

struct wf_lane {
	struct wf_chain chain;
	uint32_t read_at; /* entries already read of the first chunk */
	uint32_t ahead;   /* entries behind them that have been prefetched, as far as ... */
	uint32_t ahead_chunk, ahead_at; /* ... here, where there are any */
	uint64_t last_tick;
};

static inline uint64_t
wf_tick_of(wf_ns_t due_ns)
{
	return (due_ns >> WF_TICK_SHIFT) + ((due_ns & (WF_TICK_NS - 1)) != 0);
}

/* Room for one that leaves at that tick; NULL: no chunk, or it is before the last one. */
static inline struct wf_held *
wf_lane_put(struct wf_lane *l, struct wf_chunks *p, uint64_t tick)
{
	struct wf_held *h = WF_LIKELY(tick >= l->last_tick) ? wf_chain_append(p, &l->chain) : NULL;

	if (WF_LIKELY(h != NULL))
		l->last_tick = tick;
	return h;
}

static inline bool
wf_lane_empty(const struct wf_lane *l)
{
	return l->chain.head == WF_NO_CHUNK;
}

/* Tick of the first one; the lane is not empty. */
static inline uint64_t
wf_lane_next(const struct wf_lane *l, const struct wf_chunks *p)
{
	return wf_tick_of(p->chunk[l->chain.head].entry[l->read_at].due_ns);
}

/* Prefetches on, up to n packets ahead: a turn of a busy loop takes those that the turn before has
 * prefetched. */
static inline void
wf_lane_look_ahead(struct wf_lane *l, const struct wf_chunks *p, uint32_t n)
{
	const struct wf_chunk *c;

	if (l->ahead == 0) {
		l->ahead_chunk = l->chain.head;
		l->ahead_at = l->read_at;
	}
	c = &p->chunk[l->ahead_chunk];
	while (l->ahead < n) {
		const struct wf_held *h = &c->entry[l->ahead_at], *end;
		uint32_t k = c->n - l->ahead_at;

		k = k < n - l->ahead ? k : n - l->ahead;
		for (end = h + k; h != end; h++)
			wf_held_prefetch(h);
		l->ahead += k;
		l->ahead_at += k;
		if (l->ahead_at < c->n || c->next == WF_NO_CHUNK)
			break;
		l->ahead_chunk = c->next;
		l->ahead_at = 0;
		c = &p->chunk[c->next];
		wf_chain_prefetch(p, c);
	}
}

/* Up to max of those with a tick at or before `now`. */
static inline uint32_t
wf_lane_take(
	struct wf_lane *l, struct wf_chunks *p, uint64_t now, struct wf_held *out, uint32_t max)
{
	wf_ns_t now_ns = now << WF_TICK_SHIFT;
	uint32_t n = 0;

	if (!wf_lane_empty(l))
		wf_lane_look_ahead(l, p, max + WF_LANE_AHEAD);
	while (n < max && !wf_lane_empty(l)) {
		struct wf_chunk *c = &p->chunk[l->chain.head];

		const struct wf_held *from = &c->entry[l->read_at], *h = from, *end;

		end = from + (c->n - l->read_at < max - n ? c->n - l->read_at : max - n);
		while (h < end && h->due_ns <= now_ns)
			out[n++] = *h++;
		l->read_at += (uint32_t)(h - from);
		if (l->read_at < c->n)
			break;
		l->read_at = 0;
		wf_chain_shift(p, &l->chain);
	}
	l->ahead -= n;
	return n;
}

#endif
