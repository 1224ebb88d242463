/* SPDX-License-Identifier: BSD-3-Clause
 * The virtual clock of a bandwidth trace, which counts work: see wf_trace.h. The release is known
 * at arrival, as with a constant rate, and so is whether the packet finds room.
 */
#include <errno.h>
#include <stdlib.h>

#include "wf_rate.h"
#include "wf_slurp.h"

int
wf_rate_read_trace(struct wf_rate_params *p, const struct wf_block_compile *c)
{
	struct wf_trace_options options = { .linear = p->interpolation != 0, .once = !p->loop };
	char *text = wf_slurp_beside(p->trace, WF_TRACE_MAX_BYTES, NULL, c->where, c->err);
	struct wf_trace_point *point = NULL;
	struct wf_trace *t = NULL;
	size_t room;
	int rc = -EINVAL;

	if (text == NULL)
		return rc;
	room = wf_trace_room(text);
	if (room > WF_TRACE_MAX_LINES) {
		wf_err_add(c->err, c->where, "Use a part of it", "%s has more than %u lines",
			p->trace, WF_TRACE_MAX_LINES);
	} else {
		t = wf_stage_reserve(c, sizeof(*t));
		point = wf_stage_reserve(c, room * sizeof(*point));
		if (t != NULL && point != NULL)
			rc = wf_trace_read(text, p->trace, &options, point, t, c->err);
	}
	free(text);
	p->curve = t;
	return rc;
}

/* Work is counted of a trace, from a start. Never 0. */
static inline uint32_t
clock_of(const struct wf_trace *t, wf_ns_t start_ns)
{
	return (t->id ^ (uint32_t)start_ns ^ (uint32_t)(start_ns >> 32)) | 1;
}

void
wf_rate_by_trace(const struct wf_serve *v, struct wf_rate_state *s, struct wf_batch *b, uint16_t i,
	struct wf_stage_env *env)
{
	const struct wf_trace *t = v->trace;
	wf_ns_t start = env->start_ns, now = b->rx_ns[i], end_ns;
	wf_work_t offered = wf_trace_work(t, wf_stage_since(env, now), &s->at[0]), work;
	uint32_t clock = clock_of(t, start);

	if (WF_UNLIKELY(s->trace_id != clock)) { /* another one until now */
		s->work = s->end_ns > (int64_t)now
				  ? wf_trace_work(
					    t, wf_stage_since(env, (wf_ns_t)s->end_ns), &s->at[0])
				  : offered;
		s->trace_id = clock;
	}
	work = s->work > offered ? s->work : offered;
	work += wf_trace_bytes(t, wf_wire_bytes(&v->wire, b->len_bytes[i]));
	end_ns = start + wf_trace_reach(t, work, &s->at[1]);
	if (v->limit_packets ? wf_backlog_count(&s->backlog, &env->arena, now) >= v->limit_packets
		: v->limit_bytes ? work - offered > wf_trace_bytes(t, v->limit_bytes)
				 : WF_FINE(end_ns - now) > v->limit_wait) {
		b->drop[i] = WF_DROP_queue_full;
		return;
	}
	if (v->limit_packets && !wf_backlog_add(&s->backlog, &env->arena, end_ns)) {
		b->drop[i] = WF_DROP_no_buffer;
		return;
	}
	b->due_ns[i] = end_ns;
	s->work = work;
	s->end_ns = (int64_t)end_ns;
	s->end_fraction = 0;
}
