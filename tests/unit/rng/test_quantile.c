/* SPDX-License-Identifier: BSD-3-Clause
 * The normal's quantile: exact function and table against a reference of 18 digits, and the law of
 * what is drawn through it.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fit.h"
#include "wf_quantile.h"
#include "wf_rng.h"

static const struct {
	double p, z;
} reference[] = {
	/* By an inverse error function of 60 digits. */
	{ 0.5, 0 },
	{ 0.6, 0.253347103135799799 },
	{ 0.75, 0.674489750196081743 },
	{ 0.9, 1.28155156554460047 },
	{ 0.95, 1.64485362695147271 },
	{ 0.975, 1.95996398454005424 },
	{ 0.99, 2.3263478740408411 },
	{ 0.999, 3.09023230616781354 },
	{ 1e-5, -4.26489079392282463 },
	{ 1e-6, -4.75342430882289895 },
	{ 1e-9, -5.99780701500768687 },
	{ 1e-12, -7.03448382530113193 },
	{ 1e-15, -7.94134532617099678 },
};

static int
setup(void **state)
{
	wf_normal_init();
	return 0;
}

static double
table(uint64_t u)
{
	return (double)wf_normal_quantile(u) / (1 << WF_NORMAL_SHIFT);
}

static void
the_inverse_is_exact_to_15_digits(void **state)
{
	for (size_t i = 0; i < WF_ARRAY_SIZE(reference); i++)
		assert_true(fabs(wf_normal_inverse(reference[i].p) - reference[i].z) <
			    4e-15 * (1 + fabs(reference[i].z)));
}

static void
the_inverse_inverts_the_distribution_function(void **state)
{
	for (double p = 0.5; p > 1e-18; p *= 0.97)
		assert_true(fabs(fit_phi(wf_normal_inverse(p)) / p - 1) < 1e-12);
}

static void
the_table_has_the_reference_values(void **state)
{
	for (size_t i = 0; i < WF_ARRAY_SIZE(reference) - 1; i++)
		assert_true(
			fabs(table((uint64_t)(reference[i].p * 0x1p64)) - reference[i].z) < 1e-5);
}

/* The promise of wf_quantile.h, at points of no grid. */
static void
the_tail_probability_is_within_1e_5_down_to_2_to_minus_51(void **state)
{
	for (double v = 0.5; v > 0x1p-51; v *= 0.999) {
		uint64_t u = (uint64_t)(v * 0x1p64);

		assert_true(fabs(fit_phi(table(u)) / ((double)u * 0x1p-64) - 1) < 1e-5);
	}
}

static void
it_is_symmetrical(void **state)
{
	struct fit_random r;

	fit_seed(&r, 1);
	for (int i = 0; i < 1000000; i++) {
		uint64_t u = fit_next(&r) >> fit_under(&r, 64);

		assert_true(wf_normal_quantile(u) == -wf_normal_quantile(~u));
	}
}

static void
it_never_falls(void **state)
{
	struct fit_random r;

	fit_seed(&r, 2);
	for (int i = 0; i < 1000000; i++) {
		uint64_t u = fit_next(&r) >> fit_under(&r, 64);
		uint64_t step = fit_next(&r) >> fit_under(&r, 64);
		uint64_t more = u + step < u ? UINT64_MAX : u + step;

		assert_true(wf_normal_quantile(u) <= wf_normal_quantile(more));
	}
}

static void
the_value_stays_past_the_end(void **state)
{
	assert_true(table(0) < -7.9 && table(0) > -8.1);
	assert_true(table(0) == table(1 << 12));
	assert_true(table(UINT64_MAX) == -table(0));
	assert_true(table(1ull << 63) == 0 || fabs(table(1ull << 63)) < 1e-8);
}

static void
a_second_init_writes_nothing(void **state)
{
	int64_t kept = wf_normal_table[100];

	/* Workers draw while the control core compiles the next plan. */
	wf_normal_table[100] = 1;
	wf_normal_init();
	assert_int_equal(wf_normal_table[100], 1);
	wf_normal_table[100] = kept;
}

static double
phi(double x, const void *ctx)
{
	return fit_phi(x);
}

static void
draws_are_normal(void **state)
{
	enum { N = 1000000 };
	double *x = malloc(N * sizeof(*x));

	assert_non_null(x);
	for (uint64_t seed = 1; seed <= 3; seed++) {
		uint64_t key = wf_rng_flow(wf_rng_dir(seed, 0), 5);

		for (uint64_t i = 0; i < N; i++)
			x[i] = table(wf_rng_draw(wf_rng_packet(key, i), WF_RNG_DELAY));
		assert_true(fit_ks(x, N, phi, NULL) > FIT_P);
	}
	free(x);
}

static void
a_draw_is_mean_plus_sd_times_the_quantile(void **state)
{
	const uint64_t u = (uint64_t)(0.975 * 0x1p64);

	assert_int_equal(wf_normal_draw(1ull << 63, 20000000, 2000000), 20000000);
	assert_in_range(wf_normal_draw(u, 20000000, 2000000), 23919900, 23919950);
	assert_in_range(-wf_normal_draw(~u, 0, 2000000), 3919900, 3919950);
}

static void
a_draw_of_the_largest_sd_does_not_overflow(void **state)
{
	wf_ns_t big = (1ull << 45) - 1;
	double top = (double)wf_normal_draw(UINT64_MAX, big, big);

	assert_true(fabs(top / ((double)big * (1 + table(UINT64_MAX))) - 1) < 1e-9);
	assert_true(wf_normal_draw(0, 0, big) < 0);
}

static void
zero_divides_what_is_negative_from_what_is_not(void **state)
{
	static const struct {
		wf_ns_t mean, sd;
	} law[] = { { 0, 1000000 }, { 1000000, 1000000 }, { 5000000, 2000000 },
		{ 1000000, 3600000000000 }, { 1, 1000000000 }, { 7000000, 1000000 } };

	for (size_t i = 0; i < WF_ARRAY_SIZE(law); i++) {
		uint64_t u = wf_normal_zero(law[i].mean, law[i].sd);
		double z = (double)law[i].mean / (double)law[i].sd;

		assert_true(wf_normal_draw(u, law[i].mean, law[i].sd) >= 0);
		assert_true(u > 0 && wf_normal_draw(u - 1, law[i].mean, law[i].sd) < 0);
		assert_true(fabs((double)u * 0x1p-64 / fit_phi(-z) - 1) < 1e-4);
	}
}

static void
zero_is_zero_where_nothing_is_negative(void **state)
{
	assert_int_equal(wf_normal_zero(20000000, 2000000), 0);
	assert_int_equal(wf_normal_zero(1000, 0), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_inverse_is_exact_to_15_digits),
		cmocka_unit_test(the_inverse_inverts_the_distribution_function),
		cmocka_unit_test(the_table_has_the_reference_values),
		cmocka_unit_test(the_tail_probability_is_within_1e_5_down_to_2_to_minus_51),
		cmocka_unit_test(it_is_symmetrical),
		cmocka_unit_test(it_never_falls),
		cmocka_unit_test(the_value_stays_past_the_end),
		cmocka_unit_test(a_second_init_writes_nothing),
		cmocka_unit_test(draws_are_normal),
		cmocka_unit_test(a_draw_is_mean_plus_sd_times_the_quantile),
		cmocka_unit_test(a_draw_of_the_largest_sd_does_not_overflow),
		cmocka_unit_test(zero_divides_what_is_negative_from_what_is_not),
		cmocka_unit_test(zero_is_zero_where_nothing_is_negative),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
