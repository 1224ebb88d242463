/* SPDX-License-Identifier: BSD-3-Clause
 * From setups to the data path: make the next one, arm its plan, offer it; on any error nothing
 * changes. A timer follows what workers adopt, and makes what begins or ends by itself a little
 * ahead of its time. Control thread.
 */
#include "live.h"

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <string.h>

/* A change is in force so long after it has been asked for: every worker has it before. */
#define AHEAD_NS WF_NS_PER_MS
/* What is known long before is offered so long before. */
#define LEAD_NS (50 * WF_NS_PER_MS)
/* How often workers are looked at while something is under way. */
#define LOOK_EVERY_NS WF_NS_PER_MS
/* After something has failed that nobody waits for. */
#define AGAIN_NS WF_NS_PER_S

static bool
same(const struct wf_node *a, const struct wf_node *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return wf_node_equal(a, b);
}

/* A file writes it so: from 2^63 on in quotes. */
static struct wf_node *
seed_node(uint64_t seed)
{
	struct wf_node *n;
	char text[24];

	if (seed > INT64_MAX) {
		snprintf(text, sizeof(text), "%llu", (unsigned long long)seed);
		return wf_node_string("seed", text);
	}
	n = wf_node_new(WF_NODE_INT, "seed");
	if (n != NULL)
		n->integer = (int64_t)seed;
	return n;
}

/* A tree without a seed gets the one in force; one with that which --seed replaced, --seed's. */
static int
take_seed(const struct wf_live *live, struct wf_node *tree)
{
	struct wf_node *own = wf_node_get(tree, "seed"), *now;

	if (own != NULL && !same(own, live->replaced_seed))
		return 0;
	now = seed_node(own == NULL && live->setup != NULL ? live->setup->seed : live->start.seed);
	if (now == NULL)
		return -ENOMEM;
	if (own != NULL)
		wf_node_replace(own, now);
	else
		wf_node_prepend(tree, now);
	return 0;
}

int
wf_live_init(struct wf_live *live, struct wf_err *err)
{
	const struct wf_node *own = wf_node_get(live->start.tree, "seed");
	struct wf_node *tree;

	if (own != NULL && live->start.seed != live->start.conf->seed &&
		(live->replaced_seed = wf_node_clone(own)) == NULL)
		return wf_err_add(err, NULL, NULL, "out of memory");
	tree = wf_node_clone(live->start.tree);
	if (tree == NULL || take_seed(live, tree) < 0) {
		wf_node_free(tree);
		return wf_err_add(err, NULL, NULL, "out of memory");
	}
	return wf_setup_next(NULL, tree, NULL, 0, &live->setup, err);
}

void
wf_live_fini(struct wf_live *live)
{
	wf_node_free(live->replaced_seed);
	wf_setup_free(live->setup);
	wf_unload(&live->start);
}

static void
look_in(const struct wf_live *live, wf_ns_t ns)
{
	const struct timeval tv = { (time_t)(ns / WF_NS_PER_S),
		(suseconds_t)((ns % WF_NS_PER_S + 999) / 1000) };

	evtimer_add(live->timer, &tv);
}

/* Arms and offers it. Takes it in every case. */
static int
offer(struct wf_live *live, struct wf_setup *next, struct wf_err *err)
{
	const struct wf_plan *last = wf_dp_plan(live->dp);
	wf_ns_t soonest_ns;
	int rc = -EINVAL;

	if (wf_plan_arm(next->plan, err) == 0 &&
		wf_dp_check_carrier(live->dp, next->plan, err) == 0) {
		soonest_ns = wf_dp_now(live->dp) + AHEAD_NS;
		if (soonest_ns < last->from_ns)
			soonest_ns = last->from_ns;
		if (next->plan->from_ns < soonest_ns)
			wf_setup_begin(next, soonest_ns);
		rc = wf_dp_offer(live->dp, wf_plan_hold(next->plan));
	}
	if (rc < 0) {
		wf_setup_free(next);
		return rc;
	}
	wf_setup_free(live->setup);
	live->setup = next;
	look_in(live, LOOK_EVERY_NS);
	return 0;
}

