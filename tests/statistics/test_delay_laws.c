/* SPDX-License-Identifier: BSD-3-Clause
 * The laws of delay that are drawn from tables, against their distribution functions by libm:
 * Kolmogorov-Smirnov, and mean and standard deviation where they are what the user asks for.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fit.h"
#include "rig.h"

#define N_LONG  1000000
#define N_QUICK 100000

struct law {
	double a, b;        /* shape and scale, or what the law calls them */
	double mean, sd;    /* 0: not tested */
	double c, d, share; /* of the second mode */
	double cut;         /* P(X < 0), redrawn */
	bool heavy;         /* no fourth moment: the sample's sd says little */
	double kurtosis;    /* 0: not checked */
};

static wf_ns_t sample[N_LONG];

static double
exponential(double x, const void *ctx)
{
	const struct law *l = ctx;

	return x <= 0 ? 0 : -expm1(-x / l->b);
}

static double
lognormal(double x, const void *ctx)
{
	const struct law *l = ctx;

	return x <= 0 ? 0 : fit_phi(log(x / l->b) / l->a);
}

static double
gamma_cdf(double x, const void *ctx)
{
	const struct law *l = ctx;

	return x <= 0 ? 0 : 1 - fit_chi2_p(2 * x / l->b, 2 * l->a);
}

static double
weibull(double x, const void *ctx)
{
	const struct law *l = ctx;

	return x <= 0 ? 0 : -expm1(-pow(x / l->b, l->a));
}

static double
pareto(double x, const void *ctx)
{
	const struct law *l = ctx;

	return x <= l->b ? 0 : 1 - pow(x / l->b, -l->a);
}

static double
bimodal(double x, const void *ctx)
{
	const struct law *l = ctx;
	double f =
		(1 - l->share) * fit_phi((x - l->a) / l->b) + l->share * fit_phi((x - l->c) / l->d);

	return x < 0 ? 0 : (f - l->cut) / (1 - l->cut);
}

static void
check(const char *keys, fit_cdf cdf, const struct law *l)
{
	uint64_t seeds = fit_seeds() == 100 ? 100 : 3;
	int n = fit_seeds() == 100 && !l->heavy ? N_LONG : N_QUICK;
	struct rig *r = rig_new(WF_BLOCK_DELAY, keys);
	double z = 0;

	assert_string_equal(rig_error(r), "");
	for (uint64_t seed = 1; seed <= seeds; seed++) {
		double sum = 0, squares = 0;

		rig_flow(r, seed, 99);
		for (int i = 0; i < n; i++) {
			rig_one(r, 0, 100);
			sample[i] = r->batch.due_ns[0];
			sum += (double)sample[i] - l->mean;
			squares += ((double)sample[i] - l->mean) * ((double)sample[i] - l->mean);
		}
		z += l->sd > 0 ? sum / n / (l->sd / sqrt(n)) : 0;
		if (l->sd > 0 && !l->heavy && fabs(sqrt(squares / n) / l->sd - 1) > 0.03)
			fail_msg("%s: sd %g instead of %g", keys, sqrt(squares / n), l->sd);
		if (cdf != NULL && fit_ks_int(sample, (size_t)n, cdf, l) <= FIT_P)
			fail_msg("%s, seed %d: distribution", keys, (int)seed);
	}
	if (fabs(z) / sqrt((double)seeds) > 3)
		fail_msg("%s: mean off by %g sd", keys, z / sqrt((double)seeds));
	if (l->mean > 0 && fabs(r->forecast.delay_mean_ns / l->mean - 1) > 1e-3)
		fail_msg("%s: forecast of the mean %g", keys, r->forecast.delay_mean_ns);
	if (l->sd > 0 && fabs(r->forecast.delay_stddev_ns / l->sd - 1) > 5e-3)
		fail_msg("%s: forecast of the sd %g", keys, r->forecast.delay_stddev_ns);
	if (l->kurtosis > 0 && fabs(r->forecast.delay_kurtosis / l->kurtosis - 1) > 0.01)
		fail_msg("%s: forecast of the kurtosis %g", keys, r->forecast.delay_kurtosis);
	rig_free(r);
}

static void
exponential_law(void **state)
{
	check("distribution=exponential mean=10ms order=free", exponential,
		&(struct law){ .b = 10e6, .mean = 10e6, .sd = 10e6, .kurtosis = 9 });
}

