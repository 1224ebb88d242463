/* SPDX-License-Identifier: BSD-3-Clause
 * When packets come that don't come evenly.
 */
#include "wf_pace.h"

#include <errno.h>
#include <stdlib.h>

#include "wf_maths.h"

#define ONE (1ull << 32)

static uint64_t
divisor(uint64_t a, uint64_t b)
{
	while (b != 0) {
		uint64_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

int
wf_pace_init(struct wf_pace *p, bool poisson, wf_ns_t on_ns, wf_ns_t off_ns, uint64_t from_rate,
	uint64_t to_rate, wf_ns_t ramp_ns)
{
	*p = (struct wf_pace){ .on_ns = on_ns, .off_ns = off_ns };
	if (ramp_ns != 0) {
		uint64_t d = divisor(from_rate, to_rate);

		p->from_rate = from_rate / d;
		p->to_rate = to_rate / d;
		p->ramp_ns = ramp_ns;
	}
	if (!poisson)
		return 0;
	p->ln = malloc((WF_PACE_STEPS + 1) * sizeof(*p->ln));
	if (p->ln == NULL)
		return -ENOMEM;
	for (uint32_t i = 0; i <= WF_PACE_STEPS; i++)
		p->ln[i] = (uint64_t)(-wf_ln(0.5 + 0.5 * i / WF_PACE_STEPS) * ONE + 0.5);
	return 0;
}

void
wf_pace_fini(struct wf_pace *p)
{
	free(p->ln);
	p->ln = NULL;
}

/* U = m * 2^-zeros with m from 1/2 on; the table has -ln m, and a straight line between its steps
 * is within 2^-23 of it. */
uint64_t
wf_pace_exponential(const struct wf_pace *p, uint64_t draw)
{
	uint32_t zeros, step;
	uint64_t part;

	draw |= 1;
	zeros = (uint32_t)__builtin_clzll(draw);
	draw = draw << zeros << 1; /* m without its first bit */
	step = (uint32_t)(draw >> 54);
	part = draw << 10 >> 32;
	return zeros * p->ln[0] + p->ln[step] - ((p->ln[step] - p->ln[step + 1]) * part >> 32);
}

static wf_ns_t
climb(const struct wf_pace *p, wf_ns_t tau_ns)
{
	unsigned __int128 sent = (unsigned __int128)2 * p->from_rate * tau_ns;
	unsigned __int128 whole = (unsigned __int128)p->ramp_ns * (p->from_rate + p->to_rate);
	wf_ns_t low = 0, high = p->ramp_ns;
	__int128 bend = (__int128)p->to_rate - (__int128)p->from_rate;

	if (sent >= whole)
		return p->ramp_ns +
		       (wf_ns_t)((sent - whole + 2 * p->to_rate - 1) / (2 * p->to_rate));
	while (low < high) { /* the first ns by which that much has been sent */
		wf_ns_t t = low + (high - low) / 2;
		__int128 by_t = (__int128)2 * p->ramp_ns * p->from_rate * t + bend * t * t;

		if (by_t >= (__int128)(sent * p->ramp_ns))
			high = t;
		else
			low = t + 1;
	}
	return low;
}

wf_ns_t
wf_pace_bend(const struct wf_pace *p, wf_ns_t tau_ns)
{
	if (p->from_rate != 0)
		return climb(p, tau_ns);
	return p->on_ns != 0 ? tau_ns + tau_ns / p->on_ns * p->off_ns : tau_ns;
}
