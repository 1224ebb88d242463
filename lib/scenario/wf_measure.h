/* SPDX-License-Identifier: BSD-3-Clause
 * What was seen of packets in a run, each in its scope: a direction or a class of it, in all of the
 * run or in phases of one name. A packet belongs to the phase in which it came; throughput to that
 * in which it left. One thread.
 */
#ifndef WF_MEASURE_H
#define WF_MEASURE_H

#include "wf_hist.h"
#include "wf_stats.h"

struct wf_measure {
	uint64_t came, came_bytes;
	uint64_t left, lost; /* without copies and what was made here */
	uint64_t lost_for[WF_DROP_COUNT];
	uint64_t copies, reordered;
	uint64_t out_bytes;  /* of all that left in the time of the scope */
	wf_ns_t time_ns;     /* that the scope took */
	wf_ns_t recovery_ns; /* the longest of its phases; UINT64_MAX: in one nothing left */
	struct wf_hist delay, error;
	uint64_t jitter_ns, jitters; /* sum of differences, and how many */
	bool one_by_one;             /* each packet was seen: reordered and jitter are known */
	/* While it is made. */
	wf_ns_t last_delay_ns;
	bool any_left;
};

void wf_measure_init(struct wf_measure *m);

#endif
