/* SPDX-License-Identifier: BSD-3-Clause
 * A class as a whole: all its stages together, in a trial (wf_trial.h) under a stated traffic, as
 * the stages alone do not add up: what waits for the rate, for its order or for the link to send
 * again waits for all of them. Needs EAL.
 */
#ifndef WF_WHOLE_H
#define WF_WHOLE_H

#include "wf_trial.h"

struct wf_whole_traffic {
	uint32_t packets;
	uint32_t frame_bytes; /* without FCS; 0: WF_FORECAST_FRAME */
	double gap_ns;        /* 0: half of the class's rate, or 100 us where it has none */
};

struct wf_whole {
	uint32_t packets, frame_bytes;
	double gap_ns;
	/* Of what left, without copies. NAN: nothing left. */
	double mean_ns, stddev_ns, p50_ns, p99_ns, max_ns;
	double order_ns; /* of the mean, because packets keep their order */
	double lost;     /* share of the packets */
	double copies;   /* for each of them */
};

/* 0, or -1: out of memory. */
int wf_whole_try(const struct wf_plan *plan, uint32_t dir, uint16_t class_id,
	const struct wf_whole_traffic *traffic, struct wf_whole *out);

#endif
