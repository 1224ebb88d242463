/* SPDX-License-Identifier: BSD-3-Clause
 * Rings of what came, and their merge. Control thread.
 */
#include "wf_arrivals.h"

#include <errno.h>
#include <stdlib.h>

int
wf_arrivals_init(struct wf_arrivals *a, uint32_t n, uint64_t slots)
{
	a->n = 0;
	a->queue = aligned_alloc(WF_CACHE_LINE, n * sizeof(*a->queue));
	if (a->queue == NULL)
		return -ENOMEM;
	memset(a->queue, 0, n * sizeof(*a->queue));
	for (; a->n < n; a->n++) {
		struct wf_arrivals_queue *q = &a->queue[a->n];

		q->mask = slots - 1;
		q->slot = calloc(slots, sizeof(*q->slot));
		if (q->slot == NULL) {
			wf_arrivals_fini(a);
			return -ENOMEM;
		}
	}
	return 0;
}

void
wf_arrivals_fini(struct wf_arrivals *a)
{
	for (uint32_t i = 0; i < a->n; i++)
		free(a->queue[i].slot);
	free(a->queue);
	*a = (struct wf_arrivals){ 0 };
}

/* The oldest that has come by this queue; NULL: there is none. */
static const struct wf_arrival *
first_of(struct wf_arrivals_queue *q)
{
	uint64_t tail = atomic_load_explicit(&q->tail, memory_order_relaxed);

	return tail != q->seen_head ? &q->slot[tail & q->mask] : NULL;
}

/* Up to when all is there: first the times, then the rings, or what a worker wrote between the two
 * looks would be passed over. */
static wf_ns_t
look(struct wf_arrivals *a)
{
	wf_ns_t until_ns = UINT64_MAX;

	for (uint32_t i = 0; i < a->n; i++) {
		wf_ns_t ns = atomic_load_explicit(&a->queue[i].past_ns, memory_order_acquire);

		until_ns = ns < until_ns ? ns : until_ns;
	}
	for (uint32_t i = 0; i < a->n; i++)
		a->queue[i].seen_head =
			atomic_load_explicit(&a->queue[i].head, memory_order_acquire);
	return until_ns;
}

void
wf_arrivals_take(struct wf_arrivals *a, bool all, wf_arrivals_fn fn, void *ctx)
{
	wf_ns_t until_ns = look(a);

	for (;;) {
		struct wf_arrivals_queue *from = NULL;
		const struct wf_arrival *oldest = NULL;

		for (uint32_t i = 0; i < a->n; i++) {
			const struct wf_arrival *first = first_of(&a->queue[i]);

			if (first == NULL || (oldest != NULL && oldest->ns <= first->ns))
				continue;
			oldest = first;
			from = &a->queue[i];
		}
		if (oldest == NULL || (!all && oldest->ns >= until_ns))
			return;
		fn(ctx, oldest);
		atomic_store_explicit(&from->tail,
			atomic_load_explicit(&from->tail, memory_order_relaxed) + 1,
			memory_order_release);
	}
}

uint64_t
wf_arrivals_missed(const struct wf_arrivals *a)
{
	uint64_t n = 0;

	for (uint32_t i = 0; i < a->n; i++)
		n += atomic_load_explicit(&a->queue[i].missed, memory_order_relaxed);
	return n;
}
