/* SPDX-License-Identifier: BSD-3-Clause
 * Predicted against simulated: what a trial shows, beside what the forecast says. Control threads
 * only.
 */
#include <math.h>
#include <stdlib.h>

#include "wf_stages.h"
#include "wf_summary.h"
#include "wf_verify_private.h"

#define RATE_ERROR 1e-4   /* that a rate may have */
#define FEW        20     /* losses in a row that are too few to tell */
#define MEDIAN     1.2533 /* error of a normal median, and of the 99th percentile, to the mean's */
#define P99        3.74
#define UNSURE     0.1 /* error of an sd that is worth a word */

/* Adds what the series w->x[0..n-1] says of it. `floor`: the error is not below that. */
static struct wf_finding *
find(struct wf_verify_work *w, const char *name, enum wf_unit unit, double predicted,
	wf_summary_fn fn, uint32_t n, double floor)
{
	struct wf_finding *f = &w->out->finding[w->out->n++];
	struct wf_summary s = wf_summary_of(fn, w->x, n, w->scratch);
	double least = unit == WF_UNIT_NS ? 1 : 0, apart;

	assert(w->out->n <= WF_FINDINGS_MAX);
	*f = (struct wf_finding){ .name = name,
		.unit = unit,
		.predicted = predicted,
		.simulated = s.value,
		.error = s.error > floor ? s.error : floor,
		.off = NAN };
	if (isnan(predicted) || isnan(s.value))
		return f;
	apart = s.value - predicted;
	if (fabs(apart) <= least + 1e-6 * fabs(predicted))
		apart = 0;
	f->off = apart == 0 ? 0 : apart / f->error;
	f->differs = !(fabs(f->off) <= WF_VERIFY_OFF);
	return f;
}

/* Delays of what left, in order of arrival. Returns how many. */
static uint32_t
delays(struct wf_verify_work *w)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < w->q.packets; i++)
		if (w->t->packet[i].left > 0)
			w->x[n++] = (double)w->t->packet[i].delay_ns;
	return n;
}

/* Delays that resemble each other over time are worth as many as this share of independent ones.
 * *rho: what is left from one packet to the next. */
static double
worth(const struct wf_verify_work *w, double *rho)
{
	double half_life = (double)w->k->about->forecast.half_life_ns;

	if (!(half_life > 0))
		return 1;
	*rho = isnan(*rho) ? NAN : exp2(-w->q.gap_ns / half_life);
	return tanh(w->q.gap_ns / half_life * M_LN2 / 2); /* (1 - rho) / (1 + rho) */
}

/* What the reader should know of delays that are not as predicted, or not as configured.
 * `sd_error`: of the sd, as a share of it. */
static void
note_delay(struct wf_verify_work *w, uint32_t n, double sd_error)
{
	struct wf_verdict *v = w->out;
	uint32_t zeroes = 0;

	for (uint32_t i = 0; i < n; i++)
		zeroes += !(w->x[i] > 0);
	if (w->t->clamped > 0) {
		v->order_ns = (double)w->t->clamped_ns / n;
		snprintf(v->note, sizeof(v->note),
			"keeping order adds %.4g ms to the mean, as %.3g%% of packets wait for "
			"the one before; order = \"free\" lets them overtake",
			v->order_ns / 1e6, 100.0 * w->t->clamped / n);
	} else if (zeroes > n / 1000) {
		snprintf(v->note, sizeof(v->note),
			"%.3g%% of the draws are cut at zero: mean and sd are not those of the law",
			100.0 * zeroes / n);
	} else if (sd_error > UNSURE) {
		snprintf(v->note, sizeof(v->note),
			"delays that are %s make the sd, which so few packets show to "
			"%.0f%% at best",
			w->k->about->forecast.half_life_ns > 0 ? "alike for so long"
							       : "long and rare",
			100 * sd_error);
	}
}

