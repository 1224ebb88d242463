/* SPDX-License-Identifier: BSD-3-Clause
 * Ports of load tests. Packets have the times at which they were due, as a generator's; what comes
 * is looked at, and freed.
 */
#include <errno.h>
#include <rte_ether.h>
#include <rte_mbuf.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "wf_arrivals.h"
#include "wf_dp_private.h"
#include "wf_port.h"
#include "wf_tester.h"

/* A worker that does not answer for so long is stuck. */
#define ANSWER_NS WF_NS_PER_S
#define LOOK_NS   (100 * WF_NS_PER_US)
/* Of a ring of arrivals: 30 ms of 14.88 million a second, while the control thread is away. */
#define RING_SLOTS (1u << 19)

/* One worker's. */
struct queue {
	struct wf_tester *tester;
	struct wf_arrivals_queue *arrivals; /* NULL: it receives itself */
	bool sends;
	/* The worker writes, release; partner: wf_tester_end. */
	struct wf_tester_trial *_Atomic taken WF_CACHE_ALIGNED;
};

struct wf_tester {
	/* Control writes, release; partner: adopt(). */
	struct wf_tester_trial *_Atomic wanted WF_CACHE_ALIGNED;
	const struct wf_clock *clock;
	struct rte_mempool *pool;
	uint32_t n_queues;
	struct queue *queue; /* [n_queues] */
	struct wf_arrivals arrivals;
};

static int
tester_find(struct wf_port *p, struct wf_err *err)
{
	struct wf_where where = wf_port_where(p);
	struct wf_tester *t = aligned_alloc(WF_CACHE_LINE, sizeof(*t));

	if (!t)
		return wf_err_add(err, &where, NULL, "out of memory"), -ENOMEM;
	memset(t, 0, sizeof(*t));
	p->kind = t;
	if (p->mtu == 0)
		p->mtu = RTE_ETHER_MTU;
	return 0;
}

static int
tester_open(struct wf_port *p, uint32_t n_queues, struct rte_mempool *pool, struct wf_err *err)
{
	struct wf_where where = wf_port_where(p);
	struct wf_tester *t = p->kind;

	t->clock = p->clock;
	t->pool = pool;
	t->queue = aligned_alloc(WF_CACHE_LINE, n_queues * sizeof(*t->queue));
	if (!t->queue || (n_queues > 1 && wf_arrivals_init(&t->arrivals, n_queues, RING_SLOTS) < 0))
		return wf_err_add(err, &where, NULL, "out of memory"), -ENOMEM;
	memset(t->queue, 0, n_queues * sizeof(*t->queue));
	t->n_queues = n_queues;
	for (uint32_t i = 0; i < n_queues; i++) {
		t->queue[i].tester = t;
		t->queue[i].sends = i == 0;
		t->queue[i].arrivals = n_queues > 1 ? &t->arrivals.queue[i] : NULL;
	}
	return 0;
}

static void
tester_close(struct wf_port *p)
{
	struct wf_tester *t = p->kind;

	if (!t)
		return;
	wf_arrivals_fini(&t->arrivals);
	free(t->queue);
	free(t);
	p->kind = NULL;
}

/* Its trials count for themselves. */
static void
tester_stats(struct wf_port *p, struct wf_snap_port *out)
{
	const struct wf_tester *t = p->kind;

	out->queues = t->n_queues;
}

static bool
tester_link(struct wf_port *p)
{
	return true;
}

static uint32_t
tester_fits_bytes(const struct wf_port *p)
{
	return UINT16_MAX;
}

static void *
tester_queue(struct wf_port *p, uint32_t index)
{
	struct wf_tester *t = p->kind;

	return &t->queue[index];
}

/* What the control thread wants, from here on. */
static struct wf_tester_trial *
adopt(struct queue *q)
{
	struct wf_tester_trial *wanted =
		atomic_load_explicit(&q->tester->wanted, memory_order_acquire);

	if (WF_UNLIKELY(wanted != atomic_load_explicit(&q->taken, memory_order_relaxed)))
		atomic_store_explicit(&q->taken, wanted, memory_order_release);
	return wanted;
}

static void
begin(struct wf_tester_trial *t, wf_ns_t now_ns)
{
	for (uint32_t i = 0; i < t->n_phases; i++)
		wf_generator_shift(t->phase[i], now_ns + t->from_ns[i]);
	t->begun = true;
}

/* The phase that is not over. NULL: all are. */
static struct wf_generator *
phase_of(struct wf_tester_trial *t)
{
	while (t->at < t->n_phases && t->phase[t->at]->left == 0)
		t->at++;
	if (t->at < t->n_phases)
		return t->phase[t->at];
	atomic_store_explicit(&t->sent_all, true, memory_order_release);
	return NULL;
}

/* Passes over what was due before a time. */
static void
skip(struct wf_tester_trial *t, struct wf_generator *g, wf_ns_t until_ns)
{
	while (wf_generator_due(g, until_ns)) {
		wf_generator_step(g);
		t->missed++;
	}
}

