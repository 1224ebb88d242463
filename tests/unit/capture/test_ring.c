/* SPDX-License-Identifier: BSD-3-Clause
 * The ring of records: what goes in comes out, in order and whole, whatever the lengths, or it is
 * refused; between two threads as well.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "wf_capture_ring.h"

static uint32_t
length_of(uint64_t i)
{
	return (uint32_t)(i * 2654435761u >> 7) % 1500;
}

static bool
put(struct wf_capture_ring *r, uint64_t i)
{
	struct wf_capture_record *x = wf_capture_ring_reserve(r, length_of(i));

	if (x == NULL)
		return false;
	x->time_ns = i;
	memset(x->data, (int)(i & 0xff), x->cap_bytes);
	wf_capture_ring_publish(r);
	return true;
}

static void
check(const struct wf_capture_record *x, uint64_t i)
{
	assert_int_equal(x->time_ns, i);
	assert_int_equal(x->cap_bytes, length_of(i));
	for (uint32_t k = 0; k < x->cap_bytes; k++)
		assert_int_equal(x->data[k], i & 0xff);
}

static void
test_fills_and_empties(void **state)
{
	struct wf_capture_ring r;
	uint64_t in = 0, out = 0;

	assert_int_equal(wf_capture_ring_init(&r, 16384), 0);
	assert_null(wf_capture_ring_peek(&r));
	for (int turn = 0; turn < 1000; turn++) {
		const struct wf_capture_record *x;

		while (put(&r, in))
			in++;
		assert_in_range(in - out, 8, 200); /* most of the ring is used */
		for (int k = 0; k < 1 + turn % 9 && (x = wf_capture_ring_peek(&r)) != NULL; k++) {
			check(x, out++);
			wf_capture_ring_take(&r, x);
		}
	}
	assert_true(out > 3000);
	wf_capture_ring_fini(&r);
}

static void
test_what_is_not_published_is_not_there(void **state)
{
	struct wf_capture_ring r;

	assert_int_equal(wf_capture_ring_init(&r, 4096), 0);
	assert_non_null(wf_capture_ring_reserve(&r, 100));
	assert_null(wf_capture_ring_peek(&r));
	assert_true(put(&r, 5));
	check(wf_capture_ring_peek(&r), 5);
	assert_null(wf_capture_ring_reserve(&r, 5000)); /* never fits */
	wf_capture_ring_fini(&r);
}

#define MANY 300000

static void *
produce(void *arg)
{
	for (uint64_t i = 0; i < MANY;)
		if (put(arg, i))
			i++;
		else
			sched_yield();
	return NULL;
}

static void
test_two_threads(void **state)
{
	struct wf_capture_ring r;
	pthread_t thread;

	assert_int_equal(wf_capture_ring_init(&r, 65536), 0);
	assert_int_equal(pthread_create(&thread, NULL, produce, &r), 0);
	for (uint64_t i = 0; i < MANY;) {
		const struct wf_capture_record *x = wf_capture_ring_peek(&r);

		if (x == NULL) {
			sched_yield();
			continue;
		}
		check(x, i++);
		wf_capture_ring_take(&r, x);
	}
	pthread_join(thread, NULL);
	assert_null(wf_capture_ring_peek(&r));
	wf_capture_ring_fini(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fills_and_empties),
		cmocka_unit_test(test_what_is_not_published_is_not_there),
		cmocka_unit_test(test_two_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
