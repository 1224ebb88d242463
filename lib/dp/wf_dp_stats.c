/* SPDX-License-Identifier: BSD-3-Clause
 * Numbers come up here: turns the workers' banks, adds them to the totals, and makes snapshots.
 * Control thread.
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wf_dp_private.h"
#include "wf_flow_account.h"
#include "wf_plan_on_time.h"
#include "wf_telemetry.h"

#define ANSWER_NS WF_NS_PER_S
/* A worker that polls answers within so long. */
#define AT_ONCE_NS (100 * WF_NS_PER_US)
/* Nobody has looked for so long: an answer is of then. */
#define OLD_NS (20 * WF_NS_PER_MS)

int
wf_dp_totals_init(struct wf_dp *dp)
{
	struct wf_dp_totals *t = &dp->totals;

	t->dir = calloc(dp->n_dirs, sizeof(*t->dir));
	t->on_time_ns = calloc(dp->n_dirs, sizeof(*t->on_time_ns));
	t->class = calloc(WF_PLAN_MAX_SLOTS, sizeof(*t->class));
	t->times = calloc(WF_PLAN_MAX_SLOTS, sizeof(struct wf_class_times *));
	t->class_uid = calloc(WF_PLAN_MAX_SLOTS, sizeof(*t->class_uid));
	t->worker = calloc(dp->cores.n_workers, sizeof(*t->worker));
	t->cpu_ns = calloc(dp->cores.n_workers, sizeof(*t->cpu_ns));
	if (!t->dir || !t->on_time_ns || !t->class || !t->times || !t->class_uid || !t->worker ||
		!t->cpu_ns)
		return -ENOMEM;
	for (uint32_t d = 0; d < dp->n_dirs; d++) {
		wf_dir_stats_init(&t->dir[d]);
		t->on_time_ns[d] = UINT64_MAX;
	}
	return wf_dp_marks_init(dp);
}

void
wf_dp_totals_fini(struct wf_dp *dp)
{
	free(dp->totals.dir);
	free(dp->totals.on_time_ns);
	free(dp->totals.class);
	for (uint32_t s = 0; dp->totals.times && s < WF_PLAN_MAX_SLOTS; s++)
		free(dp->totals.times[s]);
	free(dp->totals.times);
	free(dp->totals.class_uid);
	wf_dp_marks_fini(dp);
	free(dp->totals.worker);
	free(dp->totals.cpu_ns);
	memset(&dp->totals, 0, sizeof(dp->totals));
}

int
wf_dp_totals_prepare(struct wf_dp *dp, const struct wf_plan *plan)
{
	struct wf_dp_totals *t = &dp->totals;

	for (uint32_t i = 0; i < dp->cores.n_workers; i++)
		if (wf_pipe_prepare(dp->workers[i]->pipe, plan) < 0)
			return -ENOMEM;
	for (uint32_t d = 0; d < plan->n_dirs; d++) {
		const struct wf_plan_dir *dir = &plan->dir[d];

		for (uint32_t c = 0; dir->n_classes > 1 && c < dir->n_classes; c++) {
			struct wf_class_times **times = &t->times[dir->classes[c].slot];

			if (!*times)
				*times = wf_class_times_new();
			if (!*times)
				return -ENOMEM;
		}
	}
	return 0;
}

static void
restart_class(struct wf_dp *dp, uint32_t slot)
{
	struct wf_dp_totals *t = &dp->totals;

	wf_dp_marks_restart_class(dp, slot);
	memset(&t->class[slot], 0, sizeof(t->class[slot]));
	if (t->times[slot])
		wf_class_times_clear(t->times[slot]);
}

