/* SPDX-License-Identifier: BSD-3-Clause
 * What has passed since the reset and since a snapshot before, so that rates can be told. Control
 * thread.
 *
 * Two marks follow the snapshots that are taken: the last one, and one before it that is at least a
 * second older. So who asks every ten seconds gets the rates of ten seconds, and who asks a hundred
 * times a second those of one to two.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wf_dp_private.h"

#define LEAST_NS WF_NS_PER_S

int
wf_dp_marks_init(struct wf_dp *dp)
{
	for (int i = 0; i < WF_MARKS; i++) {
		struct wf_dp_mark *m = &dp->totals.mark[i];

		m->dir = calloc(dp->n_dirs, sizeof(*m->dir));
		m->class = calloc(WF_PLAN_MAX_SLOTS, sizeof(*m->class));
		if (!m->dir || !m->class)
			return -ENOMEM;
	}
	return 0;
}

void
wf_dp_marks_fini(struct wf_dp *dp)
{
	for (int i = 0; i < WF_MARKS; i++) {
		free(dp->totals.mark[i].dir);
		free(dp->totals.mark[i].class);
	}
}

static void
set(const struct wf_dp *dp, struct wf_dp_mark *m, wf_ns_t now_ns)
{
	const struct wf_dp_totals *t = &dp->totals;

	m->time_ns = now_ns;
	for (uint32_t d = 0; d < dp->n_dirs; d++)
		m->dir[d] = (struct wf_passed){ t->dir[d].c.rx, t->dir[d].c.tx };
	for (uint32_t s = 0; s < t->n_slots; s++)
		m->class[s] = (struct wf_passed){ t->class[s].c.rx, t->class[s].c.tx };
}

void
wf_dp_marks_restart(struct wf_dp *dp, wf_ns_t now_ns)
{
	for (int i = 0; i < WF_MARKS; i++)
		set(dp, &dp->totals.mark[i], now_ns);
}

void
wf_dp_marks_restart_class(struct wf_dp *dp, uint32_t slot)
{
	for (int i = 0; i < WF_MARKS; i++)
		dp->totals.mark[i].class[slot] = (struct wf_passed){ 0 };
}

static struct wf_count
minus(const struct wf_count *a, const struct wf_count *b)
{
	return (struct wf_count){ a->packets - b->packets, a->bytes - b->bytes };
}

static struct wf_passed
passed(const struct wf_flow_counts *now, const struct wf_passed *then)
{
	return (struct wf_passed){ minus(&now->rx, &then->rx), minus(&now->tx, &then->tx) };
}

static void
fill_dir(const struct wf_dp *dp, const struct wf_plan *plan, uint32_t dir,
	const struct wf_dp_mark *before, struct wf_snap_dir *out)
{
	const struct wf_dp_mark *reset = &dp->totals.mark[WF_MARK_RESET];
	const struct wf_plan_dir *d = &plan->dir[dir];

	out->since_reset = passed(&out->s.c, &reset->dir[dir]);
	out->lately = passed(&out->s.c, &before->dir[dir]);
	for (uint32_t c = 0; c < out->n_classes; c++) {
		struct wf_snap_class *k = &out->classes[c];
		uint32_t slot = d->classes[c].slot;

		k->since_reset = passed(&k->s.c, &reset->class[slot]);
		k->lately = passed(&k->s.c, &before->class[slot]);
	}
}

void
wf_dp_marks_fill(
	struct wf_dp *dp, const struct wf_plan *plan, wf_ns_t now_ns, struct wf_snapshot *snap)
{
	struct wf_dp_mark *before = &dp->totals.mark[WF_MARK_BEFORE];
	struct wf_dp_mark *last = &dp->totals.mark[WF_MARK_LAST];

	if (now_ns - last->time_ns >= LEAST_NS) {
		struct wf_dp_mark reuse = *before;

		*before = *last;
		*last = reuse;
		set(dp, last, now_ns);
	}
	snap->since_reset_ns = now_ns - dp->totals.mark[WF_MARK_RESET].time_ns;
	snap->interval_ns = now_ns - before->time_ns;
	for (uint32_t d = 0; d < dp->n_dirs; d++)
		fill_dir(dp, plan, d, before, &snap->links[d / 2].dir[d % 2]);
}
