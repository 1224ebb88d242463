/* SPDX-License-Identifier: BSD-3-Clause
 * Parameters of the queue in front of a rate. A tail-drop queue is part of the rate's virtual clock
 * (wf_stage_rate.c), so this file has no kernel.
 */
#include "wf_stages.h"

static const char *const drop_names[] = { "tail", NULL };

static const struct wf_param params[] = {
	{ .name = "limit",
		.type = WF_PARAM_LIMIT,
		.offset = offsetof(struct wf_queue_params, limit),
		.fallback = "1000pkt",
		.help = "the most that may wait for the rate, as packets, wire bytes or time; a "
			"packet "
			"in transmission counts" },
	{ .name = "drop",
		.type = WF_PARAM_CHOICE,
		.offset = offsetof(struct wf_queue_params, drop),
		.fallback = "tail",
		.choices = drop_names,
		.help = "which packet goes when the limit is reached: the arriving one" },
	{ 0 },
};

static int
compile(const void *block, struct wf_stage_compile *c, void *cfg)
{
	if (c->blocks[WF_STAGE_RATE] == NULL)
		return wf_err_add(c->err, c->where, "Add rate = \"100Mbit\", or leave queue out",
			"a queue without a \"rate\" never fills");
	return 0;
}

const struct wf_stage_ops wf_stage_queue = {
	.name = "queue",
	.summary = "Limits how much may wait for the rate",
	.main_key = "limit",
	.params = params,
	.params_size = sizeof(struct wf_queue_params),
	.compile = compile,
};
