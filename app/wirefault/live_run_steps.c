/* SPDX-License-Identifier: BSD-3-Clause
 * Steps of a run as overrides: the next ones, other ones when a phase ends before its time, none
 * any more. The n-th step has the number of the first one and n. Control thread.
 */
#include <errno.h>
#include <stdlib.h>

#include "live_run.h"

#define AHEAD 64 /* steps that stand to come ... */
#define FEW   16 /* ... before there are more */

static int
add_steps(
	struct live_run *run, const struct wf_script *script, uint32_t n, struct wf_overrides *list)
{
	int rc = 0;

	for (uint32_t i = run->fed; rc == 0 && i < run->fed + n; i++) {
		struct wf_change *c = script->step[i].change;
		wf_ns_t from_ns = run->look.start_ns + c->at_ns;
		struct wf_override o = { .id = run->first_override + i,
			.from_ns = from_ns,
			.until_ns = c->for_ns != 0 ? from_ns + c->for_ns : UINT64_MAX,
			.change = c };

		rc = wf_overrides_add(list, &o);
	}
	return rc;
}

int
live_run_feed(struct live_run *run, struct wf_live *live, struct wf_err *err)
{
	const struct wf_script *script = &run->c->script;
	uint32_t left = script->n - run->fed, n = left < AHEAD ? left : AHEAD;
	struct wf_overrides list = { 0 };
	int rc;

	if (n == 0 || run->fed - run->passed > FEW)
		return 0;
	rc = wf_overrides_copy(&list, &live->setup->overrides, 0);
	if (rc == 0)
		rc = add_steps(run, script, n, &list);
	if (rc == 0)
		rc = wf_live_step(live, NULL, &list, wf_live_soon(live), err);
	if (rc == 0)
		run->fed += n;
	wf_overrides_fini(&list);
	return rc;
}

void
live_run_seed(struct scenario *c)
{
	for (uint32_t i = 0; i < c->script.n; i++) {
		c->script.step[i].change->seeded = true;
		c->script.step[i].change->seed = c->loaded.seed;
	}
}

/* What is known of steps that have begun stays; there may be more or fewer behind them. */
static int
keep_steps(struct live_run *run, uint32_t kept)
{
	uint32_t n = run->c->script.n;
	wf_ns_t *more = realloc(run->in_force_ns, (n + (size_t)1) * sizeof(*more));

	if (more == NULL)
		return -ENOMEM;
	run->in_force_ns = more;
	for (uint32_t i = kept; i < n; i++)
		more[i] = UINT64_MAX;
	run->fed = kept;
	if (run->passed > kept)
		run->passed = kept;
	return 0;
}

int
live_run_cut(struct live_run *run, struct wf_live *live, wf_ns_t end_ns, struct wf_err *err)
{
	const struct wf_script *script = &run->c->script;
	wf_ns_t start_ns = run->look.start_ns, scenario_ns = run->c->s->end_ns;
	struct wf_overrides list = { 0 };
	uint32_t kept = 0, n;
	int rc = wf_overrides_copy(&list, &live->setup->overrides, 0);

	live_run_seed(run->c);
	while (kept < script->n && script->step[kept].change->at_ns < end_ns)
		kept++;
	for (uint32_t i = list.n; rc == 0 && i-- > 0;) {
		uint64_t id = list.at[i].id;

		if (id >= run->first_override + kept)
			wf_overrides_drop(&list, i);
		else if (id == run->first_override + kept - 1)
			list.at[i].until_ns = start_ns + end_ns;
	}
	if (rc == 0)
		rc = keep_steps(run, kept);
	n = script->n - run->fed < AHEAD ? script->n - run->fed : AHEAD;
	if (rc == 0)
		rc = add_steps(run, script, n, &list);
	run->fed += n; /* from here on they are known as steps */
	if (rc == 0)
		rc = wf_live_step(live, NULL, &list, start_ns + end_ns, err);
	if (rc == 0 && scenario_ns != UINT64_MAX)
		run->look.end_ns = start_ns + scenario_ns;
	wf_overrides_fini(&list);
	return rc;
}

static bool
is_step(const struct live_run *run, uint64_t override)
{
	return override >= run->first_override && override < run->first_override + run->fed;
}

int
live_run_stop(struct live_run *run, struct wf_live *live)
{
	struct wf_overrides list = { 0 };
	struct wf_err *err = wf_err_new();
	int rc = err != NULL ? wf_overrides_copy(&list, &live->setup->overrides, 0) : -ENOMEM;

	for (uint32_t i = list.n; rc == 0 && i-- > 0;)
		if (is_step(run, list.at[i].id))
			wf_overrides_drop(&list, i);
	if (rc == 0)
		rc = wf_live_step(live, NULL, &list, wf_live_soon(live), err);
	if (rc == 0) {
		run->stopped = true;
		run->stop_ns = live->setup->plan->from_ns;
	}
	wf_overrides_fini(&list);
	wf_err_free(err);
	return rc;
}
