/* SPDX-License-Identifier: BSD-3-Clause
 * Memory for state of variable size (the backlog of a queue limited in packets): arrays of 16, 32,
 * 64 ... 8-byte words from one block that is reserved at the start. One worker's own; never calls
 * the system.
 */
#ifndef WF_ARENA_H
#define WF_ARENA_H

#include "wf_types.h"

#define WF_ARENA_MIN_BITS 4
#define WF_ARENA_MAX_BITS 24
#define WF_ARENA_NONE     UINT32_MAX

struct wf_arena {
	uint64_t *words;
	uint32_t size_words;
	uint32_t used_words;                       /* bump pointer */
	uint32_t free_list[WF_ARENA_MAX_BITS + 1]; /* offset of the first free array of 2^i words */
};

/* 0 or -ENOMEM. size_words is at most 2^32 - 2. */
int wf_arena_init(struct wf_arena *a, uint32_t size_words);
void wf_arena_fini(struct wf_arena *a);
/* Offset of an array of 2^bits words (uninitialised), or WF_ARENA_NONE. O(1). */
uint32_t wf_arena_get(struct wf_arena *a, unsigned bits);
void wf_arena_put(struct wf_arena *a, uint32_t offset, unsigned bits);

#endif
