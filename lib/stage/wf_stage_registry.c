/* SPDX-License-Identifier: BSD-3-Clause
 * Every impairment, in pipeline order, and where each keeps its state. Adding one is a file and a
 * line here (and in enum wf_stage_id).
 */
#include <string.h>

#include "wf_stages.h"

const struct wf_stage_ops *const wf_stage_registry[WF_STAGE_COUNT] = {
	[WF_STAGE_BLACKHOLE] = &wf_stage_blackhole,
	[WF_STAGE_OUTAGE] = &wf_stage_outage,
	[WF_STAGE_RESET] = &wf_stage_reset,
	[WF_STAGE_UNREACHABLE] = &wf_stage_unreachable,
	[WF_STAGE_DNS] = &wf_stage_dns,
	[WF_STAGE_MTU] = &wf_stage_mtu,
	[WF_STAGE_REWRITE] = &wf_stage_rewrite,
	[WF_STAGE_RATE] = &wf_stage_rate,
	[WF_STAGE_QUEUE] = &wf_stage_queue,
	[WF_STAGE_SHARE] = &wf_stage_share,
	[WF_STAGE_SLOT] = &wf_stage_slot,
	[WF_STAGE_TARGET] = &wf_stage_target,
	[WF_STAGE_LOSS] = &wf_stage_loss,
	[WF_STAGE_ARQ] = &wf_stage_arq,
	[WF_STAGE_CORRUPT] = &wf_stage_corrupt,
	[WF_STAGE_DUPLICATE] = &wf_stage_duplicate,
	[WF_STAGE_REORDER] = &wf_stage_reorder,
	[WF_STAGE_DELAY] = &wf_stage_delay,
};

int
wf_stage_find(const char *name)
{
	for (int i = 0; i < WF_STAGE_COUNT; i++)
		if (strcmp(wf_stage_registry[i]->name, name) == 0)
			return i;
	return -1;
}

uint32_t
wf_stage_state_offset(enum wf_stage_id id)
{
	uint32_t offset = sizeof(struct wf_state_head);

	for (int i = 0; i < (int)id; i++)
		offset += wf_stage_registry[i]->state_size;
	return offset;
}

uint32_t
wf_stage_state_size(void)
{
	uint32_t size = wf_stage_state_offset(WF_STAGE_COUNT);

	return (size + WF_CACHE_LINE - 1) / WF_CACHE_LINE * WF_CACHE_LINE;
}
