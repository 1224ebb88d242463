/* SPDX-License-Identifier: BSD-3-Clause
 * Every law of delay over a million packets and many seeds: the distribution by
 * Kolmogorov-Smirnov, mean and standard deviation, and that one draw says nothing of the next.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fit.h"
#include "rig.h"

#define N 1000000

/* What the law must be, after clamping, redrawing and the cap. */
struct law {
	fit_cdf cdf; /* before clamp and cap */
	double a, b; /* its parameters */
	bool cut;    /* redrawn below zero, else clamped */
	double cap;  /* 0: none */
};

static double
uniform(double x, const void *ctx)
{
	const struct law *l = ctx;

	return x <= l->a ? 0 : x >= l->b ? 1 : (x - l->a) / (l->b - l->a);
}

static double
normal(double x, const void *ctx)
{
	const struct law *l = ctx;

	return fit_phi((x - l->a) / l->b);
}

static double
whole(double x, const void *ctx)
{
	const struct law *l = ctx;
	double below = l->cut ? l->cdf(0, l) : 0;

	if (x < 0)
		return 0;
	if (l->cap != 0 && x >= l->cap)
		return 1;
	return (l->cdf(x, l) - below) / (1 - below);
}

/* E X = integral of 1 - F, E X^2 = integral of 2 x (1 - F), by the midpoint rule. */
static void
moments(const struct law *l, double *mean, double *sd)
{
	enum { STEPS = 200000 };
	double end = l->cdf == normal ? l->a + 8.5 * l->b : l->b, square = 0, dx;

	end = l->cap != 0 && l->cap < end ? l->cap : end;
	dx = end / STEPS;
	*mean = 0;
	for (int i = 0; i < STEPS; i++) {
		double x = (i + 0.5) * dx, tail = 1 - whole(x, l);

		*mean += tail * dx;
		square += 2 * x * tail * dx;
	}
	*sd = sqrt(square - *mean * *mean);
}

static wf_ns_t sample[N];

static void
draw(struct rig *r, uint64_t seed)
{
	rig_flow(r, seed, 99);
	for (int i = 0; i < N; i += WF_BURST) {
		for (int k = 0; k < WF_BURST; k++)
			rig_add(r, 0, 100);
		rig_run(r);
		for (int k = 0; k < WF_BURST && i + k < N; k++)
			sample[i + k] = r->batch.due_ns[k];
	}
}

static void
check(const char *keys, const struct law *l)
{
	struct rig *r = rig_new(WF_BLOCK_DELAY, keys);
	double mean, sd, z = 0;

	moments(l, &mean, &sd);
	for (uint64_t seed = 1; seed <= fit_seeds(); seed++) {
		double sum = 0, squares = 0, next = 0, one;

		draw(r, seed);
		for (int i = 0; i < N; i++) {
			double x = (double)sample[i] - mean;

			sum += x;
			squares += x * x;
			next += i > 0 ? x * ((double)sample[i - 1] - mean) : 0;
		}
		one = sum / N / (sd / sqrt(N));
		z += one;
		if (fabs(one) > 4.5)
			fail_msg("%s, seed %d: mean off by %g sd", keys, (int)seed, one);
		if (fabs(sqrt(squares / N) / sd - 1) > 0.005)
			fail_msg("%s, seed %d: sd is %g", keys, (int)seed, sqrt(squares / N));
		if (fabs(next / squares) > 4.5 / sqrt(N))
			fail_msg("%s, seed %d: correlation %g", keys, (int)seed, next / squares);
		if (fit_ks_int(sample, N, whole, l) <= FIT_P)
			fail_msg("%s, seed %d: distribution", keys, (int)seed);
	}
	if (fabs(z) / sqrt((double)fit_seeds()) > 3)
		fail_msg("%s: mean off by %g sd over all seeds", keys,
			z / sqrt((double)fit_seeds()));
	rig_free(r);
}

static void
uniform_by_bounds(void **state)
{
	check("min=10ms max=30ms order=free",
		&(struct law){ .cdf = uniform, .a = 10e6, .b = 30e6 });
}

static void
uniform_by_moments(void **state)
{
	double half = sqrt(3) * 4e6;

	check("distribution=uniform mean=20ms stddev=4ms order=free",
		&(struct law){ .cdf = uniform, .a = 20e6 - half, .b = 20e6 + half });
}

static void
uniform_clamped_at_zero(void **state)
{
	double half = sqrt(3) * 4e6;

	check("distribution=uniform mean=3ms stddev=4ms order=free",
		&(struct law){ .cdf = uniform, .a = 3e6 - half, .b = 3e6 + half });
}

static void
uniform_redrawn_below_zero(void **state)
{
	double half = sqrt(3) * 4e6;

	check("distribution=uniform mean=3ms stddev=4ms below_zero=redraw order=free",
		&(struct law){ .cdf = uniform, .a = 3e6 - half, .b = 3e6 + half, .cut = true });
}

static void
normal_far_from_zero(void **state)
{
	check("mean=20ms stddev=2ms order=free",
		&(struct law){ .cdf = normal, .a = 20e6, .b = 2e6 });
}

static void
normal_clamped_at_zero(void **state)
{
	check("mean=3ms stddev=4ms order=free", &(struct law){ .cdf = normal, .a = 3e6, .b = 4e6 });
}

static void
normal_redrawn_below_zero(void **state)
{
	check("mean=3ms stddev=4ms below_zero=redraw order=free",
		&(struct law){ .cdf = normal, .a = 3e6, .b = 4e6, .cut = true });
}

static void
normal_of_which_only_the_tail_is_left(void **state)
{
	check("distribution=normal mean=0ms stddev=4ms below_zero=redraw order=free",
		&(struct law){ .cdf = normal, .a = 0, .b = 4e6, .cut = true });
}

static void
normal_capped(void **state)
{
	check("mean=20ms stddev=5ms cap=24ms order=free",
		&(struct law){ .cdf = normal, .a = 20e6, .b = 5e6, .cap = 24e6 });
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(uniform_by_bounds),
		cmocka_unit_test(uniform_by_moments),
		cmocka_unit_test(uniform_clamped_at_zero),
		cmocka_unit_test(uniform_redrawn_below_zero),
		cmocka_unit_test(normal_far_from_zero),
		cmocka_unit_test(normal_clamped_at_zero),
		cmocka_unit_test(normal_redrawn_below_zero),
		cmocka_unit_test(normal_of_which_only_the_tail_is_left),
		cmocka_unit_test(normal_capped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
