/* SPDX-License-Identifier: BSD-3-Clause
 * Transmit on one port: bursts, retries, and the end of what cannot be sent. Worker threads.
 */
#include "wf_txq.h"

#include <errno.h>
#include <rte_ether.h>
#include <rte_mbuf.h>
#include <stdlib.h>
#include <string.h>

#include "wf_lines.h"

/* Ends reported at once. */
#define ENDS 64
/* Kind of a packet in flight that we hold, too. */
#define KEPT 1

int
wf_txq_init(struct wf_txq *q, const struct wf_port_ops *ops, void *queue, const atomic_uchar *shut,
	uint32_t fits_bytes)
{
	*q = (struct wf_txq){ .ops = ops, .queue = queue, .shut = shut };
	atomic_init(&q->fits_bytes, fits_bytes);
	if (!ops->tx_done)
		return 0;
	q->flight_mask = ops->tx_room(queue) - 1;
	q->flight = wf_lines_new(q->flight_mask + 1, sizeof(*q->flight));
	return q->flight ? 0 : -ENOMEM;
}

void
wf_txq_fini(struct wf_txq *q)
{
	free(q->flight);
	q->flight = NULL;
}

/* Would the MTU take this frame, of which VLAN tags are not a part? */
static bool
fits_with_tags(uint32_t fits_bytes, struct rte_mbuf *m)
{
	const uint8_t *data = rte_pktmbuf_mtod(m, const uint8_t *);
	uint32_t tags = 0;

	for (uint32_t at = 12; tags < 2 && at + 2 <= m->data_len; at += 4, tags++) {
		uint16_t type = (uint16_t)(data[at] << 8 | data[at + 1]);

		if (type != RTE_ETHER_TYPE_VLAN && type != RTE_ETHER_TYPE_QINQ &&
			type != RTE_ETHER_TYPE_QINQ1)
			break;
	}
	return m->pkt_len <= fits_bytes + tags * RTE_VLAN_HLEN;
}

void
wf_txq_put_slowly(
	struct wf_txq *q, struct wf_pipe *p, const struct wf_clock *clock, const struct wf_held *h)
{
	uint32_t fits_bytes = atomic_load_explicit(&q->fits_bytes, memory_order_relaxed);

