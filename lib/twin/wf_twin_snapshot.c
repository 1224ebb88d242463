/* SPDX-License-Identifier: BSD-3-Clause
 * Makes the snapshot of an offline run: of its link only, in virtual time.
 */
#include "wf_twin_snapshot.h"

#include <stdio.h>

static int
fill_dir(struct wf_snap_dir *d, const struct wf_plan_dir *plan, const struct wf_dir_stats *stats,
	const struct wf_class_stats *classes)
{
	wf_dir_stats_merge(&d->s, stats);
	if (wf_snapshot_classes(d, plan->n_classes) < 0)
		return -1;
	for (uint16_t i = 0; i < plan->n_classes; i++) {
		snprintf(d->classes[i].name, WF_NAME_MAX, "%s", plan->classes[i].name);
		wf_class_stats_merge(&d->classes[i].s, &classes[plan->classes[i].slot]);
	}
	return 0;
}

struct wf_snapshot *
wf_twin_snapshot(const struct wf_twin_params *q, const struct wf_bank *bank, wf_ns_t first_ns,
	wf_ns_t last_ns, uint64_t time_clamped)
{
	struct wf_snapshot *s = wf_snapshot_new(1, 0, 0);
	const struct wf_conf_link *link = &q->conf->links[q->link];

	if (s == NULL)
		return NULL;
	s->live = false;
	s->time_ns = last_ns;
	s->uptime_ns = last_ns - first_ns;
	s->generation = q->plan->generation;
	s->seed = q->plan->seed;
	s->time_clamped = time_clamped;
	snprintf(s->links[0].name, WF_NAME_MAX, "%s", link->name);
	for (uint32_t side = 0; side < 2; side++) {
		uint32_t dir = 2 * q->link + side;

		snprintf(s->links[0].port[side], WF_NAME_MAX, "%s",
			q->conf->ports[link->port[side]].name);
		if (fill_dir(&s->links[0].dir[side], &q->plan->dir[dir], &bank->dir[dir],
			    bank->class) < 0) {
			wf_snapshot_free(s);
			return NULL;
		}
	}
	wf_snapshot_judge(s);
	return s;
}
