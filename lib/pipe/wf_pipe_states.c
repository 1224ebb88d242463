/* SPDX-License-Identifier: BSD-3-Clause
 * State blocks of classes and flows, and their move to a changed plan. Worker threads.
 */
#include "wf_pipe_states.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wf_lines.h"
#include "wf_pages.h"
#include "wf_rng.h"
#include "wf_state_layout.h"

int
wf_states_init(struct wf_states *s, uint32_t n_slots, uint32_t max_flows, uint64_t arena_words,
	wf_ns_t start_ns)
{
	s->n_slots = n_slots;
	s->max_flows = max_flows;
	s->start_ns = start_ns;
	s->of_class = wf_pages_reserve((size_t)n_slots * sizeof(*s->of_class));
	s->large = wf_pages_reserve((size_t)max_flows * sizeof(*s->large));
	s->class_flows = wf_lines_new(n_slots, sizeof(*s->class_flows));
	s->fallback = wf_pages_reserve((size_t)n_slots * sizeof(*s->fallback));
	s->late = wf_pages_reserve(WF_STATES_LATE * sizeof(*s->late));
	if (s->of_class == NULL || s->large == NULL || s->class_flows == NULL ||
		s->fallback == NULL || s->late == NULL)
		return -ENOMEM;
	return wf_arena_init(&s->env.arena,
		arena_words > UINT32_MAX - 2 ? UINT32_MAX - 2 : (uint32_t)arena_words);
}

void
wf_states_fini(struct wf_states *s)
{
	wf_arena_fini(&s->env.arena);
	wf_pages_free(s->late, WF_STATES_LATE * sizeof(*s->late));
	wf_pages_free(s->fallback, (size_t)s->n_slots * sizeof(*s->fallback));
	free(s->class_flows);
	wf_pages_free(s->large, (size_t)s->max_flows * sizeof(*s->large));
	wf_pages_free(s->of_class, (size_t)s->n_slots * sizeof(*s->of_class));
}

struct wf_flow *
wf_states_fallback(struct wf_states *s, const struct wf_plan_dir *d, const struct wf_plan_class *k)
{
	struct wf_flow *f = &s->fallback[k->slot];

	if (f->rng_key == 0 || (int32_t)(d->run - f->run) > 0) {
		f->rng_key = wf_rng_flow(d->rng_key, k->slot);
		f->ordinal = 0;
		f->last_due_ns = 0;
		f->run = d->run;
	}
	return f;
}

/* Ends the stages that the block holds and `keep` does not. Returns the layout without them. */
static uint64_t
states_stop(struct wf_states *s, uint8_t *block, uint64_t layout, uint64_t keep)
{
	uint8_t left[WF_BLOCK_MAX] = { 0 };

	for (unsigned i = 0; i < WF_BLOCK_COUNT; i++) {
		enum wf_block_id id = (enum wf_block_id)i;
		uint8_t variant = wf_state_variant(layout, id);

		if (variant != 0 && variant == wf_state_variant(keep, id))
			left[i] = variant;
		else if (variant != 0 && wf_block_registry[i]->stop != NULL)
			wf_block_registry[i]->stop(block + wf_state_offset(layout, id), &s->env);
	}
	return wf_state_layout(left);
}

/* What is left of the block goes where another layout has it; the rest of that is zero. */
static void
states_move(const uint8_t *from, uint64_t layout, uint64_t left, uint8_t *to,
	const struct wf_plan_class *k)
{
	uint8_t old[WF_STATE_MAX];

	memcpy(old, from, wf_state_bytes(layout));
	memset(to, 0, k->state_bytes);
	for (unsigned i = 0; i < WF_BLOCK_COUNT; i++) {
		enum wf_block_id id = (enum wf_block_id)i;

		if (wf_state_variant(left, id) != 0)
			memcpy(to + wf_state_offset(k->layout, id),
				old + wf_state_offset(layout, id),
				wf_block_registry[i]->state_size);
	}
}

/* The block of a flow, as long as it now is. */
static uint8_t *
states_held(const struct wf_states *s, struct wf_flow *flow)
{
	return wf_states_of_flow(s, flow, wf_state_bytes(flow->held.layout));
}

