/* SPDX-License-Identifier: BSD-3-Clause
 * The likelihood of a law, and its maximum. One thread.
 *
 * Where order is kept, a packet that would overtake comes out with the one before it: its own delay
 * is then only known to be at most what was seen (left-censored). What that is was settled before
 * its delay was drawn, so the product of densities and probabilities is a likelihood all the same.
 * It is climbed by Nelder and Mead's simplex (1965) on some of the values, then by Newton's steps
 * on all.
 */
#include <float.h>
#include <math.h>

#include "wf_fit_private.h"

/* The simplex looks at about so many values. */
#define MOST  20000
#define STEPS 300

/* Phi, in the logarithm, for far tails too. */
static double
ln_phi(double z)
{
	if (z > -30)
		return log(0.5 * erfc(-z / M_SQRT2));
	return -z * z / 2 - log(-z) - 0.9189385332046727;
}

static double
ln_density(enum wf_fit_law law, const double q[2], double x)
{
	double z;

	switch (law) {
	case WF_FIT_NORMAL:
		z = (x - q[0]) / q[1];
		return -z * z / 2 - log(q[1]) - 0.9189385332046727;
	case WF_FIT_LOGNORMAL:
		if (x <= 0)
			return -1e3;
		z = log(x / q[1]) / q[0];
		return -z * z / 2 - log(q[0] * x) - 0.9189385332046727;
	default:
		return x < q[1] ? -1e3 : log(q[0] / x) + q[0] * log(q[1] / x);
	}
}

double
wf_fit_ln_below(enum wf_fit_law law, const double q[2], double x)
{
	switch (law) {
	case WF_FIT_NORMAL:
		return ln_phi((x - q[0]) / q[1]);
	case WF_FIT_LOGNORMAL:
		return x <= 0 ? -1e3 : ln_phi(log(x / q[1]) / q[0]);
	default:
		return x <= q[1] ? -1e3 : log1p(-pow(q[1] / x, q[0]) + DBL_MIN);
	}
}

/* Of every k-th value, as if there were as many as of all. */
static double
likelihood_of(const struct wf_fit_sample *s, enum wf_fit_law law, const double q[2], uint32_t k)
{
	double ln = 0;

	if (!(q[0] > 0 && q[1] > 0))
		return -INFINITY;
	for (uint32_t i = 0; i < s->n; i += k)
		ln += s->clamped[i] ? wf_fit_ln_below(law, q, s->x[i])
				    : ln_density(law, q, s->x[i]);
	return ln * k;
}

double
wf_fit_likelihood(const struct wf_fit_sample *s, enum wf_fit_law law, const double q[2])
{
	return likelihood_of(s, law, q, 1);
}

/* Nelder and Mead's, from q on, which is replaced by the best. */
static void
climb(const struct wf_fit_sample *s, enum wf_fit_law law, double q[2])
{
	double at[3][2] = { { q[0], q[1] }, { q[0] * 1.1, q[1] }, { q[0], q[1] * 1.1 } }, f[3];
	uint32_t k = s->n / MOST + 1;
	int best = 0;

	if (law == WF_FIT_PARETO) /* whose scale is known: the simplex is flat */
		at[2][1] = q[1];
	for (int i = 0; i < 3; i++)
		f[i] = likelihood_of(s, law, at[i], k);
	for (int step = 0; step < STEPS; step++) {
		static const double ways[] = { 1, 2, 0.5, -0.5 };
		double c[2], to[2][2], g[2];
		int worst = 0;

		best = 0;
		for (int i = 1; i < 3; i++) {
			best = f[i] > f[best] ? i : best;
			worst = f[i] < f[worst] ? i : worst;
		}
		if (fabs(at[best][0] - at[worst][0]) < 1e-6 * at[best][0] &&
			fabs(at[best][1] - at[worst][1]) < 1e-6 * at[best][1])
			break;
		for (int i = 0; i < 2; i++)
			c[i] = (at[0][i] + at[1][i] + at[2][i] - at[worst][i]) / 2;
		g[0] = g[1] = -INFINITY;
		for (size_t w = 0; w < WF_ARRAY_SIZE(ways); w++) {
			for (int i = 0; i < 2; i++)
				to[1][i] = c[i] + ways[w] * (c[i] - at[worst][i]);
			g[1] = likelihood_of(s, law, to[1], k);
			if (g[1] > g[0]) {
				g[0] = g[1];
				to[0][0] = to[1][0];
				to[0][1] = to[1][1];
			}
		}
		if (g[0] > f[worst]) {
			f[worst] = g[0];
			at[worst][0] = to[0][0];
			at[worst][1] = to[0][1];
			continue;
		}
		for (int i = 0; i < 3; i++) { /* towards the best */
			at[i][0] = (at[i][0] + at[best][0]) / 2;
			at[i][1] = (at[i][1] + at[best][1]) / 2;
			f[i] = likelihood_of(s, law, at[i], k);
		}
	}
	for (int i = 0; i < 3; i++)
		best = f[i] > f[best] ? i : best;
	q[0] = at[best][0];
	q[1] = at[best][1];
}

struct of_law {
	const struct wf_fit_sample *s;
	enum wf_fit_law law;
	const double *q; /* of a pareto law, whose scale is known */
};

/* By the logarithms of the parameters. */
static double
by_logarithms(const void *ctx, const double *at)
{
	const struct of_law *o = ctx;
	double q[2] = { exp(at[0]), o->law == WF_FIT_PARETO ? o->q[1] : exp(at[1]) };

	return likelihood_of(o->s, o->law, q, 1);
}

double
wf_fit_climb(
	const struct wf_fit_sample *s, enum wf_fit_law law, double q[2], struct wf_fit_peak *peak)
{
	struct of_law o = { s, law, q };

	climb(s, law, q);
	*peak = (struct wf_fit_peak){ .ln = by_logarithms,
		.ctx = &o,
		.n = law == WF_FIT_PARETO ? 1 : 2,
		.at = { log(q[0]), log(q[1]) },
		.step = { 0.01, 0.01 } };
	wf_fit_newton(peak);
	q[0] = exp(peak->at[0]);
	if (law != WF_FIT_PARETO)
		q[1] = exp(peak->at[1]);
	return peak->best;
}
