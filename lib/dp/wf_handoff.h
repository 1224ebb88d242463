/* SPDX-License-Identifier: BSD-3-Clause
 * Rings from worker to worker, for packets that arrive where their flow does not live: one ring
 * (single producer, single consumer) for each ordered pair.
 *
 * An element carries its sender's statistics epoch. A receiver that meets a later epoch than its
 * own turns its banks first, so that no packet is counted in before it was counted out: the cut
 * through all workers is consistent (Chandy and Lamport, "Distributed snapshots", 1985).
 */
#ifndef WF_HANDOFF_H
#define WF_HANDOFF_H

#include "wf_pipe.h"

struct wf_handoff; /* one ring */

struct wf_handoff *wf_handoff_new(void);
void wf_handoff_free(struct wf_handoff *r);

/* Sender: hands over those n <= WF_BURST packets of one direction, and who they are, whose numbers
 * which[] has; those for which there is no room end as handoff_full. All have been received by this
 * worker and not been counted. */
void wf_handoff_put(struct wf_handoff *r, struct wf_pipe *p, const struct wf_stats *stats,
	uint32_t dir, const struct wf_rx *rx, const struct wf_identity *const *who,
	const uint8_t *which, uint32_t n);

/* Receiver: up to WF_BURST packets of one direction, and, until the next call, who they are. Counts
 * them in, after turning the banks when they come from a later epoch. Returns how many. */
uint32_t wf_handoff_take(struct wf_handoff *r, struct wf_pipe *p, const struct wf_stats *stats,
	wf_ns_t now_ns, uint32_t *dir, struct wf_rx rx[WF_BURST],
	const struct wf_identity *who[WF_BURST]);

bool wf_handoff_empty(const struct wf_handoff *r);

#endif
