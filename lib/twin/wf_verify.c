/* SPDX-License-Identifier: BSD-3-Clause
 * Predicted against simulated. Control threads only.
 */
#include "wf_verify.h"

#include <math.h>
#include <stdlib.h>

#include "wf_queue.h"
#include "wf_rate.h"
#include "wf_summary.h"

#define GAP_NS     100e3
#define OFFERED    1.25         /* of the rate */
#define GOLDEN     0.6180339887 /* of a period apart, packets see all of it alike */
#define RATE_ERROR 1e-4         /* that a rate may have */
#define FEW        20           /* losses in a row that are too few to tell */
#define UNSURE     0.1          /* error of an sd that is worth a word */

struct work {
	const struct wf_plan_class *k;
	struct wf_trial_params q;
	const struct wf_trial *t;
	struct wf_verdict *out;
	double *x, *scratch; /* [q.packets] */
};

/* What serves the class's packets. NULL: nothing limits its rate. */
static const struct wf_serve *
server(const struct wf_plan_class *k)
{
	if (k->queue != NULL)
		return &k->queue->serve;
	for (uint8_t i = 0; i < k->n_steps; i++)
		if (k->step[i].stage == WF_STAGE_RATE)
			return &((const struct wf_rate_cfg *)k->step[i].cfg)->serve;
	return NULL;
}

/* Bits on the wire, and the time that they take at the class's rate. */
static double
frame_bits(const struct wf_plan_class *k)
{
	return 8.0 * (double)wf_wire_bytes(&server(k)->wire, WF_FORECAST_FRAME);
}

static double
frame_ns(const struct wf_plan_class *k)
{
	return frame_bits(k) / (double)k->forecast.rate_bps * 1e9;
}

/* Adds what the series w->x[0..n-1] says of it. `floor`: the error is not below that. */
static struct wf_finding *
find(struct work *w, const char *name, enum wf_unit unit, double predicted, wf_summary_fn fn,
	uint32_t n, double floor)
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
delays(struct work *w)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < w->q.packets; i++)
		if (w->t->packet[i].left > 0)
			w->x[n++] = (double)w->t->packet[i].delay_ns;
	return n;
}

/* What the reader should know of delays that are not as predicted, or not as configured.
 * `sd_error`: of the sd, as a share of it. */
static void
note_delay(struct work *w, uint32_t n, double sd_error)
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
			"delays that are long and rare make the sd, which so few packets show to "
			"%.0f%% at best",
			100 * sd_error);
	}
}

static int
find_delay(struct work *w)
{
	const struct wf_forecast *f = &w->k->forecast;
	uint32_t n = delays(w);
	double kurtosis = f->delay_kurtosis > 1 ? f->delay_kurtosis : 1;
	double sd_error = sqrt((kurtosis - 1) / n) / 2;

	find(w, "delay mean", WF_UNIT_NS, f->delay_mean_ns, wf_mean, n,
		f->delay_stddev_ns / sqrt(n));
	if (!(f->delay_stddev_ns > 0))
		return 0;
	note_delay(w, n, sd_error);
	find(w, "delay sd", WF_UNIT_NS, f->delay_stddev_ns, wf_stddev, n,
		sd_error * f->delay_stddev_ns);
	find(w, "delay p50", WF_UNIT_NS, f->delay_p50_ns, wf_median, n, 0);
	find(w, "delay p99", WF_UNIT_NS, f->delay_p99_ns, wf_p99, n, 0);
	if (wf_ranks(w->x, n) < 0)
		return -1;
	find(w, "delay rho", WF_UNIT_NUMBER, f->delay_rho, wf_rho, n, 1 / sqrt(n));
	return 0;
}

/* Of waits nothing is predicted: they depend on the traffic. */
static void
find_slot(struct work *w)
{
	uint32_t n = delays(w);

	find(w, "slot mean", WF_UNIT_NS, NAN, wf_mean, n, 0);
	find(w, "slot p50", WF_UNIT_NS, NAN, wf_median, n, 0);
	find(w, "slot p99", WF_UNIT_NS, NAN, wf_p99, n, 0);
}

