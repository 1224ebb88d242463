/* SPDX-License-Identifier: BSD-3-Clause
 * Load tests as pages and as JUnit XML.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wf_doc.h"
#include "wf_junit.h"
#include "wf_load_report.h"
#include "wf_text.h"

const char *
wf_load_size(uint32_t frame_bytes, char out[WF_LOAD_TEXT])
{
	if (frame_bytes == 0)
		snprintf(out, WF_LOAD_TEXT, "mix");
	else
		snprintf(out, WF_LOAD_TEXT, "%u", frame_bytes);
	return out;
}

const char *
wf_load_value(const struct wf_load_finding *f, char out[WF_LOAD_TEXT])
{
	char text[WF_TEXT_MAX];

	if (strcmp(f->unit, "ns") == 0)
		snprintf(out, WF_LOAD_TEXT, "%s", wf_text_time((wf_ns_t)f->value, text));
	else if (strcmp(f->unit, "share") == 0)
		snprintf(out, WF_LOAD_TEXT, "%.4g %%", 100 * f->value);
	else if (strcmp(f->unit, "bit/s") == 0)
		snprintf(out, WF_LOAD_TEXT, "%s", wf_text_rate(f->value, text));
	else
		snprintf(out, WF_LOAD_TEXT, "%s %s",
			wf_text_count((uint64_t)(f->value + 0.5), text), f->unit);
	return out;
}

static void
put_findings(const struct wf_load *l, struct wf_doc *p)
{
	static const char *const titles[] = { "found", ">frame, bytes", ">value", ">of the line",
		">layer 1", ">layer 2", "outcome", "", NULL };

	wf_doc_heading(p, "Findings");
	wf_doc_table(p, titles);
	for (uint32_t i = 0; i < l->n_findings; i++) {
		const struct wf_load_finding *f = &l->finding[i];
		char size[WF_LOAD_TEXT], value[WF_LOAD_TEXT], line[WF_LOAD_TEXT] = "";
		char l1[WF_TEXT_MAX] = "", l2[WF_TEXT_MAX] = "";

		if (f->trial != UINT32_MAX && strcmp(f->unit, "packets/s") == 0) {
			struct wf_load_rate r = wf_load_offered(l, l->trial[f->trial]);

			snprintf(line, sizeof(line), "%.2f %%", 100 * l->trial[f->trial]->line);
			wf_text_rate(r.l1_bps, l1);
			wf_text_rate(r.l2_bps, l2);
		}
		wf_doc_row(p, (const char *const[]){ f->name, wf_load_size(f->frame_bytes, size),
				      wf_load_value(f, value), line, l1, l2,
				      wf_load_outcomes[f->outcome], f->text });
	}
}

static void
put_trials(const struct wf_load *l, struct wf_doc *p)
{
	static const char *const titles[] = { "trial", ">frame, bytes", ">offered/s", ">sent/s",
		">received/s", ">layer 1", ">layer 2", ">lost", ">duplicated", ">reordered",
		">late", ">missed by us", "outcome", "", NULL };

	wf_doc_heading(p, "Trials");
	wf_doc_table(p, titles);
	for (uint32_t i = 0; i < l->n_trials; i++) {
		const struct wf_load_trial *t = l->trial[i];
		struct wf_load_rate offered = wf_load_offered(l, t);
		char size[WF_LOAD_TEXT], n[10][WF_TEXT_MAX];

		wf_doc_row(p,
			(const char *const[]){ t->what, wf_load_size(t->frame_bytes, size),
				wf_text_per_second(offered.pps, n[0]),
				wf_text_per_second(wf_load_sent(l, t).pps, n[1]),
				wf_text_per_second(wf_load_received(l, t).pps, n[2]),
				wf_text_rate(offered.l1_bps, n[3]),
				wf_text_rate(offered.l2_bps, n[4]),
				wf_text_count(t->r.t.lost, n[5]),
				wf_text_count(t->r.t.duplicated, n[6]),
				wf_text_count(t->r.t.reordered, n[7]),
				wf_text_count(t->r.t.late, n[8]), wf_text_count(t->r.missed, n[9]),
				wf_load_outcomes[t->outcome], t->r.why });
	}
}

/* Trials that findings rest on, each once; all that there is no finding for would be too many. */
static bool
matters(const struct wf_load *l, uint32_t trial)
{
	for (uint32_t i = 0; i < l->n_findings; i++)
		if (l->finding[i].trial == trial)
			return true;
	return false;
}

