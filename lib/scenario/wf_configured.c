/* SPDX-License-Identifier: BSD-3-Clause
 * Laws of delay over the steps of a script. Control threads only.
 */
#include "wf_configured.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "wf_delay.h"

/* Turns that spread evenly, however many there are: the golden ratio's. */
#define TURN 0x9e3779b97f4a7c15ull

/* Packets of no class, or of all if there are none. */
static const struct wf_delay_cfg *
delay_of(const struct wf_plan *plan, uint32_t dir)
{
	const struct wf_plan_class *k = &plan->dir[dir].classes[0];

	for (uint32_t i = 0; i < wf_plan_steps(k); i++)
		if (k->before[i].stage == WF_BLOCK_DELAY)
			return k->before[i].cfg;
	return NULL;
}

/* The i-th of n packets, spread evenly over this time since the clock of waves began. */
static wf_ns_t
draw(const struct wf_delay_cfg *d, uint32_t i, uint32_t n, wf_ns_t from_ns, wf_ns_t for_ns)
{
	uint64_t u = UINT64_MAX / n * i + UINT64_MAX / n / 2, rng = TURN * (i + 1);
	wf_ns_t since_ns;
	int64_t ns;

	if (d == NULL)
		return 0;
	since_ns = from_ns + (wf_ns_t)(((unsigned __int128)for_ns * rng) >> 64);
	if (d->shape != NULL && d->shape->trace != NULL)
		ns = (int64_t)(d->shape->by_packet ? wf_rows_of_packet(d->shape->trace, i)
						   : wf_rows_at(d->shape->trace, since_ns));
	else
		ns = (int64_t)wf_law_sample(&d->law, d->constant ? 0 : u);
	return (wf_ns_t)(d->shape != NULL ? wf_delay_shaped(d->shape, ns, since_ns, rng) : ns);
}

/* As many draws as its share of all_ns is, and one at least. */
static int
add(struct wf_configured_law *law, const struct wf_delay_cfg *d, wf_ns_t from_ns, wf_ns_t for_ns,
	wf_ns_t all_ns)
{
	uint32_t n = 1 + (uint32_t)((unsigned __int128)for_ns * WF_CONFIGURED_DRAWS / all_ns);
	wf_ns_t *more = realloc(law->ns, (law->n + (size_t)n) * sizeof(*more));

	if (more == NULL)
		return -ENOMEM;
	law->ns = more;
	for (uint32_t i = 0; i < n; i++)
		law->ns[law->n++] = draw(d, i, n, from_ns, for_ns);
	return 0;
}

/* What stands from at_ns on for a while, of both the run and the phases of its name. */
static int
add_step(struct wf_configured *c, const struct wf_plan *plan, wf_ns_t at_ns, wf_ns_t for_ns,
	uint32_t group, const wf_ns_t *all_ns)
{
	int rc = 0;

	for (uint32_t dir = 0; dir < plan->n_dirs && rc == 0; dir++) {
		const struct wf_delay_cfg *d = delay_of(plan, dir);
		wf_ns_t origin_ns = plan->dir[dir].origin_ns,
			from_ns = at_ns > origin_ns ? at_ns - origin_ns : 0;
		struct wf_configured_law *law = &c->law[dir * c->n_groups];

		rc = add(&law[0], d, from_ns, for_ns, all_ns[0]);
		if (rc == 0 && group != 0)
			rc = add(&law[group], d, from_ns, for_ns, all_ns[group]);
	}
	return rc;
}

static wf_ns_t
lasts_ns(const struct wf_change *what, wf_ns_t duration_ns)
{
	if (what->at_ns >= duration_ns)
		return 0;
	return what->for_ns == 0 || what->at_ns + what->for_ns > duration_ns
		       ? duration_ns - what->at_ns
		       : what->for_ns;
}

static uint32_t
group_of(const struct wf_seen *seen, const struct wf_script_step *step)
{
	return step->phase != UINT32_MAX ? seen->group_of[step->phase] : 0;
}

static int
walk(struct wf_configured *c, const struct wf_seen *seen, const struct wf_script *script,
	const struct wf_node *base, wf_ns_t duration_ns, const wf_ns_t *all_ns)
{
	struct wf_err *err = wf_err_new(); /* whoever began the run has told what is wrong */
	struct wf_script_walk w;
	int rc = err != NULL ? wf_script_begin(&w, script, base, 0, err) : -ENOMEM;

	for (uint32_t i = 0; i < script->n && rc == 0; i++) {
		const struct wf_script_step *step = &script->step[i];
		wf_ns_t for_ns = lasts_ns(step->change, duration_ns);

		if (for_ns == 0)
			break;
		rc = wf_script_next(&w, err);
		if (rc > 0)
			rc = add_step(c, w.setup->plan, step->change->at_ns, for_ns,
				group_of(seen, step), all_ns);
	}
	if (err != NULL)
		wf_script_end(&w);
	wf_err_free(err);
	return rc;
}

static int
rising(const void *a, const void *b)
{
	wf_ns_t x = *(const wf_ns_t *)a, y = *(const wf_ns_t *)b;

	return (x > y) - (x < y);
}

int
wf_configured_make(const struct wf_seen *seen, const struct wf_script *script,
	const struct wf_node *base, wf_ns_t duration_ns, struct wf_configured *out)
{
	wf_ns_t *all_ns = calloc(seen->n_groups, sizeof(*all_ns));
	int rc = -ENOMEM;

	*out = (struct wf_configured){ .n_groups = seen->n_groups,
		.n_laws = seen->n_dirs * seen->n_groups };
	out->law = calloc(out->n_laws, sizeof(*out->law));
	for (uint32_t i = 0; all_ns != NULL && i < script->n; i++) {
		wf_ns_t for_ns = lasts_ns(script->step[i].change, duration_ns);

		all_ns[0] += for_ns;
		if (group_of(seen, &script->step[i]) != 0)
			all_ns[group_of(seen, &script->step[i])] += for_ns;
	}
	if (all_ns != NULL && out->law != NULL)
		rc = walk(out, seen, script, base, duration_ns, all_ns);
	for (uint32_t i = 0; rc == 0 && i < out->n_laws; i++)
		if (out->law[i].n > 0)
			qsort(out->law[i].ns, out->law[i].n, sizeof(wf_ns_t), rising);
	free(all_ns);
	if (rc < 0)
		wf_configured_fini(out);
	return rc;
}

void
wf_configured_fini(struct wf_configured *c)
{
	for (uint32_t i = 0; c->law != NULL && i < c->n_laws; i++)
		free(c->law[i].ns);
	free(c->law);
	*c = (struct wf_configured){ 0 };
}

wf_ns_t
wf_configured_quantile(const struct wf_configured_law *law, double q)
{
	double i = ceil(q * law->n);

	return law->ns[i < 1 ? 0 : i < law->n ? (uint32_t)i - 1 : law->n - 1];
}
