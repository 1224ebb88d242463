/* SPDX-License-Identifier: BSD-3-Clause
 * The part of the made-up program that runs scenarios.
 */
#ifndef HARNESS_RUNS_H
#define HARNESS_RUNS_H

#include "harness.h"

int fake_run_start(
	void *ctx, const struct wf_ctl_run_order *o, uint64_t *first, struct wf_err *err);
int fake_run_trigger(void *ctx, uint64_t id);
int fake_run_stop(void *ctx, uint64_t id);
bool fake_run(void *ctx, uint32_t index, struct wf_scenario_state *out);
void harness_forget_runs(struct harness *h);

#endif
