/* SPDX-License-Identifier: BSD-3-Clause
 * Handing packets from worker to worker. Worker threads, one at each end.
 */
#include "wf_handoff.h"

#include <rte_mbuf.h>
#include <rte_ring.h>
#include <rte_ring_elem.h>
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
 * burst waits here. */
struct wf_handoff {
	struct rte_ring *ring;
	/* Receiver's own. */
	uint32_t first WF_CACHE_ALIGNED, end;
	struct element taken[WF_BURST];
};

static_assert(offsetof(struct wf_handoff, first) % WF_CACHE_LINE == 0 &&
		      sizeof(struct wf_handoff) % WF_CACHE_LINE == 0,
	"the sender reads `ring` only");

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
	const struct wf_rx *rx, const struct wf_identity *const *who, uint32_t n)
{
	struct element e[WF_BURST];
	uint32_t epoch = wf_stats_epoch(stats), taken;

	for (uint32_t i = 0; i < n; i++)
		e[i] = (struct element){ .pkt = rx[i].pkt,
			.rx_ns = rx[i].rx_ns,
			.len_bytes = rx[i].len_bytes,
			.epoch = epoch,
			.who = *who[i] };
	taken = rte_ring_sp_enqueue_burst_elem(r->ring, e, sizeof(e[0]), n, NULL);
	wf_pipe_handed_out(p, dir, rx, taken);
	if (WF_UNLIKELY(taken < n))
		wf_pipe_refuse(p, dir, rx + taken, n - taken, true, WF_DROP_handoff_full);
}

uint32_t
wf_handoff_take(struct wf_handoff *r, struct wf_pipe *p, const struct wf_stats *stats,
	wf_ns_t now_ns, uint32_t *dir, struct wf_rx rx[WF_BURST],
	const struct wf_identity *who[WF_BURST])
{
	const struct element *e;
	uint32_t n = 0;

	if (r->first == r->end) {
		r->first = 0;
		r->end = rte_ring_sc_dequeue_burst_elem(
			r->ring, r->taken, sizeof(r->taken[0]), WF_BURST, NULL);
		if (r->end == 0)
			return 0;
	}
	e = &r->taken[r->first];
	*dir = e->who.dir;
	if (WF_UNLIKELY((int32_t)(e->epoch - wf_stats_epoch(stats)) > 0))
		wf_pipe_turn_stats(p, now_ns);
	for (; r->first < r->end; r->first++, n++) {
		const struct element *x = &r->taken[r->first];
		struct rte_mbuf *m = x->pkt;

		if (x->who.dir != e->who.dir || x->epoch != e->epoch)
			break;
		rx[n] = (struct wf_rx){ .pkt = m,
			.data = rte_pktmbuf_mtod(m, const uint8_t *),
			.readable_bytes = m->data_len,
			.len_bytes = x->len_bytes,
			.rx_ns = x->rx_ns };
		who[n] = &x->who;
	}
	wf_pipe_handed_in(p, *dir, rx, n);
	return n;
}

bool
wf_handoff_empty(const struct wf_handoff *r)
{
	return r->first == r->end && rte_ring_empty(r->ring);
}
