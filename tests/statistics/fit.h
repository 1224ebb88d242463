/* SPDX-License-Identifier: BSD-3-Clause
 * Goodness of fit, for tests: does a sample follow a law? Pure; any thread.
 *
 * Each answer is a p-value: the probability of a sample at least this far off if the law holds.
 * Tests with fixed seeds use FIT_P, below which a law is refused.
 */
#ifndef FIT_H
#define FIT_H

#include <stddef.h>
#include <stdint.h>

#define FIT_P 1e-4

/* How many seeds: 10, or 100 with WF_TEST_LONG=1 in the environment. */
uint64_t fit_seeds(void);
/* How many to take of n: a quarter with WF_TEST_BRIEF=1, for builds in which all takes long. */
uint32_t fit_brief(uint32_t n);

/* A source of test data that has nothing to do with lib/rng: xorshift64* (Vigna 2016). */
struct fit_random {
	uint64_t x;
};
void fit_seed(struct fit_random *r, uint64_t seed);
uint64_t fit_next(struct fit_random *r);
/* In [0, n). */
uint64_t fit_under(struct fit_random *r, uint64_t n);

/* P(chi-square of dof degrees >= x). */
double fit_chi2_p(double x, double dof);
/* Pearson's test of counts against expected ones. Cells that expect less than 5 are put together
 * with their right neighbours. `lost_dof`: 1, and one more for each estimated parameter. */
double fit_chi2(const uint64_t *count, const double *expected, size_t n, unsigned lost_dof);

/* P(a Kolmogorov distance of n samples >= d). */
double fit_ks_p(double d, double n);
/* Kolmogorov-Smirnov test against the distribution function. Sorts the sample. */
typedef double (*fit_cdf)(double x, const void *ctx);
double fit_ks(double *sample, size_t n, fit_cdf cdf, const void *ctx);
/* The same for samples of integers: cdf is that of a continuous law rounded to the nearest integer;
 * the distance counts only where it cannot come from the rounding. */
double fit_ks_int(uint64_t *sample, size_t n, fit_cdf cdf, const void *ctx);

/* The Gilbert-Elliott chain with netem's names: state good or bad, decided with the state before
 * the transition. */
struct fit_chain {
	double p, r; /* P(good -> bad), P(bad -> good) */
	double h, k; /* P(delivered | bad), P(delivered | good) */
};
double fit_chain_loss(const struct fit_chain *c);
/* Standard deviation of the loss rate of n packets in a row, correlation included. */
double fit_chain_loss_sd(const struct fit_chain *c, double n);
/* P(this packet and the one `steps` later are lost). */
double fit_chain_both(const struct fit_chain *c, unsigned steps);
/* Expected number of loss runs of lengths 1, 2, ... n-1, and n or more, among `runs`. */
void fit_chain_runs(const struct fit_chain *c, double runs, double *expected, size_t n);

/* The standard normal's distribution function. */
double fit_phi(double z);
/* By how many of its standard deviations does the number of hits among n differ from n p? */
double fit_binomial_z(uint64_t hits, uint64_t n, double p);

#endif
