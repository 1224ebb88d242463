/* SPDX-License-Identifier: BSD-3-Clause
 * RED: arrivals are dropped with a probability that grows with the average length of the queue.
 * Floyd and Jacobson: "Random early detection gateways for congestion avoidance", IEEE/ACM
 * Transactions on Networking 1 (4), 1993, figure 2, with its names; "gentle" above the maximum
 * (Floyd 2000), where the probability rises on to 1 at twice the maximum. In wire bytes. Worker
 * threads.
 *
 *	avg = (1 - w) avg + w q           an idle queue: avg = (1 - w)^m avg, m packets could have
 *gone p_b = max_p (avg - min) / (max - min)           p_a = p_b / (1 - count p_b)
 */
#include "wf_queue_private.h"
#include "wf_rng.h"

static void
start(struct wf_queue *q, void *memory, wf_ns_t now_ns)
{
	q->red = (struct wf_red){ .count = -1, .q_time = now_ns };
}

/* x^n by squaring: the same on every machine. */
static double
power(double x, uint64_t n)
{
	double y = 1;

	for (; n > 0; n >>= 1, x *= x)
		if (n & 1)
			y *= x;
	return y;
}

static void
average(struct wf_queue *q, wf_ns_t now_ns)
{
	struct wf_red *s = &q->red;
	const struct wf_red_cfg *cfg = &q->cfg.red;

	if (s->q_time != UINT64_MAX) {
		/* A packet handed over by another worker may be older than the last event. */
		if (now_ns > s->q_time)
			s->avg *= power(1 - cfg->weight, (now_ns - s->q_time) / cfg->packet_ns);
		s->q_time = UINT64_MAX;
	} else {
		s->avg += cfg->weight * ((double)q->bytes - s->avg);
	}
}

/* Is the packet to be dropped or marked? */
static bool
hit(struct wf_queue *q, const struct wf_qentry *e)
{
	struct wf_red *s = &q->red;
	const struct wf_red_cfg *cfg = &q->cfg.red;
	double p, left;

	if (s->avg < cfg->min_bytes) {
		s->count = -1;
		return false;
	}
	s->count++;
	if (s->avg < cfg->max_bytes)
		p = cfg->probability * (s->avg - cfg->min_bytes) /
		    (cfg->max_bytes - cfg->min_bytes);
	else
		p = cfg->probability +
		    (1 - cfg->probability) * (s->avg - cfg->max_bytes) / cfg->max_bytes;
	left = 1 - (double)s->count * p;
	p = left > p ? p / left : 1;
	if (!wf_rng_below(wf_rng_draw(e->rng, WF_RNG_AQM), wf_rng_threshold(p)))
		return false;
	s->count = 0;
	return true;
}

static void
enqueue(struct wf_queue *q, struct wf_qpool *pool, uint32_t entry, wf_ns_t now_ns)
{
	average(q, now_ns);
	/* Above the maximum the average is out of hand: a drop even of what could be marked. */
	if (hit(q, &pool->entry[entry]) &&
		!(q->red.avg < q->cfg.red.max_bytes && wf_queue_mark(q, pool, entry))) {
		wf_queue_drop(pool, entry, WF_QDROP_AQM);
		return;
	}
	wf_queue_keep(q, pool, entry);
}

static uint32_t
dequeue(struct wf_queue *q, struct wf_qpool *pool, wf_ns_t now_ns)
{
	uint32_t entry = wf_queue_next(q, pool);

	if (entry == WF_QNONE)
		q->red.q_time = now_ns;
	return entry;
}

const struct wf_qdisc wf_qdisc_red = {
	.start = start,
	.enqueue = enqueue,
	.dequeue = dequeue,
	.keep = wf_queue_keep,
	.pop = wf_queue_next,
};
