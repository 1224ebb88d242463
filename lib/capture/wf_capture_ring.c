/* SPDX-License-Identifier: BSD-3-Clause
 * The ring of records. A record lies in one piece: where it would not fit before the end, the rest
 * is skipped. Producer: a worker; consumer: the thread that writes.
 */
#include "wf_capture_ring.h"

#include <errno.h>
#include <stdlib.h>

int
wf_capture_ring_init(struct wf_capture_ring *r, uint64_t bytes)
{
	*r = (struct wf_capture_ring){ .size = 4096 };
	while (r->size < bytes)
		r->size *= 2;
	r->bytes = aligned_alloc(WF_CACHE_LINE, r->size);
	return r->bytes != NULL ? 0 : -ENOMEM;
}

void
wf_capture_ring_fini(struct wf_capture_ring *r)
{
	free(r->bytes);
	r->bytes = NULL;
}

static struct wf_capture_record *
at(const struct wf_capture_ring *r, uint64_t where)
{
	return (struct wf_capture_record *)(r->bytes + (where & (r->size - 1)));
}

/* Are these bytes free, as far as we know, or as far as the consumer tells? */
static bool
has_room(struct wf_capture_ring *r, uint64_t bytes)
{
	if (r->next + bytes - r->seen_tail <= r->size)
		return true;
	r->seen_tail = atomic_load_explicit(&r->tail, memory_order_acquire);
	return r->next + bytes - r->seen_tail <= r->size;
}

struct wf_capture_record *
wf_capture_ring_reserve(struct wf_capture_ring *r, uint32_t cap_bytes)
{
	uint64_t bytes = (sizeof(struct wf_capture_record) + cap_bytes + 7) & ~7ull, rest;
	struct wf_capture_record *record;

	r->next = atomic_load_explicit(&r->head, memory_order_relaxed);
	rest = r->size - (r->next & (r->size - 1));
	if (rest < bytes) {
		if (!has_room(r, rest + bytes))
			return NULL;
		at(r, r->next)->bytes = 0; /* records are multiples of 8: there is room for that */
		r->next += rest;
	} else if (!has_room(r, bytes)) {
		return NULL;
	}
	record = at(r, r->next);
	record->bytes = (uint32_t)bytes;
	record->cap_bytes = cap_bytes;
	r->next += bytes;
	return record;
}

void
wf_capture_ring_publish(struct wf_capture_ring *r)
{
	atomic_store_explicit(&r->head, r->next, memory_order_release);
}

const struct wf_capture_record *
wf_capture_ring_peek(struct wf_capture_ring *r)
{
	uint64_t tail = atomic_load_explicit(&r->tail, memory_order_relaxed);
	const struct wf_capture_record *record;

	if (tail == r->seen_head) {
		r->seen_head = atomic_load_explicit(&r->head, memory_order_acquire);
		if (tail == r->seen_head)
			return NULL;
	}
	record = at(r, tail);
	if (record->bytes != 0)
		return record;
	tail += r->size - (tail & (r->size - 1));
	atomic_store_explicit(&r->tail, tail, memory_order_release);
	return at(r, tail); /* what is skipped is published with what follows it */
}

void
wf_capture_ring_take(struct wf_capture_ring *r, const struct wf_capture_record *record)
{
	uint64_t tail = atomic_load_explicit(&r->tail, memory_order_relaxed);

	atomic_store_explicit(&r->tail, tail + record->bytes, memory_order_release);
}
