/* SPDX-License-Identifier: BSD-3-Clause
 * Where the stages of a class find their state. Pure; control threads only.
 */
#include "wf_plan_states.h"

#include "wf_state_layout.h"

/* The lines of a state block in which these bytes are. */
static uint8_t
lines_of(uint32_t offset, uint32_t bytes)
{
	uint32_t first = offset / WF_CACHE_LINE, last = (offset + bytes - 1) / WF_CACHE_LINE;

	if (bytes == 0)
		return 0;
	assert(last < 8);
	return (uint8_t)((2u << last) - (1u << first));
}

void
wf_plan_lay_out(
	struct wf_plan_class *k, struct wf_plan_step *step, uint32_t n, const uint32_t *hot_bytes)
{
	uint64_t layout = wf_state_layout(k->about->variant);

	k->layout = layout;
	k->state_bytes = (uint16_t)wf_state_bytes(layout);
	k->queue_offset = (uint16_t)wf_state_offset(layout, WF_BLOCK_QUEUE);
	k->state_lines = 0;
	for (int id = 0; id < WF_BLOCK_COUNT; id++)
		if (k->about->variant[id] != 0)
			k->state_lines |= lines_of(
				wf_state_offset(layout, (enum wf_block_id)id), hot_bytes[id]);
	for (uint32_t i = 0; i < n; i++)
		step[i].state_offset = wf_state_offset(layout, (enum wf_block_id)step[i].stage);
}
