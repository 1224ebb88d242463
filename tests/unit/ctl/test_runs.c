/* SPDX-License-Identifier: BSD-3-Clause
 * Runs of scenarios over the control socket: what is asked for is checked and handed on, what runs
 * is looked at and stopped.
 */
#include "harness.h"

#include <errno.h>
#include <string.h>

#include "wf_texts.h"

#define TEXT "text/plain"
#define JSON "application/json"
#define PING                                                                                       \
	"schema_version = 1;\nname = \"ping\";\nphases = ( { name = \"a\"; duration = \"1s\"; }, " \
	"{ name = \"b\"; duration = \"2s\"; ab = { loss = \"5%\"; }; } );\n"                       \
	"faults = ( { name = \"f\"; ba = { delay = \"9ms\"; }; schedule = "                        \
	"\"start:500ms,duration:1s\"; } );\n"                                                      \
	"expect = ( { phase = \"b\"; loss = \"<= 10%\"; }, { throughput = \"1Mbit\"; } );\n"
#define TWO                                                                                        \
	"schema_version = 1; scenarios = ( { name = \"one\"; duration = \"1s\"; }, "               \
	"{ name = \"two\"; duration = \"1s\"; } );"

static json_int_t
number_at(const json_t *j, const char *key)
{
	return json_integer_value(json_object_get(j, key));
}

static void
test_a_text_is_run_and_looked_at(void **state)
{
	struct harness *h = *state;
	struct reply r;
	json_t *list, *e;

	expect(h, 404, "GET", "/v1/runs/last", NULL, NULL);
	r = call(h, "POST", "/v1/runs", TEXT, PING);
	assert_int_equal(r.status, 202);
	list = json_object_get(r.json, "runs");
	assert_int_equal(json_array_size(list), 1);
	assert_string_equal(text_at(json_array_get(list, 0), "name"), "ping");
	assert_int_equal(number_at(json_array_get(list, 0), "id"), 1);
	reply_free(&r);
	/* A second and a quarter of it are over. */
	h->run[0].begun_ns = 1;
	h->run[0].elapsed_ns = 1250 * WF_NS_PER_MS;
	r = call(h, "GET", "/v1/runs/1", NULL, NULL);
	assert_string_equal(text_at(r.json, "state"), "running");
	assert_string_equal(text_at(r.json, "phase"), "b");
	assert_string_equal(
		json_string_value(json_array_get(json_object_get(r.json, "faults"), 0)), "f");
	assert_int_equal(number_at(r.json, "eta_ns"), 1750 * WF_NS_PER_MS);
	assert_int_equal(json_array_size(json_object_get(r.json, "phases")), 2);
	list = json_object_get(r.json, "windows");
	assert_int_equal(number_at(json_array_get(list, 0), "end_ns"), 1500 * WF_NS_PER_MS);
	list = json_object_get(r.json, "expectations");
	assert_int_equal(json_array_size(list), 2);
	e = json_array_get(list, 0);
	assert_string_equal(text_at(e, "outcome"), "waiting");
	assert_true(json_is_false(json_object_get(e, "final")));
	assert_int_equal(number_at(e, "final_ns"), 3 * WF_NS_PER_S);
	reply_free(&r);
	expect(h, 404, "GET", "/v1/runs/1/report", NULL, NULL);
	expect(h, 404, "GET", "/v1/runs/2", NULL, NULL);
	expect(h, 404, "GET", "/v1/runs/-1", NULL, NULL);
	expect(h, 404, "GET", "/v1/runs/1x", NULL, NULL);
}