static void
lognormal_law(void **state)
{
	double s = sqrt(log(1 + 0.25));

	check("distribution=lognormal mean=20ms stddev=10ms order=free", lognormal,
		&(struct law){ .a = s, .b = 20e6 / sqrt(1.25), .mean = 20e6, .sd = 10e6 });
	check("distribution=lognormal shape=2 scale=3ms order=free", lognormal,
		&(struct law){ .a = 2, .b = 3e6 });
}

static void
gamma_law(void **state)
{
	check("distribution=gamma mean=20ms stddev=10ms order=free", gamma_cdf,
		&(struct law){ .a = 4, .b = 5e6, .mean = 20e6, .sd = 10e6 });
	check("distribution=gamma mean=20ms stddev=1ms order=free", gamma_cdf,
		&(struct law){ .a = 400, .b = 5e4, .mean = 20e6, .sd = 1e6 });
	check("distribution=gamma shape=0.3 scale=5s order=free", gamma_cdf,
		&(struct law){ .a = 0.3, .b = 5e9, .mean = 1.5e9, .sd = sqrt(0.3) * 5e9 });
}

static void
weibull_law(void **state)
{
	double mean = 9e6 * tgamma(1 + 1 / 0.7);
	double sd = sqrt(81e12 * tgamma(1 + 2 / 0.7) - mean * mean);

	check("distribution=weibull shape=0.7 scale=9ms order=free", weibull,
		&(struct law){ .a = 0.7, .b = 9e6, .mean = mean, .sd = sd });
	/* Shape 2 is Rayleigh's law: sd / mean = sqrt(4 / pi - 1). */
	check("distribution=weibull mean=10ms stddev=5227232ns order=free", weibull,
		&(struct law){ .a = 2, .b = 20e6 / sqrt(M_PI), .mean = 10e6, .sd = 5227232 });
}

static void
pareto_law(void **state)
{
	double a = 1 + sqrt(1 + 16);

	check("distribution=pareto mean=20ms stddev=5ms order=free", pareto,
		&(struct law){ .a = a, .b = 20e6 * (a - 1) / a, .mean = 20e6, .sd = 5e6 });
	check("distribution=pareto shape=1.5 scale=1ms order=free", pareto,
		&(struct law){ .a = 1.5, .b = 1e6 });
}

/* A quarter of the normal's quantile and three quarters of Pareto's of shape 3, less its mean, both
 * at Phi(z). */
static double
both(double z)
{
	return 0.25 * z + 0.75 * (pow(fit_phi(-z), -1.0 / 3) - 1.5);
}

/* `a` is the mean, `b` the sd of both(z). */
static double
pareto_normal(double x, const void *ctx)
{
	const struct law *l = ctx;
	double low = -9, high = 30, wanted = (x - l->a) / l->sd * l->b;

	if (x < 0)
		return 0;
	for (int i = 0; i < 45; i++) {
		double z = (low + high) / 2;

		*(both(z) < wanted ? &low : &high) = z;
	}
	return fit_phi(low);
}

static void
pareto_normal_law(void **state)
{
	double square = 0;

	for (double z = -9; z < 13; z += 1e-3)
		square += 1e-3 * exp(-z * z / 2) / sqrt(2 * M_PI) * both(z) * both(z);
	check("distribution=pareto-normal mean=100ms stddev=5ms order=free", pareto_normal,
		&(struct law){
			.a = 100e6, .b = sqrt(square), .mean = 100e6, .sd = 5e6, .heavy = true });
}

static void
bimodal_law(void **state)
{
	double m = 0.7 * 20e6 + 0.3 * 60e6;
	double s = sqrt(0.7 * (4e12 + 400e12) + 0.3 * (25e12 + 3600e12) - m * m);

	check("distribution=bimodal mean=20ms stddev=2ms mean2=60ms stddev2=5ms share2=30% "
	      "order=free",
		bimodal,
		&(struct law){ .a = 20e6,
			.b = 2e6,
			.c = 60e6,
			.d = 5e6,
			.share = 0.3,
			.mean = m,
			.sd = s });
	check("distribution=bimodal mean=1ms stddev=2ms mean2=6ms stddev2=5ms share2=40% "
	      "below_zero=redraw order=free",
		bimodal,
		&(struct law){ .a = 1e6,
			.b = 2e6,
			.c = 6e6,
			.d = 5e6,
			.share = 0.4,
			.cut = 0.6 * fit_phi(-0.5) + 0.4 * fit_phi(-1.2) });
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exponential_law),
		cmocka_unit_test(lognormal_law),
		cmocka_unit_test(gamma_law),
		cmocka_unit_test(weibull_law),
		cmocka_unit_test(pareto_law),
		cmocka_unit_test(pareto_normal_law),
		cmocka_unit_test(bimodal_law),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
