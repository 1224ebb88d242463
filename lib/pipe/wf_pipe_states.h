/* SPDX-License-Identifier: BSD-3-Clause
 * State blocks of classes and flows, and what a worker lends the stages that keep state in them.
 * Blocks move to a changed plan one by one, when the next packet needs it, so that a live change
 * costs no pause however many flows there are. One worker's own.
 */
#ifndef WF_PIPE_STATES_H
#define WF_PIPE_STATES_H

#include "wf_plan.h"

struct wf_states {
	struct wf_stage_env env;
	wf_ns_t start_ns; /* no packet arrives before */
	uint32_t block_bytes;
	uint32_t n_slots, max_flows;
	uint8_t *of_class;        /* [n_slots] blocks */
	uint8_t *of_flow;         /* [max_flows] blocks */
	uint32_t free;            /* first free block of of_flow, by its first word */
	uint32_t used;            /* blocks of of_flow ever used */
	uint32_t slots_seen;      /* no flow was ever of a class slot at or above it */
	uint32_t *class_flows;    /* [n_slots]: flows in the table */
	struct wf_flow *fallback; /* [n_slots]: for packets whose flow found no room */
};

/* Room for the stages' own memory comes on top: arena_words. 0 or -ENOMEM. */
int wf_states_init(struct wf_states *s, uint32_t n_slots, uint32_t max_flows, uint64_t arena_words,
	wf_ns_t start_ns);
void wf_states_fini(struct wf_states *s);

/* The state block for a packet of class k and its flow (which may be NULL), ready for the class's
 * stages. */
uint8_t *wf_states_block(struct wf_states *s, const struct wf_plan_class *k, struct wf_flow *flow,
	uint64_t packet_rng, wf_ns_t now_ns);
/* A packet of class k and its flow comes soon: of the block that wf_states_block will give, the
 * lines that its stages use. */
static inline void
wf_states_prefetch(
	const struct wf_states *s, const struct wf_plan_class *k, const struct wf_flow *flow)
{
	const uint8_t *block = s->of_flow + (size_t)flow->state * s->block_bytes;

	if (!k->flow_scope || flow->state == WF_NO_STATE)
		return;
	for (uint32_t left = k->state_lines; left != 0; left &= left - 1)
		__builtin_prefetch(block + WF_CACHE_LINE * (uint32_t)__builtin_ctz(left), 1);
}

/* A flow to stand in for one that found no room: shared by the class, never aged. */
struct wf_flow *wf_states_fallback(
	struct wf_states *s, const struct wf_plan_dir *d, const struct wf_plan_class *k);
/* Outages, waves and traces of the direction count from here. */
static inline wf_ns_t
wf_states_origin(const struct wf_states *s, const struct wf_plan_dir *d)
{
	return d->origin_ns > s->start_ns ? d->origin_ns : s->start_ns;
}

/* wf_flow_end_fn. */
void wf_states_flow_end(void *states, struct wf_flow *flow);

/* The flow is of class k: keeps the gauge of flows per class. */
static inline void
wf_states_list(struct wf_states *s, const struct wf_plan_class *k, struct wf_flow *f)
{
	if (WF_LIKELY(f->listed && f->slot == k->slot))
		return;
	if (f->listed)
		s->class_flows[f->slot]--;
	s->class_flows[k->slot]++;
	if (k->slot >= s->slots_seen)
		s->slots_seen = k->slot + 1u;
	f->slot = k->slot;
	f->listed = true;
}

#endif
