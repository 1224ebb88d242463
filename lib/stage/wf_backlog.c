/* SPDX-License-Identifier: BSD-3-Clause
 * Growth of a backlog's ring. Worker threads.
 */
#include "wf_backlog.h"

bool
wf_backlog_grow(struct wf_backlog *b, struct wf_arena *a)
{
	uint32_t bits = b->bits ? b->bits + 1 : WF_ARENA_MIN_BITS;
	uint32_t offset;

	if (bits > WF_ARENA_MAX_BITS)
		return false;
	offset = wf_arena_get(a, bits);
	if (offset == WF_ARENA_NONE)
		return false;
	for (uint32_t i = 0; i < b->count; i++)
		a->words[offset + i] =
			a->words[b->offset + ((b->head + i) & ((1u << b->bits) - 1))];
	if (b->bits)
		wf_arena_put(a, b->offset, b->bits);
	b->offset = offset;
	b->head = 0;
	b->bits = bits;
	return true;
}

void
wf_backlog_fini(struct wf_backlog *b, struct wf_arena *a)
{
	if (b->bits)
		wf_arena_put(a, b->offset, b->bits);
	*b = (struct wf_backlog){ 0 };
}
