/* SPDX-License-Identifier: BSD-3-Clause
 * The pipeline from inside: its parts, each a struct in a header of its own, and the paths that a
 * burst may take through them. One worker's own.
 *
 *   wf_pipe.c           which packets go which path
 *   wf_pipe_wire.c      nothing is done to them
 *   wf_pipe_straight.c  packets of one class, each of which leaves or is dropped
 *   wf_pipe_general.c   anything: classes, queues, copies, bytes, packets that wait for others
 *   wf_pipe_depart.c    what leaves a queue
 */
#ifndef WF_PIPE_INSIDE_H
#define WF_PIPE_INSIDE_H

#include "wf_flow_account.h"
#include "wf_pipe_end.h"
#include "wf_pipe_intake.h"
#include "wf_pipe_park.h"
#include "wf_pipe_queues.h"
#include "wf_pipe_ready.h"
#include "wf_pipe_run.h"
#include "wf_pipe_states.h"
#include "wf_pipe_value.h"

struct wf_pipe {
	struct wf_end end;
	struct wf_store *store;
	bool *in_store; /* [n_dirs]: the store may hold packets of the direction */
	struct wf_ready ready;
	struct wf_states states;
	struct wf_queues queues;
	struct wf_parking parking;
	struct wf_by_value by_value;
	uint64_t generation; /* of the plan that the room is shared out for */
	uint64_t adopted;    /* the latest plan's */
	wf_ns_t flow_idle_ns;
	uint32_t n_dirs;
	struct wf_flow_accounts accounts; /* `on` as that plan says */
	struct wf_intake intake;
	struct wf_batch batch; /* what is on its way now: a burst, or what departs from a queue */
	struct wf_forged forged[WF_FORGED_MAX]; /* scratch */
	struct wf_identity found[WF_BURST];     /* by wf_pipe_owners */
};

/* May packets of the direction go to the ready list? Those who follow packets in the store line up
 * behind them. */
static inline bool
wf_pipe_direct(const struct wf_pipe *p, const struct wf_plan_dir *d, uint32_t dir)
{
	return !d->holds && !(p->in_store[dir] && p->end.room.held[dir].packets > 0);
}

/* Fills p->batch. Returns the number of runs of its classes. */
static inline uint32_t
wf_pipe_take_in(struct wf_pipe *p, const struct wf_plan_dir *d, uint32_t dir,
	const struct wf_rx *rx, uint32_t n, struct wf_run runs[WF_BURST])
{
	uint32_t n_runs;

	if (!d->needs_flow) {
		wf_intake_bare(&p->intake, d, rx, n, &p->batch);
		runs[0] = (struct wf_run){ .end = (uint16_t)n };
		return 1;
	}
	n_runs = wf_intake(&p->intake, d, dir, rx, n, &p->batch, runs);
	wf_end_dir(&p->end, dir)->fallback += p->intake.n_fallback;
	p->intake.n_fallback = 0;
	return n_runs;
}

/* Paths: n packets, of which all are the pipe's now. The sum of what came is counted for the
 * direction, not yet for classes. */
void wf_pipe_wire(struct wf_pipe *p, const struct wf_plan *plan, uint32_t dir,
	const struct wf_rx *rx, uint32_t n, const struct wf_count *sum);
void wf_pipe_straight(struct wf_pipe *p, const struct wf_plan *plan, uint32_t dir,
	const struct wf_rx *rx, uint32_t n, const struct wf_count *sum);
/* The rest of the general path, of packets that have been taken in as so many runs. */
void wf_pipe_general_runs(struct wf_pipe *p, const struct wf_plan *plan, uint32_t dir, uint32_t n,
	const struct wf_run *runs, uint32_t n_runs);
void wf_pipe_general(struct wf_pipe *p, const struct wf_plan *plan, uint32_t dir,
	const struct wf_rx *rx, uint32_t n);

/* wf_pipe_depart.c: serves up to `most` events of queues up to now, each at its own time. */
void wf_pipe_serve(struct wf_pipe *p, const struct wf_plan *plan, wf_ns_t now_ns, uint32_t most);

#endif
