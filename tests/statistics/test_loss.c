/* SPDX-License-Identifier: BSD-3-Clause
 * Every loss model over a million packets and many seeds: rate, run lengths of losses and of
 * deliveries, and correlation at a distance.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fit.h"
#include "rig.h"

#define N      1000000
#define LENGTH 400 /* longer runs count together */

static bool lost[N];

static void
draw(struct rig *r, uint64_t seed)
{
	rig_flow(r, seed, 77);
	for (int i = 0; i < N; i += WF_BURST) {
		for (int k = 0; k < WF_BURST; k++)
			rig_add(r, 0, 100);
		rig_run(r);
		for (int k = 0; k < WF_BURST && i + k < N; k++)
			lost[i + k] = r->batch.drop[k] == WF_DROP_loss;
	}
}

static uint64_t
count(void)
{
	uint64_t n = 0;

	for (int i = 0; i < N; i++)
		n += lost[i];
	return n;
}

/* p of the lengths of runs of `what`, without those at the ends. */
static double
runs_p(const struct fit_chain *c, bool what)
{
	uint64_t seen[LENGTH] = { 0 }, n = 0;
	double expected[LENGTH];
	int start = 0;

	for (int i = 1; i < N; i++) {
		if (lost[i] == lost[i - 1])
			continue;
		if (start > 0 && lost[i - 1] == what) {
			seen[i - start < LENGTH ? i - start - 1 : LENGTH - 1]++;
			n++;
		}
		start = i;
	}
	fit_chain_runs(c, (double)n, expected, LENGTH);
	return fit_chi2(seen, expected, LENGTH, 1);
}

static double
both(int lag)
{
	uint64_t n = 0;

	for (int i = lag; i < N; i++)
		n += lost[i] && lost[i - lag];
	return (double)n / (N - lag);
}

/* Over the seeds: the mean must fit, measured by its own spread. */
struct spread {
	double sum, squares;
};

static void
add(struct spread *s, double x)
{
	s->sum += x;
	s->squares += x * x;
}

static void
assert_mean(const struct spread *s, double expected, const char *what)
{
	double n = (double)fit_seeds(), mean = s->sum / n;
	double sd = sqrt((s->squares / n - mean * mean) / (n - 1));

	if (fabs(mean - expected) > 5 * sd)
		fail_msg("%s: %.8g instead of %.8g +- %.2g", what, mean, expected, sd);
}

/* `renewal`: run lengths are independent of each other, so that chi-square applies: where a loss
 * tells the state. */
static void
check(const char *keys, const struct fit_chain *c, bool renewal)
{
	static const int lags[] = { 1, 2, 5, 20 };
	const struct fit_chain delivered = { c->p, c->r, 1 - c->h, 1 - c->k };
	struct rig *r = rig_new(WF_BLOCK_LOSS, keys);
	struct spread at[4] = { 0 };
	double z = 0;

	for (uint64_t seed = 1; seed <= fit_seeds(); seed++) {
		double one;

		draw(r, seed);
		one = ((double)count() / N - fit_chain_loss(c)) / fit_chain_loss_sd(c, N);
		if (fabs(one) > 4.5)
			fail_msg("%s, seed %d: loss rate off by %g sd", keys, (int)seed, one);
		z += one;
		for (int i = 0; i < 4; i++)
			add(&at[i], both(lags[i]));
		if (renewal && runs_p(c, true) <= FIT_P)
			fail_msg("%s, seed %d: lengths of loss runs", keys, (int)seed);
		if (renewal && c->h == 0 && runs_p(&delivered, false) <= FIT_P)
			fail_msg("%s, seed %d: lengths of delivered runs", keys, (int)seed);
	}
	if (fabs(z) / sqrt((double)fit_seeds()) > 3)
		fail_msg("%s: loss rate off by %g sd over all seeds", keys,
			z / sqrt((double)fit_seeds()));
	for (int i = 0; i < 4; i++)
		assert_mean(&at[i], fit_chain_both(c, (unsigned)lags[i]), keys);
	rig_free(r);
}

static void
bernoulli_1_percent(void **state)
{
	check("p=1%", &(struct fit_chain){ 0.01, 0.99, 0, 1 }, true);
}

static void
bernoulli_30_percent(void **state)
{
	check("p=30%", &(struct fit_chain){ 0.3, 0.7, 0, 1 }, true);
}

static void
gilbert_by_p_and_r(void **state)
{
	check("model=gilbert-elliott p=0.02 r=0.25", &(struct fit_chain){ 0.02, 0.25, 0, 1 }, true);
}

static void
gilbert_by_plr_and_mean_burst(void **state)
{
	check("model=gilbert-elliott plr=1% mean_burst=4",
		&(struct fit_chain){ 0.01 * 0.25 / 0.99, 0.25, 0, 1 }, true);
}

static void
gilbert_with_long_bursts(void **state)
{
	check("model=gilbert-elliott plr=5% mean_burst=50",
		&(struct fit_chain){ 0.05 * 0.02 / 0.95, 0.02, 0, 1 }, true);
}

static void
gilbert_that_delivers_some_in_the_bad_state(void **state)
{
	check("model=gilbert-elliott p=0.05 r=0.2 h=0.3", &(struct fit_chain){ 0.05, 0.2, 0.3, 1 },
		true);
}

static void
gilbert_elliott_with_all_four(void **state)
{
	check("model=gilbert-elliott p=0.01 r=0.1 h=0.4 k=0.98",
		&(struct fit_chain){ 0.01, 0.1, 0.4, 0.98 }, false);
}

static void
a_chain_that_alternates_more_than_chance(void **state)
{
	check("model=gilbert-elliott p=0.7 r=0.9", &(struct fit_chain){ 0.7, 0.9, 0, 1 }, true);
}

/* Duplication is drawn like Bernoulli loss: its gaps too. */
static void
duplicates_come_at_random(void **state)
{
	const struct fit_chain c = { 0.05, 0.95, 0, 1 };
	struct rig *r = rig_new(WF_BLOCK_DUPLICATE, "p=5%");
	double z = 0;

	for (uint64_t seed = 1; seed <= fit_seeds(); seed++) {
		rig_flow(r, seed, 77);
		for (int i = 0; i < N; i++) {
			rig_one(r, 0, 100);
			lost[i] = r->batch.copies[0] != 0;
		}
		z += fit_binomial_z(count(), N, 0.05);
		assert_true(runs_p(&c, true) > FIT_P);
		assert_true(runs_p(&(struct fit_chain){ 0.05, 0.95, 1, 0 }, false) > FIT_P);
	}
	assert_true(fabs(z) / sqrt((double)fit_seeds()) < 3);
	rig_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bernoulli_1_percent),
		cmocka_unit_test(bernoulli_30_percent),
		cmocka_unit_test(gilbert_by_p_and_r),
		cmocka_unit_test(gilbert_by_plr_and_mean_burst),
		cmocka_unit_test(gilbert_with_long_bursts),
		cmocka_unit_test(gilbert_that_delivers_some_in_the_bad_state),
		cmocka_unit_test(gilbert_elliott_with_all_four),
		cmocka_unit_test(a_chain_that_alternates_more_than_chance),
		cmocka_unit_test(duplicates_come_at_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
