/* SPDX-License-Identifier: BSD-3-Clause
 * When packets come that don't come evenly. An even schedule, or one of Poisson's, runs on a time
 * of its own; that time is bent: it stands still between bursts, or runs faster and faster. As the
 * bend is a function of time alone, nothing adds up, and every packet has its exact nanosecond.
 *
 * Poisson: gaps are the even ones times -ln U. On and off: t = tau + floor(tau / on) * off. Ramp
 * from rate r to q within T: what has been sent by t is the integral of the rate, so
 *
 *	r tau = r t + (q - r) t^2 / 2T	up to T,	r tau = T (r + q) / 2 + q (t - T) from
 *there.
 *
 * Worker threads; no floating point.
 */
#ifndef WF_PACE_H
#define WF_PACE_H

#include "wf_types.h"

#define WF_PACE_STEPS 1024 /* of the logarithm's table */

struct wf_pace {
	uint64_t *ln;          /* [WF_PACE_STEPS + 1], 2^-32; NULL: packets come evenly */
	wf_ns_t on_ns, off_ns; /* on_ns 0: always on */
	uint64_t from_rate;    /* of the ramp, in its smallest terms; 0: there is none */
	uint64_t to_rate;
	wf_ns_t ramp_ns;
};

/* The greatest common divisor of the rates is taken out of them. 0 or -ENOMEM. */
int wf_pace_init(struct wf_pace *p, bool poisson, wf_ns_t on_ns, wf_ns_t off_ns, uint64_t from_rate,
	uint64_t to_rate, wf_ns_t ramp_ns);
void wf_pace_fini(struct wf_pace *p);

/* Is there anything to do? */
static inline bool
wf_pace_any(const struct wf_pace *p)
{
	return p->ln != NULL || p->on_ns != 0 || p->from_rate != 0;
}

/* -ln of a uniform draw from (0, 1], in 2^-32. */
uint64_t wf_pace_exponential(const struct wf_pace *p, uint64_t draw);
/* The time at which it is tau by the schedule's own. */
wf_ns_t wf_pace_bend(const struct wf_pace *p, wf_ns_t tau_ns);

#endif
