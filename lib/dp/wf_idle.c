/* SPDX-License-Identifier: BSD-3-Clause
 * What a worker does when it has nothing to do. Worker threads.
 */
#include "wf_idle.h"

#define ALLOW_EXPERIMENTAL_API /* rte_power_pause */

#include <rte_cpuflags.h>
#include <rte_pause.h>
#include <rte_power_intrinsics.h>
#include <sched.h>
#include <sys/prctl.h>
#include <time.h>

/* Turns before pauses grow, and the longest: what it adds to the time of an arrival. */
#define PAUSE_TURNS    16
#define PAUSE_FIRST_NS 64
#define PAUSE_MOST_NS  (2 * WF_NS_PER_US)
/* Leaving umwait and going round the loop. */
#define PAUSE_MARGIN_NS 300

/* A worker that has just worked is soon to work again. */
#define SLEEP_AFTER_NS (50 * WF_NS_PER_US)
#define SLEEP_MOST_NS  (100 * WF_NS_PER_US)
/* Kernels wake a thread up 25 to 75 us late; what is due sooner is waited for awake. */
#define SLEEP_MARGIN_NS (100 * WF_NS_PER_US)
/* Shorter ones are not worth the two ways through the scheduler. */
#define SLEEP_LEAST_NS (20 * WF_NS_PER_US)

void
wf_idle_init(struct wf_idle *idle, enum wf_idle_kind kind, bool yields)
{
	struct rte_cpu_intrinsics cpu = { 0 };

	rte_cpu_get_intrinsics_support(&cpu);
	*idle = (struct wf_idle){ .kind = kind, .yields = yields, .umwait = cpu.power_pause };
}

/* Timers of the kernel are put off by 50 us, so that several end together, unless asked not to. */
void
wf_idle_begin(struct wf_idle *idle)
{
	if (idle->kind == WF_IDLE_sleep)
		prctl(PR_SET_TIMERSLACK, 1ul, 0, 0, 0);
}

static struct wf_idle_rest
rest_pause(const struct wf_idle *idle, wf_ns_t left_ns)
{
	uint32_t grown = idle->turns > PAUSE_TURNS ? idle->turns - PAUSE_TURNS : 0;
	wf_ns_t ns = grown > 4 ? PAUSE_MOST_NS : (wf_ns_t)PAUSE_FIRST_NS << grown;

	if (grown == 0 || left_ns <= PAUSE_MARGIN_NS + PAUSE_FIRST_NS)
		return (struct wf_idle_rest){ WF_IDLE_RELAX, 0 };
	left_ns -= PAUSE_MARGIN_NS;
	return (struct wf_idle_rest){ WF_IDLE_PAUSE, ns < left_ns ? ns : left_ns };
}

static struct wf_idle_rest
rest_sleep(const struct wf_idle *idle, wf_ns_t now_ns, wf_ns_t left_ns)
{
	wf_ns_t ns;

	if (now_ns - idle->since_ns < SLEEP_AFTER_NS || left_ns < SLEEP_MARGIN_NS + SLEEP_LEAST_NS)
		return (struct wf_idle_rest){ WF_IDLE_RELAX, 0 };
	ns = left_ns - SLEEP_MARGIN_NS;
	return (struct wf_idle_rest){ WF_IDLE_NAP, ns < SLEEP_MOST_NS ? ns : SLEEP_MOST_NS };
}

struct wf_idle_rest
wf_idle_rest(struct wf_idle *idle, wf_ns_t now_ns, wf_ns_t next_ns)
{
	wf_ns_t left_ns = next_ns > now_ns ? next_ns - now_ns : 0;

	if (idle->turns++ == 0)
		idle->since_ns = now_ns;
	if (idle->kind == WF_IDLE_pause)
		return rest_pause(idle, left_ns);
	if (idle->kind == WF_IDLE_sleep)
		return rest_sleep(idle, now_ns, left_ns);
	return (struct wf_idle_rest){ WF_IDLE_RELAX, 0 };
}

static void
pause_for(const struct wf_idle *idle, wf_ns_t ns, const struct wf_clock *clock)
{
	uint64_t start = wf_clock_cycles();
	uint64_t end = start + (uint64_t)(((unsigned __int128)ns << 32) / clock->mult);

	if (idle->umwait) {
		rte_power_pause(end);
		return;
	}
	do
		rte_pause();
	while (wf_clock_cycles() < end);
}

void
wf_idle_do(
	const struct wf_idle *idle, const struct wf_idle_rest *rest, const struct wf_clock *clock)
{
	const struct timespec nap = { .tv_nsec = (long)rest->ns };

	if (rest->how == WF_IDLE_NAP)
		clock_nanosleep(CLOCK_MONOTONIC, 0, &nap, NULL);
	else if (idle->yields)
		sched_yield();
	else if (rest->how == WF_IDLE_PAUSE)
		pause_for(idle, rest->ns, clock);
	else
		rte_pause();
}
