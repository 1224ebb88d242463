/* SPDX-License-Identifier: BSD-3-Clause
 * The likeliest law of delays. One thread.
 *
 * Where order is kept, a packet that would overtake comes out with the one before it: its own delay
 * is then only known to be at most what was seen (left-censored). Laws with a closed form start
 * there; with censored values the likelihood is climbed by Nelder and Mead's simplex (1965).
 */
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "wf_fit_private.h"

/* A likelihood of more values than this is that of every k-th. */
#define MOST  20000
#define STEPS 300
/* Of a configuration's pareto. */
#define MOST_SHAPE 900

double
wf_fit_normal_quantile(double p)
{
	double lo = -9, hi = 9;

	for (int i = 0; i < 60; i++) {
		double mid = (lo + hi) / 2;

		if (0.5 * erfc(-mid / M_SQRT2) < p)
			lo = mid;
		else
			hi = mid;
	}
	return (lo + hi) / 2;
}

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

static double
ln_below(enum wf_fit_law law, const double q[2], double x)
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

struct sample {
	const double *x;
	const bool *clamped;
	uint32_t n, stride;
	bool any;
	double min, max, mean, sd, ln_mean, ln_sd;
};

static double
likelihood(const struct sample *s, enum wf_fit_law law, const double q[2])
{
	double ln = 0;

	if (!(q[0] > 0 && q[1] > 0))
		return -INFINITY;
	for (uint32_t i = 0; i < s->n; i += s->stride)
		ln += s->clamped[i] ? ln_below(law, q, s->x[i]) : ln_density(law, q, s->x[i]);
	return ln * s->stride;
}

/* Of two parameters, from q on, which is replaced by the best. */
static double
climb(const struct sample *s, enum wf_fit_law law, double q[2])
{
	double at[3][2] = { { q[0], q[1] }, { q[0] * 1.1, q[1] }, { q[0], q[1] * 1.1 } }, f[3];

	for (int i = 0; i < 3; i++)
		f[i] = likelihood(s, law, at[i]);
	for (int step = 0; step < STEPS; step++) {
		static const double ways[] = { 1, 2, 0.5, -0.5 };
		int best = 0, worst = 0;
		double c[2], to[2][2], g[2];

		for (int i = 1; i < 3; i++) {
			best = f[i] > f[best] ? i : best;
			worst = f[i] < f[worst] ? i : worst;
		}
		if (fabs(at[best][0] - at[worst][0]) < 1e-6 * at[best][0] &&
			fabs(at[best][1] - at[worst][1]) < 1e-6 * at[best][1])
			break;
		for (int k = 0; k < 2; k++)
			c[k] = (at[0][k] + at[1][k] + at[2][k] - at[worst][k]) / 2;
		g[0] = g[1] = -INFINITY;
		for (size_t w = 0; w < WF_ARRAY_SIZE(ways); w++) {
			for (int k = 0; k < 2; k++)
				to[1][k] = c[k] + ways[w] * (c[k] - at[worst][k]);
			g[1] = likelihood(s, law, to[1]);
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
			f[i] = likelihood(s, law, at[i]);
		}
	}
	for (int i = 1; i < 3; i++)
		if (f[i] > f[0]) {
			f[0] = f[i];
			at[0][0] = at[i][0];
			at[0][1] = at[i][1];
		}
	q[0] = at[0][0];
	q[1] = at[0][1];
	return f[0];
}

static void
measure(struct sample *s)
{
	double squares = 0, ln_squares = 0, k = 0;

	s->stride = s->n / MOST + 1;
	s->min = INFINITY;
	for (uint32_t i = 0; i < s->n; i++) {
		double ln, d;

		s->max = s->x[i] > s->max ? s->x[i] : s->max;
		if (s->clamped[i]) {
			s->any = true;
			continue;
		}
		s->min = s->x[i] < s->min ? s->x[i] : s->min;
		ln = log(s->x[i] > 1 ? s->x[i] : 1);
		k++;
		d = s->x[i] - s->mean;
		s->mean += d / k;
		squares += d * (s->x[i] - s->mean);
		d = ln - s->ln_mean;
		s->ln_mean += d / k;
		ln_squares += d * (ln - s->ln_mean);
	}
	s->sd = k > 1 ? sqrt(squares / (k - 1)) : 0;
	s->ln_sd = k > 1 ? sqrt(ln_squares / (k - 1)) : 0;
}

