/* SPDX-License-Identifier: BSD-3-Clause
 * Gaps of a busy loop: the wait that they cause, against what arithmetic says.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "wf_gaps.h"

static struct wf_gaps g;

static int
setup(void **state)
{
	g.n = 0;
	g.longest_ns = 0;
	g.lasted_ns = 1000000000;
	return 0;
}

/* 20 gaps of 1 ms in a second: 2 % of all instants fall into one, and wait evenly up to 1 ms. */
static void
the_wait_is_spread_over_the_gap(void **state)
{
	for (int i = 0; i < 20; i++)
		assert_true(wf_gaps_add(&g, 1000000));
	assert_int_equal(wf_gaps_wait_ns(&g, 0.98), 0);
	assert_int_equal(wf_gaps_wait_ns(&g, 0.99), 500000);
	assert_int_equal(wf_gaps_wait_ns(&g, 0.995), 750000);
	assert_int_equal(wf_gaps_wait_ns(&g, 1), 1000000);
}

static void
short_ones_are_the_loop_itself(void **state)
{
	for (int i = 0; i < 100000; i++)
		assert_true(wf_gaps_add(&g, WF_GAPS_LEAST_NS - 1));
	assert_int_equal(g.n, 0);
	assert_int_equal(g.longest_ns, WF_GAPS_LEAST_NS - 1);
	assert_int_equal(wf_gaps_wait_ns(&g, 0.99), 0);
}

static void
lengths_are_told_apart(void **state)
{
	wf_gaps_add(&g, 5000);
	wf_gaps_add(&g, 50000);
	wf_gaps_add(&g, 500000);
	wf_gaps_add(&g, 1ull << 40);
	assert_int_equal(wf_gaps_above(&g, 5000), 3);
	assert_int_equal(wf_gaps_above(&g, 100000), 2);
	assert_true(g.longest_ns == 1ull << 40);
}

static void
it_ends_when_there_is_no_room(void **state)
{
	for (uint32_t i = 0; i < WF_GAPS_MAX - 1; i++)
		assert_true(wf_gaps_add(&g, 2000));
	assert_false(wf_gaps_add(&g, 2000));
	assert_int_equal(g.n, WF_GAPS_MAX);
}

static void
a_measurement_lasts_as_long_as_it_should(void **state)
{
	struct wf_clock clock;

	assert_int_equal(wf_clock_init(&clock), 0);
	wf_gaps_measure(&g, &clock, 2000000);
	assert_true(g.lasted_ns >= 2000000 || g.n == WF_GAPS_MAX);
	assert_true(g.longest_ns > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_wait_is_spread_over_the_gap, setup),
		cmocka_unit_test_setup(short_ones_are_the_loop_itself, setup),
		cmocka_unit_test_setup(lengths_are_told_apart, setup),
		cmocka_unit_test_setup(it_ends_when_there_is_no_room, setup),
		cmocka_unit_test_setup(a_measurement_lasts_as_long_as_it_should, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
