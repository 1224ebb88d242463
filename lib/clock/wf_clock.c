/* SPDX-License-Identifier: BSD-3-Clause
 * Measures the TSC against CLOCK_MONOTONIC_RAW, once, so that reading the time is one instruction
 * and one multiplication. Control thread, before any worker runs.
 */
#include "wf_clock.h"

#include <cpuid.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define CALIBRATE_NS (20 * WF_NS_PER_MS)
#define TRIES        16 /* pairs of readings of which the tightest counts */

/* A reading of both clocks at nearly the same instant. */
struct pair {
	uint64_t cycles;
	uint64_t ns;
};

static uint64_t
timespec_ns(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (uint64_t)ts.tv_sec * WF_NS_PER_S + (uint64_t)ts.tv_nsec;
}

/* The tightest of some readings: the kernel's clock is read between two readings of the TSC, and an
 * interrupt in between makes the gap wide. */
static struct pair
read_pair(clockid_t id)
{
	struct pair best = { 0, 0 };
	uint64_t best_gap = UINT64_MAX;

	for (int i = 0; i < TRIES; i++) {
		uint64_t before = wf_clock_cycles();
		uint64_t ns = timespec_ns(id);
		uint64_t after = wf_clock_cycles();

		if (after - before < best_gap) {
			best_gap = after - before;
			best.cycles = before + best_gap / 2;
			best.ns = ns;
		}
	}
	return best;
}

/* Invariant TSC: runs at one rate in every power state (Intel SDM 18.17.1, AMD APM 13.2.4). */
static bool
cpu_says_invariant(void)
{
	unsigned a, b, c, d;

	return __get_cpuid(0x80000007, &a, &b, &c, &d) && (d & (1u << 8));
}

/* A hypervisor may hide the bit although the kernel found the TSC good enough to keep time by. */
static bool
kernel_uses_tsc(void)
{
	char name[32] = "";
	FILE *f = fopen("/sys/devices/system/clocksource/clocksource0/current_clocksource", "re");

	if (!f)
		return false;
	if (!fgets(name, sizeof(name), f))
		name[0] = '\0';
	fclose(f);
	return strcmp(name, "tsc\n") == 0;
}

int
wf_clock_init(struct wf_clock *c)
{
	struct pair start, end;

	if (!cpu_says_invariant() && !kernel_uses_tsc())
		return -ENOTSUP;
	start = read_pair(CLOCK_MONOTONIC_RAW);
	/* Spinning, not sleeping: a core that sleeps may leave its caches and widen the readings.
	 */
	while (timespec_ns(CLOCK_MONOTONIC_RAW) - start.ns < CALIBRATE_NS)
		_mm_pause();
	end = read_pair(CLOCK_MONOTONIC_RAW);

	c->hz = (double)(end.cycles - start.cycles) * 1e9 / (double)(end.ns - start.ns);
	c->mult = (uint64_t)(0x1p32 * 1e9 / c->hz);
	start = read_pair(CLOCK_REALTIME);
	c->start_cycles = start.cycles;
	c->start_realtime_ns = start.ns;
	return 0;
}