/* The law's parameters as far as what was not clamped tells. */
static double
fit_one(const struct sample *s, enum wf_fit_law law, double q[2])
{
	switch (law) {
	case WF_FIT_NORMAL:
		q[0] = s->mean;
		q[1] = s->sd;
		break;
	case WF_FIT_LOGNORMAL:
		q[0] = s->ln_sd;
		q[1] = exp(s->ln_mean);
		break;
	default:
		q[1] = s->min;
		q[0] = 1 / (s->ln_mean - log(s->min));
	}
	if (!(q[0] > 0 && q[1] > 0 && isfinite(q[0])) ||
		(law == WF_FIT_PARETO && q[0] > MOST_SHAPE))
		return -INFINITY;
	return s->any ? climb(s, law, q) : likelihood(s, law, q);
}

static double
below(const struct wf_fit_delay *d, double x)
{
	const double normal[2] = { d->mean, d->sd }, other[2] = { d->a, d->b };

	if (d->law == WF_FIT_UNIFORM)
		return x <= d->a ? 0 : x >= d->b ? 1 : (x - d->a) / (d->b - d->a);
	return exp(ln_below(d->law, d->law == WF_FIT_NORMAL ? normal : other, x));
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Kolmogorov and Smirnov's distance; with clamped values nobody knows it. */
static double
distance(const struct sample *s, const struct wf_fit_delay *d)
{
	double *x = malloc((s->n + 1ull) * sizeof(*x)), most = 0;

	if (x == NULL || s->any) {
		free(x);
		return NAN;
	}
	for (uint32_t i = 0; i < s->n; i++)
		x[i] = s->x[i];
	qsort(x, s->n, sizeof(*x), by_value);
	for (uint32_t i = 0; i < s->n; i++) {
		double f = below(d, x[i]);

		most = fmax(most, fmax(f - (double)i / s->n, (double)(i + 1) / s->n - f));
	}
	free(x);
	return most;
}

static void
take(struct wf_fit_delay *d, const struct sample *s, enum wf_fit_law law, const double q[2])
{
	d->law = law;
	d->a = q[0];
	d->b = q[1];
	switch (law) {
	case WF_FIT_NORMAL:
		d->mean = q[0];
		d->sd = q[1];
		break;
	case WF_FIT_LOGNORMAL:
		d->mean = q[1] * exp(q[0] * q[0] / 2);
		d->sd = d->mean * sqrt(expm1(q[0] * q[0]));
		break;
	case WF_FIT_PARETO:
		d->mean = q[0] > 1 ? q[0] * q[1] / (q[0] - 1) : INFINITY;
		d->sd = q[0] > 2 ? d->mean / sqrt(q[0] * (q[0] - 2)) : INFINITY;
		break;
	default:
		d->mean = s->mean;
		d->sd = s->sd;
	}
}

void
wf_fit_find_law(struct wf_fit_delay *d, const double *x, const bool *clamped, uint32_t n)
{
	struct sample s = { .x = x, .clamped = clamped, .n = n };
	double best, q[2], uniform[2];

	measure(&s);
	d->mean = s.mean;
	d->sd = s.sd;
	d->law = WF_FIT_CONSTANT;
	/* What a clock, or a release on time, makes of a constant. */
	if (n < 3 || s.sd < 1000 || s.sd < 0.001 * s.mean)
		return;
	best = -INFINITY;
	for (enum wf_fit_law law = WF_FIT_NORMAL; law <= WF_FIT_PARETO; law++) {
		double ln = fit_one(&s, law, q);

		if (ln > best) {
			best = ln;
			take(d, &s, law, q);
		}
	}
	uniform[0] = s.min;
	uniform[1] = s.max;
	if (!s.any && -log(s.max - s.min) * s.n > best)
		take(d, &s, WF_FIT_UNIFORM, uniform);
	d->distance = distance(&s, d);
}
