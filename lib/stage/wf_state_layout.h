/* SPDX-License-Identifier: BSD-3-Clause
 * Where in a state block each stage's state is. A block holds the states of just those stages that
 * the class has, one behind the other in pipeline order, so that few cache lines are touched.
 *
 * The layout is a word: four bits for each block of keys that keeps state, the variant whose state
 * it is, 0 where there is none. So a block says by itself what is where, whatever plan it was made
 * for, and moves to another layout when a packet needs it to. Pure; any thread.
 */
#ifndef WF_STATE_LAYOUT_H
#define WF_STATE_LAYOUT_H

#include "wf_stage.h"

/* [WF_BLOCK_MAX] variants, 0: no state. */
uint64_t wf_state_layout(const uint8_t *variant);
/* The variant whose state it has of the block of keys; 0: none. */
uint8_t wf_state_variant(uint64_t layout, enum wf_block_id id);
/* Where that state is, or would be. */
uint32_t wf_state_offset(uint64_t layout, enum wf_block_id id);
/* Of all together. */
uint32_t wf_state_bytes(uint64_t layout);

#endif
