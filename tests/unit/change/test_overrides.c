/* SPDX-License-Identifier: BSD-3-Clause
 * Changes and lists of them, before any configuration.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "rig.h"

static void
edges_are_beginnings_and_ends(void **state)
{
	struct wf_overrides l = { 0 };

	assert_int_equal(wf_overrides_edge(&l), UINT64_MAX);
	rig_override(&l, NULL, "ab", "delay=1ms", 100, 50);
	rig_override(&l, NULL, "ab", "delay=2ms", 120, 0);
	assert_int_equal(wf_overrides_edge(&l), 100);
	l.at[0].merged = true;
	assert_int_equal(wf_overrides_edge(&l), 120);
	l.at[1].merged = true;
	assert_int_equal(wf_overrides_edge(&l), 150);
	assert_true(wf_override_stands(&l.at[0], 100));
	assert_true(wf_override_stands(&l.at[0], 149));
	assert_false(wf_override_stands(&l.at[0], 150));
	wf_overrides_fini(&l);
}

/* Whatever was asked for first: what begins later wins. */
static void
they_stand_in_the_order_in_which_they_begin(void **state)
{
	struct wf_overrides l = { 0 };

	assert_null(wf_overrides_newest(&l));
	rig_override(&l, NULL, "ab", "delay=1ms", 300, 0);
	rig_override(&l, NULL, "ab", "delay=2ms", 100, 0);
	rig_override(&l, NULL, "ab", "delay=3ms", 200, 0);
	rig_override(&l, NULL, "ab", "delay=4ms", 200, 0);
	assert_int_equal(l.at[0].id, 2);
	assert_int_equal(l.at[1].id, 3);
	assert_int_equal(l.at[2].id, 4);
	assert_int_equal(l.at[3].id, 1);
	assert_int_equal(wf_overrides_newest(&l)->id, 4);
	wf_overrides_fini(&l);
}

static void
a_copy_leaves_out_what_has_ended_and_keeps_numbers(void **state)
{
	struct wf_overrides l = { 0 }, copy = { 0 };

	rig_override(&l, NULL, "ab", "delay=1ms", 100, 50);
	rig_override(&l, NULL, "ba", "delay=2ms", 100, 0);
	assert_int_equal(wf_overrides_copy(&copy, &l, 150), 0);
	assert_int_equal(copy.n, 1);
	assert_int_equal(copy.at[0].id, 2);
	wf_overrides_drop(&copy, 0);
	rig_override(&copy, NULL, "ba", "delay=2ms", 100, 0);
	assert_int_equal(copy.at[0].id, 3); /* never again 2 */
	wf_overrides_fini(&copy);
	wf_overrides_fini(&l);
}

static void
is_written_as_wfctl_set_takes_it(void **state)
{
	struct wf_change *c = rig_change("voip", "both", "delay.mean=20ms loss=null", 0, 0);
	char text[WF_CHANGE_TEXT];

	assert_string_equal(wf_change_format(c, text), "wan voip both delay.mean=20ms loss=null");
	wf_change_free(c);
}

static void
text_that_is_too_long_is_cut(void **state)
{
	struct wf_change *c = wf_change_new(0, 0);
	char text[WF_CHANGE_TEXT];

	for (int i = 0; i < 20; i++) {
		struct wf_change_item item = { .link = "a-link-with-quite-a-long-name",
			.side = { true, false },
			.patch = wf_node_new(WF_NODE_GROUP, NULL) };

		assert_int_equal(wf_change_add(c, &item), 0);
	}
	wf_change_format(c, text);
	assert_int_equal(strlen(text), WF_CHANGE_TEXT - 1);
	wf_change_free(c);
}

#define TEST(f) cmocka_unit_test(f)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(edges_are_beginnings_and_ends),
		TEST(they_stand_in_the_order_in_which_they_begin),
		TEST(a_copy_leaves_out_what_has_ended_and_keeps_numbers),
		TEST(is_written_as_wfctl_set_takes_it),
		TEST(text_that_is_too_long_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
