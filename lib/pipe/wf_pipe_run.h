/* SPDX-License-Identifier: BSD-3-Clause
 * Rows of one class through its stages. One worker's own.
 */
#ifndef WF_PIPE_RUN_H
#define WF_PIPE_RUN_H

#include "wf_plan.h"
#include "wf_stats.h"

/* Rows first..end-1 through n steps; copies are inserted behind their originals. Returns by how
 * many rows the batch has grown. */
uint16_t wf_pipe_run(const struct wf_plan_step *step, uint32_t n, struct wf_batch *b,
	uint16_t first, uint16_t end, struct wf_stage_env *env);

/* What the stages that have just run have counted. */
static inline void
wf_pipe_count_stages(struct wf_stage_env *env, struct wf_dir_stats *ds)
{
	ds->clamped += env->clamped;
	ds->clamped_ns += env->clamped_ns;
	ds->resent.packets += env->resent;
	ds->resent.bytes += env->resent_bytes;
	env->clamped = env->clamped_ns = env->resent = env->resent_bytes = 0;
}

#endif
