/* SPDX-License-Identifier: BSD-3-Clause
 * Procedures of RFC 2544, section 26: throughput, latency, loss rate and recovery. They find what
 * there is; nothing fails but the tester.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "wf_load.h"

#define NO_TRIAL UINT32_MAX

static uint32_t
steps_of(const struct wf_load *l)
{
	return 2 + (uint32_t)ceil(log2(1 / l->settings.resolution));
}

int
wf_load_highest(
	struct wf_load *l, uint32_t frame_bytes, struct wf_load_highest *out, struct wf_err *err)
{
	double line = wf_load_line_pps(l, frame_bytes), low = 0, high = line + 1, at = line;
	double step = fmax(1, floor(line * l->settings.resolution));

	*out = (struct wf_load_highest){ .trial = NO_TRIAL };
	while (at >= 1) {
		struct wf_load_offer o;
		struct wf_load_trial *t;
		int rc;

		wf_load_offer(l, frame_bytes, at, l->settings.duration_ns, &o);
		rc = wf_load_try(l, "throughput", frame_bytes, &o, &t, err);
		if (rc < 0)
			return rc;
		if (t->outcome == WF_LOAD_PASSED) {
			low = at;
			out->pps = at;
			out->trial = l->n_trials - 1;
			if (at == line)
				return 0;
		} else {
			high = at;
			out->limited = t->outcome == WF_LOAD_LIMITED;
		}
		if (high - low <= step)
			return 0;
		at = floor((low + high) / 2);
	}
	return 0;
}

int
wf_load_throughput(struct wf_load *l, struct wf_err *err)
{
	l->planned = l->settings.n_sizes * steps_of(l);
	for (uint32_t i = 0; i < l->settings.n_sizes; i++) {
		uint32_t bytes = l->settings.size[i];
		struct wf_load_highest h;
		struct wf_load_finding *f;
		int rc = wf_load_highest(l, bytes, &h, err);

		if (rc < 0)
			return rc;
		f = wf_load_note(l, "throughput", bytes, h.pps, "packets/s",
			h.limited ? WF_LOAD_LIMITED : WF_LOAD_PASSED, err);
		if (f == NULL)
			return -ENOMEM;
		f->trial = h.trial;
		if (h.limited)
			snprintf(f->text, sizeof(f->text),
				"the tester went no higher: the target may");
		else if (h.trial == NO_TRIAL)
			snprintf(f->text, sizeof(f->text), "packets are lost at any rate");
	}
	return 0;
}

/* --load, or what throughput finds; 0: nothing passes. */
static int
load_of(struct wf_load *l, uint32_t bytes, double *pps, struct wf_err *err)
{
	struct wf_load_highest h;
	int rc;

	*pps = floor(wf_load_line_pps(l, bytes) * l->settings.load);
	if (l->settings.load > 0)
		return 0;
	rc = wf_load_highest(l, bytes, &h, err);
	*pps = h.pps;
	return rc;
}

/* The same number of several trials, as RFC 2544 wants it: the mean. */
static int
note_latency(struct wf_load *l, uint32_t bytes, uint32_t first, struct wf_err *err)
{
	static const struct {
		const char *name;
		double q;
	} rows[] = { { "delay, median", 0.5 }, { "delay, 99 %", 0.99 }, { "delay, 99.9 %", 0.999 },
		{ "delay, longest", 1 } };
	enum wf_load_outcome outcome = WF_LOAD_PASSED;
	double sum[WF_ARRAY_SIZE(rows) + 1] = { 0 }, n = l->n_trials - first;

	for (uint32_t i = first; i < l->n_trials; i++) {
		const struct wf_load_result *r = &l->trial[i]->r;

		for (size_t k = 0; k < WF_ARRAY_SIZE(rows); k++)
			sum[k] += (double)(rows[k].q < 1 ? wf_hist_quantile(&r->delay, rows[k].q)
							 : r->delay.max_ns);
		sum[WF_ARRAY_SIZE(rows)] += (double)wf_hist_mean(&r->delay);
		if (l->trial[i]->outcome == WF_LOAD_LIMITED)
			outcome = WF_LOAD_LIMITED;
	}
	if (wf_load_note(l, "delay, mean", bytes, sum[WF_ARRAY_SIZE(rows)] / n, "ns", outcome,
		    err) == NULL)
		return -ENOMEM;
	for (size_t k = 0; k < WF_ARRAY_SIZE(rows); k++)
		if (wf_load_note(l, rows[k].name, bytes, sum[k] / n, "ns", outcome, err) == NULL)
			return -ENOMEM;
	return 0;
}

