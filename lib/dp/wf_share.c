/* SPDX-License-Identifier: BSD-3-Clause
 * Sharing out a burst. Worker threads.
 */
#include "wf_share.h"

/* Packets which[0..n-1] to whose owner[] they go: one ring after the other, each in order of
 * arrival. */
static void
share_hand_over(const struct wf_share *s, uint32_t dir, const struct wf_rx *rx,
	const struct wf_identity *const *who, const uint32_t *owner, uint8_t which[WF_BURST],
	uint32_t n)
{
	while (n > 0) {
		uint32_t to = owner[which[0]], n_same = 0, left = 0;
		uint8_t same[WF_BURST];

		if (s->n_workers == 2) { /* there is one other */
			wf_handoff_put(s->out[to], s->pipe, s->stats, dir, rx, who, which, n);
			return;
		}
		for (uint32_t k = 0; k < n; k++) {
			uint8_t i = which[k];
			bool is_same = owner[i] == to;

			same[n_same] = which[left] = i;
			n_same += is_same;
			left += !is_same;
		}
		wf_handoff_put(s->out[to], s->pipe, s->stats, dir, rx, who, same, n_same);
		n = left;
	}
}

uint32_t
wf_share_out(const struct wf_share *s, const struct wf_plan *newest, uint32_t dir, struct wf_rx *rx,
	const struct wf_identity **who, uint32_t n, bool *known)
{
	uint32_t owner[WF_BURST], mine = 0, others = 0;
	uint8_t own[WF_BURST], other[WF_BURST];

	*known = wf_pipe_owners(s->pipe, newest, dir, rx, n, s->n_workers, owner, who) > 0;
	if (!*known)
		return n;
	/* Whose a packet is, is as good as chance, which no processor foresees: without a branch.
	 */
	for (uint32_t i = 0; i < n; i++) {
		bool goes = owner[i] != WF_PIPE_ANY && owner[i] != s->index;

		own[mine] = other[others] = (uint8_t)i;
		mine += !goes;
		others += goes;
	}
	if (others == 0)
		return n;
	share_hand_over(s, dir, rx, who, owner, other, others);
	for (uint32_t i = 0; i < mine; i++) {
		rx[i] = rx[own[i]];
		who[i] = who[own[i]];
	}
	return mine;
}
