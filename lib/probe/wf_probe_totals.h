/* SPDX-License-Identifier: BSD-3-Clause
 * What became of probes, of one stream or of many. All of it adds up, but for the smallest and
 * largest values. Plain data.
 *
 * Of a packet only its first copy counts, but for `duplicated`. Delays, and what follows from them,
 * are of packets that were not late.
 */
#ifndef WF_PROBE_TOTALS_H
#define WF_PROBE_TOTALS_H

#include "wf_hist.h"

/* More packets in a row, or more preceding ones, count as so many. */
#define WF_PROBE_RUNS     16
#define WF_PROBE_PRECEDED 8
/* RFC 3357: a loss is noticeable when the one before was at most so many packets earlier. */
#define WF_PROBE_DELTA 99

/* How many, of how much in all, and the largest. */
struct wf_probe_sum {
	uint64_t n, sum, max;
};

static inline void
wf_probe_sum_add(struct wf_probe_sum *s, uint64_t v)
{
	s->n++;
	s->sum += v;
	s->max = v > s->max ? v : s->max;
}

struct wf_probe_totals {
	uint64_t sent;       /* by the sender's own word */
	uint64_t received;   /* first copies within the window */
	uint64_t lost;       /* sent, and not received */
	uint64_t late;       /* came when the window had passed them: counted as lost, too */
	uint64_t duplicated; /* further copies within the window */
	uint64_t unsent;     /* numbers beyond what was sent: damaged on the way */

	/* RFC 4737, section 4: packets that came after one with a higher number. */
	uint64_t reordered;
	struct wf_probe_sum extent;  /* 4.2: places from the first packet that should have been
					behind */
	struct wf_probe_sum late_ns; /* 4.3: time since that packet came */
	/* 5.4: [n]: reordered ones with exactly n packets of higher numbers right before them; the
	 * last: n or more. */
	uint64_t preceded[WF_PROBE_PRECEDED + 1];
	struct wf_probe_sum free_run; /* 4.5: packets in order between two that are not */

	/* RFC 3357. */
	struct wf_probe_sum loss_run;        /* losses in a row */
	uint64_t runs_of[WF_PROBE_RUNS + 1]; /* [n]: loss runs of n packets; the last: n or more */
	struct wf_probe_sum loss_distance;   /* from one loss to the next, in packets */
	uint64_t noticeable;                 /* losses at most WF_PROBE_DELTA behind another */

	/* RFC 3393 for a packet and the one sent right before it: ns of difference in delay. */
	struct wf_probe_sum ipdv_up, ipdv_down; /* it grew, or not; down includes 0 */

	/* RFC 3550, 6.4.1, at the end: of a stream; added up, of all. */
	uint64_t jitter_ns, jitter_streams;
};

void wf_probe_totals_add(struct wf_probe_totals *to, const struct wf_probe_totals *from);

#endif
