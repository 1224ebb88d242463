/* SPDX-License-Identifier: BSD-3-Clause
 * What stages have marked is done: drops end, copies are cloned, bytes changed, survivors put into
 * the store, or into the real queue of their class. Worker threads.
 */
#include "wf_pipe_epilogue.h"

#include "wf_pipe_account.h"
#include "wf_pipe_bytes.h"

/* The rows of a batch, on their way out. */
struct epilogue {
	struct wf_pipe *p;
	const struct wf_plan *plan;
	const struct wf_plan_dir *d;
	struct wf_batch *b;
	uint32_t dir;
	bool direct;                    /* to the ready list, not to the store */
	struct wf_count held, by_value; /* not yet counted */
	uint64_t room;                  /* what more may cost */
};

/* rx_ns, here and below: when the packet came, which for one that has waited in a queue is before
 * the row's time. */
static inline void
row_drop(struct epilogue *e, uint32_t row, wf_ns_t rx_ns, uint16_t slot, enum wf_drop cause,
	void *pkt)
{
	wf_end_drop(&e->p->end, wf_held_tag(e->dir, slot), rx_ns, pkt, e->b->len_bytes[row], cause);
}

/* There is no buffer for a packet that its stages have let live: the account of its flow is told.
 * noted: it has its delay, which one that is to wait in a queue is given behind it. */
static __attribute__((noinline)) void
row_unnote(struct epilogue *e, uint32_t row, wf_ns_t rx_ns, bool noted)
{
	if (e->p->accounts.on && e->b->flow[row] != NULL)
		wf_pipe_account_unheld(&e->p->accounts, e->b, row, rx_ns, noted);
}

static void
row_no_buffer(struct epilogue *e, uint32_t row, wf_ns_t rx_ns, uint16_t slot, void *pkt, bool noted)
{
	row_unnote(e, row, rx_ns, noted);
	row_drop(e, row, rx_ns, slot, WF_DROP_no_buffer, pkt);
}

static inline void
row_held(struct epilogue *e, enum wf_held_kind kind, uint32_t len_bytes)
{
	uint32_t cost = e->p->end.room.cost[kind];

	wf_count_add(kind == WF_HELD_VALUE ? &e->by_value : &e->held, len_bytes);
	e->room -= e->room < cost ? e->room : cost;
}

static inline bool
row_store(struct epilogue *e, const struct wf_held *h)
{
	if (WF_UNLIKELY(!(e->d->in_order ? wf_store_put_in_order(e->p->store, h)
					 : wf_store_put(e->p->store, h))))
		return false;
	e->direct = false;
	return true;
}

/* By value; the packet is needed no more. false: it is the caller's as before. */
static __attribute__((noinline)) bool
row_store_value(struct epilogue *e, const struct wf_held *h)
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
row_hold(struct epilogue *e, uint32_t row, const struct wf_held *h)
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
row_change_bytes(struct epilogue *e, uint32_t row, wf_ns_t rx_ns, bool noted)
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
	if (!edited)
		row_unnote(e, row, rx_ns, noted);
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
row_park(struct epilogue *e, uint32_t row, uint16_t slot, const struct wf_held *h)
{
	struct wf_batch *b = e->b;

	if (b->flags[row] & WF_ROW_PARK) {
		if (e->room >= e->p->end.room.cost[WF_HELD_PACKET] &&
			wf_parking_put(&e->p->parking, h, b->park[row]))
			row_held(e, WF_HELD_PACKET, h->len_bytes);
		else
			row_no_buffer(e, row, h->rx_ns, slot, h->pkt, true);
		return;
	}
	if (!row_hold(e, row, h))
		row_no_buffer(e, row, h->rx_ns, slot, h->pkt, true);
	wf_parking_let_go(&e->p->parking, b->park[row], h->due_ns);
}

/* A copy is made of the packet that stands in its place. NULL: it ends. */
static void *
row_clone(struct epilogue *e, uint32_t row, uint16_t slot)
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

/* (There are no copies yet: they are made behind the queue.) */
static void
row_queue(struct epilogue *e, const struct wf_plan_class *k, uint32_t row)
{
	const struct wf_room *room = &e->p->end.room;
	uint64_t left, held = e->held.packets * room->cost[WF_HELD_PACKET] +
			      e->by_value.packets * room->cost[WF_HELD_VALUE];

	if (e->room >= room->cost[WF_HELD_PACKET] &&
		wf_queues_in(&e->p->queues, e->plan, k, e->dir, e->b, row)) {
		/* It may have dropped this packet, or others. */
		left = wf_room_left(room, e->dir);
		e->room = left > held ? left - held : 0;
		return;
	}
	row_no_buffer(e, row, e->b->rx_ns[row], k->slot, e->b->pkt[row], false);
}

