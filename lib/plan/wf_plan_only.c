/* SPDX-License-Identifier: BSD-3-Clause
 * A class on its own. Control threads only.
 */
#include "wf_plan_only.h"

#include <stdio.h>
#include <string.h>

static_assert(WF_STAGE_COUNT <= 64, "a bit for each stage");

/* `from`, as the only class of its direction, with some of its stages. */
static void
keep_stages(struct wf_plan_class *k, const struct wf_plan_class *from, uint64_t stages)
{
	*k = *from;
	k->slot = 0;
	k->shares = false;
	k->n_steps = k->n_before = 0;
	memset(k->variant, 0, sizeof(k->variant));
	for (uint8_t i = 0; i < from->n_steps; i++) {
		const struct wf_plan_step *step = &from->step[i];

		if (!(stages & 1ull << step->stage))
			continue;
		k->variant[step->stage] = from->variant[step->stage];
		k->step[k->n_steps++] = *step;
		k->n_before += step->stage < WF_STAGE_QUEUE;
	}
	if (stages & 1ull << WF_STAGE_QUEUE)
		k->variant[WF_STAGE_QUEUE] = from->variant[WF_STAGE_QUEUE];
	else
		k->queue = NULL;
}

static void
make_wire(struct wf_plan *plan, struct wf_plan_class *k)
{
	snprintf(k->name, sizeof(k->name), "default");
	k->slot = 1;
	k->uid = k->run_uid = k->state_uid = plan->next_uid++;
}

struct wf_plan *
wf_plan_only(const struct wf_plan *from, uint32_t dir, uint16_t class_id, uint64_t stages)
{
	const struct wf_plan_dir *d = &from->dir[dir];
	struct wf_plan *plan = wf_plan_new();
	struct wf_plan_class *class;

	if (plan == NULL)
		return NULL;
	plan->dir = wf_plan_reserve(plan, 2 * sizeof(*plan->dir));
	class = wf_plan_reserve(plan, 2 * sizeof(*class));
	if (plan->dir == NULL || class == NULL) {
		wf_plan_free(plan);
		return NULL;
	}
	plan->generation = 1;
	plan->seed = from->seed;
	plan->n_links = 1;
	plan->n_dirs = 2;
	plan->n_slots = 2;
	plan->next_uid = from->next_uid;
	plan->flow_states = from->flow_states;
	keep_stages(&class[0], &d -> classes[class_id], stages);
	make_wire(plan, &class[1]);
	plan->dir[0] = (struct wf_plan_dir){ .needs_flow = d->needs_flow,
		.owned = true,
		.holds = d->holds,
		.parks = d->parks,
		.in_order = d->in_order,
		.needs_bytes = d->needs_bytes,
		.copies = d->copies,
		.epoch = 1,
		.rng_key = d->rng_key,
		.n_classes = 1,
		.classes = &class[0] };
	plan->dir[1] = (struct wf_plan_dir){
		.in_order = true, .epoch = 1, .n_classes = 1, .classes = &class[1]
	};
	return plan;
}
