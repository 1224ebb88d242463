/* SPDX-License-Identifier: BSD-3-Clause
 * Summaries of series, against numbers worked out by hand and by theory.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "wf_rng.h"
#include "wf_summary.h"

#define N 64000

static double x[N], scratch[N];

static double
uniform(uint64_t key, uint32_t i)
{
	return (double)(wf_rng_mix(wf_rng_packet(key, i)) >> 11) * 0x1p-53;
}

#define near(a, b) assert_true(fabs((a) - (b)) < 1e-9)

static void
small_series_by_hand(void **state)
{
	const double v[] = { 4, 1, 3, 2, 10 }, runs[] = { 1, 1, 0, 0, 1, 0, 1, 1, 1 };
	const double at[] = { 2, 3, 3.5, 6 };

	near(wf_mean(v, 5, scratch), 4);
	near(wf_stddev(v, 5, scratch), sqrt(12.5));
	near(wf_median(v, 5, scratch), 3);
	near(wf_p99(v, 5, scratch), 10);
	near(wf_longest(v, 5, scratch), 10);
	near(wf_mean_run(runs, 9, scratch), 2);
	near(wf_replay_pace(at, 4, scratch), 0.75);
}

static void
nothing_has_no_value(void **state)
{
	const double none[] = { 0, 0, 0 };

	assert_true(isnan(wf_mean(none, 0, scratch)));
	assert_true(isnan(wf_median(none, 0, scratch)));
	assert_true(isnan(wf_longest(none, 0, scratch)));
	assert_true(isnan(wf_mean_run(none, 3, scratch)));
	assert_true(isnan(wf_rho(none, 3, scratch)));
	assert_true(isnan(wf_replay_pace(none, 3, scratch)));
	assert_true(isnan(wf_summary_of(wf_mean, none, 3, scratch).error));
}

static void
ranks_of_ties_are_their_mean(void **state)
{
	double v[] = { 5, 1, 5, 0, 5 };

	assert_int_equal(wf_ranks(v, 5), 0);
	near(v[3], 0);
	near(v[1], 1);
	for (int i = 0; i < 5; i += 2)
		near(v[i], 3);
}

static void
the_error_of_a_mean_is_that_of_theory(void **state)
{
	struct wf_summary s;
	double far = 0;

	for (uint64_t seed = 1; seed <= 50; seed++) {
		for (uint32_t i = 0; i < N; i++)
			x[i] = uniform(seed, i);
		s = wf_summary_of(wf_mean, x, N, scratch);
		/* sqrt(1 / 12 / N), known to 1 / sqrt(2 * 31). */
		assert_true(fabs(s.error / sqrt(1.0 / 12 / N) - 1) < 5 / sqrt(62));
		far += fabs(s.value - 0.5) > 2 * s.error;
	}
	assert_true(far < 10); /* 2.7 are to be expected */
}

static void
the_error_knows_that_neighbours_depend_on_each_other(void **state)
{
	struct wf_summary s;

	/* Each value four times: as sure as a quarter of them. */
	for (uint32_t i = 0; i < N; i++)
		x[i] = uniform(7, i / 4);
	s = wf_summary_of(wf_mean, x, N, scratch);
	assert_true(fabs(s.error / sqrt(4.0 / 12 / N) - 1) < 5 / sqrt(62));
}

static void
rho_is_that_of_the_gaussians_behind(void **state)
{
	const double rho = 0.6;
	double z = 0;

	for (uint32_t i = 0; i < N; i++) {
		double normal = sqrt(-2 * log(1 - uniform(1, i))) * cos(2 * M_PI * uniform(2, i));

		z = rho * z + sqrt(1 - rho * rho) * normal;
		x[i] = exp(3 * z); /* any law: ranks do not change */
	}
	assert_int_equal(wf_ranks(x, N), 0);
	assert_true(fabs(wf_rho(x, N, scratch) - rho) < 5 / sqrt(N));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(small_series_by_hand),
		cmocka_unit_test(nothing_has_no_value),
		cmocka_unit_test(ranks_of_ties_are_their_mean),
		cmocka_unit_test(the_error_of_a_mean_is_that_of_theory),
		cmocka_unit_test(the_error_knows_that_neighbours_depend_on_each_other),
		cmocka_unit_test(rho_is_that_of_the_gaussians_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
