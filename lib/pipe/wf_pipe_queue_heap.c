/* SPDX-License-Identifier: BSD-3-Clause
 * Events of real queues, in a binary heap by time, then by number: its order is exact to the
 * nanosecond, where the wheel's is to its tick, and there is one event for each busy queue, not one
 * for each packet. Worker threads.
 */
#include "wf_pipe_queues.h"

static inline bool
heap_sooner(const struct wf_queues *q, uint32_t a, uint32_t b)
{
	wf_ns_t at = q->queue[a].q.event_ns, bt = q->queue[b].q.event_ns;

	return at < bt || (at == bt && a < b);
}

static inline void
heap_stand(struct wf_queues *q, uint32_t at, uint32_t id)
{
	q->heap[at] = id;
	q->queue[id].heap_at = at;
}

/* Moves the queue from place `at` to where it belongs. */
static void
heap_sift(struct wf_queues *q, uint32_t at, uint32_t id)
{
	while (at > 0 && heap_sooner(q, id, q->heap[(at - 1) / 2])) {
		heap_stand(q, at, q->heap[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	for (;;) {
		uint32_t child = 2 * at + 1;

		if (child >= q->n_heap)
			break;
		if (child + 1 < q->n_heap && heap_sooner(q, q->heap[child + 1], q->heap[child]))
			child++;
		if (!heap_sooner(q, q->heap[child], id))
			break;
		heap_stand(q, at, q->heap[child]);
		at = child;
	}
	heap_stand(q, at, id);
}

void
wf_queue_heap_update(struct wf_queues *q, uint32_t id)
{
	struct wf_pipe_queue *w = &q->queue[id];
	bool busy = w->q.event_ns != UINT64_MAX;

	if (w->heap_at != WF_QNONE && busy) {
		heap_sift(q, w->heap_at, id);
	} else if (busy) {
		heap_sift(q, q->n_heap++, id);
	} else if (w->heap_at != WF_QNONE) {
		uint32_t at = w->heap_at, last = q->heap[--q->n_heap];

		w->heap_at = WF_QNONE;
		if (last != id)
			heap_sift(q, at, last);
	}
	q->next_event_ns = q->n_heap > 0 ? q->queue[q->heap[0]].q.event_ns : UINT64_MAX;
}