/* Another base (taken in every case; NULL: the same), other overrides. */
static int
step(struct wf_live *live, struct wf_node *base, const struct wf_overrides *overrides,
	wf_ns_t from_ns, struct wf_err *err)
{
	struct wf_setup *next;
	int rc = wf_setup_next(live->setup, base, overrides, from_ns, &next, err);

	return rc < 0 ? rc : offer(live, next, err);
}

/* From when on a change is in force that is asked for now; not before what is offered already. */
static wf_ns_t
soon(const struct wf_live *live)
{
	wf_ns_t now_ns = wf_dp_now(live->dp), last_ns = live->setup->plan->from_ns;

	return now_ns > last_ns ? now_ns : last_ns;
}

/* ---- What begins and ends by itself ---- */

/* Tells of what has ended by until_ns, once the plan without it is offered. */
static void
tell_ended(const struct wf_live *live, const struct wf_overrides *before, wf_ns_t until_ns)
{
	char text[WF_CHANGE_TEXT + 64], change[WF_CHANGE_TEXT];
	wf_ns_t at_ns = wf_dp_monotonic(live->dp, live->setup->plan->from_ns);

	for (uint32_t i = 0; i < before->n; i++) {
		if (!before->at[i].merged || before->at[i].until_ns > until_ns)
			continue;
		snprintf(text, sizeof(text), "a change ends by itself: %s",
			wf_change_format(before->at[i].change, change));
		wf_event_add(live->events, &(struct wf_event){ .kind = WF_EVENT_ended,
						   .generation = live->setup->plan->generation,
						   .at_ns = at_ns,
						   .text = text });
	}
}

/* What is left when some have ended may make no sense without them: then the last ones go, too. */
static int
step_without(struct wf_live *live, struct wf_overrides *list, wf_ns_t edge_ns, struct wf_err *err)
{
	char change[WF_CHANGE_TEXT];
	int rc;

	while ((rc = step(live, NULL, list, edge_ns, err)) == -EINVAL && list->n > 0) {
		wf_event_warn(live->events, err);
		wf_event_say(live->events, WF_EVENT_warning, NULL,
			"a change has ended, and \"%s\" makes no sense without it: undone",
			wf_change_format(list->at[list->n - 1].change, change));
		wf_overrides_drop(list, list->n - 1);
	}
	return rc;
}

static void
pass_edge(struct wf_live *live, wf_ns_t edge_ns)
{
	struct wf_overrides before = { 0 }, list = { 0 };
	struct wf_err *err = wf_err_new();
	int rc = err != NULL ? wf_overrides_copy(&list, &live->setup->overrides, 0) : -ENOMEM;

	if (rc == 0)
		rc = wf_overrides_copy(&before, &live->setup->overrides, 0);
	if (rc == 0)
		rc = step_without(live, &list, edge_ns, err);
	if (rc == 0) {
		tell_ended(live, &before, edge_ns);
	} else {
		wf_event_say(live->events, WF_EVENT_warning, NULL,
			"a change that begins or ends by itself cannot be made yet: %s",
			strerror(-rc));
		look_in(live, AGAIN_NS);
	}
	wf_err_free(err);
	wf_overrides_fini(&before);
	wf_overrides_fini(&list);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct wf_live *live = arg;
	struct wf_dp_adoption a = wf_dp_poll(live->dp);
	wf_ns_t now_ns = wf_dp_now(live->dp);
	wf_ns_t edge_ns = wf_overrides_edge(&live->setup->overrides);

	if (edge_ns != UINT64_MAX) {
		wf_ns_t left_ns = edge_ns > now_ns + LEAD_NS ? edge_ns - now_ns - LEAD_NS : 0;

		if (left_ns == 0)
			pass_edge(live, edge_ns > now_ns ? edge_ns : now_ns);
		else
			look_in(live, left_ns);
	}
	if (a.more)
		look_in(live, LOOK_EVERY_NS);
	if (a.generation == live->told)
		return;
	live->told = a.generation;
	live->changed(live->changed_ctx, a.generation);
}