static int
find_delay(struct wf_verify_work *w)
{
	const struct wf_forecast *f = &w->k->about->forecast;
	uint32_t n = delays(w);
	double rho = f->delay_rho, free = n * worth(w, &rho);
	double kurtosis = f->delay_kurtosis > 1 ? f->delay_kurtosis : 1;
	double sd_error = sqrt((kurtosis - 1) / free) / 2;
	/* Stretches of the series are too much alike to tell how far off they are. */
	double alike = free < n ? f->delay_stddev_ns / sqrt(free) : 0;

	find(w, "delay mean", WF_UNIT_NS, f->delay_mean_ns, wf_mean, n,
		f->delay_stddev_ns / sqrt(free));
	if (!(f->delay_stddev_ns > 0))
		return 0;
	note_delay(w, n, sd_error);
	find(w, "delay sd", WF_UNIT_NS, f->delay_stddev_ns, wf_stddev, n,
		sd_error * f->delay_stddev_ns);
	find(w, "delay p50", WF_UNIT_NS, f->delay_p50_ns, wf_median, n, MEDIAN * alike);
	find(w, "delay p99", WF_UNIT_NS, f->delay_p99_ns, wf_p99, n, P99 * alike);
	if (wf_ranks(w->x, n) < 0)
		return -1;
	find(w, "delay rho", WF_UNIT_NUMBER, rho, wf_rho, n, 1 / sqrt(n));
	return 0;
}

/* Of waits nothing is predicted: they depend on the traffic. */
static void
find_slot(struct wf_verify_work *w)
{
	uint32_t n = delays(w);

	find(w, "slot mean", WF_UNIT_NS, NAN, wf_mean, n, 0);
	find(w, "slot p50", WF_UNIT_NS, NAN, wf_median, n, 0);
	find(w, "slot p99", WF_UNIT_NS, NAN, wf_p99, n, 0);
}

static void
find_loss(struct wf_verify_work *w)
{
	const struct wf_forecast *f = &w->k->about->forecast;
	double n = w->q.packets, p = f->loss, burst = f->mean_burst > 1 ? f->mean_burst : 1;
	double runs = n * p / burst;

	for (uint32_t i = 0; i < w->q.packets; i++)
		w->x[i] = w->t->packet[i].left == 0 || w->t->packet[i].edited;
	/* Runs of mean b come at random: a share of them varies more than that of packets. */
	find(w, "loss", WF_UNIT_SHARE, p > 0 ? p : NAN, wf_mean, w->q.packets,
		sqrt(p * (1 - p) * (2 * burst - 1) / n));
	if (f->step_ns == 0)
		find(w, "mean burst", WF_UNIT_NUMBER, f->mean_burst > 0 ? f->mean_burst : NAN,
			wf_mean_run, w->q.packets, runs > 0 ? sqrt(burst * (burst - 1) / runs) : 0);
	if (p > 0 && runs < FEW)
		snprintf(w->out->note, sizeof(w->out->note),
			"%.3g losses in a row are to be expected: more packets tell more", runs);
}

/* Without the waits of other frames. */
static void
find_arq(struct wf_verify_work *w)
{
	const struct wf_forecast *f = &w->k->about->forecast;
	double n = w->q.packets, p = f->given_up;
	uint32_t left = delays(w);

	find(w, "resend mean", WF_UNIT_NS, f->resend_mean_ns, wf_mean, left,
		f->resend_stddev_ns / sqrt(left));
	for (uint32_t i = 0; i < w->q.packets; i++)
		w->x[i] = w->t->packet[i].left == 0;
	find(w, "given up", WF_UNIT_SHARE, p, wf_mean, w->q.packets,
		sqrt((p * (1 - p) + 1 / n) / n));
	if (n * p < FEW)
		snprintf(w->out->note, sizeof(w->out->note),
			"%.3g given up are to be expected: more packets tell more", n * p);
}

/* A share of packets that something happens to. */
static void
find_share(struct wf_verify_work *w, const char *name, double p)
{
	uint32_t n = w->q.packets;

	find(w, name, WF_UNIT_SHARE, p, wf_mean, n, sqrt(p * (p < 1 ? 1 - p : p) / n));
}

static void
find_outage(struct wf_verify_work *w)
{
	for (uint32_t i = 0; i < w->q.packets; i++)
		w->x[i] = w->t->packet[i].left == 0;
	find_share(w, "down", w->k->about->forecast.down);
}

