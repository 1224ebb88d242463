/* SPDX-License-Identifier: BSD-3-Clause
 * Snapshots cut a run on the real clock into stretches, more of them where a phase begins and ends.
 * Who takes them, in a process of its own or in a daemon, takes them when it is told to. Control
 * thread.
 */
#ifndef SCENARIO_LOOK_H
#define SCENARIO_LOOK_H

#include "wf_seen.h"

struct scenario_look {
	const struct wf_scenario *s;
	struct wf_seen *seen;
	wf_ns_t start_ns, end_ns; /* by wf_dp_now; end UINT64_MAX: it is not known yet */
	struct wf_snapshot *last; /* NULL: none yet */
	wf_ns_t last_ns;          /* not taken before */
	wf_ns_t next_ns;          /* when the next one is to be taken */
	bool waits;               /* somebody expects a recovery */
};

/* Of the links and classes of this plan. 0 or -ENOMEM with a reason. */
int scenario_look_new(struct scenario_look *l, const struct wf_scenario *s,
	const struct wf_plan *plan, struct wf_err *err);
/* It begins then. */
void scenario_look_begin(struct scenario_look *l, wf_ns_t start_ns);
/* One more (taken over), which was not taken before asked_ns, nor after had_ns. */
void scenario_look_add(
	struct scenario_look *l, struct wf_snapshot *now, wf_ns_t asked_ns, wf_ns_t had_ns);
/* Chooses when the next one is to be taken; `soon`: somebody waits for what it says. */
void scenario_look_again(struct scenario_look *l, wf_ns_t now_ns, bool soon);
void scenario_look_end(struct scenario_look *l);

#endif
