/* SPDX-License-Identifier: BSD-3-Clause
 * Compiles a checked configuration into a plan. Control threads only.
 */
#include "wf_plan.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wf_plan_budget.h"
#include "wf_plan_compiler.h"
#include "wf_plan_rules.h"
#include "wf_plan_share.h"
#include "wf_rng.h"

/* Memory of the plan: zeroed, aligned to a cache line, freed with it. NULL adds an error. */
static void *
reserve(void *compiler, size_t bytes)
{
	struct wf_plan_compiler *c = compiler;
	void *p = wf_plan_reserve(c->plan, bytes);

	if (p == NULL)
		wf_err_add(c->err, NULL, NULL, "out of memory");
	return p;
}

static const struct wf_plan_dir *
dir_before(const struct wf_plan_compiler *c, uint32_t dir)
{
	return c->before != NULL && dir < c->before->n_dirs ? &c->before->dir[dir] : NULL;
}

const struct wf_plan_class *
wf_plan_class_of(const struct wf_plan *p, uint32_t dir, const char *name)
{
	const struct wf_plan_dir *d = p != NULL && dir < p->n_dirs ? &p->dir[dir] : NULL;

	for (uint16_t i = 0; d != NULL && i < d->n_classes; i++)
		if (strcmp(d->classes[i].about->name, name) == 0)
			return &d->classes[i];
	return NULL;
}

static const struct wf_plan_class *
class_before(const struct wf_plan_compiler *c, uint32_t dir, const char *name)
{
	return wf_plan_class_of(c->before, dir, name);
}

/* The slot and uid of the class of this name in the plan before, or new ones. */
static int
identify(struct wf_plan_compiler *c, uint32_t dir, struct wf_plan_class *k)
{
	const struct wf_plan_class *old = class_before(c, dir, k->about->name);

	if (old != NULL) {
		k->slot = old->slot;
		k->uid = old->uid;
		k->run_uid = old->run_uid;
	} else {
		uint16_t slot = c->plan->next_slot, tried = 0;

		/* Round and round: a slot comes up again long after the last packet of the class
		 * that had it has left. */
		for (; tried < WF_PLAN_MAX_SLOTS && c->slot_used[slot]; tried++)
			slot = (uint16_t)((slot + 1) % WF_PLAN_MAX_SLOTS);
		if (tried == WF_PLAN_MAX_SLOTS)
			return wf_err_add(c->err, NULL, "Use fewer classes",
				"more than %d classes, with those that this change removes",
				WF_PLAN_MAX_SLOTS);
		c->slot_used[slot] = true;
		c->plan->next_slot = (uint16_t)((slot + 1) % WF_PLAN_MAX_SLOTS);
		k->slot = slot;
		k->uid = k->run_uid = c->plan->next_uid++;
	}
	if (k->slot >= c->plan->n_slots)
		c->plan->n_slots = k->slot + 1u;
	return 0;
}

/* State is looked at anew when a stage is added, removed or changes its variant. */
static void
identify_state(struct wf_plan_compiler *c, uint32_t dir, struct wf_plan_class *k)
{
	const struct wf_plan_class *old = class_before(c, dir, k->about->name);

	if (old != NULL &&
		memcmp(old->about->variant, k->about->variant, sizeof(k->about->variant)) == 0)
		k->state_uid = old->state_uid;
	else
		k->state_uid = c->plan->next_uid++;
}

/* By other rules a flow may be of another class. Its state is looked at anew then, and by its uid
 * it is known which class was the later one. */
static void
identify_moved(struct wf_plan_compiler *c, struct wf_plan_dir *d, const struct wf_plan_dir *before)
{
	if (before == NULL || before->epoch == d->epoch)
		return;
	for (uint16_t i = 0; i < d->n_classes; i++)
		if (d->classes[i].flow_scope)
			d->classes[i].state_uid = c->plan->next_uid++;
}

/* A cable is pulled as a whole, so by the direction's own outage. */
static int
find_carrier(struct wf_plan_compiler *c, struct wf_plan_dir *d, const struct wf_conf_dir *conf,
	const struct wf_plan_class *k)
{
	if (k != d->classes)
		return wf_err_add(c->err, &conf->block_where[WF_BLOCK_OUTAGE],
			"Write the outage in the direction itself, outside `classes`",
			"\"carrier\": a class has no cable of its own");
	for (uint8_t i = 0; i < wf_plan_steps(k); i++)
		if (k->before[i].stage == WF_BLOCK_OUTAGE)
			d->carrier = k->before[i].cfg;
	return 0;
}