void
wf_dp_totals_adopt(struct wf_dp *dp, const struct wf_plan *plan)
{
	struct wf_dp_totals *t = &dp->totals;

	for (uint32_t d = 0; d < plan->n_dirs; d++) {
		wf_ns_t on_time_ns = wf_plan_on_time_ns(&plan->dir[d]);

		if (on_time_ns < t->on_time_ns[d])
			t->on_time_ns[d] = on_time_ns;
		for (uint32_t c = 0; c < plan->dir[d].n_classes; c++) {
			const struct wf_plan_class *k = &plan->dir[d].classes[c];

			if (t->class_uid[k->slot] == k->uid)
				continue;
			restart_class(dp, k->slot);
			t->class_uid[k->slot] = k->uid;
		}
	}
	if (plan->n_slots > t->n_slots)
		t->n_slots = plan->n_slots;
}

static void
add_worker(struct wf_worker_stats *sum, const struct wf_worker_stats *w)
{
	sum->loops += w->loops;
	sum->busy_cycles += w->busy_cycles;
	sum->total_cycles += w->total_cycles;
	if (w->stall_max_ns > sum->stall_max_ns)
		sum->stall_max_ns = w->stall_max_ns;
}

/* Adds a worker's closed bank to the totals and clears it. */
static void
add_bank(struct wf_dp *dp, uint32_t worker, struct wf_bank *bank)
{
	struct wf_dp_totals *t = &dp->totals;

	for (uint32_t d = 0; d < dp->n_dirs; d++) {
		wf_dir_stats_merge(&t->dir[d], &bank->dir[d]);
		wf_dir_stats_init(&bank->dir[d]);
	}
	for (uint32_t s = 0; s < t->n_slots; s++) {
		struct wf_class_times *times = wf_bank_times(bank, s);

		wf_class_stats_merge(&t->class[s], &bank -> class[s]);
		if (!times)
			continue;
		if (t->times[s])
			wf_class_times_merge(t->times[s], times);
		wf_class_times_clear(times);
	}
	memset(bank->class, 0, t->n_slots * sizeof(bank->class[0]));
	add_worker(&t->worker[worker], &bank->worker);
	memset(&bank->worker, 0, sizeof(bank->worker));
}

/* Asks every worker to turn its banks. A question that is still open is as good. */
static void
ask(struct wf_dp *dp)
{
	for (uint32_t i = 0; !dp->totals.asked && i < dp->cores.n_workers; i++)
		wf_stats_ask(dp->workers[i]->stats);
	dp->totals.asked = true;
}

/* Have all done so? Workers that have stopped can't be asked; then their banks are the control
 * thread's to turn. */
static bool
answered(struct wf_dp *dp)
{
	for (uint32_t i = 0; i < dp->cores.n_workers; i++) {
		struct wf_worker *w = dp->workers[i];

		if (!dp->running && wf_stats_turn_wanted(w->stats))
			wf_pipe_turn_stats(w->pipe, wf_clock_ns(&dp->clock));
		if (!wf_stats_turned(w->stats))
			return false;
	}
	return true;
}

static void
add_banks(struct wf_dp *dp)
{
	struct wf_dp_totals *t = &dp->totals;

	for (uint32_t d = 0; d < dp->n_dirs; d++)
		t->dir[d].held = (struct wf_count){ 0, 0 };
	for (uint32_t s = 0; s < t->n_slots; s++)
		t->class[s].flows = 0;
	for (uint32_t i = 0; i < dp->cores.n_workers; i++)
		add_bank(dp, i, wf_stats_idle(dp->workers[i]->stats));
	t->asked = false;
}

int
wf_dp_collect(struct wf_dp *dp)
{
	wf_ns_t deadline_ns = wf_clock_ns(&dp->clock) + ANSWER_NS;

	wf_dp_collect_begin(dp);
	while (!answered(dp)) {
		if (wf_clock_ns(&dp->clock) > deadline_ns)
			return -ETIMEDOUT;
		sched_yield(); /* the worker may be on this very core */
	}
	add_banks(dp);
	return 0;
}

/* As wf_dp_collect, of a question that may be asked again and again until it is answered. 0 or
 * -EAGAIN. */
