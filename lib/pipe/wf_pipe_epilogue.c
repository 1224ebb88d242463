/* SPDX-License-Identifier: BSD-3-Clause
 * The end of the pipeline: what stages have marked is done, once, in order of arrival. Drops are
 * counted and freed in bulk, copies cloned, survivors put into the store. Worker threads.
 */
#include "wf_pipe_room.h"

struct ending {
	struct wf_pipe *p;
	const struct wf_plan *plan;
	const struct wf_plan_dir *d;
	struct wf_dir_stats *dir_stats;
	uint32_t dir;
	bool direct;    /* to the ready list, not to the store */
	bool departing; /* from a queue, not arriving; came at ... */
	wf_ns_t rx_ns;
	uint16_t slot;            /* of the class whose packets are summed up ... */
	struct wf_count class_rx; /* ... not yet counted */
	struct wf_count held;     /* not yet counted */
	uint64_t room;            /* for so many of them */
	uint32_t n_free;
	void *free_pkt[WF_BATCH_ROWS];
};

static inline void
drop(struct ending *e, struct wf_class_stats *cs, uint32_t len_bytes, enum wf_drop cause, void *pkt)
{
	wf_count_add(&e->dir_stats->c.dropped[cause], len_bytes);
	wf_count_add(&cs->c.dropped[cause], len_bytes);
	if (pkt != NULL)
		e->free_pkt[e->n_free++] = pkt;
}

/* Takes a packet in charge until it leaves. */
static inline bool
hold(struct ending *e, const struct wf_held *h)
{
	struct wf_pipe *p = e->p;

	if (e->direct && p->ready_tail - p->ready_head < WF_READY) {
		p->ready[p->ready_tail++ % WF_READY] = *h;
	} else {
		if (WF_UNLIKELY(e->held.packets >= e->room))
			return false;
		if (WF_UNLIKELY(!(e->d->in_order ? wf_store_put_in_order(p->store, h)
						 : wf_store_put(p->store, h))))
			return false;
		e->direct = false;
	}
	wf_count_add(&e->held, h->len_bytes);
	return true;
}

/* Counts the sums of the class so far; goes on with another. */
static void
flush(struct ending *e, uint16_t next_slot)
{
	wf_count_merge(&e->p->stats->now->class[e->slot].c.rx, &e->class_rx);
	e->class_rx = (struct wf_count){ 0, 0 };
	e->slot = next_slot;
}

/* Forges what the row gives rise to, and edits it if it is going to leave. Its copies stand behind
 * it and are made of the edited packet. */
static __attribute__((noinline)) void
change_bytes(struct ending *e, uint32_t row)
{
	struct wf_batch *b = e->p->batch;
	const struct wf_plan_class *k = &e->d->classes[b->class_id[row]];
	uint32_t seq = b->seq[row];
	bool edited;

	/* What the store holds of this direction, the rest of the burst lines up behind. */
	if (b->forges[row] != 0 && wf_pipe_forge(e->p, e->plan, k, e->dir, row))
		e->direct = false;
	if (b->edits[row] == 0 || b->drop[row] != WF_DROP_NONE)
		return;
	edited = wf_pipe_edit(e->p, k, e->dir, row);
	for (uint32_t i = row; i < b->n && b->seq[i] == seq; i++) {
		b->pkt[i] = b->pkt[row];
		b->len_bytes[i] = b->len_bytes[row];
		if (!edited && b->drop[i] == WF_DROP_NONE)
			b->drop[i] = WF_DROP_no_buffer;
	}
}

/* The packet waits for others to pass it; or it is the last of those, and what waits leaves behind
 * it.
 */
static __attribute__((noinline)) void
park(struct ending *e, struct wf_class_stats *cs, uint32_t row, const struct wf_held *h)
{
	struct wf_batch *b = e->p->batch;

	if (b->flags[row] & WF_ROW_PARK) {
		if (e->held.packets < e->room && wf_pipe_park(e->p, h, b->park[row]))
			wf_count_add(&e->held, h->len_bytes);
		else
			drop(e, cs, h->len_bytes, WF_DROP_no_buffer, h->pkt);
		return;
	}
	if (!hold(e, h))
		drop(e, cs, h->len_bytes, WF_DROP_no_buffer, h->pkt);
	wf_pipe_unpark(e->p, b->park[row], h->due_ns);
}

