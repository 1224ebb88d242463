/* SPDX-License-Identifier: BSD-3-Clause
 * The live clock against the kernel's.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "wf_clock.h"

static wf_ns_t
kernel_ns(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (wf_ns_t)ts.tv_sec * WF_NS_PER_S + (wf_ns_t)ts.tv_nsec;
}

static int
setup(void **state)
{
	struct wf_clock *c = calloc(1, sizeof(*c));

	*state = c;
	return c ? wf_clock_init(c) : -1;
}

static int
teardown(void **state)
{
	free(*state);
	return 0;
}

static void
time_starts_at_zero(void **state)
{
	struct wf_clock *c = *state;

	assert_int_equal(wf_clock_ns_at(c, c->start_cycles), 0);
	assert_true(wf_clock_ns(c) < 60 * WF_NS_PER_S);
}

static void
a_second_of_cycles_is_a_second(void **state)
{
	struct wf_clock *c = *state;
	wf_ns_t ns = wf_clock_ns_at(c, c->start_cycles + (uint64_t)c->hz);

	assert_in_range(ns, WF_NS_PER_S - 2, WF_NS_PER_S + 2);
}

static void
ten_years_do_not_overflow(void **state)
{
	struct wf_clock *c = *state;
	uint64_t seconds = 10ull * 365 * 86400;
	wf_ns_t ns = wf_clock_ns_at(c, c->start_cycles + seconds * (uint64_t)c->hz);

	assert_in_range(ns / WF_NS_PER_S, seconds - 1, seconds + 1);
}

/* The best of some tries, because the machine may stall between two readings of different clocks.
 */
static void
it_runs_at_the_kernels_rate(void **state)
{
	struct wf_clock *c = *state;
	double best = 1;

	for (int i = 0; i < 10 && best > 100e-6; i++) {
		wf_ns_t k0 = kernel_ns(CLOCK_MONOTONIC_RAW), w0 = wf_clock_ns(c), k1, w1;
		double off;

		do
			k1 = kernel_ns(CLOCK_MONOTONIC_RAW);
		while (k1 - k0 < 20 * WF_NS_PER_MS);
		w1 = wf_clock_ns(c);
		off = (double)(w1 - w0) / (double)(k1 - k0) - 1;
		best = off < 0 ? (-off < best ? -off : best) : (off < best ? off : best);
	}
	assert_true(best <= 100e-6);
}

static void
it_knows_the_wall_time_of_its_start(void **state)
{
	struct wf_clock *c = *state;
	wf_ns_t ours = c->start_realtime_ns + wf_clock_ns(c), kernel = kernel_ns(CLOCK_REALTIME);

	assert_in_range(ours, kernel - WF_NS_PER_S, kernel + WF_NS_PER_S);
}

static void
it_never_goes_backwards(void **state)
{
	struct wf_clock *c = *state;
	wf_ns_t last = 0;

	for (int i = 0; i < 1000000; i++) {
		wf_ns_t now = wf_clock_ns(c);

		assert_true(now >= last);
		last = now;
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(time_starts_at_zero),
		cmocka_unit_test(a_second_of_cycles_is_a_second),
		cmocka_unit_test(ten_years_do_not_overflow),
		cmocka_unit_test(it_runs_at_the_kernels_rate),
		cmocka_unit_test(it_knows_the_wall_time_of_its_start),
		cmocka_unit_test(it_never_goes_backwards),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
