/* SPDX-License-Identifier: BSD-3-Clause
 * What waves and spikes make of a law of delay: mean, standard deviation and percentiles of the
 * sum, by summing over a grid of the law's quantiles, the wave's phases and the spike's heights.
 */
#include <math.h>
#include <stdlib.h>

#include "wf_delay.h"

#define QUANTILES  1024
#define PHASES     64
#define PHASES_MAX 4096 /* of a wave on a constant delay */
#define HEIGHTS    16

/* One part of the grid: everything with one phase, without a spike or with one of a height. */
struct part {
	double add_ns, weight;
};

struct grid {
	double law[QUANTILES]; /* rising, but for bimodal laws */
	struct part part[PHASES_MAX * (HEIGHTS + 1)];
	uint32_t n_law, n;
	double cap_ns;
};

/* The delay at a part of the trace's way; the last one where that is what stays. */
static uint64_t
of_trace(const struct wf_delay_shape *s, double part)
{
	const struct wf_rows *r = s->trace;

	if (r->period_ns == 0)
		return r->point[r->n - 1].value;
	return s->by_packet ? wf_rows_of_packet(r, (uint64_t)(part * r->n))
			    : wf_rows_at(r, (wf_ns_t)(part * (double)r->period_ns));
}

static void
fill(struct grid *g, const struct wf_law *law, const struct wf_delay_shape *s)
{
	double p = (double)s->spike_threshold * 0x1p-64;
	bool constant = s->trace == NULL && wf_law_sample(law, 0) == wf_law_sample(law, UINT64_MAX);
	uint32_t phases = s->wave.amplitude_ns == 0 ? 1 : constant ? PHASES_MAX : PHASES;

	if (s->spike_threshold == UINT64_MAX)
		p = 1;
	g->cap_ns = (double)s->cap_ns;
	g->n_law = constant ? 1 : QUANTILES;
	for (uint32_t i = 0; i < g->n_law; i++)
		g->law[i] =
			(double)(s->trace != NULL ? of_trace(s, (i + 0.5) / g->n_law)
						  : wf_law_sample(law,
							    (uint64_t)i * (UINT64_MAX / QUANTILES) +
								    UINT64_MAX / QUANTILES / 2));
	for (uint32_t k = 0; k < phases; k++) {
		struct wf_wave wave = s->wave;
		double at = 0;

		wave.turns_per_ns = UINT64_MAX / (2 * phases);
		if (wave.amplitude_ns != 0) /* in the middle of the phase */
			at = (double)wf_wave_at(&wave, 2 * k + 1);
		g->part[g->n++] = (struct part){ at, (1 - p) / phases };
		for (uint32_t h = 0; h < HEIGHTS && p > 0; h++)
			g->part[g->n++] = (struct part){ at + (double)s->spike_min_ns +
								 (double)s->spike_span_ns *
									 (h + 0.5) / HEIGHTS,
				p / phases / HEIGHTS };
	}
}

static double
held(const struct grid *g, double ns)
{
	return ns < 0 ? 0 : ns > g->cap_ns ? g->cap_ns : ns;
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Share of the law's quantiles at or below ns. */
static double
below(const struct grid *g, double ns)
{
	uint32_t low = 0, high = g->n_law;

	while (low < high) {
		uint32_t mid = (low + high) / 2;

		if (g->law[mid] <= ns)
			low = mid + 1;
		else
			high = mid;
	}
	return (double)low / g->n_law;
}

/* Where the sum's distribution function gets to q, or, `beyond`, past it. */
static double
reach(const struct grid *g, double q, bool beyond)
{
	double low = 0, high = 0;

	for (uint32_t i = 0; i < g->n; i++)
		high = fmax(high, held(g, g->law[g->n_law - 1] + g->part[i].add_ns));
	for (int round = 0; round < 60 && high - low > 1; round++) {
		double mid = (low + high) / 2, share = 0;

		for (uint32_t i = 0; i < g->n; i++)
			share += g->part[i].weight *
				 (mid >= g->cap_ns ? 1 : below(g, mid - g->part[i].add_ns));
		if (share < (beyond ? q + 1e-9 : q - 1e-9))
			low = mid;
		else
			high = mid;
	}
	return high;
}

/* In the middle of where it stays level. */
static double
percentile(const struct grid *g, double q)
{
	return (reach(g, q, false) + reach(g, q, true)) / 2;
}

void
wf_delay_shape_forecast(
	const struct wf_law *law, const struct wf_delay_shape *s, struct wf_forecast *f)
{
	struct grid *g = calloc(1, sizeof(*g));
	double mean = 0, square = 0, fourth = 0, top = 0, law_mean = 0, law_square = 0;

	if (g == NULL)
		return; /* the law's own is what can be said */
	fill(g, law, s);
	qsort(g->law, g->n_law, sizeof(g->law[0]), by_size);
	for (uint32_t q = 0; q < g->n_law; q++) {
		law_mean += g->law[q] / g->n_law;
		law_square += g->law[q] * g->law[q] / g->n_law;
		for (uint32_t i = 0; i < g->n; i++) {
			double ns = held(g, g->law[q] + g->part[i].add_ns);

			mean += ns * g->part[i].weight / g->n_law;
			square += ns * ns * g->part[i].weight / g->n_law;
			top = fmax(top, g->part[i].add_ns);
		}
	}
	/* What the grid gets wrong of the law itself, its tail above all, it gets wrong in both. */
	if (s->trace != NULL)
		f->delay_max_ns = g->law[g->n_law - 1];
	else
		mean += f->delay_mean_ns - law_mean;
	if (s->trace == NULL)
		square += f->delay_stddev_ns * f->delay_stddev_ns +
			  f->delay_mean_ns * f->delay_mean_ns - law_square;
	f->delay_p50_ns = percentile(g, 0.5);
	f->delay_p99_ns = percentile(g, 0.99);
	f->delay_mean_ns = mean;
	f->delay_stddev_ns = sqrt(fmax(square - mean * mean, 0));
	for (uint32_t q = 0; q < g->n_law; q++)
		for (uint32_t i = 0; i < g->n; i++)
			fourth += pow(held(g, g->law[q] + g->part[i].add_ns) - mean, 4) *
				  g->part[i].weight / g->n_law;
	if (f->delay_stddev_ns > 0)
		f->delay_kurtosis = fourth / pow(f->delay_stddev_ns, 4);
	f->delay_max_ns = fmin(f->delay_max_ns + top, g->cap_ns);
	free(g);
}
