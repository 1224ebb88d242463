/* SPDX-License-Identifier: BSD-3-Clause
 * Gates: limits from a file, what they are held against, and what is no gate or no document.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wf_gate.h"

static struct wf_gate
gate(const char *text)
{
	struct wf_err *err = wf_err_new();
	struct wf_gate g;

	assert_int_equal(wf_gate_read_text(text, "x.gate", &g, err), 0);
	wf_err_free(err);
	return g;
}

static void
refused(const char *text, const char *message)
{
	struct wf_err *err = wf_err_new();
	struct wf_gate g;
	char line[300];

	assert_int_equal(wf_gate_read_text(text, "x.gate", &g, err), -EINVAL);
	wf_err_format(wf_err_item(err, 0), line, sizeof(line));
	if (strstr(line, message) == NULL)
		fail_msg("%s: %s, not \"%s\"", text, line, message);
	wf_err_free(err);
}

static void
a_gate_has_limits(void **state)
{
	struct wf_gate g =
		gate("title = \"t\"; mean = \"100ms\"; p99_9 = \"1s\"; loss = \"0.1%\";");

	assert_string_equal(g.title, "t");
	assert_true(g.delay_ns[WF_GATE_MEAN] == 100000000);
	assert_true(g.delay_ns[WF_GATE_P99_9] == 1000000000);
	assert_true(g.share[0] == 0.001);
	assert_true(wf_param_given(&g, WF_GATE_LOSS));
	assert_false(wf_param_given(&g, WF_GATE_ERROR));
	wf_gate_fini(&g);
}

static void
what_is_no_gate_is_refused(void **state)
{
	refused("", "x.gate: a gate without a limit");
	refused("title = \"t\";", "a gate without a limit");
	refused("mean = \"100\";", "x.gate:1: mean");
	refused("mean = \"2h\";", "mean");
	refused("loss = \"110%\";", "loss");
	refused("\nmeen = \"1ms\";",
		"x.gate:2: meen: unknown key \"meen\". Did you mean \"mean\"?");
	refused("mean = ", "x.gate:1");
}

/* 1000 packets, 20 of them dropped, 5 corrupted; delays of 1 to 60 ms. */
static const char document[] =
	"{\"rx\":{\"packets\":1000},\"corrupted\":{\"packets\":5},"
	"\"dropped\":{\"loss\":{\"packets\":15},\"queue_full\":{\"packets\":5}},"
	"\"delay_ns\":{\"count\":980,\"min\":1000000,\"mean\":20000000,\"p50\":19000000,"
	"\"p90\":30000000,\"p99\":40000000,\"p99_9\":50000000,\"max\":60000000}}";

static int
check(const char *limits, const char *text, struct wf_gate_result r[WF_GATE_MEASURES])
{
	struct wf_gate g = gate(limits);
	struct wf_err *err = wf_err_new();
	json_t *j = json_loads(text, 0, NULL);
	int n;

	assert_non_null(j);
	n = wf_gate_check(&g, j, r, err);
	assert_int_equal(n<0, wf_err_count(err)> 0);
	json_decref(j);
	wf_err_free(err);
	wf_gate_fini(&g);
	return n;
}

static void
measured(const char *limits, double observed, bool pass)
{
	struct wf_gate_result r[WF_GATE_MEASURES];

	assert_int_equal(check(limits, document, r), 1);
	assert_true(r[0].observed > observed * 0.999999 && r[0].observed < observed * 1.000001);
	assert_int_equal(r[0].pass, pass);
}

static void
each_measure_is_held_against_its_limit(void **state)
{
	measured("mean = \"20ms\";", 20e6, true);
	measured("mean = \"19999999ns\";", 20e6, false);
	measured("p50 = \"19ms\";", 19e6, true);
	measured("p90 = \"30ms\";", 30e6, true);
	measured("p99 = \"39ms\";", 40e6, false);
	measured("p99_9 = \"50ms\";", 50e6, true);
	measured("max = \"59ms\";", 60e6, false);
	measured("variation = \"49ms\";", 49e6, true);
	measured("variation = \"48ms\";", 49e6, false);
	measured("loss = \"2%\";", 0.02, true);
	measured("loss = \"1.9%\";", 0.02, false);
	measured("error = \"0.5%\";", 0.005, true);
	measured("error = \"0.4%\";", 0.005, false);
}

static void
results_stand_in_the_order_of_measures(void **state)
{
	struct wf_gate_result r[WF_GATE_MEASURES];

	assert_int_equal(check("loss = \"5%\"; max = \"1s\"; mean = \"1ms\";", document, r), 3);
	assert_int_equal(r[0].measure, WF_GATE_MEAN);
	assert_int_equal(r[1].measure, WF_GATE_MAX);
	assert_int_equal(r[2].measure, WF_GATE_LOSS);
}

/* Nothing came: no result, not a good one. Nothing went: loss alone can be judged. */
static void
nothing_is_not_good(void **state)
{
	const char *delays = "\"delay_ns\":{\"count\":0,\"min\":0,\"mean\":0,\"p50\":0,\"p90\":0,"
			     "\"p99\":0,\"p99_9\":0,\"max\":0}}";
	struct wf_gate_result r[WF_GATE_MEASURES];
	char text[500];

	snprintf(text, sizeof(text),
		"{\"rx\":{\"packets\":0},\"corrupted\":{\"packets\":0},\"dropped\":{},%s", delays);
	assert_int_equal(check("mean = \"1s\"; loss = \"1%\";", text, r), 0);
	snprintf(text, sizeof(text),
		"{\"rx\":{\"packets\":9},\"corrupted\":{\"packets\":0},"
		"\"dropped\":{\"loss\":{\"packets\":9}},%s",
		delays);
	assert_int_equal(check("mean = \"1s\"; loss = \"1%\";", text, r), 1);
	assert_true(r[0].measure == WF_GATE_LOSS && r[0].observed == 1 && !r[0].pass);
}

static void
what_is_no_direction_is_refused(void **state)
{
	const char *bad[] = { "{}", "[]", "{\"rx\":{\"packets\":-1}}",
		"{\"rx\":{\"packets\":\"many\"},\"corrupted\":{\"packets\":0}}",
		("{\"rx\":{\"packets\":1},\"corrupted\":{\"packets\":0},\"dropped\":{\"loss\":7},"
		 "\"delay_ns\":{}}") };
	struct wf_gate_result r[WF_GATE_MEASURES];

	for (size_t i = 0; i < WF_ARRAY_SIZE(bad); i++)
		assert_int_equal(check("mean = \"1s\";", bad[i], r), -EINVAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_gate_has_limits),
		cmocka_unit_test(what_is_no_gate_is_refused),
		cmocka_unit_test(each_measure_is_held_against_its_limit),
		cmocka_unit_test(results_stand_in_the_order_of_measures),
		cmocka_unit_test(nothing_is_not_good),
		cmocka_unit_test(what_is_no_direction_is_refused),
	};

	return cmocka_run_group_tests_name("gate", tests, NULL, NULL);
}
