/* SPDX-License-Identifier: BSD-3-Clause
 * The rig of a queue.
 */
#include "qrig.h"

#include <stdlib.h>

struct wf_queue_cfg
qrig_cfg(enum wf_qkind kind)
{
	return (struct wf_queue_cfg){
		.serve = { .wire = { .ns_per_byte = 1000ull << 32 }, .limit_packets = 10000 },
		.kind = (uint8_t)kind,
		.codel = { .target_ns = 5 * WF_NS_PER_MS,
			.interval_ns = 100 * WF_NS_PER_MS,
			.max_packet = 1514,
			.quantum = 1514,
			.n_flows = 1024 },
	};
}

struct qrig *
qrig_new(const struct wf_queue_cfg *cfg, uint32_t most_packets)
{
	struct qrig *r = aligned_alloc(16, (sizeof(*r) + 15) / 16 * 16);

	assert(r != NULL);
	*r = (struct qrig){ .cfg = *cfg, .room = most_packets };
	r->fate = calloc(most_packets, sizeof(*r->fate));
	r->memory = malloc(wf_queue_memory(cfg) + 1);
	wf_qpool_init(&r->pool, calloc(most_packets, sizeof(struct wf_qentry)), most_packets);
	wf_queue_init(&r->q, &r->cfg, r->memory, 0);
	return r;
}

void
qrig_free(struct qrig *r)
{
	free(r->pool.entry);
	free(r->memory);
	free(r->fate);
	free(r);
}

static void
dropped(struct qrig *r, wf_ns_t now_ns)
{
	uint32_t e;

	while ((e = wf_qpool_dropped(&r->pool)) != WF_QNONE) {
		struct wf_qentry *p = &r->pool.entry[e];
		struct qrig_fate *f = p->pkt;

		assert(f->what == QRIG_WAITS);
		f->what = p->cause == WF_QDROP_FULL ? QRIG_FULL : QRIG_AQM;
		f->when_ns = now_ns;
		wf_qpool_put(&r->pool, e);
	}
	if (r->after != NULL)
		r->after(r, now_ns);
}

void
qrig_until(struct qrig *r, wf_ns_t ns)
{
	while (r->q.event_ns <= ns) {
		wf_ns_t now = r->q.event_ns;
		uint32_t e = wf_queue_out(&r->q, &r->pool);
		struct qrig_fate *f = r->pool.entry[e].pkt;

		assert(f->what == QRIG_WAITS);
		f->what = QRIG_SENT;
		f->when_ns = now;
		f->marked = r->pool.entry[e].marked;
		wf_qpool_put(&r->pool, e);
		dropped(r, now);
	}
}

uint32_t
qrig_in(struct qrig *r, wf_ns_t now_ns, uint32_t len_bytes, uint32_t flow, uint8_t ecn)
{
	uint32_t e;

	assert(r->n < r->room);
	qrig_until(r, now_ns);
	e = wf_qpool_get(&r->pool);
	r->pool.entry[e] = (struct wf_qentry){ .pkt = &r->fate[r->n],
		.rx_ns = now_ns,
		.len_bytes = len_bytes,
		.flow_key = (uint64_t)flow << 32,
		.rng = r->n,
		.ecn = ecn };
	wf_queue_in(&r->q, &r->pool, e, now_ns);
	dropped(r, now_ns);
	return r->n++;
}

void
qrig_change(struct qrig *r, const struct wf_queue_cfg *cfg, wf_ns_t now_ns)
{
	void *memory = malloc(wf_queue_memory(cfg) + 1);

	if (wf_queue_change(&r->q, &r->pool, cfg, memory, now_ns)) {
		free(r->memory);
		r->memory = memory;
	} else {
		free(memory);
	}
	r->cfg = *cfg;
}
