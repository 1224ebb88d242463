/* SPDX-License-Identifier: BSD-3-Clause
 * Sharing one rate: a class with a share has no rate of its own, its packets wait for that of its
 * direction. Parameters only: lib/plan joins the classes, wf_block_queue.c compiles their queues,
 * and lib/queue says whose turn it is (wf_queue_share.c).
 */
#include <errno.h>

#include "wf_rate.h"
#include "wf_stages.h"

static const struct wf_param params[] = {
	{ .name = "weight",
		.type = WF_PARAM_COUNT,
		.offset = offsetof(struct wf_share_params, weight),
		.fallback = "1",
		.min = "1",
		.max = "1000000",
		.help = "share of the bytes among the waiting classes of its priority" },
	{ .name = "priority",
		.type = WF_PARAM_COUNT,
		.offset = offsetof(struct wf_share_params, priority),
		.fallback = "0",
		.max = "7",
		.help = "classes that wait are served by it, the highest first" },
	{ .name = "rate",
		.type = WF_PARAM_RATE,
		.offset = offsetof(struct wf_share_params, rate_bps),
		.min = "1kbit",
		.max = "400Gbit",
		.help = "no faster than this, though the others leave more; by default as fast as "
			"the direction" },
	{ 0 },
};
static_assert(WF_PRIORITIES == 8, "params[] says up to 7");

static int
share_compile(const void *block, struct wf_block_compile *c, void *cfg)
{
	const struct wf_share_params *p = block;
	const struct wf_rate_params *whole = c->blocks[WF_BLOCK_RATE];

	if (whole != NULL && whole->curve == NULL && p->rate_bps != 0 &&
		p->rate_bps >= whole->rate_bps)
		return wf_err_add(c->err, c->where, "Leave it out, or lower it",
			"\"rate\" is not below that of the direction, so it would do nothing");
	return 0;
}

const struct wf_block wf_block_share = {
	.name = "share",
	.summary =
		"Lets a class wait for the rate of its direction, with others, instead of its own",
	.main_key = "weight",
	.params = params,
	.params_size = sizeof(struct wf_share_params),
	.compile = share_compile,
};
