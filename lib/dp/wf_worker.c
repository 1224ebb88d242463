/* SPDX-License-Identifier: BSD-3-Clause
 * The worker's loop. No lock, system call, allocation, division or log in here (but for what a
 * worker does after a turn in which there was nothing to do, if told so: wf_idle.h).
 *
 * A turn: adopt the plan; turn the statistics' banks if asked; retry what devices refused; receive
 * from each port; take over from other workers; send what is due; housekeeping. `plan` is the
 * newest one throughout, read again when packets have come and their time is known; while it takes
 * over, packets go by the one of their own time.
 */
#include "wf_worker.h"

#include <pthread.h>
#include <rte_ether.h>
#include <rte_mbuf.h>

#include "wf_pipe_plans.h"
#include "wf_snapshot.h"

/* Packets sent at most in a turn: more than a turn can receive, so that what waits can't grow for
 * want of turns. */
#define TAKE_TURN 2048

/* What the mbuf itself needs; all else would be instructions to a transmitting device. */
#define KEEP_FLAGS (RTE_MBUF_F_INDIRECT | RTE_MBUF_F_EXTERNAL)

/* A driver or the kernel before it took the VLAN tag out of the frame: puts it back. The packet may
 * move. false: no room. */
static bool
worker_restore_tag(struct rte_mbuf **m)
{
	return rte_vlan_insert(m) == 0;
}

/* Makes received mbufs, of which m[i] came at rx_ns[i & times], ready for the pipeline, which is
 * going to read their bytes or not. Returns how many are. */
static inline uint32_t
worker_fill_rx(struct wf_worker *w, uint32_t dir, struct rte_mbuf **m, uint32_t n,
	const wf_ns_t *rx_ns, uint32_t times, bool read, struct wf_rx *rx)
{
	uint32_t k = 0;

	for (uint32_t i = 0; i < n; i++) {
		bool whole = true;

		if (WF_UNLIKELY(m[i]->ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED))
			whole = worker_restore_tag(&m[i]);
		m[i]->ol_flags &= KEEP_FLAGS;
		if (read)
			__builtin_prefetch(rte_pktmbuf_mtod(m[i], const uint8_t *));
		rx[k] = (struct wf_rx){ .pkt = m[i],
			.data = rte_pktmbuf_mtod(m[i], const uint8_t *),
			.readable_bytes = m[i]->data_len,
			.len_bytes = m[i]->pkt_len,
			.rx_ns = rx_ns[i & times] };
		if (WF_UNLIKELY(!whole) && w->capture.tap != NULL)
			wf_worker_capture_in(&w->capture, dir, &rx[k], 1);
		if (WF_UNLIKELY(!whole))
			wf_pipe_refuse(w->pipe, dir, &rx[k], 1, true, WF_DROP_no_buffer);
		else
			k++;
	}
	return k;
}

static inline void
worker_take_in(struct wf_worker *w, const struct wf_plan *plan, uint32_t dir,
	const struct wf_rx *rx, uint32_t n, bool count_rx)
{
	if (WF_UNLIKELY(wf_pipe_changes(plan)))
		wf_pipe_in_plans(w->pipe, plan, dir, rx, n, count_rx);
	else
		wf_pipe_in(w->pipe, plan, dir, rx, n, count_rx);
}

/* The same of packets of which it is known who they are. */
static void
worker_take_known(struct wf_worker *w, const struct wf_plan *plan, uint32_t dir,
	const struct wf_rx *rx, const struct wf_identity *const *who, uint32_t n, bool count_rx)
{
	wf_pipe_know(w->pipe, rx, who);
	worker_take_in(w, plan, dir, rx, n, count_rx);
	wf_pipe_know(w->pipe, NULL, NULL);
}

/* What a worker that has others beside it does with packets that it has received. */
static __attribute__((noinline)) void
worker_take_in_shared(
	struct wf_worker *w, const struct wf_plan *plan, uint32_t dir, struct wf_rx *rx, uint32_t n)
{
	const struct wf_identity *who[WF_BURST];
	bool known;

	n = wf_share_out(&w->share, plan, dir, rx, who, n, &known);
	if (known)
		worker_take_known(w, plan, dir, rx, who, n, true);
	else
		worker_take_in(w, plan, dir, rx, n, true);
}

/* These have waited to be received, and will be that late when they leave. */
static __attribute__((noinline)) void
worker_note_wait(struct wf_worker *w, const struct wf_rx *rx, uint32_t n, wf_ns_t waited_ns)
{
	wf_waited_mark(&w->waited, rx, n, waited_ns);
	w->any_waited = true;
}

