/* SPDX-License-Identifier: BSD-3-Clause
 * The straight path: packets of one class, which are neither copied nor changed, and wait for
 * nothing but their release. So each is dropped, or goes to where it is released from: the ready
 * list, the lane of a direction in order, or the wheel. The same as the general path, which a burst
 * of several classes takes, with what is the same for all packets done once. Worker threads.
 */
#include "wf_pipe_account.h"

struct straight {
	struct wf_pipe *p;
	const struct wf_batch *b;
	uint32_t dir, tag;
	bool in_order;
	struct wf_count held;     /* the rows that are not dropped ... */
	struct wf_count by_value; /* ... of them, by value */
	uint64_t room;            /* for rows that go into the store */
};

static void
straight_drop(struct straight *s, uint32_t row, enum wf_drop cause)
{
	const struct wf_batch *b = s->b;

	s->held.packets--;
	s->held.bytes -= b->len_bytes[row];
	if (WF_UNLIKELY(cause == WF_DROP_no_buffer && s->p->accounts.on))
		wf_pipe_account_unheld(&s->p->accounts, b, row, b->rx_ns[row], true);
	wf_end_drop(&s->p->end, s->tag, b->rx_ns[row], b->pkt[row], b->len_bytes[row], cause);
}

/* Records of rows that are held by value. */
struct values {
	void *pkt[WF_BURST];
	uint32_t len_bytes[WF_BURST];
};

/* Cuts rows, of which the first is row `first`, to those that are held like it: by value where it
 * is short, and then their bytes are taken in, as far as there is room and buffers. Returns how. */
static __attribute__((noinline)) enum wf_held_kind
straight_choose(struct straight *s, uint32_t first, struct wf_store_rows *rows, struct values *v)
{
	const struct wf_batch *b = s->b;
	struct wf_by_value *by_value = &s->p->by_value;
	bool small = wf_by_value_small(by_value, b->len_bytes[first]);
	uint32_t n = 1;

	while (n < rows->n && wf_by_value_small(by_value, b->len_bytes[first + n]) == small)
		n++;
	rows->n = n;
	if (small && s->room < n)
		n = (uint32_t)s->room;
	if (small)
		n = wf_by_value_in(by_value, rows->pkt, rows->len_bytes, n, v->pkt, v->len_bytes);
	if (!small || n == 0)
		return WF_HELD_PACKET;
	rows->n = n;
	rows->pkt = v->pkt;
	rows->len_bytes = v->len_bytes;
	rows->tag = wf_held_tag_kind(s->tag, WF_HELD_VALUE);
	return WF_HELD_VALUE;
}

/* These are in the store as copies, as far as there was room. Returns where the rest begins. */
static __attribute__((noinline)) uint32_t
straight_copied(struct straight *s, uint32_t first, const struct wf_store_rows *rows, uint32_t held)
{
	struct wf_by_value *v = &s->p->by_value;

	for (uint32_t i = held; i < rows->n; i++) {
		wf_by_value_forget(v, rows->pkt[i], rows->len_bytes[i]);
		straight_drop(s, first + i, WF_DROP_no_buffer);
	}
	for (uint32_t i = 0; i < held; i++)
		wf_count_add(&s->by_value, s->b->len_bytes[first + i]);
	wf_by_value_idle(v, s->b->pkt + first, held);
	return first + rows->n;
}

/* Rows first..end-1, none of them dropped, into the store. */
static void
straight_store(struct straight *s, uint32_t first, uint32_t end)
{
	const struct wf_batch *b = s->b;

	while (first < end) {
		struct wf_store_rows rows = { .due_ns = b->due_ns + first,
			.rx_ns = b->rx_ns + first,
			.pkt = b->pkt + first,
			.len_bytes = b->len_bytes + first,
			.n = end - first,
			.tag = s->tag };
		enum wf_held_kind kind = WF_HELD_PACKET;
		uint32_t n = rows.n, held, cost;
		struct values values;

		if (s->p->by_value.values.cut_bytes > 0) {
			kind = straight_choose(s, first, &rows, &values);
			n = rows.n;
		}
		cost = s->p->end.room.cost[kind];
		if (WF_UNLIKELY(s->room < (uint64_t)n * cost))
			rows.n = (uint32_t)(s->room / cost);
		held = s->in_order ? wf_store_put_rows_in_order(s->p->store, &rows)
				   : wf_store_put_rows(s->p->store, &rows);
		s->room -= (uint64_t)held * cost;
		if (kind == WF_HELD_VALUE) {
			first = straight_copied(s, first, &rows, held);
			continue;
		}
		for (uint32_t row = first + held; row < first + n; row++)
			straight_drop(s, row, WF_DROP_no_buffer);
		first += n;
	}
}

