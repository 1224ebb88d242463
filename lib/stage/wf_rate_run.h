/* SPDX-License-Identifier: BSD-3-Clause
 * The virtual clock of a constant rate: a body whose constant arguments make a loop for each kind
 * of limit. The formulas are those of wf_stage_rate.c.
 */
#ifndef WF_RATE_RUN_H
#define WF_RATE_RUN_H

#include "wf_rate.h"

enum wf_rate_limit { WF_RATE_WAIT, WF_RATE_PACKETS, WF_RATE_POLICE };

static inline struct wf_rate_state *
wf_rate_state_of(const struct wf_batch *b, uint32_t i, uint32_t state_offset)
{
	return (struct wf_rate_state *)(b->state[i] + state_offset);
}

static inline wf_fine_t
wf_rate_end(const struct wf_rate_state *s)
{
	return WF_FINE(s->end_ns) | s->end_fraction;
}

static inline void
wf_rate_set_end(struct wf_rate_state *s, wf_fine_t end)
{
	s->end_ns = (int64_t)(end >> 32);
	s->end_fraction = (uint32_t)end;
	s->trace_id = 0;
}

/* One packet that arrives while the last one's serialisation ends at *last. false: it is dropped,
 * nothing else has changed. */
static WF_ALWAYS_INLINE bool
wf_rate_row(const struct wf_serve *v, struct wf_backlog *backlog, struct wf_batch *b, uint32_t i,
	struct wf_stage_env *env, enum wf_rate_limit limit, wf_fine_t *last)
{
	wf_ns_t now = b->rx_ns[i];
	wf_fine_t end = *last;
	int64_t end_ns;

	if (end < WF_FINE(now) - v->burst)
		end = WF_FINE(now) - v->burst;
	end += wf_wire_time(&v->wire, wf_wire_bytes(&v->wire, b->len_bytes[i]));
	end_ns = wf_fine_ceil(end); /* never early */
	if (end_ns > (int64_t)now) {
		if (limit == WF_RATE_POLICE) {
			b->drop[i] = WF_DROP_policed;
			return false;
		}
		if (limit == WF_RATE_PACKETS
				? wf_backlog_count(backlog, &env->arena, now) >= v->limit_packets
				: end - WF_FINE(now) > v->limit_wait) {
			b->drop[i] = WF_DROP_queue_full;
			return false;
		}
		if (limit == WF_RATE_PACKETS &&
			!wf_backlog_add(backlog, &env->arena, (wf_ns_t)end_ns)) {
			b->drop[i] = WF_DROP_no_buffer;
			return false;
		}
		b->due_ns[i] = (wf_ns_t)end_ns;
	}
	*last = end;
	return true;
}

/* `one`: all rows have one state. `cells`: the wire has them. */
static WF_ALWAYS_INLINE void
wf_rate_rows(const struct wf_rate_cfg *r, uint32_t state_offset, struct wf_batch *b, uint32_t first,
	uint32_t end, struct wf_stage_env *env, enum wf_rate_limit limit, bool cells, bool one)
{
	struct wf_serve v = r->serve; /* a copy: stores into the batch don't touch it */
	struct wf_rate_state *s;
	wf_fine_t last;
	bool any = false;

	assert(first < end);
	s = wf_rate_state_of(b, first, state_offset);
	last = wf_rate_end(s);
	if (!cells)
		v.wire.cell = 0;
	for (uint32_t i = first; i < end; i++) {
		if (b->drop[i] != WF_DROP_NONE)
			continue;
		if (!one) {
			s = wf_rate_state_of(b, i, state_offset);
			last = wf_rate_end(s);
		}
		if (!wf_rate_row(&v, &s->backlog, b, i, env, limit, &last))
			continue;
		if (one)
			any = true;
		else
			wf_rate_set_end(s, last);
	}
	if (one && any)
		wf_rate_set_end(s, last);
}

#endif
