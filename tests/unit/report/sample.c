/* SPDX-License-Identifier: BSD-3-Clause
 * A snapshot whose every number is known.
 */
#include "sample.h"

#include <stdio.h>

static void
fill_counts(struct wf_flow_counts *c)
{
	c->rx = (struct wf_count){ 1000, 100000 };
	c->tx = (struct wf_count){ 975, 97500 };
	c->dup_created = (struct wf_count){ 10, 1000 };
	c->dropped[WF_DROP_loss] = (struct wf_count){ 20, 2000 };
	c->dropped[WF_DROP_queue_full] = (struct wf_count){ 10, 1000 };
}

/* false: out of memory. */
static bool
fill_direction(struct wf_snap_dir *d)
{
	fill_counts(&d->s.c);
	d->s.held = (struct wf_count){ 5, 500 };
	d->s.clamped = 50;
	d->s.clamped_ns = 975 * 2000;
	d->s.fallback = 3;
	for (int i = 0; i < 975; i++) {
		wf_hist_add(&d->s.delay, 20 * WF_NS_PER_MS);
		wf_hist_add(&d->s.error, 300);
	}
	d->since_reset = (struct wf_passed){ { 900, 90000 }, { 975, 97500 } };
	d->lately = (struct wf_passed){ { 30, 3000 }, { 20, 2000 } };
	if (wf_snapshot_classes(d, 2) < 0)
		return false;
	snprintf(d->classes[0].name, WF_NAME_MAX, "default");
	snprintf(d->classes[1].name, WF_NAME_MAX, "voip");
	fill_counts(&d->classes[0].s.c);
	d->classes[0].s.flows = 7;
	d->classes[0].since_reset.tx = (struct wf_count){ 15, 1500 };
	d->classes[0].times = wf_class_times_new();
	if (d->classes[0].times == NULL)
		return false;
	wf_hist_add(&d->classes[0].times->delay, 30 * WF_NS_PER_MS);
	wf_hist_add(&d->classes[0].times->error, 400);
	return true;
}

struct wf_snapshot *
sample_snapshot(bool live)
{
	struct wf_snapshot *s = wf_snapshot_new(1, 2, 1);

	if (s == NULL)
		return NULL;
	s->live = live;
	s->time_ns = 123456789;
	s->uptime_ns = 65 * WF_NS_PER_S;
	s->since_reset_ns = live ? 30 * WF_NS_PER_S : s->uptime_ns;
	s->interval_ns = live ? 4 * WF_NS_PER_S : 0;
	s->generation = 3;
	s->seed = 42;
	s->input.clamped = live ? 0 : 4;
	snprintf(s->links[0].name, WF_NAME_MAX, "wan");
	for (int i = 0; i < 2; i++) {
		snprintf(s->links[0].port[i], WF_NAME_MAX, "%c", 'a' + i);
		snprintf(s->ports[i].name, WF_NAME_MAX, "%c", 'a' + i);
		snprintf(s->ports[i].device, WF_NAME_MAX, "net_null%d", i);
		s->ports[i].link_up = i == 0;
	}
	s->workers[0] = (struct wf_snap_worker){ .lcore = 1,
		.busy_ratio = 1.0 / 3,
		.loops = 1000000,
		.stall_max_ns = 12345,
		.cpu_ns = 5999999999 };
	s->pool_size = 65535;
	s->pool_in_use = 1029;
	if (!fill_direction(&s->links[0].dir[WF_AB])) {
		wf_snapshot_free(s);
		return NULL;
	}
	wf_snapshot_judge(s);
	return s;
}
