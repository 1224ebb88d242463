/* SPDX-License-Identifier: BSD-3-Clause
 * Changes of a direction: patches, assignments, and what becomes of the old keys.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rig.h"
#include "wf_conf_bind.h"

#define DELAY "delay = { mean = \"20ms\"; stddev = \"2ms\"; };"
#define GE    "loss = { model = \"gilbert-elliott\"; plr = \"1%\"; mean_burst = 4.0; };"

/* Applies assignments (blanks between them) to a direction; it must then be `expected`. */
static void
set(const char *direction, const char *assignments, const char *expected)
{
	struct wf_node *dir = rig_tree(direction), *patch = wf_node_new(WF_NODE_GROUP, NULL);
	struct wf_err *err = wf_err_new();
	char *words = strdup(assignments), *lines;

	assert_int_equal(wf_conf_expand_dir(dir), 0);
	for (char *w = strtok(words, " "); w != NULL; w = strtok(NULL, " "))
		assert_int_equal(wf_conf_patch_set(patch, w, err), 0);
	assert_int_equal(wf_conf_merge_dir(dir, patch, err), 0);
	rig_is(dir, expected);
	lines = rig_lines(err);
	assert_string_equal(lines, "");
	free(lines);
	free(words);
	wf_err_free(err);
	wf_node_free(patch);
	wf_node_free(dir);
}

static void
a_key_is_changed_and_the_others_stay(void **state)
{
	set(DELAY " rate = { rate = \"1Mbit\"; };", "delay.mean=50ms",
		"delay = { mean = \"50ms\"; stddev = \"2ms\"; }; rate = { rate = \"1Mbit\"; };");
}

static void
a_scalar_sets_the_main_key_and_keeps_the_rest(void **state)
{
	set(DELAY, "delay=50ms", "delay = { mean = \"50ms\"; stddev = \"2ms\"; };");
}

static void
a_block_that_was_absent_is_made(void **state)
{
	set("", "delay.stddev=2ms", "delay = { stddev = \"2ms\"; };");
	set("", "delay=20ms", "delay = { mean = \"20ms\"; };");
}

static void
several_assignments_are_one_change_in_any_order(void **state)
{
	set("", "delay=20ms delay.stddev=2ms loss=1%",
		"delay = { mean = \"20ms\"; stddev = \"2ms\"; };"
		" loss = { model = \"bernoulli\"; p = \"1%\"; };");
	set("", "delay.stddev=2ms delay=20ms", "delay = { stddev = \"2ms\"; mean = \"20ms\"; };");
	set("", "delay=20ms delay=30ms", "delay = { mean = \"30ms\"; };");
	set("", "delay.mean=20ms delay.mean=30ms", "delay = { mean = \"30ms\"; };");
}

static void
null_removes(void **state)
{
	set(DELAY " " GE, "loss=null", DELAY);
	set(DELAY, "delay.stddev=null", "delay = { mean = \"20ms\"; };");
	set(DELAY, "loss=null rate.burst=null", DELAY " rate = {};");
	set(DELAY, "delay.mean=5ms delay=null", "");
}

static void
true_and_false_are_themselves(void **state)
{
	set("", "blackhole=true bypass=false", "blackhole = true; bypass = false;");
}

static void
another_model_drops_the_keys_of_the_old_one(void **state)
{
	set(GE, "loss=2%", "loss = { model = \"bernoulli\"; p = \"2%\"; };");
	set("loss = { model = \"bernoulli\"; p = \"2%\"; };",
		"loss.model=gilbert-elliott loss.plr=1% loss.mean_burst=4",
		"loss = { model = \"gilbert-elliott\"; plr = \"1%\"; mean_burst = \"4\"; };");
}

static void
the_same_model_again_keeps_its_keys(void **state)
{
	set(GE, "loss.model=gilbert-elliott loss.plr=3%",
		"loss = { model = \"gilbert-elliott\"; plr = \"3%\"; mean_burst = 4.0; };");
}

static void
another_distribution_drops_what_it_does_not_know(void **state)
{
	set("delay = { min = \"1ms\"; max = \"9ms\"; distribution = \"uniform\"; order = \"flow\"; "
	    "};",
		"delay.distribution=normal delay.mean=5ms delay.stddev=1ms",
		"delay = { distribution = \"normal\"; order = \"flow\"; mean = \"5ms\";"
		" stddev = \"1ms\"; };");
}

static void
a_nonsense_model_is_left_for_the_checks(void **state)
{
	set(GE, "loss.model=magic",
		"loss = { model = \"magic\"; plr = \"1%\"; mean_burst = 4.0; };");
}

static void
a_value_may_hold_an_equals_sign(void **state)
{
	set("", "x.y=a=b", "x = { y = \"a=b\"; };");
}

static void
what_assigns_nothing_is_refused(void **state)
{
	static const char *const words[] = { "delay", "=5", "" };

	for (size_t i = 0; i < WF_ARRAY_SIZE(words); i++) {
		struct wf_node *patch = wf_node_new(WF_NODE_GROUP, NULL);
		struct wf_err *err = wf_err_new();
		char line[128];

		assert_int_equal(wf_conf_patch_set(patch, words[i], err), -EINVAL);
		wf_err_format(wf_err_item(err, 0), line, sizeof(line));
		assert_non_null(strstr(line, "assigns nothing. Write KEY=VALUE, such as "
					     "delay.mean=20ms."));
		assert_null(patch->first);
		wf_err_free(err);
		wf_node_free(patch);
	}
}

