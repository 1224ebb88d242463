/* SPDX-License-Identifier: BSD-3-Clause
 * What stages have marked is done: drops end, copies are cloned, bytes changed, survivors put into
 * the store, packets of a real queue into that. Worker threads.
 */
#include "wf_pipe_epilogue.h"

#include "wf_pipe_account.h"
#include "wf_pipe_bytes.h"

static inline void
row_drop(struct wf_epilogue *e, uint32_t row, uint16_t slot, enum wf_drop cause, void *pkt)
{
	const struct wf_batch *b = e->b;
	wf_ns_t rx_ns = e->departing ? e->rx_ns : b->rx_ns[row];

	if (WF_UNLIKELY(cause == WF_DROP_no_buffer && e->p->accounts.on && b->flow[row] != NULL))
		wf_pipe_account_unheld(e->p, e->d, b, row, rx_ns, e->departing);
	wf_end_drop(&e->p->end, wf_held_tag(e->dir, slot), rx_ns, pkt, b->len_bytes[row], cause);
}

static inline void
row_held(struct wf_epilogue *e, enum wf_held_kind kind, uint32_t len_bytes)
{
	uint32_t cost = e->p->end.room.cost[kind];

	wf_count_add(kind == WF_HELD_VALUE ? &e->by_value : &e->held, len_bytes);
	e->room -= e->room < cost ? e->room : cost;
}

static inline bool
row_store(struct wf_epilogue *e, const struct wf_held *h)
{
	if (WF_UNLIKELY(!(e->d->in_order ? wf_store_put_in_order(e->p->store, h)
					 : wf_store_put(e->p->store, h))))
		return false;
	e->direct = false;
	return true;
}

/* By value; the packet is needed no more. false: it is the caller's as before. */
static __attribute__((noinline)) bool
row_store_value(struct wf_epilogue *e, const struct wf_held *h)
{
	struct wf_by_value *v = &e->p->by_value;
	struct wf_held copy = *h;

	if (e->room == 0 ||
		wf_by_value_in(v, &h->pkt, &h->len_bytes, 1, &copy.pkt, &copy.len_bytes) == 0)
		return false;
	copy.kind = WF_HELD_VALUE;
	if (!row_store(e, &copy)) {
		wf_by_value_forget(v, copy.pkt, copy.len_bytes);
		return false;
	}
	row_held(e, WF_HELD_VALUE, h->len_bytes);
	wf_by_value_idle(v, &h->pkt, 1);
	return true;
}

/* Takes a packet in charge until it leaves. */
static inline bool
row_hold(struct wf_epilogue *e, uint32_t row, const struct wf_held *h)
{
	struct wf_pipe *p = e->p;

	if (e->direct && wf_ready_room(&p->ready) > 0) {
		wf_ready_put(&p->ready, h->due_ns, h->rx_ns, h->pkt, h->len_bytes, h->tag);
	} else {
		/* Copies are made of the packet itself, behind it. */
		if (wf_by_value_small(&p->by_value, h->len_bytes) && e->b->copies[row] == 0 &&
			row_store_value(e, h))
			return true;
		if (WF_UNLIKELY(e->room < p->end.room.cost[WF_HELD_PACKET] || !row_store(e, h)))
			return false;
	}
	row_held(e, WF_HELD_PACKET, h->len_bytes);
	return true;
}

/* Forges what the row gives rise to, and edits it if it is going to leave. Its copies stand behind
 * it and are made of the edited packet. */
static __attribute__((noinline)) void
row_change_bytes(struct wf_epilogue *e, uint32_t row)
{
	struct wf_batch *b = e->b;
	const struct wf_plan_class *k = &e->d->classes[b->class_id[row]];
	uint32_t seq = b->seq[row];
	bool edited;

	/* What the store holds of this direction, the rest of the burst lines up behind. */
	if (b->forges[row] != 0 && wf_pipe_forge(e->p, e->plan, k, e->dir, b, row))
		e->direct = false;
	if (b->edits[row] == 0 || b->drop[row] != WF_DROP_NONE)
		return;
	edited = wf_pipe_edit(&e->p->end, k, e->dir, b, row);
	for (uint32_t i = row; i < b->n && b->seq[i] == seq; i++) {
		b->pkt[i] = b->pkt[row];
		b->len_bytes[i] = b->len_bytes[row];
		if (!edited && b->drop[i] == WF_DROP_NONE)
			b->drop[i] = WF_DROP_no_buffer;
	}
}

/* The packet waits for others to pass it; or it is the last of those, and what waits leaves behind
 * it. */
static __attribute__((noinline)) void
row_park(struct wf_epilogue *e, uint32_t row, uint16_t slot, const struct wf_held *h)
{
	struct wf_batch *b = e->b;

	if (b->flags[row] & WF_ROW_PARK) {
		if (e->room >= e->p->end.room.cost[WF_HELD_PACKET] &&
			wf_parking_put(&e->p->parking, h, b->park[row]))
			row_held(e, WF_HELD_PACKET, h->len_bytes);
		else
			row_drop(e, row, slot, WF_DROP_no_buffer, h->pkt);
		return;
	}
	if (!row_hold(e, row, h))
		row_drop(e, row, slot, WF_DROP_no_buffer, h->pkt);
	wf_parking_let_go(&e->p->parking, b->park[row], h->due_ns);
}

