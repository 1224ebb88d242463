/* SPDX-License-Identifier: BSD-3-Clause
 * Turns of a worker's loop that were longer than is on time: the worker notes each, the control
 * thread asks now and then for the longest.
 */
#ifndef WF_STALL_H
#define WF_STALL_H

#include <stdatomic.h>

#include "wf_types.h"

#define WF_STALLS 16 /* that are kept; a power of two */

struct wf_stall {
	/* Worker writes: the n-th is in at[n % WF_STALLS]. */
	_Atomic uint32_t n; /* so far; release; partner: wf_stall_longest */
	struct {
		_Atomic wf_ns_t begin_ns, end_ns;
	} at[WF_STALLS];
};

/* Worker. */
static inline void
wf_stall_note(struct wf_stall *s, wf_ns_t begin_ns, wf_ns_t end_ns)
{
	uint32_t n = atomic_load_explicit(&s->n, memory_order_relaxed) + 1;

	/* Who sees something of this one in the slot sees that the one before has been counted. */
	atomic_thread_fence(memory_order_release);
	atomic_store_explicit(&s->at[n % WF_STALLS].begin_ns, begin_ns, memory_order_relaxed);
	atomic_store_explicit(&s->at[n % WF_STALLS].end_ns, end_ns, memory_order_relaxed);
	atomic_store_explicit(&s->n, n, memory_order_release);
}

/* Control: the longest of those that came after the first `seen`, as far as they are kept. Returns
 * how many there were so far; `seen`: no more than that, and nothing is filled in. */
static inline uint32_t
wf_stall_longest(const struct wf_stall *s, uint32_t seen, wf_ns_t *begin_ns, wf_ns_t *end_ns)
{
	uint32_t n = atomic_load_explicit(&s->n, memory_order_acquire);
	/* Not the oldest slot: the next one may be on its way into it. */
	uint32_t first = n - seen < WF_STALLS ? seen + 1 : n - WF_STALLS + 2;

	*begin_ns = *end_ns = 0;
	for (uint32_t i = first; n != seen && i != n + 1; i++) {
		wf_ns_t from_ns =
			atomic_load_explicit(&s->at[i % WF_STALLS].begin_ns, memory_order_relaxed);
		wf_ns_t to_ns =
			atomic_load_explicit(&s->at[i % WF_STALLS].end_ns, memory_order_relaxed);

		atomic_thread_fence(memory_order_acquire);
		if (atomic_load_explicit(&s->n, memory_order_relaxed) - i >= WF_STALLS - 1)
			continue; /* overwritten meanwhile */
		if (to_ns - from_ns > *end_ns - *begin_ns) {
			*begin_ns = from_ns;
			*end_ns = to_ns;
		}
	}
	return n;
}

#endif
