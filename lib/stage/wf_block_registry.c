/* SPDX-License-Identifier: BSD-3-Clause
 * Every block of keys, in pipeline order. Adding an impairment is a file and a line here (and in
 * enum wf_block_id).
 */
#include <string.h>

#include "wf_stages.h"

const struct wf_block *const wf_block_registry[WF_BLOCK_COUNT] = {
	[WF_BLOCK_BLACKHOLE] = &wf_block_blackhole,
	[WF_BLOCK_OUTAGE] = &wf_block_outage,
	[WF_BLOCK_RESET] = &wf_block_reset,
	[WF_BLOCK_UNREACHABLE] = &wf_block_unreachable,
	[WF_BLOCK_DNS] = &wf_block_dns,
	[WF_BLOCK_MTU] = &wf_block_mtu,
	[WF_BLOCK_REWRITE] = &wf_block_rewrite,
	[WF_BLOCK_RATE] = &wf_block_rate,
	[WF_BLOCK_QUEUE] = &wf_block_queue,
	[WF_BLOCK_SHARE] = &wf_block_share,
	[WF_BLOCK_SLOT] = &wf_block_slot,
	[WF_BLOCK_TARGET] = &wf_block_target,
	[WF_BLOCK_LOSS] = &wf_block_loss,
	[WF_BLOCK_ARQ] = &wf_block_arq,
	[WF_BLOCK_CORRUPT] = &wf_block_corrupt,
	[WF_BLOCK_DUPLICATE] = &wf_block_duplicate,
	[WF_BLOCK_REORDER] = &wf_block_reorder,
	[WF_BLOCK_DELAY] = &wf_block_delay,
};

int
wf_block_find(const char *name)
{
	for (int i = 0; i < WF_BLOCK_COUNT; i++)
		if (strcmp(wf_block_registry[i]->name, name) == 0)
			return i;
	return -1;
}
