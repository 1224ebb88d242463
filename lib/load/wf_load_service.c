/* SPDX-License-Identifier: BSD-3-Clause
 * ITU-T Y.1564 for one service: is it configured as agreed (step by step up to the committed rate,
 * with the excess rate, and beyond both), and does it keep it up?
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "wf_load.h"

/* More than what was agreed that may come back: the depth of a policer's bucket. */
#define ALLOWANCE 0.01
/* Beyond committed and excess rate: a quarter of the excess rate, or of the committed where there
 * is none. */
#define BEYOND 0.25

struct step {
	struct wf_load *l;
	uint32_t bytes;
	struct wf_err *err;
};

static double
pps_of(const struct step *s, double bps)
{
	return floor(bps / (8 * wf_load_mean_bytes(s->l, s->bytes)));
}

static int
note(const struct step *s, const struct wf_load_trial *t, const char *what, double value,
	const char *unit, bool kept, double limit)
{
	enum wf_load_outcome outcome = t->outcome == WF_LOAD_LIMITED ? WF_LOAD_LIMITED
				       : kept                        ? WF_LOAD_PASSED
								     : WF_LOAD_FAILED;
	struct wf_load_finding *f;
	char name[96];

	snprintf(name, sizeof(name), "%s: %s", t->what, what);
	f = wf_load_note(s->l, name, s->bytes, value, unit, outcome, s->err);
	if (f == NULL)
		return -ENOMEM;
	if (!kept)
		snprintf(f->text, sizeof(f->text), "agreed: %.9g %s", limit, unit);
	return 0;
}

/* What has to hold up to the committed rate. */
static int
check_committed(const struct step *s, const struct wf_load_trial *t)
{
	const struct wf_load_settings *q = &s->l->settings;
	const struct wf_load_result *r = &t->r;
	double loss = wf_load_loss(r);
	wf_ns_t longest_ns = r->delay.count > 0 ? r->delay.max_ns : 0;
	wf_ns_t spread_ns = r->delay.count > 0 ? longest_ns - r->delay.min_ns : 0;
	int rc = note(s, t, "loss", loss, "share", loss <= q->max_loss, q->max_loss);

	if (rc == 0 && q->max_delay_ns > 0)
		rc = note(s, t, "delay", (double)longest_ns, "ns", longest_ns <= q->max_delay_ns,
			(double)q->max_delay_ns);
	if (rc == 0 && q->max_variation_ns > 0)
		rc = note(s, t, "variation", (double)spread_ns, "ns",
			spread_ns <= q->max_variation_ns, (double)q->max_variation_ns);
	return rc;
}

/* What came back, in bits a second of layer 2. */
static double
came_bps(const struct step *s, const struct wf_load_trial *t)
{
	return (double)t->r.t.received * 8 * wf_load_mean_bytes(s->l, s->bytes) /
	       ((double)t->duration_ns / 1e9);
}

static int
try_at(const struct step *s, const char *what, double bps, struct wf_load_trial **t)
{
	struct wf_load_offer o;

	wf_load_offer(s->l, s->bytes, pps_of(s, bps), s->l->settings.duration_ns, &o);
	return wf_load_try(s->l, what, s->bytes, &o, t, s->err);
}

static int
configuration(const struct step *s)
{
	const struct wf_load_settings *q = &s->l->settings;
	double cir = (double)q->cir_bps, eir = (double)q->eir_bps;
	struct wf_load_trial *t;
	double least = cir * (1 - q->max_loss) * (1 - ALLOWANCE), came;
	double most = (cir + eir) * (1 + ALLOWANCE);
	int rc = 0;

	for (int percent = 25; percent <= 100 && rc == 0; percent += 25) {
		char what[48];

		snprintf(what, sizeof(what), "%d %% of CIR", percent);
		rc = try_at(s, what, cir * percent / 100, &t);
		if (rc == 0)
			rc = check_committed(s, t);
	}
	if (rc == 0 && eir > 0) {
		rc = try_at(s, "CIR + EIR", cir + eir, &t);
		if (rc == 0) {
			came = came_bps(s, t);
			rc = note(s, t, "received", came, "bit/s", came >= least, cir);
		}
	}
	/* Policing is tested where an excess rate was agreed, be it none. */
	if (rc < 0 || !wf_param_given(q, (size_t)wf_param_find(wf_load_table, "eir")))
		return rc;
	rc = try_at(s, "beyond", cir + eir + BEYOND * (eir > 0 ? eir : cir), &t);
	if (rc == 0) {
		came = came_bps(s, t);
		rc = note(
			s, t, "received", came, "bit/s", came >= least && came <= most, cir + eir);
	}
	return rc;
}

static int
performance(const struct step *s)
{
	const struct wf_load_settings *q = &s->l->settings;
	uint64_t n = (q->total_ns + q->duration_ns - 1) / q->duration_ns, severe = 0;
	struct wf_load_trial *t = NULL;
	double share;
	int rc = 0;

	for (uint64_t i = 0; i < n && rc == 0; i++) {
		rc = try_at(s, "performance", (double)q->cir_bps, &t);
		if (rc == 0)
			rc = check_committed(s, t);
		severe += rc == 0 && wf_load_loss(&t->r) >= 0.5;
	}
	if (rc < 0 || q->availability <= 0)
		return rc;
	share = 1 - (double)severe / (double)n;
	return note(
		s, t, "availability", share, "share", share >= q->availability, q->availability);
}

int
wf_load_y1564(struct wf_load *l, struct wf_err *err)
{
	const struct wf_load_settings *q = &l->settings;

	l->planned = q->n_sizes * (uint32_t)(4 + 2 * (q->eir_bps > 0) +
					     (q->total_ns + q->duration_ns - 1) / q->duration_ns);
	for (uint32_t i = 0; i < q->n_sizes; i++) {
		struct step s = { l, q->size[i], err };
		int rc = configuration(&s);

		if (rc == 0)
			rc = performance(&s);
		if (rc < 0)
			return rc;
	}
	return 0;
}
