/* SPDX-License-Identifier: BSD-3-Clause
 * Duplication: with probability p a packet is followed by `copies` copies, each with a delay of its
 * own, the k-th `k * spacing` later. Copies are inserted behind the original by lib/pipe.
 */
#include "wf_rng.h"
#include "wf_stages.h"

struct duplicate_params {
	uint64_t given;
	double p;
	uint64_t copies;
	wf_ns_t spacing;
};

static const struct wf_param params[] = {
	{ .name = "p",
		.type = WF_PARAM_PROB,
		.offset = offsetof(struct duplicate_params, p),
		.fallback = "0%",
		.help = "probability that a packet is duplicated" },
	{ .name = "copies",
		.type = WF_PARAM_COUNT,
		.offset = offsetof(struct duplicate_params, copies),
		.fallback = "1",
		.min = "1",
		.max = "7",
		.help = "copies made of a duplicated packet" },
	{ .name = "spacing",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct duplicate_params, spacing),
		.fallback = "0ms",
		.max = "1h",
		.help = "time from one copy to the next, before their own delay" },
	{ 0 },
};

struct duplicate_cfg {
	uint64_t threshold;
	uint8_t copies;
};

static int
compile(const void *block, struct wf_stage_compile *c, void *cfg)
{
	const struct duplicate_params *p = block;
	struct duplicate_cfg *out = cfg;

	if (!(p->p > 0))
		return 0;
	out->threshold = wf_rng_threshold(p->p);
	out->copies = (uint8_t)p->copies;
	c->needs |= WF_NEED_FLOW | WF_NEED_COPIES;
	if (p->spacing > 0)
		c->needs |= WF_NEED_HOLD | WF_NEED_SORT;
	c->copy_spacing_ns = p->spacing;
	c->forecast->duplicated = p->p * (double)p->copies;
	return 1;
}

static void
run(const void *cfg, uint32_t state_offset, struct wf_batch *b, uint16_t first, uint16_t end,
	struct wf_stage_env *env)
{
	const struct duplicate_cfg *d = cfg;

	for (uint16_t i = first; i < end; i++) {
		if (b->drop[i] != WF_DROP_NONE)
			continue;
		if (wf_rng_below(wf_rng_draw(b->rng[i], WF_RNG_DUPLICATE), d->threshold))
			b->copies[i] = d->copies;
	}
}

const struct wf_stage_ops wf_stage_duplicate = {
	.name = "duplicate",
	.summary = "Sends copies of some packets",
	.main_key = "p",
	.params = params,
	.params_size = sizeof(struct duplicate_params),
	.cfg_size = sizeof(struct duplicate_cfg),
	.compile = compile,
	.run = run,
};
