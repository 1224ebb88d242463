/* SPDX-License-Identifier: BSD-3-Clause
 * One run, step by step. Control thread.
 */
#include "live_run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "live_runs.h"
#include "wf_scenario_report.h"
#include "wf_units.h"

/* From now to the start: its first step is made at once. */
#define BEGIN_NS    (LIVE_RUNS_LEAD_NS + 50 * WF_NS_PER_MS)
#define PATIENCE_NS WF_NS_PER_S /* with workers that don't answer */
#define AGAIN_NS    WF_NS_PER_MS

static void tell(const struct live_run *run, struct wf_live *live, wf_ns_t at_ns, const char *fmt,
	...) __attribute__((format(printf, 4, 5)));

static void
tell(const struct live_run *run, struct wf_live *live, wf_ns_t at_ns, const char *fmt, ...)
{
	char text[300];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	wf_event_add(live->events, &(struct wf_event){ .kind = WF_EVENT_scenario,
					   .at_ns = wf_dp_monotonic(live->dp, at_ns),
					   .about = run->c->s->name,
					   .text = text });
}

void
live_run_fini(struct live_run *run)
{
	scenario_look_end(&run->look);
	free(run->in_force_ns);
	run->in_force_ns = NULL;
	json_decref(run->report);
	run->report = NULL;
	if (run->set == NULL || --run->set->references > 0)
		return;
	scenario_set_free(&run->set->scenarios);
	free(run->set);
	run->set = NULL;
}

/* What is done with when it is over; its names stay. */
static void
end(struct live_run *run, struct wf_live *live)
{
	if (run->counting)
		live_run_replays(live, run, false);
	scenario_look_end(&run->look);
	wf_script_fini(&run->c->script);
	free(run->in_force_ns);
	run->in_force_ns = NULL;
}

/* ---- From the start to the end ---- */

void
live_run_fail(struct live_run *run, struct wf_live *live, const char *why)
{
	wf_ns_t now_ns = wf_dp_now(live->dp);

	if (why != run->why)
		snprintf(run->why, sizeof(run->why), "%s", why);
	if (run->stage == WF_SCENARIO_RUNNING && !run->stopped && live_run_stop(run, live) < 0)
		return;
	if (run->look.start_ns != 0 && now_ns > run->look.start_ns)
		run->over_ns = now_ns - run->look.start_ns;
	run->stage = WF_SCENARIO_FAILED;
	tell(run, live, now_ns, "run %llu of scenario %s has no result: %s",
		(unsigned long long)run->id, run->c->s->name, run->why);
	end(run, live);
}

void
live_run_begin(struct live_run *run, struct wf_live *live)
{
	const struct wf_script *script = &run->c->script;
	struct wf_err *err = wf_err_new();
	char first[200];
	int rc = err != NULL ? 0 : -ENOMEM;

	run->in_force_ns = malloc((script->n + (size_t)1) * sizeof(*run->in_force_ns));
	if (run->in_force_ns == NULL)
		rc = -ENOMEM;
	else
		memset(run->in_force_ns, 0xff, script->n * sizeof(*run->in_force_ns));
	if (rc == 0)
		rc = scenario_look_new(&run->look, run->c->s, live->setup->plan, err);
	if (rc == 0)
		scenario_look_begin(&run->look, wf_dp_now(live->dp) + BEGIN_NS);
	scenario_until_begin(&run->until, run->c->s);
	run->first_override = live->setup->overrides.last_id + 1;
	run->stage = WF_SCENARIO_RUNNING;
	run->wall_ns = wf_dp_wall(live->dp, run->look.start_ns);
	if (rc == 0)
		rc = live_run_feed(run, live, err);
	if (rc == 0) {
		tell(run, live, run->look.start_ns, "run %llu of scenario %s begins; seed %llu",
			(unsigned long long)run->id, run->c->s->name,
			(unsigned long long)run->c->loaded.seed);
	} else {
		snprintf(first, sizeof(first), "it cannot begin: %s",
			wf_err_count(err) > 0 ? wf_err_item(err, 0)->message : strerror(-rc));
		live_run_fail(run, live, first);
	}
	wf_err_free(err);
}

