/* SPDX-License-Identifier: BSD-3-Clause
 * The queue around a discipline: limit and server. Worker threads.
 */
#include <string.h>

#include "wf_queue_private.h"

static const struct wf_qdisc *const disc[] = {
	[WF_QUEUE_FIFO] = &wf_qdisc_fifo,
	[WF_QUEUE_CODEL] = &wf_qdisc_codel,
	[WF_QUEUE_FQ_CODEL] = &wf_qdisc_fq_codel,
	[WF_QUEUE_PIE] = &wf_qdisc_pie,
	[WF_QUEUE_RED] = &wf_qdisc_red,
	[WF_QUEUE_DUALPI2] = &wf_qdisc_dualpi2,
};

void
wf_qpool_init(struct wf_qpool *pool, struct wf_qentry *entry, uint32_t size)
{
	*pool = (struct wf_qpool){ .entry = entry, .size = size, .free = WF_QNONE };
	wf_qlist_init(&pool->dropped);
}

uint32_t
wf_qpool_get(struct wf_qpool *pool)
{
	uint32_t i = pool->free;

	if (i != WF_QNONE) {
		pool->free = pool->entry[i].next;
		return i;
	}
	return pool->used < pool->size ? pool->used++ : WF_QNONE;
}

void
wf_qpool_put(struct wf_qpool *pool, uint32_t entry)
{
	pool->entry[entry].pkt = NULL;
	pool->entry[entry].next = pool->free;
	pool->free = entry;
}

void
wf_qlist_init(struct wf_qlist *l)
{
	*l = (struct wf_qlist){ .head = WF_QNONE, .tail = WF_QNONE };
}

void
wf_qlist_put(struct wf_qlist *l, struct wf_qpool *pool, uint32_t entry)
{
	pool->entry[entry].next = WF_QNONE;
	if (l->tail == WF_QNONE)
		l->head = entry;
	else
		pool->entry[l->tail].next = entry;
	l->tail = entry;
	l->packets++;
	l->bytes += pool->entry[entry].wire_bytes;
}

uint32_t
wf_qlist_take(struct wf_qlist *l, struct wf_qpool *pool)
{
	uint32_t entry = l->head;

	if (entry == WF_QNONE)
		return entry;
	l->head = pool->entry[entry].next;
	if (l->head == WF_QNONE)
		l->tail = WF_QNONE;
	l->packets--;
	l->bytes -= pool->entry[entry].wire_bytes;
	return entry;
}

void
wf_queue_keep(struct wf_queue *q, struct wf_qpool *pool, uint32_t entry)
{
	wf_qlist_put(&q->list, pool, entry);
	q->packets++;
	q->bytes += pool->entry[entry].wire_bytes;
}

uint32_t
wf_queue_next(struct wf_queue *q, struct wf_qpool *pool)
{
	uint32_t entry = wf_qlist_take(&q->list, pool);

	if (entry != WF_QNONE) {
		q->packets--;
		q->bytes -= pool->entry[entry].wire_bytes;
	}
	return entry;
}

uint32_t
wf_qpool_dropped(struct wf_qpool *pool)
{
	return wf_qlist_take(&pool->dropped, pool);
}

static void
begin(struct wf_queue *q, const struct wf_queue_cfg *cfg, void *memory, wf_ns_t now_ns)
{
	q->cfg = *cfg;
	q->packets = 0;
	q->bytes = 0;
	wf_qlist_init(&q->list);
	disc[cfg->kind]->start(q, memory, now_ns);
}

static inline wf_ns_t
since(const struct wf_queue *q, wf_ns_t ns)
{
	return ns > q->origin_ns ? ns - q->origin_ns : 0;
}

/* The clock of time becomes one of work, of another trace, or the other way round. */
static void
follow(struct wf_queue *q, wf_ns_t now_ns)
{
	const struct wf_trace *t = q->cfg.serve.trace;
	wf_ns_t free_ns = q->sending != WF_QNONE ? q->event_ns : now_ns;

	if (t != NULL && t->id != q->trace_id)
		q->work = wf_trace_work(t, since(q, free_ns), &q->trace_at[0]);
	else if (t == NULL && q->trace_id != 0)
		q->free = WF_FINE(free_ns);
	q->trace_id = t != NULL ? t->id : 0;
}

void
wf_queue_begin_at(struct wf_queue *q, wf_ns_t origin_ns, wf_ns_t now_ns)
{
	if (q->trace_id != 0)
		q->free = WF_FINE(q->sending != WF_QNONE ? q->event_ns : now_ns);
	q->trace_id = 0;
	q->origin_ns = origin_ns;
}

