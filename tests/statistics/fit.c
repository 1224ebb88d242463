/* SPDX-License-Identifier: BSD-3-Clause
 * Goodness of fit: the tests' own mathematics, which shares nothing with what it judges.
 */
#include "fit.h"

#include <math.h>
#include <stdlib.h>

uint64_t
fit_seeds(void)
{
	const char *text = getenv("WF_TEST_LONG");

	return text != NULL && text[0] == '1' ? 100 : 10;
}

uint32_t
fit_brief(uint32_t n)
{
	const char *text = getenv("WF_TEST_BRIEF");

	return text != NULL && text[0] == '1' ? n / 4 : n;
}

void
fit_seed(struct fit_random *r, uint64_t seed)
{
	r->x = seed * 0x2545f4914f6cdd1dull ^ 0x5851f42d4c957f2dull;
	if (r->x == 0)
		r->x = 1;
	for (int i = 0; i < 8; i++)
		(void)fit_next(r);
}

uint64_t
fit_next(struct fit_random *r)
{
	r->x ^= r->x >> 12;
	r->x ^= r->x << 25;
	r->x ^= r->x >> 27;
	return r->x * 0x2545f4914f6cdd1dull;
}

uint64_t
fit_under(struct fit_random *r, uint64_t n)
{
	return (uint64_t)(((unsigned __int128)fit_next(r) * n) >> 64);
}

/* Q(a, x), the upper regularised incomplete gamma function: series and continued fraction
 * (Abramowitz and Stegun 6.5.29, 6.5.31). */
static double
gamma_q(double a, double x)
{
	double front;

	if (x <= 0)
		return 1;
	front = exp(-x + a * log(x) - lgamma(a));
	if (x < a + 1) {
		double term = 1 / a, sum = term;

		for (double k = a + 1; term > sum * 1e-15; k++) {
			term *= x / k;
			sum += term;
		}
		return 1 - sum * front;
	} else {
		/* Lentz: b0 + a1/(b1 + a2/(b2 + ...)). */
		double b = x + 1 - a, c = 1e300, d = 1 / b, h = d;

		for (int i = 1; i < 10000; i++) {
			double an = -i * (i - a), delta;

			b += 2;
			d = an * d + b;
			d = fabs(d) < 1e-300 ? 1e300 : 1 / d;
			c = b + an / c;
			delta = d * c;
			h *= delta;
			if (fabs(delta - 1) < 1e-14)
				break;
		}
		return front * h;
	}
}

double
fit_chi2_p(double x, double dof)
{
	return gamma_q(dof / 2, x / 2);
}

double
fit_chi2(const uint64_t *count, const double *expected, size_t n, unsigned lost_dof)
{
	double sum = 0, seen = 0, due = 0, last_seen = 0, last_due = 0;
	size_t cells = 0;

	for (size_t i = 0; i < n; i++) {
		seen += (double)count[i];
		due += expected[i];
		if (due < 5)
			continue;
		if (cells > 0)
			sum += (last_seen - last_due) * (last_seen - last_due) / last_due;
		last_seen = seen;
		last_due = due;
		seen = due = 0;
		cells++;
	}
	/* What is left joins the last full cell. */
	last_seen += seen;
	last_due += due;
	if (last_due > 0)
		sum += (last_seen - last_due) * (last_seen - last_due) / last_due;
	return cells <= lost_dof ? 1 : fit_chi2_p(sum, (double)(cells - lost_dof));
}

double
fit_ks_p(double d, double n)
{
	/* Stephens' approximation of the finite sample, Kolmogorov's series. */
	double root = sqrt(n), t = d * (root + 0.12 + 0.11 / root), sum = 0;

	if (t < 0.3)
		return 1;
	for (int k = 1; k <= 100; k++)
		sum += (k & 1 ? 2 : -2) * exp(-2.0 * k * k * t * t);
	return sum > 1 ? 1 : sum < 0 ? 0 : sum;
}

