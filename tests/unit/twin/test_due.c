/* SPDX-License-Identifier: BSD-3-Clause
 * The order of leaving, against a stable sort.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wf_twin_due.h"

#define N 5000

static uint64_t
random_u64(uint64_t *s)
{
	uint64_t z = *s += 0x9e3779b97f4a7c15ull;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	return z ^ (z >> 31);
}

/* Due, then put first; rx_ns is the number of the put. */
static int
compare(const void *a, const void *b)
{
	const struct wf_held *x = a, *y = b;

	if (x->due_ns != y->due_ns)
		return x->due_ns < y->due_ns ? -1 : 1;
	return x->rx_ns < y->rx_ns ? -1 : 1;
}

static void
it_sorts_and_equal_times_keep_their_order(void **state)
{
	static const uint64_t spans[] = { 1, 3, 256, 1ull << 40 };
	static struct wf_held want[N];
	struct wf_twin_due d = { 0 };
	struct wf_held h;
	uint64_t s = 7;

	for (size_t k = 0; k < WF_ARRAY_SIZE(spans); k++) {
		for (uint32_t i = 0; i < N; i++) {
			want[i] =
				(struct wf_held){ .due_ns = random_u64(&s) % spans[k], .rx_ns = i };
			assert_int_equal(wf_twin_due_put(&d, &want[i]), 0);
		}
		qsort(want, N, sizeof(want[0]), compare);
		for (uint32_t i = 0; i < N; i++) {
			assert_true(wf_twin_due_take(&d, UINT64_MAX, &h));
			assert_memory_equal(&h, &want[i], sizeof(h));
		}
		assert_false(wf_twin_due_take(&d, UINT64_MAX, &h));
	}
	wf_twin_due_fini(&d);
}

static void
nothing_leaves_before_its_time(void **state)
{
	struct wf_twin_due d = { 0 };
	struct wf_held h = { .due_ns = 1000 };

	assert_int_equal(wf_twin_due_put(&d, &h), 0);
	assert_false(wf_twin_due_take(&d, 999, &h));
	h.due_ns = 500;
	assert_int_equal(wf_twin_due_put(&d, &h), 0);
	assert_true(wf_twin_due_take(&d, 999, &h));
	assert_int_equal(h.due_ns, 500);
	assert_false(wf_twin_due_take(&d, 999, &h));
	assert_true(wf_twin_due_take(&d, 1000, &h));
	wf_twin_due_fini(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_sorts_and_equal_times_keep_their_order),
		cmocka_unit_test(nothing_leaves_before_its_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
