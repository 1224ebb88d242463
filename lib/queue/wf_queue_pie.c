/* SPDX-License-Identifier: BSD-3-Clause
 * PIE: arrivals are dropped with a probability that a controller moves so that the wait meets the
 * target. RFC 8033, section 4, with its names; the wait is measured by time stamps at departure
 * (section 5.2 allows either). Worker threads.
 *
 *	every update:  p = p + scale(p) (alpha (wait - target) + beta (wait - wait before))
 */
#include "wf_queue_private.h"
#include "wf_rng.h"

static void
start(struct wf_queue *q, void *memory, wf_ns_t now_ns)
{
	q->pie = (struct wf_pie){ .burst_allowance = q->cfg.pie.burst_ns,
		.update_at = now_ns + q->cfg.pie.update_ns };
}

/* Section 4.2 and 5.5: small probabilities move in small steps. */
static double
scale(double drop_prob)
{
	static const struct {
		double below, scale;
	} step[] = { { 0.000001, 1. / 2048 }, { 0.00001, 1. / 512 }, { 0.0001, 1. / 128 },
		{ 0.001, 1. / 32 }, { 0.01, 1. / 8 }, { 0.1, 1. / 2 } };

	for (size_t i = 0; i < WF_ARRAY_SIZE(step); i++)
		if (drop_prob < step[i].below)
			return step[i].scale;
	return 1;
}

static double
seconds(int64_t ns)
{
	return (double)ns / 1e9;
}

static void
calculate_drop_prob(struct wf_pie *s, const struct wf_pie_cfg *cfg)
{
	double p = cfg->alpha * seconds((int64_t)(s->current_qdelay - cfg->target_ns)) +
		   cfg->beta * seconds((int64_t)(s->current_qdelay - s->qdelay_old));

	p *= scale(s->drop_prob);
	if (s->drop_prob >= 0.1 && p > 0.02)
		p = 0.02;
	s->drop_prob += p;
	if (s->current_qdelay == 0 && s->qdelay_old == 0)
		s->drop_prob *= 0.98;
	if (s->drop_prob < 0)
		s->drop_prob = 0;
	if (s->drop_prob > 1)
		s->drop_prob = 1;
	/* Section 4.4: bursts are let through at first, and again once all is quiet. */
	s->burst_allowance =
		s->burst_allowance > cfg->update_ns ? s->burst_allowance - cfg->update_ns : 0;
	if (s->drop_prob == 0 && s->current_qdelay < cfg->target_ns / 2 &&
		s->qdelay_old < cfg->target_ns / 2)
		s->burst_allowance = cfg->burst_ns;
	s->qdelay_old = s->current_qdelay;
}

/* The updates that have come due. An empty queue has no wait. Nothing changes any more once all is
 * quiet, so a long silence costs no more than a short one. */
static void
update(struct wf_queue *q, wf_ns_t now_ns)
{
	struct wf_pie *s = &q->pie;
	const struct wf_pie_cfg *cfg = &q->cfg.pie;

	while (s->update_at <= now_ns) {
		if (q->packets == 0 && !wf_queue_sends(q)) {
			s->current_qdelay = 0;
			if (s->drop_prob == 0 && s->qdelay_old == 0 &&
				s->burst_allowance == cfg->burst_ns) {
				s->update_at += ((now_ns - s->update_at) / cfg->update_ns + 1) *
						cfg->update_ns;
				return;
			}
		}
		calculate_drop_prob(s, cfg);
		s->update_at += cfg->update_ns;
	}
}

/* Section 4.1; with section 5.4 drops are neither too close nor too far apart. */
static bool
drop_early(struct wf_queue *q, const struct wf_qentry *e)
{
	const struct wf_pie_cfg *cfg = &q->cfg.pie;
	struct wf_pie *s = &q->pie;
	bool hit;

	if (s->burst_allowance > 0)
		return false;
	if ((s->qdelay_old < cfg->target_ns / 2 && s->drop_prob < 0.2) ||
		q->bytes <= cfg->small_bytes)
		return false;
	hit = wf_rng_below(wf_rng_draw(e->rng, WF_RNG_AQM), wf_rng_threshold(s->drop_prob));
	if (!cfg->derandomize)
		return hit;
	s->accu_prob = s->drop_prob > 0 ? s->accu_prob + s->drop_prob : 0;
	if (s->accu_prob < 0.85 || !(hit || s->accu_prob >= 8.5))
		return false;
	s->accu_prob = 0;
	return true;
}

static void
enqueue(struct wf_queue *q, struct wf_qpool *pool, uint32_t entry, wf_ns_t now_ns)
{
	update(q, now_ns);
	/* Section 5.1: marks only while they are few, as above that the sender does not listen. */
	if (drop_early(q, &pool->entry[entry]) &&
		!(q->pie.drop_prob <= 0.1 && wf_queue_mark(q, pool, entry))) {
		wf_queue_drop(pool, entry, WF_QDROP_AQM);
		return;
	}
	wf_queue_keep(q, pool, entry);
}

static uint32_t
dequeue(struct wf_queue *q, struct wf_qpool *pool, wf_ns_t now_ns)
{
	uint32_t entry;

	update(q, now_ns);
	entry = wf_queue_next(q, pool);
	q->pie.current_qdelay = entry != WF_QNONE ? now_ns - pool->entry[entry].rx_ns : 0;
	return entry;
}

const struct wf_qdisc wf_qdisc_pie = {
	.start = start,
	.enqueue = enqueue,
	.dequeue = dequeue,
	.keep = wf_queue_keep,
	.pop = wf_queue_next,
};
