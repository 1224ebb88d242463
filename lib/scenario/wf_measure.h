/* SPDX-License-Identifier: BSD-3-Clause
 * What was seen of packets in a run, each in its scope: a direction or a class of it, in all of the
 * run or in phases of one name. A packet belongs to the phase in which it came; throughput to that
 * in which it left. One thread.
 */
#ifndef WF_MEASURE_H
#define WF_MEASURE_H

#include "wf_hist.h"
#include "wf_stats.h"
#include "wf_trips.h"

/* Round trips of one kind. */
struct wf_trip_times {
	struct wf_hist answered, waiting; /* waiting: so far, when it was over */
	uint64_t refused, unanswered;
};

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
	struct wf_trip_times
		*trips;  /* [WF_TRIP_KINDS], by when they began; NULL: there were none */
	uint64_t unseen; /* packets that were missed by who looks for round trips, in all of the run
			  */
	/* While it is made. */
	wf_ns_t last_delay_ns;
	bool any_left;
};

/* NULL: out of memory. */
struct wf_measure *wf_measure_new(void);
void wf_measure_free(struct wf_measure *m);
void wf_measure_init(struct wf_measure *m);
/* A round trip. 0 or -ENOMEM. */
int wf_measure_trip(struct wf_measure *m, const struct wf_trip *trip);

#endif
