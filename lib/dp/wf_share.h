/* SPDX-License-Identifier: BSD-3-Clause
 * What a worker that has others beside it does with packets that it has received: it keeps what is
 * its own, or nobody's, and hands the rest over to whom it belongs. Worker threads.
 */
#ifndef WF_SHARE_H
#define WF_SHARE_H

#include "wf_handoff.h"

struct wf_share {
	struct wf_pipe *pipe;
	const struct wf_stats *stats;
	struct wf_handoff **out; /* [n_workers], NULL at its own place: to each other worker */
	uint32_t index, n_workers;
};

/* n <= WF_BURST packets of one direction, none of which has been counted. What is kept stands at
 * the front afterwards, in order. Returns how many; *known: and who[i] is who rx[i] is, until the
 * next call. */
uint32_t wf_share_out(const struct wf_share *s, const struct wf_plan *newest, uint32_t dir,
	struct wf_rx *rx, const struct wf_identity **who, uint32_t n, bool *known);

#endif