static uint16_t
make(struct wf_tester *q, struct wf_tester_trial *t, struct wf_generator *g, struct rte_mbuf **m,
	wf_ns_t *rx_ns, uint16_t n, wf_ns_t now_ns)
{
	uint16_t k = 0;

	if (WF_UNLIKELY(g->due_ns + t->most_late_ns < now_ns))
		skip(t, g, now_ns - t->most_late_ns);
	g->now_ns = now_ns;
	for (; k < n && wf_generator_due(g, now_ns); k++) {
		uint32_t bytes = wf_generator_bytes(g);

		m[k] = rte_pktmbuf_alloc(q->pool);
		if (WF_UNLIKELY(!m[k])) {
			skip(t, g, now_ns);
			break;
		}
		rx_ns[k] = g->due_ns;
		wf_hist_add(&t->late, now_ns - g->due_ns);
		wf_generator_write(g, rte_pktmbuf_mtod(m[k], uint8_t *));
		m[k]->data_len = (uint16_t)bytes;
		m[k]->pkt_len = bytes;
		t->bytes += bytes;
	}
	t->packets += k;
	return k;
}

static uint16_t
tester_rx_burst(void *queue, struct rte_mbuf **m, wf_ns_t *rx_ns, uint16_t n)
{
	struct queue *q = queue;
	struct wf_tester_trial *t = adopt(q);
	struct wf_generator *g;
	wf_ns_t now_ns;

	if (!t)
		return 0;
	now_ns = wf_clock_ns(q->tester->clock);
	if (q->arrivals)
		wf_arrivals_past(q->arrivals, now_ns);
	if (t->n_phases == 0 || !q->sends)
		return 0;
	if (WF_UNLIKELY(!t->begun))
		begin(t, now_ns);
	g = phase_of(t);
	return g ? make(q->tester, t, g, m, rx_ns, n, now_ns) : 0;
}

static uint16_t
tester_tx_burst(void *queue, struct rte_mbuf **m, uint16_t n)
{
	struct queue *q = queue;
	struct wf_tester_trial *t = atomic_load_explicit(&q->taken, memory_order_relaxed);
	wf_ns_t now_ns = wf_clock_ns(q->tester->clock);

	for (uint16_t i = 0; t && t->rx && i < n; i++) {
		const uint8_t *tail = NULL;

		if (m[i]->data_len == m[i]->pkt_len && m[i]->data_len >= WF_PROBE_BYTES)
			tail = rte_pktmbuf_mtod_offset(
				m[i], uint8_t *, m[i]->data_len - WF_PROBE_BYTES);
		if (q->arrivals)
			wf_arrivals_put(q->arrivals, tail, m[i]->pkt_len, now_ns);
		else
			wf_probe_rx_take(t->rx, tail, m[i]->pkt_len, now_ns);
	}
	rte_pktmbuf_free_bulk(m, n);
	return n;
}

/* It refuses nothing. */
static enum wf_drop
tester_refusal(void *queue)
{
	return WF_DROP_tx_full;
}

struct wf_tester *
wf_dp_tester(struct wf_dp *dp, uint32_t port)
{
	assert(port < dp->n_ports && dp->ports[port].ops == &wf_port_tester);
	return dp->ports[port].kind;
}

void
wf_tester_begin(struct wf_tester *t, struct wf_tester_trial *trial)
{
	atomic_store_explicit(&t->wanted, trial, memory_order_release);
}

static void
receive(void *ctx, const struct wf_arrival *a)
{
	wf_probe_rx_take(ctx, a->probed ? a->tail : NULL, a->len_bytes, a->ns);
}

static void
gather(struct wf_tester *t, const struct wf_tester_trial *trial, bool all)
{
	if (t->arrivals.n > 0 && trial && trial->rx)
		wf_arrivals_take(&t->arrivals, all, receive, trial->rx);
}

void
wf_tester_gather(struct wf_tester *t)
{
	gather(t, atomic_load_explicit(&t->wanted, memory_order_relaxed), false);
}

uint64_t
wf_tester_unseen(const struct wf_tester *t)
{
	return wf_arrivals_missed(&t->arrivals);
}

/* Has no worker a trial any more? */
static bool
is_idle(const struct wf_tester *t)
{
	for (uint32_t i = 0; i < t->n_queues; i++)
		if (atomic_load_explicit(&t->queue[i].taken, memory_order_acquire))
			return false;
	return true;
}

int
wf_tester_end(struct wf_tester *t)
{
	const struct wf_tester_trial *trial =
		atomic_load_explicit(&t->wanted, memory_order_relaxed);
	const struct timespec look = { 0, LOOK_NS };

	atomic_store_explicit(&t->wanted, NULL, memory_order_release);
	for (uint64_t i = 0; i < ANSWER_NS / LOOK_NS; i++) {
		if (is_idle(t)) {
			gather(t, trial, true);
			return 0;
		}
		nanosleep(&look, NULL);
	}
	return -ETIMEDOUT;
}

const struct wf_port_ops wf_port_tester = {
	.kind = "tester",
	.find = tester_find,
	.open = tester_open,
	.close = tester_close,
	.stats = tester_stats,
	.link = tester_link,
	.fits_bytes = tester_fits_bytes,
	.queue = tester_queue,
	.rx_burst = tester_rx_burst,
	.stamps = true,
	.tx_burst = tester_tx_burst,
	.tx_refusal = tester_refusal,
};
