/* SPDX-License-Identifier: BSD-3-Clause
 * The straight path: one class, whose packets are neither copied nor changed, and wait for nothing
 * but their release. So each is dropped, or goes to where it is released from: the ready list, the
 * lane of a direction in order, or the wheel. The same as the general path, with what is the same
 * for all packets done once. Worker threads.
 */
#include "wf_pipe_inside.h"

struct straight {
	struct wf_pipe *p;
	const struct wf_batch *b;
	uint32_t dir, tag;
	bool in_order;
	struct wf_count held; /* the rows that are not dropped */
	uint64_t room;        /* for rows that go into the store */
};

static void
straight_drop(struct straight *s, uint32_t row, enum wf_drop cause)
{
	const struct wf_batch *b = s->b;

	s->held.packets--;
	s->held.bytes -= b->len_bytes[row];
	wf_end_drop(&s->p->end, s->tag, b->rx_ns[row], b->pkt[row], b->len_bytes[row], cause);
}

/* Rows first..end-1, none of them dropped, into the store. */
static void
straight_store(struct straight *s, uint32_t first, uint32_t end)
{
	const struct wf_batch *b = s->b;
	struct wf_store_rows rows = { .due_ns = b->due_ns + first,
		.rx_ns = b->rx_ns + first,
		.pkt = b->pkt + first,
		.len_bytes = b->len_bytes + first,
		.n = end - first,
		.tag = s->tag };
	uint32_t held;

	if (WF_UNLIKELY(s->room < rows.n))
		rows.n = (uint32_t)s->room;
	held = s->in_order ? wf_store_put_rows_in_order(s->p->store, &rows)
			   : wf_store_put_rows(s->p->store, &rows);
	s->room -= held;
	for (uint32_t row = first + held; row < end; row++)
		straight_drop(s, row, WF_DROP_no_buffer);
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
	wf_room_take(&s->p->end.room, s->dir, &s->held);
	wf_end_flush(&s->p->end);
}

void
wf_pipe_straight(struct wf_pipe *p, const struct wf_plan_dir *d, uint32_t dir,
	const struct wf_rx *rx, uint32_t n, const struct wf_count *sum)
{
	const struct wf_plan_class *k = &d->classes[0];
	struct wf_dir_stats *ds = wf_end_dir(&p->end, dir);
	struct wf_run runs[WF_BURST];
	struct straight s = { .p = p,
		.b = &p->arriving,
		.dir = dir,
		.tag = wf_held_tag(dir, k->slot),
		.in_order = d->in_order,
		.held = *sum,
		.room = wf_room_left(&p->end.room, dir) };

	wf_pipe_take_in(p, d, dir, rx, n, runs);
	wf_count_merge(&wf_end_class(&p->end, k->slot)->c.rx, sum);
	wf_pipe_run(k->before, wf_plan_steps(k), &p->arriving, 0, (uint16_t)n, &p->states.env);
	wf_pipe_count_stages(&p->states.env, ds);
	straight_end(&s, wf_pipe_direct(p, d, dir));
}