static void
test_files_and_names_are_run_with_their_options(void **state)
{
	struct harness *h = *state;
	struct reply r;

	r = call(h, "POST", "/v1/runs", JSON,
		"{\"files\": [{\"name\": \"two.conf\", \"text\": \"schema_version = 1; scenarios = "
		"( { name = \\\"one\\\"; duration = \\\"1s\\\"; }, { name = \\\"two\\\"; duration "
		"= \\\"1s\\\"; } );\"}], \"seed\": \"18446744073709551615\", \"traffic\": false}");
	assert_int_equal(r.status, 202);
	assert_int_equal(json_array_size(json_object_get(r.json, "runs")), 2);
	reply_free(&r);
	assert_true(h->order.seed_given && h->order.seed == UINT64_MAX && h->order.no_traffic);
	r = call(h, "GET", "/v1/runs/last", NULL, NULL);
	assert_string_equal(text_at(r.json, "name"), "two");
	assert_string_equal(text_at(r.json, "state"), "waiting");
	assert_string_equal(text_at(r.json, "file"), "two.conf");
	reply_free(&r);
	/* One after the other, and nothing beside them. */
	expect(h, 409, "POST", "/v1/runs", TEXT, PING);
	expect(h, 200, "DELETE", "/v1/runs/1", NULL, NULL);
	expect(h, 409, "DELETE", "/v1/runs/1", NULL, NULL);
	expect(h, 409, "POST", "/v1/runs", TEXT, PING);
	expect(h, 200, "DELETE", "/v1/runs", NULL, NULL);
	expect(h, 200, "DELETE", "/v1/runs", NULL, NULL);
	assert_int_equal(wf_texts_put(h->own, "ping", PING), 0);
	r = call(h, "POST", "/v1/runs", JSON, "{\"scenario\": \"ping\", \"seed\": 7}");
	assert_int_equal(r.status, 202);
	reply_free(&r);
	assert_true(h->order.seed == 7 && !h->order.no_traffic);
	r = call(h, "GET", "/v1/runs", NULL, NULL);
	assert_string_equal(
		text_at(json_array_get(json_object_get(r.json, "runs"), 0), "file"), "ping.conf");
	reply_free(&r);
	assert_int_equal(wf_texts_remove(h->own, "ping"), 0);
}

static void
test_a_phase_is_told_to_end(void **state)
{
	struct harness *h = *state;
	struct reply r;

	expect(h, 202, "POST", "/v1/runs", TEXT,
		"schema_version = 1; name = \"wait\"; phases = ( { name = \"a\"; duration = "
		"\"1s\"; until = { trigger = true; packets = 5; }; }, { name = \"b\"; duration = "
		"\"1s\"; } );");
	h->run[0].begun_ns = 1;
	r = call(h, "POST", "/v1/runs/last/trigger", NULL, "");
	assert_int_equal(r.status, 200);
	assert_int_equal(h->triggered, 1);
	assert_true(json_is_true(json_object_get(r.json, "trigger")));
	assert_non_null(text_at(json_array_get(json_object_get(r.json, "phases"), 0), "until"));
	reply_free(&r);
	h->refuse = -EALREADY;
	expect(h, 409, "POST", "/v1/runs/1/trigger", NULL, "");
	expect(h, 404, "POST", "/v1/runs/7/trigger", NULL, "");
}

static void
test_all_that_is_wrong_is_said_with_its_line(void **state)
{
	struct harness *h = *state;
	struct reply r = call(h, "POST", "/v1/runs", TEXT,
		"schema_version = 1;\nname = \"bad\";\nduration = \"soon\";\n"
		"phases = ( { name = \"a\";\n ab = { dely = 1; }; speed = 3; } );\n");
	json_t *errors = json_object_get(r.json, "errors");

	assert_int_equal(r.status, 422);
	assert_true(json_array_size(errors) >= 2);
	assert_int_equal(number_at(json_array_get(errors, 0), "line"), 3);
	assert_string_equal(text_at(json_array_get(errors, 0), "file"), "body");
	reply_free(&r);
	assert_int_equal(h->n_runs, 0);
}

static void
test_what_is_no_order_is_refused(void **state)
{
	static const char *const bodies[] = { "{}", "[1]", "{\"surprise\": 1}",
		"{\"scenario\": \"nowhere\"}", "{\"scenario\": \"../x\"}", "{\"scenario\": 1}",
		"{\"files\": {}}", "{\"files\": [1]}", "{\"files\": [{\"name\": \"a\"}]}",
		"{\"files\": [{\"name\": \"a\", \"text\": \"\", \"mode\": 1}]}",
		"{\"files\": [{\"name\": \"a\", \"text\": \"nonsense\"}]}",
		"{\"files\": [], \"seed\": -1}", "{\"files\": [], \"seed\": \"0x\"}",
		"{\"files\": [], \"seed\": \"18446744073709551616\"}",
		"{\"files\": [], \"traffic\": \"no\"}" };

	for (size_t i = 0; i < WF_ARRAY_SIZE(bodies); i++)
		expect(*state, 422, "POST", "/v1/runs", JSON, bodies[i]);
	expect(*state, 422, "POST", "/v1/runs", TEXT, "@include \"/etc/passwd\"\n");
	expect(*state, 400, "POST", "/v1/runs", JSON, "{");
	expect(*state, 415, "POST", "/v1/runs", "text/html", PING);
	expect(*state, 405, "PUT", "/v1/runs", TEXT, PING);
}

