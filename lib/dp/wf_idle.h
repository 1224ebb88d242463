/* SPDX-License-Identifier: BSD-3-Clause
 * What a worker does between two turns when the last one had nothing to do: the key `idle`. One
 * worker's own.
 *
 *   spin   one pause instruction: as soon as anything comes, it is seen
 *   pause  pauses that grow to PAUSE_MOST_NS, by umwait where the CPU has it: a core that runs
 *          cooler, and leaves more to its sibling thread
 *   sleep  sleeps of SLEEP_MOST_NS: a core that others can use
 *
 * None of them lasts past the next packet that is due.
 */
#ifndef WF_IDLE_H
#define WF_IDLE_H

#include "wf_clock.h"
#include "wf_conf.h"

struct wf_idle {
	/* Constant. */
	enum wf_idle_kind kind;
	bool yields; /* another thread of ours needs this core */
	bool umwait; /* the CPU has it */

	uint32_t turns;   /* without work, in a row */
	wf_ns_t since_ns; /* the first of them */
};

/* How to rest, and how long. */
enum wf_idle_how { WF_IDLE_RELAX, WF_IDLE_PAUSE, WF_IDLE_NAP };
struct wf_idle_rest {
	enum wf_idle_how how;
	wf_ns_t ns; /* of WF_IDLE_PAUSE and WF_IDLE_NAP */
};

/* Control: before the worker starts, after EAL. */
void wf_idle_init(struct wf_idle *idle, enum wf_idle_kind kind, bool yields);
/* In the worker's thread, before its first turn. */
void wf_idle_begin(struct wf_idle *idle);

static inline void
wf_idle_busy(struct wf_idle *idle)
{
	idle->turns = 0;
}

/* A turn without work ended at now_ns; next_ns: when something is due, UINT64_MAX: nothing is.
 * Pure.
 */
struct wf_idle_rest wf_idle_rest(struct wf_idle *idle, wf_ns_t now_ns, wf_ns_t next_ns);
/* Rests so. */
void wf_idle_do(
	const struct wf_idle *idle, const struct wf_idle_rest *rest, const struct wf_clock *clock);

#endif
