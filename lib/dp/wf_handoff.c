/* SPDX-License-Identifier: BSD-3-Clause
 * Handing packets from worker to worker. Worker threads, one at each end.
 *
 * Elements are written where they stand in the ring, and read there: rte_ring would copy them in
 * and out in words of four bytes, which took a hundred instructions a packet.
 */
#include "wf_handoff.h"

#include <rte_mbuf.h>
#include <rte_ring.h>
#include <rte_ring_peek_zc.h>
#include <stdlib.h>

#define RING_ELEMENTS 1024

struct element {
	void *pkt;
	wf_ns_t rx_ns;
	uint32_t len_bytes;
	uint32_t epoch;
	struct wf_identity who;
};
static_assert(sizeof(struct element) == 96, "two in three cache lines");

/* The receiver takes whole bursts, which may hold several directions and epochs; what is left of a
 * burst waits here. Its places are given back when the next one is asked for. */
struct wf_handoff {
	struct rte_ring *ring;
	/* Receiver's own. */
	uint32_t first WF_CACHE_ALIGNED, end;
	struct rte_ring_zc_data taken;
};

static_assert(offsetof(struct wf_handoff, first) % WF_CACHE_LINE == 0 &&
		      sizeof(struct wf_handoff) % WF_CACHE_LINE == 0,
	"the sender reads `ring` only");

/* Of a burst that may go on at the start of the ring's memory. */
static inline struct element *
element_at(const struct rte_ring_zc_data *z, uint32_t i)
{
	struct element *at = z->ptr1, *more = z->ptr2;

	return i < z->n1 ? &at[i] : &more[i - z->n1];
}

/* A ring outside EAL's memory zones, of which there are too few for 64 workers' pairs. */
struct wf_handoff *
wf_handoff_new(void)
{
	ssize_t size = rte_ring_get_memsize_elem(sizeof(struct element), RING_ELEMENTS);
	struct wf_handoff *r = aligned_alloc(WF_CACHE_LINE, sizeof(*r));

	if (!r || size < 0) {
		free(r);
		return NULL;
	}
	r->first = r->end = 0;
	r->ring = aligned_alloc(WF_CACHE_LINE, RTE_ALIGN_CEIL((size_t)size, WF_CACHE_LINE));
	if (!r->ring || rte_ring_init(r->ring, "wf_handoff", RING_ELEMENTS,
				RING_F_SP_ENQ | RING_F_SC_DEQ) != 0) {
		wf_handoff_free(r);
		return NULL;
	}
	return r;
}

void
wf_handoff_free(struct wf_handoff *r)
{
	if (!r)
		return;
	free(r->ring);
	free(r);
}

void
wf_handoff_put(struct wf_handoff *r, struct wf_pipe *p, const struct wf_stats *stats, uint32_t dir,
	const struct wf_rx *rx, const struct wf_identity *const *who, const uint8_t *which,
	uint32_t n)
{
	uint32_t epoch = wf_stats_epoch(stats), taken;
	struct wf_count sum = { 0, 0 };
	struct rte_ring_zc_data room;

	taken = rte_ring_enqueue_zc_burst_elem_start(
		r->ring, sizeof(struct element), n, &room, NULL);
	for (uint32_t i = 0; i < taken; i++) {
		const struct wf_rx *x = &rx[which[i]];
		struct element *e = element_at(&room, i);

		e->pkt = x->pkt;
		e->rx_ns = x->rx_ns;
		e->len_bytes = x->len_bytes;
		e->epoch = epoch;
		e->who = *who[which[i]];
		wf_count_add(&sum, x->len_bytes);
	}
	rte_ring_enqueue_zc_elem_finish(r->ring, taken);
	wf_pipe_handed_out(p, dir, &sum);
	for (uint32_t i = taken; i < n; i++)
		wf_pipe_refuse(p, dir, &rx[which[i]], 1, true, WF_DROP_handoff_full);
}

uint32_t
wf_handoff_take(struct wf_handoff *r, struct wf_pipe *p, const struct wf_stats *stats,
	wf_ns_t now_ns, uint32_t *dir, struct wf_rx rx[WF_BURST],
	const struct wf_identity *who[WF_BURST])
{
	struct wf_count sum = { 0, 0 };
	uint32_t n = 0, epoch, at;
	const struct element *e;

	if (r->first == r->end) {
		if (r->end > 0)
			rte_ring_dequeue_zc_elem_finish(r->ring, r->end);
		r->first = 0;
		r->end = rte_ring_dequeue_zc_burst_elem_start(
			r->ring, sizeof(struct element), WF_BURST, &r->taken, NULL);
		if (r->end == 0)
			return 0;
	}
	e = element_at(&r->taken, r->first);
	*dir = e->who.dir;
	epoch = e->epoch;
	if (WF_UNLIKELY((int32_t)(epoch - wf_stats_epoch(stats)) > 0))
		wf_pipe_turn_stats(p, now_ns);
	for (at = r->first; at < r->end; at++, n++) {
		const struct element *x = element_at(&r->taken, at);
		struct rte_mbuf *m = x->pkt;

		if (x->who.dir != *dir || x->epoch != epoch)
			break;
		rx[n] = (struct wf_rx){ .pkt = m,
			.data = rte_pktmbuf_mtod(m, const uint8_t *),
			.readable_bytes = m->data_len,
			.len_bytes = x->len_bytes,
			.rx_ns = x->rx_ns };
		who[n] = &x->who;
		wf_count_add(&sum, x->len_bytes);
	}
	r->first = at;
	wf_pipe_handed_in(p, *dir, &sum);
	return n;
}

bool
wf_handoff_empty(const struct wf_handoff *r)
{
	return r->first == r->end && rte_ring_empty(r->ring);
}
