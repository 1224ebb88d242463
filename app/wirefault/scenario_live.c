/* SPDX-License-Identifier: BSD-3-Clause
 * Scenarios on the real clock. Plans are offered ahead of their time; snapshots cut the run into
 * stretches, more of them where a phase begins and ends. All of it in one thread that waits for
 * signals or the next instant.
 */
#include "scenario_live.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "scenario_command.h"
#include "scenario_until.h"
#include "scenario_watch.h"
#include "wf_device.h"
#include "wf_generator_args.h"
#include "wf_scenario_report.h"

#define BEGIN_NS (200 * WF_NS_PER_MS) /* from now to the start */
#define EVERY_NS (100 * WF_NS_PER_MS) /* between two snapshots */
#define QUICK_NS (10 * WF_NS_PER_MS)  /* while the first packet of a phase is waited for */
#define GUARD_NS (2 * WF_NS_PER_MS)   /* before a phase ends, the last snapshot of it */
#define DRAIN_NS (1200 * WF_NS_PER_MS)
#define REST_NS  (20 * WF_NS_PER_MS)

struct live {
	struct scenario *c;
	const struct wf_scenario *s;
	struct scenario_until until;
	struct scenario_tell *tell;
	struct wf_err *err;
	struct wf_dp *dp;
	struct wf_script_walk walk;
	struct wf_seen *seen;
	wf_ns_t start_ns, end_ns; /* by wf_dp_now */
	wf_ns_t *in_force_ns;     /* [script.n], since the start */
	struct wf_snapshot *last;
	wf_ns_t last_ns, next_ns;         /* not taken before; when the next one is to be taken */
	struct scenario_command *command; /* [s->n_traffic] */
	struct scenario_watch watch;
	bool waits; /* somebody expects a recovery */
	bool stopped, failed;
};

/* ---- Before it begins ---- */

static int
check_traffic(const struct wf_traffic *t, struct wf_err *err)
{
	char *device;
	struct wf_generator_spec spec;
	int rc = 0;

	if (t->kind == WF_TRAFFIC_COMMAND)
		return 0;
	if (t->start_ns != 0)
		rc = wf_err_add(err, &t->where, "Leave start out",
			"live, a port sends from the start of the run on");
	if (t->kind == WF_TRAFFIC_REPLAY)
		return rc;
	device = wf_traffic_device(t);
	if (device == NULL || wf_generator_parse(device, 0, &spec, &t->where, err) < 0)
		rc = -EINVAL;
	free(device);
	return rc;
}

int
scenario_live_check(const struct scenario *c, struct wf_err *err)
{
	const struct wf_scenario *s = c->s;
	bool commands = false;
	int rc = 0;

	for (uint32_t i = 0; i < s->n_traffic; i++) {
		commands |= s->traffic[i].kind == WF_TRAFFIC_COMMAND;
		if (check_traffic(&s->traffic[i], err) < 0)
			rc = -EINVAL;
	}
	if (s->end_ns == UINT64_MAX && !commands)
		rc = wf_err_add(err,
			&(struct wf_where){ s->source->file, s->source->line, s->name },
			"Give the scenario a duration",
			"neither it nor a command of its traffic has an end");
	for (uint32_t i = 0; i < s->n_expects; i++) {
		const struct wf_expect *e = &s->expect[i];
		const struct wf_where where = { s->source->file, e->line, e->name };

		if (e->measure == WF_MEASURE_jitter || e->measure == WF_MEASURE_reordering)
			rc = wf_err_add(err, &where,
				"Write --offline, or expect percentiles of the delay",
				"live, packets are counted, not followed one by one: %s is not "
				"measured",
				wf_measure_info[e->measure].name);
	}
	return rc;
}

/* ---- What happens ---- */

static wf_ns_t
since_start(const struct live *l)
{
	wf_ns_t now_ns = wf_dp_now(l->dp);

	return now_ns > l->start_ns ? now_ns - l->start_ns : 0;
}

