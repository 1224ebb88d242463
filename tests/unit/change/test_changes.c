/* SPDX-License-Identifier: BSD-3-Clause
 * Lists of changes in files: what is read, and what is refused where.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "rig.h"
#include "wf_changes.h"
#include "wf_timeline.h"

#define MS WF_NS_PER_MS

static int
read(const char *text, struct wf_changes *c, struct wf_err *err)
{
	struct wf_node *tree = wf_conf_read_text(text, "c.conf", false, err);
	int rc;

	assert_non_null(tree);
	rc = wf_changes_read(tree, c, err);
	wf_node_free(tree);
	return rc;
}

static void
changes_are_read_and_sorted_by_time(void **state)
{
	struct wf_err *err = wf_err_new();
	struct wf_overrides list = { 0 };
	char text[WF_CHANGE_TEXT];
	struct wf_changes c;

	assert_int_equal(
		read("changes = (\n"
		     " { at = \"2s\"; for = \"10ms\"; link = \"wan\"; ab = { delay = \"5ms\"; }; "
		     "},\n"
		     " { at = \"1s\"; run = 7; phase = true; items = (\n"
		     "   { link = \"wan\"; both = { loss = \"1%\"; delay = \"null\"; }; },\n"
		     "   { link = \"wan\"; class = \"voip\"; ba = { rate = \"1Mbit\"; }; } ); },\n"
		     " { at = \"2s\"; link = \"wan\"; class = \"default\"; ab = { loss = \"2%\"; "
		     "};\n"
		     "   ba = { loss = \"3%\"; }; } );\n",
			&c, err),
		0);
	assert_int_equal(c.n, 3);
	assert_int_equal(c.change[0]->at_ns, WF_NS_PER_S);
	assert_int_equal(c.change[0]->for_ns, 0);
	assert_true(c.change[0]->run && c.change[0]->phase);
	assert_int_equal(c.change[0]->run_key, 7);
	assert_string_equal(wf_change_format(c.change[0], text),
		"wan both loss.model=bernoulli loss.p=1% delay=null; wan voip ba rate.rate=1Mbit");
	assert_int_equal(c.change[1]->for_ns, 10 * MS);
	assert_false(c.change[1]->run || c.change[1]->phase);
	assert_string_equal(wf_change_format(c.change[1], text), "wan ab delay.mean=5ms");
	assert_string_equal(wf_change_format(c.change[2], text),
		"wan ab loss.model=bernoulli loss.p=2%; wan ba loss.model=bernoulli loss.p=3%");
	assert_int_equal(wf_changes_override(&c, 500 * MS, &list), 0);
	assert_int_equal(list.n, 3);
	assert_int_equal(list.at[1].from_ns, 2500 * MS);
	assert_int_equal(list.at[1].until_ns, 2510 * MS);
	assert_int_equal(list.at[2].until_ns, UINT64_MAX);
	wf_overrides_fini(&list);
	wf_changes_free(&c);
	wf_err_free(err);
}

static void
what_is_wrong_is_told_with_its_line(void **state)
{
	static const struct {
		const char *text, *want;
	} bad[] = {
		{ "chances = ();", "c.conf:1: chances: unknown key" },
		{ "x = 1;", "c.conf:1: x: unknown key" },
		{ "", "there is no list of changes" },
		{ "changes = 3;", "c.conf:1: changes: there is no list of changes" },
		{ "changes = ( 3 );", "c.conf:1: changes.0: a group is expected" },
		{ "changes = (\n{ link = \"wan\"; ab = {}; } );", "c.conf:2: changes.0: when" },
		{ "changes = ( { at = \"1\"; link = \"w\"; ab = {}; } );", "changes.0.at" },
		{ "changes = ( { at = \"1s\"; for = \"0s\"; link = \"w\"; ab = {}; } );",
			"changes.0.for" },
		{ "changes = ( { at = \"1s\"; fur = \"1s\"; link = \"w\"; ab = {}; } );",
			"Did you mean \"for\"?" },
		{ "changes = ( { at = \"1s\"; ab = {}; } );", "of which link?" },
		{ "changes = ( { at = \"1s\"; link = 3; ab = {}; } );", "changes.0.link: a name" },
		{ "changes = ( { at = \"1s\"; link = \"w\"; } );", "it changes nothing" },
		{ "changes = ( { at = \"1s\"; link = \"w\"; ab = 1; } );",
			"changes.0.ab: a group" },
		{ "changes = ( { at = \"1s\"; link = \"w\"; items = ( { link = \"w\"; ab = {}; } "
		  "); } );",
			"changes.0.link: stands beside items" },
		{ "changes = ( { at = \"1s\"; items = (); } );", "a list of groups is expected" },
		{ "changes = ( { at = \"1s\"; items = ( 1 ); } );", "changes.0.items.0: a group" },
		{ "changes = ( { at = \"1s\"; items = ( { at = \"2s\"; } ); } );",
			"changes.0.items.0.at: unknown key" },
	};

	for (size_t i = 0; i < WF_ARRAY_SIZE(bad); i++) {
		struct wf_err *err = wf_err_new();
		struct wf_changes c;
		char line[512];

		assert_true(read(bad[i].text, &c, err) < 0);
		assert_int_equal(c.n, 0);
		wf_err_format(wf_err_item(err, 0), line, sizeof(line));
		if (strstr(line, bad[i].want) == NULL)
			fail_msg("%s: \"%s\" has no \"%s\"", bad[i].text, line, bad[i].want);
		wf_err_free(err);
	}
}

/* A phase sets the clocks of its directions, a run its key, once: when they begin. */
static void
phases_and_runs_begin_with_their_change(void **state)
{
	struct wf_overrides list = { 0 };
	struct wf_setup *s;
	struct wf_change *c = rig_change(NULL, "ab", "delay=1ms", 0, 0);
	struct wf_override o = { .from_ns = 100, .until_ns = 200, .change = c };
	uint32_t run;

	c->phase = c->run = true;
	c->run_key = 7;
	assert_int_equal(wf_overrides_add(&list, &o), 0);
	wf_change_free(c);
	s = rig_next(NULL, rig_tree("", "", ""), &list, 10);
	run = s->plan->dir[0].run;
	assert_int_equal(s->plan->run_key, 0);
	assert_int_equal(s->plan->dir[0].origin_ns, 0);
	rig_step(&s, NULL, &s->overrides, 100);
	assert_int_equal(s->plan->run_key, 7);
	assert_int_equal(s->plan->dir[0].run, run + 1);
	assert_int_equal(s->plan->dir[0].origin_ns, 100);
	assert_int_equal(s->plan->dir[1].origin_ns, 0);
	/* Later plans stay in the run and the phase, and so does what comes when it has ended. */
	rig_step(&s, NULL, &s->overrides, 150);
	assert_int_equal(s->plan->dir[0].run, run + 1);
	assert_int_equal(s->plan->dir[0].origin_ns, 100);
	rig_step(&s, NULL, &s->overrides, 200);
	assert_int_equal(s->overrides.n, 0);
	assert_int_equal(s->plan->dir[0].run, run + 1);
	assert_int_equal(s->plan->run_key, 7);
	assert_int_equal(s->plan->dir[0].origin_ns, 100);
	wf_setup_free(s);
	wf_overrides_fini(&list);
}

