/* SPDX-License-Identifier: BSD-3-Clause
 * The data path at work: makes workers, starts them, changes their plan, drains and joins them.
 * Control thread.
 */
#include <errno.h>
#include <rte_launch.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "wf_dp_private.h"
#include "wf_dp_rights.h"
#include "wf_flow_account.h"
#include "wf_rights.h"

/* A worker that does not answer for so long is stuck. */
#define ANSWER_NS WF_NS_PER_S

/* The worker's queue of every port. 0 or -ENOMEM. */
static int
assign_queues(struct wf_dp *dp, struct wf_worker *w)
{
	for (uint32_t i = 0; i < dp->n_ports; i++) {
		struct wf_port *p = &dp->ports[i];
		void *queue = p->ops->queue(p, w->index);

		if (wf_txq_init(&w->txq[w->n_txqs++], p->ops, queue, &p->shut,
			    p->ops->fits_bytes(p)) < 0)
			return -ENOMEM;
		w->txq[i].index = i;
		if (p->rx_dir != WF_PORT_NO_DIR)
			w->rxq[w->n_rxqs++] = (struct wf_rxq){ .burst = p->ops->rx_burst,
				.queue = queue,
				.dir = (uint16_t)p->rx_dir,
				.stamps = wf_port_stamps(p),
				.wait.slots = p->ops->rx_slots ? p->ops->rx_slots(p) : 0 };
	}
	for (uint32_t l = 0; l < dp->n_links; l++) {
		w->txq_of_dir[2 * l + WF_AB] = &w->txq[dp->links[l].port[1]];
		w->txq_of_dir[2 * l + WF_BA] = &w->txq[dp->links[l].port[0]];
	}
	return 0;
}

/* The kernel takes memory from the socket of the core that touches it first: what a worker holds is
 * made on the worker's own core. */
static void
go_to(unsigned core, cpu_set_t *before)
{
	cpu_set_t only;

	CPU_ZERO(&only);
	CPU_SET(core, &only);
	if (sched_getaffinity(0, sizeof(*before), before) < 0)
		CPU_ZERO(before);
	sched_setaffinity(0, sizeof(only), &only);
}

static struct wf_worker *
make_worker(struct wf_dp *dp, uint32_t index)
{
	struct wf_worker_params params = {
		.index = index,
		.n_workers = dp->cores.n_workers,
		.n_ports = dp->n_ports,
		.n_dirs = dp->n_dirs,
		.yields = dp->cores.shared,
		.idle = dp->idle,
		.orders = &dp->orders,
		.swap = dp->swap,
		.clock = &dp->clock,
		.start_ns = dp->start_ns,
		.max_held = dp->pool.max_held,
		.by_value_bytes = dp->by_value_bytes,
		.max_flows = dp->max_flows,
		.flow_idle_ns = dp->flow_idle_ns,
		.count_flows = dp->count_flows,
		.ops = wf_pool_ops(&dp->pool),
		.marks = dp->pool.marks,
		.tap = dp->tap,
	};
	struct wf_worker *w;
	cpu_set_t before;

	go_to(dp->cores.worker[index], &before);
	w = wf_worker_new(&params);
	if (w && assign_queues(dp, w) < 0) {
		wf_worker_free(w);
		w = NULL;
	}
	if (w)
		atomic_init(&w->capture.wanted,
			dp->capture ? wf_capture_tap(dp->capture, index) : NULL);
	if (CPU_COUNT(&before) > 0)
		sched_setaffinity(0, sizeof(before), &before);
	return w;
}

/* A ring for each ordered pair, known to both ends; the receiver's side frees it. */
static int
join_workers(struct wf_dp *dp)
{
	for (uint32_t from = 0; from < dp->cores.n_workers; from++) {
		for (uint32_t to = 0; to < dp->cores.n_workers; to++) {
			struct wf_handoff *r = from == to ? NULL : wf_handoff_new();

			if (from != to && !r)
				return -ENOMEM;
			dp->workers[from]->share.out[to] = r;
			dp->workers[to]->in[from] = r;
		}
	}
	return 0;
}