/* What the block is to hold and does not begins anew. */
static void
states_start(const struct wf_plan_class *k, uint8_t *block, uint64_t left, uint64_t packet_rng,
	wf_ns_t now_ns)
{
	for (uint8_t i = 0; i < wf_plan_steps(k); i++) {
		const struct wf_plan_step *step = &k->before[i];
		const struct wf_block *ops = wf_block_registry[step->stage];

		if (ops->start != NULL && ops->state_size != 0 &&
			wf_state_variant(left, (enum wf_block_id)step->stage) == 0)
			ops->start(step->cfg, block + step->state_offset, packet_rng, now_ns);
	}
}

static void
states_become(struct wf_states *s, const struct wf_plan_class *k, struct wf_state_head *head,
	uint8_t *from, uint8_t *to, uint64_t packet_rng, wf_ns_t now_ns)
{
	uint64_t left =
		states_stop(s, from, head->layout, head->run_uid == k->run_uid ? k->layout : 0);

	states_move(from, head->layout, left, to, k);
	*head = (struct wf_state_head){
		.state_uid = k->state_uid, .run_uid = k->run_uid, .layout = k->layout
	};
	states_start(k, to, left, packet_rng, now_ns);
}

static inline bool
late_is(const struct wf_states_late *l, const struct wf_plan_class *k, uint64_t flow_key)
{
	return l->held.state_uid == k->state_uid && l->flow_key == flow_key;
}

/* The block of the last such packet, or the one that is unused for the longest. */
static struct wf_states_late *
late_find(struct wf_states *s, const struct wf_plan_class *k, uint64_t flow_key)
{
	struct wf_states_late *oldest = &s->late[0];

	for (uint32_t i = 0; i < WF_STATES_LATE; i++) {
		struct wf_states_late *l = &s->late[i];

		if (late_is(l, k, flow_key))
			return l;
		if (l->used < oldest->used)
			oldest = l;
	}
	return oldest;
}

static uint8_t *
states_late(struct wf_states *s, const struct wf_plan_class *k, uint64_t flow_key,
	uint64_t packet_rng, wf_ns_t now_ns)
{
	struct wf_states_late *l = late_find(s, k, flow_key);

	l->used = ++s->n_late;
	if (s->late_ns < now_ns)
		s->late_ns = now_ns;
	if (late_is(l, k, flow_key))
		return l->state;
	states_stop(s, l->state, l->held.layout, 0);
	l->held = (struct wf_state_head){ 0 };
	l->flow_key = flow_key;
	states_become(s, k, &l->held, l->state, l->state, packet_rng, now_ns);
	return l->state;
}

uint8_t *
wf_states_renew(struct wf_states *s, const struct wf_plan_class *k, struct wf_flow *flow,
	uint64_t packet_rng, wf_ns_t now_ns)
{
	struct wf_states_class *c = &s->of_class[k->slot];
	struct wf_state_head *head = flow != NULL ? &flow->held : &c->held;
	uint8_t *from = flow != NULL ? states_held(s, flow) : c->state;
	uint8_t *to = flow != NULL ? wf_states_of_flow(s, flow, k->state_bytes) : c->state;

	/* Later plans have later uids, and a flow is of one class as long as the uids are. */
	if (head->state_uid != 0 && (int32_t)(k->state_uid - head->state_uid) < 0)
		return states_late(s, k, flow != NULL ? flow->rng_key : 0, packet_rng, now_ns);
	states_become(s, k, head, from, to, packet_rng, now_ns);
	return to;
}

void
wf_states_tidy(struct wf_states *s, wf_ns_t now_ns)
{
	if (WF_LIKELY(s->n_late == 0) || now_ns < s->late_ns + WF_NS_PER_S)
		return;
	for (uint32_t i = 0; i < WF_STATES_LATE; i++) {
		struct wf_states_late *l = &s->late[i];

		states_stop(s, l->state, l->held.layout, 0);
		l->held = (struct wf_state_head){ 0 };
		l->used = 0;
	}
	s->n_late = 0;
}

void
wf_states_flow_end(void *states, struct wf_flow *flow)
{
	struct wf_states *s = states;

	if (flow->listed)
		s->class_flows[flow->slot]--;
	if (flow->held.state_uid != 0)
		states_stop(s, states_held(s, flow), flow->held.layout, 0);
}
