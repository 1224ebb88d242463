/* SPDX-License-Identifier: BSD-3-Clause
 * One scenario as several: values of ranges and lists, what a row's scenario and configuration are,
 * the run without impairments, and what is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wf_scenario.h"
#include "wf_sweep.h"

#define HEAD "schema_version = 1; name = \"x\"; "
#define BODY                                                                                       \
	"phases = ( { name = \"good\"; duration = \"2s\"; }, { repeat = 2; phases = ( { name = "   \
	"\"bad\"; duration = \"1s\"; both = { loss = \"1%\"; delay = \"1ms -> 2ms\"; }; } ); } "   \
	"); "                                                                                      \
	"faults = ( { name = \"f\"; ab = { delay = \"9ms\"; }; } ); traffic = ( { generator = "    \
	"\"pps=10,size=200\"; }, { command = \"true\"; } ); expect = ( { loss = 0; } ); "

struct rig {
	struct wf_err *err;
	struct wf_scenarios s;
};

static const struct wf_scenario *
read_good(struct rig *r, const char *sweep)
{
	char text[2000];

	*r = (struct rig){ .err = wf_err_new() };
	snprintf(text, sizeof(text), "%s%s", HEAD BODY, sweep);
	if (wf_scenarios_read_text(text, "s.conf", &r->s, r->err) < 0) {
		wf_err_print(r->err, stderr);
		fail_msg("%s", text);
	}
	assert_non_null(r->s.at[0].sweep);
	return &r->s.at[0];
}

static void
put(struct rig *r)
{
	assert_int_equal(wf_err_count(r->err), 0);
	wf_scenarios_free(&r->s);
	wf_err_free(r->err);
}

/* A row as it is read back. */
static struct wf_scenarios
row_of(struct rig *r, uint32_t row)
{
	struct wf_node *tree = wf_sweep_scenario(&r->s.at[0], row, r->err);
	struct wf_scenarios s;

	if (wf_scenarios_read_tree(tree, &s, r->err) < 0) {
		wf_err_print(r->err, stderr);
		fail();
	}
	assert_null(s.at[0].sweep);
	return s;
}

static void
values_are(const char *sweep, const char *const *want)
{
	struct rig r;
	const struct wf_sweep *w = read_good(&r, sweep)->sweep;
	uint32_t n = 0;

	for (; want[n] != NULL; n++)
		assert_string_equal(w->value[n], want[n]);
	assert_int_equal(w->n, n);
	put(&r);
}

static void
values_are_those_of_a_list_or_a_range(void **state)
{
	values_are("sweep = { parameter = \"delay\"; values = [ \"1ms\", \"5ms\" ]; };",
		(const char *const[]){ "1ms", "5ms", NULL });
	values_are("sweep = { parameter = \"loss.p\"; values = ( 0.5, \"1%\" ); };",
		(const char *const[]){ "0.5", "1%", NULL });
	values_are("sweep = { parameter = \"loss\"; values = \"0% -> 6%\"; steps = 4; };",
		(const char *const[]){ "0%", "2%", "4%", "6%", NULL });
	values_are("sweep = { parameter = \"delay\"; values = \"0 -> 10ms\"; steps = 2; };",
		(const char *const[]){ "0ns", "10ms", NULL });
	values_are("sweep = { parameter = \"a\"; values = \"2 -> 1\"; steps = 3; };",
		(const char *const[]){ "2", "1.5", "1", NULL });
	values_are("load = { rate = \"1Mbit->9Mbit\"; steps = 3; };",
		(const char *const[]){ "1Mbit", "5Mbit", "9Mbit", NULL });
	values_are("load = { pps = \"0 -> 10\"; steps = 4; };",
		(const char *const[]){ "0", "3", "7", "10", NULL });
}

static void
a_row_has_its_value_and_a_name(void **state)
{
	struct wf_scenarios one;
	struct rig r;
	const struct wf_scenario *s = read_good(&r, "title = \"t\"; sweep = { parameter = "
						    "\"phases.1.phases.bad.both.loss\"; values = [ "
						    "\"3%\", \"7%\" ]; };");

	assert_int_equal(wf_sweep_rows(s->sweep), 3);
	one = row_of(&r, 2);
	assert_string_equal(one.at[0].name, "x-2");
	assert_string_equal(one.at[0].title, "t: phases.1.phases.bad.both.loss = 7%");
	assert_int_equal(one.at[0].n_phases, 3);
	assert_string_equal(
		wf_node_get(wf_node_get(one.at[0].phase[1].what->item[0].patch, "loss"), "p")
			->string,
		"7%");
	assert_int_equal(one.at[0].n_expects, 1);
	wf_scenarios_free(&one);
	put(&r);
}

static void
a_key_that_is_not_there_is_added_to_its_group(void **state)
{
	struct wf_scenarios one;
	struct rig r;

	read_good(&r, "sweep = { parameter = \"faults.f.ab.loss\"; values = [ \"3%\" ]; };");
	one = row_of(&r, 1);
	assert_non_null(wf_node_get(one.at[0].fault[0].what->item[0].patch, "loss"));
	wf_scenarios_free(&one);
	put(&r);
}

