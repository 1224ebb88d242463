/* SPDX-License-Identifier: BSD-3-Clause
 * The stats document "wirefault.stats/1" from a snapshot: the one form in which numbers leave the
 * program, whether live, offline or in the final report. Control threads only.
 *
 * jansson's *_new functions steal their arguments and fail on NULL, so an allocation that failed
 * anywhere below makes the whole document NULL.
 */
#include "wf_json.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static json_t *
number(uint64_t n)
{
	return json_integer((json_int_t)n);
}

/* As a configuration writes it: from 2^63 on, which no integer of JSON's readers holds, as text. */
static json_t *
seed(uint64_t n)
{
	char text[24];

	if (n <= INT64_MAX)
		return number(n);
	snprintf(text, sizeof(text), "%llu", (unsigned long long)n);
	return json_string(text);
}

static json_t *
count(const struct wf_count *c)
{
	return json_pack("{s:o,s:o}", "packets", number(c->packets), "bytes", number(c->bytes));
}

/* Frames without FCS, as they are counted. */
static json_t *
rate(const struct wf_count *c, wf_ns_t ns)
{
	double s = (double)ns / 1e9;

	return json_pack("{s:f,s:o}", "packets_per_s",
		ns ? round((double)c->packets / s * 1e3) / 1e3 : 0.0, "bits_per_s",
		number(ns ? (uint64_t)((double)c->bytes * 8 / s + 0.5) : 0));
}

static json_t *
rates(const struct wf_passed *p, wf_ns_t ns)
{
	return json_pack("{s:o,s:o}", "rx", rate(&p->rx, ns), "tx", rate(&p->tx, ns));
}

static json_t *
all_rates(const struct wf_snapshot *s, const struct wf_passed *since_reset,
	const struct wf_passed *lately)
{
	return json_pack("{s:o,s:o*}", "since_reset", rates(since_reset, s->since_reset_ns),
		"interval", s->live ? rates(lately, s->interval_ns) : NULL);
}

static json_t *
dropped(const struct wf_count *by_cause)
{
	json_t *j = json_object();

	for (int i = 1; i < WF_DROP_COUNT; i++) {
		if (json_object_set_new(j, wf_drop_info[i].name, count(&by_cause[i])) < 0) {
			json_decref(j);
			return NULL;
		}
	}
	return j;
}

json_t *
wf_json_hist(const struct wf_hist *h)
{
	return json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "count", number(h->count), "min",
		number(h->count ? h->min_ns : 0), "mean", number(wf_hist_mean(h)), "stddev",
		number(wf_hist_stddev(h)), "p50", number(wf_hist_quantile(h, 0.5)), "p90",
		number(wf_hist_quantile(h, 0.9)), "p99", number(wf_hist_quantile(h, 0.99)), "p99_9",
		number(wf_hist_quantile(h, 0.999)), "max", number(h->max_ns));
}

/* How far keeping an order has moved the mean: over all packets that left, not only the clamped
 * ones. */
static json_t *
clamped(const struct wf_dir_stats *s)
{
	uint64_t n = s->delay.count;

	return json_pack("{s:o,s:o}", "packets", number(s->clamped), "bias_mean_ns",
		number(n ? (s->clamped_ns + n / 2) / n : 0));
}

static json_t *
class_stats(const struct wf_snapshot *s, const struct wf_snap_class *c)
{
	const struct wf_class_times *t = c->times;

	return json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o*,s:o*,s:o}", "name",
		wf_json_text(c->name), "rx", count(&c->s.c.rx), "tx", count(&c->s.c.tx), "rates",
		all_rates(s, &c->since_reset, &c->lately), "dup_created",
		count(&c->s.c.dup_created), "marked", count(&c->s.c.marked), "corrupted",
		count(&c->s.c.corrupted), "dropped", dropped(c->s.c.dropped), "delay_ns",
		t != NULL ? wf_json_hist(&t->delay) : NULL, "release_error_ns",
		t != NULL ? wf_json_hist(&t->error) : NULL, "flows", number(c->s.flows));
}

static json_t *
classes(const struct wf_snapshot *s, const struct wf_snap_dir *d)
{
	json_t *j = json_array();

	for (uint32_t i = 0; i < d->n_classes; i++) {
		if (json_array_append_new(j, class_stats(s, &d->classes[i])) < 0) {
			json_decref(j);
			return NULL;
		}
	}
	return j;
}

