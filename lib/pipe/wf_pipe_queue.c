/* SPDX-License-Identifier: BSD-3-Clause
 * Real queues: packets of a class or flow that wait for their departure. Worker threads.
 *
 * A queue's events are served in order of their time, each at its own time: before a packet arrives
 * all that have come due are, so that what happens does not depend on how often the loop turns. A
 * departing packet goes through the stages behind the queue with that time as its now.
 *
 * Events stand in a binary heap and not in the wheel: their order is exact to the nanosecond, where
 * the wheel's is to its tick, and there is one for each busy queue, not one for each packet.
 *
 * Classes that share a rate have a queue each, which join the server of the default class's; its
 * events are theirs. How queues come and go: wf_pipe_queue_life.c.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "wf_ecn.h"
#include "wf_pipe_queue.h"
#include "wf_pipe_room.h"
#include "wf_rng.h"

int
wf_pipe_queue_init(struct wf_pipe *p, uint32_t max_held)
{
	struct wf_qentry *entry = wf_pipe_memory((size_t)max_held * sizeof(*entry));

	p->next_event_ns = UINT64_MAX;
	p->free_queue = WF_QNONE;
	p->queue_offset = wf_stage_state_offset(WF_STAGE_QUEUE);
	p->max_queues = p->n_slots + p->max_flows;
	p->queues = wf_pipe_memory((size_t)p->max_queues * sizeof(*p->queues));
	p->heap = wf_pipe_memory((size_t)p->max_queues * sizeof(*p->heap));
	wf_qpool_init(&p->pool, entry, max_held);
	return entry == NULL || p->queues == NULL || p->heap == NULL ? -ENOMEM : 0;
}

void
wf_pipe_queue_fini(struct wf_pipe *p)
{
	for (uint32_t i = 0; i < p->pool.used; i++)
		if (p->pool.entry[i].pkt != NULL)
			p->ops.free(p->ops.ctx, &p->pool.entry[i].pkt, 1);
	if (p->pool.entry != NULL)
		munmap(p->pool.entry, (size_t)p->pool.size * sizeof(*p->pool.entry));
	if (p->queues != NULL)
		munmap(p->queues, (size_t)p->max_queues * sizeof(*p->queues));
	if (p->heap != NULL)
		munmap(p->heap, (size_t)p->max_queues * sizeof(*p->heap));
	p->used_queues = 0;
	p->queues = NULL;
}

/* ---- The heap: by time, then by number ---- */

static inline bool
sooner(const struct wf_pipe *p, uint32_t a, uint32_t b)
{
	wf_ns_t at = p->queues[a].q.event_ns, bt = p->queues[b].q.event_ns;

	return at < bt || (at == bt && a < b);
}

static inline void
stand(struct wf_pipe *p, uint32_t at, uint32_t id)
{
	p->heap[at] = id;
	p->queues[id].heap_at = at;
}

