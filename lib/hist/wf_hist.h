/* SPDX-License-Identifier: BSD-3-Clause
 * Log-linear histogram of nanoseconds: 64 buckets an octave, so a percentile is within 0.8 % of
 * the truth, and exact below 128 ns. Exact count, sum, sum of squares, min, max. Single writer.
 */
#ifndef WF_HIST_H
#define WF_HIST_H

#include "wf_types.h"

#define WF_HIST_SUB_BITS 6
#define WF_HIST_MAX_BITS 45 /* 2^45 ns = 9.8 h; more goes into the last bucket */
#define WF_HIST_BUCKETS  ((WF_HIST_MAX_BITS - WF_HIST_SUB_BITS + 1) << WF_HIST_SUB_BITS)

struct wf_hist {
	uint64_t count;
	uint64_t min_ns; /* UINT64_MAX when empty */
	uint64_t max_ns;
	unsigned __int128 sum_ns;
	unsigned __int128 sum_squares;
	uint64_t bucket[WF_HIST_BUCKETS];
};

void wf_hist_init(struct wf_hist *h);
/* dst += src. */
void wf_hist_merge(struct wf_hist *dst, const struct wf_hist *src);
/* Value at quantile q (0..1]: midpoint of its bucket, within [min, max]; 0 when empty. */
uint64_t wf_hist_quantile(const struct wf_hist *h, double q);
/* Rounded to the nearest nanosecond; 0 when empty. stddev is the population's. */
uint64_t wf_hist_mean(const struct wf_hist *h);
uint64_t wf_hist_stddev(const struct wf_hist *h);
/* Lower bound in ns of bucket i (for exporting buckets). */
uint64_t wf_hist_lower(uint32_t i);

/* Bucket of a value: values below 2^(SUB_BITS+1) map to themselves. */
static inline uint32_t
wf_hist_index(uint64_t ns)
{
	uint32_t shift;

	if (ns >> WF_HIST_MAX_BITS)
		return WF_HIST_BUCKETS - 1;
	if (ns < (1u << (WF_HIST_SUB_BITS + 1)))
		return (uint32_t)ns;
	shift = 63 - (uint32_t)__builtin_clzll(ns) - WF_HIST_SUB_BITS;
	return (shift << WF_HIST_SUB_BITS) + (uint32_t)(ns >> shift);
}

/* Many values at once: sums in registers, then added in one go. At most 2^18 values. */
struct wf_hist_sums {
	uint64_t count, min_ns, max_ns, sum_ns;
	unsigned __int128 sum_squares;
};
#define WF_HIST_SUMS                                                                               \
	{                                                                                          \
		.min_ns = UINT64_MAX                                                               \
	}

/* k times the same value: packets of a burst often share theirs. */
static inline void
wf_hist_sum(struct wf_hist *h, struct wf_hist_sums *s, uint64_t ns, uint32_t k)
{
	s->count += k;
	s->sum_ns += ns * k;
	s->sum_squares += (unsigned __int128)ns * ns * k;
	s->min_ns = ns < s->min_ns ? ns : s->min_ns;
	s->max_ns = ns > s->max_ns ? ns : s->max_ns;
	h->bucket[wf_hist_index(ns)] += k;
}

static inline void
wf_hist_flush(struct wf_hist *h, const struct wf_hist_sums *s)
{
	h->count += s->count;
	h->sum_ns += s->sum_ns;
	h->sum_squares += s->sum_squares;
	h->min_ns = s->min_ns < h->min_ns ? s->min_ns : h->min_ns;
	h->max_ns = s->max_ns > h->max_ns ? s->max_ns : h->max_ns;
}

static inline void
wf_hist_add(struct wf_hist *h, uint64_t ns)
{
	struct wf_hist_sums one = WF_HIST_SUMS;

	wf_hist_sum(h, &one, ns, 1);
	wf_hist_flush(h, &one);
}

#endif
