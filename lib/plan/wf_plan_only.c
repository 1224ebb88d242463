/* SPDX-License-Identifier: BSD-3-Clause
 * A class on its own. Control threads only.
 */
#include "wf_plan_only.h"

#include <stdio.h>
#include <string.h>

#include "wf_plan_states.h"

static_assert(WF_BLOCK_COUNT <= 64, "a bit for each stage");

/* The plan's memory: the class and, for the other direction, one that does nothing. */
struct only {
	struct wf_plan_class class[2];
	struct wf_plan_about about[2];
	struct wf_plan_step step[WF_BLOCK_COUNT];
};

/* `from`, as the only class of its direction, with some of its stages. */
static void
keep_stages(struct only *o, const struct wf_plan_class *from, uint64_t stages)
{
	struct wf_plan_class *k = &o->class[0];
	uint32_t bytes[WF_BLOCK_COUNT];
	uint8_t n = 0;

	*k = *from;
	k->slot = 0;
	k->shares = false;
	k->about = &o->about[0];
	k->before = o->step;
	*k->about = *from->about;
	k->about->pack = NULL;
	memset(k->about->variant, 0, sizeof(k->about->variant));
	for (uint8_t i = 0; i < wf_plan_steps(from); i++) {
		const struct wf_plan_step *step = &from->before[i];

		if (!(stages & 1ull << step->stage)) {
			k->n_before -= i < from->n_before;
			continue;
		}
		k->about->variant[step->stage] = from->about->variant[step->stage];
		o->step[n++] = *step;
	}
	if (stages & 1ull << WF_BLOCK_QUEUE)
		k->about->variant[WF_BLOCK_QUEUE] = from->about->variant[WF_BLOCK_QUEUE];
	else
		k->queue = NULL;
	k->behind = k->before + k->n_before;
	k->n_behind = (uint8_t)(n - k->n_before);
	for (int id = 0; id < WF_BLOCK_COUNT; id++)
		bytes[id] = wf_block_registry[id]->state_size;
	wf_plan_lay_out(k, o->step, n, bytes);
}

static void
make_wire(struct only *o, struct wf_plan *plan)
{
	struct wf_plan_class *k = &o->class[1];

	k->about = &o->about[1];
	snprintf(k->about->name, sizeof(k->about->name), "default");
	k->slot = 1;
	k->uid = k->run_uid = k->state_uid = plan->next_uid++;
}

struct wf_plan *
wf_plan_only(const struct wf_plan *from, uint32_t dir, uint16_t class_id, uint64_t stages)
{
	const struct wf_plan_dir *d = &from->dir[dir];
	struct wf_plan *plan = wf_plan_new();
	struct only *o;

	if (plan == NULL)
		return NULL;
	plan->dir = wf_plan_reserve(plan, 2 * sizeof(*plan->dir));
	o = wf_plan_reserve(plan, sizeof(*o));
	if (plan->dir == NULL || o == NULL) {
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
	keep_stages(o, &d->classes[class_id], stages);
	make_wire(o, plan);
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
		.classes = &o->class[0] };
	plan->dir[1] = (struct wf_plan_dir){
		.in_order = true, .epoch = 1, .n_classes = 1, .classes = &o->class[1]
	};
	return plan;
}
