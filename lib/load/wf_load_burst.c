/* SPDX-License-Identifier: BSD-3-Clause
 * Bursts at the line's rate, once (RFC 2544, 26.4) and again and again (RFC 8239, 4), and a steady
 * load for long.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "wf_load.h"

#define NO_TRIAL UINT32_MAX

/* `n` packets at the line's rate; with a rest, as often as the trial's time allows. */
static void
offer_burst(
	const struct wf_load *l, uint32_t bytes, uint64_t n, bool again, struct wf_load_offer *o)
{
	double pps = wf_load_line_pps(l, bytes);
	wf_ns_t on_ns = (wf_ns_t)((double)n * 1e9 / pps);
	struct wf_generator_spec *s;
	uint64_t bursts = 1;

	wf_load_offer(l, bytes, pps, on_ns, o);
	s = &o->phase[0];
	if (again) {
		/* Rounded down: now and then a burst has a packet less than n, none has more. */
		s->on_ns = on_ns;
		s->off_ns = l->settings.rest_ns;
		bursts = l->settings.duration_ns / (s->on_ns + s->off_ns);
		bursts = bursts > 0 ? bursts : 1;
		o->duration_ns[0] = bursts * (s->on_ns + s->off_ns);
	}
	s->packets = n * bursts;
}

/* The longest burst up to `high` that passes, by bisection to the packet. */
static int
longest(struct wf_load *l, uint32_t bytes, bool again, uint64_t *out, bool *limited,
	struct wf_err *err)
{
	const char *what = again ? "microburst" : "back2back";
	uint64_t low = 0, high = l->settings.burst_most + 1, at = l->settings.burst_most;

	*limited = false;
	while (high - low > 1) {
		struct wf_load_offer o;
		struct wf_load_trial *t;
		int rc;

		offer_burst(l, bytes, at, again, &o);
		rc = wf_load_try(l, what, bytes, &o, &t, err);
		if (rc < 0)
			return rc;
		if (t->outcome == WF_LOAD_PASSED) {
			low = at;
		} else {
			high = at;
			*limited = t->outcome == WF_LOAD_LIMITED;
		}
		at = low + (high - low) / 2;
	}
	*out = low;
	return 0;
}

static int
run_bursts(struct wf_load *l, bool again, struct wf_err *err)
{
	uint32_t rounds = again ? 1 : (uint32_t)l->settings.repeat;

	l->planned = l->settings.n_sizes * rounds *
		     (1 + (uint32_t)ceil(log2((double)l->settings.burst_most)));
	for (uint32_t i = 0; i < l->settings.n_sizes; i++) {
		uint32_t bytes = l->settings.size[i];
		bool any_limited = false;
		double sum = 0;
		struct wf_load_finding *f;

		for (uint32_t k = 0; k < rounds; k++) {
			uint64_t n;
			bool limited;
			int rc = longest(l, bytes, again, &n, &limited, err);

			if (rc < 0)
				return rc;
			sum += (double)n;
			any_limited |= limited;
		}
		f = wf_load_note(l, again ? "microburst" : "back2back", bytes, sum / rounds,
			"packets", any_limited ? WF_LOAD_LIMITED : WF_LOAD_PASSED, err);
		if (f == NULL)
			return -ENOMEM;
		if (any_limited)
			snprintf(f->text, sizeof(f->text),
				"the tester sent no longer one in time: the target may take it");
		else if (sum / rounds == (double)l->settings.burst_most)
			snprintf(f->text, sizeof(f->text),
				"no longer one was tried: see --burst-most");
	}
	return 0;
}

int
wf_load_back2back(struct wf_load *l, struct wf_err *err)
{
	return run_bursts(l, false, err);
}

int
wf_load_microburst(struct wf_load *l, struct wf_err *err)
{
	return run_bursts(l, true, err);
}

/* All trials from `first` on, added up. */
static int
note_soak(struct wf_load *l, uint32_t bytes, uint32_t first, struct wf_err *err)
{
	enum wf_load_outcome outcome = WF_LOAD_PASSED;
	uint64_t sent = 0, lost = 0, longest_ns = 0;
	struct wf_load_finding *f;

	for (uint32_t i = first; i < l->n_trials; i++) {
		const struct wf_load_trial *t = l->trial[i];

		sent += t->r.t.sent;
		lost += t->r.t.lost;
		if (t->r.delay.count > 0 && t->r.delay.max_ns > longest_ns)
			longest_ns = t->r.delay.max_ns;
		if (outcome != WF_LOAD_FAILED && t->outcome != WF_LOAD_PASSED)
			outcome = (enum wf_load_outcome)t->outcome;
	}
	f = wf_load_note(l, "lost", bytes, sent > 0 ? (double)lost / (double)sent : 0, "share",
		outcome, err);
	if (f == NULL)
		return -ENOMEM;
	snprintf(f->text, sizeof(f->text), "%llu of %llu packets, in %u trials",
		(unsigned long long)lost, (unsigned long long)sent, l->n_trials - first);
	return wf_load_note(l, "delay, longest", bytes, (double)longest_ns, "ns", outcome, err) !=
			       NULL
		       ? 0
		       : -ENOMEM;
}

int
wf_load_soak(struct wf_load *l, struct wf_err *err)
{
	const struct wf_load_settings *s = &l->settings;
	uint64_t n = (s->total_ns + s->duration_ns - 1) / s->duration_ns;

	l->planned = s->load > 0 ? (uint32_t)n * s->n_sizes : 0;
	for (uint32_t i = 0; i < s->n_sizes; i++) {
		struct wf_load_highest h = { .pps = floor(
						     wf_load_line_pps(l, s->size[i]) * s->load) };
		uint32_t first;
		int rc = s->load > 0 ? 0 : wf_load_highest(l, s->size[i], &h, err);

		first = l->n_trials;
		for (uint64_t k = 0; k < n && rc == 0; k++) {
			struct wf_load_trial *t;
			struct wf_load_offer o;

			wf_load_offer(l, s->size[i], h.pps, s->duration_ns, &o);
			rc = wf_load_try(l, "soak", s->size[i], &o, &t, err);
		}
		if (rc == 0)
			rc = note_soak(l, s->size[i], first, err);
		if (rc < 0)
			return rc;
	}
	return 0;
}
