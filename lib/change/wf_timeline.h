/* SPDX-License-Identifier: BSD-3-Clause
 * Plans with the instants from which they are in force, known beforehand. Live, the next one is
 * offered ahead of its time; the twin stops its clock at each. Control threads only.
 */
#ifndef WF_TIMELINE_H
#define WF_TIMELINE_H

#include "wf_setup.h"

/* Zeroed: empty. */
struct wf_timeline {
	uint32_t n;
	struct wf_plan **plan; /* [n], by plan->from_ns; a holder of each */
};

/* `plan`, which follows the last one, is in force from plan->from_ns on, not before that of the
 * last one. 0 or -ENOMEM. */
int wf_timeline_add(struct wf_timeline *t, struct wf_plan *plan);
/* Adds what follows from a setup: its plan, and one for each instant at which one of its overrides
 * begins or ends; arms them. 0, or -errno with reasons. */
int wf_timeline_of(struct wf_timeline *t, const struct wf_setup *first, struct wf_err *err);
/* Would it do? Before there is EAL, which arming needs. 0, or -errno with reasons. */
int wf_timeline_check(const struct wf_setup *first, struct wf_err *err);
void wf_timeline_fini(struct wf_timeline *t);

#endif
