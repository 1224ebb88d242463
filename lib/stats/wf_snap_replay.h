/* SPDX-License-Identifier: BSD-3-Clause
 * What is known of a replay at one instant. Control thread; plain data.
 */
#ifndef WF_SNAP_REPLAY_H
#define WF_SNAP_REPLAY_H

#include "wf_hist.h"

enum wf_replay_state {
	WF_REPLAY_WAITING, /* for being told to start */
	WF_REPLAY_RUNNING,
	WF_REPLAY_PAUSED,
	WF_REPLAY_STOPPED, /* when told to */
	WF_REPLAY_DONE,    /* all of it was sent */
	WF_REPLAY_FAILED,  /* its files can't be read any more */
	WF_REPLAY_STATES
};

/* "waiting", "running" ... */
const char *wf_replay_state_name(enum wf_replay_state state);

#define WF_SNAP_REPLAY_NOTES 16

struct wf_snap_replay {
	enum wf_replay_state state;
	char pace[40]; /* as it can be written */
	const char *late;
	bool streams;          /* it is read while it is sent */
	uint64_t runs;         /* how often it was started */
	uint64_t loop, loops;  /* that it is in, from 0; loops 0: without end */
	uint64_t packets;      /* given to the link in this run, on all its ports */
	uint64_t bytes;        /* of them */
	uint64_t limit;        /* of packets; 0: none */
	uint64_t loop_packets; /* of a whole loop; 0: not known yet */
	wf_ns_t elapsed_ns;    /* of this run, pauses left out */
	double progress;       /* 0 to 1; below 0: there is no end */
	wf_ns_t left_ns;       /* until it is done, as it goes now; UINT64_MAX: nobody knows */
	uint64_t late_dropped; /* by the policy */
	wf_ns_t slipped_ns;    /* by which the policy has moved the schedule */
	uint64_t tolerance_ns;
	uint64_t too_late;       /* packets that were later than that */
	uint64_t underruns;      /* how often the next packet was not read yet */
	uint64_t no_buffers;     /* how often there was no buffer for it */
	struct wf_hist lateness; /* of entering the link, actual minus scheduled */
	uint32_t n_notes;
	struct {
		const char *name, *text;
		uint64_t packets;
	} note[WF_SNAP_REPLAY_NOTES]; /* what is not sent, or not as it was; of one loop */
};

#endif
