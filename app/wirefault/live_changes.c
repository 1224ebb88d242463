/* SPDX-License-Identifier: BSD-3-Clause
 * Changes that are asked for, each with its instant: they become overrides above the file. Control
 * thread.
 */
#include <errno.h>

#include "live_runs.h"
#include "wf_timeline.h"

/* Does each have its link and class? */
static bool
fit(const struct wf_live *live, const struct wf_changes *c, struct wf_err *err)
{
	bool all = true;

	for (uint32_t i = 0; i < c->n; i++)
		all &= wf_change_fits(c->change[i], live->setup->tree, err);
	return all;
}

/* Those that were to begin before that begin then. */
static int
add(struct wf_overrides *list, const struct wf_changes *c, wf_ns_t soon_ns)
{
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && i < c->n; i++) {
		struct wf_change *change = c->change[i];
		wf_ns_t from_ns = change->at_ns > soon_ns ? change->at_ns : soon_ns;
		struct wf_override o = { .from_ns = from_ns,
			.until_ns = change->for_ns != 0 ? from_ns + change->for_ns : UINT64_MAX,
			.change = change };

		rc = wf_overrides_add(list, &o);
	}
	return rc;
}

/* When the first of them begins. */
static wf_ns_t
first_of(const struct wf_changes *c)
{
	wf_ns_t first_ns = UINT64_MAX;

	for (uint32_t i = 0; i < c->n; i++)
		if (c->change[i]->at_ns < first_ns)
			first_ns = c->change[i]->at_ns;
	return first_ns;
}

/* From when on the next setup is in force: with the first change, if that begins so soon that it
 * could not be made afterwards, and if nothing else begins or ends before. */
static wf_ns_t
choose(const struct wf_live *live, wf_ns_t first_ns, wf_ns_t soon_ns)
{
	if (first_ns <= soon_ns || first_ns > soon_ns + WF_LIVE_LEAD_NS ||
		first_ns > wf_overrides_edge(&live->setup->overrides))
		return soon_ns;
	return first_ns;
}

/* Would all make sense when their times come, as far as is known now? */
static int
try_all(struct wf_live *live, const struct wf_overrides *list, wf_ns_t from_ns, struct wf_err *err)
{
	struct wf_setup *trial;
	int rc = wf_live_make(live, NULL, list, from_ns, &trial, err);

	if (rc == 0)
		rc = wf_timeline_check(trial, err);
	wf_setup_free(trial);
	return rc;
}

int
wf_live_schedule(
	void *ctx, const struct wf_changes *changes, uint64_t *generation, struct wf_err *err)
{
	struct wf_live *live = ctx;
	wf_ns_t soon_ns = wf_live_soon(live), from_ns = choose(live, first_of(changes), soon_ns);
	struct wf_overrides list = { 0 };
	int rc = live_runs_refuse(live->runs, err);

	if (rc < 0)
		return rc;
	if (!fit(live, changes, err))
		return -EINVAL;
	rc = wf_overrides_copy(&list, &live->setup->overrides, 0);
	if (rc == 0)
		rc = add(&list, changes, soon_ns);
	for (uint32_t i = 0; rc == 0 && i < changes->n; i++)
		if (changes->change[i]->at_ns > from_ns) {
			rc = try_all(live, &list, from_ns, err);
			break;
		}
	if (rc == 0)
		rc = wf_live_step(live, NULL, &list, from_ns, err);
	*generation = live->setup->plan->generation;
	wf_overrides_fini(&list);
	return rc;
}

int
wf_live_change(void *ctx, struct wf_change *change, uint64_t *generation, struct wf_err *err)
{
	const struct wf_changes one = { .n = 1, .change = &change };

	return wf_live_schedule(ctx, &one, generation, err);
}