static void
test_a_report_has_several_forms(void **state)
{
	static const struct {
		const char *format, *type, *begin;
	} forms[] = { { "", "application/json", "{" }, { "?format=json", "application/json", "{" },
		{ "?format=md", "text/markdown; charset=utf-8", "# " },
		{ "?format=html", "text/html; charset=utf-8", "<!" },
		{ "?format=junit", "application/xml", "<?xml" },
		{ "?format=text", "text/plain; charset=utf-8", "ping: pass" } };
	struct harness *h = *state;
	char path[64];
	json_t *report = json_pack("{s:s,s:s,s:s,s:s,s:b,s:b,s:s,s:s,s:s,s:i,s:[],s:[],s:[],s:[],"
				   "s:{}}",
		"schema", "wirefault.scenario/1", "name", "ping", "title", "", "outcome", "pass",
		"pass", 1, "trustworthy", 1, "seed", "1", "mode", "live", "version", "1",
		"duration_ns", 1, "expectations", "timeline", "directions", "traffic", "stats");

	expect(h, 202, "POST", "/v1/runs", TEXT, PING);
	h->run[0].stage = WF_SCENARIO_DONE;
	h->run[0].report = report;
	for (size_t i = 0; i < WF_ARRAY_SIZE(forms); i++) {
		struct reply r;

		snprintf(path, sizeof(path), "/v1/runs/last/report%s", forms[i].format);
		r = call(h, "GET", path, NULL, NULL);
		assert_int_equal(r.status, 200);
		assert_string_equal(r.type, forms[i].type);
		assert_memory_equal(r.text, forms[i].begin, strlen(forms[i].begin));
		reply_free(&r);
	}
	expect(h, 422, "GET", "/v1/runs/1/report?format=pdf", NULL, NULL);
	expect(h, 422, "GET", "/v1/runs/1/report?form=md", NULL, NULL);
	json_decref(report);
}

static void
test_bypass_ends_it_and_lets_none_begin(void **state)
{
	struct harness *h = *state;

	expect(h, 202, "POST", "/v1/runs", TEXT, TWO);
	expect(h, 200, "POST", "/v1/bypass", JSON, "{\"on\": true}");
	assert_int_equal(h->run[0].stage, WF_SCENARIO_FAILED);
	assert_int_equal(h->run[1].stage, WF_SCENARIO_FAILED);
	expect(h, 409, "POST", "/v1/runs", TEXT, PING);
	expect(h, 200, "POST", "/v1/bypass", JSON, "{\"on\": false}");
	expect(h, 202, "POST", "/v1/runs", TEXT, PING);
}

static void
test_who_is_busy_says_so(void **state)
{
	struct harness *h = *state;

	h->refuse = -EBUSY;
	expect(h, 409, "PATCH", "/v1/links/wan/ab", JSON, "{\"loss\": \"2%\"}");
	expect(h, 409, "POST", "/v1/config/reload", NULL, "");
	expect(h, 409, "POST", "/v1/reset", NULL, "");
	expect(h, 409, "POST", "/v1/runs", TEXT, PING);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, harness_start, harness_stop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_text_is_run_and_looked_at),
		TEST(test_files_and_names_are_run_with_their_options),
		TEST(test_a_phase_is_told_to_end),
		TEST(test_all_that_is_wrong_is_said_with_its_line),
		TEST(test_what_is_no_order_is_refused),
		TEST(test_a_report_has_several_forms),
		TEST(test_bypass_ends_it_and_lets_none_begin),
		TEST(test_who_is_busy_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
