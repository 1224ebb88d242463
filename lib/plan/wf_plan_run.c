/* SPDX-License-Identifier: BSD-3-Clause
 * Runs and phases: from when on a plan counts, and what its draws are keyed by. Control threads
 * only.
 */
#include "wf_plan.h"
#include "wf_rng.h"

void
wf_plan_begin_run(struct wf_plan *plan, uint64_t run_key)
{
	plan->run_key = run_key;
	for (uint32_t i = 0; i < plan->n_dirs; i++) {
		struct wf_plan_dir *d = &plan->dir[i];

		d->run++;
		d->rng_key = wf_rng_dir(wf_rng_run(plan->seed, run_key), i);
		for (uint16_t c = 0; c < d->n_classes; c++)
			d->classes[c].run_uid = d->classes[c].state_uid = plan->next_uid++;
	}
}

void
wf_plan_set_origin(struct wf_plan *plan, uint32_t dir, wf_ns_t origin_ns)
{
	assert(origin_ns <= plan->from_ns);
	plan->dir[dir].origin_ns = origin_ns;
}
