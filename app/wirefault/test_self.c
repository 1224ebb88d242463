/* SPDX-License-Identifier: BSD-3-Clause
 * The measurements of `wirefault test self`: one data path, whose plan is in turn that of a plain
 * wire and that of the link, so that ports, memory, caches and neighbours are the same for both.
 * Control thread.
 */
#include "test_self.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "interrupt.h"

#define LOOK_NS (20 * WF_NS_PER_MS)
/* Between two looks whether every worker has adopted a plan, and how many at most. */
#define ADOPT_NS    WF_NS_PER_MS
#define ADOPT_LOOKS 5000
/* Until something leaves the link, or nothing is left of it: longer than any delay worth a test. */
#define SETTLE_LOOKS 500
/* Held at a time by a wire. */
#define WIRE_HELD 4096

static int
no_answer(struct wf_err *err)
{
	wf_err_add(err, NULL, "Is its core taken by something else?", "a worker does not answer");
	return -ETIMEDOUT;
}

/* Come, held, and gone one way or another. */
static void
count(const struct wf_snapshot *snap, uint64_t *rx, uint64_t *held, uint64_t *gone)
{
	*rx = *held = *gone = 0;
	for (int side = 0; side < 2; side++) {
		const struct wf_snap_dir *d = &snap->links[0].dir[side];

		*rx += d->s.c.rx.packets;
		*held += d->queued.packets;
		*gone += d->s.c.tx.packets;
		for (int i = 1; i < WF_DROP_COUNT; i++)
			*gone += d->s.c.dropped[i].packets;
	}
}

/* Until the plan that was before is no longer felt: of a link something has left, and all flows
 * have been seen; a wire has nothing left of it. */
static int
settle(const struct wf_self *s, struct wf_dp *dp, bool wire, struct wf_err *err)
{
	for (int i = 0; i < SETTLE_LOOKS; i++) {
		struct wf_snapshot *snap;
		uint64_t rx, held, gone;
		int rc = wf_interrupt_wait(LOOK_NS);

		if (rc < 0)
			return rc;
		snap = wf_dp_snapshot(dp);
		if (snap == NULL)
			return no_answer(err);
		count(snap, &rx, &held, &gone);
		wf_snapshot_free(snap);
		if (wire ? held <= WIRE_HELD : gone > 0 && rx >= s->warm)
			return 0;
	}
	return 0; /* whatever holds packets for so long: what is measured includes it */
}

/* From the one plan to the other: until every worker has it, and nobody the one before. */
static int
change(struct wf_dp *dp, const struct wf_loaded *to, struct wf_err *err)
{
	struct wf_plan *plan = wf_plan_compile(to->conf, to->seed, wf_dp_plan(dp), err);
	int rc = 0;

	if (plan == NULL)
		return -EINVAL;
	if (wf_plan_arm(plan, err) < 0) {
		wf_plan_free(plan);
		return -EINVAL;
	}
	plan->from_ns = wf_dp_now(dp) + ADOPT_NS;
	if (wf_dp_offer(dp, plan) < 0)
		return wf_err_add(err, NULL, NULL, "out of memory");
	for (int i = 0; i < ADOPT_LOOKS && rc == 0; i++) {
		rc = wf_interrupt_wait(ADOPT_NS);
		if (rc == 0 && !wf_dp_poll(dp).more)
			return wf_dp_reset(dp) < 0 ? no_answer(err) : 0;
	}
	return rc < 0 ? rc : no_answer(err);
}

/* From here on everything counts, for so long. NULL with reasons, or without: interrupted. */
static struct wf_snapshot *
measure(struct wf_dp *dp, wf_ns_t ns, struct wf_self_phase *out, struct wf_err *err)
{
	struct wf_snapshot *snap;
	double packets = 0, cpu_ns = 0;

	if (wf_dp_reset(dp) < 0)
		return no_answer(err), NULL;
	if (wf_interrupt_wait(ns) < 0)
		return NULL;
	snap = wf_dp_snapshot(dp);
	if (snap == NULL)
		return no_answer(err), NULL;
	for (int side = 0; side < 2; side++)
		packets += (double)snap->links[0].dir[side].since_reset.rx.packets;
	for (uint32_t i = 0; i < snap->n_workers; i++)
		cpu_ns += (double)snap->workers[i].cpu_ns * snap->workers[i].busy_ratio;
	out->pps = packets / ((double)snap->since_reset_ns / 1e9);
	out->ns = packets > 0 ? cpu_ns / packets : 0;
	return snap;
}

/* Adds what the link's measurement counted. */
static void
keep(struct wf_self *s, struct wf_snapshot *snap)
{
	for (int side = 0; side < 2; side++) {
		wf_dir_stats_merge(&s->dir[side], &snap->links[0].dir[side].s);
		s->queued[side] = snap->links[0].dir[side].queued;
	}
	if (snap->trustworthy || !s->trustworthy)
		return;
	s->trustworthy = false;
	s->reasons = snap->reasons;
	s->n_reasons = snap->n_reasons;
	snap->reasons = NULL;
	snap->n_reasons = 0;
}

static int
run_round(struct wf_self *s, struct wf_dp *dp, wf_ns_t ns, struct wf_err *err)
{
	struct wf_snapshot *snap = NULL;
	int rc = change(dp, &s->wire, err);

	if (rc == 0)
		rc = settle(s, dp, true, err);
	if (rc == 0 && (snap = measure(dp, ns, &s->as_wire[s->done], err)) == NULL)
		rc = -EINTR;
	wf_snapshot_free(snap);
	snap = NULL;
	if (rc == 0)
		rc = change(dp, &s->link, err);
	if (rc == 0)
		rc = settle(s, dp, false, err);
	if (rc == 0 && (snap = measure(dp, ns, &s->as_link[s->done], err)) == NULL)
		rc = -EINTR;
	if (snap != NULL) {
		keep(s, snap);
		s->done++;
	}
	wf_snapshot_free(snap);
	return rc;
}

int
wf_self_run(struct wf_self *s, const struct wf_dp_options *opt, struct wf_err *err)
{
	struct wf_plan *plan = wf_plan_compile(s->wire.conf, s->wire.seed, NULL, err);
	struct wf_dp *dp = plan != NULL ? wf_dp_new(s->wire.conf, opt, err) : NULL;
	int rc = -EINVAL;

	if (dp == NULL || wf_plan_arm(plan, err) < 0) {
		wf_plan_free(plan);
		wf_dp_free(dp);
		return -EINVAL;
	}
	wf_dp_describe(dp, s->setup, sizeof(s->setup));
	s->n_workers = s->wire.conf->n_workers != 0 ? s->wire.conf->n_workers : 1;
	s->trustworthy = true;
	for (int side = 0; side < 2; side++)
		wf_dir_stats_init(&s->dir[side]);
	rc = wf_dp_start(dp, plan, err);
	for (uint32_t i = 0; i < s->rounds && rc == 0; i++)
		rc = run_round(s, dp, s->duration_ns / s->rounds / 2, err);
	wf_dp_stop(dp, 0);
	wf_dp_free(dp);
	return rc;
}