/* The packet leaves for the store, or the ready list. */
static inline void
row_leave(struct epilogue *e, uint32_t row, wf_ns_t rx_ns, uint16_t slot, void *pkt)
{
	struct wf_batch *b = e->b;
	struct wf_held h = { .due_ns = b->due_ns[row],
		.rx_ns = rx_ns,
		.pkt = pkt,
		.len_bytes = b->len_bytes[row],
		.tag = wf_held_tag(e->dir, slot) };

	if (WF_UNLIKELY(b->flags[row] & (WF_ROW_PARK | WF_ROW_UNPARK)))
		row_park(e, row, slot, &h);
	else if (!row_hold(e, row, &h))
		row_no_buffer(e, row, rx_ns, slot, pkt, true);
}

/* The packet of the row, once its bytes are what they are to be. NULL: it has ended. */
static inline void *
row_survivor(struct epilogue *e, uint32_t row, wf_ns_t rx_ns, uint16_t slot, bool noted)
{
	struct wf_batch *b = e->b;
	void *pkt = b->pkt[row];

	if (WF_UNLIKELY(b->flags[row] & WF_ROW_COPY)) {
		pkt = row_clone(e, row, slot);
	} else if (WF_UNLIKELY(e->d->needs_bytes)) {
		row_change_bytes(e, row, rx_ns, noted);
		pkt = b->pkt[row];
	}
	if (WF_LIKELY(b->drop[row] == WF_DROP_NONE))
		return pkt;
	row_drop(e, row, rx_ns, slot, (enum wf_drop)b->drop[row], pkt);
	if (WF_UNLIKELY(b->flags[row] & WF_ROW_UNPARK))
		wf_parking_let_go(&e->p->parking, b->park[row], b->due_ns[row]);
	return NULL;
}

static inline void
row_arrive(struct epilogue *e, uint32_t row)
{
	const struct wf_plan_class *k = &e->d->classes[e->b->class_id[row]];
	wf_ns_t rx_ns = e->b->rx_ns[row];
	void *pkt = row_survivor(e, row, rx_ns, k->slot, k->queue == NULL);

	if (pkt == NULL)
		return;
	if (WF_UNLIKELY(k->queue != NULL))
		row_queue(e, k, row);
	else
		row_leave(e, row, rx_ns, k->slot, pkt);
}

static inline struct epilogue
epilogue_begin(struct wf_pipe *p, const struct wf_plan *plan, uint32_t dir, struct wf_batch *b,
	bool direct)
{
	return (struct epilogue){ .p = p,
		.plan = plan,
		.d = &plan->dir[dir],
		.b = b,
		.dir = dir,
		.direct = direct,
		.room = wf_room_left(&p->end.room, dir) };
}

static inline void
epilogue_end(struct epilogue *e)
{
	struct wf_pipe *p = e->p;

	p->in_store[e->dir] = !e->direct;
	wf_room_take(&p->end.room, e->dir, WF_HELD_PACKET, &e->held);
	if (e->by_value.packets > 0)
		wf_room_take(&p->end.room, e->dir, WF_HELD_VALUE, &e->by_value);
	wf_end_flush(&p->end);
}

/* The rows in order of arrival; a packet and its copies stand together. */
static void
epilogue_order(const struct wf_batch *b, uint32_t n_rx, uint8_t order[WF_BATCH_ROWS])
{
	uint8_t first[WF_BURST] = { 0 };
	uint32_t n = 0;

	for (uint32_t row = b->n; row-- > 0;)
		first[b->seq[row]] = (uint8_t)row;
	for (uint32_t seq = 0; seq < n_rx; seq++)
		for (uint32_t row = first[seq]; row < b->n && b->seq[row] == seq; row++)
			order[n++] = (uint8_t)row;
}

void
wf_epilogue_arrive(struct wf_pipe *p, const struct wf_plan *plan, uint32_t dir, struct wf_batch *b,
	uint32_t n_rx, bool many_runs)
{
	struct epilogue e =
		epilogue_begin(p, plan, dir, b, wf_pipe_direct(p, &plan->dir[dir], dir));
	uint8_t order[WF_BATCH_ROWS];

	if (many_runs)
		epilogue_order(b, n_rx, order);
	for (uint32_t i = 0; i < b->n; i++)
		row_arrive(&e, many_runs ? order[i] : i);
	epilogue_end(&e);
}

void
wf_epilogue_depart(struct wf_pipe *p, const struct wf_plan *plan, uint32_t dir, struct wf_batch *b,
	wf_ns_t rx_ns)
{
	struct epilogue e = epilogue_begin(p, plan, dir, b, false);

	for (uint32_t row = 0; row < b->n; row++) {
		uint16_t slot = e.d->classes[b->class_id[row]].slot;
		void *pkt = row_survivor(&e, row, rx_ns, slot, true);

		if (pkt != NULL)
			row_leave(&e, row, rx_ns, slot, pkt);
	}
	epilogue_end(&e);
}
