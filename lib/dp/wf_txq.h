/* SPDX-License-Identifier: BSD-3-Clause
 * What one worker has to send on one port: packets gather here, leave in one burst, and those that
 * the device does not take are tried again for a short while. One worker's own.
 */
#ifndef WF_TXQ_H
#define WF_TXQ_H

#include <stdatomic.h>

#include "wf_clock.h"
#include "wf_pipe.h"

struct rte_mbuf;

#define WF_TXQ_ROOM     512
#define WF_TXQ_RETRY_NS WF_NS_PER_MS
#define WF_TXQ_BURST    64 /* packets put between two flushes */

struct wf_txq {
	uint16_t port, queue;
	const atomic_bool *cut; /* the port's: nothing can be sent */
	uint32_t fits_bytes;    /* any frame up to this length can be sent */
	uint32_t n;             /* packets here; the first n_refused have been refused before */
	uint32_t n_refused;
	wf_ns_t full_since_ns; /* when it last became full; 0: it has been empty since */
	struct rte_mbuf *pkt[WF_TXQ_ROOM];
	struct wf_held held[WF_TXQ_ROOM];
	wf_ns_t refused_ns[WF_TXQ_ROOM]; /* when the device first refused it */
};

/* Slow path of wf_txq_put: too long, or no room. Takes the packet in every case. */
void wf_txq_put_slowly(
	struct wf_txq *q, struct wf_pipe *p, const struct wf_clock *clock, const struct wf_held *h);

/* Adds a packet that is due; a frame that the port can't send ends here. */
static inline void
wf_txq_put(
	struct wf_txq *q, struct wf_pipe *p, const struct wf_clock *clock, const struct wf_held *h)
{
	if (WF_UNLIKELY(h->len_bytes > q->fits_bytes || q->n == WF_TXQ_ROOM)) {
		wf_txq_put_slowly(q, p, clock, h);
		return;
	}
	q->pkt[q->n] = h->pkt;
	q->held[q->n++] = *h;
}

/* Offers everything to the device and accounts for what it took. Returns how many. */
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

/* Ends what is left, with this cause. */
void wf_txq_drop_all(struct wf_txq *q, struct wf_pipe *p, enum wf_drop cause);

#endif
