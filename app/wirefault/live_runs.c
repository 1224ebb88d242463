/* SPDX-License-Identifier: BSD-3-Clause
 * The list of runs, and the timer that takes the one whose turn it is further. Control thread.
 */
#include "live_runs.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "live_run.h"

#define KEPT 16 /* that are over */

struct live_runs {
	struct wf_live *live;
	struct event *timer;
	uint64_t last_id;
	uint32_t n;
	struct live_run *at; /* the oldest first; those that wait are the last ones */
};

static struct live_run *
current(const struct live_runs *r)
{
	for (uint32_t i = 0; i < r->n; i++)
		if (!live_run_over(&r->at[i]))
			return &r->at[i];
	return NULL;
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct live_runs *r = arg;
	struct live_run *run;

	while ((run = current(r)) != NULL) {
		wf_ns_t next_ns, now_ns;

		if (run->stage == WF_SCENARIO_WAITING)
			live_run_begin(run, r->live);
		if (live_run_over(run))
			continue;
		next_ns = live_run_turn(run, r->live);
		if (live_run_over(run))
			continue;
		now_ns = wf_dp_now(r->live->dp);
		wf_live_look_in(r->timer, next_ns > now_ns ? next_ns - now_ns : 0);
		return;
	}
}

struct live_runs *
live_runs_new(struct wf_live *live, struct event_base *base)
{
	struct live_runs *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->live = live;
	r->timer = evtimer_new(base, on_timer, r);
	if (r->timer != NULL)
		return r;
	free(r);
	return NULL;
}

void
live_runs_free(struct live_runs *r)
{
	if (r == NULL)
		return;
	event_free(r->timer);
	while (r->n > 0)
		live_run_fini(&r->at[--r->n]);
	free(r->at);
	free(r);
}

/* ---- While one runs ---- */

bool
live_runs_busy(const struct live_runs *r)
{
	const struct live_run *run = r != NULL ? current(r) : NULL;

	/* One that is stopped only counts what there was. */
	return run != NULL && !run->stopped;
}

int
live_runs_refuse(const struct live_runs *r, struct wf_err *err)
{
	if (!live_runs_busy(r))
		return 0;
	wf_err_add(err, NULL, "Stop it first: wfctl scenario stop", "scenario %s runs",
		current(r)->c->s->name);
	return -EBUSY;
}

bool
live_runs_have(const struct live_runs *r, uint64_t override)
{
	const struct live_run *run = r != NULL ? current(r) : NULL;

	return run != NULL && run->stage == WF_SCENARIO_RUNNING &&
	       override >= run->first_override && override < run->first_override + run->fed;
}

bool
live_runs_begun(struct live_runs *r, uint64_t override, wf_ns_t from_ns)
{
	struct live_run *run;

	if (!live_runs_have(r, override))
		return false;
	run = current(r);
	run->in_force_ns[override - run->first_override] = from_ns - run->look.start_ns;
	return true;
}

/* Nothing may be offered that lies behind an end which comes early. */
wf_ns_t
live_runs_offer_ns(const struct live_runs *r, wf_ns_t at_ns, wf_ns_t usual_ns)
{
	const struct live_run *run = live_runs_busy(r) ? current(r) : NULL;
	wf_ns_t lead_ns;

	if (run == NULL || run->stage != WF_SCENARIO_RUNNING || at_ns < run->look.start_ns)
		return usual_ns;
	lead_ns = scenario_until_lead(&run->until, run->c->s, at_ns - run->look.start_ns);
	return lead_ns < LIVE_RUNS_OFFER_NS ? lead_ns : LIVE_RUNS_OFFER_NS;
}

/* ---- What is asked for ---- */

static int
read_texts(const struct live_runs *r, const struct wf_ctl_run_order *o, struct scenario_set *set,
	struct wf_err *err)
{
	struct scenario_text *text = calloc(o->n_files, sizeof(*text));
	char seed[24];
	struct scenario_options opt = { .from = { .tree = r->live->setup->tree },
		.no_traffic = o->no_traffic };
	int rc;

	if (text == NULL)
		return -ENOMEM;
	for (uint32_t i = 0; i < o->n_files; i++)
		text[i] = (struct scenario_text){ o->file[i].name, o->file[i].text };
	if (o->seed_given) {
		snprintf(seed, sizeof(seed), "%llu", (unsigned long long)o->seed);
		opt.seed = seed;
	}
	rc = scenario_set_read_texts(set, text, o->n_files, &opt, err);
	for (uint32_t i = 0; i < set->n; i++)
		if (live_run_check(r->live, &set->at[i], err) < 0)
			rc = -EINVAL;
	free(text);
	return rc;
}

