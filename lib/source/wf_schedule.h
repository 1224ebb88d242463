/* SPDX-License-Identifier: BSD-3-Clause
 * When something is due, on one absolute schedule: a straight line from units (nanoseconds of a
 * capture, packets, bits) to time, kept as a fraction. No time follows from another one, so
 * nothing drifts, however long it goes on. Pure.
 */
#ifndef WF_SCHEDULE_H
#define WF_SCHEDULE_H

#include "wf_types.h"

#define WF_SCHEDULE_NEVER UINT64_MAX

/* At 2^64 ns of a capture no loop may end: a count of loops times their length has 128 bits. */
typedef unsigned __int128 wf_u128;

struct wf_schedule {
	wf_ns_t anchor_ns;    /* when ... */
	wf_u128 anchor_units; /* ... so many units are due */
	uint64_t mul, div;    /* a unit is mul/div ns, both from 1 */
};

/* The same for what is more than 64 bits past the anchor. */
wf_ns_t wf_schedule_far(const struct wf_schedule *s, wf_u128 past);

/* When the unit is due: anchor_ns + floor((units - anchor_units) * mul / div), to the nanosecond;
 * WF_SCHEDULE_NEVER: beyond the end of time. What is before the anchor is due at it. */
static inline wf_ns_t
wf_schedule_ns(const struct wf_schedule *s, wf_u128 units)
{
	wf_u128 past = units > s->anchor_units ? units - s->anchor_units : 0, product;

	if (WF_UNLIKELY((past >> 64) != 0))
		return wf_schedule_far(s, past);
	product = (wf_u128)(uint64_t)past * s->mul;
	if (s->div != 1) /* by an instruction, if it can be */
		product = WF_LIKELY((product >> 64) == 0) ? (uint64_t)product / s->div
							  : product / s->div;
	product += s->anchor_ns;
	return product < WF_SCHEDULE_NEVER ? (wf_ns_t)product : WF_SCHEDULE_NEVER;
}

/* How many units are due by now: the inverse, rounded down. */
wf_u128 wf_schedule_units(const struct wf_schedule *s, wf_ns_t now_ns);

#endif
