/* SPDX-License-Identifier: BSD-3-Clause
 * At which pace a capture is replayed: one word says it. Pure; control thread.
 *
 *	x1, x0.5, x20     its own gaps, at this speed (0.01 to 1000)
 *	1000pps           so many packets a second
 *	100Mbit           so many bits a second of frames as captures count them (layer 2, no FCS)
 *	100Mbit/l1        the same of the wire: with FCS, preamble and gap, 60 bytes at least
 *	1ms               a packet each time
 *	top               as fast as they are taken
 *	step              one at a time, when asked to
 */
#ifndef WF_REPLAY_PACE_H
#define WF_REPLAY_PACE_H

#include "wf_err.h"

enum wf_replay_pace_kind {
	WF_REPLAY_PACE_OWN,     /* units are nanoseconds of the capture */
	WF_REPLAY_PACE_PACKETS, /* units are packets */
	WF_REPLAY_PACE_BITS,    /* bits of frames */
	WF_REPLAY_PACE_L1_BITS, /* bits on the wire */
	WF_REPLAY_PACE_TOP,
	WF_REPLAY_PACE_STEP,
};

struct wf_replay_pace {
	uint64_t kind;     /* enum wf_replay_pace_kind */
	uint64_t mul, div; /* a unit is mul/div ns; 1/1 where there are none */
};

/* What a frame takes on the wire beside itself: FCS, preamble, gap. */
#define WF_REPLAY_PACE_L1_EXTRA 24
#define WF_REPLAY_PACE_L1_LEAST 60

/* 0, or -EINVAL with a reason at `where` (may be NULL). */
int wf_replay_pace_parse(const char *text, struct wf_replay_pace *out, const struct wf_where *where,
	struct wf_err *err);
/* The word for it, such that it can be parsed again. Returns out. */
#define WF_REPLAY_PACE_TEXT 40
const char *wf_replay_pace_text(const struct wf_replay_pace *pace, char out[WF_REPLAY_PACE_TEXT]);

/* Units of one packet of this length. */
static inline uint64_t
wf_replay_pace_bits(const struct wf_replay_pace *pace, uint32_t wire_bytes)
{
	uint32_t bytes = wire_bytes;

	if (pace->kind == WF_REPLAY_PACE_L1_BITS)
		bytes = (bytes < WF_REPLAY_PACE_L1_LEAST ? WF_REPLAY_PACE_L1_LEAST : bytes) +
			WF_REPLAY_PACE_L1_EXTRA;
	return 8ull * bytes;
}

#endif