static void
the_baseline_impairs_nothing(void **state)
{
	struct rig r;
	struct wf_scenarios one;
	const struct wf_scenario *s =
		read_good(&r, "sweep = { parameter = \"delay\"; values = [ \"1ms\" ]; };");
	struct wf_node *tree = wf_conf_read_text(
		"links = ( { name = \"wan\"; ports = [ \"a\", \"b\" ]; ab = { delay = \"1ms\"; }; "
		"classes = ( { name = \"c\"; ab = { loss = 1; }; } ); } );",
		"c.conf", false, r.err);
	const struct wf_node *link;

	assert_null(wf_sweep_value(s->sweep, 0));
	one = row_of(&r, 0);
	assert_string_equal(one.at[0].name, "x-baseline");
	assert_int_equal(one.at[0].n_phases, 3);
	assert_int_equal(one.at[0].end_ns, s->end_ns);
	for (uint32_t i = 0; i < 3; i++)
		assert_null(one.at[0].phase[i].what);
	assert_int_equal(one.at[0].n_faults, 0);
	assert_int_equal(one.at[0].n_expects, 0);
	assert_int_equal(one.at[0].n_traffic, 2);
	assert_int_equal(wf_sweep_config(s, 0, tree, r.err), 0);
	link = wf_node_get(tree, "links")->first;
	assert_null(wf_node_get(link, "ab"));
	assert_null(wf_node_get(link, "classes"));
	assert_non_null(wf_node_get(link, "ports"));
	wf_node_free(tree);
	wf_scenarios_free(&one);
	put(&r);
}

/* The configuration of row 1, whose value is 5%. NULL: refused, with the message. */
static struct wf_node *
config_of(const char *parameter, const char *message)
{
	char sweep[200], line[400] = "";
	struct wf_node *tree;
	struct rig r;
	const struct wf_scenario *s;

	snprintf(sweep, sizeof(sweep), "sweep = { parameter = \"%s\"; values = [ \"5%%\" ]; };",
		parameter);
	s = read_good(&r, sweep);
	tree = wf_conf_read_text("links = ( { name = \"wan\"; ports = [ \"a\", \"b\" ]; ab = { "
				 "delay = \"1ms\"; loss = "
				 "\"1%\"; }; classes = ( { name = \"c\"; match = { proto = "
				 "\"udp\"; }; ab = { loss = "
				 "1; }; } ); } );",
		"c.conf", false, r.err);
	if (wf_sweep_config(s, 1, tree, r.err) == 0) {
		assert_null(message);
		put(&r);
		return tree;
	}
	wf_err_format(wf_err_item(r.err, 0), line, sizeof(line));
	if (message == NULL || strstr(line, message) == NULL)
		fail_msg("%s: %s", parameter, line);
	wf_node_free(tree);
	wf_scenarios_free(&r.s);
	wf_err_free(r.err);
	return NULL;
}

/* Takes the tree. */
static void
loss_is(struct wf_node *tree, const char *class, enum wf_side side, const char *want)
{
	struct wf_node *owner = wf_conf_owner_node(tree, "wan", class);
	const struct wf_node *dir = wf_conf_dir_node(owner, side, false),
			     *loss = dir != NULL ? wf_node_get(dir, "loss") : NULL;
	char room[32];

	if (want == NULL)
		assert_null(loss);
	else
		assert_string_equal(wf_node_text(wf_node_get(loss, "p"), room, sizeof(room)), want);
	wf_node_free(tree);
}

static void
a_parameter_may_be_of_the_configuration(void **state)
{
	loss_is(config_of("links.wan.ab.loss", NULL), NULL, WF_AB, "5%");
	loss_is(config_of("links.wan.ab.loss", NULL), NULL, WF_BA, NULL);
	loss_is(config_of("links.0.both.loss.p", NULL), NULL, WF_BA, "5%");
	loss_is(config_of("loss", NULL), NULL, WF_AB, "5%");
	loss_is(config_of("ba.loss", NULL), NULL, WF_BA, "5%");
	loss_is(config_of("ba.loss", NULL), NULL, WF_AB, "1%");
	loss_is(config_of("links.wan.classes.c.ab.loss", NULL), "c", WF_AB, "5%");
	loss_is(config_of("links.wan.classes.c.ab.loss", NULL), NULL, WF_AB, "1%");
	/* One of the scenario changes nothing here. */
	loss_is(config_of("phases.0.both.loss", NULL), NULL, WF_AB, "1%");
	assert_null(config_of("ab", "\"ab\" has no value, but keys"));
	assert_null(config_of("links.wan", "\"links.wan\" has no value, but keys"));
	assert_null(config_of("links.lan.ab.loss", "has no link or class"));
	assert_null(config_of("links.wan.classes.d.ab.loss", "has no link or class"));
}

