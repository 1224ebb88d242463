/* SPDX-License-Identifier: BSD-3-Clause
 * What the two files of a replay share: its counters, and when a packet is due. Who takes.
 */
#ifndef WF_REPLAY_INSIDE_H
#define WF_REPLAY_INSIDE_H

#include "wf_replay.h"

static inline void
wf_replay_add(_Atomic uint64_t *counter, uint64_t n)
{
	/* One writer: no need for a locked instruction. */
	atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + n,
		memory_order_relaxed);
}

static inline void
wf_replay_set(_Atomic uint64_t *to, uint64_t v)
{
	atomic_store_explicit(to, v, memory_order_relaxed);
}

static inline void
wf_replay_turn_to(struct wf_replay *r, enum wf_replay_state state)
{
	r->state = (uint8_t)state;
	wf_replay_set(&r->seen_state, state);
}

/* Units of the schedule before this packet. */
static inline wf_u128
wf_replay_units_of(const struct wf_replay *r, const struct wf_replay_record *p)
{
	switch ((enum wf_replay_pace_kind)r->order.pace.kind) {
	case WF_REPLAY_PACE_OWN:
		return r->base_ns + p->offset_ns;
	case WF_REPLAY_PACE_PACKETS:
		return r->count;
	case WF_REPLAY_PACE_BITS:
	case WF_REPLAY_PACE_L1_BITS:
		return r->bits;
	case WF_REPLAY_PACE_TOP:
	case WF_REPLAY_PACE_STEP:
		break;
	}
	return 0;
}

static inline bool
wf_replay_may_step(const struct wf_replay *r)
{
	return r->stepped < r->order.steps;
}

/* When the packet is due, asked for at now_ns. */
static inline wf_ns_t
wf_replay_due_of(const struct wf_replay *r, const struct wf_replay_record *p, wf_ns_t now_ns)
{
	if (r->order.pace.kind == WF_REPLAY_PACE_TOP && r->state == WF_REPLAY_RUNNING)
		return now_ns;
	if (r->order.pace.kind == WF_REPLAY_PACE_STEP || r->state == WF_REPLAY_PAUSED)
		return wf_replay_may_step(r) ? now_ns : WF_SCHEDULE_NEVER;
	return wf_schedule_ns(&r->schedule, wf_replay_units_of(r, p));
}

/* wf_replay.c: from now on. */
void wf_replay_begin(struct wf_replay *r, wf_ns_t now_ns);
/* What the control thread wants by now. */
void wf_replay_obey(struct wf_replay *r, wf_ns_t now_ns);

#endif