/* A copy is made of the packet that stands in its place. NULL: it ends. */
static void *
row_clone(struct wf_epilogue *e, uint32_t row, uint16_t slot)
{
	struct wf_batch *b = e->b;
	struct wf_end *end = &e->p->end;
	void *pkt = b->drop[row] ? NULL : end->ops.clone(end->ops.ctx, b->pkt[row]);

	wf_count_add(&wf_end_dir(end, e->dir)->c.dup_created, b->len_bytes[row]);
	wf_count_add(&wf_end_class(end, slot)->c.dup_created, b->len_bytes[row]);
	if (pkt == NULL && !b->drop[row])
		b->drop[row] = WF_DROP_no_buffer;
	return pkt;
}

/* At once: it may depart before the end of the burst. (There are no copies yet.) */
static void
row_queue(struct wf_epilogue *e, const struct wf_plan_class *k, uint32_t row)
{
	uint32_t cost = e->p->end.room.cost[WF_HELD_PACKET];

	if (e->room >= cost && wf_queues_in(&e->p->queues, e->plan, k, e->dir, e->b, row))
		e->room -= cost;
	else
		row_drop(e, row, k->slot, WF_DROP_no_buffer, e->b->pkt[row]);
}

static inline void
row_end(struct wf_epilogue *e, uint32_t row)
{
	struct wf_batch *b = e->b;
	const struct wf_plan_class *k = &e->d->classes[b->class_id[row]];
	uint16_t slot = k->slot;
	void *pkt = b->pkt[row];
	struct wf_held h;

	if (WF_UNLIKELY(b->flags[row] & WF_ROW_COPY)) {
		pkt = row_clone(e, row, slot);
	} else if (WF_UNLIKELY(e->d->needs_bytes)) {
		row_change_bytes(e, row);
		pkt = b->pkt[row];
	}
	if (b->drop[row] != WF_DROP_NONE) {
		row_drop(e, row, slot, (enum wf_drop)b->drop[row], pkt);
		if (WF_UNLIKELY(b->flags[row] & WF_ROW_UNPARK))
			wf_parking_let_go(&e->p->parking, b->park[row], b->due_ns[row]);
		return;
	}
	if (WF_UNLIKELY(k->queue != NULL) && !e->departing) {
		row_queue(e, k, row);
		return;
	}
	h = (struct wf_held){ .due_ns = b->due_ns[row],
		.rx_ns = e->departing ? e->rx_ns : b->rx_ns[row],
		.pkt = pkt,
		.len_bytes = b->len_bytes[row],
		.tag = wf_held_tag(e->dir, slot) };
	if (WF_UNLIKELY(b->flags[row] & (WF_ROW_PARK | WF_ROW_UNPARK)))
		row_park(e, row, slot, &h);
	else if (!row_hold(e, row, &h))
		row_drop(e, row, slot, WF_DROP_no_buffer, pkt);
}

static void
epilogue_start(struct wf_epilogue *e, struct wf_pipe *p, const struct wf_plan *plan, uint32_t dir,
	struct wf_batch *b)
{
	e->p = p; /* not an initialiser: it would clear order[] each time */
	e->plan = plan;
	e->d = &plan->dir[dir];
	e->b = b;
	e->dir = dir;
	e->at = 0;
}

void
wf_epilogue_arrive(struct wf_epilogue *e, struct wf_pipe *p, const struct wf_plan *plan,
	uint32_t dir, struct wf_batch *b, uint32_t n_rx, bool many_runs)
{
	epilogue_start(e, p, plan, dir, b);
	e->departing = false;
	e->rx_ns = 0;
	e->ordered = many_runs;
	if (many_runs) { /* a packet and its copies stand together */
		uint8_t first[WF_BURST] = { 0 };
		uint32_t n = 0;

		for (uint32_t row = b->n; row-- > 0;)
			first[b->seq[row]] = (uint8_t)row;
		for (uint32_t seq = 0; seq < n_rx; seq++)
			for (uint32_t row = first[seq]; row < b->n && b->seq[row] == seq; row++)
				e->order[n++] = (uint8_t)row;
	}
}

void
wf_epilogue_depart(struct wf_epilogue *e, struct wf_pipe *p, const struct wf_plan *plan,
	uint32_t dir, struct wf_batch *b, wf_ns_t rx_ns)
{
	epilogue_start(e, p, plan, dir, b);
	e->departing = true;
	e->rx_ns = rx_ns;
	e->ordered = false;
}

bool
wf_epilogue_go(struct wf_epilogue *e, wf_ns_t *ns)
{
	struct wf_pipe *p = e->p;
	struct wf_batch *b = e->b;
	bool event = false;

	e->direct = !e->departing && wf_pipe_direct(p, e->d, e->dir);
	e->held = e->by_value = (struct wf_count){ 0, 0 };
	e->room = wf_room_left(&p->end.room, e->dir);
	for (; e->at < b->n; e->at++) {
		uint32_t row = e->ordered ? e->order[e->at] : e->at;

		if (WF_UNLIKELY(p->queues.next_event_ns <= b->rx_ns[row]) && !e->departing) {
			*ns = b->rx_ns[row];
			event = true;
			break;
		}
		row_end(e, row);
	}
	p->in_store[e->dir] = !e->direct;
	wf_room_take(&p->end.room, e->dir, WF_HELD_PACKET, &e->held);
	if (e->by_value.packets > 0)
		wf_room_take(&p->end.room, e->dir, WF_HELD_VALUE, &e->by_value);
	wf_end_flush(&p->end);
	return event;
}
