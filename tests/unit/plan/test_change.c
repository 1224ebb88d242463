/* SPDX-License-Identifier: BSD-3-Clause
 * One plan after the other: what a change keeps, what it makes anew, and that nothing leaks.
 */
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "eal.h"
#include "planner.h"

#define CLASS(name, port, ab)                                                                      \
	"{ name = \"" name "\"; match = { dport = \"" port "\"; }; ab = { " ab " }; }"

/* Changes *p; frees the plan before. */
static void
change(struct wf_plan **p, const char *ab, const char *classes)
{
	struct wf_plan *next = plan_of(plan_text("", ab, "", classes), *p);

	wf_plan_free(*p);
	*p = next;
}

static void
the_generation_counts_changes(void **state)
{
	struct wf_plan *p = NULL;

	for (uint64_t i = 1; i <= 5; i++) {
		change(&p, "", "");
		assert_int_equal(p->generation, i);
	}
	wf_plan_free(p);
}

static void
a_class_keeps_slot_and_uid(void **state)
{
	struct wf_plan *p = NULL;
	uint16_t slot;
	uint32_t uid, uid_default;

	change(&p, "", CLASS("x", "1", "loss = \"1%\";") "," CLASS("y", "2", ""));
	slot = plan_class(p, 0, "y")->slot;
	uid = plan_class(p, 0, "y")->uid;
	uid_default = plan_class(p, 0, "default")->uid;
	change(&p, "delay = \"1ms\";",
		CLASS("new", "3", "") "," CLASS("y", "7", "rate = \"1Mbit\";"));
	assert_int_equal(plan_class(p, 0, "y")->slot, slot);
	assert_int_equal(plan_class(p, 0, "y")->uid, uid);
	assert_int_equal(plan_class(p, 0, "default")->uid, uid_default);
	wf_plan_free(p);
}

/* Its packets may still be held. */
static void
the_slot_of_a_class_that_went_comes_up_again_last(void **state)
{
	struct wf_plan *p = NULL;
	uint16_t slot;

	change(&p, "", CLASS("x", "1", ""));
	slot = plan_class(p, 0, "x")->slot;
	change(&p, "", CLASS("y", "1", ""));
	assert_true(plan_class(p, 0, "y")->slot != slot);
	change(&p, "", CLASS("y", "1", "") "," CLASS("z", "2", ""));
	assert_true(plan_class(p, 0, "z")->slot != slot);
	wf_plan_free(p);
}

static void
a_uid_is_never_used_twice(void **state)
{
	struct wf_plan *p = NULL;
	uint32_t last = 0;

	for (int i = 0; i < 20; i++) {
		change(&p, "", i % 2 ? "" : CLASS("x", "1", ""));
		if (i % 2)
			continue;
		assert_true(plan_class(p, 0, "x")->uid > last);
		last = plan_class(p, 0, "x")->uid;
	}
	wf_plan_free(p);
}

static void
slots_do_not_grow_for_ever(void **state)
{
	struct wf_plan *p = NULL;

	for (int i = 0; i < WF_PLAN_MAX_SLOTS + 100; i++) {
		char class[100];

		snprintf(class, sizeof(class), CLASS("c%d", "1", ""), i);
		change(&p, "", class);
	}
	assert_int_equal(p->n_slots, WF_PLAN_MAX_SLOTS);
	wf_plan_free(p);
}

/* ---- Epochs: when do flows look their class up again? ---- */

static void
epoch_after(const char *before, const char *after, bool changes)
{
	struct wf_plan *p = NULL;
	uint32_t ab, ba;

	change(&p, "", before);
	ab = p->dir[0].epoch;
	ba = p->dir[1].epoch;
	assert_true(ab > 0);
	change(&p, "loss = \"3%\";", after);
	assert_int_equal(p->dir[0].epoch, ab + changes);
	assert_int_equal(p->dir[1].epoch, ba);
	wf_plan_free(p);
}

