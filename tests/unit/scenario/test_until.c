/* SPDX-License-Identifier: BSD-3-Clause
 * Ends of phases that come before their time: what is read, when one is met, and what becomes of
 * all that is behind it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wf_script.h"

#define S    WF_NS_PER_S
#define MS   WF_NS_PER_MS
#define HEAD "schema_version = 1; name = \"x\"; "

static const char base_text[] = "ports = ( { name = \"a\"; device = \"net_null0\"; },"
				" { name = \"b\"; device = \"net_null1\"; } );"
				"links = ( { name = \"wan\"; ports = [ \"a\", \"b\" ]; } );";

struct rig {
	struct wf_err *err;
	struct wf_scenarios s;
	struct wf_node *base;
	struct wf_script script;
};

static struct wf_scenario *
make(struct rig *r, const char *text)
{
	*r = (struct rig){ .err = wf_err_new() };
	r->base = wf_conf_read_text(base_text, "base.conf", false, r->err);
	if (wf_scenarios_read_text(text, "s.conf", &r->s, r->err) < 0 ||
		wf_script_make(&r->s.at[0], r->base, 42, &r->script, r->err) < 0) {
		wf_err_print(r->err, stderr);
		fail_msg("%s", text);
	}
	return &r->s.at[0];
}

static void
put(struct rig *r)
{
	wf_script_fini(&r->script);
	wf_scenarios_free(&r->s);
	wf_node_free(r->base);
	wf_err_free(r->err);
}

static void
what_is_written_is_read(void **state)
{
	char text[WF_UNTIL_TEXT];
	struct rig r;
	const struct wf_scenario *s = make(&r,
		HEAD "link = \"wan\"; phases = ( { name = \"a\"; duration = \"9s\"; until "
		     "= { packets = 10; bytes = \"3kB\"; direction = \"ba\"; }; },"
		     " { name = \"b\"; duration = \"9s\"; until = { replay = true; trigger "
		     "= true; }; } );");

	assert_true(s->phase[0].has_until);
	assert_int_equal(s->phase[0].until.packets, 10);
	assert_int_equal(s->phase[0].until.bytes, 3000);
	assert_int_equal(s->phase[0].until.side, 1);
	assert_string_equal(wf_until_text(&s->phase[0].until, text), "10 packets or 3kB of wan ba");
	assert_string_equal(
		wf_until_text(&s->phase[1].until, text), "the end of replays or a trigger");
	assert_int_equal(wf_until_next(s, 0), 0);
	assert_int_equal(wf_until_next(s, 1), 1);
	assert_int_equal(wf_until_next(s, 2), 2);
	put(&r);
}

static void
the_first_that_is_met_counts(void **state)
{
	const struct wf_until all = { .packets = 10,
		.bytes = 1000,
		.replay = true,
		.trigger = true },
			      few = { .packets = 10 };
	struct wf_until_seen seen = { .packets = 9, .bytes = 999 };

	assert_int_equal(wf_until_met(&all, &seen), WF_UNTIL_OPEN);
	seen.triggered = true;
	assert_int_equal(wf_until_met(&all, &seen), WF_UNTIL_TRIGGER);
	seen.replays_over = true;
	assert_int_equal(wf_until_met(&all, &seen), WF_UNTIL_REPLAY);
	assert_int_equal(wf_until_met(&few, &seen), WF_UNTIL_OPEN);
	seen.bytes = 1000;
	assert_int_equal(wf_until_met(&all, &seen), WF_UNTIL_BYTES);
	seen.packets = 10;
	assert_int_equal(wf_until_met(&few, &seen), WF_UNTIL_PACKETS);
}

static void
all_that_is_behind_comes_earlier(void **state)
{
	struct rig r;
	struct wf_scenario *s = make(&r,
		HEAD "phases = ( { name = \"a\"; duration = \"10s\"; repeat = 2; until = { packets "
		     "= 5; }; }, { name = \"b\"; duration = \"3s\"; ab = { loss = 1; }; } );"
		     "faults = ( { name = \"f\"; schedule = \"start:8s,duration:6s\"; ab = { delay "
		     "= \"1ms\"; }; } );");
	struct wf_script_step before;

	assert_int_equal(s->end_ns, 23 * S);
	assert_int_equal(r.script.n, 5);
	wf_until_end_phase(s, 0, 4 * S, WF_UNTIL_PACKETS);
	assert_int_equal(wf_until_next(s, 0), 1);
	assert_int_equal(s->phase[1].start_ns, 4 * S);
	assert_int_equal(s->phase[2].start_ns, 14 * S);
	assert_int_equal(s->phase[2].end_ns, 17 * S);
	assert_int_equal(s->end_ns, 17 * S);
	before = r.script.step[0];
	assert_int_equal(wf_script_remake(&r.script, s, r.base, r.err), 0);
	assert_int_equal(r.script.run_key, 42);
	assert_int_equal(r.script.step[0].phase, before.phase);
	assert_int_equal(r.script.step[0].change->for_ns, 4 * S);
	assert_int_equal(r.script.step[1].phase, 1);
	assert_true(r.script.step[1].begins);
	/* A fault is where it was. */
	assert_int_equal(r.script.step[2].change->at_ns, 8 * S);
	assert_int_equal(r.script.step[2].faults, 1);
	wf_until_end_phase(s, 1, 14 * S, WF_UNTIL_DURATION);
	assert_int_equal(s->phase[2].start_ns, 14 * S);
	put(&r);
}