/* Who is asked now, and does not answer for so long, never will. */
static wf_ns_t
wait_for_workers(struct live_run *run, struct wf_live *live)
{
	wf_ns_t now_ns = wf_dp_now(live->dp);

	if (run->patience_ns == 0)
		run->patience_ns = now_ns + PATIENCE_NS;
	if (now_ns < run->patience_ns)
		return now_ns + AGAIN_NS;
	live_run_fail(run, live, "a worker does not answer");
	return now_ns + AGAIN_NS;
}

/* What somebody has asked for before is of before: it is thrown away. false: not yet. */
static bool
drain(struct live_run *run, struct wf_live *live)
{
	struct wf_snapshot *old;

	if (run->asked_ns != 0)
		return true;
	old = wf_dp_snapshot_now(live->dp);
	if (old == NULL)
		return false;
	wf_snapshot_free(old);
	run->asked_ns = wf_dp_now(live->dp);
	return true;
}

/* What has been before is of no run. */
static bool
begin_counting(struct live_run *run, struct wf_live *live)
{
	if (!drain(run, live) || wf_dp_reset_now(live->dp) < 0)
		return false;
	run->asked_ns = run->patience_ns = 0;
	run->counting = true;
	wf_event_say(live->events, WF_EVENT_reset, NULL,
		"counters and histograms start again, with scenario %s", run->c->s->name);
	live_run_replays(live, run, true);
	return true;
}

/* Has a phase ended that may end before its time? */
static int
look_for_end(struct live_run *run, struct wf_live *live)
{
	const struct wf_scenario *s = run->c->s;
	uint32_t phase = run->until.phase;
	struct wf_err *err;
	int rc;

	if (phase == s->n_phases || run->stopped)
		return 0;
	err = wf_err_new();
	if (err == NULL)
		return -ENOMEM;
	rc = scenario_until_look(&run->until, run->c, live->setup->plan, run->look.last,
		wf_dp_now(live->dp) - run->look.start_ns, err);
	if (rc > 0) {
		rc = live_run_cut(run, live, s->phase[phase].end_ns, err);
		tell(run, live, run->look.start_ns + s->phase[phase].end_ns,
			"scenario %s: phase %s ends before its time: %s", s->name,
			s->phase[phase].name, wf_until_ends[s->phase[phase].ended_by]);
	}
	if (rc < 0)
		wf_event_warn(live->events, err);
	wf_err_free(err);
	return rc;
}

static bool
look(struct live_run *run, struct wf_live *live)
{
	struct wf_snapshot *now;

	if (!drain(run, live))
		return false;
	now = wf_dp_snapshot_now(live->dp);
	if (now == NULL)
		return false;
	scenario_look_add(&run->look, wf_live_capture_count(&live->capture, now), run->asked_ns,
		wf_dp_now(live->dp));
	run->asked_ns = run->patience_ns = 0;
	if (look_for_end(run, live) < 0)
		live_run_fail(run, live, "a phase cannot be ended");
	else
		scenario_look_again(&run->look, wf_dp_now(live->dp),
			scenario_until_waits(
				&run->until, run->c->s, wf_dp_now(live->dp) - run->look.start_ns));
	return true;
}

/* Each phase when it has begun. */
static void
tell_phases(struct live_run *run, struct wf_live *live, wf_ns_t now_ns)
{
	const struct wf_script *script = &run->c->script;

	while (run->passed < script->n) {
		const struct wf_script_step *step = &script->step[run->passed];
		wf_ns_t at_ns = run->look.start_ns + step->change->at_ns;

		if (at_ns > now_ns)
			return;
		if (step->begins && step->phase != UINT32_MAX)
			tell(run, live, at_ns, "scenario %s: phase %s", run->c->s->name,
				run->c->s->phase[step->phase].name);
		run->passed++;
	}
}