static inline void
end_row(struct ending *e, uint32_t row)
{
	struct wf_batch *b = e->p->batch;
	const struct wf_plan_class *k = &e->d->classes[b->class_id[row]];
	uint16_t slot = k->slot;
	struct wf_class_stats *cs = &e->p->stats->now->class[slot];
	uint32_t len_bytes = b->len_bytes[row];
	void *pkt = b->pkt[row];
	struct wf_held h;

	if (WF_UNLIKELY(e->p->next_event_ns <= b->rx_ns[row]) && !e->departing)
		wf_pipe_queue_serve(e->p, e->plan, b->rx_ns[row], UINT32_MAX);
	if (WF_UNLIKELY(slot != e->slot))
		flush(e, slot);
	if (WF_UNLIKELY(b->flags[row] & WF_ROW_COPY)) {
		wf_count_add(&e->dir_stats->c.dup_created, len_bytes);
		wf_count_add(&cs->c.dup_created, len_bytes);
		pkt = b->drop[row] ? NULL : e->p->ops.clone(e->p->ops.ctx, pkt);
		if (pkt == NULL && !b->drop[row])
			b->drop[row] = WF_DROP_no_buffer;
	} else {
		if (WF_LIKELY(!e->departing))
			wf_count_add(&e->class_rx, len_bytes);
		if (WF_UNLIKELY(e->d->needs_bytes)) {
			change_bytes(e, row);
			pkt = b->pkt[row];
			len_bytes = b->len_bytes[row];
		}
	}
	if (b->drop[row] != WF_DROP_NONE) {
		drop(e, cs, len_bytes, (enum wf_drop)b->drop[row], pkt);
		if (WF_UNLIKELY(b->flags[row] & WF_ROW_UNPARK))
			wf_pipe_unpark(e->p, b->park[row], b->due_ns[row]);
		return;
	}
	if (WF_UNLIKELY(k->queue != NULL) && !e->departing) {
		/* At once: it may depart before the end of the burst. */
		if (e->held.packets < e->room && wf_pipe_queue_in(e->p, e->plan, k, e->dir, row)) {
			wf_pipe_hold(e->p, e->dir, &(struct wf_count){ 1, len_bytes });
			e->room--;
		} else {
			drop(e, cs, len_bytes, WF_DROP_no_buffer, pkt);
		}
		return;
	}
	h = (struct wf_held){ .due_ns = b->due_ns[row],
		.rx_ns = WF_UNLIKELY(e->departing) ? e->rx_ns : b->rx_ns[row],
		.pkt = pkt,
		.len_bytes = len_bytes,
		.tag = wf_held_tag(e->dir, slot) };
	if (WF_UNLIKELY(b->flags[row] & (WF_ROW_PARK | WF_ROW_UNPARK)))
		park(e, cs, row, &h);
	else if (!hold(e, &h))
		drop(e, cs, len_bytes, WF_DROP_no_buffer, pkt);
}

/* Rows first..end-1, none of them dropped, of the class whose packets are summed up: into the lane.
 */
static void
hold_rows(struct ending *e, struct wf_class_stats *cs, uint32_t first, uint32_t end)
{
	const struct wf_batch *b = e->p->batch;
	struct wf_store_rows rows = { .due_ns = b->due_ns + first,
		.rx_ns = b->rx_ns + first,
		.pkt = b->pkt + first,
		.len_bytes = b->len_bytes + first,
		.n = end - first,
		.tag = wf_held_tag(e->dir, e->slot) };
	uint64_t room = e->room > e->held.packets ? e->room - e->held.packets : 0;
	uint32_t held, row;

	if (WF_UNLIKELY(room < rows.n))
		rows.n = (uint32_t)room;
	held = first + wf_store_put_rows_in_order(e->p->store, &rows);

	e->direct = false;
	for (row = first; row < held; row++)
		wf_count_add(&e->held, b->len_bytes[row]);
	for (; row < end; row++)
		drop(e, cs, b->len_bytes[row], WF_DROP_no_buffer, b->pkt[row]);
}