void
wf_queue_init(struct wf_queue *q, const struct wf_queue_cfg *cfg, void *memory, wf_ns_t now_ns)
{
	q->free = WF_FINE(now_ns) - cfg->serve.burst; /* the bucket is full */
	q->event_ns = UINT64_MAX;
	q->sending = WF_QNONE;
	q->trace_id = 0;
	q->server = q->serving = q;
	q->waiting = NULL;
	q->last_waiting = &q->waiting;
	memset(q->virtual, 0, sizeof(q->virtual));
	q->rested = 0;
	q->finish = 0;
	q->waits = false;
	q->wake_ns = UINT64_MAX;
	q->ready = WF_FINE(now_ns) - cfg->cap_credit;
	begin(q, cfg, memory, now_ns);
	follow(q, now_ns);
}

void
wf_queue_join(struct wf_queue *q, struct wf_queue *server)
{
	wf_queue_leave(q);
	q->server = server;
	q->finish = 0;
}

uint32_t
wf_queue_dequeue(struct wf_queue *q, struct wf_qpool *pool, wf_ns_t now_ns)
{
	return disc[q->cfg.kind]->dequeue(q, pool, now_ns);
}

void
wf_queue_reserve(struct wf_queue *q, const struct wf_serve *serve, wf_ns_t now_ns)
{
	if (serve != NULL)
		q->cfg.serve = *serve;
	else
		q->cfg.serve.trace = NULL;
	follow(q, now_ns);
}

bool
wf_queue_change(struct wf_queue *q, struct wf_qpool *pool, const struct wf_queue_cfg *cfg,
	void *memory, wf_ns_t now_ns)
{
	bool anew = cfg->priority != q->cfg.priority;
	struct wf_qlist all;
	uint32_t entry;

	if (cfg->cap != q->cfg.cap && q->ready > WF_FINE(now_ns))
		q->ready = WF_FINE(now_ns);
	if (cfg->kind == q->cfg.kind && wf_queue_memory(cfg) == wf_queue_memory(&q->cfg)) {
		q->cfg = *cfg;
		follow(q, now_ns);
		if (anew)
			wf_share_anew(q);
		wf_share_wait(q);
		return false;
	}
	wf_qlist_init(&all);
	while ((entry = wf_queue_pop(q, pool)) != WF_QNONE)
		wf_qlist_put(&all, pool, entry);
	begin(q, cfg, memory, now_ns);
	follow(q, now_ns);
	while ((entry = wf_qlist_take(&all, pool)) != WF_QNONE)
		disc[cfg->kind]->keep(q, pool, entry);
	if (anew)
		wf_share_anew(q);
	wf_share_wait(q);
	return true;
}

/* When the packet that the server has taken will have been sent. Who waited for the server follows
 * on to the fraction of a nanosecond. */
static int64_t
sent_at(struct wf_queue *q, const struct wf_qentry *e)
{
	const struct wf_serve *s = &q->cfg.serve;
	wf_fine_t earliest = WF_FINE(e->rx_ns) - s->burst;
	wf_work_t offered;

	if (s->trace == NULL) {
		if (q->free < earliest)
			q->free = earliest;
		q->free += wf_wire_time(&s->wire, e->wire_bytes);
		return wf_fine_ceil(q->free);
	}
	offered = wf_trace_work(s->trace, since(q, e->rx_ns), &q->trace_at[0]);
	if (q->work < offered)
		q->work = offered;
	q->work += wf_trace_bytes(s->trace, e->wire_bytes);
	return (int64_t)(q->origin_ns + wf_trace_reach(s->trace, q->work, &q->trace_at[1]));
}

/* Up to now the server has had packets and could not send them, which saves nothing up. */
static void
forgo(struct wf_queue *q, wf_ns_t now_ns)
{
	const struct wf_serve *s = &q->cfg.serve;
	wf_work_t offered;

	if (s->trace == NULL) {
		if (q->free < WF_FINE(now_ns) - s->burst)
			q->free = WF_FINE(now_ns) - s->burst;
		return;
	}
	offered = wf_trace_work(s->trace, since(q, now_ns), &q->trace_at[0]);
	if (q->work < offered)
		q->work = offered;
}

