/* SPDX-License-Identifier: BSD-3-Clause
 * Load tests as JSON.
 */
#include "wf_json.h"
#include "wf_load_report.h"

/* Bytes that a layer adds to a frame with FCS. */
#define L1 20

static struct wf_load_rate
rate_of(const struct wf_load *l, const struct wf_load_trial *t, uint64_t packets)
{
	double s = (double)t->duration_ns / 1e9, pps = s > 0 ? (double)packets / s : 0;
	double bytes = wf_load_mean_bytes(l, t->frame_bytes);

	return (struct wf_load_rate){ pps, pps * 8 * (bytes + L1), pps * 8 * bytes };
}

struct wf_load_rate
wf_load_offered(const struct wf_load *l, const struct wf_load_trial *t)
{
	return rate_of(l, t, t->r.offered);
}

struct wf_load_rate
wf_load_sent(const struct wf_load *l, const struct wf_load_trial *t)
{
	return rate_of(l, t, t->r.sent);
}

struct wf_load_rate
wf_load_received(const struct wf_load *l, const struct wf_load_trial *t)
{
	return rate_of(l, t, t->r.t.received);
}

static json_t *
number(uint64_t n)
{
	return json_integer((json_int_t)n);
}

static json_t *
rate(struct wf_load_rate r)
{
	return json_pack("{s:f,s:f,s:f}", "packets_per_s", r.pps, "l1_bit_per_s", r.l1_bps,
		"l2_bit_per_s", r.l2_bps);
}

static json_t *
times(const struct wf_hist *h)
{
	return json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "count", number(h->count),
		"min", number(h->count > 0 ? h->min_ns : 0), "mean", number(wf_hist_mean(h)),
		"stddev", number(wf_hist_stddev(h)), "p50", number(wf_hist_quantile(h, 0.5)), "p90",
		number(wf_hist_quantile(h, 0.9)), "p99", number(wf_hist_quantile(h, 0.99)), "p99_9",
		number(wf_hist_quantile(h, 0.999)), "p99_99", number(wf_hist_quantile(h, 0.9999)),
		"max", number(h->max_ns));
}

/* RFC 5481: delays above the smallest one. */
static json_t *
variation(const struct wf_hist *h)
{
	uint64_t min = h->count > 0 ? h->min_ns : 0;

	return json_pack("{s:o,s:o,s:o,s:o,s:o}", "mean",
		number(h->count > 0 ? wf_hist_mean(h) - min : 0), "p50",
		number(h->count > 0 ? wf_hist_quantile(h, 0.5) - min : 0), "p99",
		number(h->count > 0 ? wf_hist_quantile(h, 0.99) - min : 0), "p99_9",
		number(h->count > 0 ? wf_hist_quantile(h, 0.999) - min : 0), "max",
		number(h->count > 0 ? h->max_ns - min : 0));
}

static json_t *
sum(const struct wf_probe_sum *s)
{
	return json_pack("{s:o,s:f,s:o}", "count", number(s->n), "mean",
		s->n > 0 ? (double)s->sum / (double)s->n : 0.0, "max", number(s->max));
}

static json_t *
list(const uint64_t *v, int n)
{
	json_t *j = json_array();

	for (int i = 0; i < n; i++)
		json_array_append_new(j, number(v[i]));
	return j;
}

static json_t *
packets(const struct wf_load_result *r)
{
	return json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "offered", number(r->offered),
		"sent", number(r->sent), "received", number(r->t.received), "lost",
		number(r->t.lost), "late", number(r->t.late), "duplicated", number(r->t.duplicated),
		"reordered", number(r->t.reordered), "missed_by_us", number(r->missed), "foreign",
		number(r->foreign), "damaged", number(r->t.unsent));
}

