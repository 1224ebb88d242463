/* SPDX-License-Identifier: BSD-3-Clause
 * A lane: held packets whose release times do not go backwards, first in, first out. What a wheel
 * would sort is in order already, so it is neither scattered over slots nor moved again. One
 * worker's own.
 */
#ifndef WF_LANE_H
#define WF_LANE_H

#include "wf_chain.h"

struct wf_lane {
	struct wf_chain chain;
	uint32_t read_at; /* entries already read of the first chunk */
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

/* Up to max of those with a tick at or before `now`. */
static inline uint32_t
wf_lane_take(
	struct wf_lane *l, struct wf_chunks *p, uint64_t now, struct wf_held *out, uint32_t max)
{
	wf_ns_t now_ns = now << WF_TICK_SHIFT;
	uint32_t n = 0;

	while (n < max && !wf_lane_empty(l)) {
		struct wf_chunk *c = &p->chunk[l->chain.head];
		uint32_t next = c->next;

		for (; l->read_at < c->n && n < max; l->read_at++, n++) {
			if (c->entry[l->read_at].due_ns > now_ns)
				return n;
			out[n] = c->entry[l->read_at];
			wf_held_prefetch(&out[n]);
		}
		if (l->read_at < c->n)
			break;
		l->read_at = 0;
		wf_chunk_put(p, l->chain.head);
		l->chain.head = next;
		if (next != WF_NO_CHUNK)
			for (uint32_t line = 0; line < sizeof(*c); line += WF_CACHE_LINE)
				__builtin_prefetch((const char *)&p->chunk[next] + line);
	}
	return n;
}

#endif
