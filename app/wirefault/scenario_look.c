/* SPDX-License-Identifier: BSD-3-Clause
 * When to take snapshots of a run, and what of them.
 */
#include "scenario_look.h"

#include <errno.h>

#include "wf_expect.h"

#define EVERY_NS (100 * WF_NS_PER_MS) /* between two snapshots */
#define QUICK_NS (10 * WF_NS_PER_MS)  /* while the first packet of a phase is waited for */
#define GUARD_NS (2 * WF_NS_PER_MS)   /* before a phase ends, the last snapshot of it */

int
scenario_look_new(struct scenario_look *l, const struct wf_scenario *s, const struct wf_plan *plan,
	struct wf_err *err)
{
	*l = (struct scenario_look){ .s = s, .seen = wf_seen_new(s, plan, 0) };
	for (uint32_t i = 0; i < s->n_expects; i++)
		l->waits |= s->expect[i].measure == WF_MEASURE_recovery;
	if (l->seen == NULL || wf_seen_live(l->seen) < 0)
		return wf_err_add(err, NULL, NULL, "out of memory"), -ENOMEM;
	return 0;
}

void
scenario_look_begin(struct scenario_look *l, wf_ns_t start_ns)
{
	wf_seen_begin(l->seen, start_ns);
	l->start_ns = l->next_ns = start_ns;
	l->end_ns = l->seen->end_ns;
}

void
scenario_look_add(
	struct scenario_look *l, struct wf_snapshot *now, wf_ns_t asked_ns, wf_ns_t had_ns)
{
	if (l->last != NULL)
		wf_seen_stretch(l->seen, l->last, l->last_ns, now, had_ns);
	wf_snapshot_free(l->last);
	l->last = now;
	l->last_ns = asked_ns;
}

/* No stretch may lie on both sides of where a phase begins. */
void
scenario_look_again(struct scenario_look *l, wf_ns_t now_ns, bool soon)
{
	wf_ns_t next_ns = now_ns + EVERY_NS;
	uint32_t phase = wf_seen_phase(l->seen, now_ns);

	if (soon || wf_seen_settles(l->seen, now_ns) ||
		(l->waits && wf_seen_waits(l->seen, now_ns)))
		next_ns = now_ns + QUICK_NS;
	if (phase != UINT32_MAX && l->s->phase[phase].end_ns != UINT64_MAX) {
		wf_ns_t end_ns = l->start_ns + l->s->phase[phase].end_ns;

		if (now_ns < end_ns - GUARD_NS && end_ns - GUARD_NS < next_ns)
			next_ns = end_ns - GUARD_NS;
		else if (end_ns < next_ns)
			next_ns = end_ns;
	}
	l->next_ns = next_ns < l->end_ns ? next_ns : l->end_ns;
}

void
scenario_look_end(struct scenario_look *l)
{
	wf_snapshot_free(l->last);
	wf_seen_free(l->seen);
	*l = (struct scenario_look){ 0 };
}
