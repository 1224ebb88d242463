/* SPDX-License-Identifier: BSD-3-Clause
 * Drives the pipeline on a virtual clock: packets go in with the times that they have, and leave in
 * the nanosecond in which they are due, packets of equal times in the order in which they were put.
 * Stamps are due times, not the clock's steps, so it does not matter how far the clock jumps nor
 * how packets are bundled. One thread.
 */
#ifndef WF_TWIN_DRIVE_H
#define WF_TWIN_DRIVE_H

#include "wf_pipe.h"
#include "wf_timeline.h"
#include "wf_twin_due.h"

/* Past everything that can be held. */
#define WF_TWIN_END ((wf_ns_t)INT64_MAX)

struct wf_twin_drive {
	const struct wf_plan *plan; /* in force */
	const struct wf_timeline *timeline;
	uint32_t next; /* of the timeline */
	struct wf_stats *stats;
	struct wf_pipe *pipe;
	struct wf_twin_due due; /* out of the store, and not yet left */
	/* A packet leaves, at h->due_ns: a struct wf_twin_packet, which is counted and put when
	 * this returns. */
	void (*leave)(void *ctx, const struct wf_held *h);
	void *ctx;
	bool out_of_memory; /* some packet could not leave: it is counted as no_buffer */
};

/* With a pipe and statistics for the plan, and for those of the timeline (NULL: none), whose first
 * it is: the clock stops where one of them comes into force. ops, stats and counts of directions
 * and slots in *params are filled in. 0 or -ENOMEM; wf_twin_drive_fini either way. */
int wf_twin_drive_init(struct wf_twin_drive *v, const struct wf_plan *plan,
	const struct wf_timeline *timeline, struct wf_pipe_params *params,
	void (*leave)(void *ctx, const struct wf_held *h), void *ctx);
void wf_twin_drive_fini(struct wf_twin_drive *v);

/* The clock goes on: everything due at or before now_ns leaves. */
void wf_twin_drive_to(struct wf_twin_drive *v, wf_ns_t now_ns);
/* 1 to WF_BURST packets of a direction, the first not before the clock: see wf_pipe_in. */
void wf_twin_drive_in(struct wf_twin_drive *v, uint32_t dir, const struct wf_rx *rx, uint32_t n);

#endif
