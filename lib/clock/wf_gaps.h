/* SPDX-License-Identifier: BSD-3-Clause
 * How often, and for how long, a core is taken away from a program that never sleeps: what bounds
 * the release error of a poll-mode worker there. One thread, on the core in question.
 */
#ifndef WF_GAPS_H
#define WF_GAPS_H

#include "wf_clock.h"

/* Shorter ones are the loop itself. */
#define WF_GAPS_LEAST_NS 1000
#define WF_GAPS_MAX      65536 /* gaps; a measurement that sees more of them ends there */

struct wf_gaps {
	wf_ns_t lasted_ns; /* the whole measurement */
	wf_ns_t longest_ns;
	uint32_t n;
	uint32_t gap_ns[WF_GAPS_MAX]; /* each longer than WF_GAPS_LEAST_NS; at most 4.29 s */
};

/* Takes a gap between two looks at the clock, if it is long enough. false: no room for more. */
bool wf_gaps_add(struct wf_gaps *g, wf_ns_t gap_ns);
/* Looks at the clock for so long. */
void wf_gaps_measure(struct wf_gaps *g, const struct wf_clock *clock, wf_ns_t for_ns);
/* What is due at any instant waits for the end of the gap that it falls into: the quantile q (0..1)
 * of that wait, over all instants of the measurement. */
wf_ns_t wf_gaps_wait_ns(const struct wf_gaps *g, double q);
/* How many are longer than that. */
uint32_t wf_gaps_above(const struct wf_gaps *g, wf_ns_t ns);

#endif
