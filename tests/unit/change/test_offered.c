/* SPDX-License-Identifier: BSD-3-Clause
 * Which of the setups that have been offered is in force, at each instant.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "rig.h"
#include "wf_offered.h"

/* Offers one setup after the other, and holds what is in force at any instant against the last of
 * those that have begun; those that are over end as time goes on. */
static void
check(const wf_ns_t *from_ns, uint32_t n, wf_ns_t until_ns)
{
	struct wf_offered o = { 0 };
	struct wf_overrides none = { 0 };
	struct wf_setup *last = rig_next(NULL, rig_tree("", "", ""), NULL, 0);
	uint64_t generation = last->plan->generation;

	for (uint32_t i = 0; i < n; i++) {
		struct wf_setup *next = rig_next(last, NULL, &none, from_ns[i]);

		wf_offered_follow(&o, last, next);
		last = next;
	}
	for (wf_ns_t now_ns = 0; now_ns <= until_ns; now_ns++) {
		uint64_t want = generation;

		for (uint32_t i = 0; i < n; i++)
			want += from_ns[i] <= now_ns;
		assert_int_equal(wf_offered_in_force(&o, last, now_ns)->plan->generation, want);
		if (now_ns % 3 == 0)
			wf_offered_pass(&o, last, now_ns);
	}
	assert_int_equal(o.n, 0);
	wf_offered_fini(&o);
	wf_setup_free(last);
}

static void
each_has_its_time(void **state)
{
	static const wf_ns_t one[] = { 10 }, some[] = { 3, 3, 4, 9, 20, 20, 20, 21 };

	check(one, WF_ARRAY_SIZE(one), 15);
	check(some, WF_ARRAY_SIZE(some), 30);
	check(some, 0, 5);
}

static void
of_too_many_the_youngest_are_forgotten(void **state)
{
	struct wf_offered o = { 0 };
	struct wf_overrides none = { 0 };
	struct wf_setup *last = rig_next(NULL, rig_tree("", "", ""), NULL, 0);

	for (uint32_t i = 1; i <= WF_OFFERED_MAX + 5; i++) {
		struct wf_setup *next = rig_next(last, NULL, &none, 10 * i);

		wf_offered_follow(&o, last, next);
		last = next;
	}
	assert_int_equal(o.n, WF_OFFERED_MAX);
	for (uint32_t i = 0; i < WF_OFFERED_MAX; i++)
		assert_int_equal(wf_offered_in_force(&o, last, 10 * i)->plan->from_ns, 10 * i);
	assert_ptr_equal(wf_offered_in_force(&o, last, 10 * (WF_OFFERED_MAX + 5)), last);
	wf_offered_fini(&o);
	wf_setup_free(last);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_has_its_time),
		cmocka_unit_test(of_too_many_the_youngest_are_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