/* The server takes the next packet, if there is one. */
static void
serve(struct wf_queue *q, struct wf_qpool *pool, wf_ns_t now_ns)
{
	bool held_up = q->sending == WF_QNONE && q->event_ns != UINT64_MAX;
	int64_t end_ns;

	q->sending = wf_share_take(q, pool, now_ns);
	if (q->sending == WF_QNONE) {
		q->event_ns = q->wake_ns;
		return;
	}
	if (WF_UNLIKELY(held_up))
		forgo(q, now_ns);
	end_ns = sent_at(q, &pool->entry[q->sending]);
	q->event_ns = end_ns > (int64_t)now_ns ? (wf_ns_t)end_ns : now_ns;
}

/* The same for what a trace serves. */
static bool
full_by_trace(const struct wf_queue *q, const struct wf_qentry *e, wf_ns_t now_ns)
{
	const struct wf_serve *s = &q->cfg.serve;
	uint32_t at[2] = { q->trace_at[0], q->trace_at[1] };
	wf_work_t offered = wf_trace_work(s->trace, since(q, now_ns), &at[0]);
	wf_work_t work = q->work > offered ? q->work : offered;
	wf_ns_t end_ns;

	work += wf_trace_bytes(s->trace, q->bytes + e->wire_bytes);
	if (s->limit_bytes != 0)
		return work - offered > wf_trace_bytes(s->trace, s->limit_bytes);
	end_ns = q->origin_ns + wf_trace_reach(s->trace, work, &at[1]);
	return WF_FINE(end_ns - now_ns) > s->limit_wait;
}

/* The same where others use the server, too: the queue's own bytes, at the full rate. */
static bool
full_of_its_own(const struct wf_queue *q, const struct wf_qpool *pool, const struct wf_qentry *e)
{
	const struct wf_serve *s = &q->cfg.serve;
	bool sends = wf_queue_sends(q);
	uint64_t bytes = q->bytes + (sends ? pool->entry[q->server->sending].wire_bytes : 0);

	if (s->limit_packets != 0)
		return q->packets + sends >= s->limit_packets;
	return wf_wire_time(&s->wire, bytes + e->wire_bytes) > s->limit_wait;
}

/* Is there no room for the packet? The same rule as the virtual clock's. */
static bool
full(const struct wf_queue *q, const struct wf_qpool *pool, const struct wf_qentry *e,
	wf_ns_t now_ns)
{
	const struct wf_queue_cfg *cfg = &q->cfg;
	wf_fine_t end = WF_FINE(now_ns) - cfg->serve.burst;

	if (cfg->shared)
		return full_of_its_own(q, pool, e);
	if (cfg->serve.limit_packets != 0)
		return q->sending != WF_QNONE && q->packets + 1 >= cfg->serve.limit_packets;
	if (cfg->serve.trace != NULL)
		return full_by_trace(q, e, now_ns);
	if (end < q->free)
		end = q->free;
	end += wf_wire_time(&cfg->serve.wire, q->bytes + e->wire_bytes);
	return end > WF_FINE(now_ns) && end - WF_FINE(now_ns) > cfg->serve.limit_wait;
}

void
wf_queue_in(struct wf_queue *q, struct wf_qpool *pool, uint32_t entry, wf_ns_t now_ns)
{
	const struct wf_qdisc *d = disc[q->cfg.kind];
	struct wf_qentry *e = &pool->entry[entry];

	e->wire_bytes = (uint32_t)wf_wire_bytes(&q->cfg.serve.wire, e->len_bytes);
	e->marked = false;
	while (full(q, pool, e, now_ns)) {
		if (!q->cfg.head || q->packets == 0) {
			wf_queue_drop(pool, entry, WF_QDROP_FULL);
			return;
		}
		if (d->shed != NULL)
			d->shed(q, pool);
		else
			wf_queue_drop(pool, d->pop(q, pool), WF_QDROP_FULL);
	}
	d->enqueue(q, pool, entry, now_ns);
	wf_share_wait(q);
	if (q->server->sending == WF_QNONE)
		serve(q->server, pool, now_ns);
}

uint32_t
wf_queue_out(struct wf_queue *q, struct wf_qpool *pool)
{
	uint32_t sent = q->sending;

	serve(q, pool, q->event_ns);
	return sent;
}

uint32_t
wf_queue_pop(struct wf_queue *q, struct wf_qpool *pool)
{
	return disc[q->cfg.kind]->pop(q, pool);
}

size_t
wf_queue_memory(const struct wf_queue_cfg *cfg)
{
	return cfg->kind == WF_QUEUE_FQ_CODEL ? cfg->codel.n_flows * sizeof(struct wf_fq_flow) : 0;
}