/* The instant is moved when the plan is offered: the clocks with it. */
static void
a_phase_that_begins_later_has_its_clocks_later(void **state)
{
	struct wf_overrides list = { 0 };
	struct wf_setup *s, *next;
	struct wf_err *err = wf_err_new();
	struct wf_change *c = rig_change(NULL, "both", "delay=1ms", 0, 0);
	struct wf_override o = { .from_ns = 100, .until_ns = 200, .change = c };

	c->phase = true;
	assert_int_equal(wf_overrides_add(&list, &o), 0);
	wf_change_free(c);
	s = rig_next(NULL, rig_tree("", "", ""), NULL, 10);
	assert_int_equal(wf_setup_next(s, NULL, &list, 100, &next, err), 0);
	wf_setup_begin(next, 130);
	assert_int_equal(next->plan->from_ns, 130);
	assert_int_equal(next->plan->dir[0].origin_ns, 130);
	assert_int_equal(next->plan->dir[1].origin_ns, 130);
	wf_setup_free(next);
	wf_setup_free(s);
	wf_overrides_fini(&list);
	wf_err_free(err);
}

static void
a_change_that_replaces_leaves_nothing_else(void **state)
{
	struct wf_setup *before = rig_next(NULL,
		rig_tree("scope = \"flow\"; delay = \"5ms\"; loss = \"1%\";", "", ""), NULL, 0);
	struct wf_err *err = wf_err_new();
	struct wf_overrides list = { 0 };
	char text[WF_CHANGE_TEXT];
	struct wf_setup *s;
	struct wf_changes c;

	assert_int_equal(read("changes = ( { at = \"1s\"; link = \"wan\"; replace = true;"
			      " ab = { duplicate = \"2%\"; }; } );",
				 &c, err),
		0);
	assert_string_equal(wf_change_format(c.change[0], text), "wan ab clear duplicate.p=2%");
	assert_int_equal(wf_changes_override(&c, 0, &list), 0);
	s = rig_next(before, NULL, &list, WF_NS_PER_S);
	assert_null(rig_value(s, "ab.delay.mean"));
	assert_null(rig_value(s, "ab.loss.p"));
	assert_string_equal(rig_value(s, "ab.duplicate.p"), "2%");
	assert_string_equal(rig_value(s, "ab.scope"), "flow");
	wf_setup_free(s);
	wf_setup_free(before);
	wf_overrides_fini(&list);
	wf_changes_free(&c);
	wf_err_free(err);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(changes_are_read_and_sorted_by_time),
		cmocka_unit_test(what_is_wrong_is_told_with_its_line),
		cmocka_unit_test(a_change_that_replaces_leaves_nothing_else),
		cmocka_unit_test(phases_and_runs_begin_with_their_change),
		cmocka_unit_test(a_phase_that_begins_later_has_its_clocks_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
