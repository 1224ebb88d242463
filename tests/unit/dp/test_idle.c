/* SPDX-License-Identifier: BSD-3-Clause
 * How long a worker without work rests: never past what is due, and not at all while there is
 * traffic.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "wf_idle.h"

#define US  WF_NS_PER_US
#define NOW (5 * WF_NS_PER_S)

static void
spinning_never_rests(void **state)
{
	struct wf_idle idle = { .kind = WF_IDLE_spin };

	for (uint32_t turn = 0; turn < 1000; turn++)
		assert_int_equal(
			wf_idle_rest(&idle, NOW + turn * US, UINT64_MAX).how, WF_IDLE_RELAX);
}

static void
pauses_grow_to_two_microseconds(void **state)
{
	struct wf_idle idle = { .kind = WF_IDLE_pause };
	wf_ns_t before = 0;

	for (uint32_t turn = 0; turn < 100; turn++) {
		struct wf_idle_rest r = wf_idle_rest(&idle, NOW, UINT64_MAX);

		assert_int_equal(r.how, turn <= 15 ? WF_IDLE_RELAX : WF_IDLE_PAUSE);
		assert_true(r.ns >= before && r.ns <= 2 * US);
		before = r.ns;
	}
	assert_int_equal(before, 2 * US);
	wf_idle_busy(&idle);
	assert_int_equal(wf_idle_rest(&idle, NOW, UINT64_MAX).how, WF_IDLE_RELAX);
}

static void
sleep_waits_until_traffic_has_paused(void **state)
{
	struct wf_idle idle = { .kind = WF_IDLE_sleep };
	struct wf_idle_rest r;

	assert_int_equal(wf_idle_rest(&idle, NOW, UINT64_MAX).how, WF_IDLE_RELAX);
	assert_int_equal(wf_idle_rest(&idle, NOW + 49 * US, UINT64_MAX).how, WF_IDLE_RELAX);
	r = wf_idle_rest(&idle, NOW + 50 * US, UINT64_MAX);
	assert_int_equal(r.how, WF_IDLE_NAP);
	assert_int_equal(r.ns, 100 * US);
	/* Woken up for nothing: sleeps on at once. */
	assert_int_equal(wf_idle_rest(&idle, NOW + 200 * US, UINT64_MAX).how, WF_IDLE_NAP);
	wf_idle_busy(&idle);
	assert_int_equal(wf_idle_rest(&idle, NOW + 201 * US, UINT64_MAX).how, WF_IDLE_RELAX);
}

/* However near the next packet is due: there is always the margin between the rest and it. */
static void
nothing_rests_past_what_is_due(void **state)
{
	static const enum wf_idle_kind kinds[] = { WF_IDLE_spin, WF_IDLE_pause, WF_IDLE_sleep };

	for (uint32_t k = 0; k < 3; k++) {
		struct wf_idle idle = { .kind = kinds[k], .turns = 1000 };
		uint32_t rested = 0;

		idle.since_ns = NOW - WF_NS_PER_MS;
		for (wf_ns_t left = 0; left < 400 * US; left += 37) {
			struct wf_idle_rest r = wf_idle_rest(&idle, NOW, NOW + left);
			wf_ns_t margin = kinds[k] == WF_IDLE_sleep ? 100 * US : 300;

			if (r.how == WF_IDLE_RELAX)
				continue;
			assert_true(r.ns > 0 && r.ns + margin <= left);
			rested++;
		}
		assert_int_equal(rested > 0, kinds[k] != WF_IDLE_spin);
		/* What is overdue is no reason to rest for ever. */
		assert_int_equal(wf_idle_rest(&idle, NOW, NOW - 5).how, WF_IDLE_RELAX);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spinning_never_rests),
		cmocka_unit_test(pauses_grow_to_two_microseconds),
		cmocka_unit_test(sleep_waits_until_traffic_has_paused),
		cmocka_unit_test(nothing_rests_past_what_is_due),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
