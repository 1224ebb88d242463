/* SPDX-License-Identifier: BSD-3-Clause
 * One worker's pipeline: a burst goes in, what is due comes out, and everything is counted. Worker
 * threads; new and free by the control core.
 */
#include "wf_pipe_inside.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wf_lines.h"
#include "wf_rng.h"

/* Flows looked at for ageing in one turn of the loop. */
#define AGE_BUDGET 4
/* Events of queues served before what they let go is taken. */
#define ADVANCE_BUDGET 64
/* Packets by value that are held at most, unless as many could be held by reference: 60 GB. */
#define MOST_RECORDS (1u << 30)

/* A store for as many records as there may be packets: by reference, or so many times as many by
 * value. Memory that is never used is never touched, but where the kernel does not promise as much,
 * fewer have to do. */
static struct wf_store *
pipe_store(const struct wf_pipe_params *q, uint32_t by_value)
{
	uint64_t n = by_value > 1 ? (uint64_t)q->max_held * by_value : q->max_held;
	struct wf_store *store;

	if (n > MOST_RECORDS)
		n = q->max_held > MOST_RECORDS ? q->max_held : MOST_RECORDS;
	while ((store = wf_store_new((uint32_t)n, q->n_dirs, q->start_ns)) == NULL &&
		n > q->max_held)
		n = n / 2 > q->max_held ? n / 2 : q->max_held;
	if (store != NULL && q->most_moved > 0)
		wf_store_bound(store, q->most_moved);
	return store;
}

static int
pipe_init(struct wf_pipe *p, const struct wf_pipe_params *q)
{
	/* Twice the packets that can wait, and again for arrays outgrown; 16 words a flow at least.
	 */
	uint64_t words = 4ull * q->max_held + 32ull * q->max_flows;
	uint32_t by_value = wf_value_per_buffer(q->by_value_bytes);

	p->end.ops = q->ops;
	p->end.stats = q->stats;
	p->end.tap = q->tap;
	p->n_dirs = q->n_dirs;
	p->flow_idle_ns = q->flow_idle_ns;
	p->generation = UINT64_MAX;
	p->queues.next_event_ns = UINT64_MAX;
	p->intake.states = &p->states;
	p->queues.accounts = &p->accounts;
	p->in_store = wf_lines_new(q->n_dirs, sizeof(*p->in_store));
	wf_by_value_init(&p->by_value, &p->end, q->by_value_bytes);
	p->store = pipe_store(q, by_value);
	if (p->in_store == NULL || p->store == NULL || !wf_ready_init(&p->ready) ||
		wf_room_init(&p->end.room, q->n_dirs, q->max_held, by_value) < 0 ||
		wf_states_init(&p->states, q->n_slots, q->max_flows, words, q->start_ns) < 0 ||
		wf_fragments_init(&p->intake.fragments) < 0 ||
		wf_flow_accounts_init(&p->accounts, q->max_flows, q->count_flows) < 0 ||
		wf_queues_init(&p->queues, &p->end, &p->states, q->max_held) < 0 ||
		wf_parking_init(&p->parking, p->store, &p->end, q->max_held) < 0)
		return -ENOMEM;
	p->intake.flows =
		wf_flow_table_new(q->max_flows, q->flow_idle_ns, wf_states_flow_end, &p->states);
	return p->intake.flows == NULL ? -ENOMEM : 0;
}

struct wf_pipe *
wf_pipe_new(const struct wf_pipe_params *params)
{
	size_t size = (sizeof(struct wf_pipe) + WF_CACHE_LINE - 1) / WF_CACHE_LINE * WF_CACHE_LINE;
	struct wf_pipe *p = aligned_alloc(WF_CACHE_LINE, size);

	if (p == NULL)
		return NULL;
	memset(p, 0, sizeof(*p));
	if (pipe_init(p, params) < 0) {
		wf_pipe_free(p);
		return NULL;
	}
	return p;
}