/* All rows, when they are of one class, without copies and edits: the same as end_row for each,
 * with what is the same for all done once. */
static void
end_plain(struct ending *e)
{
	const struct wf_batch *b = e->p->batch;
	struct wf_class_stats *cs = &e->p->stats->now->class[e->slot];
	bool rows = !e->direct && e->d->in_order;
	uint32_t n = b->n, first = 0;

	for (uint32_t row = 0; row < n; row++)
		wf_count_add(&e->class_rx, b->len_bytes[row]);
	for (uint32_t row = 0; row < n; row++) {
		struct wf_held h;

		if (WF_UNLIKELY(b->drop[row] != WF_DROP_NONE)) {
			if (rows && row > first)
				hold_rows(e, cs, first, row);
			first = row + 1;
			drop(e, cs, b->len_bytes[row], (enum wf_drop)b->drop[row], b->pkt[row]);
			continue;
		}
		if (rows)
			continue;
		h = (struct wf_held){ .due_ns = b->due_ns[row],
			.rx_ns = b->rx_ns[row],
			.pkt = b->pkt[row],
			.len_bytes = b->len_bytes[row],
			.tag = wf_held_tag(e->dir, e->slot) };
		if (!hold(e, &h))
			drop(e, cs, h.len_bytes, WF_DROP_no_buffer, h.pkt);
	}
	if (rows && n > first)
		hold_rows(e, cs, first, n);
}

static void
begin(struct ending *e, struct wf_pipe *p, const struct wf_plan *plan, uint32_t dir)
{
	const struct wf_plan_dir *d = &plan->dir[dir];

	e->p = p; /* not an initialiser: it would clear free_pkt for every burst */
	e->plan = plan;
	e->d = d;
	e->dir = dir;
	e->dir_stats = &p->stats->now->dir[dir];
	e->slot = d->classes[p->batch->class_id[0]].slot;
	e->class_rx = e->held = (struct wf_count){ 0, 0 };
	e->room = wf_pipe_room(p, dir);
	e->n_free = 0;
}

static void
end(struct ending *e)
{
	struct wf_pipe *p = e->p;

	flush(e, e->slot);
	p->in_store[e->dir] = !e->direct;
	wf_pipe_hold(p, e->dir, &e->held);
	if (e->n_free > 0)
		p->ops.free(p->ops.ctx, e->free_pkt, e->n_free);
}

void
wf_pipe_epilogue(
	struct wf_pipe *p, const struct wf_plan *plan, uint32_t dir, uint32_t n_rx, bool many_runs)
{
	struct wf_batch *b = p->batch;
	struct ending e;

	begin(&e, p, plan, dir);
	e.departing = false;
	e.rx_ns = 0;
	/* The ready list is taken first: who follows packets in the store lines up behind them. */
	e.direct = !e.d->holds && !(p->in_store[dir] && p->held[dir].packets > 0);
	if (!many_runs && b->n == n_rx && !e.d->needs_bytes && !e.d->parks &&
		e.d->classes[b->class_id[0]].queue == NULL &&
		p->next_event_ns > b->rx_ns[b->n - 1]) {
		end_plain(&e);
	} else if (!many_runs) {
		for (uint32_t row = 0; row < b->n; row++)
			end_row(&e, row);
	} else {
		/* Back to order of arrival: a packet and its copies stand together. */
		uint16_t first[WF_BURST] = { 0 };

		for (uint32_t row = b->n; row-- > 0;)
			first[b->seq[row]] = (uint16_t)row;
		for (uint32_t seq = 0; seq < n_rx; seq++)
			for (uint32_t row = first[seq]; row < b->n && b->seq[row] == seq; row++)
				end_row(&e, row);
	}
	end(&e);
}

void
wf_pipe_depart(struct wf_pipe *p, const struct wf_plan *plan, uint32_t dir, wf_ns_t rx_ns)
{
	struct ending e;

	begin(&e, p, plan, dir);
	e.departing = true;
	e.rx_ns = rx_ns;
	e.direct = false;
	for (uint32_t row = 0; row < p->batch->n; row++)
		end_row(&e, row);
	end(&e);
}
