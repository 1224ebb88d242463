/* SPDX-License-Identifier: BSD-3-Clause
 * The likeliest law of delays, and how sure its parameters are. One thread.
 *
 * Laws whose estimates have a closed form start there; with censored values the likelihood is
 * climbed (wf_fit_censored.c). Bounds, of which the least and the most that were seen fall short by
 * as much as one of n, are moved out by that.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wf_fit_private.h"

/* Of a configuration's pareto. */
#define MOST_SHAPE 900
/* So many tell how dense values are where a law begins. */
#define SMALLEST 25u

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

/* How far the least value is above where a law begins that begins steeply: the mean distance of
 * the least ones that are not clamped. */
static double
mean_short_of(const struct wf_fit_sample *s)
{
	double least[SMALLEST];
	uint32_t n = 0, k;

	for (uint32_t i = 0; i < s->n; i++) {
		if (s->clamped[i] || (n == SMALLEST && s->x[i] >= least[n - 1]))
			continue;
		k = n < SMALLEST ? n++ : n - 1;
		for (; k > 0 && least[k - 1] > s->x[i]; k--)
			least[k] = least[k - 1];
		least[k] = s->x[i];
	}
	return n > 1 ? (least[n - 1] - least[0]) / (n - 1) : 0;
}

static void
measure(struct wf_fit_sample *s)
{
	double squares = 0, ln_squares = 0, k = 0;

	s->min = INFINITY;
	for (uint32_t i = 0; i < s->n; i++) {
		double ln, d;

		s->max = s->x[i] > s->max ? s->x[i] : s->max;
		s->min = s->x[i] < s->min ? s->x[i] : s->min;
		if (s->clamped[i]) {
			s->n_clamped++;
			continue;
		}
		ln = log(s->x[i] > 1 ? s->x[i] : 1);
		k++;
		d = s->x[i] - s->mean;
		s->mean += d / k;
		squares += d * (s->x[i] - s->mean);
		d = ln - s->ln_mean;
		s->ln_mean += d / k;
		ln_squares += d * (ln - s->ln_mean);
	}
	s->short_of = mean_short_of(s);
	s->sd = k > 1 ? sqrt(squares / (k - 1)) : 0;
	s->ln_sd = k > 1 ? sqrt(ln_squares / (k - 1)) : 0;
}

/* The law's parameters, their likelihood, and their relative covariance: of q[0] and q[1]. */
static double
fit_one(const struct wf_fit_sample *s, enum wf_fit_law law, double q[2], double covariance[3])
{
	double n = (double)s->n, ln, bias = 1;
	struct wf_fit_peak peak;

	memset(covariance, 0, 3 * sizeof(*covariance));
	switch (law) {
	case WF_FIT_NORMAL:
		q[0] = s->mean;
		q[1] = s->sd;
		covariance[0] = q[1] * q[1] / (q[0] * q[0] * n);
		covariance[2] = 1 / (2 * n);
		break;
	case WF_FIT_LOGNORMAL:
		q[0] = s->ln_sd;
		q[1] = exp(s->ln_mean);
		covariance[0] = 1 / (2 * n);
		covariance[2] = q[0] * q[0] / n;
		break;
	default:
		/* What the shape is likeliest to be is too large by 2 of n. */
		q[1] = s->min;
		bias = s->n_clamped == 0 ? 1 - 2 / n : 1;
		q[0] = 1 / (s->ln_mean - log(s->min > 1 ? s->min : 1));
		covariance[0] = 1 / n;
	}
	if (!(q[0] > 0 && q[1] > 0 && isfinite(q[0])) ||
		(law == WF_FIT_PARETO && q[0] > MOST_SHAPE))
		return -INFINITY;
	if (s->n_clamped == 0) {
		ln = wf_fit_likelihood(s, law, q);
		q[0] *= bias;
		return ln;
	}
	ln = wf_fit_climb(s, law, q, &peak);
	if (law == WF_FIT_PARETO) {
		q[1] -= s->short_of;
		wf_fit_climb(s, law, q, &peak);
	}
	covariance[0] = peak.sure ? peak.covariance[0][0] : NAN;
	covariance[1] = peak.sure && peak.n > 1 ? peak.covariance[0][1] : 0;
	covariance[2] = peak.sure && peak.n > 1 ? peak.covariance[1][1] : 0;
	return ln;
}