static void
put_delays(const struct wf_load *l, struct wf_doc *p)
{
	static const char *const titles[] = { "trial", ">frame, bytes", ">shortest", ">50 %",
		">90 %", ">99 %", ">99.9 %", ">99.99 %", ">longest", ">mean", ">IPDV, mean",
		">IPDV, 99 %", ">jitter (RFC 3550)", NULL };
	static const double q[] = { 0.5, 0.9, 0.99, 0.999, 0.9999 };

	wf_doc_heading(p, "Delay");
	wf_doc_text(
		p, "Of packets that came. Variation by RFC 5481 is what is above the shortest.");
	wf_doc_table(p, titles);
	for (uint32_t i = 0; i < l->n_trials; i++) {
		const struct wf_load_result *r = &l->trial[i]->r;
		uint64_t streams = r->t.jitter_streams > 0 ? r->t.jitter_streams : 1;
		char size[WF_LOAD_TEXT], n[11][WF_TEXT_MAX];

		if (!matters(l, i) || r->delay.count == 0)
			continue;
		for (size_t k = 0; k < WF_ARRAY_SIZE(q); k++)
			wf_text_time(wf_hist_quantile(&r->delay, q[k]), n[k]);
		wf_doc_row(p, (const char *const[]){ l->trial[i]->what,
				      wf_load_size(l->trial[i]->frame_bytes, size),
				      wf_text_time(r->delay.min_ns, n[5]), n[0], n[1], n[2], n[3],
				      n[4], wf_text_time(r->delay.max_ns, n[6]),
				      wf_text_time(wf_hist_mean(&r->delay), n[7]),
				      wf_text_time(wf_hist_mean(&r->ipdv), n[8]),
				      wf_text_time(wf_hist_quantile(&r->ipdv, 0.99), n[9]),
				      wf_text_time(r->t.jitter_ns / streams, n[10]) });
	}
}

static void
put_order(const struct wf_load *l, struct wf_doc *p)
{
	static const char *const titles[] = { "trial", ">frame, bytes", ">reordered",
		">extent, longest", ">late by, longest", ">3 or more ahead", ">loss runs",
		">longest run", ">mean run", ">noticeable losses", NULL };

	wf_doc_heading(p, "Order and losses");
	wf_doc_text(p,
		"Order by RFC 4737; losses by RFC 3357, noticeable where the one before is "
		"at most %d packets away.",
		WF_PROBE_DELTA);
	wf_doc_table(p, titles);
	for (uint32_t i = 0; i < l->n_trials; i++) {
		const struct wf_probe_totals *t = &l->trial[i]->r.t;
		char size[WF_LOAD_TEXT], n[7][WF_TEXT_MAX], mean[WF_TEXT_MAX];
		uint64_t three = 0;

		if (!matters(l, i))
			continue;
		for (int k = 3; k <= WF_PROBE_PRECEDED; k++)
			three += t->preceded[k];
		snprintf(mean, sizeof(mean), "%.2f",
			t->loss_run.n > 0 ? (double)t->loss_run.sum / (double)t->loss_run.n : 0);
		wf_doc_row(
			p, (const char *const[]){ l->trial[i]->what,
				   wf_load_size(l->trial[i]->frame_bytes, size),
				   wf_text_count(t->reordered, n[0]),
				   wf_text_count(t->extent.max, n[1]),
				   wf_text_time(t->late_ns.max, n[2]), wf_text_count(three, n[3]),
				   wf_text_count(t->loss_run.n, n[4]),
				   wf_text_count(t->loss_run.max, n[5]), mean,
				   wf_text_count(t->noticeable, n[6]) });
	}
}

/* The distribution of the delays of the last trials that matter. */
static void
plot_delays(const struct wf_load *l, struct wf_doc *p)
{
	struct wf_doc_line line[WF_DOC_LINES];
	static double x[WF_DOC_LINES][WF_HIST_BUCKETS], y[WF_DOC_LINES][WF_HIST_BUCKETS];
	static char name[WF_DOC_LINES][WF_LOAD_TEXT];
	uint32_t n = 0;

	for (uint32_t i = l->n_trials; i-- > 0 && n < WF_DOC_LINES;) {
		const struct wf_hist *h = &l->trial[i]->r.delay;
		uint64_t below = 0;
		uint32_t k = 0;

		if (!matters(l, i) || h->count == 0)
			continue;
		for (uint32_t b = 0; b < WF_HIST_BUCKETS; b++) {
			if (h->bucket[b] == 0)
				continue;
			below += h->bucket[b];
			x[n][k] = (double)wf_hist_lower(b) / 1e3;
			y[n][k++] = 100.0 * (double)below / (double)h->count;
		}
		wf_load_size(l->trial[i]->frame_bytes, name[n]);
		line[n] = (struct wf_doc_line){ name[n], x[n], y[n], k };
		n++;
	}
	if (n > 0)
		wf_doc_plot(
			p, &(struct wf_doc_plot){ .title = "Distribution of delays, by frame size",
				   .x_name = "delay, us",
				   .y_name = "% of packets within",
				   .line = line,
				   .n_lines = n,
				   .log_x = true });
}