/* One class of one direction. */
static int
compile_class(struct wf_plan_compiler *c, uint32_t dir, const struct wf_conf_dir *conf,
	bool flow_scope, struct wf_plan_class *k)
{
	struct wf_plan_dir *d = &c->plan->dir[dir];
	int rc = identify(c, dir, k);
	uint32_t needs;

	k->flow_scope = flow_scope;
	k->shares = k != &d->classes[0] && wf_plan_shares(conf);
	rc |= wf_plan_steps_of(c, dir, conf, k);
	if (c->pack == NULL)
		return -ENOMEM;
	needs = c->pack->needs;
	if (c->pack->copies > d->copies)
		d->copies = c->pack->copies;
	identify_state(c, dir, k);
	if (flow_scope && k->needs_state) {
		needs |= WF_NEED_FLOW;
		c->plan->flow_states = true;
		if (k->state_bytes <= WF_FLOW_STATE)
			d->flow_lines |= k->state_lines;
	}
	if (needs & WF_NEED_CARRIER)
		rc |= find_carrier(c, d, conf, k);
	d->needs_flow |= (needs & (WF_NEED_FLOW | WF_NEED_PARSE | WF_NEED_BYTES)) != 0;
	d->needs_bytes |= (needs & WF_NEED_BYTES) != 0;
	d->owned |= (needs & WF_NEED_OWNER) != 0;
	d->holds |= (needs & WF_NEED_HOLD) != 0;
	d->parks |= (needs & WF_NEED_PARK) != 0;
	d->in_order &= (needs & WF_NEED_SORT) == 0;
	return rc;
}

/* A class that does nothing, behind those that rules can find. */
static int
compile_neighbours(struct wf_plan_compiler *c, uint32_t dir)
{
	static const struct wf_conf_dir wire = { .present = false };
	struct wf_plan_dir *d = &c->plan->dir[dir];

	d->neighbours = d->n_classes++;
	snprintf(d->classes[d->neighbours].about->name, WF_NAME_MAX, WF_CLASS_NEIGHBOURS);
	return compile_class(c, dir, &wire, false, &d->classes[d->neighbours]);
}

/* A full bucket may send at once, and so may what a trace offers; and the server may be about to
 * wake up for one whose cap has held it up. */
static wf_ns_t
find_soonest(const struct wf_plan_dir *d)
{
	wf_ns_t soonest_ns = UINT64_MAX;

	for (uint16_t i = 0; i < d->n_classes; i++) {
		const struct wf_plan_class *k = &d->classes[d->classes[i].shares ? 0 : i];
		const struct wf_serve *s = k->queue != NULL ? &k->queue->serve : NULL;
		wf_ns_t ns = 0;

		if (s == NULL)
			continue;
		if (s->trace == NULL && s->burst == 0 && d->classes[i].queue->cap == 0)
			ns = (wf_ns_t)wf_fine_ceil(
				wf_wire_time(&s->wire, wf_wire_bytes(&s->wire, 0)));
		if (ns < soonest_ns)
			soonest_ns = ns;
	}
	return soonest_ns;
}

static enum wf_path
choose_path(const struct wf_plan_dir *d)
{
	if (d->copies > 0 || d->needs_bytes || d->parks)
		return WF_PATH_GENERAL;
	for (uint16_t i = 0; i < d->n_classes; i++)
		if (d->classes[i].queue != NULL)
			return WF_PATH_GENERAL;
	return wf_plan_steps(&d->classes[0]) > 0 || d->needs_flow ? WF_PATH_STRAIGHT : WF_PATH_WIRE;
}

static int
compile_dir(struct wf_plan_compiler *c, const struct wf_conf_link *link, uint32_t dir,
	enum wf_side side)
{
	struct wf_plan_dir *d = &c->plan->dir[dir];
	struct wf_plan_about *about;
	struct wf_plan_share share;
	int rc;

