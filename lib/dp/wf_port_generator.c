/* SPDX-License-Identifier: BSD-3-Clause
 * The kinds of port that need no device: `generator`, which makes the packets that come from it,
 * and `sink`, from which none come. Both count what is sent to them, and free it. So a link between
 * two of them runs in one process.
 *
 * A generator at a rate keeps to its schedule as a network would: packets have the times at which
 * they were due, however late the worker looks; those that it leaves lying for too long, or has no
 * buffers for, are missed.
 */
#include <errno.h>
#include <rte_ether.h>
#include <rte_mbuf.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "wf_generator_args.h"
#include "wf_port.h"
#include "wf_sunk.h"

/* What a card's ring of 4096 buffers holds of small packets at 10 Gbit/s is 0.3 ms, but a shared
 * machine stands still for longer, and that is not what a generator is for. */
#define LATE_NS (10 * WF_NS_PER_MS)
#define SPARE   WF_BURST

/* One queue pair: the worker's, but for the counters, which the control thread reads. */
struct queue {
	struct wf_generator *g[WF_GENERATOR_MOST];
	uint32_t n_g; /* 0: a sink's */
	const struct wf_clock *clock;
	struct rte_mempool *pool;
	bool begun;
	uint32_t n_spare;
	struct rte_mbuf *spare[SPARE];
	/* Relaxed; partner: stats(). */
	_Atomic uint64_t missed WF_CACHE_ALIGNED, nombuf;
	struct wf_sunk sunk;
};

static_assert(sizeof(struct queue) % WF_CACHE_LINE == 0, "lines of its own for each worker");

struct generator {
	struct wf_generator_spec *spec; /* [n_specs] */
	uint32_t n_specs, n_queues;
	struct queue *queue; /* [n_queues] */
};

static int
find_any(struct wf_port *p, struct wf_err *err)
{
	struct wf_where where = wf_port_where(p);

	p->kind = calloc(1, sizeof(struct generator));
	if (!p->kind)
		return wf_err_add(err, &where, NULL, "out of memory"), -ENOMEM;
	if (p->mtu == 0)
		p->mtu = RTE_ETHER_MTU;
	return 0;
}

static int
generator_find(struct wf_port *p, struct wf_err *err)
{
	struct wf_where where = wf_port_where(p);
	uint32_t room = p->mtu ? p->mtu + RTE_ETHER_HDR_LEN : 0, most = 0;
	int ret = find_any(p, err);
	struct generator *k = p->kind;

	if (ret == 0)
		k->spec = calloc(WF_GENERATOR_MOST, sizeof(*k->spec));
	if (ret == 0 && !k->spec)
		ret = wf_err_add(err, &where, NULL, "out of memory");
	if (ret == 0)
		ret = wf_generator_parse_all(p->devargs, room, k->spec, &k->n_specs, &where, err);
	if (ret < 0)
		return ret;
	for (uint32_t i = 0; i < k->n_specs; i++) {
		uint32_t bytes = wf_generator_most_bytes(&k->spec[i]);

		most = bytes > most ? bytes : most;
	}
	if (most > p->mtu + RTE_ETHER_HDR_LEN) /* nobody has said how long they may be */
		p->mtu = most - RTE_ETHER_HDR_LEN;
	return 0;
}

static int
open_any(struct wf_port *p, uint32_t n_queues, struct rte_mempool *pool, struct wf_err *err)
{
	struct wf_where where = wf_port_where(p);
	struct generator *k = p->kind;
	bool whole;

	k->queue = aligned_alloc(WF_CACHE_LINE, n_queues * sizeof(*k->queue));
	if (k->queue)
		memset(k->queue, 0, n_queues * sizeof(*k->queue));
	whole = k->queue != NULL;
	for (uint32_t q = 0; whole && q < n_queues; q++) {
		k->queue[q].clock = p->clock;
		k->queue[q].pool = pool;
		k->n_queues = q + 1;
		for (uint32_t i = 0; whole && i < k->n_specs; i++) {
			k->queue[q].g[i] = wf_generator_new(&k->spec[i], q, n_queues, 0);
			whole = k->queue[q].g[i] != NULL;
			k->queue[q].n_g += whole;
		}
	}
	if (whole)
		return 0;
	return wf_err_add(err, &where, k->n_specs > 0 ? "Lower flows" : NULL, "out of memory"),
	       -ENOMEM;
}

static void
close_any(struct wf_port *p)
{
	struct generator *k = p->kind;

	if (!k)
		return;
	for (uint32_t q = 0; q < k->n_queues; q++) {
		rte_pktmbuf_free_bulk(k->queue[q].spare, k->queue[q].n_spare);
		for (uint32_t i = 0; i < k->queue[q].n_g; i++)
			wf_generator_free(k->queue[q].g[i]);
	}
	free(k->queue);
	free(k->spec);
	free(k);
	p->kind = NULL;
}

static void
stats_any(struct wf_port *p, struct wf_snap_port *out)
{
	const struct generator *k = p->kind;

	out->queues = k->n_queues;
	out->sinks = true;
	for (uint32_t i = 0; i < k->n_queues; i++) {
		const struct queue *q = &k->queue[i];

		out->rx_missed += atomic_load_explicit(&q->missed, memory_order_relaxed);
		out->rx_nombuf += atomic_load_explicit(&q->nombuf, memory_order_relaxed);
		wf_sunk_count(&q->sunk, &out->sunk);
	}
}

static bool
always_up(struct wf_port *p)
{
	return true;
}