static int
by_double(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* By the radix of 2^11: samples are large. */
static void
sort_ints(uint64_t *v, size_t n)
{
	uint64_t *other = malloc(n * sizeof(*v)), all = 0;

	if (other == NULL)
		abort();
	for (size_t i = 0; i < n; i++)
		all |= v[i];
	for (unsigned shift = 0; shift < 64 && all >> shift != 0; shift += 22) {
		for (unsigned half = 0; half < 2; half++) {
			uint64_t *from = half ? other : v, *to = half ? v : other;
			unsigned by = shift + 11 * half;
			size_t at[2048] = { 0 }, sum = 0;

			for (size_t i = 0; i < n; i++)
				at[by < 64 ? (from[i] >> by) & 2047 : 0]++;
			for (int d = 0; d < 2048; d++) {
				size_t count = at[d];

				at[d] = sum;
				sum += count;
			}
			for (size_t i = 0; i < n; i++)
				to[at[by < 64 ? (from[i] >> by) & 2047 : 0]++] = from[i];
		}
	}
	free(other);
}

double
fit_ks(double *sample, size_t n, fit_cdf cdf, const void *ctx)
{
	double worst = 0;

	qsort(sample, n, sizeof(*sample), by_double);
	for (size_t i = 0; i < n; i++) {
		double f = cdf(sample[i], ctx);
		double above = (double)(i + 1) / (double)n - f, below = f - (double)i / (double)n;

		worst = fmax(worst, fmax(above, below));
	}
	return fit_ks_p(worst, (double)n);
}

double
fit_ks_int(uint64_t *sample, size_t n, fit_cdf cdf, const void *ctx)
{
	double worst = 0;

	sort_ints(sample, n);
	for (size_t i = 0; i < n;) {
		size_t end = i;
		double low, high;

		while (end < n && sample[end] == sample[i])
			end++;
		/* A value stands for any real number less than 1 away from it. */
		low = cdf((double)sample[i] - 1, ctx);
		high = cdf((double)sample[i] + 1, ctx);
		worst = fmax(worst, (double)end / (double)n - high);
		worst = fmax(worst, low - (double)i / (double)n);
		i = end;
	}
	return fit_ks_p(worst, (double)n);
}

double
fit_phi(double z)
{
	return 0.5 * erfc(-z / sqrt(2));
}

double
fit_binomial_z(uint64_t hits, uint64_t n, double p)
{
	double mean = (double)n * p;

	return ((double)hits - mean) / sqrt(mean * (1 - p));
}

static double
bad(const struct fit_chain *c)
{
	return c->p / (c->p + c->r);
}

double
fit_chain_loss(const struct fit_chain *c)
{
	return (1 - bad(c)) * (1 - c->k) + bad(c) * (1 - c->h);
}

/* Cov(lost now, lost `steps` later) = (l_bad - l_good)^2 pi_bad pi_good lambda^steps. */
double
fit_chain_both(const struct fit_chain *c, unsigned steps)
{
	double step = c->k - c->h, loss = fit_chain_loss(c);

	return loss * loss +
	       step * step * bad(c) * (1 - bad(c)) * pow(1 - c->p - c->r, (double)steps);
}

double
fit_chain_loss_sd(const struct fit_chain *c, double n)
{
	double loss = fit_chain_loss(c), lambda = 1 - c->p - c->r;
	double first = fit_chain_both(c, 0) - loss * loss;

	return sqrt((loss * (1 - loss) + 2 * first * lambda / (1 - lambda)) / n);
}

void
fit_chain_runs(const struct fit_chain *c, double runs, double *expected, size_t n)
{
	/* The states after a delivered packet that are followed by a loss, by their weight. */
	double good = (1 - bad(c)) * c->k, b = bad(c) * c->h, left;
	double loss[2] = { 1 - c->k, 1 - c->h };
	double g0 = good * (1 - c->p) + b * c->r, b0 = good * c->p + b * (1 - c->r);

	g0 *= loss[0];
	b0 *= loss[1];
	left = g0 + b0;
	g0 /= left;
	b0 /= left;
	for (size_t i = 0; i < n; i++) {
		double g1 = (g0 * (1 - c->p) + b0 * c->r) * loss[0];
		double b1 = (g0 * c->p + b0 * (1 - c->r)) * loss[1];

		expected[i] = runs * (i == n - 1 ? g0 + b0 : g0 + b0 - g1 - b1);
		g0 = g1;
		b0 = b1;
	}
}