	d->rng_key = wf_rng_dir(wf_rng_run(c->plan->seed, c->plan->run_key), dir);
	if (c->before != NULL && dir < c->before->n_dirs) {
		d->run = c->before->dir[dir].run;
		d->origin_ns = c->before->dir[dir].origin_ns;
	}
	d->classes = reserve(c, (link->n_classes + 2) * sizeof(*d->classes));
	about = reserve(c, (link->n_classes + 2) * sizeof(*about));
	d->rule = reserve(c, (link->n_classes + 1) * sizeof(*d->rule));
	d->pick = reserve(c, (link->n_classes + 1) * sizeof(*d->pick));
	if (d->classes == NULL || about == NULL || d->rule == NULL || d->pick == NULL)
		return -ENOMEM;
	for (uint32_t i = 0; i < link->n_classes + 2; i++)
		d->classes[i].about = &about[i];
	d->n_classes = 1;
	d->in_order = true;
	d->inner = link->inner;
	snprintf(d->classes[0].about->name, WF_NAME_MAX, "default");
	rc = wf_plan_share_init(&share, link, side, c->err);
	if (compile_class(c, dir, &share.dir, share.dir.scope == WF_SCOPE_FLOW, &d->classes[0]) < 0)
		rc = -EINVAL;
	for (uint32_t i = 0; i < link->n_classes; i++) {
		const struct wf_conf_class *k = &link->classes[i];
		const struct wf_conf_dir *conf;

		if (!k->dir[side].present)
			continue;
		snprintf(d->classes[d->n_classes].about->name, WF_NAME_MAX, "%s", k->name);
		if (wf_plan_rules_add(d, dir_before(c, dir), k, c->err) < 0)
			rc = -EINVAL;
		conf = wf_plan_share_class(&share, k, side, c->err);
		if (conf == NULL || compile_class(c, dir, conf, k->scope == WF_SCOPE_FLOW,
					    &d->classes[d->n_classes++]) < 0)
			rc = -EINVAL;
	}
	if (link->exempt_neighbours && compile_neighbours(c, dir) < 0)
		rc = -EINVAL;
	if (d->n_classes > 1) {
		d->needs_flow = true;
		d->in_order = false; /* of classes with delays of their own */
	}
	d->needs_flow |= c->plan->count_flows;
	wf_plan_rules_keep(d, dir_before(c, dir));
	identify_moved(c, d, dir_before(c, dir));
	d->path = (uint8_t)choose_path(d);
	d->soonest_ns = find_soonest(d);
	return rc;
}

/* Slots that the plan before uses stay taken. */
static void
mark_slots(struct wf_plan_compiler *c)
{
	if (c->before == NULL)
		return;
	c->plan->n_slots = c->before->n_slots;
	c->plan->next_slot = c->before->next_slot;
	for (uint32_t d = 0; d < c->before->n_dirs; d++)
		for (uint16_t i = 0; i < c->before->dir[d].n_classes; i++)
			c->slot_used[c->before->dir[d].classes[i].slot] = true;
}

struct wf_plan *
wf_plan_compile(
	const struct wf_conf *conf, uint64_t seed, const struct wf_plan *before, struct wf_err *err)
{
	return wf_plan_compile_over(conf, seed, before, NULL, err);
}

struct wf_plan *
wf_plan_compile_over(const struct wf_conf *conf, uint64_t seed, const struct wf_plan *before,
	const struct wf_plan *base, struct wf_err *err)
{
	struct wf_plan_compiler *c = calloc(1, sizeof(*c));
	struct wf_plan *plan = wf_plan_new();
	int rc = 0;

	if (c == NULL || plan == NULL) {
		wf_err_add(err, NULL, NULL, "out of memory");
		goto fail;
	}
	*c = (struct wf_plan_compiler){
		.conf = conf, .before = before, .base = base, .plan = plan, .err = err
	};
	plan->generation = before != NULL ? before->generation + 1 : 1;
	plan->seed = seed;
	plan->next_uid = before != NULL ? before->next_uid : 1;
	plan->run_key = before != NULL ? before->run_key : 0;
	plan->count_flows = conf->count_flows;
	plan->n_links = conf->n_links;
	plan->n_dirs = 2 * conf->n_links;
	plan->dir = reserve(c, plan->n_dirs * sizeof(*plan->dir));
	plan->link_name = reserve(c, conf->n_links * sizeof(*plan->link_name));
	if (plan->dir == NULL || plan->link_name == NULL)
		goto fail;
	mark_slots(c);
	for (uint32_t i = 0; i < conf->n_links; i++) {
		snprintf(plan->link_name[i], WF_NAME_MAX, "%s", conf->links[i].name);
		for (int side = 0; side < 2; side++)
			rc |= compile_dir(
				c, &conf->links[i], 2 * i + (uint32_t)side, (enum wf_side)side);
	}
	if (rc < 0 || wf_plan_check_budget(plan, conf, err) < 0)
		goto fail;
	if (before != NULL && before->seed != seed)
		wf_plan_begin_run(plan, plan->run_key);
	free(c);
	return plan;
fail:
	free(c);
	wf_plan_free(plan);
	return NULL;
}
