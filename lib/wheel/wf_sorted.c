/* SPDX-License-Identifier: BSD-3-Clause
 * Sorting by counting: how many packets each tick has says where they go. Worker threads; memory by
 * the control core.
 */
#include "wf_sorted.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "wf_lane.h"

int
wf_sorted_init(struct wf_sorted *s, uint32_t room)
{
	uint64_t bytes = ((uint64_t)room + WF_SORTED_AHEAD) * sizeof(struct wf_held);

	*s = (struct wf_sorted){ 0 };
	bytes = (bytes + WF_CHUNKS_PAGE - 1) / WF_CHUNKS_PAGE * WF_CHUNKS_PAGE;
	s->entry = aligned_alloc(WF_CHUNKS_PAGE, bytes);
	if (s->entry == NULL)
		return -ENOMEM;
	(void)madvise(s->entry, bytes, MADV_HUGEPAGE);
	return 0;
}

void
wf_sorted_fini(struct wf_sorted *s)
{
	free(s->entry);
	s->entry = NULL;
}

/* wf_tick_of in fewer steps: where it wraps, both are 0. */
static inline uint32_t
tick_in_window(const struct wf_held *h)
{
	return (uint32_t)((h->due_ns + WF_TICK_NS - 1) >> WF_TICK_SHIFT) % WF_SORTED_TICKS;
}

/* at[tick]: how many there are. false: there are more than `most`. */
static bool
sorted_count(const struct wf_chunks *p, struct wf_chain chain, uint32_t most,
	uint32_t at[WF_SORTED_TICKS])
{
	uint32_t next;
	uint64_t n = 0;

	for (uint32_t c = chain.head; c != WF_NO_CHUNK; c = next) {
		const struct wf_chunk *from = &p->chunk[c];

		n += from->n;
		if (WF_UNLIKELY(n > most))
			return false;
		next = from->next;
		wf_chain_prefetch(p, from);
		for (uint32_t i = 0; i < from->n; i++)
			at[tick_in_window(&from->entry[i])]++;
	}
	return true;
}

uint32_t
wf_sorted_fill(struct wf_sorted *s, struct wf_chunks *p, struct wf_chain chain, uint32_t most)
{
	uint32_t at[WF_SORTED_TICKS] = { 0 }, n = 0, next;
	struct wf_held *entry = s->entry;

	assert(wf_sorted_empty(s));
	if (!sorted_count(p, chain, most, at))
		return 0;
	for (uint32_t tick = 0; tick < WF_SORTED_TICKS; tick++) {
		uint32_t of_tick = at[tick];

		at[tick] = n;
		n += of_tick;
	}
	for (uint32_t c = chain.head; c != WF_NO_CHUNK; c = next) {
		const struct wf_chunk *from = &p->chunk[c];

		next = from->next;
		for (uint32_t i = 0; i < from->n; i++)
			entry[at[tick_in_window(&from->entry[i])]++] = from->entry[i];
		wf_chunk_put(p, c);
	}
	s->at = 0;
	s->n = n;
	for (uint32_t i = 0; i < WF_SORTED_AHEAD && i < n; i++)
		wf_held_prefetch(&s->entry[i]);
	return n;
}
