/* SPDX-License-Identifier: BSD-3-Clause
 * Summaries of series. Pure.
 */
#include "wf_summary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BATCHES_LEAST 8 /* that have a value */

double
wf_mean(const double *x, uint32_t n, double *scratch)
{
	double sum = 0;

	for (uint32_t i = 0; i < n; i++)
		sum += x[i];
	return n > 0 ? sum / n : NAN;
}

double
wf_stddev(const double *x, uint32_t n, double *scratch)
{
	double mean = wf_mean(x, n, scratch), squares = 0;

	for (uint32_t i = 0; i < n; i++)
		squares += (x[i] - mean) * (x[i] - mean);
	return n > 1 ? sqrt(squares / (n - 1)) : NAN;
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
quantile(const double *x, uint32_t n, double *scratch, double q)
{
	if (n == 0)
		return NAN;
	memcpy(scratch, x, n * sizeof(*x));
	qsort(scratch, n, sizeof(*scratch), by_value);
	return scratch[(uint32_t)(q * n)];
}

double
wf_median(const double *x, uint32_t n, double *scratch)
{
	return quantile(x, n, scratch, 0.5);
}

double
wf_p99(const double *x, uint32_t n, double *scratch)
{
	return quantile(x, n, scratch, 0.99);
}

double
wf_longest(const double *x, uint32_t n, double *scratch)
{
	double most = NAN;

	for (uint32_t i = 0; i < n; i++)
		if (!(x[i] <= most))
			most = x[i];
	return most;
}

double
wf_rho(const double *x, uint32_t n, double *scratch)
{
	double mean = wf_mean(x, n, scratch), squares = 0, products = 0;

	for (uint32_t i = 0; i < n; i++) {
		squares += (x[i] - mean) * (x[i] - mean);
		if (i > 0)
			products += (x[i] - mean) * (x[i - 1] - mean);
	}
	return squares > 0 ? 2 * sin(M_PI / 6 * (products / squares)) : NAN;
}

double
wf_mean_run(const double *x, uint32_t n, double *scratch)
{
	uint32_t runs = 0, sum = 0;

	for (uint32_t i = 0; i < n; i++) {
		sum += x[i] > 0;
		runs += x[i] > 0 && !(i > 0 && x[i - 1] > 0);
	}
	return runs > 0 ? (double)sum / runs : NAN;
}

double
wf_replay_pace(const double *x, uint32_t n, double *scratch)
{
	return n > 1 && x[n - 1] > x[0] ? (n - 1) / (x[n - 1] - x[0]) : NAN;
}

struct place {
	double x;
	uint32_t at;
};

static int
by_place(const void *a, const void *b)
{
	const struct place *p = a, *q = b;

	return p->x != q->x ? (p->x > q->x) - (p->x < q->x) : (p->at > q->at) - (p->at < q->at);
}

int
wf_ranks(double *x, uint32_t n)
{
	struct place *p = malloc(((size_t)n + 1) * sizeof(*p));

	if (p == NULL)
		return -1;
	for (uint32_t i = 0; i < n; i++)
		p[i] = (struct place){ x[i], i };
	qsort(p, n, sizeof(*p), by_place);
	for (uint32_t first = 0, end; first < n; first = end) {
		for (end = first + 1; end < n && p[end].x == p[first].x;)
			end++;
		for (uint32_t i = first; i < end; i++)
			x[p[i].at] = (first + end - 1) / 2.0;
	}
	free(p);
	return 0;
}

struct wf_summary
wf_summary_of(wf_summary_fn fn, const double *x, uint32_t n, double *scratch)
{
	struct wf_summary s = { .value = fn(x, n, scratch), .error = NAN };
	double batch[WF_BATCHES];
	uint32_t known = 0;

	for (uint32_t b = 0; b < WF_BATCHES; b++) {
		uint32_t first = (uint32_t)((uint64_t)n * b / WF_BATCHES);
		uint32_t end = (uint32_t)((uint64_t)n * (b + 1) / WF_BATCHES);
		double value = fn(x + first, end - first, scratch);

		if (!isnan(value))
			batch[known++] = value;
	}
	if (known >= BATCHES_LEAST)
		s.error = wf_stddev(batch, known, scratch) / sqrt(known);
	return s;
}