/* All whose time is near. */
static int
offer_plans(struct live *l)
{
	const struct wf_script *script = &l->c->script;

	while (l->walk.next <= script->n && !l->stopped) {
		wf_ns_t at_ns = l->walk.next < script->n ? script->step[l->walk.next].change->at_ns
							 : l->s->end_ns;
		int rc;

		if (at_ns == UINT64_MAX ||
			l->start_ns + at_ns >
				wf_dp_now(l->dp) + scenario_until_lead(&l->until, l->s, at_ns))
			return 0;
		rc = wf_script_next(&l->walk, l->err);
		if (rc <= 0)
			return rc;
		if (wf_plan_arm(l->walk.setup->plan, l->err) < 0 ||
			wf_dp_check_carrier(l->dp, l->walk.setup->plan, l->err) < 0)
			return -EINVAL;
		if (wf_dp_offer(l->dp, wf_plan_hold(l->walk.setup->plan)) < 0)
			return wf_err_add(l->err, NULL, NULL, "out of memory");
		/* What came before a plan that is late was known has gone by the one before. */
		if (l->walk.next <= script->n)
			l->in_force_ns[l->walk.next - 1] =
				since_start(l) > at_ns ? since_start(l) : at_ns;
	}
	return 0;
}

static int
take_snapshot(struct live *l)
{
	wf_ns_t before_ns = wf_dp_now(l->dp);
	struct wf_snapshot *now = wf_dp_snapshot(l->dp);

	if (now == NULL)
		return wf_err_add(l->err, NULL, "Is its core taken by something else?",
			"a worker does not answer");
	if (l->last != NULL)
		wf_seen_stretch(l->seen, l->last, l->last_ns, now, wf_dp_now(l->dp));
	wf_snapshot_free(l->last);
	l->last = now;
	l->last_ns = before_ns;
	return 0;
}

/* Has a phase ended that may end early? */
static int
look_for_end(struct live *l)
{
	wf_ns_t now_ns = wf_dp_now(l->dp);
	int rc;

	if (now_ns < l->start_ns || l->until.phase == l->s->n_phases)
		return 0;
	rc = scenario_until_look(
		&l->until, l->c, l->walk.setup->plan, l->last, since_start(l), l->err);
	if (rc > 0 && l->s->end_ns != UINT64_MAX)
		l->end_ns = l->start_ns + l->s->end_ns;
	return rc;
}

/* When the next snapshot is to be taken: none may lie on both sides of where a phase begins. */
static wf_ns_t
next_look(const struct live *l)
{
	wf_ns_t now_ns = wf_dp_now(l->dp), next_ns = now_ns + EVERY_NS;
	uint32_t phase = wf_seen_phase(l->seen, now_ns);

	if (wf_seen_settles(l->seen, now_ns) || (l->waits && wf_seen_waits(l->seen, now_ns)) ||
		scenario_until_waits(&l->until, l->s, since_start(l)))
		next_ns = now_ns + QUICK_NS;
	if (phase != UINT32_MAX && l->s->phase[phase].end_ns != UINT64_MAX) {
		wf_ns_t end_ns = l->start_ns + l->s->phase[phase].end_ns;

		if (now_ns < end_ns - GUARD_NS && end_ns - GUARD_NS < next_ns)
			next_ns = end_ns - GUARD_NS;
		else if (end_ns < next_ns)
			next_ns = end_ns;
	}
	return next_ns < l->end_ns ? next_ns : l->end_ns;
}

/* Starts those whose time has come. Are all over? */
static bool
see_to_commands(struct live *l)
{
	wf_ns_t now_ns = wf_dp_now(l->dp);
	bool over = true;

	for (uint32_t i = 0; i < l->s->n_traffic; i++) {
		const struct wf_traffic *t = &l->s->traffic[i];
		struct scenario_command *c = &l->command[i];

		if (t->kind != WF_TRAFFIC_COMMAND)
			continue;
		if (c->pid == 0 && !c->over && now_ns >= l->start_ns + t->start_ns) {
			scenario_tell_command(l->tell, t->start_ns, t->text);
			l->failed |= scenario_command_start(c, t->text, l->err) < 0;
		}
		if (!c->over && scenario_command_over(c))
			scenario_tell_command_over(l->tell, since_start(l), t->text, c->status);
		over &= c->over;
	}
	return over;
}

