/* SPDX-License-Identifier: BSD-3-Clause
 * Bounds of the binomial distribution by its tail, which is a regularised incomplete beta function.
 *
 * P(X <= k) of n at probability p is I(1 - p; n - k, k + 1) (Abramowitz and Stegun 26.5.24), and I
 * comes from its continued fraction (26.5.8) by Lentz's method.
 */
#include "wf_gate_binomial.h"

#include <math.h>
#include <stdbool.h>

#define MAX_N 1e9 /* further terms of the fraction cost time and change nothing that is seen */
#define TINY  1e-300

/* The continued fraction, for x below (a + 1) / (a + b + 2). It takes about sqrt(a + b) terms. */
static double
fraction(double x, double a, double b)
{
	double c = 1, d = 1 - (a + b) * x / (a + 1), h;

	d = 1 / (fabs(d) < TINY ? TINY : d);
	h = d;
	for (double m = 1; m < 1e5; m++) {
		double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
		double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
		double step;

		d = 1 / fmax(1 + even * d, TINY);
		c = fmax(1 + even / c, TINY);
		h *= c * d;
		d = 1 + odd * d;
		d = 1 / (fabs(d) < TINY ? TINY : d);
		c = 1 + odd / c;
		c = fabs(c) < TINY ? TINY : c;
		step = c * d;
		h *= step;
		if (fabs(step - 1) < 1e-14)
			break;
	}
	return h;
}

/* P(X <= k) of n at probability p, with 0 <= k < n and 0 < p < 1. */
static double
tail(double k, double n, double p)
{
	double a = n - k, b = k + 1, x = 1 - p;
	double front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log1p(-p) + b * log(p));

	if (x < (a + 1) / (a + b + 2))
		return front * fraction(x, a, b) / a;
	return 1 - front * fraction(p, b, a) / b;
}

double
wf_gate_upper(double k, double n)
{
	double low, high = 1;

	if (n > MAX_N) {
		k *= MAX_N / n;
		n = MAX_N;
	}
	if (k >= n)
		return 1;
	low = k / n;
	/* The tail falls from above one half to 0 as p rises from k / n to 1. */
	for (int i = 0; i < 200 && high - low > 1e-12 * high; i++) {
		double middle = (low + high) / 2;
		bool likely = middle > 0 && tail(k, n, middle) > WF_GATE_DOUBT;

		if (likely)
			low = middle;
		else
			high = middle;
	}
	return high;
}

double
wf_gate_needed(double k, double share)
{
	double low = floor(k), high = low + 1;

	if (share <= 0)
		return HUGE_VAL;
	if (share >= 1)
		return 1;
	while (wf_gate_upper(k, high) > share) {
		low = high;
		high *= 2;
		if (high > MAX_N)
			return HUGE_VAL;
	}
	while (high - low > 1) {
		double middle = floor((low + high) / 2);

		if (wf_gate_upper(k, middle) > share)
			low = middle;
		else
			high = middle;
	}
	return high;
}
