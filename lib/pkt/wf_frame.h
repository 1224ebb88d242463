/* SPDX-License-Identifier: BSD-3-Clause
 * A frame whose bytes a stage changes, or answers with frames of its own. One worker's own.
 */
#ifndef WF_FRAME_H
#define WF_FRAME_H

#include "wf_parse.h"

struct wf_frame {
	uint8_t *data;           /* contiguous; not shared with another packet while it is edited */
	uint32_t readable_bytes; /* at data: all of the frame, but what a capture cut off */
	uint32_t len_bytes;  /* of the frame; may be changed, together with readable_bytes ... */
	uint32_t room_bytes; /* ... up to this many */
	const struct wf_parsed *parsed; /* as it arrived */
	uint64_t rng;                   /* randomness of the packet: wf_rng_draw(rng, purpose) */
	wf_ns_t rx_ns;
	bool no_room;   /* set by an edit that found too little: the packet ends as no_buffer */
	bool corrupted; /* set by an edit that damaged it */
	bool marked;    /* set by an edit that marked Congestion Experienced instead of a loss */
};

/* A frame that we make. */
#define WF_FORGED_MAX   2
#define WF_FORGED_BYTES 1514
#define WF_FRAME_MIN    60 /* Ethernet without FCS */
struct wf_forged {
	bool reverse;       /* leaves in the other direction of the link */
	wf_ns_t delay_ns;   /* after the arrival of its cause */
	uint32_t len_bytes; /* at most WF_FORGED_BYTES; padded to WF_FRAME_MIN */
	uint8_t data[WF_FORGED_BYTES];
};

#endif
