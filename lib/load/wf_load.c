/* SPDX-License-Identifier: BSD-3-Clause
 * Trials: what is sent, what counts, and what is remembered of them.
 */
#include "wf_load.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FCS      4
#define BETWEEN  20 /* preamble and gap */
#define NO_TRIAL UINT32_MAX

const char *const wf_load_outcomes[] = { [WF_LOAD_PASSED] = "passed",
	[WF_LOAD_FAILED] = "failed",
	[WF_LOAD_LIMITED] = "tester limited" };

const struct wf_load_test wf_load_tests[] = {
	{ "throughput", "the highest rate at which nothing is lost (RFC 2544, 26.1), by bisection",
		wf_load_throughput },
	{ "latency",
		"delay, its variation and order at --load, or at the throughput (RFC 2544, "
		"26.2; RFC 5481, 4737)",
		wf_load_latency },
	{ "loss", "share lost from 100 % of the line downwards (RFC 2544, 26.3)",
		wf_load_loss_rate },
	{ "back2back",
		"the longest burst at the line's rate of which nothing is lost (RFC 2544, "
		"26.4)",
		wf_load_back2back },
	{ "recovery", "time until nothing is lost any more after an overload (RFC 2544, 26.5)",
		wf_load_recovery },
	{ "y1564",
		"a service's committed and excess rates, step by step and over a time (ITU-T "
		"Y.1564)",
		wf_load_y1564 },
	{ "microburst",
		"the longest burst, again and again, of which nothing is lost (after RFC "
		"8239)",
		wf_load_microburst },
	{ "soak", "a steady load for --total, with a line for every trial", wf_load_soak },
	{ 0 },
};

const struct wf_load_test *
wf_load_find(const char *name)
{
	for (const struct wf_load_test *t = wf_load_tests; t->name != NULL; t++)
		if (strcmp(t->name, name) == 0)
			return t;
	return NULL;
}

int
wf_load_run(struct wf_load *l, struct wf_err *err)
{
	const struct wf_load_test *t = wf_load_find(l->test);

	assert(t != NULL);
	return t->run(l, err);
}

void
wf_load_fini(struct wf_load *l)
{
	for (uint32_t i = 0; i < l->n_trials; i++)
		free(l->trial[i]);
	free(l->trial);
	free(l->finding);
	wf_load_settings_fini(&l->settings);
}

enum wf_load_outcome
wf_load_verdict(const struct wf_load *l)
{
	enum wf_load_outcome worst = WF_LOAD_PASSED;

	/* Limited says nothing about the target, so a failure counts for more. */
	for (uint32_t i = 0; i < l->n_findings; i++) {
		if (l->finding[i].outcome == WF_LOAD_FAILED)
			return WF_LOAD_FAILED;
		if (l->finding[i].outcome == WF_LOAD_LIMITED)
			worst = WF_LOAD_LIMITED;
	}
	return worst;
}

double
wf_load_mean_bytes(const struct wf_load *l, uint32_t frame_bytes)
{
	const struct wf_generator_spec *t = &l->settings.traffic;
	double sum = 0;

	if (frame_bytes != 0)
		return frame_bytes;
	for (uint32_t i = 0; i < t->n_sizes; i++)
		sum += t->size[i] + FCS;
	return sum / t->n_sizes;
}

double
wf_load_line_pps(const struct wf_load *l, uint32_t frame_bytes)
{
	return floor((double)l->settings.line_bps /
		     (8 * (wf_load_mean_bytes(l, frame_bytes) + BETWEEN)));
}

void
wf_load_phase(const struct wf_load *l, uint32_t frame_bytes, double pps, wf_ns_t ns,
	struct wf_load_offer *o)
{
	struct wf_generator_spec *s = &o->phase[o->n_phases];

	*s = l->settings.traffic;
	if (frame_bytes != 0) {
		s->n_sizes = 1;
		s->size[0] = frame_bytes - FCS;
	}
	s->pps = pps < 1 ? 1 : (uint64_t)pps;
	s->packets = (uint64_t)((unsigned __int128)s->pps * ns / WF_NS_PER_S);
	if (s->packets == 0)
		s->packets = 1;
	s->stream = 0;
	for (uint32_t i = 0; i < o->n_phases; i++)
		s->stream = (uint16_t)(s->stream + wf_generator_streams(&o->phase[i], 1));
	o->duration_ns[o->n_phases++] = ns;
}

