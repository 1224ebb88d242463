/* SPDX-License-Identifier: BSD-3-Clause
 * A device's clock in terms of ours: two readings of both make a straight line. Pure.
 */
#ifndef WF_DEVCLOCK_H
#define WF_DEVCLOCK_H

#include "wf_types.h"

/* Both clocks at one instant, as well as it can be said: `within_ns` apart at most. */
struct wf_devclock_pair {
	uint64_t ticks; /* the device's */
	wf_ns_t ns;     /* ours */
	wf_ns_t within_ns;
};

struct wf_devclock {
	uint64_t ticks; /* at ... */
	wf_ns_t ns;
	uint64_t ns_per_tick; /* times 2^32 */
};

/* Reads the device's clock between two readings of ours, some times over, and takes the tightest.
 * 0 or what `read` says. */
int wf_devclock_read(int (*read)(void *ctx, uint64_t *ticks), void *ctx,
	wf_ns_t (*now)(const void *clock), const void *clock, struct wf_devclock_pair *out);

/* The line through both. -ERANGE: time did not go on, or at a pace that no clock has (outside of 1
 * MHz to 10 GHz), or they are too near each other for what is known of them. */
int wf_devclock_init(struct wf_devclock *c, const struct wf_devclock_pair *first,
	const struct wf_devclock_pair *second);

/* Of a stamp shortly before or after. What would be before our clock's beginning is 0. */
static inline wf_ns_t
wf_devclock_ns(const struct wf_devclock *c, uint64_t ticks)
{
	bool before = (int64_t)(ticks - c->ticks) < 0;
	uint64_t apart = before ? c->ticks - ticks : ticks - c->ticks;
	uint64_t ns = (uint64_t)(((unsigned __int128)apart * c->ns_per_tick) >> 32);

	if (before)
		return ns < c->ns ? c->ns - ns : 0;
	return c->ns + ns;
}

/* Never backwards within a queue, and never in the future, as arrivals have to be. */
static inline wf_ns_t
wf_devclock_clamp(wf_ns_t ns, wf_ns_t last_ns, wf_ns_t now_ns)
{
	if (ns < last_ns)
		ns = last_ns;
	return ns < now_ns ? ns : now_ns;
}

#endif