	if (h->len_bytes > fits_bytes && !fits_with_tags(fits_bytes, h->pkt)) {
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
	wf_pipe_drop(p, q->held, old, q->ops->tx_refusal(q->queue));
	close_gap(q, old);
}

/* What the device took is on its way. */
static void
take_off(struct wf_txq *q, uint32_t from, uint32_t n)
{
	assert(q->flight_head + n - q->flight_tail <= q->flight_mask + 1);
	for (uint32_t i = 0; i < n; i++)
		q->flight[q->flight_head++ & q->flight_mask] = q->held[from + i];
}

/* The next of those in flight, which is not any more. `kept` gets the packet if we hold it; if not,
 * it must not be looked at when it has been sent. */
static struct wf_held
touch_down(struct wf_txq *q, void **kept)
{
	struct wf_held h = q->flight[q->flight_tail++ & q->flight_mask];

	*kept = NULL;
	if (WF_UNLIKELY(h.kind == KEPT)) {
		*kept = h.pkt;
		q->n_kept--;
	}
	h.kind = 0;
	return h;
}

/* land() while there is a tap, or packets are kept for one. */
static __attribute__((noinline)) void
land_kept(struct wf_txq *q, struct wf_pipe *p)
{
	struct wf_tx_end end[ENDS];
	uint32_t n;

	do {
		n = q->ops->tx_done(q->queue, end, ENDS);
		assert(n <= q->flight_head - q->flight_tail);
		for (uint32_t i = 0; i < n; i++) {
			void *kept;
			struct wf_held h = touch_down(q, &kept);

			if (end[i].cause != WF_DROP_NONE) {
				wf_pipe_drop(p, &h, 1, end[i].cause);
			} else {
				h.pkt = kept;
				wf_pipe_sent(p, &h, 1, end[i].ns);
			}
			rte_pktmbuf_free(kept);
		}
	} while (n == ENDS);
}

/* Accounts for what has ended. */
static void
land(struct wf_txq *q, struct wf_pipe *p)
{
	struct wf_tx_end end[ENDS];
	struct wf_held h[ENDS];
	uint32_t n, k;

	if (WF_UNLIKELY(q->keeps || q->n_kept > 0)) {
		land_kept(q, p);
		return;
	}
	do {
		n = q->ops->tx_done(q->queue, end, ENDS);
		assert(n <= q->flight_head - q->flight_tail);
		for (uint32_t i = 0; i < n; i++)
			h[i] = q->flight[q->flight_tail++ & q->flight_mask];
		for (uint32_t i = 0; i < n; i += k) {
			for (k = 1; i + k < n && end[i + k].cause == end[i].cause &&
				    end[i + k].ns == end[i].ns;)
				k++;
			if (end[i].cause == WF_DROP_NONE)
				wf_pipe_sent(p, h + i, k, end[i].ns);
			else
				wf_pipe_drop(p, h + i, k, end[i].cause);
		}
	} while (n == ENDS);
}

static void
drop_waiting(struct wf_txq *q, struct wf_pipe *p, enum wf_drop cause)
{
	wf_pipe_drop(p, q->held, q->n, cause);
	q->n = q->n_refused = 0;
}

/* tx_burst of which each packet that is taken stays with us until the tap has seen it. */
static __attribute__((noinline)) uint32_t
send_kept(struct wf_txq *q, struct wf_pipe *p, uint32_t from, uint32_t n, wf_ns_t now_ns)
{
	bool later = q->ops->tx_done != NULL;
	struct rte_mbuf *m[WF_BURST];
	uint32_t taken;

	memcpy(m, q->pkt + from, n * sizeof(m[0]));
	for (uint32_t i = 0; i < n; i++)
		rte_pktmbuf_refcnt_update(m[i], 1);
	taken = q->ops->tx_burst(q->queue, q->pkt + from, (uint16_t)n);
	if (later) {
		for (uint32_t i = 0; i < taken; i++)
			q->held[from + i].kind = KEPT;
		take_off(q, from, taken);
		q->n_kept += taken;
		rte_pktmbuf_free_bulk(m + taken, n - taken);
	} else {
		wf_pipe_sent(p, q->held + from, taken, now_ns);
		rte_pktmbuf_free_bulk(m, n);
	}
	return taken;
}

/* Offers some packets, and accounts for those that are taken. Returns how many. */
static inline uint32_t
send_some(struct wf_txq *q, struct wf_pipe *p, uint32_t from, uint32_t n, wf_ns_t now_ns)
{
	if (WF_UNLIKELY(q->keeps))
		return send_kept(q, p, from, n, now_ns);
	n = q->ops->tx_burst(q->queue, q->pkt + from, (uint16_t)n);
	if (q->ops->tx_done != NULL)
		take_off(q, from, n);
	else
		wf_pipe_sent(p, q->held + from, n, now_ns);
	return n;
}

uint32_t
wf_txq_flush(struct wf_txq *q, struct wf_pipe *p, const struct wf_clock *clock)
{
	bool later = q->ops->tx_done != NULL;
	enum wf_drop shut = atomic_load_explicit(q->shut, memory_order_relaxed); /* wf_port_shut */
	uint32_t sent = 0, n;
	wf_ns_t now_ns;

	if (later)
		land(q, p); /* there may be room again */
	if (WF_UNLIKELY(shut != WF_DROP_NONE)) {
		n = q->n;
		drop_waiting(q, p, shut);
		if (later && q->flight_head != q->flight_tail) { /* what it took must end, too */
			q->ops->tx_burst(q->queue, NULL, 0);
			land(q, p);
		}
		q->full_since_ns = 0;
		return n;
	}
	/* A packet is released when it is given to the device; what a driver or the kernel does
	 * with it in the call is theirs, but delays the packets behind it, which then have later
	 * times: hence in pieces. (Some drivers take a limited number a call, besides.) */
	do {
		n = RTE_MIN(q->n - sent, (uint32_t)WF_BURST);
		now_ns = wf_clock_ns(clock);
		n = send_some(q, p, sent, n, now_ns);
		sent += n;
	} while (n > 0 && sent < q->n);
	if (later)
		land(q, p);
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
	if (q->ops->tx_done)
		land(q, p);
	while (q->flight_tail != q->flight_head) {
		void *kept;
		struct wf_held h = touch_down(q, &kept);

		wf_pipe_drop(p, &h, 1, WF_DROP_tx_unknown);
		rte_pktmbuf_free(kept);
	}
	drop_waiting(q, p, cause);
}