/* `burst_name` NULL: how many follow each other depends on the traffic. */
static void
find_loss(struct work *w, const char *name, const char *burst_name)
{
	double n = w->q.packets, p = w->k->stage_loss[w->q.stage];
	double known = w->k->stage_burst[w->q.stage], burst = known > 1 ? known : 1;
	double runs = n * p / burst;

	for (uint32_t i = 0; i < w->q.packets; i++)
		w->x[i] = w->t->packet[i].left == 0 || w->t->packet[i].edited;
	/* Runs of mean b come at random: a share of them varies more than that of packets. */
	find(w, name, WF_UNIT_SHARE, p > 0 ? p : NAN, wf_mean, w->q.packets,
		sqrt(p * (1 - p) * (2 * burst - 1) / n));
	if (burst_name != NULL)
		find(w, burst_name, WF_UNIT_NUMBER, known > 0 ? known : NAN, wf_mean_run,
			w->q.packets, runs > 0 ? sqrt(burst * (burst - 1) / runs) : 0);
	if (p > 0 && runs < FEW)
		snprintf(w->out->note, sizeof(w->out->note),
			"%.3g losses in a row are to be expected: more packets tell more", runs);
}

/* Without the waits of other frames. */
static void
find_arq(struct work *w)
{
	const struct wf_forecast *f = &w->k->forecast;
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
find_share(struct work *w, const char *name, double p)
{
	uint32_t n = w->q.packets;

	find(w, name, WF_UNIT_SHARE, p, wf_mean, n, sqrt(p * (p < 1 ? 1 - p : p) / n));
}

static void
find_outage(struct work *w)
{
	for (uint32_t i = 0; i < w->q.packets; i++)
		w->x[i] = w->t->packet[i].left == 0;
	find_share(w, "down", w->k->forecast.down);
}

/* What happens to packets by chance, to some of them. */
static void
find_acts(struct work *w)
{
	static const char *const name[WF_STAGE_COUNT] = { [WF_STAGE_RESET] = "reset",
		[WF_STAGE_UNREACHABLE] = "unreachable",
		[WF_STAGE_DNS] = "dns",
		[WF_STAGE_REWRITE] = "rewritten",
		[WF_STAGE_TARGET] = "target" };

	for (uint32_t i = 0; i < w->q.packets; i++)
		w->x[i] = w->t->packet[i].left == 0 || w->t->packet[i].edited;
	find_share(w, name[w->q.stage], w->k->forecast.acts[w->q.stage]);
}

static void
find_corrupt(struct work *w)
{
	for (uint32_t i = 0; i < w->q.packets; i++)
		w->x[i] = w->t->packet[i].edited;
	find_share(w, "corrupted", w->k->forecast.corrupted);
}

static void
find_duplicate(struct work *w)
{
	for (uint32_t i = 0; i < w->q.packets; i++)
		w->x[i] = (double)w->t->packet[i].left - 1;
	find_share(w, "duplicated", w->k->forecast.duplicated);
}

static int
by_time(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The first half fills buckets and queues. */
static void
find_rate(struct work *w)
{
	const struct wf_serve *v = server(w->k);
	double full = frame_ns(w->k), bps = (double)w->k->forecast.rate_bps;
	uint32_t n = 0;
	struct wf_finding *f;

	for (uint32_t i = w->q.packets / 2; i < w->q.packets; i++)
		if (w->t->packet[i].left > 0)
			w->x[n++] = (double)wf_trial_arrival(&w->q, i) +
				    (double)w->t->packet[i].delay_ns;
	qsort(w->x, n, sizeof(*w->x), by_time);
	for (uint32_t i = 0; i < n; i++) /* so that the pace is in bit/s */
		w->x[i] /= frame_bits(w->k) * 1e9;
	f = find(w, "rate", WF_UNIT_BPS, bps, wf_pace, n, n > 1 ? bps / (n - 1) : bps);
	f->differs = f->differs && !(fabs(f->simulated - bps) <= RATE_ERROR * bps);
	if (0x1p-32 * (double)v->burst > (OFFERED - 1) * w->q.packets / 2 * full) {
		f->differs = false;
		snprintf(w->out->note, sizeof(w->out->note),
			"the burst is larger than what has been sent: more packets tell more");
	}
	n = delays(w);
	f = find(w, "longest wait", WF_UNIT_NS, NAN, wf_longest, n, 0);
	f->bound = true;
	if (w->k->forecast.queue_max_ns > 0) {
		f->predicted = wf_rate_longest_ns(v);
		if (w->k->queue != NULL && w->k->queue->cap != 0)
			f->predicted *= (double)w->k->queue->cap / (double)v->wire.ns_per_byte;
		f->differs = f->simulated > f->predicted + full;
	}
	f->error = NAN;
}

/* Can be tried, and has something to say. */
static bool
is_of_interest(const struct wf_plan_class *k, uint8_t stage)
{
	const struct wf_serve *v = server(k);

	switch (stage) {
	case WF_STAGE_RATE:
		return v != NULL && v->trace == NULL; /* of a trace the pace is not one number */
	case WF_STAGE_OUTAGE:
		return k->forecast.down > 0;
	case WF_STAGE_CORRUPT:
		return k->forecast.corrupted > 0;
	case WF_STAGE_SLOT:
	case WF_STAGE_LOSS:
	case WF_STAGE_ARQ:
	case WF_STAGE_DUPLICATE:
	case WF_STAGE_DELAY:
		return true;
	default:
		return k->forecast.acts[stage] > 0;
	}
}

uint32_t
wf_verify_stages(const struct wf_plan_class *k, uint8_t out[WF_STAGE_COUNT])
{
	uint32_t n = 0;

	for (uint8_t id = 0; id < WF_STAGE_COUNT && !k->forecast.blackhole; id++)
		if (wf_trial_has(k, (enum wf_stage_id)id) && is_of_interest(k, id))
			out[n++] = id;
	return n;
}

/* How far apart packets are to be. */
static double
choose_gap(const struct wf_plan_class *k, uint8_t stage)
{
	const struct wf_serve *v = server(k);
	double gap = GAP_NS;

	if (stage == WF_STAGE_RATE)
		return frame_ns(k) / OFFERED;
	if (stage == WF_STAGE_OUTAGE)
		return GOLDEN * (double)k->forecast.step_ns;
	if (v != NULL && 2 * frame_ns(k) > gap)
		gap = 2 * frame_ns(k);
	if (stage == WF_STAGE_DELAY && (double)k->forecast.gap_ns > gap)
		gap = (double)k->forecast.gap_ns;
	if (stage == WF_STAGE_ARQ && k->forecast.resend_max_ns > gap)
		gap = k->forecast.resend_max_ns;
	if (stage == WF_STAGE_LOSS && (1 + GOLDEN) * (double)k->forecast.step_ns > gap)
		gap = (1 + GOLDEN) * (double)k->forecast.step_ns;
	return gap;
}

static enum wf_trial_traffic
choose_traffic(uint8_t stage)
{
	switch (stage) {
	case WF_STAGE_RESET:
	case WF_STAGE_TARGET:
		return WF_TRIAL_TCP;
	case WF_STAGE_DNS:
		return WF_TRIAL_DNS;
	default:
		return WF_TRIAL_UDP;
	}
}

static int
find_all(struct work *w)
{
	switch (w->q.stage) {
	case WF_STAGE_RATE:
		find_rate(w);
		return 0;
	case WF_STAGE_OUTAGE:
		find_outage(w);
		return 0;
	case WF_STAGE_CORRUPT:
		find_corrupt(w);
		return 0;
	case WF_STAGE_LOSS:
		find_loss(w, "loss", w->k->forecast.step_ns == 0 ? "mean burst" : NULL);
		return 0;
	case WF_STAGE_ARQ:
		find_arq(w);
		return 0;
	case WF_STAGE_DUPLICATE:
		find_duplicate(w);
		return 0;
	case WF_STAGE_SLOT:
		find_slot(w);
		return 0;
	case WF_STAGE_DELAY:
		return find_delay(w);
	default:
		find_acts(w);
		return 0;
	}
}

int
wf_verify(const struct wf_plan *plan, uint32_t dir, uint16_t class_id, uint8_t stage,
	uint32_t packets, struct wf_verdict *out)
{
	const struct wf_plan_class *k = &plan->dir[dir].classes[class_id];
	struct work w = { .k = k, .out = out };
	struct wf_trial *t;
	int rc = -1;

	w.q = (struct wf_trial_params){ .plan = plan,
		.dir = dir,
		.class_id = class_id,
		.stage = stage,
		.traffic = choose_traffic(stage),
		.packets = packets,
		.gap_ns = choose_gap(k, stage),
		/* A connection that has been reset says no more. */
		.flows = stage == WF_STAGE_RESET || (stage == WF_STAGE_DELAY && k->forecast.flows),
		.capable = stage == WF_STAGE_LOSS };
	*out = (struct wf_verdict){ .stage = stage, .packets = packets, .gap_ns = w.q.gap_ns };
	w.t = t = wf_trial_run(&w.q);
	w.x = malloc(2 * (size_t)packets * sizeof(*w.x));
	w.scratch = w.x != NULL ? w.x + packets : NULL;
	if (t != NULL && w.x != NULL)
		rc = find_all(&w);
	free(w.x);
	free(t);
	return rc;
}
