/* SPDX-License-Identifier: BSD-3-Clause
 * Correlated delays: the law stays the law, the rank correlation is that of the copula, by packet
 * and by time.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fit.h"
#include "rig.h"

#define N_LONG  1000000
#define N_QUICK 100000

static uint32_t n;
static wf_ns_t sample[N_LONG], thin[N_LONG];
static uint32_t rank[N_LONG], by[N_LONG];

static int
by_sample(const void *a, const void *b)
{
	wf_ns_t x = sample[*(const uint32_t *)a], y = sample[*(const uint32_t *)b];

	return (x > y) - (x < y);
}

static void
draw(struct rig *r, uint64_t seed, wf_ns_t gap_ns)
{
	rig_flow(r, seed, 99);
	for (uint32_t i = 0; i < n; i++) {
		rig_one(r, i * gap_ns, 100);
		sample[i] = r->batch.due_ns[0] - i * gap_ns;
	}
	for (uint32_t i = 0; i < n; i++)
		by[i] = i;
	qsort(by, n, sizeof(by[0]), by_sample);
	for (uint32_t i = 0; i < n; i++)
		rank[by[i]] = i;
}

/* Spearman's, of packets `lag` apart, as the correlation of the normals behind them: 2 sin(pi/6 r)
 * (Pearson 1907). */
static double
correlation(uint32_t lag)
{
	double mean = (n - 1) / 2.0, products = 0, squares = 0;

	for (uint32_t i = 0; i < n; i++) {
		squares += (rank[i] - mean) * (rank[i] - mean);
		if (i >= lag)
			products += (rank[i] - mean) * (rank[i - lag] - mean);
	}
	return 2 * sin(M_PI / 6 * products / squares);
}

struct law {
	double a, b;
};

static double
normal(double x, const void *ctx)
{
	const struct law *l = ctx;

	return fit_phi((x - l->a) / l->b);
}

static double
exponential(double x, const void *ctx)
{
	const struct law *l = ctx;

	return x <= 0 ? 0 : -expm1(-x / l->b);
}

static double
uniform(double x, const void *ctx)
{
	const struct law *l = ctx;

	return x <= l->a ? 0 : x >= l->b ? 1 : (x - l->a) / (l->b - l->a);
}

/* rho: of packets one apart, gap_ns after one another. */
static void
check(const char *keys, double rho, wf_ns_t gap_ns, fit_cdf cdf, const struct law *l)
{
	uint64_t seeds = fit_seeds() == 100 ? 100 : 2;
	uint32_t apart = 1;
	struct rig *r = rig_new(WF_BLOCK_DELAY, keys);

	assert_string_equal(rig_error(r), "");
	n = fit_seeds() == 100 ? N_LONG : N_QUICK;
	while (pow(fabs(rho), apart) > 1e-3)
		apart++;
	for (uint64_t seed = 1; seed <= seeds; seed++) {
		uint32_t k = 0;

		draw(r, seed, gap_ns);
		for (uint32_t lag = 1; lag <= 4; lag++)
			if (fabs(correlation(lag) - pow(rho, lag)) > 0.02)
				fail_msg("%s: correlation %g over %u packets, not %g", keys,
					correlation(lag), lag, pow(rho, lag));
		for (uint32_t i = 0; i < n; i += apart)
			thin[k++] = sample[i];
		if (fit_ks_int(thin, k, cdf, l) <= FIT_P)
			fail_msg("%s, seed %d: distribution", keys, (int)seed);
	}
	rig_free(r);
}

static void
by_packet(void **state)
{
	check("mean=50ms stddev=5ms order=free rho=0.5", 0.5, 100, normal,
		&(struct law){ 50e6, 5e6 });
	check("mean=50ms stddev=5ms order=free rho=0.9", 0.9, 100, normal,
		&(struct law){ 50e6, 5e6 });
	check("mean=50ms stddev=5ms order=free rho=-0.7", -0.7, 100, normal,
		&(struct law){ 50e6, 5e6 });
	check("distribution=exponential mean=10ms order=free rho=0.8", 0.8, 100, exponential,
		&(struct law){ .b = 10e6 });
	check("min=10ms max=30ms order=free rho=0.3", 0.3, 100, uniform,
		&(struct law){ 10e6, 30e6 });
}

/* The same process, whatever the distance of packets. */
static void
by_time(void **state)
{
	check("mean=50ms stddev=5ms order=free half_life=1ms", pow(2, -0.1), 100000, normal,
		&(struct law){ 50e6, 5e6 });
	check("mean=50ms stddev=5ms order=free half_life=1ms", 0.5, 1000000, normal,
		&(struct law){ 50e6, 5e6 });
	check("mean=50ms stddev=5ms order=free half_life=1ms", pow(2, -2.5), 2500000, normal,
		&(struct law){ 50e6, 5e6 });
	check("distribution=exponential mean=10ms order=free half_life=10us", pow(2, -0.75), 7500,
		exponential, &(struct law){ .b = 10e6 });
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_packet),
		cmocka_unit_test(by_time),
	};

	return cmocka_run_group_tests_name("delay_rho", tests, NULL, NULL);
}
