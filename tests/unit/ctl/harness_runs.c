/* SPDX-License-Identifier: BSD-3-Clause
 * Runs of scenarios of the made-up program: they are read, and stay as they are until a test says
 * what becomes of them.
 */
#include "harness_runs.h"

#include <errno.h>
#include <string.h>

int
fake_run_start(void *ctx, const struct wf_ctl_run_order *o, uint64_t *first, struct wf_err *err)
{
	struct harness *h = ctx;
	int rc = 0;

	if (h->refuse != 0)
		return h->refuse;
	for (uint32_t i = 0; i < h->n_runs; i++)
		if (h->run[i].stage < WF_SCENARIO_DONE)
			return wf_err_add(err, NULL, NULL, "scenario %s runs", h->run[i].s->name),
			       -EBUSY;
	harness_forget_runs(h);
	assert_in_range(o->n_files, 1, HARNESS_RUNS);
	h->order = *o;
	h->order.file = NULL;
	for (uint32_t i = 0; i < o->n_files; i++)
		if (wf_scenarios_read_text(o->file[i].text, o->file[i].name, &h->run_file[i], err) <
			0)
			rc = -EINVAL;
	*first = h->run_id + 1;
	for (uint32_t i = 0; rc == 0 && i < o->n_files; i++)
		for (uint32_t k = 0; k < h->run_file[i].n; k++)
			h->run[h->n_runs++] = (struct wf_scenario_state){ .id = ++h->run_id,
				.stage = i + k > 0 ? WF_SCENARIO_WAITING : WF_SCENARIO_RUNNING,
				.s = &h->run_file[i].at[k],
				.seed = o->seed };
	return rc;
}

int
fake_run_stop(void *ctx, uint64_t id)
{
	struct harness *h = ctx;
	int rc = id == 0 ? 0 : -ENOENT;

	for (uint32_t i = 0; i < h->n_runs; i++) {
		if (id != 0 && h->run[i].id != id)
			continue;
		rc = id != 0 && h->run[i].stage >= WF_SCENARIO_DONE ? -EALREADY : 0;
		if (h->run[i].stage < WF_SCENARIO_DONE) {
			h->run[i].stage = WF_SCENARIO_FAILED;
			h->run[i].why = "it was stopped before it began";
		}
	}
	return rc;
}

int
fake_run_trigger(void *ctx, uint64_t id)
{
	struct harness *h = ctx;

	h->triggered = id;
	return h->refuse;
}

bool
fake_run(void *ctx, uint32_t index, struct wf_scenario_state *out)
{
	struct harness *h = ctx;

	if (index >= h->n_runs)
		return false;
	*out = h->run[index];
	out->plan = h->setup->plan;
	return true;
}

void
harness_forget_runs(struct harness *h)
{
	for (uint32_t i = 0; i < HARNESS_RUNS; i++)
		wf_scenarios_free(&h->run_file[i]);
	h->n_runs = 0;
}
