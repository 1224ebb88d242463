/* SPDX-License-Identifier: BSD-3-Clause
 * Which of the setups that have been offered is in force. Control threads only.
 */
#include "wf_offered.h"

#include <string.h>

/* How many of them are over. */
static uint32_t
offered_over(const struct wf_offered *o, const struct wf_setup *last, wf_ns_t now_ns)
{
	uint32_t i = 0;

	for (; i < o->n; i++) {
		const struct wf_setup *next = i + 1 < o->n ? o->at[i + 1] : last;

		if (now_ns < next->plan->from_ns)
			break;
	}
	return i;
}

const struct wf_setup *
wf_offered_in_force(const struct wf_offered *o, const struct wf_setup *last, wf_ns_t now_ns)
{
	uint32_t over = offered_over(o, last, now_ns);

	return over < o->n ? o->at[over] : last;
}

void
wf_offered_follow(struct wf_offered *o, struct wf_setup *last, const struct wf_setup *next)
{
	/* With the same instant it never is in force. */
	if (o->n == WF_OFFERED_MAX || last->plan->from_ns >= next->plan->from_ns) {
		wf_setup_free(last);
		return;
	}
	o->at[o->n++] = last;
}

void
wf_offered_pass(struct wf_offered *o, const struct wf_setup *last, wf_ns_t now_ns)
{
	uint32_t over = offered_over(o, last, now_ns);

	for (uint32_t i = 0; i < over; i++)
		wf_setup_free(o->at[i]);
	o->n -= over;
	memmove(o->at, o->at + over, o->n * sizeof(o->at[0]));
}

void
wf_offered_fini(struct wf_offered *o)
{
	while (o->n > 0)
		wf_setup_free(o->at[--o->n]);
}
