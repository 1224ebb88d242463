/* SPDX-License-Identifier: BSD-3-Clause
 * A packet of the twin: a heap block with a reference count, so memory is what is in flight. One
 * thread.
 */
#ifndef WF_TWIN_PACKET_H
#define WF_TWIN_PACKET_H

#include "wf_cap.h"
#include "wf_capture_ring.h"
#include "wf_pipe.h"

struct wf_twin_packet {
	uint32_t references;
	uint32_t cap_bytes, len_bytes;
	uint32_t room_bytes; /* at data */
#define WF_TWIN_FORGED UINT32_MAX
	uint32_t tag; /* its maker's; kept by copies that are edited */
	bool edited;
	uint8_t marks; /* WF_CAPTURE_COPY ... */
	/* Of the packet that came, for a log: kept by copies, and by those whose bytes change. */
	uint64_t ordinal, hash;
	struct wf_twin_packet *original; /* with the bytes that came; NULL: it has them */
	uint8_t data[];
};

/* A copy of p, with one reference. NULL: out of memory. */
struct wf_twin_packet *wf_twin_packet_new(const struct wf_cap_packet *p);
void wf_twin_packet_put(struct wf_twin_packet *p);
/* What the pipeline may do with them. */
extern const struct wf_pkt_ops wf_twin_packet_ops;
/* The same for who wants to know which one is the copy: copies are blocks of their own. */
extern const struct wf_pkt_ops wf_twin_packet_ops_marking;

#endif
