/* SPDX-License-Identifier: BSD-3-Clause
 * What left and what was lost over time, in as many bins as a plot can show. One thread.
 */
#ifndef WF_SERIES_H
#define WF_SERIES_H

#include "wf_hist.h"
#include "wf_stats.h"

/* As many bins as this at most; when there are more, two become one. */
#define WF_SERIES_BINS 256
/* Eight buckets of a histogram are one here: a percentile is known to a sixteenth. */
#define WF_SERIES_SHIFT 3
#define WF_SERIES_TIMES (WF_HIST_BUCKETS >> WF_SERIES_SHIFT)

struct wf_series_bin {
	uint64_t out_bytes, lost, left;
	uint64_t delay_ns, delay_max_ns; /* delay_ns: sum over `left` */
	uint32_t delay[WF_SERIES_TIMES];
	uint32_t lost_for[WF_DROP_COUNT];
};
struct wf_series {
	wf_ns_t bin_ns;
	uint32_t n;
	struct wf_series_bin bin[WF_SERIES_BINS];
};

void wf_series_init(struct wf_series *s);
/* The bin of this time, which is of since the start of the run. */
struct wf_series_bin *wf_series_at(struct wf_series *s, wf_ns_t ns);
/* A packet that left after this long; all of a histogram. */
void wf_series_add(struct wf_series_bin *b, wf_ns_t delay_ns);
void wf_series_add_hist(struct wf_series_bin *b, const struct wf_hist *delay);
/* So many packets ended for this cause. */
void wf_series_lose(struct wf_series_bin *b, enum wf_drop cause, uint64_t n);
/* What this share of packets did not exceed; 0: none left. */
wf_ns_t wf_series_quantile(const struct wf_series_bin *b, double q);

#endif
