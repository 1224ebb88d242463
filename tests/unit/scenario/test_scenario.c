/* SPDX-License-Identifier: BSD-3-Clause
 * Scenarios from files: what is read, what ramps are, and that a bad file says all that is wrong.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wf_scenario.h"

#define S WF_NS_PER_S

static struct wf_scenarios
read_good(const char *text)
{
	struct wf_err *err = wf_err_new();
	struct wf_scenarios s;

	if (wf_scenarios_read_text(text, "s.conf", &s, err) < 0) {
		wf_err_print(err, stderr);
		fail();
	}
	wf_err_free(err);
	return s;
}

static void
phases_follow_each_other(void **state)
{
	struct wf_scenarios s = read_good(
		"schema_version = 1; name = \"x\"; title = \"t\"; seed = 7; link = \"wan\";"
		"phases = ( { name = \"good\"; duration = \"10s\"; },"
		" { repeat = 2; phases = ( { name = \"down\"; duration = \"1s\"; ab = { blackhole "
		"= true; }; }, { name = \"up\"; duration = \"2s\"; } ); },"
		" { name = \"last\"; both = { loss = \"1%\"; }; } );");
	const struct wf_scenario *one = s.at;

	assert_int_equal(s.n, 1);
	assert_string_equal(one->name, "x");
	assert_true(one->seed_given && one->seed == 7);
	assert_int_equal(one->n_phases, 6);
	assert_string_equal(one->phase[3].name, "down");
	assert_int_equal(one->phase[3].round, 1);
	assert_int_equal(one->phase[3].start_ns, 13 * S);
	assert_int_equal(one->phase[3].end_ns, 14 * S);
	assert_null(one->phase[0].what);
	assert_string_equal(one->phase[1].what->item[0].link, "wan");
	assert_true(one->phase[1].what->item[0].replace);
	assert_int_equal(one->phase[5].end_ns, UINT64_MAX);
	assert_int_equal(one->end_ns, UINT64_MAX);
	wf_scenarios_free(&s);
}

static void
faults_have_schedules_of_the_whole(void **state)
{
	struct wf_scenarios s = read_good(
		"schema_version = 1; scenarios = ( { name = \"a\"; duration = \"100s\"; faults = ("
		" { name = \"f\"; both = { delay = \"1ms\"; }; schedule = \"start:5%\"; },"
		" { name = \"g\"; link = \"lan\"; ab = { loss = 1; }; } ); },"
		" { name = \"b\"; duration = \"1s\"; } );");

	assert_int_equal(s.n, 2);
	assert_int_equal(s.at[0].n_faults, 2);
	assert_int_equal(s.at[0].fault[0].when.at[0].start_ns, 5 * S);
	assert_string_equal(s.at[0].fault[0].what->item[0].link, WF_SCENARIO_LINK);
	assert_false(s.at[0].fault[0].what->item[0].replace);
	assert_int_equal(s.at[0].fault[1].when.at[0].end_ns, 100 * S);
	assert_int_equal(s.at[1].end_ns, S);
	wf_scenarios_free(&s);
}

static void
ramps_lead_from_one_value_to_another(void **state)
{
	struct wf_scenarios s = read_good(
		"schema_version = 1; name = \"x\"; phases = ( { name = \"r\"; duration = \"10s\";"
		" ramp = \"step\"; step = \"2500ms\"; both = { delay = \"10ms -> 40ms\"; rate = "
		"\"10Mbit->1Mbit\"; loss = { p = \"0% -> 6%\"; }; }; } );");
	const struct wf_phase *p = s.at[0].phase;
	struct wf_err *err = wf_err_new();
	struct wf_node *n = wf_ramp_patch(p->what->item[0].patch, wf_ramp_at(p->shape, 1, 4), err);

	assert_true(p->ramps);
	assert_int_equal(p->step_ns, 2500 * WF_NS_PER_MS);
	assert_non_null(n);
	assert_string_equal(wf_node_get(wf_node_get(n, "delay"), "mean")->string, "20ms");
	assert_string_equal(wf_node_get(wf_node_get(n, "rate"), "rate")->string, "7Mbit");
	assert_string_equal(wf_node_get(wf_node_get(n, "loss"), "p")->string, "2%");
	wf_node_free(n);
	wf_err_free(err);
	wf_scenarios_free(&s);
	assert_true(wf_ramp_at(WF_RAMP_LINEAR, 0, 4) == 0.125);
	assert_true(wf_ramp_at(WF_RAMP_LINEAR, 3, 4) == 0.875);
	assert_true(wf_ramp_at(WF_RAMP_STEP, 3, 4) == 1 && wf_ramp_at(WF_RAMP_STEP, 0, 4) == 0);
	assert_true(wf_ramp_at(WF_RAMP_SINE, 1, 3) > 0.999999999999);
	assert_true(
		wf_ramp_at(WF_RAMP_SINE, 0, 3) > 0.2499 && wf_ramp_at(WF_RAMP_SINE, 0, 3) < 0.2501);
}

static void
refused(const char *text, const char *message)
{
	struct wf_err *err = wf_err_new();
	struct wf_scenarios s;
	bool found = false;

	assert_int_equal(wf_scenarios_read_text(text, "s.conf", &s, err), -EINVAL);
	assert_int_equal(s.n, 0);
	for (size_t i = 0; wf_err_item(err, i) != NULL; i++) {
		char line[400];

		wf_err_format(wf_err_item(err, i), line, sizeof(line));
		found |= strstr(line, message) != NULL;
	}
	if (!found) {
		wf_err_print(err, stderr);
		fail_msg("%s: not \"%s\"", text, message);
	}
	wf_err_free(err);
}

#define HEAD "schema_version = 1; name = \"x\"; "

static void
what_is_no_scenario_is_refused(void **state)
{
	refused("", "the file doesn't say its version");
	refused("schema_version = 2; name = \"x\";", "s.conf:1: schema_version");
	refused("name = \"x\";", "Write schema_version = 1");
	refused(HEAD, "a scenario in which nothing happens");
	refused(HEAD "phase = ();", "unknown key \"phase\". Did you mean \"phases\"?");
	refused(HEAD "phases = 3;", "a list of phases is expected here");
	refused(HEAD "phases = ( { name = \"a\"; duration = \"0\"; } );", "duration");
	refused(HEAD "phases = ( { name = \"a\"; }, { name = \"b\"; } );",
		"only the last phase may be without a duration");
	refused(HEAD "phases = ( { name = \"a\"; repeat = 2; } );", "can't be repeated");
	refused(HEAD "phases = ( { duration = \"1s\"; } );", "\"name\" is missing");
	refused(HEAD "phases = ( { name = \"a\"; duration = \"1s\"; ab = 3; } );",
		"a group of keys is expected here");
	refused(HEAD "phases = ( { name = \"a\"; duration = \"1s\"; ramp = \"sine\"; } );",
		"a ramp, but no value leads to another");
	refused(HEAD "phases = ( { name = \"a\"; ab = { delay = \"1ms -> 2ms\"; }; } );",
		"a ramp that never arrives");
	refused(HEAD "phases = ( { name = \"a\"; duration = \"1s\"; step = \"2s\"; ab = { delay = "
		     "\"1ms -> 2ms\"; }; } );",
		"a step is longer than the phase");
	refused(HEAD "phases = ( { name = \"a\"; duration = \"1h\"; step = \"1ms\"; ab = { delay = "
		     "\"1ms -> 2ms\"; }; } );",
		"more than 2000 steps: a step is 1.8s or longer here");
	refused(HEAD "phases = ( { repeat = 1000; phases = ( { repeat = 3; name = \"a\"; duration "
		     "= \"1s\"; } ); } );",
		"more than 2000 phases");
	refused(HEAD "phases = ( { name = \"q\"; phases = ( { name = \"a\"; duration = \"1s\"; } "
		     "); } );",
		"stands beside `phases`");
	refused(HEAD "duration = \"5s\"; phases = ( { name = \"a\"; duration = \"6s\"; } );",
		"the phases take 6s, longer than the whole");
	refused(HEAD "duration = \"5s\"; phases = ( { name = \"a\"; duration = \"5s\"; }, { name = "
		     "\"b\"; } );",
		"the last phase begins when all has ended, at 5s");
	refused(HEAD "faults = ( { name = \"a\"; schedule = \"start:5%\"; ab = { loss = 1; }; } );",
		"faults.a.schedule: 5% of a time that nobody knows");
	refused(HEAD "faults = ( { name = \"a\"; ab = { loss = \"0% -> 1%\"; }; } );",
		"only phases have ramps");
	refused(HEAD "faults = ( { name = \"a\"; } );", "it changes nothing");
	refused(HEAD "duration = \"1s\"; config = \"a\"; profile = \"lte\";", "one too many");
	refused("schema_version = 1; scenarios = ( { name = \"a\"; duration = \"1s\"; }, { name = "
		"\"a\"; duration = \"1s\"; } );",
		"two scenarios of the name \"a\"");
	refused("schema_version = 1; scenarios = ();", "a list of 1 to 256 scenarios");
	refused("schema_version = 1; scenarios = ( { schema_version = 1; name = \"a\"; duration = "
		"\"1s\"; } );",
		"the version is the file's");
}

static void
all_that_is_wrong_is_said_at_once(void **state)
{
	struct wf_err *err = wf_err_new();
	struct wf_scenarios s;

	assert_int_equal(wf_scenarios_read_text(
				 "schema_version = 1;\nname = \"x\";\ntitel = \"t\";\n"
				 "phases = (\n { name = \"a\"; duration = \"10\"; },\n"
				 " { name = \"b\"; duration = \"1s\"; link = 3; ab = { }; } );\n"
				 "faults = ( {\n name = \"f\"; schedule = \"at:3s\"; } );\n",
				 "s.conf", &s, err),
		-EINVAL);
	assert_true(wf_err_count(err) >= 5);
	assert_int_equal(wf_err_item(err, 0)->line, 3);
	assert_int_equal(wf_err_item(err, 1)->line, 5);
	assert_int_equal(wf_err_item(err, 2)->line, 6);
	wf_err_free(err);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(phases_follow_each_other),
		cmocka_unit_test(faults_have_schedules_of_the_whole),
		cmocka_unit_test(ramps_lead_from_one_value_to_another),
		cmocka_unit_test(what_is_no_scenario_is_refused),
		cmocka_unit_test(all_that_is_wrong_is_said_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
