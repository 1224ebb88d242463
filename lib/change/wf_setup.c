/* SPDX-License-Identifier: BSD-3-Clause
 * From a base tree and overrides to the effective tree, its typed form and its plan. Pure: what
 * comes out follows from what goes in. Control threads only.
 */
#include "wf_setup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void
put_tree(struct wf_setup_tree *t)
{
	if (t == NULL || --t->references > 0)
		return;
	wf_node_free(t->node);
	wf_plan_free(t->plan);
	free(t);
}

static struct wf_setup_tree *
hold_tree(struct wf_setup_tree *t)
{
	t->references++;
	return t;
}

/* Takes the node in every case. */
static struct wf_setup_tree *
new_tree(struct wf_node *node)
{
	struct wf_setup_tree *t = node != NULL ? calloc(1, sizeof(*t)) : NULL;

	if (t == NULL) {
		wf_node_free(node);
		return NULL;
	}
	*t = (struct wf_setup_tree){ .references = 1, .node = node };
	return t;
}

void
wf_setup_free(struct wf_setup *s)
{
	if (s == NULL)
		return;
	put_tree(s->base);
	wf_overrides_fini(&s->overrides);
	wf_overrides_fini(&s->dropped);
	wf_node_free(s->tree);
	wf_conf_free(s->conf);
	wf_plan_free(s->plan);
	free(s);
}

static int
stand_on(struct wf_setup *s, const struct wf_setup *before, struct wf_node *base)
{
	s->base = base != NULL ? new_tree(base) : hold_tree(before->base);
	return s->base != NULL ? 0 : -ENOMEM;
}

/* Another change in an override; takes the reference. */
static void
put_change(struct wf_override *o, struct wf_change *change)
{
	wf_change_free(o->change);
	o->change = change;
}

/* What overrides have of what there is no more goes, and is noted; if nothing is left of one, it
 * goes as a whole. */
static int
drop_unfit(struct wf_setup *s)
{
	for (uint32_t i = 0; i < s->overrides.n;) {
		struct wf_override *o = &s->overrides.at[i], gone = *o;
		struct wf_change *kept;
		int rc;

		if (wf_change_fits(o->change, s->base->node, NULL)) {
			i++;
			continue;
		}
		kept = wf_change_part(o->change, s->base->node, true);
		gone.change = wf_change_part(o->change, s->base->node, false);
		rc = kept != NULL && gone.change != NULL ? wf_overrides_add(&s->dropped, &gone)
							 : -ENOMEM;
		wf_change_free(gone.change);
		if (rc < 0) {
			wf_change_free(kept);
			return rc;
		}
		put_change(o, kept);
		if (kept->n_items == 0)
			wf_overrides_drop(&s->overrides, i);
	}
	return 0;
}

/* Which of those before stand no more? Not those that are asked for and have ended. */
static int
note_dropped(struct wf_setup *s, const struct wf_setup *before, const struct wf_overrides *asked,
	wf_ns_t from_ns)
{
	for (uint32_t i = 0; i < before->overrides.n; i++) {
		const struct wf_override *o = &before->overrides.at[i];

		bool ended =
			o->until_ns <= from_ns && asked != NULL && wf_overrides_have(asked, o->id);

		if (!ended && !wf_overrides_have(&s->overrides, o->id) &&
			!wf_overrides_have(&s->dropped, o->id) &&
			wf_overrides_add(&s->dropped, o) < 0)
			return -ENOMEM;
	}
	s->last_before = before->overrides.last_id;
	if (s->overrides.last_id < before->overrides.last_id)
		s->overrides.last_id = before->overrides.last_id;
	return 0;
}

static bool
may_join(const struct wf_override *o, wf_ns_t from_ns)
{
	return o->until_ns == UINT64_MAX && o->from_ns <= from_ns;
}

/* So that the list has its bound: two neighbours become one, the younger. */
static int
join_oldest(struct wf_setup *s, wf_ns_t from_ns, struct wf_err *err)
{
	while (s->overrides.n > WF_OVERRIDES_MAX) {
		struct wf_override *o = s->overrides.at;
		struct wf_change *both;
		uint32_t i = 0;

		while (i + 1 < s->overrides.n &&
			!(may_join(&o[i], from_ns) && may_join(&o[i + 1], from_ns)))
			i++;
		if (i + 1 == s->overrides.n)
			return wf_err_add(err, NULL, "Undo some, or let them end",
				"more than %u changes, and too many that end or begin by "
				"themselves",
				WF_OVERRIDES_MAX);
		both = wf_change_join(o[i].change, o[i + 1].change);
		if (both == NULL)
			return -ENOMEM;
		put_change(&o[i + 1], both);
		wf_overrides_drop(&s->overrides, i);
	}
	return 0;
}

/* The effective tree. */
static int
merge(struct wf_setup *s, wf_ns_t from_ns, struct wf_err *err)
{
	int rc = 0;

	s->tree = wf_node_clone(s->base->node);
	if (s->tree == NULL)
		return -ENOMEM;
	for (uint32_t i = 0; i < s->overrides.n && rc == 0; i++) {
		struct wf_override *o = &s->overrides.at[i];

		o->merged = wf_override_stands(o, from_ns);
		if (o->merged)
			rc = wf_change_merge(o->change, s->tree, err);
	}
	return rc;
}

