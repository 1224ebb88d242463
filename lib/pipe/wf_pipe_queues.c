/* SPDX-License-Identifier: BSD-3-Clause
 * Packets that wait in real queues for their departure. Worker threads.
 *
 * A queue's events are served in order of their time, each at its own time, by whoever drives this
 * (wf_pipe_depart.c): before a packet arrives all that have come due are, so that what happens does
 * not depend on how often the loop turns.
 */
#include "wf_pipe_queues.h"

#include <errno.h>

#include "wf_pages.h"

int
wf_queues_init(struct wf_queues *q, struct wf_end *end, struct wf_states *states, uint32_t max_held)
{
	struct wf_qentry *entry = wf_pages_reserve((size_t)max_held * sizeof(*entry));

	q->end = end;
	q->states = states;
	q->next_event_ns = UINT64_MAX;
	q->free = WF_QNONE;
	q->size = states->n_slots + states->max_flows;
	q->queue = wf_pages_reserve((size_t)q->size * sizeof(*q->queue));
	q->heap = wf_pages_reserve((size_t)q->size * sizeof(*q->heap));
	wf_qpool_init(&q->pool, entry, max_held);
	states->env.end_queue = wf_queue_life_orphan;
	states->env.end_queue_ctx = q;
	return entry == NULL || q->queue == NULL || q->heap == NULL ? -ENOMEM : 0;
}

void
wf_queues_fini(struct wf_queues *q)
{
	for (uint32_t i = 0; i < q->pool.used; i++)
		if (q->pool.entry[i].pkt != NULL)
			q->end->ops.free(q->end->ops.ctx, &q->pool.entry[i].pkt, 1);
	wf_pages_free(q->pool.entry, (size_t)q->pool.size * sizeof(*q->pool.entry));
	wf_pages_free(q->queue, (size_t)q->size * sizeof(*q->queue));
	wf_pages_free(q->heap, (size_t)q->size * sizeof(*q->heap));
	if (q->states != NULL)
		q->states->env.end_queue = NULL;
}

/* The packet ends in its queue. */
static void
queues_drop(struct wf_queues *q, const struct wf_qentry *e, enum wf_drop cause)
{
	const struct wf_pipe_queue *w = &q->queue[e->queue];
	struct wf_held h = { .due_ns = e->rx_ns,
		.rx_ns = e->rx_ns,
		.pkt = e->pkt,
		.len_bytes = e->len_bytes,
		.tag = wf_held_tag(w->dir, w->slot) };

	if (WF_UNLIKELY(q->accounts->on) && e->flow != NULL)
		wf_flow_account_add(
			&wf_flow_accounts_of(q->accounts, e->flow, e->rx_ns)->dropped, 1);
	wf_end_drop_held(q->end, &h, 1, cause);
}

/* The packet's flow may be idle again. */
static void
queues_waits_no_more(const struct wf_qentry *e)
{
	struct wf_flow *f = e->flow;

	if (f != NULL)
		f->waiting--;
}

/* Ends what queues have dropped. */
static void
queues_clear_dropped(struct wf_queues *q)
{
	static const enum wf_drop why[] = {
		[WF_QDROP_FULL] = WF_DROP_queue_full, [WF_QDROP_AQM] = WF_DROP_aqm
	};
	uint32_t entry;

	while ((entry = wf_qpool_dropped(&q->pool)) != WF_QNONE) {
		struct wf_qentry *e = &q->pool.entry[entry];

		queues_waits_no_more(e);
		queues_drop(q, e, why[e->cause]);
		wf_queue_life_end(q, &q->queue[e->queue]);
		wf_qpool_put(&q->pool, entry);
	}
}

static void
queues_fill_entry(
	struct wf_qentry *e, const struct wf_batch *b, uint32_t row, const struct wf_plan_dir *d)
{
	*e = (struct wf_qentry){ .pkt = b->pkt[row],
		.rx_ns = b->rx_ns[row],
		.len_bytes = b->len_bytes[row],
		.row_flags = b->flags[row] };
	if (d->needs_flow) {
		e->flow = b->flow[row];
		b->flow[row]->waiting++;
		e->flow_key = b->flow[row]->rng_key;
		e->rng = b->rng[row];
	}
	if (d->needs_bytes) {
		e->data = b->data[row];
		e->readable_bytes = b->readable_bytes[row];
		e->ecn = b->parsed[row]->ecn;
		if (b->edits[row] != 0) {
			struct wf_parsed now;

			wf_parse(e->data, e->readable_bytes, &now);
			e->ecn = now.ecn;
		}
	}
}

bool
wf_queues_in(struct wf_queues *q, const struct wf_plan *plan, const struct wf_plan_class *k,
	uint32_t dir, const struct wf_batch *b, uint32_t row)
{
	struct wf_pipe_queue *w = wf_queue_life_for(q, plan, k, dir, b, row);
	uint32_t entry = w != NULL ? wf_qpool_get(&q->pool) : WF_QNONE;

	if (entry == WF_QNONE)
		return false;
	queues_fill_entry(&q->pool.entry[entry], b, row, &plan->dir[dir]);
	q->pool.entry[entry].queue = (uint32_t)(w - q->queue);
	wf_room_take(
		&q->end->room, dir, WF_HELD_PACKET, &(struct wf_count){ 1, b->len_bytes[row] });
	wf_queue_in(&w->q, &q->pool, entry, b->rx_ns[row]);
	wf_queue_heap_update(q, (uint32_t)(wf_pipe_queue_of(w->q.server) - q->queue));
	queues_clear_dropped(q);
	return true;
}

bool
wf_queues_out(
	struct wf_queues *q, const struct wf_plan *plan, wf_ns_t now_ns, struct wf_departure *out)
{
	struct wf_pipe_queue *server;
	uint32_t id, entry;

	if (q->next_event_ns > now_ns)
		return false;
	id = q->heap[0];
	server = &q->queue[id];
	*out = (struct wf_departure){ .now_ns = server->q.event_ns };
	wf_queue_life_renew(q, plan, server, out->now_ns);
	entry = wf_queue_out(&server->q, &q->pool);
	wf_queue_heap_update(q, id);
	queues_clear_dropped(q);
	if (entry == WF_QNONE)
		return true;
	out->e = &q->pool.entry[entry];
	out->from = &q->queue[out->e->queue];
	out->k = wf_queue_life_class(plan, out->from);
	queues_waits_no_more(out->e);
	return true;
}

void
wf_queues_done(struct wf_queues *q, const struct wf_departure *out)
{
	wf_qpool_put(&q->pool, (uint32_t)(out->e - q->pool.entry));
	wf_queue_life_end(q, out->from);
}

void
wf_queues_wake(struct wf_queues *q, wf_ns_t now_ns)
{
	/* One that is sooner now goes up, and those in its way down, who have had their turn. */
	for (uint32_t i = 0; i < q->n_heap; i++) {
		struct wf_queue *server = &q->queue[q->heap[i]].q;

		if (server->sending != WF_QNONE || server->event_ns <= now_ns)
			continue;
		server->event_ns = now_ns;
		wf_queue_heap_update(q, q->heap[i]);
	}
}

void
wf_queues_drop_all(struct wf_queues *q, enum wf_drop cause)
{
	for (uint32_t i = 0; i < q->pool.used; i++) {
		struct wf_qentry *e = &q->pool.entry[i];

		if (e->pkt == NULL)
			continue;
		queues_drop(q, e, cause);
		e->pkt = NULL;
	}
	q->n_heap = 0;
	q->next_event_ns = UINT64_MAX;
}
