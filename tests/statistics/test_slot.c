/* SPDX-License-Identifier: BSD-3-Clause
 * Slots against theory: windows open after times of a law, so packets that find nobody waiting wait
 * for such a time, and a busy link carries `packets` in each of them.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fit.h"
#include "rig.h"

#define MIN 2000000.0
#define MAX 9000000.0
#define N   10000

static double
uniform(double x, const void *ctx)
{
	return x <= MIN ? 0 : x >= MAX ? 1 : (x - MIN) / (MAX - MIN);
}

static double
weibull(double x, const void *ctx)
{
	return x <= 0 ? 0 : -expm1(-pow(x / 4e6, 1.5));
}

static void
a_lone_packet_waits(const char *keys, fit_cdf law)
{
	double *wait = calloc(N, sizeof(*wait));

	for (uint64_t seed = 1; seed <= fit_seeds(); seed++) {
		struct rig *r = rig_new(WF_BLOCK_SLOT, keys);

		rig_flow(r, seed, 1);
		for (uint64_t i = 0; i < N; i++) {
			rig_one(r, i * WF_NS_PER_S, 100);
			wait[i] = (double)(r->batch.due_ns[0] - i * WF_NS_PER_S);
		}
		assert_true(fit_ks(wait, N, law, NULL) > FIT_P);
		rig_free(r);
	}
	free(wait);
}

static void
a_lone_packet_waits_for_a_uniform_time(void **state)
{
	a_lone_packet_waits("min=2ms max=9ms", uniform);
}

static void
a_lone_packet_waits_for_a_time_of_the_law(void **state)
{
	a_lone_packet_waits("distribution=weibull shape=1.5 scale=4ms", weibull);
}

static void
a_busy_link(const char *keys, double mean, double sd)
{
	for (uint64_t seed = 1; seed <= fit_seeds(); seed++) {
		struct rig *r = rig_new(WF_BLOCK_SLOT, keys);
		double windows = N / 5;

		rig_flow(r, seed, 1);
		for (uint64_t i = 0; i < N; i++)
			rig_one(r, 0, 100);
		assert_true(
			fabs((double)r->batch.due_ns[0] - windows * mean) < 4 * sd * sqrt(windows));
		rig_free(r);
	}
}

static void
a_busy_link_carries_so_many_in_each_window(void **state)
{
	a_busy_link("min=2ms max=9ms packets=5 limit=1000000pkt", (MIN + MAX) / 2,
		(MAX - MIN) / sqrt(12));
	a_busy_link("distribution=exponential mean=5ms packets=5 limit=1000000pkt", 5e6, 5e6);
	a_busy_link(
		"distribution=lognormal mean=5ms stddev=3ms packets=5 limit=1000000pkt", 5e6, 3e6);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_lone_packet_waits_for_a_uniform_time),
		cmocka_unit_test(a_lone_packet_waits_for_a_time_of_the_law),
		cmocka_unit_test(a_busy_link_carries_so_many_in_each_window),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