/* Lost packets against the load, of all trials. */
static void
plot_losses(const struct wf_load *l, struct wf_doc *p)
{
	double *v = calloc(2 * (size_t)l->n_trials + 1, sizeof(*v));
	struct wf_doc_line line = { "trials", v, v + l->n_trials, l->n_trials };

	if (v == NULL)
		return;
	for (uint32_t i = 0; i < l->n_trials; i++) {
		v[i] = 100 * l->trial[i]->line;
		v[l->n_trials + i] = 100 * wf_load_loss(&l->trial[i]->r);
	}
	wf_doc_plot(p, &(struct wf_doc_plot){ .title = "Losses by load",
			       .x_name = "offered, % of the line",
			       .y_name = "% of packets lost",
			       .line = &line,
			       .n_lines = 1,
			       .points = true });
	free(v);
}

static void
put_tester(const struct wf_load *l, struct wf_doc *p)
{
	char line[WF_TEXT_MAX], late[WF_TEXT_MAX], most[WF_TEXT_MAX];
	uint64_t p99 = 0, max = 0;
	double steal = 0;

	for (uint32_t i = 0; i < l->n_trials; i++) {
		const struct wf_load_result *r = &l->trial[i]->r;

		if (r->late.count == 0)
			continue;
		p99 = wf_hist_quantile(&r->late, 0.99) > p99 ? wf_hist_quantile(&r->late, 0.99)
							     : p99;
		max = r->late.max_ns > max ? r->late.max_ns : max;
		steal = r->steal > steal ? r->steal : steal;
	}
	wf_doc_text(p,
		"Target: %s, %s. Clock: %s. 100 %% of the line is %s (layer 1). Traffic: seed "
		"%llu, %u "
		"flows.",
		l->target.name, l->target.kind, l->target.clock,
		wf_text_rate((double)l->settings.line_bps, line),
		(unsigned long long)l->settings.traffic.seed, l->settings.traffic.flows);
	wf_doc_text(p,
		"The tester by itself: 99 %% of packets were sent within %s of their time, the "
		"worst "
		"within %s; of the machine's time %.2f %% were stolen at most. A trial counts if "
		"99.9 %% of its packets were sent and none that came was missed.",
		wf_text_time(p99, late), wf_text_time(max, most), 100 * steal);
}

static struct wf_doc *
page_of(const struct wf_load *l)
{
	char title[96], own[WF_LOAD_OWN_TEXT];
	struct wf_doc *p;

	snprintf(title, sizeof(title), "wirefault test %s: %s", l->test,
		wf_load_outcomes[wf_load_verdict(l)]);
	p = wf_doc_new(title);
	if (p == NULL)
		return NULL;
	put_tester(l, p);
	if (l->own != NULL)
		wf_doc_text(p, "Beside delays: %s", wf_load_own_text(l->own, own));
	put_findings(l, p);
	plot_losses(l, p);
	put_delays(l, p);
	plot_delays(l, p);
	put_order(l, p);
	put_trials(l, p);
	return p;
}

static int
put_page(const struct wf_load *l, int (*put)(const struct wf_doc *, FILE *), FILE *out)
{
	struct wf_doc *p = page_of(l);
	int rc = p != NULL ? put(p, out) : -ENOMEM;

	wf_doc_free(p);
	return rc;
}

int
wf_load_markdown(const struct wf_load *l, FILE *out)
{
	return put_page(l, wf_doc_markdown, out);
}

int
wf_load_html(const struct wf_load *l, FILE *out)
{
	return put_page(l, wf_doc_html, out);
}

int
wf_load_junit(const struct wf_load *l, FILE *out)
{
	struct wf_junit_case *cases = calloc(l->n_findings + 1, sizeof(*cases));
	char(*text)[2][320] = calloc(l->n_findings + 1, sizeof(*text));
	char suite[64];
	int rc = -ENOMEM;

	snprintf(suite, sizeof(suite), "wirefault.%s", l->test);
	for (uint32_t i = 0; i < l->n_findings && cases != NULL && text != NULL; i++) {
		const struct wf_load_finding *f = &l->finding[i];
		char size[WF_LOAD_TEXT], value[WF_LOAD_TEXT];

		snprintf(text[i][0], sizeof(text[i][0]), "%s, %s bytes", f->name,
			wf_load_size(f->frame_bytes, size));
		snprintf(
			text[i][1], sizeof(text[i][1]), "%s; %s", wf_load_value(f, value), f->text);
		cases[i] = (struct wf_junit_case){ .name = text[i][0],
			.message = text[i][1],
			.seconds = f->trial != UINT32_MAX
					   ? (double)l->trial[f->trial]->duration_ns / 1e9
					   : 0,
			.outcome = f->outcome == WF_LOAD_PASSED   ? WF_JUNIT_PASSED
				   : f->outcome == WF_LOAD_FAILED ? WF_JUNIT_FAILED
								  : WF_JUNIT_ERROR };
	}
	if (cases != NULL && text != NULL)
		rc = wf_junit_write(suite, cases, l->n_findings, out);
	free(cases);
	free(text);
	return rc;
}