static uint32_t
fits_all(const struct wf_port *p)
{
	return UINT16_MAX;
}

static void *
queue_at(struct wf_port *p, uint32_t index)
{
	struct generator *k = p->kind;

	return &k->queue[index];
}

/* Buffers, whose first line will be written. */
static bool
refill(struct queue *q)
{
	if (rte_pktmbuf_alloc_bulk(q->pool, q->spare, SPARE) != 0)
		return false;
	q->n_spare = SPARE;
	for (uint32_t i = 0; i < SPARE; i++)
		__builtin_prefetch(rte_pktmbuf_mtod(q->spare[i], void *), 1);
	return true;
}

/* Passes over what was due until a time. Returns how many. */
static uint64_t
skip(struct wf_generator *g, wf_ns_t until_ns)
{
	uint64_t n = 0;

	for (; wf_generator_due(g, until_ns); n++)
		wf_generator_step(g);
	return n;
}

/* No buffers: what a rate wanted to send by now is lost; an unlimited one has lost what would have
 * been its burst. */
static void
starve(struct queue *q, wf_ns_t now_ns, uint16_t n)
{
	for (uint32_t i = 0; i < q->n_g; i++)
		wf_sunk_add(&q->nombuf, q->g[i]->rate > 0 ? skip(q->g[i], now_ns) : n);
}

/* The schedule begins with the first look at it; what was due too long ago is missed. */
static void
look(struct queue *q, wf_ns_t now_ns)
{
	for (uint32_t i = 0; i < q->n_g; i++) {
		struct wf_generator *g = q->g[i];

		if (WF_UNLIKELY(!q->begun))
			wf_generator_shift(g, now_ns);
		if (WF_UNLIKELY(g->rate > 0 && g->due_ns + LATE_NS < now_ns))
			wf_sunk_add(&q->missed, skip(g, now_ns - LATE_NS));
	}
	q->begun = true;
}

/* Up to n packets of a stream that are due by until_ns. */
static uint16_t
make(struct queue *q, struct wf_generator *g, struct rte_mbuf **m, wf_ns_t *rx_ns, uint16_t n,
	wf_ns_t until_ns, wf_ns_t now_ns)
{
	uint16_t k = 0;

	for (; k < n && wf_generator_due(g, until_ns); k++) {
		uint32_t bytes = wf_generator_bytes(g);

		if (WF_UNLIKELY(q->n_spare == 0 && !refill(q))) {
			starve(q, now_ns, n - k);
			break;
		}
		m[k] = q->spare[--q->n_spare];
		rx_ns[k] = g->rate > 0 ? g->due_ns : now_ns;
		wf_generator_write(g, rte_pktmbuf_mtod(m[k], uint8_t *));
		m[k]->data_len = (uint16_t)bytes;
		m[k]->pkt_len = bytes;
	}
	return k;
}

/* The stream that is due first, and when another one is. NULL: all have ended. */
static struct wf_generator *
first_of(const struct queue *q, wf_ns_t *other_ns)
{
	struct wf_generator *first = NULL;

	*other_ns = UINT64_MAX;
	for (uint32_t i = 0; i < q->n_g; i++) {
		struct wf_generator *g = q->g[i];

		if (g->left == 0)
			continue;
		if (!first || g->due_ns < first->due_ns) {
			*other_ns = first ? first->due_ns : UINT64_MAX;
			first = g;
		} else if (g->due_ns < *other_ns) {
			*other_ns = g->due_ns;
		}
	}
	return first;
}

static uint16_t
generator_rx_burst(void *queue, struct rte_mbuf **m, wf_ns_t *rx_ns, uint16_t n)
{
	struct queue *q = queue;
	wf_ns_t now_ns = wf_clock_ns(q->clock), other_ns;
	uint16_t k = 0, made = 1;

	look(q, now_ns);
	if (WF_LIKELY(q->n_g == 1))
		return make(q, q->g[0], m, rx_ns, n, now_ns, now_ns);
	while (k < n && made > 0) {
		struct wf_generator *g = first_of(q, &other_ns);

		made = g ? make(q, g, m + k, rx_ns + k, n - k,
				   other_ns < now_ns ? other_ns : now_ns, now_ns)
			 : 0;
		k += made;
	}
	return k;
}

static uint16_t
sink_rx_burst(void *queue, struct rte_mbuf **m, wf_ns_t *rx_ns, uint16_t n)
{
	return 0;
}

static uint16_t
tx_burst_any(void *queue, struct rte_mbuf **m, uint16_t n)
{
	struct queue *q = queue;

	return wf_sunk_take(&q->sunk, m, n);
}

/* It refuses nothing. */
static enum wf_drop
no_refusal(void *queue)
{
	return WF_DROP_tx_full;
}

const struct wf_port_ops wf_port_generator = {
	.kind = "generator",
	.find = generator_find,
	.open = open_any,
	.close = close_any,
	.stats = stats_any,
	.link = always_up,
	.fits_bytes = fits_all,
	.queue = queue_at,
	.rx_burst = generator_rx_burst,
	.stamps = true,
	.tx_burst = tx_burst_any,
	.tx_refusal = no_refusal,
};

const struct wf_port_ops wf_port_sink = {
	.kind = "sink",
	.find = find_any,
	.open = open_any,
	.close = close_any,
	.stats = stats_any,
	.link = always_up,
	.fits_bytes = fits_all,
	.queue = queue_at,
	.rx_burst = sink_rx_burst,
	.stamps = true, /* it never receives */
	.tx_burst = tx_burst_any,
	.tx_refusal = no_refusal,
};