static wf_ns_t
next_command_ns(const struct live *l)
{
	wf_ns_t next_ns = UINT64_MAX;

	for (uint32_t i = 0; i < l->s->n_traffic; i++)
		if (l->s->traffic[i].kind == WF_TRAFFIC_COMMAND && l->command[i].pid == 0 &&
			!l->command[i].over && l->start_ns + l->s->traffic[i].start_ns < next_ns)
			next_ns = l->start_ns + l->s->traffic[i].start_ns;
	return next_ns;
}

/* Until then, or a command is over (CHLD), or USR1 has come. true: INT or TERM came. */
static bool
rest_until(struct live *l, wf_ns_t until_ns)
{
	wf_ns_t now_ns = wf_dp_now(l->dp), rest_ns = until_ns > now_ns ? until_ns - now_ns : 0;
	struct timespec t;
	sigset_t set;
	int signal;

	rest_ns = rest_ns < REST_NS ? rest_ns : REST_NS;
	t = (struct timespec){ 0, (long)rest_ns };
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGCHLD);
	signal = sigtimedwait(&set, NULL, &t);
	if (signal == SIGUSR1)
		scenario_until_trigger(&l->until, l->s, since_start(l));
	return signal == SIGTERM || signal == SIGINT;
}

static int
turn(struct live *l)
{
	wf_ns_t next_ns;

	wf_dp_poll(l->dp);
	wf_dp_carrier(l->dp, l->err);
	scenario_watch_look(&l->watch);
	if (offer_plans(l) < 0)
		return -EINVAL;
	if (wf_dp_now(l->dp) >= l->next_ns) {
		if (take_snapshot(l) < 0 || look_for_end(l) < 0)
			return -EINVAL;
		l->next_ns = next_look(l);
	}
	scenario_tell_until(l->tell, since_start(l) + 1);
	if (see_to_commands(l) && l->s->end_ns == UINT64_MAX)
		l->end_ns = wf_dp_now(l->dp);
	next_ns = next_command_ns(l);
	if (rest_until(l, next_ns < l->next_ns ? next_ns : l->next_ns))
		l->stopped = true;
	return l->failed ? -EINVAL : 0;
}

/* From the start to the end. */
static int
go_through(struct live *l)
{
	int rc = 0;

	assert(l->walk.setup != NULL);
	l->seen = wf_seen_new(l->s, l->walk.setup->plan, wf_dp_now(l->dp));
	if (l->seen == NULL || wf_seen_live(l->seen) < 0)
		return wf_err_add(l->err, NULL, NULL, "out of memory");
	rc = scenario_watch_start(&l->watch, l->dp, l->c->loaded.conf, l->seen, l->err);
	l->start_ns = wf_dp_now(l->dp) + BEGIN_NS;
	wf_seen_begin(l->seen, l->start_ns);
	l->end_ns = l->seen->end_ns;
	l->walk.start_ns = l->next_ns = l->start_ns;
	scenario_until_begin(&l->until, l->s);
	if (rc == 0)
		rc = offer_plans(l);
	while (rc == 0 && wf_dp_now(l->dp) < l->start_ns && !l->stopped)
		l->stopped = rest_until(l, l->start_ns);
	/* What has been before is of no run. */
	if (rc == 0 && wf_dp_reset(l->dp) < 0)
		rc = wf_err_add(l->err, NULL, NULL, "a worker does not answer");
	scenario_tell_begin(l->tell, l->c, "live");
	while (rc == 0 && wf_dp_now(l->dp) < l->end_ns && !l->stopped)
		rc = turn(l);
	if (rc == 0)
		rc = take_snapshot(l);
	scenario_watch_end(&l->watch);
	return rc;
}

/* ---- What came of it ---- */

