/* SPDX-License-Identifier: BSD-3-Clause
 * What picks the packets of a direction's classes. `old` is the direction in the plan before, NULL:
 * there is none; what is the same in it is held, not built again. Control threads only.
 */
#ifndef WF_PLAN_RULES_H
#define WF_PLAN_RULES_H

#include "wf_plan.h"

/* What makes packets those of the direction's next class. 0 or -EINVAL with reasons. */
int wf_plan_rules_add(struct wf_plan_dir *d, const struct wf_plan_dir *old,
	const struct wf_conf_class *k, struct wf_err *err);
/* When all are there: have they changed? Sets the epoch. */
void wf_plan_rules_keep(struct wf_plan_dir *d, const struct wf_plan_dir *old);

#endif
