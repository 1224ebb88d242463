/* SPDX-License-Identifier: BSD-3-Clause
 * Duplication: with probability p, which may depend on the choice before (wf_choose.h), a packet is
 * followed by `copies` copies, each with a delay of its own, the k-th `k * spacing` later. Copies
 * are inserted behind the original by lib/pipe.
 */
#include "wf_choose.h"
#include "wf_stages.h"

struct duplicate_params {
	uint64_t given;
	double p, correlation;
	uint64_t copies;
	wf_ns_t spacing;
};

static const struct wf_param params[] = {
	{ .name = "p",
		.type = WF_PARAM_PROB,
		.offset = offsetof(struct duplicate_params, p),
		.fallback = "0%",
		.help = "probability that a packet is duplicated" },
	{ .name = "correlation",
		.type = WF_PARAM_PROB,
		.offset = offsetof(struct duplicate_params, correlation),
		.fallback = "0%",
		.max = "99.99%",
		.help = "correlation of this choice with that of the packet before" },
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
	struct wf_choice choice;
	uint8_t copies;
	bool correlated;
};

struct duplicate_state {
	uint64_t last; /* enum wf_chosen */
};

static int
duplicate_compile(const void *block, struct wf_block_compile *c, void *cfg)
{
	const struct duplicate_params *p = block;
	struct duplicate_cfg *out = cfg;

	if (!(p->p > 0))
		return 0;
	out->choice = wf_choice(p->p, p->correlation);
	out->correlated = p->correlation > 0;
	out->copies = (uint8_t)p->copies;
	c->needs |= WF_NEED_FLOW | WF_NEED_COPIES;
	if (p->spacing > 0)
		c->needs |= WF_NEED_HOLD | WF_NEED_SORT;
	if (out->correlated && !c->flow_scope)
		c->needs |= WF_NEED_OWNER;
	c->max_copies = out->copies;
	c->copy_spacing_ns = p->spacing;
	c->forecast->duplicated = p->p * (double)p->copies;
	if (p->p == 1)
		wf_stage_note_certain(c, WF_BLOCK_DUPLICATE, "every packet is duplicated");
	return 1;
}

static void
duplicate_run(const void *cfg, uint32_t state_offset, struct wf_batch *b, uint16_t first,
	uint16_t end, struct wf_stage_env *env)
{
	const struct duplicate_cfg *d = cfg;

	for (uint16_t i = first; i < end; i++) {
		uint64_t draw = wf_rng_draw(b->rng[i], WF_RNG_DUPLICATE);
		bool chosen;

		if (b->drop[i] != WF_DROP_NONE)
			continue;
		if (d->correlated)
			chosen = wf_choose(
				&d->choice, (uint64_t *)(b->state[i] + state_offset), draw);
		else
			chosen = wf_rng_below(draw, d->choice.first);
		if (chosen)
			b->copies[i] = d->copies;
	}
}

const struct wf_block wf_block_duplicate = {
	.stage = &(const struct wf_stage_ops){ .run = duplicate_run },
	.name = "duplicate",
	.summary = "Sends copies of some packets",
	.main_key = "p",
	.params = params,
	.params_size = sizeof(struct duplicate_params),
	.cfg_size = sizeof(struct duplicate_cfg),
	.state_size = sizeof(struct duplicate_state),
	.compile = duplicate_compile,
};
