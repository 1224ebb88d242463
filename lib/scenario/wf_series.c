/* SPDX-License-Identifier: BSD-3-Clause
 * Series. One thread.
 */
#include "wf_series.h"

#include <string.h>

#define FIRST_BIN (10 * WF_NS_PER_MS)

void
wf_series_init(struct wf_series *s)
{
	memset(s, 0, sizeof(*s));
	s->bin_ns = FIRST_BIN;
}

static void
merge(struct wf_series_bin *to, const struct wf_series_bin *from)
{
	to->out_bytes += from->out_bytes;
	to->lost += from->lost;
	to->left += from->left;
	to->delay_ns += from->delay_ns;
	if (from->delay_max_ns > to->delay_max_ns)
		to->delay_max_ns = from->delay_max_ns;
	for (uint32_t i = 0; i < WF_SERIES_TIMES; i++)
		to->delay[i] += from->delay[i];
	for (uint32_t i = 0; i < WF_DROP_COUNT; i++)
		to->lost_for[i] += from->lost_for[i];
}

/* Two become one. */
static void
coarsen(struct wf_series *s)
{
	for (uint32_t i = 0; i < WF_SERIES_BINS / 2; i++) {
		if (i > 0)
			s->bin[i] = s->bin[2 * i];
		merge(&s->bin[i], &s->bin[2 * i + 1]);
	}
	memset(&s->bin[WF_SERIES_BINS / 2], 0, sizeof(s->bin) / 2);
	s->bin_ns *= 2;
	s->n = (s->n + 1) / 2;
}

struct wf_series_bin *
wf_series_at(struct wf_series *s, wf_ns_t ns)
{
	while (ns / s->bin_ns >= WF_SERIES_BINS)
		coarsen(s);
	if (ns / s->bin_ns >= s->n)
		s->n = (uint32_t)(ns / s->bin_ns) + 1;
	return &s->bin[ns / s->bin_ns];
}

void
wf_series_add(struct wf_series_bin *b, wf_ns_t delay_ns)
{
	b->left++;
	b->delay_ns += delay_ns;
	if (delay_ns > b->delay_max_ns)
		b->delay_max_ns = delay_ns;
	b->delay[wf_hist_index(delay_ns) >> WF_SERIES_SHIFT]++;
}

void
wf_series_add_hist(struct wf_series_bin *b, const struct wf_hist *delay)
{
	b->left += delay->count;
	b->delay_ns += (uint64_t)delay->sum_ns;
	if (delay->count > 0 && delay->max_ns > b->delay_max_ns)
		b->delay_max_ns = delay->max_ns;
	for (uint32_t i = 0; i < WF_HIST_BUCKETS; i++)
		b->delay[i >> WF_SERIES_SHIFT] += (uint32_t)delay->bucket[i];
}

void
wf_series_lose(struct wf_series_bin *b, enum wf_drop cause, uint64_t n)
{
	b->lost += n;
	b->lost_for[cause] += (uint32_t)n;
}

wf_ns_t
wf_series_quantile(const struct wf_series_bin *b, double q)
{
	double want = q * (double)b->left, have = 0;

	for (uint32_t i = 0; i < WF_SERIES_TIMES; i++) {
		wf_ns_t low_ns, high_ns;

		have += b->delay[i];
		if (b->delay[i] == 0 || have < want)
			continue;
		low_ns = wf_hist_lower(i << WF_SERIES_SHIFT);
		high_ns = i + 1 < WF_SERIES_TIMES ? wf_hist_lower((i + 1) << WF_SERIES_SHIFT)
						  : b->delay_max_ns;
		low_ns += (high_ns - low_ns) / 2;
		return low_ns < b->delay_max_ns ? low_ns : b->delay_max_ns;
	}
	return b->left > 0 ? b->delay_max_ns : 0;
}
