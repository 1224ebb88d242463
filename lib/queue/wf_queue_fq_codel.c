/* SPDX-License-Identifier: BSD-3-Clause
 * FQ-CoDel: flows hashed into queues of their own, each under CoDel, served by deficit round robin
 * in bytes, new flows first. RFC 8290, section 4. A full queue drops from the head of the flow with
 * the most bytes (4.1). Worker threads.
 */
#include <string.h>

#include "wf_queue_private.h"

#define SHED 64

static void
put(struct wf_fq *f, struct wf_fq_list *l, uint32_t i)
{
	f->flow[i].next = WF_QNONE;
	if (l->tail == WF_QNONE)
		l->head = i;
	else
		f->flow[l->tail].next = i;
	l->tail = i;
}

static void
take(struct wf_fq *f, struct wf_fq_list *l)
{
	l->head = f->flow[l->head].next;
	if (l->head == WF_QNONE)
		l->tail = WF_QNONE;
}

static void
start(struct wf_queue *q, void *memory, wf_ns_t now_ns)
{
	struct wf_fq *f = &q->fq;

	f->flow = memory;
	memset(f->flow, 0, wf_queue_memory(&q->cfg));
	for (uint32_t i = 0; i < q->cfg.codel.n_flows; i++)
		wf_qlist_init(&f->flow[i].list);
	f->fresh = f->old = (struct wf_fq_list){ WF_QNONE, WF_QNONE };
}

static void
keep(struct wf_queue *q, struct wf_qpool *pool, uint32_t entry)
{
	struct wf_fq *f = &q->fq;
	struct wf_qentry *e = &pool->entry[entry];
	/* The key of a flow depends on the seed: it is the perturbation of RFC 8290 4.1.1. */
	uint32_t i = (uint32_t)(e->flow_key >> 32) & (q->cfg.codel.n_flows - 1);
	struct wf_fq_flow *flow = &f->flow[i];

	wf_qlist_put(&flow->list, pool, entry);
	q->packets++;
	q->bytes += e->wire_bytes;
	if (!flow->listed) {
		flow->listed = true;
		flow->deficit = q->cfg.codel.quantum;
		put(f, &f->fresh, i);
	}
}

static void
enqueue(struct wf_queue *q, struct wf_qpool *pool, uint32_t entry, wf_ns_t now_ns)
{
	keep(q, pool, entry);
}

/* RFC 8290 4.2; without `codel` nothing is decided. */
static uint32_t
next(struct wf_queue *q, struct wf_qpool *pool, wf_ns_t now_ns, bool codel)
{
	struct wf_fq *f = &q->fq;

	for (;;) {
		struct wf_fq_list *l = f->fresh.head != WF_QNONE ? &f->fresh : &f->old;
		uint32_t i = l->head, p;
		struct wf_fq_flow *flow;

		if (i == WF_QNONE)
			return WF_QNONE;
		flow = &f->flow[i];
		if (flow->deficit <= 0) {
			flow->deficit += q->cfg.codel.quantum;
			take(f, l);
			put(f, &f->old, i);
			continue;
		}
		if (codel) {
			p = wf_codel_dequeue(&flow->codel, &flow->list, q, pool, now_ns);
		} else if ((p = wf_qlist_take(&flow->list, pool)) != WF_QNONE) {
			q->packets--;
			q->bytes -= pool->entry[p].wire_bytes;
		}
		if (p != WF_QNONE) {
			flow->deficit -= pool->entry[p].wire_bytes;
			return p;
		}
		take(f, l);
		if (l == &f->fresh)
			put(f, &f->old, i); /* so that coming and going does not starve others */
		else
			flow->listed = false;
	}
}

static uint32_t
dequeue(struct wf_queue *q, struct wf_qpool *pool, wf_ns_t now_ns)
{
	return next(q, pool, now_ns, true);
}

static uint32_t
pop(struct wf_queue *q, struct wf_qpool *pool)
{
	return next(q, pool, 0, false);
}

/* RFC 8290 4.1: the flow with most bytes loses the older half of its packets, up to SHED, so that
 * the search over all flows is rare. */
static void
shed(struct wf_queue *q, struct wf_qpool *pool)
{
	struct wf_fq_flow *fattest = &q->fq.flow[0];
	uint32_t n;

	for (uint32_t i = 1; i < q->cfg.codel.n_flows; i++)
		if (q->fq.flow[i].list.bytes > fattest->list.bytes)
			fattest = &q->fq.flow[i];
	n = fattest->list.packets / 2;
	n = n < 1 ? 1 : n > SHED ? SHED : n;
	for (; n > 0; n--) {
		uint32_t p = wf_qlist_take(&fattest->list, pool);

		q->packets--;
		q->bytes -= pool->entry[p].wire_bytes;
		wf_queue_drop(pool, p, WF_QDROP_FULL);
	}
}

const struct wf_qdisc wf_qdisc_fq_codel = {
	.start = start,
	.enqueue = enqueue,
	.dequeue = dequeue,
	.keep = keep,
	.pop = pop,
	.shed = shed,
};
