/* SPDX-License-Identifier: BSD-3-Clause
 * A run that goes on, as JSON. Control threads only.
 */
#include "wf_scenario_state.h"

#include "wf_json.h"
#include "wf_scenario_report.h"
#include "wf_seen.h"

const char *const wf_scenario_stages[] = { "waiting", "running", "done", "failed" };

/* Times that there are not are null. */
static json_t *
time_json(wf_ns_t ns)
{
	return ns <= INT64_MAX ? json_integer((json_int_t)ns) : json_null();
}

/* ---- Where it is ---- */

static const struct wf_phase *
phase_now(const struct wf_scenario_state *s)
{
	for (uint32_t i = 0;
		s->stage == WF_SCENARIO_RUNNING && s->begun_ns != 0 && i < s->s->n_phases; i++)
		if (s->s->phase[i].start_ns <= s->elapsed_ns &&
			s->elapsed_ns < s->s->phase[i].end_ns)
			return &s->s->phase[i];
	return NULL;
}

static json_t *
faults_now(const struct wf_scenario_state *s)
{
	json_t *list = json_array();

	for (uint32_t i = 0;
		s->stage == WF_SCENARIO_RUNNING && s->begun_ns != 0 && i < s->s->n_faults; i++)
		if (wf_windows_have(&s->s->fault[i].when, s->elapsed_ns))
			json_array_append_new(list, json_string(s->s->fault[i].name));
	return list;
}

/* Shares of the way, where it has an end. */
static void
add_progress(json_t *j, const struct wf_scenario_state *s)
{
	bool over = s->stage == WF_SCENARIO_DONE || s->stage == WF_SCENARIO_FAILED;
	wf_ns_t end_ns = s->s->end_ns, left_ns = UINT64_MAX;
	json_t *percent = json_null();

	if (end_ns != UINT64_MAX && !over) {
		left_ns = end_ns > s->elapsed_ns ? end_ns - s->elapsed_ns : 0;
		json_decref(percent);
		percent = json_real(100 * (double)(end_ns - left_ns) / (double)end_ns);
	}
	json_object_set_new(j, "duration_ns", time_json(end_ns));
	json_object_set_new(j, "elapsed_ns", time_json(s->elapsed_ns));
	json_object_set_new(j, "progress_percent", percent);
	json_object_set_new(j, "eta_ns", time_json(left_ns));
}

static json_t *
phases_json(const struct wf_scenario *s)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < s->n_phases; i++) {
		const struct wf_phase *p = &s->phase[i];
		json_t *j = json_pack("{s:s,s:i,s:o,s:o,s:b}", "name", p->name, "round",
			(int)p->round, "start_ns", time_json(p->start_ns), "end_ns",
			time_json(p->end_ns), "ramps", p->ramps);
		char until[WF_UNTIL_TEXT];

		if (p->has_until)
			json_object_set_new(
				j, "until", wf_json_text(wf_until_text(&p->until, until)));
		if (p->has_until && p->ended_by != WF_UNTIL_OPEN)
			json_object_set_new(j, "ended_by", json_string(wf_until_ends[p->ended_by]));
		json_array_append_new(list, j);
	}
	return list;
}

static json_t *
windows_json(const struct wf_scenario *s)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < s->n_faults; i++)
		for (uint32_t k = 0; k < s->fault[i].when.n; k++)
			json_array_append_new(list,
				json_pack("{s:s,s:o,s:o}", "fault", s->fault[i].name, "start_ns",
					time_json(s->fault[i].when.at[k].start_ns), "end_ns",
					time_json(s->fault[i].when.at[k].end_ns)));
	return list;
}

/* ---- What can be said of what is expected ---- */

struct scope {
	wf_ns_t start_ns, end_ns; /* of the first phase of the name, of the last one; of the run */
};

static struct scope
scope_of(const struct wf_scenario *s, const struct wf_expect *e)
{
	struct scope scope = { 0, s->end_ns };
	bool first = true;

	if (*e->phase == 0)
		return scope;
	for (uint32_t i = 0; i < s->n_phases; i++) {
		if (strcmp(s->phase[i].name, e->phase) != 0)
			continue;
		if (first)
			scope.start_ns = s->phase[i].start_ns;
		scope.end_ns = s->phase[i].end_ns < s->end_ns ? s->phase[i].end_ns : s->end_ns;
		first = false;
	}
	return scope;
}

