/* SPDX-License-Identifier: BSD-3-Clause
 * A worker's part of a capture: it copies what it receives, sends and drops into its ring. Control
 * says which ring; the worker takes it up, or lets go of it, between two turns.
 */
#ifndef WF_WORKER_CAPTURE_H
#define WF_WORKER_CAPTURE_H

#include <stdatomic.h>

#include "wf_capture.h"
#include "wf_pipe.h"

struct rte_mbuf;
struct wf_txq;
struct wf_worker;

struct wf_worker_capture {
	/* Control writes. Release; partner: wf_worker_capture_look. NULL: none. */
	_Atomic(struct wf_capture_tap *) wanted;
	/* Worker writes. Release; partner: wf_dp_captures. */
	_Atomic(struct wf_capture_tap *) seen;
	/* Worker's own. */
	struct wf_capture_tap *tap; /* that it writes to */
	struct wf_tap told;         /* of its pipe */
	uint64_t marks[4];          /* ol_flags of WF_CAPTURE_COPY ... */
	const struct wf_tap *other; /* that is told, too, capture or not; NULL: none */
};

/* The first r->cap_bytes of the frame. */
void wf_worker_capture_copy(struct wf_capture_record *r, const struct rte_mbuf *m);

/* Slow path of the worker's look: takes up what is wanted. */
void wf_worker_capture_adopt(struct wf_worker *w);

/* Once a turn. Relaxed: it is taken up with acquire. */
static inline bool
wf_worker_capture_changed(const struct wf_worker_capture *c)
{
	return atomic_load_explicit(&c->wanted, memory_order_relaxed) != c->tap;
}

/* n packets of the direction have been received. */
void wf_worker_capture_in(
	struct wf_worker_capture *c, uint32_t dir, const struct wf_rx *rx, uint32_t n);

#endif
