/* SPDX-License-Identifier: BSD-3-Clause
 * Short forms written out: scalars and copies.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "rig.h"

/* The link of a tree with a link of these contents must be written so. */
static void
becomes(const char *contents, const char *expected)
{
	char text[2048];
	struct wf_node *t, *link;

	strcpy(text, "links = ( { name = \"wan\"; ");
	strcat(text, contents);
	strcat(text, " } );");
	t = rig_tree(text);
	link = wf_node_at(wf_node_get(t, "links"), 0);
	wf_node_free(wf_node_get(link, "name"));
	rig_is(link, expected);
	wf_node_free(t);
}

static void
a_scalar_is_its_main_key(void **state)
{
	becomes("ab = { delay = \"20ms\"; };", "ab = { delay = { mean = \"20ms\"; }; };");
	becomes("ab = { rate = \"1Mbit\"; };", "ab = { rate = { rate = \"1Mbit\"; }; };");
	becomes("ab = { queue = 100; };", "ab = { queue = { limit = 100; }; };");
	becomes("ba = { duplicate = 0.5; };", "ba = { duplicate = { p = 0.5; }; };");
}

static void
a_scalar_loss_is_bernoulli(void **state)
{
	becomes("ab = { loss = \"1%\"; };",
		"ab = { loss = { model = \"bernoulli\"; p = \"1%\"; }; };");
}

static void
a_block_of_one_key_stays_a_scalar(void **state)
{
	becomes("ab = { blackhole = true; };", "ab = { blackhole = true; };");
}

static void
blocks_and_other_keys_stay_as_they_are(void **state)
{
	becomes("ab = { bypass = true; delay = { stddev = \"1ms\"; }; nonsense = 5; };",
		"ab = { bypass = true; delay = { stddev = \"1ms\"; }; nonsense = 5; };");
}

static void
a_new_block_has_the_line_of_its_scalar(void **state)
{
	struct wf_node *t =
		rig_tree("links = ( { name = \"wan\"; ab = {\n\n delay = \"x\"; }; } );");
	const struct wf_node *d = wf_node_get(
		wf_conf_dir_node(wf_conf_owner_node(t, "wan", NULL), WF_AB, false), "delay");

	assert_int_equal(d->line, 3);
	assert_string_equal(d->file, "t.conf");
	assert_int_equal(wf_node_get(d, "mean")->line, 3);
	wf_node_free(t);
}

static void
a_copy_is_the_other_direction(void **state)
{
	becomes("ab = { delay = \"20ms\"; }; ba = { copy = \"ab\"; };",
		"ab = { delay = { mean = \"20ms\"; }; }; ba = { delay = { mean = \"20ms\"; }; };");
	becomes("ab = { copy = \"ba\"; }; ba = { loss = 0.5; bypass = true; };",
		"ab = { loss = { model = \"bernoulli\"; p = 0.5; }; bypass = true; };"
		" ba = { loss = { model = \"bernoulli\"; p = 0.5; }; bypass = true; };");
}

static void
its_own_keys_win_over_the_copy(void **state)
{
	becomes("ab = { rate = \"1Mbit\"; delay = { mean = \"20ms\"; stddev = \"2ms\"; }; };"
		" ba = { copy = \"ab\"; rate = \"9Mbit\"; delay = { stddev = \"3ms\"; }; };",
		"ab = { rate = { rate = \"1Mbit\"; };"
		" delay = { mean = \"20ms\"; stddev = \"2ms\"; }; };"
		" ba = { rate = { rate = \"9Mbit\"; };"
		" delay = { mean = \"20ms\"; stddev = \"3ms\"; }; };");
}

static void
its_own_model_drops_the_keys_of_the_copied_one(void **state)
{
	becomes("ab = { loss = { model = \"gilbert-elliott\"; plr = \"1%\"; mean_burst = 4.0; }; };"
		" ba = { copy = \"ab\"; loss = \"2%\"; };",
		"ab = { loss = { model = \"gilbert-elliott\"; plr = \"1%\"; mean_burst = 4.0; }; };"
		" ba = { loss = { model = \"bernoulli\"; p = \"2%\"; }; };");
}

