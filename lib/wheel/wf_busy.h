/* SPDX-License-Identifier: BSD-3-Clause
 * Which of up to 4096 things have something to do: a bitmap, and a word that says which of its
 * words are not 0, so that asking costs as many steps as there are busy ones. One worker's own.
 */
#ifndef WF_BUSY_H
#define WF_BUSY_H

#include "wf_types.h"

#define WF_BUSY_MAX  4096
#define WF_BUSY_NONE UINT32_MAX

/* Zeroed: none is busy. */
struct wf_busy {
	uint64_t words; /* which of word[] are not 0 */
	uint64_t word[WF_BUSY_MAX / 64];
};

static inline void
wf_busy_set(struct wf_busy *b, uint32_t i)
{
	b->word[i / 64] |= 1ull << (i % 64);
	b->words |= 1ull << (i / 64);
}

static inline void
wf_busy_clear(struct wf_busy *b, uint32_t i)
{
	b->word[i / 64] &= ~(1ull << (i % 64));
	if (b->word[i / 64] == 0)
		b->words &= ~(1ull << (i / 64));
}

/* The first busy one at or after `from`, WF_BUSY_NONE if there is none. */
static inline uint32_t
wf_busy_next(const struct wf_busy *b, uint32_t from)
{
	uint64_t bits, words;
	uint32_t w = from / 64;

	if (from >= WF_BUSY_MAX)
		return WF_BUSY_NONE;
	bits = b->word[w] & (~0ull << (from % 64));
	if (bits == 0) {
		words = w == 63 ? 0 : b->words & (~0ull << (w + 1));
		if (words == 0)
			return WF_BUSY_NONE;
		w = (uint32_t)__builtin_ctzll(words);
		bits = b->word[w];
	}
	return w * 64 + (uint32_t)__builtin_ctzll(bits);
}

#endif
