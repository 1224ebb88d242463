/* SPDX-License-Identifier: BSD-3-Clause
 * What the files that compile plans share. Control threads only. Inside lib/plan.
 */
#ifndef WF_PLAN_COMPILER_H
#define WF_PLAN_COMPILER_H

#include "wf_plan.h"
#include "wf_plan_pack.h"

struct wf_plan_compiler {
	const struct wf_conf *conf;
	const struct wf_plan *before;
	const struct wf_plan *base; /* NULL: none, like before */
	struct wf_plan *plan;
	struct wf_err *err;
	bool slot_used[WF_PLAN_MAX_SLOTS]; /* by the plan before or by this one */
	/* Of the class that is being compiled. */
	struct wf_plan_pack *pack;
	struct wf_plan_step step[WF_BLOCK_COUNT];
	uint8_t n_steps;
	uint32_t hot_bytes[WF_BLOCK_COUNT]; /* of each stage's state */
};

/* wf_plan_steps.c: what a class of a direction compiles to, or what it was compiled to already; it
 * is c->pack then. 0, or -errno with reasons. */
int wf_plan_steps_of(struct wf_plan_compiler *c, uint32_t dir, const struct wf_conf_dir *conf,
	struct wf_plan_class *k);

#endif