static json_t *
direction(const struct wf_snapshot *s, const struct wf_snap_dir *d)
{
	const struct wf_flow_counts *c = &d->s.c;

	return json_pack(
		"{s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o*,s:o,s:o,s:o}", "rx",
		count(&c->rx), "tx", count(&c->tx), "rates",
		all_rates(s, &d->since_reset, &d->lately), "queued", count(&d->queued),
		"dup_created", count(&c->dup_created), "forged", count(&c->forged), "grown",
		count(&c->grown), "cut", count(&c->cut), "marked", count(&c->marked), "corrupted",
		count(&c->corrupted), "resent", count(&d->s.resent), "dropped", dropped(c->dropped),
		"delay_ns", wf_json_hist(&d->s.delay), "release_error_ns",
		wf_json_hist(&d->s.error), "on_time_ns", s->live ? number(d->on_time_ns) : NULL,
		"clamped", clamped(&d->s), "flow_fallback", number(d->s.fallback), "classes",
		classes(s, d));
}

static json_t *
link_stats(const struct wf_snapshot *s, const struct wf_snap_link *l)
{
	return json_pack("{s:o,s:[o,o],s:o,s:o}", "name", wf_json_text(l->name), "ports",
		wf_json_text(l->port[0]), wf_json_text(l->port[1]), "ab",
		direction(s, &l->dir[WF_AB]), "ba", direction(s, &l->dir[WF_BA]));
}

static json_t *
written(const struct wf_snap_written *w)
{
	return json_pack("{s:o,s:o,s:o,s:b}", "packets", number(w->packets), "missed",
		number(w->missed), "file_bytes", number(w->file_bytes), "failed", w->failed);
}

static json_t *
port(const struct wf_snap_port *p)
{
	return json_pack(
		"{s:o,s:o,s:s,s:s,s:s,s:s,s:i,s:i,s:i,s:b,s:s,s:o,s:b,s:o,s:o,s:o,s:o,s:o,s:o,"
		"s:o*,s:o*,s:o*}",
		"name", wf_json_text(p->name), "device", wf_json_text(p->device), "kind",
		p->kind != NULL ? p->kind : "", "arrival", p->arrival != NULL ? p->arrival : "",
		"release", p->release != NULL ? p->release : "", "spread",
		p->spread != NULL ? p->spread : "", "queues", (int)p->queues, "rx_slots",
		(int)p->rx_slots, "tx_slots", (int)p->tx_slots, "link_up", p->link_up, "state",
		p->state, "interface", p->hostif[0] != '\0' ? wf_json_text(p->hostif) : json_null(),
		"gone", p->gone, "mtu", number(p->mtu), "downs", number(p->downs), "rx_missed",
		number(p->rx_missed), "rx_nombuf", number(p->rx_nombuf), "tx_errors",
		number(p->tx_errors), "rx_errors", number(p->rx_errors), "sunk",
		p->sinks ? count(&p->sunk) : NULL, "written",
		p->writes ? written(&p->written) : NULL, "replay",
		p->replay != NULL ? wf_json_replay(p->replay) : NULL);
}

static json_t *
worker(const struct wf_snap_worker *w)
{
	return json_pack("{s:i,s:f,s:o,s:o,s:o,s:b,s:s}", "lcore", (int)w->lcore, "busy_ratio",
		round(w->busy_ratio * 1e4) / 1e4, "loops", number(w->loops), "stall_max_ns",
		number(w->stall_max_ns), "cpu_ns", number(w->cpu_ns), "shares_core", w->shares_core,
		"idle", w->idle != NULL ? w->idle : "");
}

static json_t *
links(const struct wf_snapshot *s)
{
	json_t *j = json_array();

	for (uint32_t i = 0; i < s->n_links; i++) {
		if (json_array_append_new(j, link_stats(s, &s->links[i])) < 0) {
			json_decref(j);
			return NULL;
		}
	}
	return j;
}

static json_t *
ports(const struct wf_snapshot *s)
{
	json_t *j = json_array();

	for (uint32_t i = 0; s->live && i < s->n_ports; i++) {
		if (json_array_append_new(j, port(&s->ports[i])) < 0) {
			json_decref(j);
			return NULL;
		}
	}
	return j;
}

