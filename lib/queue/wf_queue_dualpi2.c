/* SPDX-License-Identifier: BSD-3-Clause
 * DualPI2: a queue for L4S traffic, which is kept very short by many marks, and one for classic
 * traffic, coupled so that flows of both kinds get about the same rate. RFC 9332, appendix A, with
 * its names, and with the overload code of A.2. Worker threads.
 *
 *	every update:  p = p + alpha (curq - target) + beta (curq - prevq)	0 <= p <= 1
 *	classic:       p_C = p^2, dropped, or marked if capable of ECN
 *	L4S:           p_L = max(p_CL, native), marked; p_CL = k p
 *	native:        a ramp of the packet's own wait: 0 up to min_th, 1 from min_th + range on
 *
 * Probabilities are met by counting, not by drawing (recur). Waits are those of time stamps.
 */
#include "wf_queue_private.h"

/* When both wait: so many bytes of L4S for one of classic (the RFC leaves the scheduler open). */
#define L4S_WEIGHT 15

static void
start(struct wf_queue *q, void *memory, wf_ns_t now_ns)
{
	q->dualpi2 = (struct wf_dualpi2){ .update_at = now_ns + q->cfg.dualpi2.update_ns };
	wf_qlist_init(&q->dualpi2.l4s);
}

static double
wait_of(const struct wf_qlist *l, const struct wf_qpool *pool, wf_ns_t now_ns)
{
	return l->head != WF_QNONE ? (double)(now_ns - pool->entry[l->head].rx_ns) / 1e9 : 0;
}

static void
controller(struct wf_dualpi2 *s, const struct wf_dualpi2_cfg *cfg, double curq)
{
	s->p += cfg->alpha * (curq - cfg->target) + cfg->beta * (curq - s->prevq);
	if (s->p < 0)
		s->p = 0;
	if (s->p > 1)
		s->p = 1;
	s->prevq = curq;
}

/* The updates that have come due, each with the waits at its time: nothing has come or gone since.
 * Nothing changes any more once all is quiet, so a long silence costs no more than a short one. */
static void
update(struct wf_queue *q, const struct wf_qpool *pool, wf_ns_t now_ns)
{
	const struct wf_dualpi2_cfg *cfg = &q->cfg.dualpi2;
	struct wf_dualpi2 *s = &q->dualpi2;

	while (s->update_at <= now_ns) {
		double classic = wait_of(&q->list, pool, s->update_at);
		double l4s = wait_of(&s->l4s, pool, s->update_at);

		if (q->packets == 0 && s->p == 0 && s->prevq == 0) {
			s->update_at +=
				((now_ns - s->update_at) / cfg->update_ns + 1) * cfg->update_ns;
			return;
		}
		controller(s, cfg, classic > l4s ? classic : l4s);
		s->update_at += cfg->update_ns;
	}
}

static void
keep(struct wf_queue *q, struct wf_qpool *pool, uint32_t entry)
{
	/* ECT(1) and CE are L4S (RFC 9331, section 5.1). */
	if (pool->entry[entry].ecn & 1) {
		wf_qlist_put(&q->dualpi2.l4s, pool, entry);
		q->packets++;
		q->bytes += pool->entry[entry].wire_bytes;
	} else {
		wf_queue_keep(q, pool, entry);
	}
}

static void
enqueue(struct wf_queue *q, struct wf_qpool *pool, uint32_t entry, wf_ns_t now_ns)
{
	update(q, pool, now_ns);
	keep(q, pool, entry);
}

static uint32_t
take_l4s(struct wf_queue *q, struct wf_qpool *pool)
{
	uint32_t entry = wf_qlist_take(&q->dualpi2.l4s, pool);

	q->packets--;
	q->bytes -= pool->entry[entry].wire_bytes;
	return entry;
}

