/* SPDX-License-Identifier: BSD-3-Clause
 * The memory budget of a plan. Pure.
 */
#include "wf_plan_budget.h"

#include <stdio.h>

#include "wf_store_value.h"
#include "wf_units.h"

double
wf_plan_longest_ns(const struct wf_forecast *f)
{
	return f->delay_max_ns + f->resend_max_ns + f->held_max_ns + f->queue_max_ns;
}

double
wf_plan_packets(const struct wf_forecast *f, uint32_t frame_bytes)
{
	return (double)f->rate_bps / 8 / frame_bytes * wf_plan_longest_ns(f) / 1e9;
}

double
wf_plan_bytes(const struct wf_plan *plan)
{
	double packets = 0;

	for (uint32_t i = 0; i < plan->n_dirs; i++)
		for (uint16_t k = 0; k < plan->dir[i].n_classes; k++)
			packets += wf_plan_packets(
				&plan->dir[i].classes[k].about->forecast, WF_BUDGET_FRAME_BYTES);
	return packets * WF_BUDGET_HELD_BYTES;
}

double
wf_plan_held_bytes(uint32_t frame_bytes, uint32_t by_value_bytes)
{
	if (frame_bytes > by_value_bytes)
		return WF_BUDGET_HELD_BYTES;
	return (double)WF_BUDGET_HELD_BYTES / wf_value_per_buffer(by_value_bytes);
}

double
wf_plan_rate_held(
	double memory_bytes, double longest_ns, uint32_t frame_bytes, uint32_t by_value_bytes)
{
	return longest_ns <= 0 ? 0
			       : memory_bytes / wf_plan_held_bytes(frame_bytes, by_value_bytes) *
					 frame_bytes * 8 / longest_ns * 1e9;
}

int
wf_plan_check_budget(const struct wf_plan *plan, const struct wf_conf *conf, struct wf_err *err)
{
	double need = wf_plan_bytes(plan);
	struct wf_where where = { conf->file, 0, "memory" };
	char have[WF_UNITS_TEXT], hint[80];

	if (conf->memory_bytes == 0 || need <= (double)conf->memory_bytes)
		return 0;
	snprintf(hint, sizeof(hint),
		"Write memory = \"%.0fMB\", or lower a rate, delay or queue limit", need / 1e6 + 1);
	return wf_err_add(err, &where, hint,
		"%s cannot hold what rate x delay of full-size frames need",
		wf_units_format_size(conf->memory_bytes, have));
}