/* Moves the queue from place `at` to where it belongs. */
static void
sift(struct wf_pipe *p, uint32_t at, uint32_t id)
{
	while (at > 0 && sooner(p, id, p->heap[(at - 1) / 2])) {
		stand(p, at, p->heap[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	for (;;) {
		uint32_t child = 2 * at + 1;

		if (child >= p->n_heap)
			break;
		if (child + 1 < p->n_heap && sooner(p, p->heap[child + 1], p->heap[child]))
			child++;
		if (!sooner(p, p->heap[child], id))
			break;
		stand(p, at, p->heap[child]);
		at = child;
	}
	stand(p, at, id);
}

/* The queue's event may have changed, or come or gone. */
static void
schedule(struct wf_pipe *p, uint32_t id)
{
	struct wf_pipe_queue *w = &p->queues[id];
	bool busy = w->q.event_ns != UINT64_MAX;

	if (w->heap_at != WF_QNONE && busy) {
		sift(p, w->heap_at, id);
	} else if (busy) {
		sift(p, p->n_heap++, id);
	} else if (w->heap_at != WF_QNONE) {
		uint32_t at = w->heap_at, last = p->heap[--p->n_heap];

		w->heap_at = WF_QNONE;
		if (last != id)
			sift(p, at, last);
	}
	p->next_event_ns = p->n_heap > 0 ? p->queues[p->heap[0]].q.event_ns : UINT64_MAX;
}

/* ---- Packets ---- */

static void
count_drop(struct wf_pipe *p, const struct wf_pipe_queue *w, const struct wf_qentry *e,
	enum wf_drop cause)
{
	struct wf_bank *bank = p->stats->now;

	wf_count_add(&bank->dir[w->dir].c.dropped[cause], e->len_bytes);
	wf_count_add(&bank->class[w->slot].c.dropped[cause], e->len_bytes);
	wf_pipe_let_go(p, w->dir, &(struct wf_count){ 1, e->len_bytes });
	p->ops.free(p->ops.ctx, &e->pkt, 1);
}

/* The packet's flow may be idle again. */
static struct wf_flow *
waits_no_more(const struct wf_qentry *e)
{
	struct wf_flow *f = e->flow;

	if (f != NULL)
		f->waiting--;
	return f;
}

/* Ends what queues have dropped. */
static void
clear_dropped(struct wf_pipe *p)
{
	static const enum wf_drop why[] = {
		[WF_QDROP_FULL] = WF_DROP_queue_full, [WF_QDROP_AQM] = WF_DROP_aqm
	};
	uint32_t entry;

	while ((entry = wf_qpool_dropped(&p->pool)) != WF_QNONE) {
		struct wf_qentry *e = &p->pool.entry[entry];

		waits_no_more(e);
		count_drop(p, &p->queues[e->queue], e, why[e->cause]);
		wf_pipe_queue_end(p, &p->queues[e->queue]);
		wf_qpool_put(&p->pool, entry);
	}
}

static void
fill_entry(struct wf_qentry *e, const struct wf_batch *b, uint32_t row, const struct wf_plan_dir *d)
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
wf_pipe_queue_in(struct wf_pipe *p, const struct wf_plan *plan, const struct wf_plan_class *k,
	uint32_t dir, uint32_t row)
{
	const struct wf_batch *b = p->batch;
	struct wf_pipe_queue *w = wf_pipe_queue_for(p, plan, k, dir, row);
	uint32_t entry = w != NULL ? wf_qpool_get(&p->pool) : WF_QNONE;

	if (entry == WF_QNONE)
		return false;
	fill_entry(&p->pool.entry[entry], b, row, &plan->dir[dir]);
	p->pool.entry[entry].queue = (uint32_t)(w - p->queues);
	wf_queue_in(&w->q, &p->pool, entry, b->rx_ns[row]);
	schedule(p, (uint32_t)(wf_pipe_queue_of(w->q.server) - p->queues));
	clear_dropped(p);
	return true;
}

/* The flow of a packet; it may have come before flows were asked for. */
static struct wf_flow *
flow_of(struct wf_pipe *p, const struct wf_plan_dir *d, const struct wf_plan_class *k,
	struct wf_qentry *e)
{
	struct wf_flow *f = e->flow;

	if (WF_UNLIKELY(f == NULL)) {
		f = wf_pipe_fallback(p, d, k);
		e->rng = wf_rng_packet(f->rng_key, f->ordinal++);
	}
	return f;
}

/* Makes the departing packet the only row of p->leaving. */
static void
fill_row(struct wf_pipe *p, const struct wf_plan_dir *d, const struct wf_plan_class *k,
	struct wf_qentry *e, uint16_t class_id, wf_ns_t now_ns)
{
	struct wf_batch *b = &p->leaving;

	b->n = 1;
	b->pkt[0] = e->pkt;
	b->rx_ns[0] = b->due_ns[0] = now_ns;
	b->flow[0] = d->needs_flow ? flow_of(p, d, k, e) : NULL;
	b->rng[0] = e->rng;
	b->state[0] = k->needs_state ? wf_pipe_state(p, k, b->flow[0], e->rng, now_ns) : NULL;
	b->len_bytes[0] = e->len_bytes;
	b->drop[0] = WF_DROP_NONE;
	b->copies[0] = 0;
	b->flags[0] = e->row_flags;
	b->class_id[0] = class_id;
	b->seq[0] = 0;
	b->edits[0] = b->forges[0] = 0;
	b->data[0] = e->data;
	b->readable_bytes[0] = e->readable_bytes;
	b->parsed[0] = &p->leaving_parsed;
	if (d->needs_bytes || e->marked)
		wf_parse(e->data, e->readable_bytes, &p->leaving_parsed);
}

/* Sets Congestion Experienced in the packet of p->leaving. */
static void
mark(struct wf_pipe *p, const struct wf_pipe_queue *w)
{
	struct wf_bank *bank = p->stats->now;
	struct wf_batch *b = &p->leaving;
	struct wf_frame f = { 0 };
	void *pkt = p->ops.writable(p->ops.ctx, b->pkt[0], &f);

	if (pkt == NULL) {
		b->drop[0] = WF_DROP_no_buffer;
		return;
	}
	b->pkt[0] = pkt;
	b->data[0] = f.data;
	wf_ecn_mark(f.data, &p->leaving_parsed);
	wf_count_add(&bank->dir[w->dir].c.marked, b->len_bytes[0]);
	wf_count_add(&bank->class[w->slot].c.marked, b->len_bytes[0]);
}

/* A packet has been sent by the server of a class that is no more: it leaves. */
static void
leave(struct wf_pipe *p, const struct wf_pipe_queue *w, const struct wf_qentry *e, wf_ns_t now_ns)
{
	struct wf_held h = { .due_ns = now_ns,
		.rx_ns = e->rx_ns,
		.pkt = e->pkt,
		.len_bytes = e->len_bytes,
		.tag = wf_held_tag(w->dir, w->slot) };

	if (wf_store_put(p->store, &h))
		p->in_store[w->dir] = true;
	else
		count_drop(p, w, e, WF_DROP_no_buffer);
}

static void
depart(struct wf_pipe *p, const struct wf_plan *plan, const struct wf_plan_class *k,
	const struct wf_pipe_queue *w, struct wf_qentry *e, wf_ns_t now_ns)
{
	struct wf_batch *before = p->batch;
	struct wf_flow *f = waits_no_more(e);

	if (f != NULL && f->last_seen_ns < now_ns)
		f->last_seen_ns = now_ns; /* idle from here on */
	if (k == NULL) {
		leave(p, w, e, now_ns);
		return;
	}
	wf_pipe_let_go(p, w->dir, &(struct wf_count){ 1, e->len_bytes });
	p->batch = &p->leaving;
	fill_row(p, &plan->dir[w->dir], k, e, w->class_id, now_ns);
	if (e->marked)
		mark(p, w);
	wf_pipe_run(p, k, k->n_before, k->n_steps, 0, 1);
	wf_pipe_count_stages(p, w->dir);
	wf_pipe_depart(p, plan, w->dir, e->rx_ns);
	p->batch = before;
}

void
wf_pipe_queue_serve(struct wf_pipe *p, const struct wf_plan *plan, wf_ns_t now_ns, uint32_t most)
{
	while (p->next_event_ns <= now_ns && most-- > 0) {
		uint32_t id = p->heap[0], entry;
		struct wf_pipe_queue *server = &p->queues[id], *w;
		wf_ns_t event_ns = server->q.event_ns;

		wf_pipe_queue_renew(p, plan, server, event_ns);
		entry = wf_queue_out(&server->q, &p->pool);
		schedule(p, id);
		clear_dropped(p);
		if (entry == WF_QNONE)
			continue;
		w = &p->queues[p->pool.entry[entry].queue];
		depart(p, plan, wf_pipe_queue_class(plan, w), w, &p->pool.entry[entry], event_ns);
		wf_qpool_put(&p->pool, entry);
		wf_pipe_queue_end(p, w);
	}
}

void
wf_pipe_drop_queued(struct wf_pipe *p, enum wf_drop cause)
{
	for (uint32_t i = 0; i < p->pool.used; i++) {
		struct wf_qentry *e = &p->pool.entry[i];

		if (e->pkt == NULL)
			continue;
		count_drop(p, &p->queues[e->queue], e, cause);
		e->pkt = NULL;
	}
	p->n_heap = 0;
	p->next_event_ns = UINT64_MAX;
}