/* The scheduler: takes a packet from one of the queues, of which one is not empty. */
static uint32_t
schedule(struct wf_queue *q, struct wf_qpool *pool, bool *l4s)
{
	struct wf_dualpi2 *s = &q->dualpi2;
	bool both = s->l4s.packets > 0 && q->list.packets > 0;
	uint32_t entry;

	*l4s = both ? s->credit <= 0 : s->l4s.packets > 0;
	entry = *l4s ? take_l4s(q, pool) : wf_queue_next(q, pool);
	if (!both)
		s->credit = 0;
	else if (*l4s)
		s->credit += pool->entry[entry].wire_bytes;
	else
		s->credit -= (int64_t)L4S_WEIGHT * pool->entry[entry].wire_bytes;
	return entry;
}

static bool
recur(double *count, double likelihood)
{
	*count += likelihood;
	if (*count <= 1)
		return false;
	*count -= 1;
	return true;
}

/* laqm(), for the packet taken. One that leaves nobody behind it is not marked natively: on a slow
 * link a single packet takes longer than min_th. */
static double
native(const struct wf_dualpi2_cfg *cfg, const struct wf_dualpi2 *s, wf_ns_t wait_ns)
{
	if (s->l4s.packets == 0 || wait_ns < cfg->min_th_ns)
		return 0;
	if (wait_ns >= cfg->min_th_ns + cfg->range_ns)
		return 1;
	return (double)(wait_ns - cfg->min_th_ns) / (double)cfg->range_ns;
}

/* Is the L4S packet to go? Marks it, if not. */
static bool
drop_l4s(struct wf_queue *q, struct wf_qpool *pool, uint32_t entry, wf_ns_t now_ns)
{
	const struct wf_dualpi2_cfg *cfg = &q->cfg.dualpi2;
	struct wf_dualpi2 *s = &q->dualpi2;
	double p_cl = cfg->k * s->p, p_l;

	if (p_cl < 1) {
		p_l = native(cfg, s, now_ns - pool->entry[entry].rx_ns);
		p_l = p_l > p_cl ? p_l : p_cl;
	} else { /* overload */
		if (recur(&s->l4s_count, s->p * s->p))
			return true;
		p_l = 1;
	}
	if (recur(&s->l4s_count, p_l))
		pool->entry[entry].marked = true;
	return false;
}

static bool
drop_classic(struct wf_queue *q, struct wf_qpool *pool, uint32_t entry)
{
	double p_c = q->dualpi2.p * q->dualpi2.p;

	if (!recur(&q->dualpi2.classic_count, p_c))
		return false;
	if (pool->entry[entry].ecn == 0 || p_c >= q->cfg.dualpi2.p_cmax)
		return true;
	pool->entry[entry].marked = true;
	return false;
}

static uint32_t
dequeue(struct wf_queue *q, struct wf_qpool *pool, wf_ns_t now_ns)
{
	update(q, pool, now_ns);
	while (q->packets > 0) {
		bool l4s;
		uint32_t entry = schedule(q, pool, &l4s);

		if (!(l4s ? drop_l4s(q, pool, entry, now_ns) : drop_classic(q, pool, entry)))
			return entry;
		wf_queue_drop(pool, entry, WF_QDROP_AQM);
	}
	return WF_QNONE;
}

/* The longest queue loses its oldest packet. */
static void
shed(struct wf_queue *q, struct wf_qpool *pool)
{
	bool l4s = q->dualpi2.l4s.bytes > q->list.bytes;

	wf_queue_drop(pool, l4s ? take_l4s(q, pool) : wf_queue_next(q, pool), WF_QDROP_FULL);
}

static uint32_t
pop(struct wf_queue *q, struct wf_qpool *pool)
{
	return q->dualpi2.l4s.packets > 0 ? take_l4s(q, pool) : wf_queue_next(q, pool);
}

const struct wf_qdisc wf_qdisc_dualpi2 = {
	.start = start,
	.enqueue = enqueue,
	.dequeue = dequeue,
	.keep = keep,
	.pop = pop,
	.shed = shed,
};
