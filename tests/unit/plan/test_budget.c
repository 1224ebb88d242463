/* SPDX-License-Identifier: BSD-3-Clause
 * The memory budget: rate x the longest wait.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "planner.h"
#include "wf_plan_budget.h"

static void
the_longest_wait_is_queue_and_delay(void **state)
{
	struct wf_forecast f = { .delay_max_ns = 20e6, .queue_max_ns = 50e6 };

	assert_true(wf_plan_longest_ns(&f) == 70e6);
}

static void
packets_are_rate_times_wait(void **state)
{
	/* 12.112 Mbit/s are 1000 full frames a second. */
	struct wf_forecast f = { .rate_bps = 12112000, .delay_max_ns = 2e9 };

	assert_true(fabs(wf_plan_packets(&f, 1514) - 2000) < 1e-6);
	assert_true(fabs(wf_plan_packets(&f, 757) - 4000) < 1e-6);
}

static void
without_a_rate_nobody_knows(void **state)
{
	struct wf_forecast f = { .delay_max_ns = 2e9 };

	assert_true(wf_plan_packets(&f, 1514) == 0);
}

static void
all_classes_of_all_directions_count(void **state)
{
	const char *dir = "rate = \"12112kbit\"; queue = \"1s\";";
	struct wf_plan *p = plan_of(plan_text("", dir, dir,
					    "{ name = \"x\"; match = { dport = \"1\"; };"
					    " ab = { rate = \"12112kbit\"; queue = \"1s\"; }; }"),
		NULL);

	assert_true(fabs(wf_plan_bytes(p) - 3000.0 * WF_BUDGET_HELD_BYTES) < 1);
	wf_plan_free(p);
}

static void
the_rate_that_memory_holds_inverts_it(void **state)
{
	struct wf_forecast f = { .rate_bps = 1000000000, .delay_max_ns = 300e6 };
	double bytes = wf_plan_packets(&f, WF_BUDGET_FRAME_BYTES) * WF_BUDGET_HELD_BYTES;

	assert_true(
		fabs(wf_plan_rate_held(bytes, 300e6, WF_BUDGET_FRAME_BYTES, 0) / 1e9 - 1) < 1e-9);
	assert_true(wf_plan_rate_held(1e9, 0, WF_BUDGET_FRAME_BYTES, 0) == 0);
}

static void
short_frames_share_a_buffer(void **state)
{
	assert_true(wf_plan_held_bytes(128, 128) == WF_BUDGET_HELD_BYTES / 16.0);
	assert_true(wf_plan_held_bytes(64, 128) == WF_BUDGET_HELD_BYTES / 16.0);
	assert_true(wf_plan_held_bytes(64, 64) == WF_BUDGET_HELD_BYTES / 32.0);
	assert_true(wf_plan_held_bytes(129, 128) == WF_BUDGET_HELD_BYTES);
	assert_true(wf_plan_held_bytes(64, 0) == WF_BUDGET_HELD_BYTES);
}

/* 10 million 64-byte frames a second, for a second. */
static void
ten_million_short_frames_take_less_than_2_gb(void **state)
{
	struct wf_forecast f = { .rate_bps = 10000000ull * 64 * 8, .delay_max_ns = 1e9 };
	double packets = wf_plan_packets(&f, 64);

	assert_true(fabs(packets - 1e7) < 1);
	assert_true(packets * (wf_plan_held_bytes(64, 128) + WF_BUDGET_RECORD_BYTES) < 2e9);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_longest_wait_is_queue_and_delay),
		cmocka_unit_test(packets_are_rate_times_wait),
		cmocka_unit_test(without_a_rate_nobody_knows),
		cmocka_unit_test(short_frames_share_a_buffer),
		cmocka_unit_test(ten_million_short_frames_take_less_than_2_gb),
		cmocka_unit_test(all_classes_of_all_directions_count),
		cmocka_unit_test(the_rate_that_memory_holds_inverts_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
