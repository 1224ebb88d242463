/* SPDX-License-Identifier: BSD-3-Clause
 * Measures and series. One thread.
 */
#include "wf_measure.h"

#include <string.h>

#define FIRST_BIN (10 * WF_NS_PER_MS)

void
wf_measure_init(struct wf_measure *m)
{
	memset(m, 0, sizeof(*m));
	wf_hist_init(&m->delay);
	wf_hist_init(&m->error);
}

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
}

/* Two become one. */
static void
coarsen(struct wf_series *s)
{
	for (uint32_t i = 0; i < WF_SERIES_BINS / 2; i++) {
		struct wf_series_bin both = s->bin[2 * i];

		merge(&both, &s->bin[2 * i + 1]);
		s->bin[i] = both;
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