static void
other_impairments_are_not_other_rules(void **state)
{
	epoch_after("", "", false);
	epoch_after(CLASS("x", "1", "loss = \"1%\";"), CLASS("x", "1", "delay = \"1ms\";"), false);
}

static void
other_rules_begin_an_epoch(void **state)
{
	epoch_after(CLASS("x", "1", ""), CLASS("x", "2", ""), true);
	epoch_after(CLASS("x", "1", ""), "", true);
	epoch_after("", CLASS("x", "1", ""), true);
	epoch_after(CLASS("x", "1", "") "," CLASS("y", "1-9", ""),
		CLASS("y", "1-9", "") "," CLASS("x", "1", ""), true);
}

static void
an_epoch_never_comes_back(void **state)
{
	struct wf_plan *p = NULL;
	uint32_t last = 0;

	for (int i = 0; i < 10; i++) {
		change(&p, "", i % 2 ? CLASS("x", "1", "") : CLASS("x", "2", ""));
		assert_true(p->dir[0].epoch > last);
		last = p->dir[0].epoch;
	}
	wf_plan_free(p);
}

/* ---- Arming ---- */

static void
only_directions_with_classes_are_armed(void **state)
{
	struct wf_plan *p = NULL;
	struct wf_err *err = wf_err_new();

	change(&p, "", CLASS("x", "1", ""));
	assert_int_equal(wf_plan_arm(p, err), 0);
	assert_non_null(p->dir[0].rules);
	assert_null(p->dir[1].rules);
	wf_err_free(err);
	wf_plan_free(p);
}

static void
two_armed_plans_live_at_once(void **state)
{
	struct wf_plan *p = plan_of(plan_text("", "", "", CLASS("x", "1", "")), NULL);
	struct wf_plan *next = plan_of(plan_text("", "", "", CLASS("x", "2", "")), p);
	struct wf_err *err = wf_err_new();

	assert_int_equal(wf_plan_arm(p, err), 0);
	assert_int_equal(wf_plan_arm(next, err), 0);
	assert_int_equal(wf_plan_arm(next, err), 0); /* again: nothing to do */
	wf_plan_free(p);
	wf_plan_free(next);
	wf_err_free(err);
}

static void
a_thousand_changes_leak_nothing(void **state)
{
	struct wf_plan *p = NULL;
	struct wf_err *err = wf_err_new();
	size_t used = 0;

	for (int i = 0; i < 1000; i++) {
		if (i % 10 == 9) {
			assert_null(plan_try(
				plan_text("", "queue = \"1pkt\";", "", CLASS("x", "1", "")), p,
				err));
			wf_err_free(err);
			err = wf_err_new();
			continue;
		}
		change(&p, i % 2 ? "rate = \"1Mbit\"; delay = \"1ms\";" : "loss = \"1%\";",
			i % 3 ? CLASS("x", "1", "loss = \"5%\";") : "");
		assert_int_equal(wf_plan_arm(p, err), 0);
		if (i == 500)
			used = mallinfo2().uordblks;
	}
	assert_int_equal(wf_err_count(err), 0);
	/* Equal plans at 500 and 998, but for what malloc itself keeps. */
	assert_true(mallinfo2().uordblks <= used + 16384);
	wf_err_free(err);
	wf_plan_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_generation_counts_changes),
		cmocka_unit_test(a_class_keeps_slot_and_uid),
		cmocka_unit_test(the_slot_of_a_class_that_went_comes_up_again_last),
		cmocka_unit_test(a_uid_is_never_used_twice),
		cmocka_unit_test(slots_do_not_grow_for_ever),
		cmocka_unit_test(other_impairments_are_not_other_rules),
		cmocka_unit_test(other_rules_begin_an_epoch),
		cmocka_unit_test(an_epoch_never_comes_back),
		cmocka_unit_test(only_directions_with_classes_are_armed),
		cmocka_unit_test(two_armed_plans_live_at_once),
		cmocka_unit_test(a_thousand_changes_leak_nothing),
	};

	return cmocka_run_group_tests(tests, eal_start, eal_stop);
}
