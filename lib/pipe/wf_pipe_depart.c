/* SPDX-License-Identifier: BSD-3-Clause
 * What leaves a real queue goes through the stages behind it, with the time of its departure as its
 * now. Worker threads.
 */
#include "wf_ecn.h"
#include "wf_pipe_account.h"
#include "wf_pipe_epilogue.h"
#include "wf_rng.h"

/* The flow of a packet; it may have come before flows were asked for. */
static struct wf_flow *
departure_flow(struct wf_pipe *p, const struct wf_plan_dir *d, const struct wf_plan_class *k,
	struct wf_qentry *e)
{
	struct wf_flow *f = e->flow;

	if (WF_UNLIKELY(f == NULL)) {
		f = wf_states_fallback(&p->states, d, k);
		e->rng = wf_rng_packet(f->rng_key, f->ordinal++);
	}
	return f;
}

/* Makes the departing packet the only row of the batch. parsed: where to keep what its headers say.
 */
static void
departure_fill_row(struct wf_pipe *p, const struct wf_plan_dir *d, const struct wf_departure *out,
	struct wf_batch *b, struct wf_parsed *parsed)
{
	const struct wf_plan_class *k = out->k;
	struct wf_qentry *e = out->e;

	b->n = 1;
	b->pkt[0] = e->pkt;
	b->rx_ns[0] = b->due_ns[0] = out->now_ns;
	b->flow[0] = d->needs_flow ? departure_flow(p, d, k, e) : NULL;
	b->rng[0] = e->rng;
	b->state[0] = k->needs_state
			      ? wf_states_block(&p->states, k, b->flow[0], e->rng, out->now_ns)
			      : NULL;
	b->len_bytes[0] = e->len_bytes;
	b->drop[0] = WF_DROP_NONE;
	b->copies[0] = 0;
	b->flags[0] = e->row_flags;
	b->class_id[0] = out->from->class_id;
	b->seq[0] = 0;
	b->edits[0] = b->forges[0] = 0;
	b->data[0] = e->data;
	b->readable_bytes[0] = e->readable_bytes;
	b->parsed[0] = parsed;
	if (d->needs_bytes || e->marked)
		wf_parse(e->data, e->readable_bytes, parsed);
}

/* Sets Congestion Experienced in the packet of the row. */
static void
departure_mark(struct wf_end *end, const struct wf_pipe_queue *w, struct wf_batch *b)
{
	struct wf_frame f = { 0 };
	void *pkt = end->ops.writable(end->ops.ctx, b->pkt[0], &f);

	if (pkt == NULL) {
		b->drop[0] = WF_DROP_no_buffer;
		return;
	}
	b->pkt[0] = pkt;
	b->data[0] = f.data;
	wf_ecn_mark(f.data, b->parsed[0]);
	wf_count_add(&wf_end_dir(end, w->dir)->c.marked, b->len_bytes[0]);
	wf_count_add(&wf_end_class(end, w->slot)->c.marked, b->len_bytes[0]);
}

/* A packet has been sent by the server of a class that is no more: it leaves. */
static void
departure_leave(struct wf_pipe *p, const struct wf_departure *out)
{
	const struct wf_pipe_queue *w = out->from;
	struct wf_held h = { .due_ns = out->now_ns,
		.rx_ns = out->e->rx_ns,
		.pkt = out->e->pkt,
		.len_bytes = out->e->len_bytes,
		.tag = wf_held_tag(w->dir, w->slot) };

	if (wf_store_put(p->store, &h))
		p->in_store[w->dir] = true;
	else
		wf_end_drop_held(&p->end, &h, 1, WF_DROP_no_buffer);
}

static void
departure_run(struct wf_pipe *p, const struct wf_plan *plan, const struct wf_departure *out)
{
	const struct wf_plan_class *k = out->k;
	const struct wf_pipe_queue *w = out->from;
	struct wf_flow *f = out->e->flow;
	struct wf_batch *b = &p->batch;
	struct wf_parsed parsed;

	if (f != NULL && f->last_seen_ns < out->now_ns)
		f->last_seen_ns = out->now_ns; /* idle from here on */
	if (k == NULL) {
		departure_leave(p, out);
		return;
	}
	wf_room_give(
		&p->end.room, w->dir, WF_HELD_PACKET, &(struct wf_count){ 1, out->e->len_bytes });
	p->states.env.start_ns = wf_states_origin(&p->states, &plan->dir[w->dir]);
	departure_fill_row(p, &plan->dir[w->dir], out, b, &parsed);
	if (out->e->marked)
		departure_mark(&p->end, w, b);
	wf_pipe_run(k->behind, k->n_behind, b, 0, 1, &p->states.env);
	wf_pipe_count_stages(&p->states.env, wf_end_dir(&p->end, w->dir));
	if (WF_UNLIKELY(p->accounts.on) && b->flow[0] != NULL)
		wf_pipe_account_left(p, b, out->e->rx_ns);
	wf_epilogue_depart(p, plan, w->dir, b, out->e->rx_ns);
}

void
wf_pipe_serve(struct wf_pipe *p, const struct wf_plan *plan, wf_ns_t now_ns, uint32_t most)
{
	struct wf_departure out;

	while (most-- > 0 && wf_queues_out(&p->queues, plan, now_ns, &out)) {
		if (out.e == NULL)
			continue;
		departure_run(p, plan, &out);
		wf_queues_done(&p->queues, &out);
	}
}
