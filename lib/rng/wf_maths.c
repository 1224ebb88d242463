/* SPDX-License-Identifier: BSD-3-Clause
 * Logarithm, exponential and gamma functions by series and continued fractions.
 */
#include "wf_maths.h"

#define LN2 0.69314718055994530942

double
wf_ln(double x)
{
	double t, t2, sum = 0;
	int e = 0;

	/* By the series of atanh on the mantissa. */
	for (; x > 1.4142135623730951; x *= 0.5)
		e++;
	for (; x < 0.70710678118654752; x *= 2)
		e--;
	t = (x - 1) / (x + 1);
	t2 = t * t;
	for (int k = 25; k >= 1; k -= 2)
		sum = sum * t2 + 1.0 / k;
	return e * LN2 + 2 * t * sum;
}

double
wf_exp(double x)
{
	/* ln 2 in two parts, of which the first times a small integer is exact. */
	const double high = 0.693147180369123816490, low = 1.90821492927058770002e-10;
	double r, sum = 1;
	int k;

	x = x > 700 ? 700 : x < -700 ? -700 : x;
	k = (int)(x / LN2 + (x < 0 ? -0.5 : 0.5));
	r = x - k * high - k * low;
	for (int i = 16; i >= 1; i--)
		sum = 1 + sum * r / i;
	for (; k > 0; k--)
		sum *= 2;
	for (; k < 0; k++)
		sum *= 0.5;
	return sum;
}

double
wf_pow(double x, double y)
{
	return wf_exp(y * wf_ln(x));
}

double
wf_ln_gamma(double x)
{
	/* Stirling's series (Abramowitz and Stegun 6.1.41), of an argument of at least 12. */
	const double half_ln_2pi = 0.91893853320467274178;
	double product = 1, z, z2;

	for (; x < 12; x++)
		product *= x;
	z = 1 / x;
	z2 = z * z;
	return (x - 0.5) * wf_ln(x) - x + half_ln_2pi - wf_ln(product) +
	       z * (1.0 / 12 -
			   z2 * (1.0 / 360 - z2 * (1.0 / 1260 - z2 * (1.0 / 1680 - z2 / 1188))));
}

/* ln of x^a e^-x / Gamma(a) */
static double
ln_front(double a, double x)
{
	return a * wf_ln(x) - x - wf_ln_gamma(a);
}

/* Abramowitz and Stegun 6.5.29; converges quickly for x < a + 1. */
static double
ln_p_series(double a, double x)
{
	double term = 1 / a, sum = term;

	for (double k = a + 1; term > sum * 1e-17; k++) {
		term *= x / k;
		sum += term;
	}
	return ln_front(a, x) + wf_ln(sum);
}

/* Abramowitz and Stegun 6.5.31 by Lentz' method; for x >= a + 1. */
static double
ln_q_fraction(double a, double x)
{
	double b = x + 1 - a, c = 1e300, d = 1 / b, h = d;

	for (int i = 1; i < 100000; i++) {
		double an = -i * (i - a), delta;

		b += 2;
		d = 1 / (an * d + b);
		c = b + an / c;
		delta = d * c;
		h *= delta;
		if (delta - 1 < 1e-16 && 1 - delta < 1e-16)
			break;
	}
	return ln_front(a, x) + wf_ln(h);
}

double
wf_ln_gamma_p(double a, double x)
{
	return x < a + 1 ? ln_p_series(a, x) : wf_ln(1 - wf_exp(ln_q_fraction(a, x)));
}

double
wf_ln_gamma_q(double a, double x)
{
	return x < a + 1 ? wf_ln(1 - wf_exp(ln_p_series(a, x))) : ln_q_fraction(a, x);
}
