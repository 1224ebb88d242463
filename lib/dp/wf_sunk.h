/* SPDX-License-Identifier: BSD-3-Clause
 * Of a port without a device, the end at which packets are counted and freed. A queue's own: its
 * worker writes, the control thread reads.
 */
#ifndef WF_SUNK_H
#define WF_SUNK_H

#include <rte_mbuf.h>
#include <stdatomic.h>

#include "wf_snapshot.h"

struct wf_sunk {
	/* Relaxed; partner: wf_sunk_count. */
	_Atomic uint64_t packets, bytes;
};

/* One writer: no need for a locked instruction. */
static inline void
wf_sunk_add(_Atomic uint64_t *counter, uint64_t n)
{
	atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + n,
		memory_order_relaxed);
}

/* Takes all of them. */
static inline uint16_t
wf_sunk_take(struct wf_sunk *s, struct rte_mbuf **m, uint16_t n)
{
	uint64_t bytes = 0;

	for (uint16_t i = 0; i < n; i++)
		bytes += m[i]->pkt_len;
	rte_pktmbuf_free_bulk(m, n);
	wf_sunk_add(&s->packets, n);
	wf_sunk_add(&s->bytes, bytes);
	return n;
}

/* Adds what it has taken. */
static inline void
wf_sunk_count(const struct wf_sunk *s, struct wf_count *to)
{
	to->packets += atomic_load_explicit(&s->packets, memory_order_relaxed);
	to->bytes += atomic_load_explicit(&s->bytes, memory_order_relaxed);
}

#endif
