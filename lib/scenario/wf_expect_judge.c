/* SPDX-License-Identifier: BSD-3-Clause
 * Measures against what is expected of them. Control threads only.
 */
#include <math.h>
#include <stdio.h>

#include "wf_expect.h"
#include "wf_gate_binomial.h"
#include "wf_text.h"

const char *const wf_expect_outcomes[] = { "pass", "fail", "too_few" };

/* Of a time: its quantile; 1 for the longest, 0 for the mean. */
static const double quantile[WF_MEASURE_COUNT] = { [WF_MEASURE_delay_p50] = 0.5,
	[WF_MEASURE_delay_p90] = 0.9,
	[WF_MEASURE_delay_p95] = 0.95,
	[WF_MEASURE_delay_p99] = 0.99,
	[WF_MEASURE_delay_p99_9] = 0.999,
	[WF_MEASURE_delay_max] = 1,
	[WF_MEASURE_fidelity] = 0.99,
	[WF_MEASURE_handshake_p50] = 0.5,
	[WF_MEASURE_handshake_p90] = 0.9,
	[WF_MEASURE_handshake_p95] = 0.95,
	[WF_MEASURE_handshake_p99] = 0.99,
	[WF_MEASURE_handshake_max] = 1,
	[WF_MEASURE_response_p50] = 0.5,
	[WF_MEASURE_response_p90] = 0.9,
	[WF_MEASURE_response_p95] = 0.95,
	[WF_MEASURE_response_p99] = 0.99,
	[WF_MEASURE_response_max] = 1 };

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
observe_time(const struct wf_expect *e, const struct wf_hist *h, struct wf_expect_result *r)
{
	double q = quantile[e->measure];

	r->samples = (double)h->count;
	r->over = beyond(h, e);
	if (q > 0 && q < 1)
		r->observed = (double)wf_hist_quantile(h, q);
	else if (q > 0)
		r->observed = (double)h->max_ns;
	else
		r->observed = (double)wf_hist_mean(h);
	return h->count > 0 && (q <= 0 || q >= 1 || r->samples >= wf_gate_needed(0, 1 - q));
}

/* One that still waits is known to last longer than it has lasted so far. So it counts as soon as
 * that is too long. (Of what a client sends and is never answered, nobody can tell whether it was
 * a question. So it doesn't count among responses.) */
static bool
observe_trips(const struct wf_expect *e, const struct wf_measure *m, struct wf_expect_result *r)
{
	bool opens = e->measure < WF_MEASURE_response_mean;
	const struct wf_trip_times *t;
	struct wf_hist all;

	if (m->trips == NULL)
		return false;
	t = &m->trips[opens ? WF_TRIP_HANDSHAKE : WF_TRIP_RESPONSE];
	all = t->answered;
	for (uint32_t i = 0; opens && e->has_high && i < WF_HIST_BUCKETS; i++)
		if (t->waiting.bucket[i] > 0 && (double)wf_hist_lower(i) > e->high)
			wf_hist_add_times(&all, wf_hist_lower(i), t->waiting.bucket[i]);
	return observe_time(e, &all, r) && m->unseen == 0;
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
	case WF_MEASURE_fidelity:
		return observe_time(e, &m->error, r);
	default:
		return wf_expect_of_trips(e->measure) ? observe_trips(e, m, r)
						      : observe_time(e, &m->delay, r);
	}
}

/* Why what is within its limits has not been shown to be. */
static void
say_too_few(const struct wf_expect *e, const struct wf_measure *m, struct wf_expect_result *out)
{
	bool trips = wf_expect_of_trips(e->measure);
	char n[WF_TEXT_MAX];

	out->outcome = WF_EXPECT_TOO_FEW;
	if (trips && m != NULL && m->unseen > 0)
		snprintf(out->why, sizeof(out->why),
			"%s packets were not looked at for want of room",
			wf_text_count(m->unseen, n));
	else
		snprintf(out->why, sizeof(out->why), "%s %s can't show %s",
			wf_text_count((uint64_t)out->samples, n), trips ? "round trips" : "packets",
			e->text);
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
	char value[WF_EXPECT_TEXT];
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
		snprintf(out->why, sizeof(out->why), "no %s",
			wf_expect_of_trips(e->measure) ? "round trips" : "packets");
	} else if (out->margin < 0) {
		out->outcome = WF_EXPECT_FAIL;
		snprintf(out->why, sizeof(out->why), "%s, expected %s",
			wf_expect_value(e->measure, out->observed, value), e->text);
	} else if (!is_shown) {
		say_too_few(e, m, out);
	}
}
