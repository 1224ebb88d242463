/* SPDX-License-Identifier: BSD-3-Clause
 * What came to a load test's port by several queues, in one order of time: each worker writes its
 * own into a ring, and the control thread takes from all of them what nothing older can follow. A
 * full ring loses the packet for the test, which counts it; no worker waits.
 */
#ifndef WF_ARRIVALS_H
#define WF_ARRIVALS_H

#include <stdatomic.h>
#include <string.h>

#include "wf_probe.h"

struct wf_arrival {
	wf_ns_t ns;
	uint32_t len_bytes;
	bool probed; /* tail has the last bytes of the frame */
	uint8_t tail[WF_PROBE_BYTES];
};

struct wf_arrivals_queue {
	/* Constant. */
	struct wf_arrival *slot; /* [mask + 1] */
	uint64_t mask;
	/* The worker's. */
	uint64_t seen_tail WF_CACHE_ALIGNED;
	_Atomic uint64_t head;   /* release; partner: wf_arrivals_take */
	_Atomic wf_ns_t past_ns; /* none that is older will come; release, the same partner */
	_Atomic uint64_t missed; /* relaxed; partner: wf_arrivals_missed */
	/* Control's. */
	uint64_t seen_head WF_CACHE_ALIGNED;
	_Atomic uint64_t tail; /* release; partner: wf_arrivals_put */
};

struct wf_arrivals {
	uint32_t n;
	struct wf_arrivals_queue *queue; /* [n] */
};

/* Rings of so many slots, a power of two. 0 or -ENOMEM. */
int wf_arrivals_init(struct wf_arrivals *a, uint32_t n, uint64_t slots);
void wf_arrivals_fini(struct wf_arrivals *a);

/* Worker: a packet came; `tail` NULL: it has no room for a probe. Times never go back. */
static inline void
wf_arrivals_put(struct wf_arrivals_queue *q, const uint8_t *tail, uint32_t len_bytes, wf_ns_t ns)
{
	uint64_t head = atomic_load_explicit(&q->head, memory_order_relaxed);
	struct wf_arrival *to = &q->slot[head & q->mask];

	if (WF_UNLIKELY(head - q->seen_tail > q->mask)) {
		q->seen_tail = atomic_load_explicit(&q->tail, memory_order_acquire);
		if (head - q->seen_tail > q->mask) {
			atomic_store_explicit(&q->missed,
				atomic_load_explicit(&q->missed, memory_order_relaxed) + 1,
				memory_order_relaxed);
			return;
		}
	}
	to->ns = ns;
	to->len_bytes = len_bytes;
	to->probed = tail != NULL;
	if (WF_LIKELY(tail != NULL))
		memcpy(to->tail, tail, WF_PROBE_BYTES);
	atomic_store_explicit(&q->head, head + 1, memory_order_release);
}
/* Worker: none that is older than this will come any more. */
static inline void
wf_arrivals_past(struct wf_arrivals_queue *q, wf_ns_t ns)
{
	atomic_store_explicit(&q->past_ns, ns, memory_order_release);
}

typedef void (*wf_arrivals_fn)(void *ctx, const struct wf_arrival *a);
/* Control: gives out what nothing older can follow, by time and then by queue. `all`: no worker
 * writes any more, and so everything. */
void wf_arrivals_take(struct wf_arrivals *a, bool all, wf_arrivals_fn fn, void *ctx);
/* Control: how many no ring had room for, since the start. */
uint64_t wf_arrivals_missed(const struct wf_arrivals *a);

#endif
