/* SPDX-License-Identifier: BSD-3-Clause
 * A choice made for each packet with probability p, that may take after the one before. Worker
 * threads.
 *
 * Choices are a chain of two states whose share of "yes" is exactly p and whose correlation over k
 * packets is exactly rho^k:
 *	P(yes | yes) = p + rho (1 - p)	P(yes | no) = p (1 - rho)
 * so runs of "yes" have the mean 1 / ((1 - rho)(1 - p)). The first packet is drawn with p. (netem
 * mixes uniform numbers instead, after which they are no longer uniform: its share is not p.)
 */
#ifndef WF_CHOOSE_H
#define WF_CHOOSE_H

#include "wf_rng.h"

struct wf_choice {
	uint64_t first, after_no, after_yes; /* thresholds; equal without correlation */
};

enum wf_chosen { WF_CHOSEN_NOTHING, WF_CHOSEN_NO, WF_CHOSEN_YES }; /* state: the last choice */

static inline struct wf_choice
wf_choice(double p, double rho)
{
	return (struct wf_choice){ wf_rng_threshold(p), wf_rng_threshold(p - p * rho),
		wf_rng_threshold(p + rho * (1 - p)) };
}

static inline bool
wf_choose(const struct wf_choice *c, uint64_t *last, uint64_t draw)
{
	uint64_t threshold = *last == WF_CHOSEN_YES  ? c->after_yes
			     : *last == WF_CHOSEN_NO ? c->after_no
						     : c->first;
	bool yes = wf_rng_below(draw, threshold);

	*last = yes ? WF_CHOSEN_YES : WF_CHOSEN_NO;
	return yes;
}

#endif
