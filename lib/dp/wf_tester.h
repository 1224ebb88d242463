/* SPDX-License-Identifier: BSD-3-Clause
 * The kind of port that load tests stand on, `tester`: idle, until it is given a trial to send, to
 * receive, or both. What a trial holds belongs to the worker from begin to end, and to the control
 * thread before and after.
 *
 * With several workers it sends by the first one's queue, so that there is one schedule; its
 * packets are then whose their flows say. They come back by any queue, and the control thread
 * brings them into one order of time (wf_arrivals.h); so the receiver is its own.
 */
#ifndef WF_TESTER_H
#define WF_TESTER_H

#include <stdatomic.h>

#include "wf_generator.h"
#include "wf_probe_rx.h"

#define WF_TESTER_PHASES 2

struct wf_tester_trial {
	/* To be sent, one after the other, each from so long after the beginning; schedules begin
	 * at 0. None: it only receives. */
	struct wf_generator *phase[WF_TESTER_PHASES];
	wf_ns_t from_ns[WF_TESTER_PHASES];
	uint32_t n_phases;
	wf_ns_t most_late_ns;   /* what was due longer ago is not made any more */
	struct wf_probe_rx *rx; /* NULL: it only sends. Of the worker, if there is only one */

	/* The first worker's. */
	uint32_t at;
	bool begun;
	uint64_t packets, bytes; /* made */
	uint64_t missed;         /* not made: too late, or no buffers */
	struct wf_hist late;     /* made - due */
	/* Release; partner: wf_tester_sent. */
	atomic_bool sent_all;
};

struct wf_tester;
struct wf_dp;

/* That of a port of this kind. */
struct wf_tester *wf_dp_tester(struct wf_dp *dp, uint32_t port);
/* From the worker's next turn on. The members of the worker are 0, late is empty. */
void wf_tester_begin(struct wf_tester *t, struct wf_tester_trial *trial);
/* Has everything been made? */
static inline bool
wf_tester_sent(const struct wf_tester_trial *t)
{
	return atomic_load_explicit(&t->sent_all, memory_order_acquire);
}
/* Now and then while it runs: receives what has come by several queues. */
void wf_tester_gather(struct wf_tester *t);
/* So many packets it could not receive, as they came faster than that: since the start. */
uint64_t wf_tester_unseen(const struct wf_tester *t);
/* Ends the trial, whatever it was at. 0, or -ETIMEDOUT: the worker doesn't answer, and has it
 * still. */
int wf_tester_end(struct wf_tester *t);

#endif
