/* SPDX-License-Identifier: BSD-3-Clause
 * Packets that come back, told apart by their marks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "test_calibrate.h"

static struct wf_hist path;

static uint64_t
match(const struct wf_calibrate_seen *left, uint64_t n_left, const struct wf_calibrate_seen *came,
	uint64_t n_came)
{
	wf_hist_init(&path);
	return wf_calibrate_match(left, n_left, came, n_came, &path);
}

static void
each_is_known_by_its_mark(void **state)
{
	const struct wf_calibrate_seen left[] = { { 1000, 0 }, { 2000, 1 }, { 3000, 2 } };
	/* The first two come when the third has left. */
	const struct wf_calibrate_seen came[] = { { 3010, 0 }, { 3030, 1 }, { 3040, 2 } };

	assert_int_equal(match(left, 3, came, 3), 3);
	assert_int_equal(path.count, 3);
	assert_int_equal(path.min_ns, 40);
	assert_int_equal(path.max_ns, 2010);
	assert_int_equal(path.sum_ns, 2010 + 1030 + 40);
}

static void
what_is_lost_shifts_nothing(void **state)
{
	struct wf_calibrate_seen left[200], came[200];
	uint64_t n = 0;

	for (uint32_t i = 0; i < 200; i++) {
		left[i] = (struct wf_calibrate_seen){ 1000 * (i + 1), i % WF_CALIBRATE_MARKS };
		if (i % 3 != 0)
			came[n++] = (struct wf_calibrate_seen){ left[i].ns + 1500, left[i].mark };
	}
	assert_int_equal(match(left, 200, came, n), n);
	assert_int_equal(path.min_ns, 1500);
	assert_int_equal(path.max_ns, 1500);
}

static void
what_did_not_leave_is_none_of_ours(void **state)
{
	const struct wf_calibrate_seen left[] = { { 1000, 5 } };
	const struct wf_calibrate_seen came[] = { { 500, 5 }, { 1007, 5 }, { 1008, 5 },
		{ 1009, 6 } };

	assert_int_equal(match(left, 1, came, 4), 1);
	assert_int_equal(path.max_ns, 7);
	assert_int_equal(match(left, 0, came, 4), 0);
	assert_int_equal(match(left, 1, came, 0), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_known_by_its_mark),
		cmocka_unit_test(what_is_lost_shifts_nothing),
		cmocka_unit_test(what_did_not_leave_is_none_of_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