static double
below(const struct wf_fit_delay *d, double x)
{
	const double normal[2] = { d->mean, d->sd }, other[2] = { d->a, d->b };

	if (d->law == WF_FIT_UNIFORM)
		return x <= d->a ? 0 : x >= d->b ? 1 : (x - d->a) / (d->b - d->a);
	return exp(wf_fit_ln_below(d->law, d->law == WF_FIT_NORMAL ? normal : other, x));
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Kolmogorov and Smirnov's distance; with clamped values nobody knows it. */
static double
distance(const struct wf_fit_sample *s, const struct wf_fit_delay *d)
{
	double *x = malloc((s->n + 1ull) * sizeof(*x)), most = 0;

	if (x == NULL || s->n_clamped > 0) {
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
take(struct wf_fit_delay *d, const struct wf_fit_sample *s, enum wf_fit_law law, const double q[2],
	const double covariance[3])
{
	double n = (double)s->n;

	d->law = law;
	d->a = q[0];
	d->b = q[1];
	memcpy(d->covariance, covariance, sizeof(d->covariance));
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
		d->short_of = s->n_clamped == 0 ? d->b / (q[0] * n) : s->short_of;
		d->b -= s->n_clamped == 0 ? d->short_of : 0;
		d->mean = q[0] > 1 ? q[0] * d->b / (q[0] - 1) : INFINITY;
		d->sd = q[0] > 2 ? d->mean / sqrt(q[0] * (q[0] - 2)) : INFINITY;
		break;
	default:
		d->a = fmax(q[0] - (q[1] - q[0]) / (n - 1), 0);
		d->b = q[1] + (q[1] - q[0]) / (n - 1);
		d->mean = (d->a + d->b) / 2;
		d->sd = (d->b - d->a) / sqrt(12);
	}
}

void
wf_fit_find_law(struct wf_fit_delay *d, const double *x, const bool *clamped, uint32_t n)
{
	struct wf_fit_sample s = { .x = x, .clamped = clamped, .n = n };
	double best, q[2], covariance[3] = { 0 };

	measure(&s);
	d->mean = s.mean;
	d->sd = s.sd;
	d->law = WF_FIT_CONSTANT;
	/* What a clock, or a release on time, makes of a constant. */
	if (n < 3 || s.sd < 1000 || s.sd < 0.001 * s.mean)
		return;
	best = -INFINITY;
	for (enum wf_fit_law law = WF_FIT_NORMAL; law <= WF_FIT_PARETO; law++) {
		double ln = fit_one(&s, law, q, covariance);

		if (ln > best) {
			best = ln;
			take(d, &s, law, q, covariance);
		}
	}
	q[0] = s.min;
	q[1] = s.max;
	if (s.n_clamped == 0 && -log(s.max - s.min) * s.n > best) {
		memset(covariance, 0, sizeof(covariance));
		take(d, &s, WF_FIT_UNIFORM, q, covariance);
	}
	d->distance = distance(&s, d);
}

/* Delays that are alike in a row tell less than as many that are not: by as much as a chain of
 * first order has it, of what goes with the scores (means, and whatever else is not known better),
 * and of what goes with their squares. */
void
wf_fit_delay_errors(struct wf_fit_delay *d)
{
	double n = (double)d->n, rho = d->rho, longer = rho > 0 ? (1 + rho) / (1 - rho) : 1;
	double squares = (1 + rho * rho) / (1 - rho * rho), m[2] = { 0 }, v[2] = { 0 };
	double one = 3 / n; /* 95 % of what a bound is short by, of n */
	double aa = d->covariance[0], ab = d->covariance[1], bb = d->covariance[2];
	double grown = exp(d->a * d->a);

	d->rho_error = WF_FIT_SIGMAS * sqrt((1 - rho * rho) / (double)d->pairs);
	d->a_error = d->b_error = NAN;
	switch (d->law) {
	case WF_FIT_CONSTANT:
		d->mean_error = WF_FIT_SIGMAS * d->sd / sqrt(n);
		d->sd_error = NAN;
		return;
	case WF_FIT_UNIFORM:
		d->a_error = d->b_error = one * (d->b - d->a);
		d->mean_error = d->a_error / M_SQRT2;
		d->sd_error = d->mean_error / sqrt(3);
		return;
	case WF_FIT_NORMAL:
		m[0] = d->mean;
		v[1] = d->sd;
		aa *= longer;
		bb *= squares;
		break;
	case WF_FIT_LOGNORMAL:
		aa *= squares;
		bb *= longer;
		m[0] = d->mean * d->a * d->a;
		m[1] = d->mean;
		v[0] = d->sd * d->a * d->a * (1 + grown / (grown - 1));
		v[1] = d->sd;
		break;
	default:
		aa *= longer;
		m[0] = -d->mean / (d->a - 1);
		v[0] = NAN; /* of a power that far out, none that is worth saying */
		d->b_error = 3 * d->short_of;
	}
	ab *= sqrt(longer * squares);
	d->a_error = WF_FIT_SIGMAS * d->a * sqrt(aa);
	if (d->law == WF_FIT_LOGNORMAL)
		d->b_error = WF_FIT_SIGMAS * d->b * sqrt(bb);
	d->mean_error =
		WF_FIT_SIGMAS * sqrt(m[0] * m[0] * aa + 2 * m[0] * m[1] * ab + m[1] * m[1] * bb);
	d->sd_error =
		WF_FIT_SIGMAS * sqrt(v[0] * v[0] * aa + 2 * v[0] * v[1] * ab + v[1] * v[1] * bb);
}
