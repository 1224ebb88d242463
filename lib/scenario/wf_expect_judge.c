/* SPDX-License-Identifier: BSD-3-Clause
 * Measures against what is expected of them. Control threads only.
 */
#include <math.h>
#include <stdio.h>

#include "wf_expect.h"
#include "wf_gate_binomial.h"
#include "wf_text.h"

const char *const wf_expect_outcomes[] = { "pass", "fail", "too_few" };

static const double quantile[WF_MEASURE_COUNT] = { [WF_MEASURE_delay_p50] = 0.5,
	[WF_MEASURE_delay_p90] = 0.9,
	[WF_MEASURE_delay_p95] = 0.95,
	[WF_MEASURE_delay_p99] = 0.99,
	[WF_MEASURE_delay_p99_9] = 0.999 };

/* Values of the histogram beyond the limits: to the width of its buckets. */
static double
beyond(const struct wf_hist *h, const struct wf_expect *e)
{
	double n = 0;

	for (uint32_t i = 0; i < WF_HIST_BUCKETS; i++) {
		double lower = (double)wf_hist_lower(i);

		if ((e->has_high && lower > e->high) ||
			(e->has_low && (double)wf_hist_lower(i + 1) <= e->low))
			n += (double)h->bucket[i];
	}
	return n;
}

/* k of n are of the kind whose share is limited. Is that shown? */
static bool
shown(const struct wf_expect *e, double k, double n)
{
	if (e->has_high && e->high > 0 && e->high < 1 && wf_gate_upper(k, n) > e->high)
		return false;
	return !(e->has_low && e->low > 0 && e->low < 1 && 1 - wf_gate_upper(n - k, n) < e->low);
}

static bool
observe_share(const struct wf_expect *e, const struct wf_measure *m, struct wf_expect_result *r)
{
	bool loss = e->measure == WF_MEASURE_loss;

	r->samples = (double)(loss ? m->came : m->left);
	r->over = (double)(loss ? m->lost : m->reordered);
	if (r->samples <= 0)
		return false;
	r->observed = r->over / r->samples;
	return shown(e, r->over, r->samples);
}

static bool
observe_time(const struct wf_expect *e, const struct wf_measure *m, struct wf_expect_result *r)
{
	const struct wf_hist *h = e->measure == WF_MEASURE_fidelity ? &m->error : &m->delay;
	double q = e->measure == WF_MEASURE_fidelity ? 0.99 : quantile[e->measure];

	r->samples = (double)h->count;
	r->over = beyond(h, e);
	if (q > 0)
		r->observed = (double)wf_hist_quantile(h, q);
	else if (e->measure == WF_MEASURE_delay_max)
		r->observed = (double)h->max_ns;
	else
		r->observed = (double)wf_hist_mean(h);
	return h->count > 0 && (q <= 0 || r->samples >= wf_gate_needed(0, 1 - q));
}

/* False: what was seen shows nothing. */
static bool
observe(const struct wf_expect *e, const struct wf_measure *m, struct wf_expect_result *r)
{
	switch (e->measure) {
	case WF_MEASURE_loss:
	case WF_MEASURE_reordering:
		return observe_share(e, m, r);
	case WF_MEASURE_jitter:
		r->samples = (double)m->jitters;
		r->observed = m->jitters > 0 ? (double)m->jitter_ns / r->samples : 0;
		return m->jitters > 0;
	case WF_MEASURE_throughput:
		r->samples = (double)m->left;
		r->observed = m->time_ns > 0 ? (double)m->out_bytes * 8e9 / (double)m->time_ns : 0;
		return m->time_ns > 0;
	case WF_MEASURE_recovery:
		r->samples = (double)m->left;
		r->observed = (double)m->recovery_ns;
		return m->recovery_ns != UINT64_MAX && m->any_left;
	case WF_MEASURE_packets:
		r->samples = r->observed = (double)m->came;
		return true;
	default:
		return observe_time(e, m, r);
	}
}

const char *
wf_expect_value(enum wf_measure_id id, double value, char out[WF_EXPECT_TEXT])
{
	char text[WF_TEXT_MAX];

	switch (wf_measure_info[id].unit) {
	case WF_MEASURE_SHARE:
		snprintf(out, WF_EXPECT_TEXT, "%.4g %%", 100 * value);
		break;
	case WF_MEASURE_TIME:
		snprintf(out, WF_EXPECT_TEXT, "%s", wf_text_time((wf_ns_t)(value + 0.5), text));
		break;
	case WF_MEASURE_RATE:
		snprintf(out, WF_EXPECT_TEXT, "%s", wf_text_rate(value, text));
		break;
	default:
		snprintf(out, WF_EXPECT_TEXT, "%s", wf_text_count((uint64_t)(value + 0.5), text));
	}
	return out;
}

void
wf_expect_judge(const struct wf_expect *e, const struct wf_measure *m, struct wf_expect_result *out)
{
	char value[WF_EXPECT_TEXT], n[WF_TEXT_MAX];
	bool is_shown;

	*out = (struct wf_expect_result){ .outcome = WF_EXPECT_PASS, .margin = HUGE_VAL };
	is_shown = m != NULL && observe(e, m, out);
	if (e->has_high)
		out->margin = e->high - out->observed;
	if (e->has_low && out->observed - e->low < out->margin)
		out->margin = out->observed - e->low;
	if (out->samples <= 0 && e->measure != WF_MEASURE_throughput &&
		e->measure != WF_MEASURE_packets) {
		out->outcome = WF_EXPECT_TOO_FEW;
		out->margin = 0;
		snprintf(out->why, sizeof(out->why), "no packets");
	} else if (out->margin < 0) {
		out->outcome = WF_EXPECT_FAIL;
		snprintf(out->why, sizeof(out->why), "%s, expected %s",
			wf_expect_value(e->measure, out->observed, value), e->text);
	} else if (!is_shown) {
		out->outcome = WF_EXPECT_TOO_FEW;
		snprintf(out->why, sizeof(out->why), "%s packets can't show %s",
			wf_text_count((uint64_t)out->samples, n), e->text);
	}
}
