/* SPDX-License-Identifier: BSD-3-Clause
 * Reports tell when changes really came into force, and a run in which one was late has not passed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wf_scenario_report.h"
#include "wf_seen.h"

#define MS WF_NS_PER_MS

struct rig {
	struct wf_scenarios s;
	struct wf_node *base;
	struct wf_conf *conf;
	struct wf_plan *plan;
	struct wf_script script;
	struct wf_seen *seen;
	struct wf_snapshot *snap;
	struct wf_scenario_result r;
};

/* Phases from 0 to 100 and to 200 ms, of which 10 packets came. */
static void
make(struct rig *r)
{
	struct wf_err *err = wf_err_new();
	struct wf_measure *m;

	*r = (struct rig){ .base = wf_conf_read_text(
				   "ports = ( { name = \"a\"; device = \"net_null0\"; },"
				   " { name = \"b\"; device = \"net_null1\"; } ); links = ( { name "
				   "= \"wan\"; ports = [ \"a\", \"b\" ]; } );",
				   "base.conf", false, err) };
	r->conf = wf_conf_bind(r->base, err);
	r->plan = wf_plan_compile(r->conf, 1, NULL, err);
	assert_int_equal(wf_scenarios_read_text("schema_version = 1; name = \"x\"; phases = ("
						" { name = \"a\"; duration = \"100ms\"; },"
						" { name = \"b\"; duration = \"100ms\"; } );",
				 "s.conf", &r->s, err),
		0);
	assert_int_equal(wf_script_make(&r->s.at[0], r->base, 1, &r->script, err), 0);
	assert_int_equal(r->script.n, 2);
	r->seen = wf_seen_new(&r->s.at[0], r->plan, WF_NS_PER_S);
	m = wf_seen_at(r->seen, 0, 0);
	m->came = m->left = 10;
	wf_series_at(&r->seen->series[0], 199 * MS)->out_bytes = 1000;
	wf_seen_end(r->seen, WF_NS_PER_S + 200 * MS);
	r->snap = wf_snapshot_new(1, 2, 1);
	r->snap->trustworthy = true;
	r->r = (struct wf_scenario_result){ .s = &r->s.at[0],
		.script = &r->script,
		.base = r->base,
		.plan = r->plan,
		.mode = "live",
		.seen = r->seen,
		.snap = r->snap,
		.duration_ns = 200 * MS };
	wf_err_free(err);
}

static void
put(struct rig *r)
{
	free(r->r.judged);
	wf_snapshot_free(r->snap);
	wf_seen_free(r->seen);
	wf_script_fini(&r->script);
	wf_plan_free(r->plan);
	wf_conf_free(r->conf);
	wf_node_free(r->base);
	wf_scenarios_free(&r->s);
}

/* The page of the document. Good until the next one. */
static const char *
page(const json_t *doc, int (*write)(const json_t *doc, FILE *out))
{
	static char text[1 << 20];
	FILE *out = fmemopen(text, sizeof(text), "w");

	assert_non_null(out);
	assert_int_equal(write(doc, out), 0);
	assert_int_equal(fclose(out), 0);
	return text;
}

static int
summary(const json_t *doc, FILE *out)
{
	wf_scenario_summary(doc, out);
	return 0;
}

static void
says(const json_t *doc, int (*write)(const json_t *doc, FILE *out), const char *what, bool wanted)
{
	const char *text = page(doc, write);

	if ((strstr(text, what) != NULL) != wanted)
		fail_msg("%s: %s", what, text);
}

/* Of the first band of the first plot. */
static double
width(const json_t *doc)
{
	const char *band = strstr(page(doc, wf_scenario_html), "<rect"),
		   *at = band != NULL ? strstr(band, "width=\"") : NULL;

	return at != NULL ? atof(at + strlen("width=\"")) : 0;
}

static json_int_t
in_force_ns(const json_t *doc, size_t i)
{
	return json_integer_value(json_object_get(
		json_array_get(json_object_get(doc, "timeline"), i), "in_force_ns"));
}

static void
changes_at_their_times_are_trusted(void **state)
{
	static const wf_ns_t times[2] = { 0, 100 * MS };
	struct rig r;
	json_t *doc;

	make(&r);
	r.r.in_force_ns = times;
	assert_int_equal(wf_scenario_judge(&r.r), 0);
	assert_int_equal(r.r.outcome, WF_SCENARIO_PASS);
	doc = wf_scenario_json(&r.r);
	assert_int_equal(in_force_ns(doc, 1), 100 * MS);
	assert_null(json_object_get(doc, "late"));
	says(doc, wf_scenario_markdown, "| 100.0 ms | 100.0 ms | 100.0 ms | b |", true);
	says(doc, summary, "trustworthy", false);
	json_decref(doc);
	put(&r);
}

static void
a_late_change_is_told_and_drawn_where_it_was(void **state)
{
	static const wf_ns_t times[2] = { 0, 150 * MS };
	struct rig r, on_time;
	double late;
	json_t *doc;

	make(&r);
	r.r.in_force_ns = times;
	assert_int_equal(wf_scenario_judge(&r.r), 0);
	assert_int_equal(r.r.outcome, WF_SCENARIO_UNTRUSTWORTHY);
	doc = wf_scenario_json(&r.r);
	assert_int_equal(in_force_ns(doc, 1), 150 * MS);
	assert_true(json_is_false(json_object_get(doc, "trustworthy")));
	assert_int_equal(
		json_integer_value(json_object_get(json_object_get(doc, "late"), "changes")), 1);
	assert_int_equal(
		json_integer_value(json_object_get(json_object_get(doc, "late"), "max_ns")),
		50 * MS);
	says(doc, summary,
		"NOT trustworthy: 1 of the changes came into force late, by up to 50.00 ms", true);
	says(doc, wf_scenario_markdown, "NOT trustworthy: 1 of the changes came into force", true);
	says(doc, wf_scenario_markdown, "| 100.0 ms | 150.0 ms | 100.0 ms | b |", true);
	late = width(doc);
	json_decref(doc);
	make(&on_time);
	assert_int_equal(wf_scenario_judge(&on_time.r), 0);
	doc = wf_scenario_json(&on_time.r);
	/* The first phase really was half as long again. */
	assert_true(width(doc) > 0);
	assert_true(late > 1.45 * width(doc) && late < 1.55 * width(doc));
	json_decref(doc);
	put(&on_time);
	put(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(changes_at_their_times_are_trusted),
		cmocka_unit_test(a_late_change_is_told_and_drawn_where_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
