/* SPDX-License-Identifier: BSD-3-Clause
 * The work curve of a trace, and its inverse. Pure; worker threads.
 */
#include <math.h>

#include "wf_trace.h"

/* ---- Within the segment that begins at p and ends d ns later with rate r1 ---- */

/* Twice r0 y + (r1 - r0) y^2 / (2 d): below 2^127 for an hour at 400 Gbit/s. */
static wf_work_t
part(const struct wf_trace_point *p, uint64_t r1, wf_ns_t d, wf_ns_t y)
{
	wf_work_t slope = (wf_work_t)r1 - (wf_work_t)p->rate_bps;

	return 2 * (wf_work_t)p->rate_bps * (wf_work_t)y +
	       (slope != 0 ? slope * (wf_work_t)y * (wf_work_t)y / (wf_work_t)d : 0);
}

/* The first y in 1..d with part(y) >= work, which part(d) is. The square root only says where to
 * look first. */
static wf_ns_t
part_reach(const struct wf_trace_point *p, uint64_t r1, wf_ns_t d, wf_work_t work)
{
	double r0 = (double)p->rate_bps, w = (double)work;
	double square = r0 * r0 + 2 * ((double)r1 - r0) / (double)d * (w / 2);
	double guess = w / (r0 + sqrt(square > 0 ? square : 0));
	wf_ns_t low = 0, high = d, y = guess < (double)d ? (wf_ns_t)guess : d, step = 1;

	/* part(low) < work <= part(high): first a narrow pair about y, then its middle. */
	if (part(p, r1, d, y) < work) {
		for (low = y; low + step < d && part(p, r1, d, low + step) < work; step *= 2)
			low += step;
		high = low + step < d ? low + step : d;
	} else {
		for (high = y; high > step && part(p, r1, d, high - step) >= work; step *= 2)
			high -= step;
		low = high > step ? high - step : 0;
	}
	while (high - low > 1) {
		wf_ns_t middle = low + (high - low) / 2;

		if (part(p, r1, d, middle) < work)
			low = middle;
		else
			high = middle;
	}
	return high;
}

/* ---- Searches that begin where the one before has ended ---- */

/* The last point with ns <= x; n when there is none. */
static uint32_t
last_by(const struct wf_trace *t, wf_ns_t x, uint32_t *at)
{
	uint32_t low = *at, high, step = 1;

	if (low >= t->n || t->point[low].ns > x)
		low = 0;
	if (t->point[low].ns > x)
		return t->n;
	while (low + step < t->n && t->point[low + step].ns <= x) {
		low += step;
		step *= 2;
	}
	for (high = low + step < t->n ? low + step : t->n; high - low > 1;) {
		uint32_t middle = low + (high - low) / 2;

		if (t->point[middle].ns <= x)
			low = middle;
		else
			high = middle;
	}
	return *at = low;
}

/* The first point with at least this work; n when there is none. */
static uint32_t
first_with(const struct wf_trace *t, wf_work_t work, uint32_t *at)
{
	uint32_t low = *at, high, step = 1;

	if (low >= t->n || t->point[low].work >= work)
		low = 0;
	if (t->point[low].work >= work)
		return low;
	while (low + step < t->n && t->point[low + step].work < work) {
		low += step;
		step *= 2;
	}
	for (high = low + step < t->n ? low + step : t->n; high - low > 1;) {
		uint32_t middle = low + (high - low) / 2;

		if (t->point[middle].work < work)
			low = middle;
		else
			high = middle;
	}
	*at = low;
	return high;
}

/* Length of the segment that begins at point i, and the rate at its end. */
static inline wf_ns_t
segment(const struct wf_trace *t, uint32_t i, uint64_t *r1)
{
	bool last = i + 1 == t->n;

	*r1 = t->kind == WF_TRACE_LINEAR && !last ? t->point[i + 1].rate_bps : t->point[i].rate_bps;
	return last ? WF_TRACE_NEVER : t->point[i + 1].ns - t->point[i].ns;
}

wf_work_t
wf_trace_work(const struct wf_trace *t, wf_ns_t ns, uint32_t *at)
{
	wf_ns_t cycle = t->period_ns != 0 ? ns / t->period_ns : 0;
	wf_ns_t x = ns - cycle * t->period_ns, d;
	wf_work_t before = (wf_work_t)cycle * t->total;
	uint32_t i = last_by(t, x, at);
	uint64_t r1;

	if (i == t->n)
		return before;
	before += t->point[i].work;
	if (t->kind == WF_TRACE_OPPORTUNITIES)
		return before;
	d = segment(t, i, &r1);
	return before + part(&t->point[i], r1, d, x - t->point[i].ns);
}

wf_ns_t
wf_trace_reach(const struct wf_trace *t, wf_work_t work, uint32_t *at)
{
	wf_work_t cycle = t->period_ns != 0 ? (work - 1) / t->total : 0;
	const struct wf_trace_point *p;
	wf_work_t rest;
	wf_ns_t d, y;
	uint64_t r1;
	uint32_t i;

	if (t->period_ns != 0 && cycle >= (wf_work_t)(WF_TRACE_NEVER / t->period_ns))
		return WF_TRACE_NEVER;
	work -= cycle * t->total;
	i = first_with(t, work, at);
	if (t->kind == WF_TRACE_OPPORTUNITIES)
		return (wf_ns_t)cycle * t->period_ns + t->point[i].ns;
	/* The curve rises to it in the segment before; point 0 has no work. */
	p = &t->point[i - 1];
	d = segment(t, i - 1, &r1);
	rest = work - p->work;
	if (r1 != p->rate_bps) {
		y = part_reach(p, r1, d, rest);
	} else {
		wf_work_t steps = (rest + 2 * (wf_work_t)r1 - 1) / (2 * (wf_work_t)r1);

		y = steps < (wf_work_t)WF_TRACE_NEVER ? (wf_ns_t)steps : WF_TRACE_NEVER;
	}
	y += (wf_ns_t)cycle * t->period_ns + p->ns;
	return y < WF_TRACE_NEVER ? y : WF_TRACE_NEVER;
}
