/* SPDX-License-Identifier: BSD-3-Clause
 * From a worker to the thread that writes captures: a ring of bytes, in which records of packets
 * follow each other. Packets are copied into it, so that nobody holds a buffer of the data path,
 * and memory is what the ring has. One producer, one consumer; neither waits, allocates or calls
 * the system. (rte_ring carries elements of one size: that would be the snaplen for each of them.)
 */
#ifndef WF_CAPTURE_RING_H
#define WF_CAPTURE_RING_H

#include <stdatomic.h>

#include "wf_types.h"

/* Where a packet was seen. Each direction has an interface for each. */
enum wf_capture_point {
	WF_CAPTURE_IN,   /* received */
	WF_CAPTURE_OUT,  /* sent */
	WF_CAPTURE_LOST, /* ended */
	WF_CAPTURE_POINTS
};

/* What became of it besides. */
#define WF_CAPTURE_COPY      1 /* made by duplication */
#define WF_CAPTURE_CORRUPTED 2
#define WF_CAPTURE_CHANGED   4 /* its bytes, by whatever stage */
#define WF_CAPTURE_MADE      8 /* forged by a stage */

struct wf_capture_record {
	uint32_t bytes; /* of the record in the ring, a multiple of 8; 0: the ring goes on at its
			   beginning */
	uint32_t cap_bytes, len_bytes;
	uint16_t dir;
	uint8_t point; /* enum wf_capture_point */
	uint8_t cause; /* enum wf_drop, of WF_CAPTURE_LOST */
	uint32_t marks;
	wf_ns_t time_ns, rx_ns, due_ns;
	uint8_t data[];
};

struct wf_capture_ring {
	/* Constant. */
	uint8_t *bytes;
	uint64_t size; /* a power of two */

	/* Producer's own, but for what it tells. */
	uint64_t next WF_CACHE_ALIGNED; /* where its record goes that is not published yet */
	uint64_t seen_tail;
	_Atomic uint64_t head; /* release; partner: wf_capture_ring_peek */

	/* Consumer's own, the same. */
	uint64_t seen_head WF_CACHE_ALIGNED;
	_Atomic uint64_t tail; /* release; partner: wf_capture_ring_reserve */
};

/* At least so many bytes. 0 or -ENOMEM. */
int wf_capture_ring_init(struct wf_capture_ring *r, uint64_t bytes);
void wf_capture_ring_fini(struct wf_capture_ring *r);

/* Room for a record of this many captured bytes, to be filled in (but for `bytes` and `cap_bytes`).
 * NULL: the ring is full. */
struct wf_capture_record *wf_capture_ring_reserve(struct wf_capture_ring *r, uint32_t cap_bytes);
/* What was reserved last can be read. */
void wf_capture_ring_publish(struct wf_capture_ring *r);

/* The oldest record, or NULL; it stays until it is taken. */
const struct wf_capture_record *wf_capture_ring_peek(struct wf_capture_ring *r);
void wf_capture_ring_take(struct wf_capture_ring *r, const struct wf_capture_record *record);

#endif
