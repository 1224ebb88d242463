/* SPDX-License-Identifier: BSD-3-Clause
 * Predicted against simulated: which stages are tried, and with what traffic. Control threads only.
 */
#include <stdlib.h>

#include "wf_rate.h"
#include "wf_verify_private.h"

#define GAP_NS 100e3
#define GOLDEN 0.6180339887 /* of a period apart, packets see all of it alike */

const struct wf_serve *
wf_verify_server(const struct wf_plan_class *k)
{
	if (k->queue != NULL)
		return &k->queue->serve;
	for (uint8_t i = 0; i < wf_plan_steps(k); i++)
		if (k->before[i].stage == WF_BLOCK_RATE)
			return &((const struct wf_rate_cfg *)k->before[i].cfg)->serve;
	return NULL;
}

double
wf_verify_frame_bits(const struct wf_plan_class *k)
{
	return 8.0 * (double)wf_wire_bytes(&wf_verify_server(k)->wire, WF_FORECAST_FRAME);
}

double
wf_verify_frame_ns(const struct wf_plan_class *k)
{
	return wf_verify_frame_bits(k) / (double)k->about->forecast.rate_bps * 1e9;
}

/* Can be tried, and has something to say. */
static bool
is_of_interest(const struct wf_plan_class *k, uint8_t stage)
{
	const struct wf_serve *v = wf_verify_server(k);

	switch (stage) {
	case WF_BLOCK_RATE:
		return v != NULL && v->trace == NULL; /* of a trace the pace is not one number */
	case WF_BLOCK_OUTAGE:
		return k->about->forecast.down > 0;
	case WF_BLOCK_CORRUPT:
		return k->about->forecast.corrupted > 0;
	case WF_BLOCK_SLOT:
	case WF_BLOCK_LOSS:
	case WF_BLOCK_ARQ:
	case WF_BLOCK_DUPLICATE:
	case WF_BLOCK_DELAY:
		return true;
	default:
		return k->about->forecast.acts[stage] > 0;
	}
}

uint32_t
wf_verify_stages(const struct wf_plan_class *k, uint8_t out[WF_BLOCK_COUNT])
{
	uint32_t n = 0;

	for (uint8_t id = 0; id < WF_BLOCK_COUNT && !k->about->forecast.blackhole; id++)
		if (wf_trial_has(k, (enum wf_block_id)id) && is_of_interest(k, id))
			out[n++] = id;
	return n;
}

/* How far apart packets are to be. */
static double
choose_gap(const struct wf_plan_class *k, uint8_t stage)
{
	const struct wf_serve *v = wf_verify_server(k);
	double gap = GAP_NS;

	if (stage == WF_BLOCK_RATE)
		return wf_verify_frame_ns(k) / WF_VERIFY_OFFERED;
	if (stage == WF_BLOCK_OUTAGE)
		return GOLDEN * (double)k->about->forecast.step_ns;
	if (v != NULL && 2 * wf_verify_frame_ns(k) > gap)
		gap = 2 * wf_verify_frame_ns(k);
	if (stage == WF_BLOCK_DELAY && (double)k->about->forecast.gap_ns > gap)
		gap = (double)k->about->forecast.gap_ns;
	if (stage == WF_BLOCK_ARQ && k->about->forecast.resend_max_ns > gap)
		gap = k->about->forecast.resend_max_ns;
	if (stage == WF_BLOCK_LOSS && (1 + GOLDEN) * (double)k->about->forecast.step_ns > gap)
		gap = (1 + GOLDEN) * (double)k->about->forecast.step_ns;
	return gap;
}

static enum wf_trial_traffic
choose_traffic(uint8_t stage)
{
	switch (stage) {
	case WF_BLOCK_RESET:
	case WF_BLOCK_TARGET:
		return WF_TRIAL_TCP;
	case WF_BLOCK_DNS:
		return WF_TRIAL_DNS;
	default:
		return WF_TRIAL_UDP;
	}
}

int
wf_verify(const struct wf_plan *plan, uint32_t dir, uint16_t class_id, uint8_t stage,
	uint32_t packets, struct wf_verdict *out)
{
	const struct wf_plan_class *k = &plan->dir[dir].classes[class_id];
	struct wf_verify_work w = { .k = k, .out = out };
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
		.flows = stage == WF_BLOCK_RESET ||
			 (stage == WF_BLOCK_DELAY && k->about->forecast.flows),
		.capable = stage == WF_BLOCK_LOSS };
	*out = (struct wf_verdict){ .stage = stage, .packets = packets, .gap_ns = w.q.gap_ns };
	w.t = t = wf_trial_run(&w.q);
	w.x = malloc(2 * (size_t)packets * sizeof(*w.x));
	w.scratch = w.x != NULL ? w.x + packets : NULL;
	if (t != NULL && w.x != NULL)
		rc = wf_verify_find(&w);
	free(w.x);
	free(t);
	return rc;
}
