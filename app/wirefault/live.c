/* SPDX-License-Identifier: BSD-3-Clause
 * Replacing the running configuration: bind, compile, arm, publish; on any error nothing changes.
 * Control thread.
 */
#include "live.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

/* Keys that are used up when the ports and workers start. */
static const char *const start_keys[] = { "ports", "workers", "memory", "max_flows", "flow_idle",
	"control" };

static bool
same(const struct wf_node *a, const struct wf_node *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return wf_node_equal(a, b);
}

static int
needs_restart(struct wf_err *err, const char *what)
{
	struct wf_where where = { NULL, 0, what };

	wf_err_add(err, &where, "Stop wirefault and start it with the new file",
		"cannot change while wirefault runs");
	return -ENOTSUP;
}

/* Links may not come, go, move or change their ports: the workers' tables are made for them. */
static int
check_links(const struct wf_conf *now, const struct wf_conf *next, struct wf_err *err)
{
	if (now->n_links != next->n_links)
		return needs_restart(err, "links");
	for (uint32_t i = 0; i < now->n_links; i++) {
		const struct wf_conf_link *a = &now->links[i], *b = &next->links[i];

		if (strcmp(a->name, b->name) != 0 || a->port[0] != b->port[0] ||
			a->port[1] != b->port[1])
			return needs_restart(err, "links");
	}
	return 0;
}

static int
check_restart(struct wf_live *live, const struct wf_loaded *next, struct wf_err *err)
{
	int rc = 0;

	for (size_t i = 0; i < WF_ARRAY_SIZE(start_keys); i++)
		if (!same(wf_node_get(live->now.tree, start_keys[i]),
			    wf_node_get(next->tree, start_keys[i])))
			rc = needs_restart(err, start_keys[i]);
	if (next->conf->seed != live->now.seed) /* however it is written */
		rc = needs_restart(err, "seed");
	return check_links(live->now.conf, next->conf, err) < 0 ? -ENOTSUP : rc;
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

/* A tree without a seed, or with that of the file that --seed replaced, gets the one in force. */
static int
take_seed(const struct wf_live *live, struct wf_node *tree)
{
	struct wf_node *own = wf_node_get(tree, "seed"), *now;

	if (own != NULL && !same(own, live->file_seed))
		return 0;
	now = seed_node(live->now.seed);
	if (now == NULL)
		return -ENOMEM;
	if (own != NULL)
		wf_node_replace(own, now);
	else
		wf_node_prepend(tree, now);
	return 0;
}

int
wf_live_keep_seed(struct wf_live *live)
{
	const struct wf_node *own = wf_node_get(live->now.tree, "seed");

	if (own != NULL && (live->file_seed = wf_node_clone(own)) == NULL)
		return -ENOMEM;
	return take_seed(live, live->now.tree);
}

static int
publish(struct wf_live *live, const struct wf_conf *conf, uint64_t *generation, struct wf_err *err)
{
	struct wf_plan *plan = wf_plan_compile(conf, live->now.seed, wf_dp_plan(live->dp), err);
	uint64_t wanted;
	int rc;

	if (plan == NULL)
		return -EINVAL;
	if (wf_plan_arm(plan, err) < 0 || wf_dp_check_carrier(live->dp, plan, err) < 0) {
		wf_plan_free(plan);
		return -EINVAL;
	}
	wanted = plan->generation;
	rc = wf_dp_offer(live->dp, plan);
	if (rc == -ENOMEM) {
		wf_err_add(err, NULL, NULL, "out of memory");
		return rc;
	}
	while ((*generation = wf_dp_poll(live->dp).generation) < wanted)
		sched_yield();
	live->changed(live->changed_ctx);
	return 0;
}

static int
apply(void *ctx, struct wf_node *tree, uint64_t *generation, struct wf_err *err)
{
	struct wf_live *live = ctx;
	struct wf_loaded next = { .tree = tree, .seed = live->now.seed };
	int rc = -EINVAL;

	if (take_seed(live, tree) < 0) {
		wf_node_free(tree);
		return -ENOMEM;
	}
	next.conf = wf_conf_bind(tree, err);
	if (next.conf != NULL)
		rc = check_restart(live, &next, err);
	if (rc == 0)
		rc = publish(live, next.conf, generation, err);
	if (rc < 0) {
		wf_unload(&next);
		return rc;
	}
	/* The data path keeps the configuration that it was started with, which a change can't
	 * touch in what it needs from it; so only the tree moves on. */
	wf_node_free(live->now.tree);
	live->now.tree = next.tree;
	wf_conf_free(next.conf);
	return 0;
}

int
wf_live_reload(struct wf_live *live, uint64_t *generation, struct wf_err *err)
{
	struct wf_node *tree = wf_bridge_read(&live->from, err);

	return tree == NULL ? -EINVAL : apply(live, tree, generation, err);
}

static int
reload(void *ctx, uint64_t *generation, struct wf_err *err)
{
	return wf_live_reload(ctx, generation, err);
}

static struct wf_snapshot *
snapshot(void *ctx)
{
	return wf_dp_snapshot(((struct wf_live *)ctx)->dp);
}

static const struct wf_node *
config(void *ctx)
{
	return ((struct wf_live *)ctx)->now.tree;
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
		.config = config,
		.apply = apply,
		.reload = reload,
		.reset = reset };
}
