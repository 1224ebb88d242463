/* SPDX-License-Identifier: BSD-3-Clause
 * What picks the packets of classes: rules and filters, compiled, kept from the plan before where
 * they are the same, and armed. Control threads only.
 */
#include "wf_plan_rules.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "wf_rng.h"

/* The class's filter in the plan before, if it was the same; NULL: it was not. */
static struct wf_filter *
filter_before(const struct wf_plan_dir *old, const uint8_t tag[4], const char *text)
{
	for (uint32_t i = 0; old != NULL && i < old->n_picks; i++)
		if (memcmp(old->pick[i].tag, tag, 4) == 0 && old->pick[i].filter != NULL &&
			strcmp(wf_filter_text(old->pick[i].filter), text) == 0)
			return wf_filter_hold(old->pick[i].filter);
	return NULL;
}

/* What picks the packets of a class that all have to be looked at. */
static int
compile_pick(struct wf_plan_dir *d, const struct wf_plan_dir *old, const struct wf_conf_class *k,
	struct wf_err *err)
{
	struct wf_plan_pick *pick = &d->pick[d->n_picks++];
	uint64_t hash = wf_rng_mix(strlen(k->name));

	for (const char *s = k->name; *s != 0; s++)
		hash = wf_rng_mix(hash ^ (uint8_t)*s);
	for (int i = 0; i < 4; i++)
		pick->tag[i] = (uint8_t)(hash >> (8 * i)) | (i == 0); /* not 0 */
	pick->rule = (struct wf_rule){ .match = k->match, .class_id = d->n_classes };
	if (k->filter == NULL)
		return 0;
	pick->filter = filter_before(old, pick->tag, k->filter);
	if (pick->filter == NULL)
		pick->filter = wf_filter_new(k->filter, &k->filter_where, err);
	return pick->filter != NULL ? 0 : -EINVAL;
}

int
wf_plan_rules_add(struct wf_plan_dir *d, const struct wf_plan_dir *old,
	const struct wf_conf_class *k, struct wf_err *err)
{
	if (k->filter != NULL || (k->match.has & WF_PLAN_PER_PACKET))
		return compile_pick(d, old, k, err);
	d->rule[d->n_rules].match = k->match;
	d->rule[d->n_rules++].class_id = d->n_classes;
	return 0;
}

static bool
same(const struct wf_rule *a, const struct wf_rule *b, size_t n)
{
	return n == 0 || memcmp(a, b, n * sizeof(*a)) == 0;
}

/* Have the rules changed? Then the classes that flows remember are looked up again. */
static bool
same_rules(const struct wf_plan_dir *d, const struct wf_plan_dir *old)
{
	return old->n_rules == d->n_rules && old->n_classes == d->n_classes &&
	       same(old->rule, d->rule, d->n_rules);
}

void
wf_plan_rules_keep(struct wf_plan_dir *d, const struct wf_plan_dir *old)
{
	bool kept = old != NULL && same_rules(d, old);

	d->epoch = old == NULL ? 1 : old->epoch + !kept;
	if (kept && d->n_rules > 0 && old->rules != NULL)
		d->rules = wf_rules_hold(old->rules);
	for (uint32_t i = 0; old != NULL && i < d->n_picks && i < old->n_picks; i++)
		if (old->pick[i].rules != NULL && same(&d->pick[i].rule, &old->pick[i].rule, 1))
			d->pick[i].rules = wf_rules_hold(old->pick[i].rules);
}

static struct wf_rules *
arm_rules(const struct wf_plan *plan, uint32_t dir, const struct wf_rule *rule, uint32_t n,
	struct wf_err *err)
{
	char name[32];

	/* Two plans live at once while workers change over. */
	snprintf(name, sizeof(name), "wf-%u-%llu", dir, (unsigned long long)plan->generation);
	return wf_rules_new(name, (enum wf_side)(dir & 1), rule, n, err);
}

int
wf_plan_arm(struct wf_plan *plan, struct wf_err *err)
{
	for (uint32_t i = 0; i < plan->n_dirs; i++) {
		struct wf_plan_dir *d = &plan->dir[i];

		if (d->n_rules > 0 && d->rules == NULL) {
			d->rules = arm_rules(plan, i, d->rule, d->n_rules, err);
			if (d->rules == NULL)
				return -EINVAL;
		}
		for (uint32_t k = 0; k < d->n_picks; k++) {
			struct wf_plan_pick *pick = &d->pick[k];

			struct wf_rule rule = pick->rule;

			rule.match.has &= ~WF_PLAN_PER_PACKET;
			if (rule.match.has == 0 || pick->rules != NULL)
				continue;
			pick->rules = arm_rules(plan, i, &rule, 1, err);
			if (pick->rules == NULL)
				return -EINVAL;
		}
	}
	return 0;
}