void
wf_pipe_free(struct wf_pipe *p)
{
	struct wf_pkt_ops *ops;
	struct wf_held h;

	if (p == NULL)
		return;
	ops = &p->end.ops;
	while (!wf_ready_empty(&p->ready))
		if (wf_ready_take(&p->ready, &h, 1) == 1)
			ops->free(ops->ctx, &h.pkt, 1);
	while (p->store != NULL && wf_store_pop_any(p->store, &h)) {
		if (wf_parking_unghost(&p->parking, &h, 1) == 0)
			continue;
		if (h.kind == WF_HELD_VALUE)
			wf_by_value_forget(&p->by_value, h.pkt, h.len_bytes);
		else
			ops->free(ops->ctx, &h.pkt, 1);
	}
	wf_by_value_fini(&p->by_value);
	wf_parking_fini(&p->parking);
	wf_queues_fini(&p->queues);
	wf_flow_table_free(p->intake.flows);
	wf_flow_accounts_fini(&p->accounts);
	wf_fragments_fini(&p->intake.fragments);
	wf_states_fini(&p->states);
	wf_room_fini(&p->end.room);
	wf_store_free(p->store);
	free(p->ready.held);
	free(p->in_store);
	free(p);
}

void
wf_pipe_set_tap(struct wf_pipe *p, const struct wf_tap *tap)
{
	p->end.tap = tap;
}

int
wf_pipe_prepare(struct wf_pipe *p, const struct wf_plan *plan)
{
	for (uint32_t dir = 0; dir < plan->n_dirs; dir++) {
		const struct wf_plan_dir *d = &plan->dir[dir];

		for (uint16_t i = 0; d->n_classes > 1 && i < d->n_classes; i++) {
			if (wf_stats_time_class(p->end.stats, d->classes[i].slot) < 0)
				return -ENOMEM;
			atomic_store_explicit(&p->end.timed, true, memory_order_relaxed);
		}
	}
	return 0;
}

/* How many of n packets go through together: up to the next event of a queue, which is served
 * before, be it there already or made by one of them; and so many that the batch has room for their
 * copies. */
static uint32_t
pipe_part(struct wf_pipe *p, const struct wf_plan *plan, const struct wf_plan_dir *d,
	const struct wf_rx *rx, uint32_t n)
{
	uint32_t most = WF_BATCH_ROWS / (1 + d->copies), m = 1;

	wf_pipe_serve(p, plan, rx[0].rx_ns, UINT32_MAX);
	while (m < n && m < most && rx[m].rx_ns < p->queues.next_event_ns &&
		rx[m].rx_ns - rx[0].rx_ns < d->soonest_ns)
		m++;
	return m;
}

/* Packets that go through together. */
static inline void
pipe_burst(struct wf_pipe *p, const struct wf_plan *plan, uint32_t dir, const struct wf_rx *rx,
	uint32_t n, bool count_rx)
{
	const struct wf_plan_dir *d = &plan->dir[dir];
	struct wf_count sum = { 0, 0 };

	for (uint32_t i = 0; i < n; i++)
		wf_count_add(&sum, rx[i].len_bytes);
	if (count_rx)
		wf_count_merge(&wf_end_dir(&p->end, dir)->c.rx, &sum);
	p->states.env.start_ns = wf_states_origin(&p->states, d);
	switch (d->path) {
	case WF_PATH_WIRE:
		wf_pipe_wire(p, plan, dir, rx, n, &sum);
		break;
	case WF_PATH_STRAIGHT:
		wf_pipe_straight(p, plan, dir, rx, n, &sum);
		break;
	default:
		wf_pipe_general(p, plan, dir, rx, n);
	}
}

