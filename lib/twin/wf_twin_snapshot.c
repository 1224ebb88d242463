/* SPDX-License-Identifier: BSD-3-Clause
 * Makes the snapshot of an offline run: of the links that had an input, in virtual
 * time.
 */
#include "wf_twin_snapshot.h"

#include <stdio.h>
#include <string.h>

static int
fill_dir(struct wf_snap_dir *d, const struct wf_plan_dir *plan, const struct wf_dir_stats *stats,
	const struct wf_bank *bank)
{
	wf_dir_stats_merge(&d->s, stats);
	d->since_reset = (struct wf_passed){ stats->c.rx, stats->c.tx };
	if (wf_snapshot_classes(d, plan->n_classes) < 0)
		return -1;
	for (uint16_t i = 0; i < plan->n_classes; i++) {
		snprintf(d->classes[i].name, WF_NAME_MAX, "%s", plan->classes[i].about->name);
		d->classes[i].since_reset =
			(struct wf_passed){ bank->class[plan->classes[i].slot].c.rx,
				bank->class[plan->classes[i].slot].c.tx };
		wf_class_stats_merge(&d->classes[i].s, &bank->class[plan->classes[i].slot]);
		if (wf_snapshot_times(&d->classes[i], wf_bank_times(bank, plan->classes[i].slot)) <
			0)
			return -1;
	}
	return 0;
}

/* What reading the captures took. */
static void
add_notes(struct wf_snap_input *in, const struct wf_cap_notes *n)
{
	in->packets += n->packets;
	in->clamped += n->clamped;
	in->out_of_place += n->out_of_place;
	in->untimed += n->untimed;
	in->converted += n->converted;
	in->no_side += n->no_side;
	in->malformed += n->malformed;
	for (uint32_t i = 0; i < n->n_skipped; i++) {
		struct wf_snap_skipped *s = in->skipped;
		char name[32];

		wf_cap_link_name(n->skipped[i].link_type, name);
		for (uint32_t k = 0; k + 1 < WF_SNAP_SKIPPED && s->packets > 0; k++, s++)
			if (strcmp(s->what, name) == 0)
				break;
		snprintf(s->what, sizeof(s->what), "%s", name);
		s->packets += n->skipped[i].packets;
	}
}

static bool
has_input(const struct wf_twin_params *q, uint32_t link)
{
	for (uint32_t i = 0; i < q->n_in; i++)
		if (q->in[i].dir / 2 == link)
			return true;
	return false;
}

static int
fill_link(struct wf_snap_link *l, const struct wf_twin_params *q, uint32_t link,
	const struct wf_bank *bank)
{
	const struct wf_conf_link *conf = &q->conf->links[link];

	snprintf(l->name, WF_NAME_MAX, "%s", conf->name);
	for (uint32_t side = 0; side < 2; side++) {
		uint32_t dir = 2 * link + side;

		snprintf(l->port[side], WF_NAME_MAX, "%s", q->conf->ports[conf->port[side]].name);
		if (fill_dir(&l->dir[side], &q->plan->dir[dir], &bank->dir[dir], bank) < 0)
			return -1;
	}
	return 0;
}

struct wf_snapshot *
wf_twin_snapshot(const struct wf_twin_params *q, const struct wf_bank *bank, wf_ns_t first_ns,
	wf_ns_t last_ns)
{
	uint32_t n_links = 0, n = 0;
	struct wf_snapshot *s;

	for (uint32_t i = 0; i < q->conf->n_links; i++)
		n_links += has_input(q, i);
	s = wf_snapshot_new(n_links, 0, 0);
	if (s == NULL)
		return NULL;
	s->live = false;
	s->time_ns = last_ns;
	s->uptime_ns = s->since_reset_ns = last_ns - first_ns;
	s->generation = q->plan->generation;
	s->seed = q->plan->seed;
	for (uint32_t i = 0; i < q->n_in; i++)
		if (wf_source_notes(q->in[i].source) != NULL)
			add_notes(&s->input, wf_source_notes(q->in[i].source));
	for (uint32_t i = 0; i < q->conf->n_links; i++) {
		if (has_input(q, i) && fill_link(&s->links[n++], q, i, bank) < 0) {
			wf_snapshot_free(s);
			return NULL;
		}
	}
	wf_snapshot_judge(s);
	return s;
}