static json_t *
order(const struct wf_probe_totals *t)
{
	return json_pack("{s:f,s:o,s:o,s:o,s:o}", "ratio",
		t->received > 0 ? (double)t->reordered / (double)t->received : 0.0, "extent",
		sum(&t->extent), "late_ns", sum(&t->late_ns), "preceded_by",
		list(t->preceded, WF_PROBE_PRECEDED + 1), "free_run", sum(&t->free_run));
}

static json_t *
losses(const struct wf_load_result *r)
{
	return json_pack("{s:f,s:o,s:o,s:o,s:o}", "share", wf_load_loss(r), "runs",
		sum(&r->t.loss_run), "runs_of", list(r->t.runs_of, WF_PROBE_RUNS + 1), "distance",
		sum(&r->t.loss_distance), "noticeable", number(r->t.noticeable));
}

static json_t *
trial(const struct wf_load *l, const struct wf_load_trial *t)
{
	const struct wf_load_result *r = &t->r;
	const struct wf_probe_totals *p = &r->t;

	return json_pack(
		"{s:o,s:i,s:s,s:o,s:f,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:f,s:o,s:o}",
		"name", wf_json_text(t->what), "frame_bytes", (int)t->frame_bytes, "outcome",
		wf_load_outcomes[t->outcome], "duration_ns", number(t->duration_ns), "load",
		t->line, "offered", rate(wf_load_offered(l, t)), "sent", rate(wf_load_sent(l, t)),
		"received", rate(wf_load_received(l, t)), "packets", packets(r), "loss", losses(r),
		"delay_ns", times(&r->delay), "variation_ns", variation(&r->delay), "ipdv_ns",
		times(&r->ipdv), "ipdv_up_ns", sum(&p->ipdv_up), "ipdv_down_ns", sum(&p->ipdv_down),
		"reordering", order(p), "jitter_ns",
		p->jitter_streams > 0 ? (double)p->jitter_ns / (double)p->jitter_streams : 0.0,
		"tester",
		json_pack("{s:o,s:f,s:o}", "late_ns", times(&r->late), "steal", r->steal, "why",
			wf_json_text(r->why)),
		"recovered_ns", number(r->recovered_ns));
}

static json_t *
finding(const struct wf_load_finding *f)
{
	json_t *j = json_pack("{s:o,s:i,s:f,s:s,s:s,s:o}", "name", wf_json_text(f->name),
		"frame_bytes", (int)f->frame_bytes, "value", f->value, "unit", f->unit, "outcome",
		wf_load_outcomes[f->outcome], "text", wf_json_text(f->text));

	if (j != NULL && f->trial != UINT32_MAX)
		json_object_set_new(j, "trial", json_integer(f->trial));
	return j;
}

static json_t *
settings(const struct wf_load_settings *s)
{
	json_t *j = json_object();

	for (const struct wf_param *p = wf_load_table; p->name != NULL; p++) {
		char text[WF_PARAM_TEXT];

		json_object_set_new(j, p->name, wf_json_text(wf_param_format(p, s, text)));
	}
	json_object_set_new(j, "flows", number(s->traffic.flows));
	json_object_set_new(j, "seed", number(s->traffic.seed));
	return j;
}

json_t *
wf_load_json(const struct wf_load *l)
{
	json_t *findings = json_array(), *trials = json_array();

	for (uint32_t i = 0; i < l->n_findings; i++)
		json_array_append_new(findings, finding(&l->finding[i]));
	for (uint32_t i = 0; i < l->n_trials; i++)
		json_array_append_new(trials, trial(l, l->trial[i]));
	return json_pack("{s:s,s:s,s:s,s:{s:s,s:s,s:o},s:o,s:o,s:s,s:o,s:o}", "schema",
		"wirefault.load/1", "version", WF_VERSION, "test", l->test, "target", "kind",
		l->target.kind, "clock", l->target.clock, "name", wf_json_text(l->target.name),
		"settings", settings(&l->settings), "own", wf_load_own_json(l->own), "verdict",
		wf_load_outcomes[wf_load_verdict(l)], "findings", findings, "trials", trials);
}