static void
classes_copy_among_their_own_directions(void **state)
{
	becomes("ab = { delay = \"1ms\"; };"
		" classes = ( { ab = { delay = \"2ms\"; }; ba = { copy = \"ab\"; }; } );",
		"ab = { delay = { mean = \"1ms\"; }; };"
		" classes = ( { ab = { delay = { mean = \"2ms\"; }; };"
		" ba = { delay = { mean = \"2ms\"; }; }; } );");
}

static void
a_copied_direction_is_where_it_says_copy(void **state)
{
	struct wf_node *t = rig_tree("links = ( { name = \"wan\"; ab = { delay = \"1ms\"; };\n\n"
				     " ba = { copy = \"ab\"; }; } );");

	assert_int_equal(
		wf_conf_dir_node(wf_conf_owner_node(t, "wan", NULL), WF_BA, false)->line, 3);
	wf_node_free(t);
}

static void
a_copy_that_goes_nowhere_is_left_to_complain_about(void **state)
{
	becomes("ba = { copy = \"ab\"; };", "ba = { copy = \"ab\"; };");
	becomes("ab = { copy = \"ab\"; };", "ab = { copy = \"ab\"; };");
	becomes("ab = { copy = \"ba\"; }; ba = { copy = \"ab\"; };",
		"ab = { copy = \"ba\"; }; ba = { copy = \"ab\"; };");
	becomes("ab = 5; ba = { copy = \"ab\"; };", "ab = 5; ba = { copy = \"ab\"; };");
}

static void
a_second_time_changes_nothing(void **state)
{
	struct wf_node *t = rig_tree(RIG_LINK("ab = { delay = \"20ms\"; loss = 0.1; };"
					      " ba = { copy = \"ab\"; };"));
	struct wf_node *before = wf_node_clone(t);

	assert_int_equal(wf_conf_normalise(t, NULL), 0);
	assert_true(wf_node_equal(t, before));
	wf_node_free(before);
	wf_node_free(t);
}

static void
odd_trees_are_left_alone(void **state)
{
	static const char *const texts[] = { "", "links = 5;", "links = { ab = 5; };",
		"links = ( 5, ( {} ), { ab = 5; classes = 5; }, { classes = ( 5 ); } );" };

	for (size_t i = 0; i < WF_ARRAY_SIZE(texts); i++) {
		struct wf_node *t = rig_tree(texts[i]);

		rig_is(t, texts[i]);
		wf_node_free(t);
	}
}

/* It does not follow what it is a copy of, and knows it: also as a copy of the tree. */
static void
a_copy_is_marked_as_one(void **state)
{
	struct wf_node *t =
		rig_tree("links = ( { name = \"wan\"; ab = { delay = \"1ms\"; }; ba = { copy = "
			 "\"ab\"; loss = 0.1; }; classes = ( { name = \"c\"; ab = { copy = "
			 "\"ba\"; }; ba = { }; } ); } );");
	struct wf_node *also = wf_node_clone(t);
	struct wf_node *link = wf_conf_owner_node(also, "wan", NULL);
	struct wf_node *class = wf_conf_owner_node(also, "wan", "c");

	assert_false(wf_conf_dir_node(link, WF_AB, false)->copied);
	assert_true(wf_conf_dir_node(link, WF_BA, false)->copied);
	assert_true(wf_conf_dir_node(class, WF_AB, false)->copied);
	assert_false(wf_conf_dir_node(class, WF_BA, false)->copied);
	wf_node_free(t);
	wf_node_free(also);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_scalar_is_its_main_key),
		cmocka_unit_test(a_scalar_loss_is_bernoulli),
		cmocka_unit_test(a_block_of_one_key_stays_a_scalar),
		cmocka_unit_test(blocks_and_other_keys_stay_as_they_are),
		cmocka_unit_test(a_new_block_has_the_line_of_its_scalar),
		cmocka_unit_test(a_copy_is_the_other_direction),
		cmocka_unit_test(its_own_keys_win_over_the_copy),
		cmocka_unit_test(its_own_model_drops_the_keys_of_the_copied_one),
		cmocka_unit_test(classes_copy_among_their_own_directions),
		cmocka_unit_test(a_copied_direction_is_where_it_says_copy),
		cmocka_unit_test(a_copy_that_goes_nowhere_is_left_to_complain_about),
		cmocka_unit_test(a_second_time_changes_nothing),
		cmocka_unit_test(odd_trees_are_left_alone),
		cmocka_unit_test(a_copy_is_marked_as_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
