/* SPDX-License-Identifier: BSD-3-Clause
 * The copula's tables and its decay in time.
 */
#include "wf_copula.h"

#include <math.h>

#include "wf_maths.h"

#define LN2 0.693147180559945309417232121458

uint64_t wf_copula_tail[WF_COPULA_ROWS];

/* Q(z) = Q(1/2, z^2 / 2) / 2, with the incomplete gamma function (Abramowitz and Stegun 26.4.19).
 */
void
wf_copula_init(void)
{
	if (wf_copula_tail[0] != 0)
		return;
	wf_normal_init();
	for (uint32_t i = WF_COPULA_ROWS - 1; i > 0; i--) {
		double z = (double)i / WF_COPULA_STEPS;

		wf_copula_tail[i] = (uint64_t)(0x1p63 * wf_exp(wf_ln_gamma_q(0.5, z * z / 2)));
	}
	wf_copula_tail[0] = 1ull << 63;
}

struct wf_copula
wf_copula_by_packet(double rho)
{
	return (struct wf_copula){ .rho = rho, .rest = sqrt(1 - rho * rho) };
}

struct wf_copula
wf_copula_by_time(wf_ns_t half_life_ns)
{
	return (struct wf_copula){ .per_ns = LN2 / (double)half_life_ns };
}

/* 1 - e^-y for 0 <= y < ln 2: the series, whose terms shrink fast there. */
static double
lost_of(double y)
{
	double sum = 0;

	for (int k = 16; k > 0; k--)
		sum = (1 - sum) * y * (1.0 / k);
	return sum;
}

void
wf_copula_after(const struct wf_copula *c, wf_ns_t dt_ns, double *rho, double *rest)
{
	double y = (double)dt_ns * c->per_ns, half = 1, lost;

	if (y >= 60 * LN2) { /* forgotten */
		*rho = 0;
		*rest = 1;
		return;
	}
	for (; y >= LN2; y -= LN2)
		half *= 0.5;
	lost = lost_of(y);
	*rho = half * (1 - lost);
	*rest = half < 1 ? sqrt(1 - *rho * *rho) : sqrt(lost * (2 - lost));
}