/* What happens to packets by chance, to some of them. */
static void
find_acts(struct wf_verify_work *w)
{
	static const char *const name[WF_BLOCK_COUNT] = { [WF_BLOCK_RESET] = "reset",
		[WF_BLOCK_UNREACHABLE] = "unreachable",
		[WF_BLOCK_DNS] = "dns",
		[WF_BLOCK_REWRITE] = "rewritten",
		[WF_BLOCK_TARGET] = "target" };

	for (uint32_t i = 0; i < w->q.packets; i++)
		w->x[i] = w->t->packet[i].left == 0 || w->t->packet[i].edited;
	find_share(w, name[w->q.stage], w->k->about->forecast.acts[w->q.stage]);
}

static void
find_corrupt(struct wf_verify_work *w)
{
	for (uint32_t i = 0; i < w->q.packets; i++)
		w->x[i] = w->t->packet[i].edited;
	find_share(w, "corrupted", w->k->about->forecast.corrupted);
}

static void
find_duplicate(struct wf_verify_work *w)
{
	for (uint32_t i = 0; i < w->q.packets; i++)
		w->x[i] = (double)w->t->packet[i].left - 1;
	find_share(w, "duplicated", w->k->about->forecast.duplicated);
}

static int
by_time(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The first half fills buckets and queues. */
static void
find_rate(struct wf_verify_work *w)
{
	const struct wf_serve *v = wf_verify_server(w->k);
	double full = wf_verify_frame_ns(w->k), bps = (double)w->k->about->forecast.rate_bps;
	uint32_t n = 0;
	struct wf_finding *f;

	for (uint32_t i = w->q.packets / 2; i < w->q.packets; i++)
		if (w->t->packet[i].left > 0)
			w->x[n++] = (double)wf_trial_arrival(&w->q, i) +
				    (double)w->t->packet[i].delay_ns;
	qsort(w->x, n, sizeof(*w->x), by_time);
	for (uint32_t i = 0; i < n; i++) /* so that the pace is in bit/s */
		w->x[i] /= wf_verify_frame_bits(w->k) * 1e9;
	f = find(w, "rate", WF_UNIT_BPS, bps, wf_replay_pace, n, n > 1 ? bps / (n - 1) : bps);
	f->differs = f->differs && !(fabs(f->simulated - bps) <= RATE_ERROR * bps);
	if (0x1p-32 * (double)v->burst > (WF_VERIFY_OFFERED - 1) * w->q.packets / 2 * full) {
		f->differs = false;
		snprintf(w->out->note, sizeof(w->out->note),
			"the burst is larger than what has been sent: more packets tell more");
	}
	n = delays(w);
	f = find(w, "longest wait", WF_UNIT_NS, NAN, wf_longest, n, 0);
	f->bound = true;
	if (w->k->about->forecast.queue_max_ns > 0) {
		f->predicted = wf_rate_longest_ns(v);
		if (w->k->queue != NULL && w->k->queue->cap != 0)
			f->predicted *= (double)w->k->queue->cap / (double)v->wire.ns_per_byte;
		f->differs = f->simulated > f->predicted + full;
	}
	f->error = NAN;
}

int
wf_verify_find(struct wf_verify_work *w)
{
	switch (w->q.stage) {
	case WF_BLOCK_RATE:
		find_rate(w);
		return 0;
	case WF_BLOCK_OUTAGE:
		find_outage(w);
		return 0;
	case WF_BLOCK_CORRUPT:
		find_corrupt(w);
		return 0;
	case WF_BLOCK_LOSS:
		find_loss(w);
		return 0;
	case WF_BLOCK_ARQ:
		find_arq(w);
		return 0;
	case WF_BLOCK_DUPLICATE:
		find_duplicate(w);
		return 0;
	case WF_BLOCK_SLOT:
		find_slot(w);
		return 0;
	case WF_BLOCK_DELAY:
		return find_delay(w);
	default:
		find_acts(w);
		return 0;
	}
}