/* The same in parts. */
static __attribute__((noinline)) void
pipe_parts(struct wf_pipe *p, const struct wf_plan *plan, uint32_t dir, const struct wf_rx *rx,
	uint32_t n, bool count_rx)
{
	/* A flow could end between two of these packets, which must not touch the first: what they
	 * find is looked up before any of them goes through its stages. */
	bool singly = rx[n - 1].rx_ns - rx[0].rx_ns >= p->flow_idle_ns;

	while (n > 0) {
		uint32_t m = pipe_part(p, plan, &plan->dir[dir], rx, singly ? 1 : n);

		pipe_burst(p, plan, dir, rx, m, count_rx);
		rx += m;
		n -= m;
	}
}

void
wf_pipe_adopt(struct wf_pipe *p, const struct wf_plan *plan)
{
	if (plan->generation <= p->adopted)
		return;
	p->adopted = plan->generation;
	if (plan->from_ns != 0)
		wf_queues_wake(&p->queues, plan->from_ns);
}

/* The plan is another than that of the burst before; the one of a time before, it may be. */
static __attribute__((noinline)) void
pipe_turn_to(struct wf_pipe *p, const struct wf_plan *plan)
{
	wf_pipe_adopt(p, plan);
	wf_room_share(&p->end.room, plan);
	p->generation = plan->generation;
	p->accounts.on = plan->count_flows;
}

void
wf_pipe_in(struct wf_pipe *p, const struct wf_plan *plan, uint32_t dir, const struct wf_rx *rx,
	uint32_t n, bool count_rx)
{
	const struct wf_plan_dir *d = &plan->dir[dir];
	wf_ns_t last_ns, span_ns;

	if (n == 0)
		return;
	assert(n <= WF_BURST);
	if (WF_UNLIKELY(p->generation != plan->generation))
		pipe_turn_to(p, plan);
	last_ns = rx[n - 1].rx_ns;
	span_ns = last_ns - rx[0].rx_ns;
	if (WF_UNLIKELY(p->queues.next_event_ns <= last_ns || d->copies > 0 ||
			span_ns >= p->flow_idle_ns || span_ns >= d->soonest_ns))
		pipe_parts(p, plan, dir, rx, n, count_rx);
	else
		pipe_burst(p, plan, dir, rx, n, count_rx);
}

/* From the store, where some packets may be held by value. */
static __attribute__((noinline)) uint32_t
pipe_take_made(struct wf_pipe *p, wf_ns_t now_ns, struct wf_held *out, uint32_t max)
{
	struct wf_by_value *v = &p->by_value;
	uint32_t n = 0;

	if (max > WF_VALUE_BURST)
		max = WF_VALUE_BURST;
	for (;;) {
		uint32_t taken = WF_UNLIKELY(v->n_left > 0)
					 ? wf_by_value_again(v, out + n, max - n)
					 : wf_store_take(p->store, now_ns, out + n, max - n);
		uint32_t left = taken, made;

		if (WF_UNLIKELY(p->parking.n_ghosts > 0))
			left = wf_parking_unghost(&p->parking, out + n, taken);
		made = wf_by_value_out(v, out + n, left, now_ns);
		n += made;
		if (WF_LIKELY(made == taken) || made < left)
			return n;
	}
}

uint32_t
wf_pipe_take(struct wf_pipe *p, wf_ns_t now_ns, struct wf_held *out, uint32_t max)
{
	uint32_t n = wf_ready_empty(&p->ready) ? 0 : wf_ready_take(&p->ready, out, max);

	if (wf_by_value_any(&p->by_value))
		return n + pipe_take_made(p, now_ns, out + n, max - n);
	for (;;) {
		uint32_t taken = wf_store_take(p->store, now_ns, out + n, max - n), left = taken;

		if (WF_UNLIKELY(p->parking.n_ghosts > 0))
			left = wf_parking_unghost(&p->parking, out + n, taken);
		n += left;
		if (WF_LIKELY(left == taken))
			return n;
	}
}

