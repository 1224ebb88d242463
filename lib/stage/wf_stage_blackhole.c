/* SPDX-License-Identifier: BSD-3-Clause
 * Blackhole: every packet of the direction or class ends here, before it takes any capacity.
 */
#include "wf_stages.h"

struct blackhole_params {
	uint64_t given;
	bool on;
};

static const struct wf_param params[] = {
	{ .name = "on",
		.type = WF_PARAM_BOOL,
		.offset = offsetof(struct blackhole_params, on),
		.fallback = "false",
		.help = "drop every packet of this direction or class" },
	{ 0 },
};

static int
blackhole_compile(const void *block, struct wf_block_compile *c, void *cfg)
{
	const struct blackhole_params *p = block;

	c->forecast->blackhole = p->on;
	return p->on ? 1 : 0;
}

static void
blackhole_run(const void *cfg, uint32_t state_offset, struct wf_batch *b, uint16_t first,
	uint16_t end, struct wf_stage_env *env)
{
	for (uint16_t i = first; i < end; i++)
		if (b->drop[i] == WF_DROP_NONE)
			b->drop[i] = WF_DROP_blackhole;
}

const struct wf_block wf_block_blackhole = {
	.stage = &(const struct wf_stage_ops){ .run = blackhole_run },
	.name = "blackhole",
	.summary = "Drops everything, as a dead path does",
	.main_key = "on",
	.params = params,
	.params_size = sizeof(struct blackhole_params),
	.compile = blackhole_compile,
};
