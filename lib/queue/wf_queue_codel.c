/* SPDX-License-Identifier: BSD-3-Clause
 * CoDel: drops from the head while packets have waited for more than the target for an interval, at
 * times that come closer with the square root of the number of drops. RFC 8289, section 5, with its
 * names. Where ECN may be used a packet is marked and leaves, as in Linux. Worker threads.
 */
#include <math.h>

#include "wf_queue_private.h"

static wf_ns_t
control_law(wf_ns_t t, const struct wf_codel_cfg *cfg, uint32_t count)
{
	return t + (wf_ns_t)((double)cfg->interval_ns / sqrt((double)count));
}

/* RFC 8289 5.6: the next packet, and whether it may be dropped. */
static uint32_t
dodequeue(struct wf_codel *c, struct wf_qlist *l, struct wf_queue *q, struct wf_qpool *pool,
	wf_ns_t now, bool *ok_to_drop)
{
	const struct wf_codel_cfg *cfg = &q->cfg.codel;
	uint32_t p = wf_qlist_take(l, pool);

	*ok_to_drop = false;
	if (p == WF_QNONE) {
		c->first_above_time = 0;
		return p;
	}
	q->packets--;
	q->bytes -= pool->entry[p].wire_bytes;
	if (now - pool->entry[p].rx_ns < cfg->target_ns || l->bytes <= cfg->max_packet) {
		c->first_above_time = 0;
	} else if (c->first_above_time == 0) {
		c->first_above_time = now + cfg->interval_ns;
	} else if (now >= c->first_above_time) {
		*ok_to_drop = true;
	}
	return p;
}

/* RFC 8289 5.5. */
uint32_t
wf_codel_dequeue(struct wf_codel *c, struct wf_qlist *l, struct wf_queue *q, struct wf_qpool *pool,
	wf_ns_t now)
{
	const struct wf_codel_cfg *cfg = &q->cfg.codel;
	bool ok_to_drop;
	uint32_t p = dodequeue(c, l, q, pool, now, &ok_to_drop);

	if (c->dropping) {
		if (!ok_to_drop)
			c->dropping = false;
		while (c->dropping && now >= c->drop_next) {
			++c->count;
			if (wf_queue_mark(q, pool, p)) {
				c->drop_next = control_law(c->drop_next, cfg, c->count);
				return p;
			}
			wf_queue_drop(pool, p, WF_QDROP_AQM);
			p = dodequeue(c, l, q, pool, now, &ok_to_drop);
			if (!ok_to_drop)
				c->dropping = false;
			else
				c->drop_next = control_law(c->drop_next, cfg, c->count);
		}
	} else if (ok_to_drop) {
		uint32_t delta = c->count - c->lastcount;

		if (!wf_queue_mark(q, pool, p)) {
			wf_queue_drop(pool, p, WF_QDROP_AQM);
			p = dodequeue(c, l, q, pool, now, &ok_to_drop);
		}
		c->dropping = true;
		/* Dropped not long ago: go on at about the rate that controlled the queue then. */
		c->count = delta > 1 && (int64_t)(now - c->drop_next) <
						   (int64_t)(16 * cfg->interval_ns)
				   ? delta
				   : 1;
		c->drop_next = control_law(now, cfg, c->count);
		c->lastcount = c->count;
	}
	return p;
}

static void
start(struct wf_queue *q, void *memory, wf_ns_t now_ns)
{
	q->codel = (struct wf_codel){ 0 };
}

static void
enqueue(struct wf_queue *q, struct wf_qpool *pool, uint32_t entry, wf_ns_t now_ns)
{
	wf_queue_keep(q, pool, entry);
}

static uint32_t
dequeue(struct wf_queue *q, struct wf_qpool *pool, wf_ns_t now_ns)
{
	return wf_codel_dequeue(&q->codel, &q->list, q, pool, now_ns);
}

const struct wf_qdisc wf_qdisc_codel = {
	.start = start,
	.enqueue = enqueue,
	.dequeue = dequeue,
	.keep = wf_queue_keep,
	.pop = wf_queue_next,
};