static void
a_load_is_that_of_each_generator(void **state)
{
	struct wf_scenarios one;
	struct rig r;
	const struct wf_scenario *s = read_good(&r, "load = { rate = [ \"1Mbit\", \"2Mbit\" ]; };");

	assert_int_equal(wf_sweep_rows(s->sweep), 2);
	one = row_of(&r, 1);
	assert_string_equal(one.at[0].name, "x-2");
	assert_string_equal(one.at[0].traffic[0].text, "size=200,rate=2Mbit");
	assert_string_equal(one.at[0].traffic[1].text, "true");
	assert_int_equal(one.at[0].n_faults, 1);
	wf_scenarios_free(&one);
	put(&r);
}

static void
refused(const char *sweep, const char *message)
{
	struct wf_err *err = wf_err_new();
	struct wf_scenarios s;
	char text[2000], line[400] = "";

	snprintf(text, sizeof(text), "%s%s", HEAD BODY, sweep);
	if (wf_scenarios_read_text(text, "s.conf", &s, err) == 0) {
		assert_null(wf_sweep_scenario(&s.at[0], wf_sweep_rows(s.at[0].sweep) - 1, err));
		wf_scenarios_free(&s);
	}
	wf_err_format(wf_err_item(err, 0), line, sizeof(line));
	if (strstr(line, message) == NULL)
		fail_msg("%s: %s, not \"%s\"", sweep, line, message);
	wf_err_free(err);
}

static void
what_makes_no_sense_is_refused(void **state)
{
	refused("sweep = { values = [ \"1%\" ]; };", "a sweep of what?");
	refused("sweep = { parameter = \"loss\"; };", "a sweep over what?");
	refused("sweep = { parameter = \"loss\"; values = \"1%\"; };", "in how many steps?");
	refused("sweep = { parameter = \"loss\"; values = \"1% -> 5ms\"; steps = 3; };",
		"does not lead from one value to another");
	refused("sweep = { parameter = \"loss\"; values = \"1% ->\"; steps = 3; };",
		"does not lead from one value to another");
	refused("sweep = { parameter = \"loss\"; values = [ ]; };", "1 to 100 values");
	refused("sweep = { parameter = \"loss\"; values = [ \"1%\" ]; steps = 3; };",
		"Leave steps out");
	refused("sweep = { parameter = \"loss\"; values = \"1% -> 2%\"; steps = 1; };",
		"sweep.steps");
	refused("load = { };", "one of rate and pps is expected here");
	refused("load = { rate = [ \"1Mbit\" ]; pps = [ 1 ]; };", "one of rate and pps");
	refused("load = { pps = [ 1 ]; }; sweep = { };", "one too many");
	refused("sweep = { parameter = \"phases.ugly.both.loss\"; values = [ \"1%\" ]; };",
		"there is no \"phases.ugly.both.loss\"");
	refused("sweep = { parameter = \"phases.good.ab.loss\"; values = [ \"1%\" ]; };",
		"there is no \"phases.good.ab.loss\"");
	refused("sweep = { parameter = \"phases.1.phases.bad.both\"; values = [ \"1%\" ]; };",
		"has no value, but keys");
}

static void
a_load_needs_a_generator_and_a_row_a_name(void **state)
{
	struct wf_err *err = wf_err_new();
	struct wf_scenarios s;
	char line[400];

	assert_int_equal(
		wf_scenarios_read_text(
			"schema_version = 1; name = "
			"\"a-name-that-is-so-long-that-nothing-more-fits-in-behind-it-----\"; "
			"duration = \"1s\"; load = { pps = [ 1, 2 ]; };",
			"s.conf", &s, err),
		0);
	assert_null(wf_sweep_scenario(&s.at[0], 0, err));
	wf_err_format(wf_err_item(err, 0), line, sizeof(line));
	assert_non_null(strstr(line, "no traffic is a generator"));
	wf_scenarios_free(&s);
	assert_int_equal(
		wf_scenarios_read_text(
			"schema_version = 1; name = "
			"\"a-name-that-is-so-long-that-nothing-more-fits-in-behind-it-----\"; "
			"duration = \"1s\"; sweep = { parameter = \"loss\"; values = [ 1, 2 "
			"]; };",
			"s.conf", &s, err),
		0);
	assert_null(wf_sweep_scenario(&s.at[0], 1, err));
	wf_err_format(wf_err_item(err, 1), line, sizeof(line));
	assert_non_null(strstr(line, "Give the scenario a shorter name"));
	wf_scenarios_free(&s);
	wf_err_free(err);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_those_of_a_list_or_a_range),
		cmocka_unit_test(a_row_has_its_value_and_a_name),
		cmocka_unit_test(a_key_that_is_not_there_is_added_to_its_group),
		cmocka_unit_test(the_baseline_impairs_nothing),
		cmocka_unit_test(a_parameter_may_be_of_the_configuration),
		cmocka_unit_test(a_load_is_that_of_each_generator),
		cmocka_unit_test(what_makes_no_sense_is_refused),
		cmocka_unit_test(a_load_needs_a_generator_and_a_row_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