/* What stands stays as it is while a scenario runs. */
static int
check_standing(const struct live_runs *r, struct wf_err *err)
{
	const struct wf_overrides *list = &r->live->setup->overrides;
	char text[WF_CHANGE_TEXT];
	int rc = 0;

	for (uint32_t i = 0; i < list->n; i++) {
		if (list->at[i].merged && list->at[i].until_ns == UINT64_MAX)
			continue;
		wf_err_add(err, NULL, "Wait for it, or undo it", "\"%s\" begins or ends by itself",
			wf_change_format(list->at[i].change, text));
		rc = -EBUSY;
	}
	return rc;
}

static void
forget_oldest(struct live_runs *r)
{
	while (r->n > KEPT) {
		live_run_fini(&r->at[0]);
		r->n--;
		memmove(r->at, r->at + 1, r->n * sizeof(*r->at));
	}
}

/* Takes the set, which is without errors. */
static int
add_runs(struct live_runs *r, const struct scenario_set *set)
{
	struct live_run_set *shared = calloc(1, sizeof(*shared));
	struct live_run *more = realloc(r->at, (r->n + set->n + (size_t)1) * sizeof(*more));

	assert(set->n > 0); /* a file has one at least */
	if (more != NULL)
		r->at = more;
	if (shared == NULL || more == NULL) {
		free(shared);
		return -ENOMEM;
	}
	*shared = (struct live_run_set){ .references = set->n, .scenarios = *set };
	for (uint32_t i = 0; i < set->n; i++) {
		live_run_seed(&set->at[i]);
		r->at[r->n++] =
			(struct live_run){ .id = ++r->last_id, .set = shared, .c = &set->at[i] };
	}
	return 0;
}

int
live_runs_start(void *live, const struct wf_ctl_run_order *o, uint64_t *first, struct wf_err *err)
{
	struct live_runs *r = ((struct wf_live *)live)->runs;
	struct scenario_set set = { 0 };
	int rc = current(r) != NULL ? -EBUSY : 0;

	if (rc < 0)
		wf_err_add(err, NULL, "Wait for it, or stop it: wfctl scenario stop",
			"scenario %s runs", current(r)->c->s->name);
	if (rc == 0)
		rc = check_standing(r, err);
	if (rc == 0)
		rc = read_texts(r, o, &set, err);
	*first = r->last_id + 1;
	if (rc == 0)
		forget_oldest(r);
	if (rc == 0)
		rc = add_runs(r, &set);
	if (rc < 0)
		scenario_set_free(&set);
	else
		wf_live_look_in(r->timer, 0);
	return rc;
}

int
live_runs_stop(void *live, uint64_t id)
{
	struct live_runs *r = ((struct wf_live *)live)->runs;
	int rc = id == 0 ? 0 : -ENOENT;

	/* From the last one on, so that none begins meanwhile. */
	for (uint32_t i = r->n; i-- > 0;) {
		struct live_run *run = &r->at[i];

		if (id != 0 && run->id != id)
			continue;
		if (live_run_over(run) || run->stopped) {
			rc = id == 0 ? rc : -EALREADY;
			continue;
		}
		rc = 0;
		if (run->stage == WF_SCENARIO_WAITING)
			live_run_fail(run, r->live, "it was stopped before it began");
		else
			rc = live_run_stop(run, r->live);
		if (rc < 0)
			return rc;
	}
	wf_live_look_in(r->timer, 0);
	return rc;
}

int
live_runs_trigger(void *live, uint64_t id)
{
	struct live_runs *r = ((struct wf_live *)live)->runs;
	struct live_run *run = current(r);
	wf_ns_t now_ns = wf_dp_now(r->live->dp);

	if (run == NULL || run->id != id || !run->counting || run->stopped ||
		!scenario_until_waits(&run->until, run->c->s, now_ns - run->look.start_ns) ||
		!run->c->s->phase[run->until.phase].until.trigger)
		return -EALREADY;
	scenario_until_trigger(&run->until, run->c->s, now_ns - run->look.start_ns);
	run->look.next_ns = now_ns;
	wf_live_look_in(r->timer, 0);
	return 0;
}

bool
live_runs_look(void *live, uint32_t index, struct wf_scenario_state *out)
{
	const struct live_runs *r = ((struct wf_live *)live)->runs;
	const struct live_run *run;
	wf_ns_t now_ns = wf_dp_now(r->live->dp), start_ns;

	if (index >= r->n)
		return false;
	run = &r->at[index];
	*out = (struct wf_scenario_state){ .id = run->id,
		.stage = run->stage,
		.s = run->c->s,
		.plan = r->live->setup->plan,
		.seed = run->c->loaded.seed,
		.elapsed_ns = run->over_ns,
		.begun_ns = run->over_ns != 0 ? run->wall_ns : 0,
		.report = run->report,
		.why = *run->why != 0 ? run->why : NULL };
	start_ns = run->look.start_ns;
	if (run->stage == WF_SCENARIO_RUNNING && start_ns != 0 && now_ns >= start_ns) {
		out->seen = run->look.seen;
		out->elapsed_ns = now_ns - start_ns;
		out->begun_ns = run->wall_ns;
	}
	return true;
}
