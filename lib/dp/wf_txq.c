/* SPDX-License-Identifier: BSD-3-Clause
 * Transmit on one port: bursts, retries, and the end of what cannot be sent. Worker threads.
 */
#include "wf_txq.h"

#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <string.h>

/* Would the MTU take this frame, of which VLAN tags are not a part? */
static bool
fits_with_tags(const struct wf_txq *q, struct rte_mbuf *m)
{
	const uint8_t *data = rte_pktmbuf_mtod(m, const uint8_t *);
	uint32_t tags = 0;

	for (uint32_t at = 12; tags < 2 && at + 2 <= m->data_len; at += 4, tags++) {
		uint16_t type = (uint16_t)(data[at] << 8 | data[at + 1]);

		if (type != RTE_ETHER_TYPE_VLAN && type != RTE_ETHER_TYPE_QINQ &&
			type != RTE_ETHER_TYPE_QINQ1)
			break;
	}
	return m->pkt_len <= q->fits_bytes + tags * RTE_VLAN_HLEN;
}

void
wf_txq_put_slowly(
	struct wf_txq *q, struct wf_pipe *p, const struct wf_clock *clock, const struct wf_held *h)
{
	if (h->len_bytes > q->fits_bytes && !fits_with_tags(q, h->pkt)) {
		wf_pipe_drop(p, h, 1, WF_DROP_too_long);
		return;
	}
	if (q->n == WF_TXQ_ROOM)
		wf_txq_flush(q, p, clock);
	if (q->n == WF_TXQ_ROOM) {
		wf_pipe_drop(p, h, 1, WF_DROP_tx_full);
		return;
	}
	q->pkt[q->n] = h->pkt;
	q->held[q->n++] = *h;
}

/* Moves what begins at `from` to the front. */
static void
close_gap(struct wf_txq *q, uint32_t from)
{
	uint32_t left = q->n - from;

	memmove(q->pkt, q->pkt + from, left * sizeof(q->pkt[0]));
	memmove(q->held, q->held + from, left * sizeof(q->held[0]));
	memmove(q->refused_ns, q->refused_ns + from, left * sizeof(q->refused_ns[0]));
	q->n = left;
	q->n_refused = q->n_refused > from ? q->n_refused - from : 0;
}

/* The device did not take all: gives up on those that have waited too long, marks the new ones. */
static void
keep_refused(struct wf_txq *q, struct wf_pipe *p, uint32_t sent, wf_ns_t now_ns)
{
	uint32_t old = 0;

	close_gap(q, sent);
	while (q->n_refused < q->n)
		q->refused_ns[q->n_refused++] = now_ns;
	while (old < q->n && now_ns - q->refused_ns[old] > WF_TXQ_RETRY_NS)
		old++;
	if (old == 0)
		return;
	wf_pipe_drop(p, q->held, old, WF_DROP_tx_full);
	close_gap(q, old);
}

uint32_t
wf_txq_flush(struct wf_txq *q, struct wf_pipe *p, const struct wf_clock *clock)
{
	uint32_t sent = 0, n;
	wf_ns_t now_ns;

	if (WF_UNLIKELY(atomic_load_explicit(q->cut, memory_order_relaxed))) { /* wf_dp_carrier */
		n = q->n;
		wf_txq_drop_all(q, p, WF_DROP_outage);
		q->full_since_ns = 0;
		return n;
	}
	/* A packet is released when it is given to the device; what a driver or the kernel does
	 * with it in the call is theirs, but delays the packets behind it, which then have later
	 * times: hence in pieces. (Some drivers take a limited number a call, besides.) */
	do {
		n = RTE_MIN(q->n - sent, (uint32_t)WF_BURST);
		now_ns = wf_clock_ns(clock);
		n = rte_eth_tx_burst(q->port, q->queue, q->pkt + sent, (uint16_t)n);
		wf_pipe_sent(p, q->held + sent, n, now_ns);
		sent += n;
	} while (n > 0 && sent < q->n);
	if (WF_UNLIKELY(sent < q->n)) {
		keep_refused(q, p, sent, now_ns);
		return sent;
	}
	q->n = q->n_refused = 0;
	q->full_since_ns = 0;
	return sent;
}

void
wf_txq_drop_all(struct wf_txq *q, struct wf_pipe *p, enum wf_drop cause)
{
	wf_pipe_drop(p, q->held, q->n, cause);
	q->n = q->n_refused = 0;
}