/* One burst from each port, in a turn that began at now_ns. Returns how many packets came. */
static uint32_t
worker_receive(struct wf_worker *w, const struct wf_plan **newest, wf_ns_t now_ns)
{
	uint32_t total = 0;

	for (uint32_t q = 0; q < w->n_rxqs; q++) {
		struct wf_rxq *from = &w->rxq[q];
		uint32_t dir = from->dir;
		struct rte_mbuf *m[WF_BURST];
		wf_ns_t rx_ns[WF_BURST], waited_ns = 0;
		const struct wf_plan *plan;
		struct wf_rx rx[WF_BURST];
		uint32_t n = from->burst(from->queue, m, rx_ns, WF_BURST);

		if (n == 0) {
			from->wait.since_ns = now_ns;
			continue;
		}
		total += n;
		if (!from->stamps) {
			rx_ns[0] = wf_clock_ns(&w->clock);
			waited_ns = wf_wait_burst(&from->wait, now_ns, rx_ns[0], n);
		}
		/* The kernel may have let this worker stand since the turn began. */
		*newest = plan = wf_swap_newest(w->swap);
		n = worker_fill_rx(w, dir, m, n, rx_ns, from->stamps ? UINT32_MAX : 0,
			plan->dir[dir].needs_flow || (w->by_value && plan->dir[dir].holds), rx);
		if (WF_UNLIKELY(waited_ns > 0))
			worker_note_wait(w, rx, n, waited_ns);
		if (WF_UNLIKELY(w->capture.tap != NULL))
			wf_worker_capture_in(&w->capture, dir, rx, n);
		if (w->n_workers > 1)
			worker_take_in_shared(w, plan, dir, rx, n);
		else
			worker_take_in(w, plan, dir, rx, n, true);
	}
	return total;
}

/* What other workers hand over. */
static uint32_t
worker_take_over(struct wf_worker *w, const struct wf_plan *plan, wf_ns_t now_ns)
{
	uint32_t total = 0;

	for (uint32_t i = 0; i < w->n_workers; i++) {
		const struct wf_identity *who[WF_BURST];
		struct wf_rx rx[WF_BURST];
		uint32_t dir, n, sum = 0;

		/* Runs of one direction are short: up to one whole burst from each ring. */
		while (w->in[i] && sum < WF_BURST &&
			(n = wf_handoff_take(w->in[i], w->pipe, w->stats, now_ns, &dir, rx, who)) >
				0) {
			if (WF_UNLIKELY(wf_waited_any(&w->waited, rx, n)))
				w->any_waited = true;
			worker_take_known(w, plan, dir, rx, who, n, false);
			sum += n;
		}
		total += sum;
	}
	return total;
}

static uint32_t
worker_flush(struct wf_worker *w)
{
	uint32_t sent = 0;

	for (uint32_t k = 0; k < w->n_busy; k++)
		for (uint64_t left = w->busy[k]; left != 0; left &= left - 1) {
			struct wf_txq *q = &w->txq[64 * k + (uint32_t)__builtin_ctzll(left)];

			sent += wf_txq_flush(q, w->pipe, &w->clock);
			if (!wf_txq_busy(q))
				w->busy[k] &= ~(left & -left);
		}
	return sent;
}

static bool
worker_must_wait(struct wf_worker *w, wf_ns_t now_ns)
{
	bool wait = false;

	for (uint32_t k = 0; k < w->n_busy; k++)
		for (uint64_t left = w->busy[k]; left != 0; left &= left - 1)
			wait |= wf_txq_wait(
				&w->txq[64 * k + (uint32_t)__builtin_ctzll(left)], now_ns);
	return wait;
}

static inline wf_ns_t
worker_advance(struct wf_worker *w, const struct wf_plan *plan, wf_ns_t now_ns)
{
	return WF_UNLIKELY(wf_pipe_changes(plan)) ? wf_pipe_advance_plans(w->pipe, plan, now_ns)
						  : wf_pipe_advance(w->pipe, plan, now_ns);
}

/* Of these, which are about to be released, some may have waited. */
static __attribute__((noinline)) void
worker_release_waited(struct wf_worker *w, struct wf_held *h, uint32_t n)
{
	wf_waited_release(&w->waited, h, n);
	w->any_waited = wf_pipe_held(w->pipe) > n; /* or are these the last? */
}