/* What is known only when the run is over: how long each of its phases took to recover. */
static wf_ns_t
recovery_so_far(const struct wf_scenario_state *s, const struct wf_expect *e, uint32_t dir)
{
	wf_ns_t longest_ns = 0;

	for (uint32_t i = 0; i < s->s->n_phases; i++) {
		const struct wf_phase *p = &s->s->phase[i];
		wf_ns_t ns = s->seen->recovered_ns[(size_t)dir * s->s->n_phases + i];

		if (strcmp(p->name, e->phase) == 0 && p->start_ns <= s->elapsed_ns &&
			ns > longest_ns)
			longest_ns = ns;
	}
	return longest_ns;
}

static json_t *
expectation_json(const struct wf_scenario_state *s, const struct wf_expect *e)
{
	static struct wf_measure copy; /* too large for a stack; one thread */
	uint32_t dir = wf_scenario_find_dir(s->plan, e->link, e->side);
	struct scope scope = scope_of(s->s, e);
	struct wf_expect_result x = { 0 };
	const struct wf_measure *m = NULL;
	json_t *j;

	if (s->seen != NULL && s->elapsed_ns > scope.start_ns)
		m = wf_seen_find(s->seen, dir, e->class, e->phase);
	if (m != NULL && e->measure == WF_MEASURE_recovery) {
		copy = *m;
		copy.recovery_ns = recovery_so_far(s, e, dir);
		m = &copy;
	}
	wf_expect_judge(e, m, &x);
	j = wf_scenario_expectation_json(e, &x, s->plan->link_name[dir / 2]);
	/* Nothing has been seen that could speak for or against it. */
	if (m == NULL && (s->seen == NULL || s->elapsed_ns < scope.end_ns))
		json_object_set_new(j, "outcome", json_string("waiting"));
	json_object_set_new(
		j, "final", json_boolean(s->seen != NULL && s->elapsed_ns >= scope.end_ns));
	json_object_set_new(j, "final_ns", time_json(scope.end_ns));
	return j;
}

static json_t *
expectations_json(const struct wf_scenario_state *s)
{
	const json_t *judged = json_object_get(s->report, "expectations");
	json_t *list = json_array();

	for (uint32_t i = 0; i < s->s->n_expects; i++) {
		const struct wf_expect *e = &s->s->expect[i];
		json_t *j = judged != NULL ? json_deep_copy(json_array_get(judged, i))
					   : expectation_json(s, e);

		if (judged != NULL) {
			json_object_set_new(j, "final", json_true());
			json_object_set_new(j, "final_ns", time_json(scope_of(s->s, e).end_ns));
		}
		json_array_append_new(list, j);
	}
	return list;
}

json_t *
wf_scenario_state_json(const struct wf_scenario_state *s, bool whole)
{
	static const char *const results[] = { "outcome", "pass", "trustworthy", NULL };
	const struct wf_phase *p = phase_now(s);
	char seed[24];
	json_t *j;

	snprintf(seed, sizeof(seed), "%llu", (unsigned long long)s->seed);
	j = json_pack("{s:s,s:I,s:s,s:o,s:o,s:s,s:s,s:o,s:o,s:o,s:b,s:o}", "schema",
		"wirefault.run/1", "id", (json_int_t)s->id, "name", s->s->name, "title",
		wf_json_text(s->s->title != NULL ? s->s->title : ""), "file",
		wf_json_text(s->s->source->file != NULL ? s->s->source->file : ""), "state",
		wf_scenario_stages[s->stage], "seed", seed, "begun_ns",
		s->begun_ns != 0 ? time_json(s->begun_ns) : json_null(), "phase",
		p != NULL ? json_string(p->name) : json_null(), "round",
		p != NULL ? json_integer(p->round) : json_null(), "trigger",
		p != NULL && p->has_until && p->until.trigger, "faults", faults_now(s));
	if (j == NULL)
		return NULL;
	add_progress(j, s);
	for (size_t i = 0; results[i] != NULL; i++) {
		json_t *v = json_object_get(s->report, results[i]);

		json_object_set_new(j, results[i], v != NULL ? json_incref(v) : json_null());
	}
	if (s->why != NULL)
		json_object_set_new(j, "why", wf_json_text(s->why));
	if (whole) {
		json_object_set_new(j, "phases", phases_json(s->s));
		json_object_set_new(j, "windows", windows_json(s->s));
		json_object_set_new(j, "expectations", expectations_json(s));
	}
	return j;
}
