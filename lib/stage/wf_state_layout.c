/* SPDX-License-Identifier: BSD-3-Clause
 * Where in a state block each stage's state is. Control thread, and worker threads when a block
 * moves.
 */
#include "wf_state_layout.h"

#define VARIANT_BITS 4

/* Which four bits are the block's. */
static unsigned
layout_shift(enum wf_block_id id)
{
	unsigned n = 0;

	for (int i = 0; i < (int)id; i++)
		n += wf_block_registry[i]->state_size != 0;
	assert((n + 1) * VARIANT_BITS <= 64);
	return n * VARIANT_BITS;
}

uint64_t
wf_state_layout(const uint8_t *variant)
{
	uint64_t layout = 0;

	for (int i = 0; i < WF_BLOCK_COUNT; i++) {
		if (variant[i] == 0)
			continue;
		assert(variant[i] < 1 << VARIANT_BITS && wf_block_registry[i]->state_size != 0);
		layout |= (uint64_t)variant[i] << layout_shift((enum wf_block_id)i);
	}
	return layout;
}

uint8_t
wf_state_variant(uint64_t layout, enum wf_block_id id)
{
	if (wf_block_registry[id]->state_size == 0)
		return 0;
	return layout >> layout_shift(id) & ((1 << VARIANT_BITS) - 1);
}

uint32_t
wf_state_offset(uint64_t layout, enum wf_block_id id)
{
	uint32_t offset = 0;

	for (int i = 0; i < (int)id; i++)
		if (wf_state_variant(layout, (enum wf_block_id)i) != 0)
			offset += wf_block_registry[i]->state_size;
	return offset;
}

uint32_t
wf_state_bytes(uint64_t layout)
{
	return wf_state_offset(layout, WF_BLOCK_COUNT);
}