int
wf_live_begin(struct wf_live *live, struct event_base *base)
{
	live->told = live->setup->plan->generation;
	live->timer = evtimer_new(base, on_timer, live);
	return live->timer != NULL ? 0 : -ENOMEM;
}

void
wf_live_end(struct wf_live *live)
{
	if (live->timer != NULL)
		event_free(live->timer);
	live->timer = NULL;
}

/* ---- What is asked for ---- */

static int
replace(struct wf_live *live, struct wf_node *tree, const struct wf_overrides *overrides,
	uint64_t *generation, struct wf_err *err)
{
	int rc;

	if (take_seed(live, tree) < 0) {
		wf_node_free(tree);
		return -ENOMEM;
	}
	rc = step(live, tree, overrides, soon(live), err);
	*generation = live->setup->plan->generation;
	return rc;
}

static int
apply(void *ctx, struct wf_node *tree, uint64_t *generation, struct wf_err *err)
{
	return replace(ctx, tree, NULL, generation, err);
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

static int
change(void *ctx, struct wf_change *change, uint64_t *generation, struct wf_err *err)
{
	struct wf_live *live = ctx;
	wf_ns_t from_ns = soon(live);
	struct wf_overrides list = { 0 };
	struct wf_override o = { .from_ns = from_ns,
		.until_ns = change->for_ns != 0 ? from_ns + change->for_ns : UINT64_MAX,
		.change = change };
	int rc;

	if (!wf_change_fits(change, live->setup->tree, err))
		return -EINVAL;
	rc = wf_overrides_copy(&list, &live->setup->overrides, 0);
	if (rc == 0)
		rc = wf_overrides_add(&list, &o);
	if (rc == 0)
		rc = step(live, NULL, &list, from_ns, err);
	*generation = live->setup->plan->generation;
	wf_overrides_fini(&list);
	return rc;
}

static int
undo(void *ctx, uint64_t id, uint64_t *generation, struct wf_err *err)
{
	struct wf_live *live = ctx;
	wf_ns_t from_ns = soon(live);
	struct wf_overrides list = { 0 };
	bool found = false;
	int rc = wf_overrides_copy(&list, &live->setup->overrides, 0);

	for (uint32_t i = list.n; rc == 0 && i-- > 0;) {
		bool this = id == WF_CTL_UNDO_ALL || list.at[i].id == id ||
			    (id == WF_CTL_UNDO_LAST && i == list.n - 1 && !found);

		if (!this)
			continue;
		wf_overrides_drop(&list, i);
		found = true;
	}
	if (rc == 0)
		rc = found ? step(live, NULL, &list, from_ns, err) : -ENOENT;
	*generation = live->setup->plan->generation;
	wf_overrides_fini(&list);
	return rc;
}

/* ---- What is looked at ---- */

static struct wf_snapshot *
snapshot(void *ctx)
{
	return wf_dp_snapshot(((struct wf_live *)ctx)->dp);
}

static const struct wf_setup *
setup(void *ctx)
{
	return ((struct wf_live *)ctx)->setup;
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

static int
reset(void *ctx)
{
	return wf_dp_reset(((struct wf_live *)ctx)->dp);
}

struct wf_ctl_ops
wf_live_ops(struct wf_live *live)
{
	return (struct wf_ctl_ops){ .ctx = live,
		.snapshot = snapshot,
		.setup = setup,
		.apply = apply,
		.change = change,
		.undo = undo,
		.reload = reload,
		.progress = progress,
		.wall = wall,
		.reset = reset };
}
