/* SPDX-License-Identifier: BSD-3-Clause
 * How long a packet may have waited to be received, on a port whose frames carry no stamp. Nobody
 * knows when it came, but it came after its queue was last seen empty: it has waited at most since
 * then. Waits of an ordinary turn of the loop are left out. One worker's own, a receive queue each.
 */
#ifndef WF_WAIT_H
#define WF_WAIT_H

#include "wf_batch.h"
#include "wf_pipe.h"

/* More than a turn that sends and receives full bursts takes; what packets wait is counted only
 * from there on, so that undisturbed runs are what they are. */
#define WF_WAIT_NS (200 * WF_NS_PER_US)

struct wf_wait {
	wf_ns_t since_ns; /* no frame that is still in the queue came earlier; at first: when the
			     worker began to poll */
	wf_ns_t mark_ns;  /* nor will any from then be, when ... */
	uint32_t taken;   /* ... so many have been taken since as ... */
	uint32_t slots;   /* ... can wait in it at a time; 0: it makes frames when asked for them */
};

/* Slow path of wf_wait_burst. Pure, as that. */
wf_ns_t wf_wait_long(struct wf_wait *w, wf_ns_t poll_ns, wf_ns_t now_ns, uint32_t n);

/* n frames have been taken at now_ns by a poll that began at poll_ns or later: how long may they
 * have waited? An upper bound; 0: not worth mentioning. */
static inline wf_ns_t
wf_wait_burst(struct wf_wait *w, wf_ns_t poll_ns, wf_ns_t now_ns, uint32_t n)
{
	wf_ns_t waited_ns = 0;

	if (WF_UNLIKELY(now_ns - w->since_ns > WF_WAIT_NS))
		waited_ns = wf_wait_long(w, poll_ns, now_ns, n);
	if (n < WF_BURST) /* there was no more */
		w->since_ns = poll_ns;
	return waited_ns;
}

/* Packets that have waited carry it, whatever becomes of them, to their release: a flag and a field
 * of their mbufs, which copies have, too. */
struct wf_waited {
	uint64_t flag; /* of ol_flags */
	int at;        /* the field's offset */
};

/* Reserves flag and field; more than once is as good. After EAL's start. 0 or -errno. */
int wf_waited_init(struct wf_waited *d);
void wf_waited_mark(
	const struct wf_waited *d, const struct wf_rx *rx, uint32_t n, wf_ns_t waited_ns);
/* Is any of them marked? */
bool wf_waited_any(const struct wf_waited *d, const struct wf_rx *rx, uint32_t n);
/* They are about to be released: those that have waited came, and were due, so much earlier. Takes
 * the marks away. */
void wf_waited_release(const struct wf_waited *d, struct wf_held *h, uint32_t n);

#endif
