/* SPDX-License-Identifier: BSD-3-Clause
 * All stages of a class together. Control threads only.
 */
#include "wf_whole.h"

#include <math.h>
#include <stdlib.h>

#include "wf_summary.h"
#include "wf_verify_private.h"

#define GAP_NS 100e3

static double
usual_gap(const struct wf_plan_class *k, uint32_t frame_bytes)
{
	const struct wf_serve *v = wf_verify_server(k);

	if (v == NULL || k->about->forecast.rate_bps == 0)
		return GAP_NS;
	return 2 * 8e9 * (double)wf_wire_bytes(&v->wire, frame_bytes) /
	       (double)k->about->forecast.rate_bps;
}

static void
look(const struct wf_trial *t, double *x, double *scratch, struct wf_whole *out)
{
	uint32_t n = 0, lost = 0, copies = 0;

	for (uint32_t i = 0; i < t->packets; i++) {
		const struct wf_trial_packet *p = &t->packet[i];

		if (p->left > 0)
			x[n++] = (double)p->delay_ns;
		lost += p->left == 0;
		copies += p->left > 1 ? p->left - 1u : 0;
	}
	out->lost = (double)lost / t->packets;
	out->copies = (double)copies / t->packets;
	out->order_ns = n > 0 ? (double)t->clamped_ns / n : NAN;
	out->mean_ns = n > 0 ? wf_mean(x, n, scratch) : NAN;
	out->stddev_ns = n > 0 ? wf_stddev(x, n, scratch) : NAN;
	out->p50_ns = n > 0 ? wf_median(x, n, scratch) : NAN;
	out->p99_ns = n > 0 ? wf_p99(x, n, scratch) : NAN;
	out->max_ns = n > 0 ? wf_longest(x, n, scratch) : NAN;
}

int
wf_whole_try(const struct wf_plan *plan, uint32_t dir, uint16_t class_id,
	const struct wf_whole_traffic *traffic, struct wf_whole *out)
{
	const struct wf_plan_class *k = &plan->dir[dir].classes[class_id];
	uint32_t frame = traffic->frame_bytes ? traffic->frame_bytes : WF_FORECAST_FRAME;
	struct wf_trial_params q = { .plan = plan,
		.dir = dir,
		.class_id = class_id,
		.stage = WF_TRIAL_WHOLE,
		.traffic = WF_TRIAL_UDP,
		.packets = traffic->packets,
		.frame_bytes = frame,
		.gap_ns = traffic->gap_ns > 0 ? traffic->gap_ns : usual_gap(k, frame) };
	struct wf_trial *t = wf_trial_run(&q);
	double *x = malloc(2 * (size_t)q.packets * sizeof(*x));

	*out = (struct wf_whole){ .packets = q.packets, .frame_bytes = frame, .gap_ns = q.gap_ns };
	if (t != NULL && x != NULL)
		look(t, x, x + q.packets, out);
	free(x);
	free(t);
	return t != NULL && x != NULL ? 0 : -1;
}
