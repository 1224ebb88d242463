/* SPDX-License-Identifier: BSD-3-Clause
 * What a worker does with packets that the pipeline has let go, without a device: transmit and
 * count them; and what it would cost to have another worker do it, a ring between the two.
 */
#include <rte_mbuf.h>
#include <rte_ring_peek_zc.h>
#include <stdio.h>
#include <stdlib.h>

#include "perf.h"
#include "wf_plan.h"
#include "wf_txq.h"

#define BURST 32
#define RING  1024

struct leaving {
	struct wf_pipe *pipe;
	struct wf_stats *stats;
	struct wf_txq *txq;
	struct rte_ring *ring;
	struct wf_clock clock;
	struct rte_mbuf mbuf[BURST];
	wf_ns_t now_ns;
};

/* A device that takes everything. */
static uint16_t
take_all(void *queue, struct rte_mbuf **m, uint16_t n)
{
	return n;
}

static void
none(void *ctx, void *const *pkts, uint32_t n)
{
}

static const struct wf_port_ops device = { .kind = "perf", .tx_burst = take_all };
static const atomic_uchar open_ = WF_DROP_NONE;

/* As they come out of a wheel: each with times of its own. */
static void
release(struct leaving *s, struct wf_held h[BURST])
{
	s->now_ns = wf_clock_ns(&s->clock);
	for (uint32_t i = 0; i < BURST; i++)
		h[i] = (struct wf_held){ .due_ns = s->now_ns - 100 * i,
			.rx_ns = s->now_ns - 10000000 - 77777 * i,
			.pkt = &s->mbuf[i],
			.len_bytes = 64,
			.tag = wf_held_tag(0, 0) };
}

static uint64_t
transmit_run(void *state, uint64_t n)
{
	struct leaving *s = state;
	struct wf_held h[BURST];
	uint64_t done = 0;

	for (; done < n; done += BURST) {
		release(s, h);
		for (uint32_t i = 0; i < BURST; i++)
			wf_txq_put(s->txq, s->pipe, &s->clock, &h[i]);
		wf_txq_flush(s->txq, s->pipe, &s->clock);
	}
	return done;
}

static struct wf_held *
ring_at(const struct rte_ring_zc_data *z, uint32_t i)
{
	struct wf_held *at = z->ptr1, *more = z->ptr2;

	return i < z->n1 ? &at[i] : &more[i - z->n1];
}

/* Both ends of the ring. */
static uint64_t
pass_run(void *state, uint64_t n)
{
	struct leaving *s = state;
	struct rte_ring_zc_data z;
	struct wf_held h[BURST];
	uint64_t done = 0;

	for (; done < n; done += BURST) {
		struct wf_count out = { 0, 0 }, in = { 0, 0 };
		uint32_t k;

		release(s, h);
		k = rte_ring_enqueue_zc_burst_elem_start(s->ring, sizeof(h[0]), BURST, &z, NULL);
		for (uint32_t i = 0; i < k; i++) {
			*ring_at(&z, i) = h[i];
			wf_count_add(&out, h[i].len_bytes);
		}
		rte_ring_enqueue_zc_elem_finish(s->ring, k);
		k = rte_ring_dequeue_zc_burst_elem_start(s->ring, sizeof(h[0]), BURST, &z, NULL);
		for (uint32_t i = 0; i < k; i++) {
			h[i] = *ring_at(&z, i);
			wf_count_add(&in, h[i].len_bytes);
		}
		rte_ring_dequeue_zc_elem_finish(s->ring, k);
		perf_sink = out.bytes + in.bytes + h[BURST - 1].due_ns;
	}
	return done;
}

/* Neither: what the two above have in common. */
static uint64_t
release_run(void *state, uint64_t n)
{
	struct leaving *s = state;
	struct wf_held h[BURST];
	uint64_t done = 0;

	for (; done < n; done += BURST) {
		release(s, h);
		perf_sink = (uintptr_t)&h[done % BURST];
		__asm__ volatile("" ::"r"(h) : "memory");
	}
	return done;
}

static void
leaving_close(void *state)
{
	struct leaving *s = state;

	wf_pipe_free(s->pipe);
	wf_stats_free(s->stats);
	wf_txq_fini(s->txq);
	free(s->txq);
	free(s->ring);
	free(s);
}

static void *
leaving_open(const struct perf_case *c)
{
	struct leaving *s = perf_memory(sizeof(*s));
	struct wf_pipe_params q = { .n_dirs = 2,
		.n_slots = WF_PLAN_MAX_SLOTS,
		.max_held = 1024,
		.max_flows = 1024,
		.flow_idle_ns = UINT64_MAX / 2,
		.ops.free = none };

	wf_clock_init(&s->clock);
	s->txq = perf_memory(sizeof(*s->txq));
	s->ring = perf_memory((size_t)rte_ring_get_memsize_elem(sizeof(struct wf_held), RING));
	q.stats = s->stats = wf_stats_new(q.n_dirs, q.n_slots);
	s->pipe = s->stats != NULL ? wf_pipe_new(&q) : NULL;
	if (s->pipe == NULL || wf_txq_init(s->txq, &device, NULL, &open_, 1514) < 0 ||
		rte_ring_init(s->ring, "perf", RING, RING_F_SP_ENQ | RING_F_SC_DEQ) != 0) {
		fprintf(stderr, "perf: no memory for %s\n", c->name);
		return NULL;
	}
	return s;
}

const struct perf_case perf_dp[] = {
	{ "dp/release", leaving_open, release_run, leaving_close, NULL, 0 },
	{ "dp/transmit", leaving_open, transmit_run, leaving_close, NULL, 0 },
	{ "dp/pass-on", leaving_open, pass_run, leaving_close, NULL, 0 },
	{ NULL },
};