static void
a_given_end_stays(void **state)
{
	struct rig r;
	struct wf_scenario *s = make(&r, HEAD
		"duration = \"30s\"; phases = ( { name = \"a\"; duration = \"10s\"; until = { "
		"bytes = \"1MB\"; }; }, { name = \"b\"; } );"
		"faults = ( { name = \"f\"; schedule = \"start:50%\"; ab = { loss = 1; }; } );");

	wf_until_end_phase(s, 0, 1 * S, WF_UNTIL_BYTES);
	assert_int_equal(s->phase[1].start_ns, 1 * S);
	assert_int_equal(s->phase[1].end_ns, 30 * S);
	assert_int_equal(s->end_ns, 30 * S);
	assert_int_equal(s->fault[0].when.at[0].start_ns, 15 * S);
	put(&r);
}

static void
a_ramp_keeps_its_pace(void **state)
{
	struct rig r;
	struct wf_scenario *s = make(&r, HEAD
		"phases = ( { name = \"a\"; duration = \"10s\"; step = \"1s\"; until = { packets = "
		"1; }; ab = { delay = \"5ms -> 105ms\"; }; }, { name = \"b\"; } );");
	const struct wf_node *delay;

	wf_until_end_phase(s, 0, 2500 * MS, WF_UNTIL_PACKETS);
	assert_int_equal(s->end_ns, UINT64_MAX);
	assert_int_equal(s->phase[1].end_ns, UINT64_MAX);
	assert_int_equal(wf_script_remake(&r.script, s, r.base, r.err), 0);
	assert_int_equal(r.script.n, 4);
	assert_int_equal(r.script.step[2].change->for_ns, 500 * MS);
	for (uint32_t i = 0; i < 3; i++) {
		char want[16];

		snprintf(want, sizeof(want), "%ums", 10 + 10 * i);
		/* The first item begins the clocks of the link; the next is the phase's. */
		delay = wf_node_get(
			r.script.step[i].change->item[r.script.step[i].begins ? 1 : 0].patch,
			"delay");
		assert_string_equal(wf_node_get(delay, "mean")->string, want);
	}
	put(&r);
}

static void
refused(const char *text, const char *message)
{
	struct wf_err *err = wf_err_new();
	struct wf_scenarios s;
	char line[400] = "";

	assert_true(wf_scenarios_read_text(text, "s.conf", &s, err) < 0);
	wf_err_format(wf_err_item(err, 0), line, sizeof(line));
	if (strstr(line, message) == NULL)
		fail_msg("%s: %s, not \"%s\"", text, line, message);
	wf_err_free(err);
}

static void
what_makes_no_sense_is_refused(void **state)
{
	refused(HEAD "phases = ( { name = \"a\"; until = { packets = 1; }; } );",
		"phases.a.until: it may never come");
	refused(HEAD "phases = ( { name = \"a\"; duration = \"1s\"; until = { }; } );",
		"an end that never comes");
	refused(HEAD "phases = ( { name = \"a\"; duration = \"1s\"; until = { packets = 0; }; } );",
		"phases.a.until.packets");
	refused(HEAD
		"phases = ( { name = \"a\"; duration = \"1s\"; until = { trigger = false; }; } "
		");",
		"an end that never comes");
	refused(HEAD "phases = ( { name = \"a\"; duration = \"1s\"; until = \"packets\"; } );",
		"phases.a.until");
	refused(HEAD "phases = ( { name = \"a\"; duration = \"1s\"; until = { packet = 1; }; } );",
		"Did you mean \"packets\"?");
	refused(HEAD
		"phases = ( { name = \"a\"; duration = \"1s\"; until = { bytes = \"1kB\"; }; } );"
		"faults = ( { name = \"f\"; schedule = \"start:5%\"; ab = { loss = 1; }; } );",
		"5% of a time that nobody knows");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(the_first_that_is_met_counts),
		cmocka_unit_test(all_that_is_behind_comes_earlier),
		cmocka_unit_test(a_given_end_stays),
		cmocka_unit_test(a_ramp_keeps_its_pace),
		cmocka_unit_test(what_makes_no_sense_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
