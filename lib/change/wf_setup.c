/* SPDX-License-Identifier: BSD-3-Clause
 * From a base tree and overrides to the effective tree, its typed form and its plan. Pure: what
 * comes out follows from what goes in. Control threads only.
 */
#include "wf_setup.h"

#include <errno.h>
#include <stdlib.h>

static void
put_tree(struct wf_setup_tree *t)
{
	if (t == NULL || --t->references > 0)
		return;
	wf_node_free(t->node);
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
	put_tree(s->floor);
	wf_overrides_fini(&s->overrides);
	wf_overrides_fini(&s->dropped);
	wf_node_free(s->tree);
	wf_conf_free(s->conf);
	wf_plan_free(s->plan);
	free(s);
}

/* Base and floor. */
static int
stand_on(struct wf_setup *s, const struct wf_setup *before, struct wf_node *base)
{
	if (base != NULL) {
		s->base = new_tree(base);
		s->floor = s->base != NULL ? hold_tree(s->base) : NULL;
		return s->floor != NULL ? 0 : -ENOMEM;
	}
	s->base = hold_tree(before->base);
	s->floor = hold_tree(before->floor);
	return 0;
}

/* Overrides of what there is no more go. */
static void
drop_unfit(struct wf_setup *s)
{
	for (uint32_t i = 0; i < s->overrides.n;) {
		if (wf_change_fits(s->overrides.at[i].change, s->floor->node, NULL))
			i++;
		else
			wf_overrides_drop(&s->overrides, i);
	}
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
			wf_overrides_add(&s->dropped, o) < 0)
			return -ENOMEM;
	}
	s->last_before = before->overrides.last_id;
	if (s->overrides.last_id < before->overrides.last_id)
		s->overrides.last_id = before->overrides.last_id;
	return 0;
}

/* So that the list has its bound: the oldest that stays becomes part of the floor. */
static int
fold(struct wf_setup *s, wf_ns_t from_ns, struct wf_err *err)
{
	while (s->overrides.n > WF_OVERRIDES_MAX) {
		const struct wf_override *oldest = &s->overrides.at[0];
		struct wf_setup_tree *floor;
		int rc;

		if (oldest->until_ns != UINT64_MAX || oldest->from_ns > from_ns)
			return wf_err_add(err, NULL, "Undo some, or let them end",
				"more than %u changes that end or begin by themselves",
				WF_OVERRIDES_MAX);
		floor = new_tree(wf_node_clone(s->floor->node));
		if (floor == NULL)
			return -ENOMEM;
		put_tree(s->floor);
		s->floor = floor;
		rc = wf_change_merge(oldest->change, floor->node, err);
		if (rc < 0)
			return rc;
		wf_overrides_drop(&s->overrides, 0);
	}
	return 0;
}

/* The effective tree. */
static int
merge(struct wf_setup *s, wf_ns_t from_ns, struct wf_err *err)
{
	int rc = 0;

	s->tree = wf_node_clone(s->floor->node);
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

/* Typed form and plan. */
static int
compile(struct wf_setup *s, const struct wf_setup *before, wf_ns_t from_ns, struct wf_err *err)
{
	int rc = 0;

	s->conf = wf_conf_bind(s->tree, err);
	if (s->conf == NULL)
		return -EINVAL;
	s->seed = s->conf->seed_given || before == NULL ? s->conf->seed : before->seed;
	if (before != NULL && s->base != before->base) /* overrides are of directions only */
		rc = wf_setup_keep(before, s, err);
	if (rc < 0)
		return rc;
	s->plan = wf_plan_compile(s->conf, s->seed, before != NULL ? before->plan : NULL, err);
	if (s->plan == NULL)
		return -EINVAL;
	s->plan->from_ns = from_ns;
	return 0;
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
		drop_unfit(s);
	if (rc == 0 && before != NULL)
		rc = note_dropped(s, before, overrides, from_ns);
	if (rc == 0)
		rc = fold(s, from_ns, err);
	if (rc == 0)
		rc = merge(s, from_ns, err);
	if (rc == 0)
		rc = compile(s, before, from_ns, err);
	if (rc < 0) {
		wf_setup_free(s);
		return rc;
	}
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
	s->plan->from_ns = from_ns;
}
