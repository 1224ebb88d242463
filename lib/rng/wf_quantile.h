/* SPDX-License-Identifier: BSD-3-Clause
 * The standard normal's inverse distribution function as a table, for drawing without libm,
 * floating point or division: the same value on every machine. Pure after wf_normal_init.
 *
 * The grid is log-linear in the tail probability v = min(u, 1-u): each octave of v has 128 steps,
 * linear in between. The relative error of the tail probability is below 1e-5 everywhere down to
 * v = 2^-51 (|z| = 8.04), past which the value stays.
 */
#ifndef WF_QUANTILE_H
#define WF_QUANTILE_H

#include "wf_types.h"

#define WF_QUANTILE_SUB_BITS 7
#define WF_QUANTILE_OCTAVES  50
#define WF_QUANTILE_ROWS     ((WF_QUANTILE_OCTAVES << WF_QUANTILE_SUB_BITS) + 1)
#define WF_NORMAL_SHIFT      28 /* table values are z * 2^28 */

/* |z| * 2^28 at the grid's points, v falling from 1/2: [0] is 0. Written by wf_normal_init. */
extern int64_t wf_normal_table[WF_QUANTILE_ROWS];

/* Fills the table the first time; call before any draw, from one thread. Wichura, algorithm AS 241
 * (Applied Statistics 37, 1988), with a logarithm of our own: + - * / and sqrt only. */
void wf_normal_init(void);

/* Phi^-1(u / 2^64) * 2^28. */
static inline int64_t
wf_normal_quantile(uint64_t u)
{
	const uint64_t last = 1ull << (63 - WF_QUANTILE_OCTAVES); /* where the table ends */
	uint64_t upper = u >> 63;                                 /* 1: u >= 1/2 */
	uint64_t v = upper ? ~u : u; /* tail probability * 2^64, below 2^63 */
	uint32_t lead, row;
	uint64_t fraction;
	int64_t z;

	v = v < last ? last : v;
	lead = (uint32_t)__builtin_clzll(v) - 1; /* octave: v in [2^-lead-2, 2^-lead-1) */
	v <<= lead + 2;                          /* its leading 1 falls off: place in the octave */
	row = (lead << WF_QUANTILE_SUB_BITS) + ((uint32_t)(~v >> (64 - WF_QUANTILE_SUB_BITS)));
	fraction = (~v << WF_QUANTILE_SUB_BITS) >> 32; /* of a step, from this row to the next */
	z = wf_normal_table[row] +
	    (int64_t)(((uint64_t)(wf_normal_table[row + 1] - wf_normal_table[row]) * fraction) >>
		      32);
	return upper ? z : -z;
}

/* Smallest u with mean + sd * quantile(u) >= 0, for distributions cut at zero. */
uint64_t wf_normal_zero(wf_ns_t mean_ns, wf_ns_t stddev_ns);

/* mean + sd * quantile(u), which may be negative. mean, sd below 2^45 ns. */
static inline int64_t
wf_normal_draw(uint64_t u, wf_ns_t mean_ns, wf_ns_t stddev_ns)
{
	__int128 scaled = (__int128)wf_normal_quantile(u) * (int64_t)stddev_ns;

	return (int64_t)mean_ns + (int64_t)(scaled >> WF_NORMAL_SHIFT);
}

/* The exact quantile in double, for tables and predictions: 0 < p < 1. */
double wf_normal_inverse(double p);

#endif
