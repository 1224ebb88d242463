/* SPDX-License-Identifier: BSD-3-Clause
 * Uniform numbers that take after the one before, by a Gaussian copula: a stationary normal
 *sequence of correlation rho from one to the next, each sent through the normal's distribution
 *function.
 *
 *	z_n = rho z_{n-1} + sqrt(1 - rho^2) e_n	u_n = Phi(z_n)
 *
 * Every u_n is uniform, whatever rho is, so a law drawn at u_n is that law exactly; the rank
 * correlation (Spearman's) over k steps is 6/pi asin(rho^k / 2). (netem mixes uniform numbers
 * instead, after which they are no longer uniform.) By time instead of by packet rho = 2^(-dt / T)
 * with the half-life T: an Ornstein-Uhlenbeck process looked at when packets come, the same however
 * often it is looked at.
 *
 * IEEE arithmetic by + - * and sqrt only, and tables made by the same: the same values on every
 * machine. Pure after wf_copula_init.
 */
#ifndef WF_COPULA_H
#define WF_COPULA_H

#include "wf_quantile.h"

#define WF_COPULA_STEPS 512 /* of the table, for z to grow by 1 */
#define WF_COPULA_MAX   8   /* |z| held below it: a tail of 6e-16 */
#define WF_COPULA_ROWS  (WF_COPULA_MAX * WF_COPULA_STEPS + 1)

/* 2^64 times the upper tail's probability at i / WF_COPULA_STEPS; [0] is 2^63. */
extern uint64_t wf_copula_tail[WF_COPULA_ROWS];

/* Fills the tables the first time, wf_normal_init's too; from one thread, before any draw. */
void wf_copula_init(void);

struct wf_copula {
	double rho, rest; /* by packet: rest = sqrt(1 - rho^2) */
	double per_ns;    /* by time: ln 2 / T; else 0 */
};

struct wf_copula wf_copula_by_packet(double rho);
struct wf_copula wf_copula_by_time(wf_ns_t half_life_ns);

/* Phi(z) * 2^64, within 2^64 - 1. */
static inline uint64_t
wf_copula_phi(double z)
{
	double x = (z < 0 ? -z : z) * WF_COPULA_STEPS;
	uint32_t row = x < WF_COPULA_ROWS - 1 ? (uint32_t)x : WF_COPULA_ROWS - 2;
	double fraction = x < WF_COPULA_ROWS - 1 ? x - row : 1;
	uint64_t drop = wf_copula_tail[row] - wf_copula_tail[row + 1];
	uint64_t tail = wf_copula_tail[row] - (uint64_t)(fraction * (double)drop);

	return z < 0 ? tail : 0 - tail;
}

/* rho of dt, and sqrt(1 - rho^2) without loss where rho is almost 1. */
void wf_copula_after(const struct wf_copula *c, wf_ns_t dt_ns, double *rho, double *rest);

/* The next number; *z is the state, `fresh` with the first of a sequence. dt_ns since the one
 * before is for sequences by time. */
static inline uint64_t
wf_copula_next(const struct wf_copula *c, double *z, bool fresh, wf_ns_t dt_ns, uint64_t draw)
{
	double e = (double)wf_normal_quantile(draw) * (1.0 / (1 << WF_NORMAL_SHIFT));
	double rho = c->rho, rest = c->rest;

	if (c->per_ns > 0)
		wf_copula_after(c, dt_ns, &rho, &rest);
	*z = fresh ? e : rho * *z + rest * e;
	return wf_copula_phi(*z);
}

#endif
