/* SPDX-License-Identifier: BSD-3-Clause
 * A histogram as a whole, and what is read from it. Control threads only,
 * but for adding.
 */
#include "wf_hist.h"

#include <math.h>
#include <string.h>

static_assert(WF_HIST_BUCKETS == 2560, "20 KiB of buckets");

void
wf_hist_init(struct wf_hist *h)
{
	memset(h, 0, sizeof(*h));
	h->min_ns = UINT64_MAX;
}

void
wf_hist_merge(struct wf_hist *dst, const struct wf_hist *src)
{
	if (src->count == 0)
		return;
	dst->count += src->count;
	dst->sum_ns += src->sum_ns;
	dst->sum_squares += src->sum_squares;
	if (src->min_ns < dst->min_ns)
		dst->min_ns = src->min_ns;
	if (src->max_ns > dst->max_ns)
		dst->max_ns = src->max_ns;
	for (uint32_t i = 0; i < WF_HIST_BUCKETS; i++)
		dst->bucket[i] += src->bucket[i];
}

void
wf_hist_add_times(struct wf_hist *h, uint64_t ns, uint64_t k)
{
	h->count += k;
	h->sum_ns += (unsigned __int128)ns * k;
	h->sum_squares += (unsigned __int128)ns * ns * k;
	h->min_ns = ns < h->min_ns ? ns : h->min_ns;
	h->max_ns = ns > h->max_ns ? ns : h->max_ns;
	h->bucket[wf_hist_index(ns)] += k;
}

void
wf_hist_add_far(struct wf_hist *h, struct wf_hist *also, uint64_t ns)
{
	wf_hist_add_times(h, ns, 1);
	if (also != NULL)
		wf_hist_add_times(also, ns, 1);
}

void
wf_hist_flush(struct wf_hist *h, const struct wf_hist_sums *s)
{
	unsigned __int128 low_ns = s->low_ns;

	assert(s->count <= WF_HIST_AT_ONCE);
	h->count += s->count;
	h->sum_ns += s->above_ns + low_ns * s->count;
	h->sum_squares += s->squares + 2 * low_ns * s->above_ns + low_ns * low_ns * s->count;
}

uint64_t
wf_hist_lower(uint32_t i)
{
	uint32_t shift;

	if (i < (1u << (WF_HIST_SUB_BITS + 1)))
		return i;
	shift = (i >> WF_HIST_SUB_BITS) - 1;
	return (uint64_t)(i - (shift << WF_HIST_SUB_BITS)) << shift;
}

uint64_t
wf_hist_quantile(const struct wf_hist *h, double q)
{
	uint64_t rank, seen = 0, value;
	uint32_t i;

	if (h->count == 0)
		return 0;
	/* The smallest value with at least q * count values at or below it. */
	rank = (uint64_t)ceil(q * (double)h->count);
	if (rank < 1)
		rank = 1;
	for (i = 0; i < WF_HIST_BUCKETS - 1; i++) {
		seen += h->bucket[i];
		if (seen >= rank)
			break;
	}
	value = wf_hist_lower(i) + (wf_hist_lower(i + 1) - wf_hist_lower(i)) / 2;
	if (value < h->min_ns)
		value = h->min_ns;
	if (value > h->max_ns || i == WF_HIST_BUCKETS - 1)
		value = h->max_ns;
	return value;
}

uint64_t
wf_hist_mean(const struct wf_hist *h)
{
	return h->count == 0 ? 0 : (uint64_t)((h->sum_ns + h->count / 2) / h->count);
}

uint64_t
wf_hist_stddev(const struct wf_hist *h)
{
	unsigned __int128 mean, rest, variance_n;

	if (h->count == 0)
		return 0;
	/* n * variance = sum of squares - n * mean^2, with sum = mean * n + rest, all in integers:
	 * sum^2 / n = mean * sum + mean * rest + rest^2 / n. */
	mean = h->sum_ns / h->count;
	rest = h->sum_ns % h->count;
	variance_n = h->sum_squares - mean * h->sum_ns - mean * rest - rest * rest / h->count;
	return (uint64_t)(sqrt((double)variance_n / (double)h->count) + 0.5);
}
