/* SPDX-License-Identifier: BSD-3-Clause
 * The offline twin: the pipeline on a virtual clock, from sources of packets to captures, as many
 * links as the configuration has. Needs EAL (rte_hash, rte_acl) but no port, hugepage or privilege.
 */
#ifndef WF_TWIN_H
#define WF_TWIN_H

#include "wf_cap.h"
#include "wf_capture_file.h"
#include "wf_fates.h"
#include "wf_pipe.h"
#include "wf_plan.h"
#include "wf_snapshot.h"
#include "wf_source.h"
#include "wf_timeline.h"

#define WF_TWIN_BURST 32 /* most packets a call of the pipeline */

/* What enters a direction of a link. Several may enter the same one. */
struct wf_twin_input {
	struct wf_source *source; /* the caller's; its err is that of wf_twin_run */
	uint32_t dir;             /* link * 2 + side */
};

/* Who sees every packet of a run: when it comes, and when it leaves or ends (cause WF_DROP_NONE: it
 * left). Packets are struct wf_twin_packet; h->pkt may be NULL. */
struct wf_twin_watch {
	void (*came)(void *ctx, uint32_t dir, const struct wf_rx *rx, uint32_t n);
	void (*told)(void *ctx, const struct wf_held *h, enum wf_drop cause, wf_ns_t ns);
	void *ctx;
};

struct wf_twin_params {
	const struct wf_plan *plan;         /* armed */
	const struct wf_timeline *timeline; /* `plan` and those that follow it; NULL: none does */
	const struct wf_conf *conf;         /* names, table sizes */
	/* One at least; packets of equal times enter in the order of this list. */
	const struct wf_twin_input *in;
	uint32_t n_in;
	struct wf_cap_writer *const *out;  /* [plan->n_dirs]: what leaves; NULL: not written */
	struct wf_capture_file *capture;   /* all that comes, leaves or ends; NULL: not written */
	struct wf_fates_writer *log;       /* what becomes of each packet; NULL: not written */
	const struct wf_twin_watch *watch; /* NULL: nobody watches */
	uint32_t burst;    /* 1..WF_TWIN_BURST packets a call of the pipeline; changes nothing but
			      speed */
	uint32_t max_held; /* packets in flight; more are dropped as no_buffer */
	void (*progress)(void *ctx); /* called now and then; NULL: not */
	void *progress_ctx;
};

/* Runs to the end: until nothing is held. *snap is the statistics of the links that have an input,
 * in the configuration's order (the caller frees it). Memory is bounded by what is in flight. 0 or
 * -errno with reasons in err. After a damaged input *snap holds what came of its good part and of
 * the other inputs; after other errors it is NULL. */
int wf_twin_run(const struct wf_twin_params *params, struct wf_snapshot **snap, struct wf_err *err);

#endif
