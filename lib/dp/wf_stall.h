/* SPDX-License-Identifier: BSD-3-Clause
 * Turns of a worker's loop that were longer than is on time: the worker notes each, the control
 * thread asks for the last.
 */
#ifndef WF_STALL_H
#define WF_STALL_H

#include <stdatomic.h>

#include "wf_types.h"

struct wf_stall {
	/* Worker writes: the n-th is in at[n & 1], so that the last one stays while the next is
	 * written. */
	_Atomic uint32_t n; /* so far; release; partner: wf_stall_last */
	struct {
		_Atomic wf_ns_t begin_ns, end_ns;
	} at[2];
};

/* Worker. */
static inline void
wf_stall_note(struct wf_stall *s, wf_ns_t begin_ns, wf_ns_t end_ns)
{
	uint32_t n = atomic_load_explicit(&s->n, memory_order_relaxed) + 1;

	/* The slot's last one was over before: wf_stall_last sees that n has moved on. */
	atomic_thread_fence(memory_order_release);
	atomic_store_explicit(&s->at[n & 1].begin_ns, begin_ns, memory_order_relaxed);
	atomic_store_explicit(&s->at[n & 1].end_ns, end_ns, memory_order_relaxed);
	atomic_store_explicit(&s->n, n, memory_order_release);
}

/* Control: how many there were so far, and when the last one was. */
static inline uint32_t
wf_stall_last(const struct wf_stall *s, wf_ns_t *begin_ns, wf_ns_t *end_ns)
{
	uint32_t n = atomic_load_explicit(&s->n, memory_order_acquire), before;

	do {
		before = n;
		*begin_ns = atomic_load_explicit(&s->at[n & 1].begin_ns, memory_order_relaxed);
		*end_ns = atomic_load_explicit(&s->at[n & 1].end_ns, memory_order_relaxed);
		atomic_thread_fence(memory_order_acquire);
		n = atomic_load_explicit(&s->n, memory_order_relaxed);
	} while (n != before);
	return n;
}

#endif