int
wf_load_latency(struct wf_load *l, struct wf_err *err)
{
	uint32_t each = (l->settings.load > 0 ? 0 : steps_of(l)) + (uint32_t)l->settings.repeat;

	l->planned = l->settings.n_sizes * each;
	for (uint32_t i = 0; i < l->settings.n_sizes; i++) {
		uint32_t bytes = l->settings.size[i], first;
		double pps;
		int rc = load_of(l, bytes, &pps, err);

		if (rc < 0)
			return rc;
		first = l->n_trials;
		for (uint64_t k = 0; k < l->settings.repeat && pps >= 1; k++) {
			struct wf_load_offer o;
			struct wf_load_trial *t;

			wf_load_offer(l, bytes, pps, l->settings.duration_ns, &o);
			rc = wf_load_try(l, "latency", bytes, &o, &t, err);
			if (rc < 0)
				return rc;
		}
		if (l->n_trials == first) {
			struct wf_load_finding *f =
				wf_load_note(l, "delay", bytes, 0, "ns", WF_LOAD_FAILED, err);

			if (f == NULL)
				return -ENOMEM;
			f->trial = NO_TRIAL;
			snprintf(f->text, sizeof(f->text),
				"packets are lost at any rate: give one with --load");
		} else if ((rc = note_latency(l, bytes, first, err)) < 0) {
			return rc;
		}
	}
	return 0;
}

/* From 100 % down in steps of 10, until nothing is lost twice in a row. */
int
wf_load_loss_rate(struct wf_load *l, struct wf_err *err)
{
	l->planned = 10 * l->settings.n_sizes;
	for (uint32_t i = 0; i < l->settings.n_sizes; i++) {
		uint32_t bytes = l->settings.size[i], clean = 0;

		for (int percent = 100; percent > 0 && clean < 2; percent -= 10) {
			struct wf_load_trial *t;
			struct wf_load_offer o;
			char name[48];
			int rc;

			snprintf(name, sizeof(name), "loss at %d %%", percent);
			wf_load_offer(l, bytes, floor(wf_load_line_pps(l, bytes) * percent / 100),
				l->settings.duration_ns, &o);
			rc = wf_load_try(l, name, bytes, &o, &t, err);
			if (rc < 0)
				return rc;
			clean = t->r.t.lost == 0 && t->outcome != WF_LOAD_LIMITED ? clean + 1 : 0;
			if (wf_load_note(l, name, bytes, wf_load_loss(&t->r), "share",
				    t->outcome == WF_LOAD_LIMITED ? WF_LOAD_LIMITED
								  : WF_LOAD_PASSED,
				    err) == NULL)
				return -ENOMEM;
		}
	}
	return 0;
}

/* 110 % of the throughput, then 50 %: how long is something lost of the latter? */
int
wf_load_recovery(struct wf_load *l, struct wf_err *err)
{
	l->planned = l->settings.n_sizes * (steps_of(l) + 1);
	for (uint32_t i = 0; i < l->settings.n_sizes; i++) {
		uint32_t bytes = l->settings.size[i];
		struct wf_load_highest h;
		struct wf_load_trial *t;
		struct wf_load_finding *f;
		struct wf_load_offer o;
		double line = wf_load_line_pps(l, bytes);
		int rc = wf_load_highest(l, bytes, &h, err);

		if (rc < 0)
			return rc;
		wf_load_offer(l, bytes, fmin(line, 1.1 * h.pps), l->settings.duration_ns, &o);
		wf_load_phase(l, bytes, h.pps / 2, l->settings.duration_ns, &o);
		rc = wf_load_try(l, "recovery", bytes, &o, &t, err);
		if (rc < 0)
			return rc;
		f = wf_load_note(l, "recovery", bytes, (double)t->r.recovered_ns, "ns",
			t->outcome == WF_LOAD_LIMITED ? WF_LOAD_LIMITED : WF_LOAD_PASSED, err);
		if (f == NULL)
			return -ENOMEM;
		if (1.1 * h.pps > line)
			snprintf(f->text, sizeof(f->text),
				"there is no overload: 110 %% of the throughput is more than the "
				"line");
	}
	return 0;
}
