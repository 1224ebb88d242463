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

/* Adds k times a value. */
void wf_hist_add_times(struct wf_hist *h, uint64_t ns, uint64_t k);

static inline void
wf_hist_add(struct wf_hist *h, uint64_t ns)
{
	wf_hist_add_times(h, ns, 1);
}

/* The octave of a value, counted from the last of those whose values have a bucket each. */
static inline uint32_t
wf_hist_shift(uint64_t ns)
{
	return 63 - WF_HIST_SUB_BITS - (uint32_t)__builtin_clzll(ns | 1u << WF_HIST_SUB_BITS);
}

/* Bucket of a value: values below 2^(SUB_BITS+1) map to themselves. */
static inline uint32_t
wf_hist_index(uint64_t ns)
{
	if (ns >> WF_HIST_MAX_BITS)
		return WF_HIST_BUCKETS - 1;
	return (wf_hist_shift(ns) << WF_HIST_SUB_BITS) + (uint32_t)(ns >> wf_hist_shift(ns));
}

/* Many values at once. Most of them lie where values have been before, neither below the least nor
 * above the greatest, and these need their bucket, and what fits into registers: the sum of the
 * distances from low_ns, and of their squares, in 64 bits. wf_hist_flush widens both, once, by
 *	sum v   = sum (v - low) + n low
 *	sum v^2 = sum (v - low)^2 + 2 low sum (v - low) + n low^2
 * which holds modulo 2^128, and so exactly. All others, and those that are too far from the first
 * value for their squares, are added at once. */
#define WF_HIST_AT_ONCE 256          /* values at most ... */
#define WF_HIST_WINDOW  (1ull << 28) /* ... with squares below 2^56 */

struct wf_hist_sums {
	uint64_t low_ns, span_ns; /* values from low_ns on, less than span_ns above it */
	uint64_t count, above_ns, squares;
};

/* For values to go into h and, unless it is NULL, into `also`, of which one is known. */
static inline struct wf_hist_sums
wf_hist_sums(const struct wf_hist *h, const struct wf_hist *also, uint64_t first_ns)
{
	uint64_t low_ns = h->min_ns, end_ns = h->max_ns + 1;

	if (also != NULL) {
		low_ns = low_ns > also->min_ns ? low_ns : also->min_ns;
		end_ns = end_ns < also->max_ns + 1 ? end_ns : also->max_ns + 1;
	}
	/* No value is beyond the last octave. */
	if (end_ns > 1ull << WF_HIST_MAX_BITS)
		end_ns = 1ull << WF_HIST_MAX_BITS;
	if (first_ns > WF_HIST_WINDOW / 2 && low_ns < first_ns - WF_HIST_WINDOW / 2)
		low_ns = first_ns - WF_HIST_WINDOW / 2;
	if (low_ns > end_ns)
		low_ns = end_ns; /* empty */
	if (end_ns - low_ns > WF_HIST_WINDOW)
		end_ns = low_ns + WF_HIST_WINDOW;
	return (struct wf_hist_sums){ .low_ns = low_ns, .span_ns = end_ns - low_ns };
}

/* Into h, and unless it is NULL, into `also`. */
void wf_hist_add_far(struct wf_hist *h, struct wf_hist *also, uint64_t ns);
void wf_hist_flush(struct wf_hist *h, const struct wf_hist_sums *s);

/* Adds the time since each of n instants, which stand stride_bytes apart from *instant on: 0 of one
 * that lies ahead. To `also`, too, unless it is NULL; the sums are for both. */
static WF_ALWAYS_INLINE void
wf_hist_since(struct wf_hist *h, struct wf_hist *also, struct wf_hist_sums *sums,
	const uint64_t *instant, size_t stride_bytes, uint32_t n, uint64_t now_ns)
{
	const char *at = (const char *)instant, *end = at + n * stride_bytes;
	struct wf_hist_sums s = *sums;

	for (s.count += n; at != end; at += stride_bytes) {
		uint64_t ns = now_ns - *(const uint64_t *)at, above_ns = ns - s.low_ns, i;

		if (WF_UNLIKELY(above_ns >= s.span_ns)) {
			wf_hist_add_far(h, also, (int64_t)ns < 0 ? 0 : ns);
			s.count--;
			continue;
		}
		i = ((uint64_t)wf_hist_shift(ns) << WF_HIST_SUB_BITS) + (ns >> wf_hist_shift(ns));
		h->bucket[i]++;
		if (also != NULL)
			also->bucket[i]++;
		s.above_ns += above_ns;
		s.squares += above_ns * above_ns;
	}
	*sums = s;
}

#endif