int
wf_dp_make_workers(struct wf_dp *dp, struct wf_err *err)
{
	int ret = wf_dp_totals_init(dp);

	dp->workers = calloc(dp->cores.n_workers, sizeof(struct wf_worker *));
	for (uint32_t i = 0; ret == 0 && dp->workers && i < dp->cores.n_workers; i++) {
		dp->workers[i] = make_worker(dp, i);
		if (!dp->workers[i])
			ret = -ENOMEM;
	}
	if (ret == 0 && dp->workers && join_workers(dp) == 0)
		return 0;
	wf_err_add(err, NULL, "Lower `memory`, `max_flows` or the number of workers",
		"no memory for the workers");
	return -ENOMEM;
}

void
wf_dp_free_workers(struct wf_dp *dp)
{
	for (uint32_t i = 0; dp->workers && i < dp->cores.n_workers; i++) {
		struct wf_worker *w = dp->workers[i];

		for (uint32_t from = 0; w && from < dp->cores.n_workers; from++)
			wf_handoff_free(w->in[from]);
		wf_worker_free(w);
	}
	free(dp->workers);
	dp->workers = NULL;
	wf_dp_totals_fini(dp);
	wf_swap_free(dp->swap);
	dp->swap = NULL;
}

/* Waits until all workers have made a turn in this phase. 0 or -ETIMEDOUT. */
static int
wait_for(const struct wf_dp *dp, enum wf_phase phase)
{
	wf_ns_t deadline_ns = wf_clock_ns(&dp->clock) + ANSWER_NS;

	for (uint32_t i = 0; i < dp->cores.n_workers; i++) {
		while (atomic_load_explicit(&dp->workers[i]->seen, memory_order_acquire) !=
			(int)phase) {
			if (wf_clock_ns(&dp->clock) > deadline_ns)
				return -ETIMEDOUT;
			sched_yield(); /* the worker may be on this very core */
		}
	}
	return 0;
}

static void
order(struct wf_dp *dp, enum wf_phase phase)
{
	atomic_store_explicit(&dp->orders.phase, (int)phase, memory_order_release);
}

/* A worker's thread. Without the capabilities it had, it still polls: the control thread will say.
 */
static int
work(void *arg)
{
	struct wf_worker *w = arg;

	if (w->drop_rights)
		wf_rights_keep(w->rights);
	return wf_worker_main(arg);
}

int
wf_dp_start(struct wf_dp *dp, struct wf_plan *plan, struct wf_err *err)
{
	int ret = 0;

	dp->swap = wf_swap_new(dp->cores.n_workers, plan);
	if (!dp->swap) {
		wf_plan_free(plan);
		return wf_err_add(err, NULL, NULL, "out of memory"), -ENOMEM;
	}
	dp->start_ns = wf_clock_ns(&dp->clock);
	ret = wf_dp_make_workers(dp, err);
	if (ret == 0 && wf_dp_totals_prepare(dp, plan) < 0)
		ret = wf_err_add(err, NULL, "Configure fewer classes", "out of memory");
	if (ret < 0) {
		wf_dp_free_workers(dp);
		return ret;
	}
	wf_dp_totals_adopt(dp, plan);
	dp->rights = wf_dp_rights_needed(dp);
	order(dp, WF_PHASE_RUN);
	dp->running = true;
	for (uint32_t i = 0; i < dp->cores.n_workers; i++) {
		/* EAL has the thread of lcore i + 1 waiting: this can't fail. */
		dp->workers[i]->drop_rights = dp->drop_rights;
		dp->workers[i]->rights = dp->rights;
		ret = rte_eal_remote_launch(work, dp->workers[i], i + 1);
		assert(ret == 0);
	}
	ret = wait_for(dp, WF_PHASE_RUN);
	if (ret < 0)
		wf_err_add(err, NULL, "Is the core taken by something else?",
			"a worker did not start within a second");
	dp->flowing_ns = wf_clock_ns(&dp->clock);
	wf_dp_marks_restart(dp, dp->flowing_ns); /* nothing is added up yet */
	return ret;
}

