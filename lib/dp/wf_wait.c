/* SPDX-License-Identifier: BSD-3-Clause
 * Packets that have waited to be received: after a stall, or in a queue that never runs empty.
 * Worker threads.
 */
#include "wf_wait.h"

wf_ns_t
wf_wait_long(struct wf_wait *w, wf_ns_t poll_ns, wf_ns_t now_ns, uint32_t n)
{
	wf_ns_t waited_ns = now_ns - w->since_ns;

	if (w->slots == 0) {
		w->since_ns = poll_ns;
		return 0;
	}
	if (w->mark_ns <= w->since_ns) {
		w->mark_ns = poll_ns;
		w->taken = 0;
	}
	w->taken += n;
	/* What stood in the queue at the mark has gone, whatever else has come. */
	if (w->taken >= w->slots)
		w->since_ns = w->mark_ns;
	return waited_ns;
}