static json_t *
workers(const struct wf_snapshot *s)
{
	json_t *j = json_array();

	for (uint32_t i = 0; s->live && i < s->n_workers; i++) {
		if (json_array_append_new(j, worker(&s->workers[i])) < 0) {
			json_decref(j);
			return NULL;
		}
	}
	return j;
}

/* A member of each reason, in their order. */
static json_t *
texts(const struct wf_snapshot *s, size_t member)
{
	json_t *j = json_array();

	for (uint32_t i = 0; i < s->n_reasons; i++) {
		if (json_array_append_new(j, wf_json_text((const char *)&s->reasons[i] + member)) <
			0) {
			json_decref(j);
			return NULL;
		}
	}
	return j;
}

static json_t *
verdict(const struct wf_snapshot *s)
{
	return json_pack("{s:b,s:o,s:o}", "trustworthy", s->trustworthy, "reasons",
		texts(s, offsetof(struct wf_reason, text)), "remedies",
		texts(s, offsetof(struct wf_reason, remedy)));
}

/* Classes that no packet has matched, although some came by. */
static void
warn_of_classes(const struct wf_snap_link *l, enum wf_side side, json_t *list)
{
	const struct wf_snap_dir *d = &l->dir[side];
	char text[3 * WF_NAME_MAX + 64];

	for (uint32_t i = 1; i < d->n_classes && d->s.c.rx.packets > 0; i++) {
		if (d->classes[i].s.c.rx.packets > 0 ||
			strcmp(d->classes[i].name, WF_CLASS_NEIGHBOURS) == 0)
			continue;
		snprintf(text, sizeof(text), "%s %s: class \"%s\" has matched none of %llu packets",
			l->name, side == WF_AB ? "ab" : "ba", d->classes[i].name,
			(unsigned long long)d->s.c.rx.packets);
		json_array_append_new(list, wf_json_text(text));
	}
}

static json_t *
warnings(const struct wf_snapshot *s)
{
	json_t *j = json_array();

	for (uint32_t i = 0; i < s->n_links; i++) {
		warn_of_classes(&s->links[i], WF_AB, j);
		warn_of_classes(&s->links[i], WF_BA, j);
	}
	if (s->input.untimed > 0)
		json_array_append_new(j, json_string("the input has no times: delays are right, "
						     "but rates, queues and jitter "
						     "see all of it at once"));
	return j;
}

static json_t *
input(const struct wf_snap_input *in)
{
	json_t *skipped = json_object();

	for (uint32_t i = 0; i < WF_SNAP_SKIPPED && in->skipped[i].packets > 0; i++)
		json_object_set_new(skipped, in->skipped[i].what, number(in->skipped[i].packets));
	return json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "packets", number(in->packets),
		"time_clamped", number(in->clamped), "time_out_of_place", number(in->out_of_place),
		"untimed", number(in->untimed), "converted", number(in->converted), "no_side",
		number(in->no_side), "malformed", number(in->malformed), "skipped", skipped);
}

json_t *
wf_json_stats(const struct wf_snapshot *s)
{
	struct wf_count lost_track = wf_snapshot_unaccounted(s);
	json_t *j = json_pack("{s:s,s:o,s:o,s:o,s:o*,s:o,s:o,s:o,s:o,s:o,s:o,s:{s:o,s:o}}",
		"schema", "wirefault.stats/1", "time_ns", number(s->time_ns), "uptime_ns",
		number(s->uptime_ns), "since_reset_ns", number(s->since_reset_ns), "interval_ns",
		s->live ? number(s->interval_ns) : NULL, "generation", number(s->generation),
		"seed", seed(s->seed), "unaccounted", count(&lost_track), "links", links(s),
		"ports", ports(s), "workers", workers(s), "pool", "size", number(s->pool_size),
		"in_use", number(s->pool_in_use));

	if (j == NULL)
		return NULL;
	if (s->capture.any &&
		json_object_set_new(j, "capture",
			json_pack("{s:o,s:o}", "captured", number(s->capture.captured),
				"capture_missed", number(s->capture.missed))) < 0) {
		json_decref(j);
		return NULL;
	}
	if ((!s->live && json_object_set_new(j, "input", input(&s->input)) < 0) ||
		json_object_set_new(j, "warnings", warnings(s)) < 0 ||
		json_object_set_new(j, "verdict", verdict(s)) < 0) {
		json_decref(j);
		return NULL;
	}
	return j;
}