/* A step that another one has followed before it could begin has been in force for no time. */
static void
fill_gaps(struct live_run *run, wf_ns_t end_ns)
{
	assert(run->in_force_ns != NULL);
	for (uint32_t i = run->c->script.n; i-- > 0;)
		if (run->in_force_ns[i] == UINT64_MAX)
			run->in_force_ns[i] = end_ns;
		else
			end_ns = run->in_force_ns[i];
}

static void
report(struct live_run *run, struct wf_live *live)
{
	const struct scenario *c = run->c;
	bool open = c->s->end_ns == UINT64_MAX;
	struct wf_scenario_result r = { .s = c->s,
		.script = &c->script,
		.base = c->loaded.tree,
		.plan = live->setup->plan,
		.seed = c->loaded.seed,
		.mode = "live",
		.tsc_hz = wf_dp_tsc_hz(live->dp),
		.seen = run->look.seen,
		.snap = run->look.last,
		.in_force_ns = run->in_force_ns,
		.duration_ns = c->s->end_ns,
		.cut = run->stopped && !open };
	char at[WF_UNITS_TEXT];

	if (run->stopped)
		r.duration_ns = run->stop_ns - run->look.start_ns;
	run->over_ns = r.duration_ns;
	fill_gaps(run, r.duration_ns);
	wf_seen_end(run->look.seen, run->look.start_ns + r.duration_ns);
	if (!run->look.seen->out_of_memory && wf_scenario_judge(&r) == 0)
		run->report = wf_scenario_json(&r);
	free(r.judged);
	if (run->report == NULL) {
		live_run_fail(run, live, "out of memory");
		return;
	}
	run->stage = WF_SCENARIO_DONE;
	tell(run, live, run->look.start_ns + r.duration_ns,
		"run %llu of scenario %s has ended after %s: %s", (unsigned long long)run->id,
		c->s->name,
		wf_units_format_duration(r.duration_ns / WF_NS_PER_MS * WF_NS_PER_MS, at),
		wf_scenario_outcomes[r.outcome]);
	end(run, live);
}

static wf_ns_t
next_of(const struct live_run *run)
{
	const struct wf_script *script = &run->c->script;
	wf_ns_t next_ns = run->look.next_ns;

	if (run->passed < script->n) {
		wf_ns_t at_ns = run->look.start_ns + script->step[run->passed].change->at_ns;

		next_ns = at_ns < next_ns ? at_ns : next_ns;
	}
	return next_ns;
}

/* From the start to the last snapshot. */
static wf_ns_t
go_on(struct live_run *run, struct wf_live *live)
{
	wf_ns_t now_ns = wf_dp_now(live->dp);

	if (!run->counting) {
		if (now_ns < run->look.start_ns)
			return run->look.start_ns;
		if (!begin_counting(run, live))
			return wait_for_workers(run, live);
		now_ns = wf_dp_now(live->dp);
	}
	tell_phases(run, live, now_ns);
	if (run->stopped ? now_ns < run->stop_ns : now_ns < run->look.next_ns)
		return run->stopped ? run->stop_ns : next_of(run);
	if (!look(run, live))
		return wait_for_workers(run, live);
	if (*run->why != 0)
		return wf_dp_now(live->dp) + AGAIN_NS;
	if (run->look.last_ns >= (run->stopped ? run->stop_ns : run->look.end_ns))
		report(run, live);
	return next_of(run);
}

wf_ns_t
live_run_turn(struct live_run *run, struct wf_live *live)
{
	struct wf_err *err = wf_err_new();
	int rc = err == NULL ? -ENOMEM : run->stopped ? 0 : live_run_feed(run, live, err);

	wf_err_free(err);
	if (*run->why != 0)
		live_run_fail(run, live, run->why);
	else if (rc < 0 || live->failing)
		live_run_fail(run, live, "a change to come cannot be made");
	else if (run->stopped && !run->counting)
		live_run_fail(run, live, "it was stopped before it began");
	else
		return go_on(run, live);
	return wf_dp_now(live->dp) + AGAIN_NS;
}
