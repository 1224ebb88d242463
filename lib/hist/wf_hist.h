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

/* Many values at once. Per value there is a bucket to find, and what fits into registers: the sum,
 * and the sum of the squares of the distances from low_ns, in 64 bits. wf_hist_flush widens both,
 * once, by
 *	sum v^2 = sum (v - low)^2 + 2 low sum v - n low^2
 * which holds modulo 2^128, and so exactly. What is too far from the first value for that is added
 * at once. */
#define WF_HIST_AT_ONCE 256          /* values at most ... */
#define WF_HIST_WINDOW  (1ull << 28) /* ... with squares below 2^56 */

struct wf_hist_sums {
	uint64_t low_ns, count, sum_ns, squares, min_ns, max_ns;
};

static inline struct wf_hist_sums
wf_hist_sums(uint64_t first_ns)
{
	uint64_t low_ns = first_ns > WF_HIST_WINDOW / 2 ? first_ns - WF_HIST_WINDOW / 2 : 0;

	/* So that no value of the window is one of those beyond the last octave. */
	if (WF_UNLIKELY(low_ns >> (WF_HIST_MAX_BITS - 1)))
		low_ns = 0;
	return (struct wf_hist_sums){ .low_ns = low_ns, .min_ns = UINT64_MAX };
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

		if (WF_UNLIKELY(above_ns >= WF_HIST_WINDOW)) {
			wf_hist_add_far(h, also, (int64_t)ns < 0 ? 0 : ns);
			s.count--;
			continue;
		}
		i = ((uint64_t)wf_hist_shift(ns) << WF_HIST_SUB_BITS) + (ns >> wf_hist_shift(ns));
		h->bucket[i]++;
		if (also != NULL)
			also->bucket[i]++;
		s.sum_ns += ns;
		s.squares += above_ns * above_ns;
		s.min_ns = ns < s.min_ns ? ns : s.min_ns;
		s.max_ns = ns > s.max_ns ? ns : s.max_ns;
	}
	*sums = s;
}

#endif