void
wf_dp_stop(struct wf_dp *dp, wf_ns_t drain_ns)
{
	if (!dp->running)
		return;
	for (uint32_t i = 0; i < dp->n_ports; i++)
		wf_port_freeze(&dp->ports[i]);
	order(dp, WF_PHASE_DRAIN);
	wait_for(dp, WF_PHASE_DRAIN); /* then no ring gets anything more */
	dp->orders.deadline_ns = wf_clock_ns(&dp->clock) + drain_ns;
	order(dp, WF_PHASE_FINISH);
	for (uint32_t i = 0; i < dp->cores.n_workers; i++)
		rte_eal_wait_lcore(i + 1);
	dp->running = false;
	for (uint32_t i = 0; i < dp->cores.n_workers; i++)
		wf_worker_drop_rest(dp->workers[i]);
	for (uint32_t i = 0; i < dp->n_ports; i++)
		wf_port_end(&dp->ports[i]);
	wf_dp_tell_files(dp);
}

uint32_t
wf_dp_workers(const struct wf_dp *dp)
{
	return dp->cores.n_workers;
}

bool
wf_dp_captures(const struct wf_dp *dp)
{
	for (uint32_t i = 0; dp->running && dp->workers && i < dp->cores.n_workers; i++) {
		const struct wf_worker_capture *c = &dp->workers[i]->capture;

		if (atomic_load_explicit(&c->seen, memory_order_acquire) !=
			atomic_load_explicit(&c->wanted, memory_order_relaxed))
			return false;
	}
	return true;
}

void
wf_dp_capture(struct wf_dp *dp, struct wf_capture *c)
{
	dp->capture = c;
	atomic_store_explicit(&dp->pool.marking, c != NULL, memory_order_relaxed);
	for (uint32_t i = 0; dp->workers && i < dp->cores.n_workers; i++)
		atomic_store_explicit(&dp->workers[i]->capture.wanted,
			c ? wf_capture_tap(c, i) : NULL, memory_order_release);
}

int
wf_dp_offer(struct wf_dp *dp, struct wf_plan *next)
{
	/* What was counted for classes whose slots change hands is added up before: a slot comes up
	 * again only many changes after its class has gone. */
	wf_dp_collect_begin(dp);
	/* What was counted until it was switched off does not go on. */
	if (next->count_flows && !wf_swap_current(dp->swap)->count_flows)
		for (uint32_t w = 0; w < dp->cores.n_workers; w++)
			wf_flow_accounts_reset(wf_pipe_accounts(dp->workers[w]->pipe));
	if (wf_dp_totals_prepare(dp, next) < 0 || wf_swap_offer(dp->swap, next) < 0) {
		wf_plan_free(next);
		return -ENOMEM;
	}
	wf_dp_totals_adopt(dp, next);
	return 0;
}

struct wf_dp_adoption
wf_dp_poll(struct wf_dp *dp)
{
	wf_ns_t now_ns = wf_clock_ns(&dp->clock), at_ns;
	struct wf_dp_adoption a = { .generation = wf_swap_generation(dp->swap) };

	a.from_ns = wf_swap_from(dp->swap, a.generation);
	for (uint32_t w = 0; w < dp->cores.n_workers; w++)
		if (wf_swap_adopted(dp->swap, w, &at_ns) == a.generation && at_ns > a.last_ns)
			a.last_ns = at_ns;
	a.more = wf_swap_poll(dp->swap, now_ns);
	return a;
}

wf_ns_t
wf_dp_now(const struct wf_dp *dp)
{
	return wf_clock_ns(&dp->clock);
}

double
wf_dp_tsc_hz(const struct wf_dp *dp)
{
	return dp->clock.hz;
}

wf_ns_t
wf_dp_wall(const struct wf_dp *dp, wf_ns_t ns)
{
	return dp->clock.start_realtime_ns + ns;
}

const struct wf_plan *
wf_dp_plan(const struct wf_dp *dp)
{
	return dp->swap ? wf_swap_current(dp->swap) : NULL;
}
