/* SPDX-License-Identifier: BSD-3-Clause
 * The offline twin: the pipeline of one link on a virtual clock, from capture to capture. Needs EAL
 * (rte_hash, rte_acl) but no port, hugepage or privilege.
 */
#ifndef WF_TWIN_H
#define WF_TWIN_H

#include "wf_cap.h"
#include "wf_plan.h"
#include "wf_snapshot.h"

#define WF_TWIN_BURST 32 /* most packets a call of the pipeline */

struct wf_twin_params {
	const struct wf_plan *plan;  /* armed */
	const struct wf_conf *conf;  /* names, table sizes */
	uint32_t link;               /* index */
	struct wf_cap_reader *in[2]; /* NULL: no traffic in that direction */
	struct wf_cap_writer *out[2];
	uint32_t burst;    /* 1..WF_TWIN_BURST packets a call of the pipeline; changes nothing but
			      speed */
	uint32_t max_held; /* packets in flight; more are dropped as no_buffer */
	void (*progress)(void *ctx); /* called now and then; NULL: not */
	void *progress_ctx;
};

/* Runs to the end: until nothing is held. *snap is the statistics (the caller frees it). Memory is
 * bounded by what is in flight. 0 or -errno with reasons in err. After a damaged input *snap holds
 * what came of its good part and of the other input; after other errors it is NULL. */
int wf_twin_run(const struct wf_twin_params *params, struct wf_snapshot **snap, struct wf_err *err);

#endif
