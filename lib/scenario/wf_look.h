/* SPDX-License-Identifier: BSD-3-Clause
 * A packet as it is shown to who reads headers in a run of a scenario.
 */
#ifndef WF_LOOK_H
#define WF_LOOK_H

#include "wf_capture_ring.h"

struct wf_look {
	uint32_t dir;        /* link * 2 + side */
	uint8_t point;       /* enum wf_capture_point: it came, left, or ended */
	bool extra;          /* a copy, or made here */
	const uint8_t *data; /* headers at least; NULL: nothing of it is there */
	uint32_t readable_bytes, len_bytes;
	wf_ns_t ns;
};

#endif
