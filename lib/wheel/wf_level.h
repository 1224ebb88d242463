/* SPDX-License-Identifier: BSD-3-Clause
 * One level of the wheel: slots, each a chain, round and round, with a bitmap of those that hold
 * something. One worker's own.
 */
#ifndef WF_LEVEL_H
#define WF_LEVEL_H

#include "wf_chain.h"

#define WF_LEVEL_SLOTS 1024

/* Zeroed: it is empty. */
struct wf_level {
	struct wf_chain slot[WF_LEVEL_SLOTS];
	uint64_t occupied[WF_LEVEL_SLOTS / 64];
	uint64_t summary; /* which words of `occupied` are not 0 */
};

static inline struct wf_chain *
wf_level_slot(struct wf_level *l, uint64_t number)
{
	return &l->slot[number % WF_LEVEL_SLOTS];
}

static inline struct wf_held *
wf_level_append(struct wf_level *l, struct wf_chunks *chunks, uint64_t number)
{
	uint32_t slot = number % WF_LEVEL_SLOTS;
	bool first = l->slot[slot].head == WF_NO_CHUNK;
	struct wf_held *h = wf_chain_append(chunks, &l->slot[slot]);

	if (WF_UNLIKELY(first) && h != NULL) {
		l->occupied[slot / 64] |= 1ull << (slot % 64);
		l->summary |= 1ull << (slot / 64);
	}
	return h;
}

/* Its chain is empty, or somebody has it. */
static inline void
wf_level_clear(struct wf_level *l, uint64_t number)
{
	uint32_t slot = number % WF_LEVEL_SLOTS;

	l->slot[slot].head = WF_NO_CHUNK;
	l->occupied[slot / 64] &= ~(1ull << (slot % 64));
	if (l->occupied[slot / 64] == 0)
		l->summary &= ~(1ull << (slot / 64));
}

/* Number of the first occupied slot at or after `from`, round the end; UINT64_MAX: all are empty.
 */
static inline uint64_t
wf_level_next(const struct wf_level *l, uint64_t from)
{
	uint32_t at = from % WF_LEVEL_SLOTS, word = at / 64, slot;
	uint64_t bits = l->occupied[word] & (~0ull << (at % 64)), later;

	if (l->summary == 0)
		return UINT64_MAX;
	if (bits == 0) {
		later = l->summary & (~1ull << word);
		word = (uint32_t)__builtin_ctzll(later != 0 ? later : l->summary);
		bits = l->occupied[word];
	}
	slot = word * 64 + (uint32_t)__builtin_ctzll(bits);
	return from + (slot - at) % WF_LEVEL_SLOTS;
}

#endif
