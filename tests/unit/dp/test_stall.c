/* SPDX-License-Identifier: BSD-3-Clause
 * Stalls of a worker, as the control thread finds them.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "wf_stall.h"

static struct wf_stall stall;

/* After `seen`: how many there are, and the longest. */
static void
longest_is(uint32_t seen, uint32_t n, wf_ns_t begin_ns, wf_ns_t end_ns)
{
	wf_ns_t b, e;

	assert_int_equal(wf_stall_longest(&stall, seen, &b, &e), n);
	assert_int_equal(b, begin_ns);
	assert_int_equal(e, end_ns);
}

static void
the_longest_since_then_is_found(void **state)
{
	stall = (struct wf_stall){ 0 };
	longest_is(0, 0, 0, 0);
	wf_stall_note(&stall, 100, 150);
	longest_is(0, 1, 100, 150);
	longest_is(1, 1, 0, 0);
	wf_stall_note(&stall, 200, 290);
	wf_stall_note(&stall, 300, 320);
	longest_is(0, 3, 200, 290);
	longest_is(1, 3, 200, 290);
	longest_is(2, 3, 300, 320);
}

/* The oldest are gone, and their count stays. */
static void
of_many_the_last_are_kept(void **state)
{
	stall = (struct wf_stall){ 0 };
	for (wf_ns_t i = 1; i <= 100; i++)
		wf_stall_note(&stall, 1000 * i, 1000 * i + 200 - i);
	longest_is(0, 100, 1000 * (100 - WF_STALLS + 2),
		1000 * (100 - WF_STALLS + 2) + 98 + WF_STALLS);
	longest_is(98, 100, 99000, 99101);
	/* The count goes round. */
	stall = (struct wf_stall){ .n = UINT32_MAX };
	wf_stall_note(&stall, 5, 9);
	longest_is(UINT32_MAX, 0, 5, 9);
}

#define NOTES 50000000u

static void *
note_all(void *arg)
{
	/* Each is as long as its begin says. */
	for (wf_ns_t i = 1; i <= NOTES; i++)
		wf_stall_note(&stall, i, i + i % 1000 + 1);
	return NULL;
}

/* Never the begin of one and the end of another. */
static void
while_the_worker_goes_on_none_is_torn(void **state)
{
	uint32_t seen = 0;
	pthread_t worker;

	stall = (struct wf_stall){ 0 };
	assert_int_equal(pthread_create(&worker, NULL, note_all, NULL), 0);
	while (seen != NOTES) {
		wf_ns_t b, e;
		uint32_t n = wf_stall_longest(&stall, seen, &b, &e);

		if (e != 0)
			assert_int_equal(e - b, b % 1000 + 1);
		assert_true(n >= seen);
		seen = n;
	}
	pthread_join(worker, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_longest_since_then_is_found),
		cmocka_unit_test(of_many_the_last_are_kept),
		cmocka_unit_test(while_the_worker_goes_on_none_is_torn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
