/* SPDX-License-Identifier: BSD-3-Clause
 * Timelines from overrides: a plan for each instant at which something begins or ends.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "rig.h"
#include "wf_timeline.h"

static void
each_edge_has_its_plan(void **state)
{
	static const wf_ns_t want[] = { 10, 100, 120, 150, 170 };
	struct wf_timeline t = { 0 };
	struct wf_overrides l = { 0 };
	struct wf_err *err = wf_err_new();
	struct wf_setup *s;

	rig_override(&l, NULL, "ab", "delay=1ms", 100, 50);
	rig_override(&l, NULL, "ba", "loss=1%", 120, 0);
	rig_override(&l, NULL, "ab", "rate=1Mbit", 150, 20);
	rig_override(&l, NULL, "ab", "rate=1Mbit", 5, 4); /* over before it begins */
	s = rig_next(NULL, rig_tree("", "", ""), &l, 10);
	assert_int_equal(wf_timeline_of(&t, s, err), 0);
	wf_setup_free(s);
	assert_int_equal(t.n, WF_ARRAY_SIZE(want));
	for (uint32_t i = 0; i < t.n; i++) {
		assert_int_equal(t.plan[i]->from_ns, want[i]);
		assert_int_equal(t.plan[i]->generation, i + 1);
	}
	assert_int_equal(t.plan[1]->dir[0].holds, true);
	assert_int_equal(t.plan[4]->dir[0].path, WF_PATH_WIRE);
	wf_timeline_fini(&t);
	wf_overrides_fini(&l);
	wf_err_free(err);
}

static void
what_makes_no_sense_at_its_time_is_told(void **state)
{
	struct wf_timeline t = { 0 };
	struct wf_overrides l = { 0 };
	struct wf_err *err = wf_err_new();
	struct wf_setup *s;

	rig_override(&l, NULL, "ab", "delay=parsnip", 100, 50);
	s = rig_next(NULL, rig_tree("", "", ""), &l, 10);
	assert_true(wf_timeline_of(&t, s, err) < 0);
	assert_int_equal(wf_err_count(err), 1);
	wf_timeline_fini(&t);
	wf_setup_free(s);
	wf_overrides_fini(&l);
	wf_err_free(err);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_edge_has_its_plan),
		cmocka_unit_test(what_makes_no_sense_at_its_time_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
