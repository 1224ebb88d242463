/* SPDX-License-Identifier: BSD-3-Clause
 * Phases that end before their duration is over: on the virtual clock traffic tells beforehand
 * when, as nothing that happens to packets changes when they come; live snapshots do. Control
 * thread.
 */
#ifndef SCENARIO_UNTIL_H
#define SCENARIO_UNTIL_H

#include "scenario_set.h"
#include "wf_snapshot.h"
#include "wf_twin.h"

/* From the traffic of a run that begins at start_ns, which is used up. Phases and the script are
 * then as they will be. 0, or -errno with reasons. */
int scenario_until_foresee(struct scenario *c, const struct wf_plan *plan, struct wf_twin_input *in,
	wf_ns_t start_ns, struct wf_err *err);

/* Live. Zeroed: before the run. Times are since its start. */
struct scenario_until {
	uint32_t phase; /* the first one that may end so; n_phases: there is none any more */
	bool begun;     /* it has, and then so much had come before */
	uint64_t packets, bytes;
	bool triggered;
};

void scenario_until_begin(struct scenario_until *u, const struct wf_scenario *s);
/* How long before its time the step of this instant may be offered at most: nothing that is offered
 * may lie behind an end that comes early. */
wf_ns_t scenario_until_lead(
	const struct scenario_until *u, const struct wf_scenario *s, wf_ns_t at_ns);
/* Is one in force? */
bool scenario_until_waits(
	const struct scenario_until *u, const struct wf_scenario *s, wf_ns_t now_ns);
/* Somebody triggers; before or after a phase that waits, in vain. */
void scenario_until_trigger(struct scenario_until *u, const struct wf_scenario *s, wf_ns_t now_ns);
/* A snapshot has been taken. 1: the phase ends presently; phases and the script of c are others
 * from there on. 0; or -errno with reasons. */
int scenario_until_look(struct scenario_until *u, struct scenario *c, const struct wf_plan *plan,
	const struct wf_snapshot *snap, wf_ns_t now_ns, struct wf_err *err);

#endif
