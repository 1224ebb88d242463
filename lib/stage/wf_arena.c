/* SPDX-License-Identifier: BSD-3-Clause
 * The arena: a bump pointer and a free list for each size. Worker threads; init and fini by the
 * control core.
 */
#include "wf_arena.h"

#include <errno.h>
#include <stdlib.h>

int
wf_arena_init(struct wf_arena *a, uint32_t size_words)
{
	/* calloc of a large block takes no memory until it is touched. */
	a->words = calloc(size_words ? size_words : 1, sizeof(*a->words));
	a->size_words = size_words;
	a->used_words = 0;
	for (unsigned i = 0; i < WF_ARRAY_SIZE(a->free_list); i++)
		a->free_list[i] = WF_ARENA_NONE;
	return a->words == NULL ? -ENOMEM : 0;
}

void
wf_arena_fini(struct wf_arena *a)
{
	free(a->words);
	a->words = NULL;
}

uint32_t
wf_arena_get(struct wf_arena *a, unsigned bits)
{
	uint32_t offset;

	assert(bits <= WF_ARENA_MAX_BITS);
	offset = a->free_list[bits];
	if (offset != WF_ARENA_NONE) {
		a->free_list[bits] = (uint32_t)a->words[offset];
		return offset;
	}
	if (a->size_words - a->used_words < (1u << bits))
		return WF_ARENA_NONE;
	offset = a->used_words;
	a->used_words += 1u << bits;
	return offset;
}

void
wf_arena_put(struct wf_arena *a, uint32_t offset, unsigned bits)
{
	a->words[offset] = a->free_list[bits];
	a->free_list[bits] = offset;
}
