/* SPDX-License-Identifier: BSD-3-Clause
 * State blocks of classes and flows, and what a worker lends the stages that keep state in them.
 *
 * A block holds just what its class's stages need (wf_state_layout.h). A flow's is in its record,
 * where it fits, which it does but for long chains of stages. Blocks move to a changed plan one by
 * one, when the next packet needs it, so that a live change costs no pause however many flows there
 * are. One worker's own.
 */
#ifndef WF_PIPE_STATES_H
#define WF_PIPE_STATES_H

#include "wf_plan.h"

struct wf_states_large {
	uint8_t state[WF_STATE_MAX] WF_CACHE_ALIGNED;
};

struct wf_states_class {
	uint8_t state[WF_STATE_MAX] WF_CACHE_ALIGNED;
	struct wf_state_head held;
};

/* Blocks of their own for packets that come after their time: from before a change, behind packets
 * that have moved the state on. As many as one burst can ask for, each row for itself and for the
 * server that it shares. */
#define WF_STATES_LATE (2 * WF_BURST)

struct wf_states_late {
	uint8_t state[WF_STATE_MAX] WF_CACHE_ALIGNED;
	struct wf_state_head held;
	uint64_t flow_key; /* rng_key; 0: the class's */
	uint64_t used;     /* by the count of uses: the longest unused goes first */
};

struct wf_states {
	struct wf_stage_env env;
	wf_ns_t start_ns; /* no packet arrives before */
	uint32_t n_slots, max_flows;
	struct wf_states_class *of_class; /* [n_slots] */
	struct wf_states_large *large;    /* [max_flows]: of flows whose record is too short */
	uint32_t slots_seen;              /* no flow was ever of a class slot at or above it */
	uint32_t *class_flows;            /* [n_slots]: flows in the table */
	struct wf_flow *fallback;         /* [n_slots]: for packets whose flow found no room */
	struct wf_states_late *late;      /* [WF_STATES_LATE] */
	uint64_t n_late;                  /* uses */
	wf_ns_t late_ns;                  /* the last one's */
};

/* Room for the stages' own memory comes on top: arena_words. 0 or -ENOMEM. */
int wf_states_init(struct wf_states *s, uint32_t n_slots, uint32_t max_flows, uint64_t arena_words,
	wf_ns_t start_ns);
void wf_states_fini(struct wf_states *s);

/* Where a flow's state of so many bytes is. */
static inline uint8_t *
wf_states_of_flow(const struct wf_states *s, struct wf_flow *flow, uint32_t bytes)
{
	return WF_LIKELY(bytes <= sizeof(flow->state)) ? flow->state : s->large[flow->index].state;
}

/* A packet of k, and of its flow if the state is the flow's, whose block is not as k has it: that
 * of another class, of another run, or the class has changed. It becomes k's: stages that stay keep
 * their state, and move with it to their place. Or it is k's of later already: then the packet gets
 * a block of its own, fresh, or that of the last such packet. */
uint8_t *wf_states_renew(struct wf_states *s, const struct wf_plan_class *k, struct wf_flow *flow,
	uint64_t packet_rng, wf_ns_t now_ns) __attribute__((noinline));
/* Late packets' blocks that none has used for a second are ended. */
void wf_states_tidy(struct wf_states *s, wf_ns_t now_ns);
/* The state block for a packet of class k and its flow (which may be NULL), ready for the class's
 * stages. */
static inline uint8_t *
wf_states_block(struct wf_states *s, const struct wf_plan_class *k, struct wf_flow *flow,
	uint64_t packet_rng, wf_ns_t now_ns)
{
	if (!k->flow_scope || flow == NULL || flow == &s->fallback[k->slot]) {
		struct wf_states_class *c = &s->of_class[k->slot];

		if (WF_LIKELY(c->held.state_uid == k->state_uid))
			return c->state;
		return wf_states_renew(s, k, NULL, packet_rng, now_ns);
	}
	if (WF_LIKELY(flow->held.state_uid == k->state_uid))
		return wf_states_of_flow(s, flow, k->state_bytes);
	return wf_states_renew(s, k, flow, packet_rng, now_ns);
}

/* A packet of class k and its flow comes soon, whose record has been fetched: the same for the
 * state that is not in there. */
static inline void
wf_states_prefetch(
	const struct wf_states *s, const struct wf_plan_class *k, const struct wf_flow *flow)
{
	if (WF_LIKELY(!k->flow_scope || k->state_bytes <= sizeof(flow->state)))
		return;
	for (uint32_t left = k->state_lines; left != 0; left &= left - 1)
		__builtin_prefetch(
			&s->large[flow->index].state[WF_CACHE_LINE * (uint32_t)__builtin_ctz(left)],
			1);
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
