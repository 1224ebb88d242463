/* SPDX-License-Identifier: BSD-3-Clause
 * Loss of many rows by the two models that most ask for: bodies whose constant arguments make a
 * loop for each kind. The models are described in wf_loss_chain.c.
 */
#ifndef WF_LOSS_RUN_H
#define WF_LOSS_RUN_H

#include "wf_loss.h"

/* The flags of rows that are never lost. */
static inline uint8_t
wf_loss_spares(const struct wf_loss_cfg *l)
{
	return l->exempt_neighbour ? WF_ROW_NEIGHBOUR : 0;
}

static WF_ALWAYS_INLINE void
wf_loss_bernoulli_rows(
	const struct wf_loss_cfg *l, struct wf_batch *b, uint32_t first, uint32_t end)
{
	const uint64_t threshold = l->chain.lost[0];
	const uint8_t spares = wf_loss_spares(l);

	for (uint32_t i = first; i < end; i++)
		if (b->drop[i] == WF_DROP_NONE &&
			wf_rng_below(wf_rng_draw(b->rng[i], WF_RNG_LOSS), threshold) &&
			!(b->flags[i] & spares))
			b->drop[i] = WF_DROP_loss;
}

/* `one`: all rows have one state. `simple`: in the bad state all is lost, in the good one nothing,
 * so the state alone decides. */
static WF_ALWAYS_INLINE void
wf_loss_chain_rows(const struct wf_loss_cfg *l, uint32_t state_offset, struct wf_batch *b,
	uint32_t first, uint32_t end, bool simple, bool one)
{
	const uint64_t lost[2] = { l->chain.lost[0], l->chain.lost[1] };
	const uint64_t step[2] = { l->chain.step[0], l->chain.step[1] };
	const uint8_t spares = wf_loss_spares(l);
	struct wf_loss_state *s;
	uint64_t bad;

	assert(first < end);
	s = (struct wf_loss_state *)(b->state[first] + state_offset);
	bad = s->n;
	for (uint32_t i = first; i < end; i++) {
		uint64_t rng = b->rng[i];
		bool hit;

		if (b->drop[i] != WF_DROP_NONE)
			continue;
		if (!one) {
			s = (struct wf_loss_state *)(b->state[i] + state_offset);
			bad = s->n;
		}
		hit = simple ? bad != 0
			     : wf_rng_below(
				       wf_rng_draw(rng, WF_RNG_LOSS), bad != 0 ? lost[1] : lost[0]);
		if (hit && !(b->flags[i] & spares))
			b->drop[i] = WF_DROP_loss;
		bad ^= wf_rng_below(
			wf_rng_draw(rng, WF_RNG_LOSS_STEP), bad != 0 ? step[1] : step[0]);
		if (!one)
			s->n = bad;
	}
	if (one)
		s->n = bad;
}

#endif
