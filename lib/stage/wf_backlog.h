/* SPDX-License-Identifier: BSD-3-Clause
 * How many packets wait in a queue that is only a virtual clock: a ring of the instants at which
 * admitted packets end their serialisation, grown from the arena as the backlog grows. One worker's
 * own; amortised O(1).
 */
#ifndef WF_BACKLOG_H
#define WF_BACKLOG_H

#include "wf_arena.h"

/* Zeroed is empty. `bits` 0: no array yet. */
struct wf_backlog {
	uint32_t offset;
	uint32_t head; /* of the oldest; counts up, wraps with the ring */
	uint32_t count;
	uint32_t bits;
};

/* Packets whose serialisation has not ended at now_ns; forgets those that have. */
static inline uint32_t
wf_backlog_count(struct wf_backlog *b, const struct wf_arena *a, wf_ns_t now_ns)
{
	const uint64_t *ring = a->words + b->offset;
	uint32_t mask = (1u << b->bits) - 1;

	while (b->count > 0 && ring[b->head & mask] <= now_ns) {
		b->head++;
		b->count--;
	}
	return b->count;
}

/* Makes room for more. false: the arena is exhausted, nothing has changed. */
bool wf_backlog_grow(struct wf_backlog *b, struct wf_arena *a);

/* Adds one; ends do not go backwards. false: the arena is exhausted, nothing has changed. */
static inline bool
wf_backlog_add(struct wf_backlog *b, struct wf_arena *a, wf_ns_t end_ns)
{
	if (WF_UNLIKELY(b->bits == 0 || b->count == 1u << b->bits) && !wf_backlog_grow(b, a))
		return false;
	a->words[b->offset + ((b->head + b->count) & ((1u << b->bits) - 1))] = end_ns;
	b->count++;
	return true;
}

/* Gives the array back; empty again. */
void wf_backlog_fini(struct wf_backlog *b, struct wf_arena *a);

#endif
