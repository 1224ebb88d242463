/* SPDX-License-Identifier: BSD-3-Clause
 * From received packets to a batch: parse, find flows, classify, and fill the columns grouped by
 * class. One worker's own.
 */
#ifndef WF_PIPE_INTAKE_H
#define WF_PIPE_INTAKE_H

#include "wf_flow_table.h"
#include "wf_pipe_identify.h"
#include "wf_pipe_states.h"

/* What is found out about a burst before its columns are filled. */
struct wf_lookup {
	/* Of each packet: */
	const struct wf_parsed *self[WF_BURST];
	const struct wf_parsed *who[WF_BURST]; /* what flow and class follow from */
	struct wf_flow *flow[WF_BURST];
	uint16_t class_id[WF_BURST];
	/* Of each train, packets of one flow in a row: */
	uint32_t n_trains;
	uint8_t first[WF_BURST + 1]; /* its first packet, and where the next train begins */
	struct wf_parsed parsed[WF_BURST];
	struct wf_parsed other[WF_BURST];
	const struct wf_flow_key *key[WF_BURST];
	uint64_t hash[WF_BURST];
	wf_ns_t now_ns[WF_BURST]; /* of its first packet */
	struct wf_flow *train_flow[WF_BURST];
};

struct wf_intake {
	struct wf_flow_table *flows;
	struct wf_states *states; /* lent */
	struct wf_fragments fragments;
	/* Who the packets are, where that is known already; NULL. known[0] is of known_rx[0]. */
	const struct wf_rx *known_rx;
	const struct wf_identity *const *known;
	struct wf_lookup lookup;
	uint64_t n_fallback; /* packets whose flow found no room; read and cleared by lib/pipe */
};

/* A stretch of rows of one class. */
struct wf_run {
	uint16_t first, end, class_id;
};

/* Fills the batch's columns. Returns the number of runs, in which each class has one. */
uint32_t wf_intake(struct wf_intake *in, const struct wf_plan_dir *d, uint32_t dir,
	const struct wf_rx *rx, uint32_t n, struct wf_batch *b, struct wf_run runs[WF_BURST]);
/* The same for a direction that needs no flows: it has one class and no randomness. */
void wf_intake_bare(struct wf_intake *in, const struct wf_plan_dir *d, const struct wf_rx *rx,
	uint32_t n, struct wf_batch *b);

/* wf_pipe_pick.c: packets first..end-1 whose class is not what their flow remembers. */
void wf_intake_pick(struct wf_intake *in, const struct wf_plan_dir *d, const struct wf_rx *rx,
	uint32_t first, uint32_t end);

#endif
