/* SPDX-License-Identifier: BSD-3-Clause
 * Fills the normal's quantile table: once, at the start, by + - * / and sqrt only.
 */
#include "wf_quantile.h"

#include <math.h>

#include "wf_maths.h"

int64_t wf_normal_table[WF_QUANTILE_ROWS];

static double
ratio(const double num[8], const double den[8], double x)
{
	double n = num[7], d = den[7];

	for (int i = 6; i >= 0; i--) {
		n = n * x + num[i];
		d = d * x + den[i];
	}
	return n / d;
}

/* AS 241, routine PPND16, for the lower tail 0 < p <= 1/2: about 1 part in 10^16. */
static double
lower_quantile(double p)
{
	static const double a[8] = { 3.3871328727963666080e0, 1.3314166789178437745e2,
		1.9715909503065514427e3, 1.3731693765509461125e4, 4.5921953931549871457e4,
		6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3 };
	static const double b[8] = { 1.0, 4.2313330701600911252e1, 6.8718700749205790830e2,
		5.3941960214247511077e3, 2.1213794301586595867e4, 3.9307895800092710610e4,
		2.8729085735721942674e4, 5.2264952788528545610e3 };
	static const double c[8] = { 1.42343711074968357734e0, 4.63033784615654529590e0,
		5.76949722146069140550e0, 3.64784832476320460504e0, 1.27045825245236838258e0,
		2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4 };
	static const double d[8] = { 1.0, 2.05319162663775882187e0, 1.67638483018380384940e0,
		6.89767334985100004550e-1, 1.48103976427480074590e-1, 1.51986665636164571966e-2,
		5.47593808499534494600e-4, 1.05075007164441684324e-9 };
	static const double e[8] = { 6.65790464350110377720e0, 5.46378491116411436990e0,
		1.78482653991729133580e0, 2.96560571828504891230e-1, 2.65321895265761230930e-2,
		1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7 };
	static const double f[8] = { 1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1,
		1.48753612908506148525e-2, 7.86869131145613259100e-4, 1.84631831751005468180e-5,
		1.42151175831644588870e-7, 2.04426310338993978564e-15 };
	double q = p - 0.5, r;

	if (q >= -0.425) {
		r = 0.180625 - q * q;
		return q * ratio(a, b, r);
	}
	r = sqrt(-wf_ln(p));
	return r <= 5 ? -ratio(c, d, r - 1.6) : -ratio(e, f, r - 5);
}

double
wf_normal_inverse(double p)
{
	return p <= 0.5 ? lower_quantile(p) : -lower_quantile(1 - p);
}

void
wf_normal_init(void)
{
	const uint32_t steps = 1u << WF_QUANTILE_SUB_BITS;
	double octave_top = 0.5;

	/* Once: later plans are compiled while workers draw. */
	if (wf_normal_table[WF_QUANTILE_ROWS - 1] != 0)
		return;
	for (uint32_t o = 0; o < WF_QUANTILE_OCTAVES; o++, octave_top *= 0.5) {
		for (uint32_t i = 0; i < steps; i++) {
			double v = octave_top * (1 - 0.5 * i / steps);

			wf_normal_table[o * steps + i] =
				(int64_t)(-lower_quantile(v) * (1 << WF_NORMAL_SHIFT) + 0.5);
		}
	}
	wf_normal_table[WF_QUANTILE_ROWS - 1] =
		(int64_t)(-lower_quantile(octave_top) * (1 << WF_NORMAL_SHIFT) + 0.5);
}

uint64_t
wf_normal_zero(wf_ns_t mean_ns, wf_ns_t stddev_ns)
{
	uint64_t u = 0;

	/* The quantile rises with u: find the last u that is still below zero. */
	if (wf_normal_draw(0, mean_ns, stddev_ns) >= 0)
		return 0;
	for (uint64_t bit = 1ull << 63; bit != 0; bit >>= 1)
		if (wf_normal_draw(u | bit, mean_ns, stddev_ns) < 0)
			u |= bit;
	return u + 1;
}