static bool
was_merged(const struct wf_setup *before, uint64_t id)
{
	for (uint32_t i = 0; before != NULL && i < before->overrides.n; i++)
		if (before->overrides.at[i].id == id)
			return before->overrides.at[i].merged;
	return false;
}

/* The clocks of a change's directions begin with the plan. */
static void
begin_phase(struct wf_setup *s, const struct wf_change *c)
{
	for (uint32_t i = 0; i < c->n_items; i++)
		for (uint32_t l = 0; l < s->conf->n_links; l++) {
			if (strcmp(s->conf->links[l].name, c->item[i].link) != 0)
				continue;
			for (uint32_t side = 0; side < 2; side++)
				if (c->item[i].side[side])
					wf_plan_set_origin(s->plan, 2 * l + side, s->plan->from_ns);
		}
}

/* What begins with this plan: of overrides that were not merged before. */
static void
begin(struct wf_setup *s, const struct wf_setup *before)
{
	for (uint32_t i = 0; i < s->overrides.n; i++) {
		const struct wf_override *o = &s->overrides.at[i];

		if (!o->merged || was_merged(before, o->id))
			continue;
		if (o->change->run)
			wf_plan_begin_run(s->plan, o->change->run_key);
		if (o->change->phase)
			begin_phase(s, o->change);
	}
}

static uint64_t
seed_of(const struct wf_setup *s, const struct wf_setup *before)
{
	uint64_t seed = s->conf->seed_given || before == NULL ? s->conf->seed : before->seed;

	for (uint32_t i = 0; i < s->overrides.n; i++)
		if (s->overrides.at[i].merged && s->overrides.at[i].change->seeded)
			seed = s->overrides.at[i].change->seed;
	return seed;
}

/* Typed form and plan. */
static int
compile(struct wf_setup *s, const struct wf_setup *before, wf_ns_t from_ns, struct wf_err *err)
{
	int rc = 0;

	s->conf = wf_conf_bind(s->tree, err);
	if (s->conf == NULL)
		return -EINVAL;
	s->seed = seed_of(s, before);
	if (before != NULL && s->base != before->base) /* overrides are of directions only */
		rc = wf_setup_keep(before, s, err);
	if (rc < 0)
		return rc;
	s->plan = wf_plan_compile_over(
		s->conf, s->seed, before != NULL ? before->plan : NULL, s->base->plan, err);
	if (s->plan == NULL)
		return -EINVAL;
	s->plan->from_ns = from_ns;
	begin(s, before);
	return 0;
}

/* Another base makes sense by itself, whatever stands above it (overrides end), and its files can
 * be read now, whatever was read of them before. */
static int
check_base(const struct wf_setup *s, const struct wf_setup *before, struct wf_err *err)
{
	struct wf_conf *conf;

	if (before == NULL ? s->overrides.n == 0 : s->base == before->base)
		return 0; /* the effective tree is it; or it has been looked at */
	conf = wf_conf_bind(s->base->node, err);
	if (conf != NULL)
		s->base->plan = wf_plan_compile(conf, conf->seed, NULL, err);
	wf_conf_free(conf);
	return s->base->plan != NULL ? 0 : -EINVAL;
}

/* Where nothing stands above the base, its plan is this one, which may share with the one before.
 */
static void
keep_base(struct wf_setup *s)
{
	for (uint32_t i = 0; i < s->overrides.n; i++)
		if (s->overrides.at[i].merged)
			return;
	wf_plan_free(s->base->plan);
	s->base->plan = wf_plan_hold(s->plan);
}

int
wf_setup_next(const struct wf_setup *before, struct wf_node *base,
	const struct wf_overrides *overrides, wf_ns_t from_ns, struct wf_setup **out,
	struct wf_err *err)
{
	struct wf_setup *s = calloc(1, sizeof(*s));
	int rc = -ENOMEM;

	*out = NULL;
	assert(before != NULL || base != NULL);
	if (s != NULL)
		rc = stand_on(s, before, base);
	else
		wf_node_free(base);
	if (rc == 0 && overrides != NULL)
		rc = wf_overrides_copy(&s->overrides, overrides, from_ns);
	if (rc == 0)
		rc = drop_unfit(s);
	if (rc == 0 && before != NULL)
		rc = note_dropped(s, before, overrides, from_ns);
	if (rc == 0)
		rc = check_base(s, before, err);
	if (rc == 0)
		rc = join_oldest(s, from_ns, err);
	if (rc == 0)
		rc = merge(s, from_ns, err);
	if (rc == 0)
		rc = compile(s, before, from_ns, err);
	if (rc < 0) {
		wf_setup_free(s);
		return rc;
	}
	keep_base(s);
	*out = s;
	return 0;
}

void
wf_setup_begin(struct wf_setup *s, wf_ns_t from_ns)
{
	wf_ns_t asked_ns = s->plan->from_ns;

	for (uint32_t i = 0; i < s->overrides.n; i++) {
		struct wf_override *o = &s->overrides.at[i];

		/* Of the others, their ends have been told. */
		if (o->id <= s->last_before || o->from_ns != asked_ns)
			continue;
		o->from_ns = from_ns;
		if (o->until_ns != UINT64_MAX)
			o->until_ns += from_ns - asked_ns;
	}
	for (uint32_t d = 0; d < s->plan->n_dirs; d++)
		if (asked_ns != 0 && s->plan->dir[d].origin_ns == asked_ns)
			s->plan->dir[d].origin_ns = from_ns;
	s->plan->from_ns = from_ns;
}
