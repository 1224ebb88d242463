/* SPDX-License-Identifier: BSD-3-Clause
 * The bit rate, by the dispersion of packets that followed each other through a queue: they come
 * out as far apart as the second one takes to be sent. Where jitter behind it moves them, load has
 * to tell (wf_fit_load.c). One thread.
 */
#include <math.h>
#include <stdlib.h>

#include "wf_fit_private.h"

#define LEAST_PAIRS 30
/* Of the pairs that were spread, so many must agree ... */
#define AGREEING 0.4
/* ... within this. */
#define WIDTH 0.01

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Rates of pairs that came out further apart than they came in. */
static uint32_t
spread_pairs(const struct wf_fit *f, double *bps)
{
	uint32_t n = 0;

	for (uint32_t i = 1; i < f->n; i++) {
		const struct wf_fit_packet *a = &f->packet[i - 1], *b = &f->packet[i];
		double in = (double)(b->in_ns - a->in_ns), out = (double)(b->out_ns - a->out_ns);

		if (a->copies != 1 || b->copies != 1 || b->rank != a->rank + 1)
			continue;
		if (out > in * 1.02 + 50)
			bps[n++] = b->len_bytes * 8e9 / out;
	}
	return n;
}

/* The densest stretch of sorted values that is WIDTH wide: its middle, and how many there are. */
static uint32_t
densest(const double *x, uint32_t n, double *middle)
{
	uint32_t best = 0;

	for (uint32_t i = 0, k = 0; i < n; i++) {
		while (k < n && x[k] <= x[i] * (1 + WIDTH))
			k++;
		if (k - i > best) {
			best = k - i;
			*middle = x[i + best / 2];
		}
	}
	return best;
}

/* The rate of those pairs that are as close to the middle as most of them are: bits by time, so
 * that what stamps are rounded by counts little. */
static void
refine(struct wf_fit *f, const double *sorted, uint32_t n, double middle)
{
	double bits = 0, ns = 0, width = 0, squares = 0;
	uint32_t k = 0;

	for (uint32_t i = 0; i < n; i++)
		if (fabs(sorted[i] - middle) <= WIDTH * middle) {
			width += fabs(sorted[i] - middle);
			k++;
		}
	width = 2 * width / k + 1e-9 * middle;
	for (uint32_t i = 1; i < f->n; i++) {
		const struct wf_fit_packet *a = &f->packet[i - 1], *b = &f->packet[i];
		double out = (double)(b->out_ns - a->out_ns), off;

		if (a->copies != 1 || b->copies != 1 || b->rank != a->rank + 1 ||
			fabs(b->len_bytes * 8e9 / out - middle) > width)
			continue;
		off = out - b->len_bytes * 8e9 / middle;
		bits += b->len_bytes * 8e9;
		ns += out;
		squares += off * off;
	}
	f->rate.bps = ns > 0 ? bits / ns : middle;
	f->rate.error_bps = ns > 0 ? WF_FIT_SIGMAS * f->rate.bps * sqrt(squares) / ns : NAN;
}

static double
sending_ns(const struct wf_fit *f, uint32_t i)
{
	return f->packet[i].len_bytes * 8e9 / f->rate.bps;
}

/* The delay behind the queue: that of packets which found it empty. */
static double
behind_ns(const struct wf_fit *f)
{
	double least = INFINITY;

	for (uint32_t i = 0; i < f->n; i++) {
		const struct wf_fit_packet *p = &f->packet[i];

		if (p->copies == 1)
			least = fmin(
				least, (double)(p->out_ns - (int64_t)p->in_ns) - sending_ns(f, i));
	}
	return isfinite(least) ? least : 0;
}

/* Packet i came out, and so did `prev`; what is between is lost, behind the queue, where it took
 * its time, or in it. When does i leave the queue? Each step begins at what was seen, so that
 * errors do not add up. */
static double
leaves(struct wf_fit *f, uint32_t prev, uint32_t i, double delay_ns)
{
	struct wf_fit_packet *p = f->packet;
	double free_at = (double)p[prev].out_ns - delay_ns, taken = free_at;
	double in = (double)p[i].in_ns, seen = (double)p[i].out_ns - delay_ns;
	double with, without;

	for (uint32_t k = prev + 1; k < i; k++)
		taken = fmax(taken, (double)p[k].in_ns) + sending_ns(f, k);
	with = fmax(taken, in) + sending_ns(f, i);
	without = fmax(free_at, in) + sending_ns(f, i);
	if (fabs(seen - with) <= fabs(seen - without))
		return with;
	for (uint32_t k = prev + 1; k < i; k++) {
		if ((double)p[k].in_ns > free_at)
			continue;
		p[k].lost_in_queue = true;
		f->rate.queued++;
	}
	return without;
}

static void
apply(struct wf_fit *f, double *left_ns)
{
	double delay_ns = behind_ns(f);
	uint32_t prev = UINT32_MAX;

	for (uint32_t i = 0; i < f->n; i++) {
		const struct wf_fit_packet *p = &f->packet[i];

		if (p->copies == 0)
			continue;
		left_ns[i] = prev == UINT32_MAX ? (double)p->in_ns + sending_ns(f, i)
						: leaves(f, prev, i, delay_ns);
		f->rate.limit_ns = fmax(f->rate.limit_ns,
			(double)p->out_ns - delay_ns - sending_ns(f, i) - (double)p->in_ns);
		prev = i;
	}
}

void
wf_fit_find_rate(struct wf_fit *f, double *left_ns)
{
	double *x = malloc((f->n + 1ull) * sizeof(*x)), middle = 0;
	uint32_t n, best;

	for (uint32_t i = 0; i < f->n; i++)
		left_ns[i] = (double)f->packet[i].in_ns;
	if (x == NULL)
		return;
	n = spread_pairs(f, x);
	qsort(x, n, sizeof(*x), by_value);
	best = densest(x, n, &middle);
	if (best >= LEAST_PAIRS && best >= AGREEING * n) {
		f->rate.found = true;
		refine(f, x, n, middle);
		f->rate.pairs = best;
		apply(f, left_ns);
	} else {
		wf_fit_find_rate_by_load(f, left_ns);
	}
	free(x);
}
