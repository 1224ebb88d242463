/* SPDX-License-Identifier: BSD-3-Clause
 * A worker's memory, from its making to its end. Control thread, while the worker does not run.
 */
#include <stdlib.h>
#include <string.h>

#include "wf_lines.h"
#include "wf_worker.h"

/* Moved within the store at a time: as many as 10 GbE brings in a slot of the wheel, which takes
 * some 20 to 30 us. */
#define MOST_MOVED 2048

static struct wf_pipe *
new_pipe(const struct wf_worker_params *q, struct wf_stats *stats)
{
	struct wf_pipe_params params = {
		.n_dirs = q->n_dirs,
		.n_slots = WF_PLAN_MAX_SLOTS, /* live changes may add classes */
		.max_held = q->max_held,
		.by_value_bytes = q->by_value_bytes,
		.most_moved = MOST_MOVED,
		.max_flows = q->max_flows,
		.flow_idle_ns = q->flow_idle_ns,
		.count_flows = q->count_flows,
		.start_ns = q->start_ns,
		.ops = q->ops,
		.stats = stats,
		.tap = q->tap,
	};

	return wf_pipe_new(&params);
}

struct wf_worker *
wf_worker_new(const struct wf_worker_params *q)
{
	struct wf_worker *w = aligned_alloc(WF_CACHE_LINE, sizeof(*w));

	if (!w)
		return NULL;
	memset(w, 0, sizeof(*w));
	w->index = q->index;
	w->n_workers = q->n_workers;
	w->by_value = q->by_value_bytes > 0;
	wf_idle_init(&w->idle, q->idle, q->yields);
	w->orders = q->orders;
	w->swap = q->swap;
	w->clock = *q->clock;
	w->capture.other = q->tap;
	memcpy(w->capture.marks, q->marks, sizeof(w->capture.marks));
	w->rxq = wf_lines_new(q->n_ports, sizeof(*w->rxq));
	w->txq = wf_lines_new(q->n_ports, sizeof(*w->txq));
	w->txq_of_dir = wf_lines_new(q->n_dirs, sizeof(struct wf_txq *));
	w->n_busy = q->n_ports / 64 + 1;
	w->busy = wf_lines_new(w->n_busy, sizeof(*w->busy));
	w->in = wf_lines_new(q->n_workers, sizeof(struct wf_handoff *));
	w->share.out = wf_lines_new(q->n_workers, sizeof(struct wf_handoff *));
	w->stats = wf_stats_new(q->n_dirs, WF_PLAN_MAX_SLOTS);
	if (w->stats)
		w->pipe = new_pipe(q, w->stats);
	w->share.pipe = w->pipe;
	w->share.stats = w->stats;
	w->share.index = q->index;
	w->share.n_workers = q->n_workers;
	if (!w->rxq || !w->txq || !w->txq_of_dir || !w->busy || !w->in || !w->share.out ||
		!w->pipe || wf_waited_init(&w->waited) < 0) {
		wf_worker_free(w);
		return NULL;
	}
	return w;
}

void
wf_worker_free(struct wf_worker *w)
{
	if (!w)
		return;
	wf_pipe_free(w->pipe);
	wf_stats_free(w->stats);
	free(w->share.out);
	free(w->in);
	free(w->busy);
	free(w->txq_of_dir);
	for (uint32_t i = 0; i < w->n_txqs; i++)
		wf_txq_fini(&w->txq[i]);
	free(w->txq);
	free(w->rxq);
	free(w);
}

wf_ns_t
wf_worker_cpu_ns(const struct wf_worker *w)
{
	struct timespec t = { 0 };

	if (atomic_load_explicit(&w->seen, memory_order_acquire) != WF_PHASE_NONE)
		clock_gettime(w->cpu_clock, &t);
	return (wf_ns_t)t.tv_sec * WF_NS_PER_S + (wf_ns_t)t.tv_nsec;
}

/* Packets that were handed over and never taken count as taken, and end here. */
static void
drop_handed(struct wf_worker *w, struct wf_handoff *ring, wf_ns_t now_ns)
{
	const struct wf_identity *who[WF_BURST];
	struct wf_rx rx[WF_BURST];
	uint32_t dir, n;

	while ((n = wf_handoff_take(ring, w->pipe, w->stats, now_ns, &dir, rx, who)) > 0)
		wf_pipe_refuse(w->pipe, dir, rx, n, false, WF_DROP_shutdown);
}

void
wf_worker_drop_rest(struct wf_worker *w)
{
	wf_ns_t now_ns = wf_clock_ns(&w->clock), next_ns;
	struct wf_held h[WF_BURST];

	for (uint32_t i = 0; i < w->n_workers; i++)
		if (w->in[i])
			drop_handed(w, w->in[i], now_ns);
	for (uint32_t i = 0; i < w->n_txqs; i++)
		wf_txq_drop_all(&w->txq[i], w->pipe, WF_DROP_shutdown);
	wf_pipe_drop_queued(w->pipe, WF_DROP_shutdown);
	while ((next_ns = wf_pipe_next(w->pipe)) != UINT64_MAX) {
		uint32_t n;

		now_ns = next_ns > now_ns ? next_ns : now_ns;
		n = wf_pipe_take(w->pipe, now_ns, h, WF_BURST);
		wf_pipe_drop(w->pipe, h, n, WF_DROP_shutdown);
	}
}
