/* SPDX-License-Identifier: BSD-3-Clause
 * Sharing out a burst. Worker threads.
 */
#include "wf_share.h"

static_assert(WF_BURST == 32, "one bit a packet");

/* The packets of `others`, one bit each, to whose owner[i] they go: one ring after the other, each
 * in order of arrival. */
static void
share_hand_over(const struct wf_share *s, uint32_t dir, const struct wf_rx *rx,
	const struct wf_identity *const *who, const uint32_t *owner, uint32_t others)
{
	while (others != 0) {
		uint32_t to = owner[__builtin_ctz(others)], n = 0;
		uint8_t same[WF_BURST];

		for (uint32_t left = others; left != 0; left &= left - 1) {
			uint32_t i = (uint32_t)__builtin_ctz(left);

			if (owner[i] != to)
				continue;
			same[n++] = (uint8_t)i;
			others &= ~(1u << i);
		}
		wf_handoff_put(s->out[to], s->pipe, s->stats, dir, rx, who, same, n);
	}
}

uint32_t
wf_share_out(const struct wf_share *s, const struct wf_plan *newest, uint32_t dir, struct wf_rx *rx,
	const struct wf_identity **who, uint32_t n, bool *known)
{
	uint32_t owner[WF_BURST], others = 0, mine = 0;

	*known = wf_pipe_owners(s->pipe, newest, dir, rx, n, s->n_workers, owner, who) > 0;
	if (!*known)
		return n;
	for (uint32_t i = 0; i < n; i++)
		others |= (uint32_t)(owner[i] != WF_PIPE_ANY && owner[i] != s->index) << i;
	if (others == 0)
		return n;
	share_hand_over(s, dir, rx, who, owner, others);
	for (uint32_t i = 0; i < n; i++) {
		if (others >> i & 1)
			continue;
		if (mine != i) {
			rx[mine] = rx[i];
			who[mine] = who[i];
		}
		mine++;
	}
	return mine;
}
