/* SPDX-License-Identifier: BSD-3-Clause
 * How long frames without stamps may have waited, from the instants of the polls that took them:
 * against queues whose frames know when they came.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "wf_wait.h"

#define US WF_NS_PER_US
#define MS WF_NS_PER_MS

static void
an_ordinary_loop_waits_for_nothing(void **state)
{
	struct wf_wait w = { .since_ns = 1000, .slots = 1024 };
	wf_ns_t at_ns = 1000;

	for (int i = 0; i < 1000; i++, at_ns += 40 * US) {
		assert_int_equal(wf_wait_burst(&w, at_ns, at_ns + 1, i % WF_BURST), 0);
		assert_int_equal(w.since_ns, at_ns);
	}
}

static void
what_came_in_a_stall_may_have_come_at_its_beginning(void **state)
{
	struct wf_wait w = { .since_ns = MS, .slots = 1024 };

	assert_int_equal(wf_wait_burst(&w, 501 * MS, 501 * MS, 3), 500 * MS);
	/* Then there was nothing more: what comes now comes later. */
	assert_int_equal(wf_wait_burst(&w, 501 * MS + 9 * US, 501 * MS + 10 * US, 3), 0);
}

static void
until_the_queue_is_seen_empty(void **state)
{
	struct wf_wait w = { .since_ns = MS, .slots = 1024 };
	wf_ns_t at_ns = 501 * MS;

	for (int i = 0; i < 5; i++, at_ns += 10 * US)
		assert_int_equal(wf_wait_burst(&w, at_ns, at_ns, WF_BURST), at_ns - MS);
	assert_int_equal(wf_wait_burst(&w, at_ns, at_ns, WF_BURST - 1), at_ns - MS);
	assert_int_equal(wf_wait_burst(&w, at_ns + US, at_ns + US, WF_BURST), 0);
}

static void
bursts_one_after_the_other_are_no_stall(void **state)
{
	struct wf_wait w = { .since_ns = MS, .slots = 1024 };

	for (wf_ns_t at_ns = MS; at_ns < MS + WF_WAIT_NS; at_ns += 10 * US)
		assert_int_equal(wf_wait_burst(&w, at_ns, at_ns + US, WF_BURST), 0);
}

/* A queue that is never empty: nothing waits longer than its slots take to go by. */
static void
a_full_queue_bounds_the_wait(void **state)
{
	struct wf_wait w = { .since_ns = MS, .slots = 1024 };
	wf_ns_t at_ns = MS, longest_ns = 0;
	wf_ns_t turn_ns = 100 * US, round_ns = turn_ns * (1024 / WF_BURST);

	for (int i = 0; i < 100000; i++, at_ns += turn_ns) {
		wf_ns_t waited_ns = wf_wait_burst(&w, at_ns, at_ns, WF_BURST);

		longest_ns = waited_ns > longest_ns ? waited_ns : longest_ns;
	}
	assert_in_range(longest_ns, round_ns, 2 * round_ns + turn_ns);
}

static void
what_is_made_when_asked_for_never_waits(void **state)
{
	struct wf_wait w = { .since_ns = MS };

	for (wf_ns_t at_ns = MS; at_ns < 2000 * MS; at_ns += 7 * MS)
		assert_int_equal(wf_wait_burst(&w, at_ns, at_ns, WF_BURST), 0);
}

/* Frames come and go at random, with stalls: nobody waits longer than is said, but for what is not
 * worth mentioning; and a stall is not forgotten. */
static void
it_is_an_upper_bound(void **state)
{
	enum { SLOTS = 256 };
	static wf_ns_t came_ns[SLOTS];
	struct wf_wait w = { .since_ns = 1, .slots = SLOTS };
	uint32_t head = 0, tail = 0, told = 0, seed = 1;
	wf_ns_t now_ns = 1;

	for (int turn = 0; turn < 200000; turn++) {
		uint32_t dice = (seed = seed * 1664525 + 1013904223) >> 8, n;
		wf_ns_t step_ns = dice % 1000 == 0 ? 500 * MS : 1 + dice % (60 * US);
		uint32_t come = dice % 97 % 40;
		wf_ns_t poll_ns, waited_ns;

		for (uint32_t i = 0; i < come && head - tail < SLOTS; i++)
			came_ns[head++ % SLOTS] = now_ns + (i + 1) * step_ns / (come + 1);
		poll_ns = now_ns += step_ns;
		n = head - tail < WF_BURST ? head - tail : WF_BURST;
		waited_ns = wf_wait_burst(&w, poll_ns, now_ns, n);
		for (uint32_t i = 0; i < n; i++) {
			wf_ns_t real_ns = now_ns - came_ns[tail++ % SLOTS];

			assert_true(real_ns <= waited_ns || real_ns <= WF_WAIT_NS);
		}
		told += waited_ns > 400 * MS;
	}
	assert_true(told > 100);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_ordinary_loop_waits_for_nothing),
		cmocka_unit_test(what_came_in_a_stall_may_have_come_at_its_beginning),
		cmocka_unit_test(until_the_queue_is_seen_empty),
		cmocka_unit_test(bursts_one_after_the_other_are_no_stall),
		cmocka_unit_test(a_full_queue_bounds_the_wait),
		cmocka_unit_test(what_is_made_when_asked_for_never_waits),
		cmocka_unit_test(it_is_an_upper_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