wf_ns_t
wf_pipe_advance(struct wf_pipe *p, const struct wf_plan *plan, wf_ns_t now_ns)
{
	if (WF_LIKELY(p->queues.next_event_ns > now_ns))
		return now_ns;
	wf_pipe_serve(p, plan, now_ns, ADVANCE_BUDGET);
	/* What is left is later than what has been done, or at the same instant. */
	return p->queues.next_event_ns > now_ns ? now_ns : p->queues.next_event_ns;
}

wf_ns_t
wf_pipe_next(const struct wf_pipe *p)
{
	wf_ns_t next_ns;

	if (!wf_ready_empty(&p->ready))
		next_ns = p->ready.held[p->ready.head].due_ns;
	else if (WF_UNLIKELY(p->by_value.n_left > 0))
		next_ns = wf_by_value_next(&p->by_value);
	else
		next_ns = wf_store_next(p->store);
	return p->queues.next_event_ns < next_ns ? p->queues.next_event_ns : next_ns;
}

void
wf_pipe_sent(struct wf_pipe *p, const struct wf_held *h, uint32_t n, wf_ns_t now_ns)
{
	wf_end_sent(&p->end, h, n, now_ns);
}

void
wf_pipe_drop(struct wf_pipe *p, const struct wf_held *h, uint32_t n, enum wf_drop cause)
{
	wf_end_drop_held(&p->end, h, n, cause);
}

void
wf_pipe_drop_queued(struct wf_pipe *p, enum wf_drop cause)
{
	wf_queues_drop_all(&p->queues, cause);
}

void
wf_pipe_refuse(struct wf_pipe *p, uint32_t dir, const struct wf_rx *rx, uint32_t n, bool count_rx,
	enum wf_drop cause)
{
	for (uint32_t i = 0; count_rx && i < n; i++)
		wf_count_add(&wf_end_dir(&p->end, dir)->c.rx, rx[i].len_bytes);
	wf_end_refuse(&p->end, dir, rx, n, cause);
}

void
wf_pipe_know(struct wf_pipe *p, const struct wf_rx *rx, const struct wf_identity *const *who)
{
	p->intake.known_rx = rx;
	p->intake.known = who;
}

void
wf_pipe_tidy(struct wf_pipe *p, wf_ns_t now_ns)
{
	if (wf_flow_table_count(p->intake.flows) > 0)
		wf_flow_table_age(p->intake.flows, now_ns, AGE_BUDGET);
	wf_states_tidy(&p->states, now_ns);
}

void
wf_pipe_tidy_all(struct wf_pipe *p, wf_ns_t now_ns)
{
	wf_flow_table_age(p->intake.flows, now_ns, UINT32_MAX);
}

void
wf_pipe_handed_out(struct wf_pipe *p, uint32_t dir, const struct wf_count *sum)
{
	struct wf_dir_stats *ds = wf_end_dir(&p->end, dir);

	wf_count_merge(&ds->c.rx, sum);
	wf_count_merge(&ds->handed_out, sum);
}

void
wf_pipe_handed_in(struct wf_pipe *p, uint32_t dir, const struct wf_count *sum)
{
	wf_count_merge(&wf_end_dir(&p->end, dir)->handed_in, sum);
}

void
wf_pipe_turn_stats(struct wf_pipe *p, wf_ns_t now_ns)
{
	struct wf_bank *bank = p->end.stats->now;

	for (uint32_t i = 0; i < p->n_dirs; i++)
		bank->dir[i].held = p->end.room.held[i];
	for (uint32_t i = 0; i < p->states.slots_seen; i++)
		bank->class[i].flows = p->states.class_flows[i];
	wf_stats_turn(p->end.stats, now_ns);
}

struct wf_flow_accounts *
wf_pipe_accounts(struct wf_pipe *p)
{
	return &p->accounts;
}

uint64_t
wf_pipe_held(const struct wf_pipe *p)
{
	uint64_t n = 0;

	for (uint32_t i = 0; i < p->n_dirs; i++)
		n += p->end.room.held[i].packets;
	return n;
}
