/* SPDX-License-Identifier: BSD-3-Clause
 * What one worker has to send on one port: packets gather here, leave in one burst, and those that
 * the device does not take are tried again for a short while. Where the device says only later what
 * became of a packet, it counts as held until then. One worker's own.
 */
#ifndef WF_TXQ_H
#define WF_TXQ_H

#include <stdatomic.h>

#include "wf_clock.h"
#include "wf_pipe.h"
#include "wf_port_ops.h"

#define WF_TXQ_ROOM     512
#define WF_TXQ_RETRY_NS WF_NS_PER_MS
#define WF_TXQ_BURST    64 /* packets put between two flushes */

struct wf_txq {
	/* Constant, but for fits_bytes, which control may write. */
	const struct wf_port_ops *ops WF_CACHE_ALIGNED;
	void *queue;              /* of ops */
	const atomic_uchar *shut; /* the port's, enum wf_drop: why nothing can be sent */
	atomic_uint fits_bytes;   /* any frame up to this length can be sent */
	uint32_t index;           /* of the port: its bit in the worker's `busy` */
	uint32_t flight_mask;

	/* Worker writes. */
	uint32_t n WF_CACHE_ALIGNED; /* packets here; the first n_refused were refused before */
	uint32_t n_refused;
	bool keeps;            /* packets that the device has taken, for the tap of their pipe */
	uint32_t n_kept;       /* of those in flight: kind is KEPT */
	wf_ns_t full_since_ns; /* when it last became full; 0: it has been empty since */
	/* With ops->tx_done: given to the device, which has not said yet whether it was sent. */
	struct wf_held *flight; /* [flight_mask + 1] */
	uint32_t flight_head, flight_tail;
	struct rte_mbuf *pkt[WF_TXQ_ROOM];
	struct wf_held held[WF_TXQ_ROOM];
	wf_ns_t refused_ns[WF_TXQ_ROOM]; /* when the device first refused it */
};

/* For a queue of a port of this kind. 0 or -ENOMEM. Control thread, as fini. */
int wf_txq_init(struct wf_txq *q, const struct wf_port_ops *ops, void *queue,
	const atomic_uchar *shut, uint32_t fits_bytes);
void wf_txq_fini(struct wf_txq *q);

/* Is there anything to send, or to hear of? */
static inline bool
wf_txq_busy(const struct wf_txq *q)
{
	return q->n > 0 || q->flight_head != q->flight_tail;
}

/* Slow path of wf_txq_put: too long, or no room. Takes the packet in every case. */
void wf_txq_put_slowly(
	struct wf_txq *q, struct wf_pipe *p, const struct wf_clock *clock, const struct wf_held *h);

/* Adds a packet that is due; a frame that the port can't send ends here. */
static inline void
wf_txq_put(
	struct wf_txq *q, struct wf_pipe *p, const struct wf_clock *clock, const struct wf_held *h)
{
	/* Relaxed: follow_mtu; an MTU that has just changed was another one a moment ago. */
	uint32_t fits_bytes = atomic_load_explicit(&q->fits_bytes, memory_order_relaxed);

	if (WF_UNLIKELY(h->len_bytes > fits_bytes || q->n == WF_TXQ_ROOM)) {
		wf_txq_put_slowly(q, p, clock, h);
		return;
	}
	q->pkt[q->n] = h->pkt;
	q->held[q->n++] = *h;
}

/* Offers everything to the device and accounts for what it took, or for what it says of those that
 * it took before. Returns how many it took. */
uint32_t wf_txq_flush(struct wf_txq *q, struct wf_pipe *p, const struct wf_clock *clock);
/* Is it worth to leave packets where they are until the device has caught up? A burst after a stall
 * is longer than the device's ring, but soon over. Not for long, though: a device that is too slow
 * for its traffic must not hold up the other ports. */
static inline bool
wf_txq_wait(struct wf_txq *q, wf_ns_t now_ns)
{
	if (WF_LIKELY(q->n <= WF_TXQ_ROOM - WF_TXQ_BURST))
		return false;
	if (q->full_since_ns == 0)
		q->full_since_ns = now_ns;
	return now_ns - q->full_since_ns <= WF_TXQ_RETRY_NS;
}

/* At the end: drops what is left here, with this cause, and what the device has not spoken of as
 * `tx_unknown`. Nothing may be asked of the device's queue any more. */
void wf_txq_drop_all(struct wf_txq *q, struct wf_pipe *p, enum wf_drop cause);

#endif
