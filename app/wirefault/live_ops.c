/* SPDX-License-Identifier: BSD-3-Clause
 * What the control server asks of the running configuration: struct wf_ctl_ops. Control thread.
 */
#include "live_runs.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-daemon.h>

/* ---- What is asked for ---- */

static int
replace(struct wf_live *live, struct wf_node *tree, const struct wf_overrides *overrides,
	uint64_t *generation, struct wf_err *err)
{
	int rc = live_runs_refuse(live->runs, err);

	if (rc == 0 && wf_live_take_seed(live, tree) < 0)
		rc = -ENOMEM;
	if (rc < 0) {
		wf_node_free(tree);
		return rc;
	}
	rc = wf_live_step(live, tree, overrides, wf_live_soon(live), err);
	*generation = live->setup->plan->generation;
	return rc;
}

static int
apply(void *ctx, struct wf_node *tree, uint64_t *generation, struct wf_err *err)
{
	return replace(ctx, tree, NULL, generation, err);
}

static int
amend(void *ctx, struct wf_node *tree, uint64_t *generation, struct wf_err *err)
{
	struct wf_live *live = ctx;

	return replace(live, tree, &live->setup->overrides, generation, err);
}

static size_t
name_all(const char *what, const struct wf_overrides *list, char *out, size_t size)
{
	char text[WF_CHANGE_TEXT];
	size_t used = 0;

	for (uint32_t i = 0; i < list->n && used < size; i++)
		used += (size_t)snprintf(out + used, size - used, "; %s: %s", what,
			wf_change_format(list->at[i].change, text));
	return used < size ? used : size;
}

const char *
wf_live_standing(const struct wf_live *live, char *out, size_t size)
{
	size_t used;

	*out = 0;
	used = name_all("stays above the file", &live->setup->overrides, out, size);
	name_all("undone, as the file has it no more", &live->setup->dropped, out + used,
		size - used);
	return out;
}

int
wf_live_reload(struct wf_live *live, uint64_t *generation, struct wf_err *err)
{
	struct wf_node *tree = wf_bridge_read(&live->from, err);

	return tree == NULL ? -EINVAL
			    : replace(live, tree, &live->setup->overrides, generation, err);
}

static int
reload(void *ctx, uint64_t *generation, struct wf_err *err)
{
	return wf_live_reload(ctx, generation, err);
}

/* Those in force that end with the setup that is offered: they stand in its list no more. */
static int
copy_ending(const struct wf_live *live, struct wf_overrides *out)
{
	const struct wf_overrides *now = &wf_live_in_force(live)->overrides;

	if (now == &live->setup->overrides)
		return 0;
	for (uint32_t i = 0; i < now->n; i++) {
		const struct wf_override *o = &now->at[i];

		if (o->merged && o->until_ns <= live->setup->plan->from_ns &&
			!wf_overrides_have(&live->setup->dropped, o->id) &&
			wf_overrides_add(out, o) < 0)
			return -ENOMEM;
	}
	return 0;
}

static uint64_t
newest_of(const struct wf_overrides *a, const struct wf_overrides *b)
{
	const struct wf_override *last_a = wf_overrides_newest(a), *last_b = wf_overrides_newest(b);

	if (last_a == NULL || last_b == NULL)
		return last_a != NULL ? last_a->id : last_b != NULL ? last_b->id : 0;
	return last_a->id > last_b->id ? last_a->id : last_b->id;
}

/* Drops that one, or all. Was there any? */
static bool
take_out(struct wf_overrides *list, uint64_t id)
{
	bool found = false;

	for (uint32_t i = list->n; i-- > 0;) {
		if (id != WF_CTL_UNDO_ALL && list->at[i].id != id)
			continue;
		wf_overrides_drop(list, i);
		found = true;
	}
	return found;
}

