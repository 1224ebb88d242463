/* SPDX-License-Identifier: BSD-3-Clause
 * From mbufs to records of a capture. Worker threads.
 */
#include "wf_worker_capture.h"

#include <rte_mbuf.h>
#include <string.h>

#include "wf_pool.h"
#include "wf_worker.h"

void
wf_worker_capture_copy(struct wf_capture_record *r, const struct rte_mbuf *m)
{
	uint32_t done = 0;

	for (; m != NULL && done < r->cap_bytes; m = m->next) {
		uint32_t n = RTE_MIN((uint32_t)m->data_len, r->cap_bytes - done);

		memcpy(r->data + done, rte_pktmbuf_mtod(m, const uint8_t *), n);
		done += n;
	}
}

static void
record(struct wf_worker_capture *c, struct wf_capture_seen *s, const struct rte_mbuf *m)
{
	struct wf_capture_record *r;

	if (m != NULL) {
		s->data = rte_pktmbuf_mtod(m, const uint8_t *);
		s->readable_bytes = m->data_len;
		s->frame_bytes = m->pkt_len;
		for (uint32_t i = 0; i < WF_ARRAY_SIZE(c->marks); i++)
			s->marks |= m->ol_flags & c->marks[i] ? 1u << i : 0;
	}
	r = wf_capture_reserve(c->tap, s);
	if (r == NULL)
		return;
	wf_worker_capture_copy(r, m);
	wf_capture_publish(c->tap);
}

void
wf_worker_capture_in(struct wf_worker_capture *c, uint32_t dir, const struct wf_rx *rx, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		record(c,
			&(struct wf_capture_seen){ .dir = dir,
				.point = WF_CAPTURE_IN,
				.len_bytes = rx[i].len_bytes,
				.time_ns = rx[i].rx_ns },
			rx[i].pkt);
}

/* struct wf_tap: the packet of one that left is kept by its transmit queue. */
static void
told(void *ctx, const struct wf_held *h, enum wf_drop cause, wf_ns_t ns)
{
	const struct wf_tap *other = ((struct wf_worker_capture *)ctx)->other;

	if (other != NULL)
		other->told(other->ctx, h, cause, ns);
	record(ctx,
		&(struct wf_capture_seen){ .dir = h->dir,
			.point = cause == WF_DROP_NONE ? WF_CAPTURE_OUT : WF_CAPTURE_LOST,
			.cause = (uint8_t)cause,
			.len_bytes = h->len_bytes,
			.time_ns = ns,
			.rx_ns = h->rx_ns,
			.due_ns = h->due_ns },
		h->pkt);
}

void
wf_worker_capture_adopt(struct wf_worker *w)
{
	struct wf_worker_capture *c = &w->capture;

	c->tap = atomic_load_explicit(&c->wanted, memory_order_acquire);
	c->told = (struct wf_tap){ told, c };
	wf_pipe_set_tap(w->pipe, c->tap != NULL ? &c->told : c->other);
	for (uint32_t i = 0; i < w->n_txqs; i++)
		w->txq[i].keeps = c->tap != NULL;
	atomic_store_explicit(&c->seen, c->tap, memory_order_release);
}