static json_t *
report(struct live *l)
{
	struct wf_scenario_command *commands = calloc(l->s->n_traffic + 1, sizeof(*commands));
	struct wf_scenario_result r = { .s = l->s,
		.script = &l->c->script,
		.base = l->c->loaded.tree,
		.plan = l->walk.setup->plan,
		.seed = l->c->loaded.seed,
		.mode = "live",
		.tsc_hz = wf_dp_tsc_hz(l->dp),
		.in_force_ns = l->in_force_ns,
		.seen = l->seen,
		.snap = l->last,
		.duration_ns = l->last_ns - l->start_ns,
		.cut = l->stopped,
		.command = commands };
	json_t *doc = NULL;

	assert(l->last != NULL && l->command != NULL);
	if (!l->stopped && l->s->end_ns != UINT64_MAX)
		r.duration_ns = l->s->end_ns;
	for (uint32_t i = 0; commands != NULL && i < l->s->n_traffic; i++)
		if (l->s->traffic[i].kind == WF_TRAFFIC_COMMAND)
			commands[r.n_commands++] =
				(struct wf_scenario_command){ .traffic = &l->s->traffic[i],
					.status = l->command[i].status,
					.output = scenario_command_output(&l->command[i]) };
	wf_seen_end(l->seen, l->start_ns + r.duration_ns);
	if (commands != NULL && !l->seen->out_of_memory && wf_scenario_judge(&r) == 0)
		doc = wf_scenario_json(&r);
	if (doc == NULL)
		wf_err_add(l->err, NULL, NULL, "out of memory");
	for (uint32_t i = 0; i < r.n_commands; i++)
		free(commands[i].output);
	free(commands);
	free(r.judged);
	return doc;
}

static int
start(struct live *l, const struct wf_dp_options *opt)
{
	const struct scenario *c = l->c;
	int rc = 0;

	for (uint32_t i = 0; i < l->s->n_expects; i++)
		l->waits |= l->s->expect[i].measure == WF_MEASURE_recovery;
	l->command = calloc(l->s->n_traffic + (size_t)1, sizeof(*l->command));
	/* A phase that ends early may make it a few more steps. */
	l->in_force_ns = calloc(WF_SCRIPT_STEPS + (size_t)1, sizeof(*l->in_force_ns));
	if (l->command == NULL || l->in_force_ns == NULL ||
		wf_device_resolve(c->loaded.conf, NULL) < 0)
		return wf_err_add(l->err, NULL, NULL, "out of memory");
	l->dp = wf_dp_new(c->loaded.conf, opt, l->err);
	if (l->dp == NULL)
		return -EINVAL;
	rc = wf_script_begin(&l->walk, &c->script, c->loaded.tree, 0, l->err);
	if (rc == 0)
		rc = wf_plan_arm(l->walk.setup->plan, l->err);
	if (rc == 0)
		rc = wf_dp_check_carrier(l->dp, l->walk.setup->plan, l->err);
	if (rc == 0)
		rc = wf_dp_start(l->dp, wf_plan_hold(l->walk.setup->plan), l->err);
	return rc;
}

json_t *
scenario_live_run(
	struct scenario *c, const struct wf_dp_options *opt, struct scenario_tell *tell, bool *cut)
{
	struct live l = { .c = c, .s = c->s, .tell = tell, .err = wf_err_new() };
	json_t *doc = NULL;
	int rc = l.err != NULL ? start(&l, opt) : -ENOMEM;

	if (rc == 0)
		rc = go_through(&l);
	for (uint32_t i = 0; l.command != NULL && i < c->s->n_traffic; i++)
		scenario_command_end(&l.command[i]);
	if (rc == 0)
		doc = report(&l);
	*cut = l.stopped;
	if (l.dp != NULL)
		wf_dp_stop(l.dp, DRAIN_NS);
	wf_err_print(l.err, stderr);
	wf_snapshot_free(l.last);
	wf_seen_free(l.seen);
	wf_script_end(&l.walk);
	wf_dp_free(l.dp);
	free(l.command);
	free(l.in_force_ns);
	wf_err_free(l.err);
	return doc;
}