static int
collect_now(struct wf_dp *dp)
{
	wf_ns_t now_ns = wf_clock_ns(&dp->clock), deadline_ns = now_ns + AT_ONCE_NS;
	bool old = now_ns - dp->totals.looked_ns > OLD_NS;

	dp->totals.looked_ns = now_ns;
	if (old)
		wf_dp_collect_begin(dp);
	else
		ask(dp);
	while (!answered(dp)) {
		if (wf_clock_ns(&dp->clock) > deadline_ns)
			return -EAGAIN;
		sched_yield(); /* the worker may be on this very core */
	}
	add_banks(dp);
	return 0;
}

void
wf_dp_collect_begin(struct wf_dp *dp)
{
	if (dp->totals.asked && answered(dp))
		add_banks(dp); /* of a cut some time ago */
	ask(dp);
}

static int
fill_dir(const struct wf_dp *dp, const struct wf_plan *plan, uint32_t dir, struct wf_snap_dir *out)
{
	const struct wf_plan_dir *d = &plan->dir[dir];

	out->s = dp->totals.dir[dir];
	out->on_time_ns = dp->totals.on_time_ns[dir];
	if (wf_snapshot_classes(out, d->n_classes) < 0)
		return -ENOMEM;
	for (uint32_t c = 0; c < d->n_classes; c++) {
		snprintf(out->classes[c].name, WF_NAME_MAX, "%s", d->classes[c].about->name);
		out->classes[c].s = dp->totals.class[d->classes[c].slot];
		if (wf_snapshot_times(&out->classes[c], dp->totals.times[d->classes[c].slot]) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int
fill_link(
	const struct wf_dp *dp, const struct wf_plan *plan, uint32_t link, struct wf_snap_link *out)
{
	const struct wf_dp_link *l = &dp->links[link];

	snprintf(out->name, WF_NAME_MAX, "%s", l->name);
	for (uint32_t side = 0; side < 2; side++) {
		snprintf(out->port[side], WF_NAME_MAX, "%s", dp->ports[l->port[side]].name);
		if (fill_dir(dp, plan, 2 * link + side, &out->dir[side]) < 0)
			return -ENOMEM;
	}
	return 0;
}

static void
fill_worker(const struct wf_dp *dp, uint32_t i, struct wf_snap_worker *out)
{
	const struct wf_worker_stats *s = &dp->totals.worker[i];

	out->lcore = dp->cores.worker[i];
	out->shares_core = dp->cores.shared;
	out->idle = wf_idle_names[dp->idle];
	out->loops = s->loops;
	out->stall_max_ns = s->stall_max_ns;
	out->cpu_ns = wf_worker_cpu_ns(dp->workers[i]) - dp->totals.cpu_ns[i];
	out->busy_ratio = s->total_cycles ? (double)s->busy_cycles / (double)s->total_cycles : 0;
}

/* Of what has been collected. */
static struct wf_snapshot *
fill(struct wf_dp *dp)
{
	const struct wf_plan *plan; /* in force, which the newest may not be yet */
	struct wf_snapshot *s;
	wf_ns_t now_ns;

	s = wf_snapshot_new(dp->n_links, dp->n_ports, dp->cores.n_workers);
	if (!s)
		return NULL;
	now_ns = wf_clock_ns(&dp->clock);
	plan = wf_plan_at(wf_dp_plan(dp), now_ns);
	s->live = true;
	s->time_ns = dp->clock.start_realtime_ns + now_ns;
	s->uptime_ns = now_ns - dp->flowing_ns;
	s->generation = wf_swap_generation(dp->swap);
	s->seed = plan->seed;
	for (uint32_t i = 0; i < dp->n_links; i++) {
		if (fill_link(dp, plan, i, &s->links[i]) < 0) {
			wf_snapshot_free(s);
			return NULL;
		}
	}
	wf_dp_marks_fill(dp, plan, now_ns, s);
	for (uint32_t i = 0; i < dp->n_ports; i++)
		wf_port_snapshot(&dp->ports[i], &s->ports[i]);
	for (uint32_t i = 0; i < dp->cores.n_workers; i++)
		fill_worker(dp, i, &s->workers[i]);
	s->pool_size = dp->pool.n;
	s->pool_in_use = wf_pool_in_use(&dp->pool);
	wf_snapshot_judge(s);
	return s;
}

struct wf_replay *
wf_dp_replay(struct wf_dp *dp, uint32_t port, const char **name)
{
	if (port >= dp->n_ports)
		return NULL;
	*name = dp->ports[port].name;
	return wf_port_replay(&dp->ports[port]);
}

struct wf_snapshot *
wf_dp_snapshot(struct wf_dp *dp)
{
	return dp->workers && wf_dp_collect(dp) == 0 ? fill(dp) : NULL;
}

struct wf_snapshot *
wf_dp_snapshot_now(struct wf_dp *dp)
{
	return dp->workers && collect_now(dp) == 0 ? fill(dp) : NULL;
}

/* What is on its way counts as received after the reset, so that the sum still holds. */
static void
restart_dir(struct wf_dir_stats *d)
{
	struct wf_count held = d->held;
	struct wf_count ring = { d->handed_out.packets - d->handed_in.packets,
		d->handed_out.bytes - d->handed_in.bytes };

	wf_dir_stats_init(d);
	d->held = held;
	d->handed_out = ring;
	d->c.rx.packets = held.packets + ring.packets;
	d->c.rx.bytes = held.bytes + ring.bytes;
}

/* Of the plan in force, or of one that is offered ahead of its time. */
static wf_ns_t
earliest_on_time(const struct wf_dp *dp, uint32_t dir)
{
	const struct wf_plan *newest = wf_dp_plan(dp);
	const struct wf_plan *now = wf_plan_at(newest, wf_clock_ns(&dp->clock));
	wf_ns_t a = wf_plan_on_time_ns(&newest->dir[dir]), b = wf_plan_on_time_ns(&now->dir[dir]);

	return a < b ? a : b;
}

/* What has been collected is the last of before. */
static void
restart(struct wf_dp *dp)
{
	struct wf_dp_totals *t = &dp->totals;

	for (uint32_t d = 0; d < dp->n_dirs; d++) {
		restart_dir(&t->dir[d]);
		t->on_time_ns[d] = earliest_on_time(dp, d);
	}
	for (uint32_t s = 0; s < WF_PLAN_MAX_SLOTS; s++)
		restart_class(dp, s);
	memset(t->worker, 0, dp->cores.n_workers * sizeof(*t->worker));
	for (uint32_t i = 0; i < dp->cores.n_workers; i++) {
		t->cpu_ns[i] = wf_worker_cpu_ns(dp->workers[i]);
		wf_flow_accounts_reset(wf_pipe_accounts(dp->workers[i]->pipe));
	}
	for (uint32_t i = 0; i < dp->n_ports; i++)
		wf_port_reset(&dp->ports[i]);
	wf_dp_marks_restart(dp, wf_clock_ns(&dp->clock));
}

const struct wf_flow_accounts *
wf_dp_flow_accounts(const struct wf_dp *dp, uint32_t worker)
{
	return dp->workers && worker < dp->cores.n_workers
		       ? wf_pipe_accounts(dp->workers[worker]->pipe)
		       : NULL;
}

int
wf_dp_reset(struct wf_dp *dp)
{
	int ret = dp->workers ? wf_dp_collect(dp) : -EINVAL;

	if (ret == 0)
		restart(dp);
	return ret;
}

int
wf_dp_reset_now(struct wf_dp *dp)
{
	int ret = dp->workers ? collect_now(dp) : -EINVAL;

	if (ret == 0)
		restart(dp);
	return ret;
}

void
wf_dp_telemetry(struct wf_dp *dp, const struct wf_snapshot *snap)
{
	if (dp->telemetry)
		wf_telemetry_update(snap);
}
