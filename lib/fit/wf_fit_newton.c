/* SPDX-License-Identifier: BSD-3-Clause
 * Newton's steps to the maximum of a likelihood from a place near it, with derivatives by
 * differences over about a standard error. The second ones are the observed information, whose
 * inverse is the covariance of the estimates (Efron and Hinkley, 1978). One thread.
 */
#include <math.h>
#include <string.h>

#include "wf_fit_private.h"

#define ROUNDS 12
/* Of a standard error: no further step is worth its while. */
#define NEAR 0.02
/* A step is not longer than so many differences. */
#define FAR_AWAY 5

/* out = a^-1 of a symmetric matrix, by Cholesky. false: it is not positive definite. */
static bool
invert(int n, double a[WF_FIT_PEAK][WF_FIT_PEAK], double out[WF_FIT_PEAK][WF_FIT_PEAK])
{
	double l[WF_FIT_PEAK][WF_FIT_PEAK] = { { 0 } };

	for (int i = 0; i < n; i++)
		for (int j = 0; j <= i; j++) {
			double sum = a[i][j];

			for (int k = 0; k < j; k++)
				sum -= l[i][k] * l[j][k];
			if (i == j && !(sum > 0))
				return false;
			l[i][j] = i == j ? sqrt(sum) : sum / l[j][j];
		}
	for (int c = 0; c < n; c++) {
		double y[WF_FIT_PEAK];

		for (int i = 0; i < n; i++) {
			y[i] = i == c;
			for (int k = 0; k < i; k++)
				y[i] -= l[i][k] * y[k];
			y[i] /= l[i][i];
		}
		for (int i = n; i-- > 0;) {
			for (int k = i + 1; k < n; k++)
				y[i] -= l[k][i] * out[k][c];
			out[i][c] = y[i] / l[i][i];
		}
	}
	return true;
}

/* Gradient and the negative of the second derivatives, at p->at. */
static void
differentiate(const struct wf_fit_peak *p, double gradient[WF_FIT_PEAK],
	double minus[WF_FIT_PEAK][WF_FIT_PEAK])
{
	double up[WF_FIT_PEAK], down[WF_FIT_PEAK], at[WF_FIT_PEAK], f;

	memcpy(at, p->at, sizeof(at));
	for (int i = 0; i < p->n; i++) {
		at[i] = p->at[i] + p->step[i];
		up[i] = p->ln(p->ctx, at);
		at[i] = p->at[i] - p->step[i];
		down[i] = p->ln(p->ctx, at);
		at[i] = p->at[i];
		gradient[i] = (up[i] - down[i]) / (2 * p->step[i]);
		minus[i][i] = -(up[i] - 2 * p->best + down[i]) / (p->step[i] * p->step[i]);
	}
	for (int i = 0; i < p->n; i++)
		for (int j = 0; j < i; j++) {
			at[i] = p->at[i] + p->step[i];
			at[j] = p->at[j] + p->step[j];
			f = p->ln(p->ctx, at);
			at[i] = p->at[i] - p->step[i];
			at[j] = p->at[j] - p->step[j];
			f += p->ln(p->ctx, at);
			at[i] = p->at[i];
			at[j] = p->at[j];
			minus[i][j] = minus[j][i] =
				-(f - up[i] - down[i] - up[j] - down[j] + 2 * p->best) /
				(2 * p->step[i] * p->step[j]);
		}
}

/* Along the way that the derivatives say, as far as it goes up. Returns the length in standard
 * errors. */
static double
take_step(struct wf_fit_peak *p, const double gradient[WF_FIT_PEAK])
{
	double way[WF_FIT_PEAK] = { 0 }, shorter = 1, longest = 0;

	for (int i = 0; i < p->n; i++) {
		for (int j = 0; j < p->n; j++)
			way[i] += p->covariance[i][j] * gradient[j];
		longest = fmax(longest, fabs(way[i]) / sqrt(p->covariance[i][i]));
		shorter = fmin(shorter, FAR_AWAY * p->step[i] / fabs(way[i]));
	}
	for (int k = 0; k < 8; k++, shorter /= 2) {
		double at[WF_FIT_PEAK], f;

		for (int i = 0; i < p->n; i++)
			at[i] = p->at[i] + shorter * way[i];
		f = p->ln(p->ctx, at);
		if (!(f >= p->best))
			continue;
		p->best = f;
		memcpy(p->at, at, (size_t)p->n * sizeof(*at));
		return longest;
	}
	return 0; /* nowhere higher: this is it */
}

void
wf_fit_newton(struct wf_fit_peak *p)
{
	p->best = p->ln(p->ctx, p->at);
	p->sure = false;
	for (int round = 0; round < ROUNDS; round++) {
		double gradient[WF_FIT_PEAK], minus[WF_FIT_PEAK][WF_FIT_PEAK];
		double moved;

		differentiate(p, gradient, minus);
		if (!invert(p->n, minus, p->covariance)) {
			for (int i = 0; i < p->n; i++)
				p->step[i] /= 3;
			continue;
		}
		for (int i = 0; i < p->n; i++)
			p->step[i] = sqrt(p->covariance[i][i]);
		/* The steps it was measured by were not far from those it says. */
		p->sure = round > 0;
		moved = take_step(p, gradient);
		if (moved < NEAR && p->sure)
			return;
	}
}
