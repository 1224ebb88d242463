/* SPDX-License-Identifier: BSD-3-Clause
 * How late packets of a direction may leave before it matters, given what the direction does to
 * them. Pure.
 */
#ifndef WF_PLAN_ON_TIME_H
#define WF_PLAN_ON_TIME_H

#include "wf_plan.h"

/* Largest p99 of the release error, in ns, that leaves the measurement what it is: a hundredth of
 * the mean delay of the class that is delayed least, and at least WF_ON_TIME_NS. */
wf_ns_t wf_plan_on_time_ns(const struct wf_plan_dir *d);

#define WF_PLAN_ON_TIME_SHARE 0.01

#endif
