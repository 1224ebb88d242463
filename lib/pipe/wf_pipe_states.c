/* SPDX-License-Identifier: BSD-3-Clause
 * State blocks of classes and flows, and their move to a changed plan. Worker threads.
 */
#include "wf_pipe_states.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wf_lines.h"
#include "wf_pipe_memory.h"
#include "wf_rng.h"

int
wf_states_init(struct wf_states *s, uint32_t n_slots, uint32_t max_flows, uint64_t arena_words,
	wf_ns_t start_ns)
{
	s->n_slots = n_slots;
	s->max_flows = max_flows;
	s->start_ns = start_ns;
	s->block_bytes = wf_block_state_size();
	s->free = WF_NO_STATE;
	s->of_class = wf_pipe_memory((size_t)n_slots * s->block_bytes);
	s->of_flow = wf_pipe_memory((size_t)max_flows * s->block_bytes);
	s->class_flows = wf_lines_new(n_slots, sizeof(*s->class_flows));
	s->fallback = aligned_alloc(WF_CACHE_LINE, n_slots * sizeof(*s->fallback));
	if (s->fallback != NULL)
		memset(s->fallback, 0, n_slots * sizeof(*s->fallback));
	if (s->of_class == NULL || s->of_flow == NULL || s->class_flows == NULL ||
		s->fallback == NULL)
		return -ENOMEM;
	return wf_arena_init(&s->env.arena,
		arena_words > UINT32_MAX - 2 ? UINT32_MAX - 2 : (uint32_t)arena_words);
}

void
wf_states_fini(struct wf_states *s)
{
	wf_arena_fini(&s->env.arena);
	free(s->fallback);
	free(s->class_flows);
	wf_pipe_memory_free(s->of_flow, (size_t)s->max_flows * s->block_bytes);
	wf_pipe_memory_free(s->of_class, (size_t)s->n_slots * s->block_bytes);
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
		f->state = WF_NO_STATE;
	}
	return f;
}

/* Ends the stages that the block holds and `keep` (NULL: none) does not. */
static void
states_stop(struct wf_states *s, uint8_t *block, const uint8_t *keep)
{
	struct wf_state_head *head = (struct wf_state_head *)block;

	for (unsigned id = 0; id < WF_BLOCK_COUNT; id++) {
		const struct wf_block *ops = wf_block_registry[id];
		uint8_t *state = block + wf_block_state_offset((enum wf_block_id)id);
		uint8_t had = head->variant[id];

		if (had == 0 || (keep != NULL && had == keep[id]))
			continue;
		if (ops->stop != NULL)
			ops->stop(state, &s->env);
		memset(state, 0, ops->state_size);
		head->variant[id] = 0;
	}
}

/* The block was another class's or of another run, or the class has changed: then stages that stay
 * keep their state. */
static void __attribute__((noinline)) states_renew(struct wf_states *s,
	const struct wf_plan_class *k, uint8_t *block, uint64_t packet_rng, wf_ns_t now_ns)
{
	struct wf_state_head *head = (struct wf_state_head *)block;

	states_stop(s, block, head->run_uid == k->run_uid ? k->about->variant : NULL);
	head->run_uid = k->run_uid;
	head->state_uid = k->state_uid;
	if (k->queue != NULL) /* no step: its state names the queue when there is one */
		head->variant[WF_BLOCK_QUEUE] = k->about->variant[WF_BLOCK_QUEUE];
	for (uint8_t i = 0; i < wf_plan_steps(k); i++) {
		const struct wf_plan_step *step = &k->before[i];
		const struct wf_block *ops = wf_block_registry[step->stage];

		if (ops->state_size == 0 || head->variant[step->stage] != 0)
			continue;
		if (ops->start != NULL)
			ops->start(step->cfg, block + step->state_offset, packet_rng, now_ns);
		head->variant[step->stage] = step->variant;
	}
}

/* A block for a flow; WF_NO_STATE when all are taken. */
static uint32_t
states_take(struct wf_states *s)
{
	uint32_t i = s->free;

	if (i != WF_NO_STATE) {
		uint8_t *block = s->of_flow + (size_t)i * s->block_bytes;

		memcpy(&s->free, block, sizeof(s->free));
		memset(block, 0, sizeof(struct wf_state_head));
		return i;
	}
	return s->used < s->max_flows ? s->used++ : WF_NO_STATE;
}

static void
states_give(struct wf_states *s, uint32_t i)
{
	uint8_t *block = s->of_flow + (size_t)i * s->block_bytes;

	states_stop(s, block, NULL);
	memcpy(block, &s->free, sizeof(s->free));
	s->free = i;
}

uint8_t *
wf_states_block(struct wf_states *s, const struct wf_plan_class *k, struct wf_flow *flow,
	uint64_t packet_rng, wf_ns_t now_ns)
{
	uint8_t *block = s->of_class + (size_t)k->slot * s->block_bytes;
	struct wf_state_head *head;

	if (k->flow_scope && flow != NULL && flow != &s->fallback[k->slot]) {
		if (flow->state == WF_NO_STATE)
			flow->state = states_take(s);
		if (flow->state != WF_NO_STATE)
			block = s->of_flow + (size_t)flow->state * s->block_bytes;
	}
	head = (struct wf_state_head *)block;
	if (WF_UNLIKELY(head->state_uid != k->state_uid))
		states_renew(s, k, block, packet_rng, now_ns);
	return block;
}

void
wf_states_flow_end(void *states, struct wf_flow *flow)
{
	struct wf_states *s = states;

	if (flow->listed)
		s->class_flows[flow->slot]--;
	if (flow->state != WF_NO_STATE)
		states_give(s, flow->state);
}
