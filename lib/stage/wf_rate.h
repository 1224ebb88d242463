/* SPDX-License-Identifier: BSD-3-Clause
 * What the two clocks of the rate share: that of a constant rate (wf_stage_rate.c) and that of a
 * bandwidth trace (wf_rate_trace.c).
 */
#ifndef WF_RATE_H
#define WF_RATE_H

#include "wf_backlog.h"
#include "wf_stages.h"

struct wf_rate_params {
	uint64_t given;
	uint64_t rate_bps;
	int64_t overhead;
	struct wf_limit burst;
	int mode; /* 0: shape */
	uint64_t cell, cell_overhead;
	char *trace;
	int interpolation; /* 0: hold */
	bool loop;
	const struct wf_trace *curve; /* not a key: what compile has read */
};

enum wf_rate_row {
	WF_RATE_ROW_RATE,
	WF_RATE_ROW_OVERHEAD,
	WF_RATE_ROW_BURST,
	WF_RATE_ROW_MODE,
	WF_RATE_ROW_CELL,
	WF_RATE_ROW_CELL_OVERHEAD,
	WF_RATE_ROW_TRACE,
	WF_RATE_ROW_INTERPOLATION,
	WF_RATE_ROW_LOOP,
};

struct wf_rate_cfg {
	struct wf_serve serve;
	bool police;
};

struct wf_rate_state {
	int64_t end_ns;        /* end of the last packet's serialisation ... */
	uint32_t end_fraction; /* ... and 2^-32 ns */
	uint32_t trace_id;     /* whose work it is below; 0: nobody's */
	struct wf_backlog backlog;
	wf_work_t work; /* at the end of the last packet */
	uint32_t at[2]; /* where searches of the trace have ended: by time, by work */
};
static_assert(sizeof(struct wf_rate_state) == 56, "within a line");

/* Reads the trace that the block names into p->curve, and adds what is wrong. 0 or -EINVAL. */
int wf_rate_read_trace(struct wf_rate_params *p, const struct wf_block_compile *c);
/* One packet that arrives, by the trace. */
void wf_rate_by_trace(const struct wf_serve *v, struct wf_rate_state *s, struct wf_batch *b,
	uint16_t i, struct wf_stage_env *env);

#endif