static int
undo(void *ctx, uint64_t id, uint64_t *generation, struct wf_err *err)
{
	struct wf_live *live = ctx;
	struct wf_overrides list = { 0 }, ending = { 0 };
	int rc = live_runs_refuse(live->runs, err);

	if (rc < 0)
		return rc;
	rc = wf_overrides_copy(&list, &live->setup->overrides, 0);
	if (rc == 0)
		rc = copy_ending(live, &ending);
	if (id == WF_CTL_UNDO_LAST)
		id = newest_of(&list, &ending);
	if (rc == 0 && take_out(&list, id))
		rc = wf_live_step(live, NULL, &list, wf_live_soon(live), err);
	else if (rc == 0 && id != WF_CTL_UNDO_ALL && !wf_overrides_have(&ending, id))
		rc = -ENOENT;
	else if (rc == 0 && ending.n == 0)
		rc = -ENOENT;
	/* The plan without these is on its way already. */
	for (uint32_t i = 0; rc == 0 && i < ending.n; i++)
		if (id == WF_CTL_UNDO_ALL || ending.at[i].id == id)
			rc = wf_overrides_add(&live->setup->dropped, &ending.at[i]);
	*generation = live->setup->plan->generation;
	wf_overrides_fini(&list);
	wf_overrides_fini(&ending);
	return rc;
}

/* ---- What is looked at ---- */

static struct wf_snapshot *
snapshot(void *ctx)
{
	struct wf_live *live = ctx;

	return wf_live_capture_count(&live->capture, wf_dp_snapshot_now(live->dp));
}

static const struct wf_setup *
setup(void *ctx)
{
	return ((struct wf_live *)ctx)->setup;
}

static const struct wf_setup *
now(void *ctx)
{
	return wf_live_in_force(ctx);
}

static struct wf_ctl_progress
progress(void *ctx)
{
	struct wf_dp *dp = ((struct wf_live *)ctx)->dp;
	struct wf_dp_adoption a = wf_dp_poll(dp);

	return (struct wf_ctl_progress){ a.generation, wf_dp_wall(dp, a.from_ns) };
}

static wf_ns_t
wall(void *ctx, wf_ns_t ns)
{
	return wf_dp_wall(((struct wf_live *)ctx)->dp, ns);
}

static wf_ns_t
clock_now(void *ctx)
{
	return wf_dp_now(((struct wf_live *)ctx)->dp);
}

static int
reset(void *ctx)
{
	const struct wf_live *live = ctx;

	return live_runs_busy(live->runs) ? -EBUSY : wf_dp_reset_now(live->dp);
}

static int
capture_start(void *ctx, const struct wf_conf_capture *what, struct wf_err *err)
{
	return wf_live_capture_start(&((struct wf_live *)ctx)->capture, what, err);
}

static bool
capture_settled(void *ctx)
{
	return wf_dp_captures(((struct wf_live *)ctx)->dp);
}

static int
capture_change(void *ctx, const char *filter, struct wf_err *err)
{
	return wf_live_capture_change(&((struct wf_live *)ctx)->capture, filter, err);
}

static int
capture_stop(void *ctx)
{
	return wf_live_capture_stop(&((struct wf_live *)ctx)->capture);
}

static bool
capture_status(void *ctx, struct wf_capture_status *out)
{
	return wf_live_capture_status(&((struct wf_live *)ctx)->capture, out);
}

static void
observe(void *ctx, const struct wf_snapshot *snap)
{
	wf_dp_telemetry(((struct wf_live *)ctx)->dp, snap);
	/* A service manager is told as long as the workers answer, too. */
	sd_notify(0, "WATCHDOG=1");
}

struct wf_ctl_ops
wf_live_ops(struct wf_live *live)
{
	return (struct wf_ctl_ops){ .ctx = live,
		.snapshot = snapshot,
		.setup = setup,
		.in_force = now,
		.apply = apply,
		.amend = amend,
		.change = wf_live_change,
		.undo = undo,
		.reload = reload,
		.progress = progress,
		.wall = wall,
		.reset = reset,
		.replay = wf_live_replay,
		.flows = wf_live_flows,
		.schedule = wf_live_schedule,
		.clock = clock_now,
		.observe = observe,
		.run_start = live_runs_start,
		.run_stop = live_runs_stop,
		.run_trigger = live_runs_trigger,
		.run = live_runs_look,
		.capture_start = capture_start,
		.capture_change = capture_change,
		.capture_settled = capture_settled,
		.capture_stop = capture_stop,
		.capture_status = capture_status };
}
