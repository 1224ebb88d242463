/* SPDX-License-Identifier: BSD-3-Clause
 * Live time: the TSC as nanoseconds since the start. (The virtual clock needs no code: time is an
 * argument everywhere.) Read by any thread, written once.
 */
#ifndef WF_CLOCK_H
#define WF_CLOCK_H

#include <x86intrin.h>

#include "wf_types.h"

struct wf_clock {
	uint64_t start_cycles;
	uint64_t mult; /* ns = cycles * mult >> 32 */
	double hz;
	wf_ns_t start_realtime_ns; /* CLOCK_REALTIME at the start */
};

static inline uint64_t
wf_clock_cycles(void)
{
	return __rdtsc();
}

/* Measures the TSC against CLOCK_MONOTONIC_RAW for about 20 ms. 0, or -ENOTSUP where the TSC is
 * not constant and non-stop. */
int wf_clock_init(struct wf_clock *c);

static inline wf_ns_t
wf_clock_ns_at(const struct wf_clock *c, uint64_t cycles)
{
	return (wf_ns_t)(((unsigned __int128)(cycles - c->start_cycles) * c->mult) >> 32);
}

static inline wf_ns_t
wf_clock_ns(const struct wf_clock *c)
{
	return wf_clock_ns_at(c, wf_clock_cycles());
}

#endif
