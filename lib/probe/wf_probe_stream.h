/* SPDX-License-Identifier: BSD-3-Clause
 * The receiver of one stream of probes: a window over its sequence numbers. A number leaves the
 * window when one comes that is `window` higher; whether it was lost is decided then, in order of
 * the numbers, and so runs of losses and differences between neighbours are exact. What comes
 * later than that is late. One thread.
 */
#ifndef WF_PROBE_STREAM_H
#define WF_PROBE_STREAM_H

#include "wf_probe_totals.h"

/* A number in the window. */
struct wf_probe_slot {
	wf_ns_t rx_ns;
	int64_t delay_ns;
	uint64_t arrival; /* 0: it has not come; else its place among the arrivals << 1, and 1 if no
			     higher number had come before */
};

struct wf_probe_stream {
	struct wf_probe_slot *slot; /* [mask + 1], the caller's, all 0 */
	uint32_t mask;
	uint64_t base; /* first number of the window */
	uint64_t next; /* one more than the highest that came */
	uint64_t arrivals;
	uint32_t recent[WF_PROBE_PRECEDED]; /* numbers that came last, by their place */

	/* Of what left the window last: */
	bool was_received; /* its delay is known */
	int64_t was_delay_ns;
	uint64_t run;      /* losses in a row up to it */
	uint64_t loss_end; /* one more than the last loss; 0: none yet */

	bool begun; /* RFC 3550's sum has a packet to compare with */
	int64_t transit_ns;
	int64_t jitter_16; /* times 16 */
	uint64_t in_order; /* since the last that was not */

	struct wf_hist *delay, *ipdv; /* of all streams of a receiver; ipdv: |difference| */
	struct wf_probe_totals t;
};

/* `window`: a power of two. */
void wf_probe_stream_init(struct wf_probe_stream *s, struct wf_probe_slot *slot, uint32_t window,
	struct wf_hist *delay, struct wf_hist *ipdv);
/* A probe came. */
void wf_probe_stream_take(
	struct wf_probe_stream *s, uint32_t sequence, wf_ns_t sent_ns, wf_ns_t rx_ns);
/* No more will come, and so many had been sent. s->t is complete from here. */
void wf_probe_stream_end(struct wf_probe_stream *s, uint64_t sent);

#endif
