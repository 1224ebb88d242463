/* SPDX-License-Identifier: BSD-3-Clause
 * A queue pair of a packet port: one packet socket with a receive ring and a transmit ring that the
 * kernel shares with us. Its worker's own between open and close, but for the members marked
 * otherwise.
 *
 * Transmit: slots are filled and passed to the kernel by one send() a burst, which goes through
 * them in order and stops at one that it refuses. A buffer is kept until its slot has come back, so
 * that what the kernel refused can be withdrawn from the ring and ends as a drop with a cause.
 */
#ifndef WF_PACKET_QUEUE_H
#define WF_PACKET_QUEUE_H

#include <stdatomic.h>

#include "wf_clock.h"
#include "wf_port_ops.h"

/* What the kernel has of a queue pair. */
struct wf_packet_rings {
	int fd;
	uint8_t *rx, *tx; /* in one mapping from rx */
	uint32_t at;      /* slot of rx to begin with */
};

/* A packet of the transmit ring, oldest first. */
struct wf_packet_flight {
	struct rte_mbuf *m;
	wf_ns_t ns;         /* when the kernel took it */
	enum wf_drop cause; /* other than WF_DROP_NONE: it was not sent, and is in no slot */
	uint32_t slot;      /* WF_PACKET_NO_SLOT: it was sent, in rings that are given up */
};

#define WF_PACKET_NO_SLOT UINT32_MAX

struct wf_packet_queue {
	/* Set before the worker starts; later only by wf_packet_adopt. */
	int fd;
	uint32_t slot_bytes;
	uint32_t rx_mask, tx_mask; /* numbers of slots, less one */
	uint8_t *rx, *tx;          /* rings, as in struct wf_packet_rings */
	const struct wf_clock *clock;
	struct rte_mempool *pool;

	/* Receive. */
	uint32_t rx_at WF_CACHE_ALIGNED;
	bool polled;      /* at least once */
	wf_ns_t floor_ns; /* no frame that is still in the ring came earlier */

	/* Transmit: flight[done] .. flight[unsent] .. flight[put], modulo the ring. */
	struct wf_packet_flight *flight WF_CACHE_ALIGNED;
	uint32_t done, unsent, put;
	uint32_t tx_at;           /* slot to fill next */
	wf_ns_t refused_since_ns; /* 0: the kernel takes what it gets */
	bool down;                /* so said its last refusal */

	/* Rings to go on with, and those that the worker has given up for them. */
	struct wf_packet_rings *_Atomic next WF_CACHE_ALIGNED; /* control writes, release */
	struct wf_packet_rings *_Atomic old;                   /* worker writes, release */

	/* Worker adds, control reads. */
	_Atomic uint64_t rx_cut WF_CACHE_ALIGNED; /* frames longer than a slot */
	_Atomic uint64_t rx_bad;                  /* slots that made no sense */
	_Atomic uint64_t tx_refused;              /* frames not sent, whatever the cause */
};

/* Worker: see struct wf_port_ops. */
uint16_t wf_packet_rx_burst(void *queue, struct rte_mbuf **m, wf_ns_t *rx_ns, uint16_t n);
uint16_t wf_packet_tx_burst(void *queue, struct rte_mbuf **m, uint16_t n);
enum wf_drop wf_packet_tx_refusal(void *queue);
uint16_t wf_packet_tx_done(void *queue, struct wf_tx_end *end, uint16_t n);
uint32_t wf_packet_tx_room(const void *queue);

/* Goes on with q->next, if there is one. What is still on its way in the old rings is unknown. */
void wf_packet_adopt(struct wf_packet_queue *q);

/* Is the interface that the socket is bound to up and running, as the kernel's link watch has it?
 * Takes no lock of the kernel's that others hold for long. */
bool wf_packet_runs(int fd);

/* When a frame with this stamp came, by our clock, which is now_ns where the kernel's
 * CLOCK_REALTIME is realtime_now_ns. What is known holds whatever became of CLOCK_REALTIME since:
 * it came not before floor_ns, and not after now. Pure. */
static inline wf_ns_t
wf_packet_came_ns(uint64_t realtime_ns, uint64_t realtime_now_ns, wf_ns_t now_ns, wf_ns_t floor_ns)
{
	uint64_t age_ns = realtime_now_ns - realtime_ns;

	if ((int64_t)age_ns <= 0)
		return now_ns;
	return age_ns >= now_ns || now_ns - age_ns < floor_ns ? floor_ns : now_ns - age_ns;
}

#endif