/* Everything that is due, to the ports. Returns how many packets were taken. */
static uint32_t
worker_send_due(struct wf_worker *w, const struct wf_plan *plan, wf_ns_t now_ns)
{
	struct wf_held h[WF_TXQ_BURST];
	uint32_t n, total = 0;

	do {
		if (WF_UNLIKELY(worker_must_wait(w, now_ns)))
			break;
		n = wf_pipe_take(w->pipe, worker_advance(w, plan, now_ns), h, WF_TXQ_BURST);
		if (WF_UNLIKELY(w->any_waited) && n > 0)
			worker_release_waited(w, h, n);
		for (uint32_t i = 0; i < n; i++) {
			struct wf_txq *q = w->txq_of_dir[h[i].dir];

			wf_txq_put(q, w->pipe, &w->clock, &h[i]);
			w->busy[q->index / 64] |= 1ull << (q->index % 64);
		}
		if (n > 0)
			worker_flush(w);
		total += n;
	} while (n == WF_TXQ_BURST && total < TAKE_TURN);
	return total;
}

/* Nothing held, nothing on its way here. */
static bool
worker_empty(const struct wf_worker *w)
{
	for (uint32_t i = 0; i < w->n_workers; i++)
		if (w->in[i] && !wf_handoff_empty(w->in[i]))
			return false;
	return wf_pipe_held(w->pipe) == 0;
}

/* The turn before: from its start to the start of this one, which is now. */
static inline void
worker_count_turn(struct wf_worker *w, wf_ns_t now_ns, uint64_t cycles, bool busy)
{
	wf_ns_t ns = (wf_ns_t)(((unsigned __int128)cycles * w->clock.mult) >> 32);
	struct wf_worker_stats *s = &w->stats->now->worker;

	s->loops++;
	s->total_cycles += cycles;
	s->busy_cycles += busy ? cycles : 0;
	if (WF_UNLIKELY(ns > s->stall_max_ns))
		s->stall_max_ns = ns;
	if (WF_UNLIKELY(ns > WF_STALL_NS))
		wf_stall_note(&w->stall, now_ns - ns, now_ns);
}

/* One turn of the loop. Was there anything to do? */
static inline bool
worker_turn(struct wf_worker *w, const struct wf_plan *plan, int phase, wf_ns_t now_ns)
{
	uint32_t work = worker_flush(w);

	if (WF_LIKELY(phase == WF_PHASE_RUN))
		work += worker_receive(w, &plan, now_ns);
	if (w->n_workers > 1)
		work += worker_take_over(w, plan, now_ns);
	if (work > 0)
		now_ns = wf_clock_ns(&w->clock);
	work += worker_send_due(w, plan, now_ns);
	wf_pipe_tidy(w->pipe, now_ns);
	return work > 0;
}

/* After a turn without work. What a device has not taken is not left waiting. */
static void
worker_rest(struct wf_worker *w)
{
	struct wf_idle_rest rest = { WF_IDLE_RELAX, 0 };
	uint64_t waits = 0;

	for (uint32_t k = 0; k < w->n_busy; k++)
		waits |= w->busy[k];
	if (w->idle.kind != WF_IDLE_spin && waits == 0)
		rest = wf_idle_rest(&w->idle, wf_clock_ns(&w->clock), wf_pipe_next(w->pipe));
	wf_idle_do(&w->idle, &rest, &w->clock);
}

int
wf_worker_main(void *worker)
{
	struct wf_worker *w = worker;
	uint64_t before = wf_clock_cycles();
	int phase = WF_PHASE_NONE;
	bool busy = false;

	pthread_getcpuclockid(pthread_self(), &w->cpu_clock);
	wf_idle_begin(&w->idle);
	for (uint32_t q = 0; q < w->n_rxqs; q++)
		w->rxq[q].wait.since_ns = wf_clock_ns(&w->clock);
	wf_swap_join(w->swap, w->index, wf_clock_ns_at(&w->clock, before));
	for (;;) {
		int wanted = atomic_load_explicit(&w->orders->phase, memory_order_acquire);
		uint64_t start = wf_clock_cycles();
		wf_ns_t now_ns = wf_clock_ns_at(&w->clock, start);
		const struct wf_plan *plan = wf_swap_turn(w->swap, w->index, now_ns);

		worker_count_turn(w, now_ns, start - before, busy);
		before = start;
		if (WF_UNLIKELY(wf_worker_capture_changed(&w->capture)))
			wf_worker_capture_adopt(w);
		if (WF_UNLIKELY(wf_stats_turn_wanted(w->stats)))
			wf_pipe_turn_stats(w->pipe, now_ns);
		busy = worker_turn(w, plan, wanted, now_ns);
		if (WF_UNLIKELY(wanted != phase)) {
			phase = wanted;
			atomic_store_explicit(&w->seen, phase, memory_order_release);
		}
		if (busy)
			wf_idle_busy(&w->idle);
		else
			worker_rest(w);
		if (WF_UNLIKELY(phase == WF_PHASE_FINISH) &&
			(worker_empty(w) || now_ns >= w->orders->deadline_ns))
			break;
	}
	wf_swap_leave(w->swap, w->index);
	return 0;
}
