/* SPDX-License-Identifier: BSD-3-Clause
 * The end of the general path: what stages have marked is done, once, in order of arrival. One
 * worker's own.
 */
#ifndef WF_PIPE_EPILOGUE_H
#define WF_PIPE_EPILOGUE_H

#include "wf_pipe_inside.h"

struct wf_epilogue {
	struct wf_pipe *p;
	const struct wf_plan *plan;
	const struct wf_plan_dir *d;
	struct wf_batch *b;
	uint32_t dir;
	bool direct;    /* to the ready list, not to the store */
	bool departing; /* from a queue, not arriving; came at ... */
	wf_ns_t rx_ns;
	uint32_t at;                    /* rows ended, in order */
	bool ordered;                   /* rows are not in order of arrival, but order[] is */
	struct wf_count held, by_value; /* not yet counted */
	uint64_t room;                  /* what more may cost */
	uint8_t order[WF_BATCH_ROWS];
};

/* n_rx packets have arrived, in runs of their classes: many, or one. */
void wf_epilogue_arrive(struct wf_epilogue *e, struct wf_pipe *p, const struct wf_plan *plan,
	uint32_t dir, struct wf_batch *b, uint32_t n_rx, bool many_runs);
/* One packet, held until now, departs with its copies; it came at rx_ns. */
void wf_epilogue_depart(struct wf_epilogue *e, struct wf_pipe *p, const struct wf_plan *plan,
	uint32_t dir, struct wf_batch *b, wf_ns_t rx_ns);
/* Ends rows. false: all have ended. true: an event of a queue comes before the next, whose time is
 * *ns; serve it, and call again. */
bool wf_epilogue_go(struct wf_epilogue *e, wf_ns_t *ns);

#endif