void
wf_load_offer(const struct wf_load *l, uint32_t frame_bytes, double pps, wf_ns_t ns,
	struct wf_load_offer *out)
{
	*out = (struct wf_load_offer){ .wait_ns = l->settings.wait_ns,
		.catch_up_ns = l->settings.catch_up_ns,
		.window = (uint32_t)l->settings.window };
	wf_load_phase(l, frame_bytes, pps, ns, out);
}

double
wf_load_loss(const struct wf_load_result *r)
{
	return r->t.sent > 0 ? (double)r->t.lost / (double)r->t.sent : 0;
}

/* Does the trial count, and did it pass? */
static enum wf_load_outcome
judge(const struct wf_load *l, struct wf_load_result *r)
{
	if (r->why[0] == 0 && (double)r->sent < WF_LOAD_SENT * (double)r->offered)
		snprintf(r->why, sizeof(r->why), "%.3f %% of the packets were sent, not 99.9 %%",
			100.0 * (double)r->sent / (double)r->offered);
	if (r->why[0] == 0 && r->missed > 0)
		snprintf(r->why, sizeof(r->why), "we missed %llu packets of what came back",
			(unsigned long long)r->missed);
	if (r->why[0] != 0)
		return WF_LOAD_LIMITED;
	return wf_load_loss(r) <= l->settings.tolerance ? WF_LOAD_PASSED : WF_LOAD_FAILED;
}

static int
make_room(struct wf_load *l)
{
	struct wf_load_trial **more;

	if (l->n_trials < l->room)
		return 0;
	more = realloc(l->trial, (2 * l->room + 16) * sizeof(*more));
	if (more == NULL)
		return -ENOMEM;
	l->trial = more;
	l->room = 2 * l->room + 16;
	return 0;
}

int
wf_load_try(struct wf_load *l, const char *what, uint32_t frame_bytes,
	const struct wf_load_offer *offer, struct wf_load_trial **out, struct wf_err *err)
{
	struct wf_load_trial *t = calloc(1, sizeof(*t));
	struct wf_load_offer o = *offer;
	int rc;

	if (t == NULL || make_room(l) < 0) {
		free(t);
		return wf_err_add(err, NULL, NULL, "out of memory");
	}
	/* What is left of the trial before must not be taken for this one's. */
	l->epoch++;
	for (uint32_t i = 0; i < o.n_phases; i++) {
		o.phase[i].epoch = l->epoch;
		t->duration_ns += o.duration_ns[i];
	}
	snprintf(t->what, sizeof(t->what), "%s", what);
	t->frame_bytes = frame_bytes;
	t->pps = (double)o.phase[0].pps;
	t->line = t->pps * 8 * (wf_load_mean_bytes(l, frame_bytes) + BETWEEN) /
		  (double)l->settings.line_bps;
	wf_hist_init(&t->r.delay);
	wf_hist_init(&t->r.ipdv);
	wf_hist_init(&t->r.late);
	rc = l->target.trial(l->target.ctx, &o, &t->r, err);
	if (rc < 0) {
		free(t);
		return rc;
	}
	t->outcome = (uint8_t)judge(l, &t->r);
	l->trial[l->n_trials++] = *out = t;
	if (l->told != NULL)
		l->told(l->told_ctx, l, t, l->n_trials, l->planned);
	return 0;
}

struct wf_load_finding *
wf_load_note(struct wf_load *l, const char *name, uint32_t frame_bytes, double value,
	const char *unit, enum wf_load_outcome outcome, struct wf_err *err)
{
	struct wf_load_finding *more =
		realloc(l->finding, (l->n_findings + 1) * sizeof(*l->finding));

	if (more == NULL) {
		wf_err_add(err, NULL, NULL, "out of memory");
		return NULL;
	}
	l->finding = more;
	more += l->n_findings++;
	*more = (struct wf_load_finding){ .frame_bytes = frame_bytes,
		.value = value,
		.unit = unit,
		.outcome = (uint8_t)outcome,
		.trial = l->n_trials > 0 ? l->n_trials - 1 : NO_TRIAL };
	snprintf(more->name, sizeof(more->name), "%s", name);
	return more;
}