/* To the ready list, as far as there is room. Returns the first row that has found none. */
static uint32_t
straight_ready(struct straight *s)
{
	const struct wf_batch *b = s->b;
	uint32_t room = wf_ready_room(&s->p->ready), row;

	for (row = 0; row < b->n; row++) {
		if (b->drop[row] != WF_DROP_NONE) {
			straight_drop(s, row, (enum wf_drop)b->drop[row]);
			continue;
		}
		if (WF_UNLIKELY(room-- == 0))
			break;
		wf_ready_put(&s->p->ready, b->due_ns[row], b->rx_ns[row], b->pkt[row],
			b->len_bytes[row], s->tag);
	}
	return row;
}

static void
straight_end(struct straight *s, bool direct)
{
	const struct wf_batch *b = s->b;
	uint32_t first = direct ? straight_ready(s) : 0;

	s->p->in_store[s->dir] = !direct || first < b->n;
	for (uint32_t row = first; row < b->n; row++) {
		if (WF_LIKELY(b->drop[row] == WF_DROP_NONE))
			continue;
		if (row > first)
			straight_store(s, first, row);
		first = row + 1;
		straight_drop(s, row, (enum wf_drop)b->drop[row]);
	}
	if (b->n > first)
		straight_store(s, first, b->n);
	if (s->by_value.packets > 0) {
		wf_room_take(&s->p->end.room, s->dir, WF_HELD_VALUE, &s->by_value);
		s->held.packets -= s->by_value.packets;
		s->held.bytes -= s->by_value.bytes;
	}
	wf_room_take(&s->p->end.room, s->dir, WF_HELD_PACKET, &s->held);
	wf_end_flush(&s->p->end);
}

static inline void
straight_run(struct wf_pipe *p, const struct wf_plan_dir *d, const struct wf_plan_class *k,
	uint32_t dir, uint32_t n, const struct wf_count *sum)
{
	struct straight s = { .p = p,
		.b = &p->batch,
		.dir = dir,
		.tag = wf_held_tag(dir, k->slot),
		.in_order = d->in_order,
		.held = *sum,
		.room = wf_room_left(&p->end.room, dir) };

	if (WF_UNLIKELY(p->accounts.on))
		wf_pipe_account_expect(p, &p->batch);
	wf_count_merge(&wf_end_class(&p->end, k->slot)->c.rx, sum);
	wf_pipe_run(k->before, wf_plan_steps(k), &p->batch, 0, (uint16_t)n, &p->states.env);
	wf_pipe_count_stages(&p->states.env, wf_end_dir(&p->end, dir));
	if (WF_UNLIKELY(p->accounts.on))
		wf_pipe_account_rows(p, d, &p->batch);
	straight_end(&s, wf_pipe_direct(p, d, dir));
}

void
wf_pipe_straight(struct wf_pipe *p, const struct wf_plan *plan, uint32_t dir,
	const struct wf_rx *rx, uint32_t n, const struct wf_count *sum)
{
	const struct wf_plan_dir *d = &plan->dir[dir];
	struct wf_run runs[WF_BURST];
	uint32_t n_runs = wf_pipe_take_in(p, d, dir, rx, n, runs);

	if (WF_LIKELY(n_runs == 1))
		straight_run(p, d, &d->classes[runs[0].class_id], dir, n, sum);
	else
		wf_pipe_general_runs(p, plan, dir, n, runs, n_runs);
}
