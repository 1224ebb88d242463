/* SPDX-License-Identifier: BSD-3-Clause
 * Gaps of a busy loop. One thread, on the core in question.
 */
#include "wf_gaps.h"

bool
wf_gaps_add(struct wf_gaps *g, wf_ns_t gap_ns)
{
	if (gap_ns > g->longest_ns)
		g->longest_ns = gap_ns;
	if (gap_ns < WF_GAPS_LEAST_NS)
		return true;
	g->gap_ns[g->n++] = gap_ns < UINT32_MAX ? (uint32_t)gap_ns : UINT32_MAX;
	return g->n < WF_GAPS_MAX;
}

void
wf_gaps_measure(struct wf_gaps *g, const struct wf_clock *clock, wf_ns_t for_ns)
{
	wf_ns_t start_ns = wf_clock_ns(clock), before_ns = start_ns, now_ns;

	g->n = 0;
	g->longest_ns = 0;
	do {
		now_ns = wf_clock_ns(clock);
		if (!wf_gaps_add(g, now_ns - before_ns))
			break;
		before_ns = now_ns;
	} while (now_ns - start_ns < for_ns);
	g->lasted_ns = before_ns - start_ns;
}

/* The part of all instants that wait for longer than x. */
static double
share_beyond(const struct wf_gaps *g, wf_ns_t x)
{
	double sum = 0;

	for (uint32_t i = 0; i < g->n; i++)
		if (g->gap_ns[i] > x)
			sum += (double)(g->gap_ns[i] - x);
	return g->lasted_ns > 0 ? sum / (double)g->lasted_ns : 0;
}

wf_ns_t
wf_gaps_wait_ns(const struct wf_gaps *g, double q)
{
	wf_ns_t low = 0, high = g->longest_ns;

	/* The share falls with x: the first x at which at most 1 - q are left. */
	while (low < high) {
		wf_ns_t x = low + (high - low) / 2;

		if (share_beyond(g, x) <= 1 - q)
			high = x;
		else
			low = x + 1;
	}
	return low;
}

uint32_t
wf_gaps_above(const struct wf_gaps *g, wf_ns_t ns)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < g->n; i++)
		n += g->gap_ns[i] > ns;
	return n;
}