static void
odd_words_are_never_fatal(void **state)
{
	static const char *const words[] = { ".=", ".=null", "delay.=1", "..=1", "delay.mean.x=1",
		"a=", "copy=ab", "delay=null", "delay.mean=null" };
	struct wf_node *dir = rig_tree(DELAY), *patch = wf_node_new(WF_NODE_GROUP, NULL);
	struct wf_err *err = wf_err_new();

	for (size_t round = 0; round < 2; round++)
		for (size_t i = 0; i < WF_ARRAY_SIZE(words); i++) {
			assert_int_equal(wf_conf_patch_set(patch, words[i], err), 0);
			assert_int_equal(wf_conf_merge_dir(dir, patch, err), 0);
		}
	wf_err_free(err);
	wf_node_free(patch);
	wf_node_free(dir);
}

/* RFC 7396: a patch that is not an object would replace the whole. */
static void
a_patch_that_is_no_group_is_refused(void **state)
{
	struct wf_node *dir = rig_tree(DELAY), *patch = wf_node_new(WF_NODE_LIST, NULL);
	struct wf_err *err = wf_err_new();

	assert_int_equal(wf_conf_merge_dir(dir, patch, err), -EINVAL);
	rig_is(dir, DELAY);
	wf_err_free(err);
	wf_node_free(patch);
	wf_node_free(dir);
}

static void
the_patch_itself_is_not_changed(void **state)
{
	struct wf_node *dir = rig_tree(DELAY), *patch = rig_tree("delay = \"1ms\";");

	assert_int_equal(wf_conf_merge_dir(dir, patch, NULL), 0);
	rig_is(patch, "delay = \"1ms\";");
	rig_is(dir, "delay = { mean = \"1ms\"; stddev = \"2ms\"; };");
	wf_node_free(patch);
	wf_node_free(dir);
}

static void
a_direction_is_found_or_made(void **state)
{
	struct wf_node *t = rig_tree(RIG_LINK("ab = { };")), *ba;

	assert_string_equal(
		wf_conf_dir_node(wf_conf_owner_node(t, "wan", NULL), WF_AB, false)->name, "ab");
	assert_null(wf_conf_dir_node(wf_conf_owner_node(t, "wan", NULL), WF_BA, false));
	ba = wf_conf_dir_node(wf_conf_owner_node(t, "wan", NULL), WF_BA, true);
	assert_string_equal(ba->name, "ba");
	assert_ptr_equal(ba, wf_conf_dir_node(wf_conf_owner_node(t, "wan", NULL), WF_BA, false));
	assert_null(wf_conf_dir_node(wf_conf_owner_node(t, "lan", NULL), WF_AB, true));
	wf_node_free(t);
	t = rig_tree("links = 5;");
	assert_null(wf_conf_dir_node(wf_conf_owner_node(t, "wan", NULL), WF_AB, true));
	wf_node_free(t);
}

static void
an_owner_is_a_link_or_a_class(void **state)
{
	struct wf_node *t =
		rig_tree("links = ( { name = \"lan\"; }, { name = \"wan\"; classes = ( { name "
			 "= \"voip\"; ab = { }; } ); } );");
	struct wf_node *wan = wf_conf_owner_node(t, "wan", NULL), *voip;

	assert_non_null(wan);
	assert_ptr_equal(wf_conf_owner_node(t, "wan", "default"), wan);
	voip = wf_conf_owner_node(t, "wan", "voip");
	assert_string_equal(wf_node_get(voip, "name")->string, "voip");
	assert_non_null(wf_conf_dir_node(voip, WF_AB, false));
	assert_null(wf_conf_dir_node(voip, WF_BA, false));
	assert_null(wf_conf_owner_node(t, "wan", "video"));
	assert_null(wf_conf_owner_node(t, "lan", "voip"));
	assert_null(wf_conf_owner_node(t, "man", "voip"));
	wf_node_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_is_changed_and_the_others_stay),
		cmocka_unit_test(a_scalar_sets_the_main_key_and_keeps_the_rest),
		cmocka_unit_test(a_block_that_was_absent_is_made),
		cmocka_unit_test(several_assignments_are_one_change_in_any_order),
		cmocka_unit_test(null_removes),
		cmocka_unit_test(true_and_false_are_themselves),
		cmocka_unit_test(another_model_drops_the_keys_of_the_old_one),
		cmocka_unit_test(the_same_model_again_keeps_its_keys),
		cmocka_unit_test(another_distribution_drops_what_it_does_not_know),
		cmocka_unit_test(a_nonsense_model_is_left_for_the_checks),
		cmocka_unit_test(a_value_may_hold_an_equals_sign),
		cmocka_unit_test(what_assigns_nothing_is_refused),
		cmocka_unit_test(odd_words_are_never_fatal),
		cmocka_unit_test(a_patch_that_is_no_group_is_refused),
		cmocka_unit_test(the_patch_itself_is_not_changed),
		cmocka_unit_test(a_direction_is_found_or_made),
		cmocka_unit_test(an_owner_is_a_link_or_a_class),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
