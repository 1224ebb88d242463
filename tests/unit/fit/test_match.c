/* SPDX-License-Identifier: BSD-3-Clause
 * Packets of one capture in the other: lost, copied, damaged, alike, cut; and clocks that differ.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "rig.h"

#define MS ((int64_t)WF_NS_PER_MS)

static int64_t
constant(void *ctx, uint32_t i)
{
	return *(int64_t *)ctx;
}

static int64_t
every_tenth_lost(void *ctx, uint32_t i)
{
	return i % 10 == 3 ? RIG_LOST : *(int64_t *)ctx;
}

static uint32_t
some_twice(void *ctx, uint32_t i)
{
	return i % 20 == 5 ? 3 : 1;
}

static void
damage(uint8_t *frame, uint32_t i)
{
	frame[22]--; /* TTL */
	if (i % 25 == 7)
		frame[100] ^= 0x10;
}

static void
test_lost_copied_and_damaged(void **state)
{
	int64_t delay_ns = 20 * MS;
	struct rig_network net = { .n = 2000,
		.gap_ns = 1000000,
		.delay = every_tenth_lost,
		.copies = some_twice,
		.change = damage,
		.ctx = &delay_ns };
	struct wf_fit_options o = { 0 };
	struct wf_fit f;

	rig_fit(&net, &o, &f);
	assert_int_equal(f.n_before, 2000);
	assert_int_equal(f.loss.lost, 200);
	assert_int_equal(f.duplicated, 100);
	assert_int_equal((int)f.duplicate_copies, 2);
	assert_int_equal(f.damaged, 80);
	assert_int_equal(f.strange, 0);
	assert_int_equal(f.unsure, 0);
	assert_int_equal(f.delay.law, WF_FIT_CONSTANT);
	assert_true(f.delay.mean == 20e6);
	assert_non_null(strstr(rig_text(&o, &f), "delay = { mean = \"20ms\"; };"));
	assert_non_null(strstr(rig_text(&o, &f), "copies = 2;"));
	assert_non_null(strstr(rig_text(&o, &f), "80 packets came through with other bytes"));
	wf_fit_free(&f);
}

/* Nobody can tell which one it is, but how many there are, and about when. */
static void
test_all_alike(void **state)
{
	int64_t delay_ns = 20 * MS;
	struct rig_network net = {
		.n = 1000, .gap_ns = 1000000, .delay = constant, .same = true, .ctx = &delay_ns
	};
	struct wf_fit_options o = { 0 };
	struct wf_fit f;

	rig_fit(&net, &o, &f);
	assert_int_equal(f.unsure, 1000);
	assert_int_equal(f.loss.lost, 0);
	assert_int_equal(f.delay.n, 0);
	assert_non_null(strstr(rig_text(&o, &f), "1000 packets look like others"));
	wf_fit_free(&f);
}

static void
test_captures_that_begin_later_or_are_cut(void **state)
{
	int64_t delay_ns = 5 * MS;
	struct rig_network net = { .n = 1000,
		.gap_ns = 1000000,
		.delay = every_tenth_lost,
		.snaplen = 96,
		.first = 500,
		.ctx = &delay_ns };
	struct wf_fit_options o = { 0 };
	struct wf_fit f;

	rig_fit(&net, &o, &f);
	assert_int_equal(f.outside, 500);
	assert_int_equal(f.n, 500);
	assert_int_equal(f.loss.lost, 50);
	wf_fit_free(&f);
}

static void
test_clocks(void **state)
{
	int64_t delay_ns = -3000 * MS;
	struct rig_network net = {
		.n = 500, .gap_ns = 1000000, .delay = constant, .ctx = &delay_ns
	};
	struct wf_fit_options o = { 0 };
	struct wf_fit f;

	rig_fit(&net, &o, &f);
	assert_true(f.offset_guessed);
	assert_true(f.delay.mean == 0);
	assert_non_null(strstr(rig_text(&o, &f), "The clocks differ"));
	wf_fit_free(&f);
	o.floor_given = true;
	o.floor_ns = 12 * MS;
	rig_fit(&net, &o, &f);
	assert_false(f.offset_guessed);
	assert_true(f.offset_ns == -3012 * MS);
	assert_true(f.delay.mean == 12e6);
	wf_fit_free(&f);
	o.floor_given = false;
	o.offset_given = true;
	o.offset_ns = -3020 * MS;
	rig_fit(&net, &o, &f);
	assert_true(f.delay.mean == 20e6);
	wf_fit_free(&f);
}

static int64_t
drifting(void *ctx, uint32_t i)
{
	return 10 * MS + i * 50; /* 50 ns a ms */
}

static void
test_drift_is_said(void **state)
{
	struct rig_network net = { .n = 2000, .gap_ns = 1000000, .delay = drifting };
	struct wf_fit_options o = { 0 };
	struct wf_fit f;

	rig_fit(&net, &o, &f);
	assert_true(f.drift_ppm > 49 && f.drift_ppm < 51);
	assert_non_null(strstr(rig_text(&o, &f), "drift by 50.0 us a second"));
	wf_fit_free(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lost_copied_and_damaged),
		cmocka_unit_test(test_all_alike),
		cmocka_unit_test(test_captures_that_begin_later_or_are_cut),
		cmocka_unit_test(test_clocks),
		cmocka_unit_test(test_drift_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
