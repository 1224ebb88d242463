/* SPDX-License-Identifier: BSD-3-Clause
 * Where the stages of a class find their state. Pure; control threads only.
 */
#ifndef WF_PLAN_STATES_H
#define WF_PLAN_STATES_H

#include "wf_plan.h"

/* Fills in what the class says of its state block, and where each of its n steps finds its own, by
 * k->about->variant. hot_bytes: [WF_BLOCK_COUNT] of each stage's state, what packets touch. */
void wf_plan_lay_out(
	struct wf_plan_class *k, struct wf_plan_step *step, uint32_t n, const uint32_t *hot_bytes);

#endif
