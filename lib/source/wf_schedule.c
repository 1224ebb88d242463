/* SPDX-License-Identifier: BSD-3-Clause
 * The far ends of a schedule, by arithmetic that cannot overflow. Pure.
 */
#include "wf_schedule.h"

/* floor(past * mul / div) = past / div * mul + floor(past % div * mul / div), in which no product
 * has more than 128 bits unless the result has more than 64. */
wf_ns_t
wf_schedule_far(const struct wf_schedule *s, wf_u128 past)
{
	wf_u128 whole = past / s->div, rest = past % s->div, at;

	if ((whole >> 64) != 0)
		return WF_SCHEDULE_NEVER;
	at = whole * s->mul;
	if ((at >> 64) != 0)
		return WF_SCHEDULE_NEVER;
	at += rest * s->mul / s->div;
	at += s->anchor_ns;
	return at < WF_SCHEDULE_NEVER ? (wf_ns_t)at : WF_SCHEDULE_NEVER;
}

wf_u128
wf_schedule_units(const struct wf_schedule *s, wf_ns_t now_ns)
{
	wf_u128 past = now_ns > s->anchor_ns ? now_ns - s->anchor_ns : 0;

	return s->anchor_units + past * s->div / s->mul;
}
