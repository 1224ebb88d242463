/* SPDX-License-Identifier: BSD-3-Clause
 * Predictions of `wirefault check`, from the forecasts that the stages made when they were
 * compiled.
 */
#include "check_forecast.h"

#include <stdlib.h>

#include "check_text.h"
#include "wf_plan_budget.h"
#include "wf_queue.h"
#include "wf_units.h"

static const char *const side_name[2] = { "ab", "ba" };

/* Whose state it is. */
static const char *
scope_of(const struct wf_plan_class *k)
{
	return k->flow_scope ? "flow" : "class";
}

static void
class_row(const char *side, const struct wf_plan_class *k, FILE *out)
{
	const struct wf_forecast *f = &k->about->forecast;
	char rate[WF_UNITS_TEXT], t[8][24];

	if (f->blackhole) {
		fprintf(out, "  %-2s %-12.12s blackhole: nothing passes\n", side, k->about->name);
		return;
	}
	fprintf(out, "  %-2s %-12.12s %-5s %12s %7s %7s %7s %7s %9s %6s %6s %7s\n", side,
		k->about->name, scope_of(k),
		f->rate_bps ? wf_units_format_rate(f->rate_bps, rate) : "-",
		wf_check_time(f->delay_mean_ns, 3, t[0]),
		wf_check_time(f->delay_stddev_ns, 3, t[1]), wf_check_time(f->delay_p99_ns, 3, t[2]),
		wf_check_time(f->queue_max_ns, 3, t[3]),
		wf_check_number(1 - (1 - f->loss) * (1 - f->given_up), 100, "%", t[4]),
		wf_check_number(f->mean_burst, 1, "", t[5]),
		wf_check_number(f->duplicated, 100, "%", t[6]),
		wf_check_bytes(
			wf_plan_packets(f, WF_BUDGET_FRAME_BYTES) * WF_BUDGET_HELD_BYTES, 3, t[7]));
}

/* Who shares a rate, and how. */
static void
share_note(const struct wf_plan_dir *d, uint32_t dir, FILE *out)
{
	const struct wf_plan_class *k = d->classes;
	char *note = NULL;
	size_t size;
	FILE *text;

	if (k->queue == NULL || !k->queue->shared)
		return;
	text = open_memstream(&note, &size);
	if (text == NULL)
		return;
	for (uint16_t i = 0; i < d->n_classes; i++)
		if (i == 0 || k[i].shares)
			fprintf(text, "%s %s with weight %u", i == 0 ? "" : ",", k[i].about->name,
				k[i].queue->weight);
	fprintf(text, "; the highest priority first:");
	for (int p = WF_PRIORITIES - 1, n = 0; p >= 0; p--)
		for (uint16_t i = 0; i < d->n_classes; i++)
			if ((i == 0 || k[i].shares) && k[i].queue->priority == p)
				fprintf(text, "%s %s %d", n++ == 0 ? "" : ",", k[i].about->name, p);
	if (fclose(text) == 0)
		wf_check_note(out, 2,
			"%s: classes share the rate:%s; queue<= is at the whole rate, "
			"or at the cap.",
			side_name[dir & 1], note);
	free(note);
}

/* What the stages say in words. */
static void
stage_notes(const struct wf_plan_class *k, uint32_t dir, FILE *out)
{
	for (int id = 0; id < WF_BLOCK_COUNT; id++)
		if (k->about->forecast.note[id] != NULL)
			wf_check_note(out, 2, "%s %s: %s: %s.", side_name[dir & 1], k->about->name,
				wf_block_registry[id]->name, k->about->forecast.note[id]);
}

/* The rate of such frames that memory holds for that long. */
static const char *
held_rate(const struct wf_conf *conf, double memory, double longest_ns, uint32_t frame_bytes,
	char out[24])
{
	return wf_check_rate(
		wf_plan_rate_held(memory, longest_ns, frame_bytes, conf->by_value_bytes), 3, out);
}

/* What the reader should know beyond the numbers. */
static void
notes(const struct wf_conf *conf, const struct wf_plan *plan, uint32_t dir, FILE *out)
{
	const struct wf_plan_dir *d = &plan->dir[dir];
	double memory = conf->memory_bytes ? (double)conf->memory_bytes : 512e6;

	if (d->owned && conf->n_workers > 1)
		wf_check_note(out, 2,
			"%s: one worker owns this direction, because a class shares its state; it "
			"does not scale past one core. scope = \"flow\" does.",
			side_name[dir & 1]);
	share_note(d, dir, out);
	for (uint16_t i = 0; i < d->n_classes; i++) {
		const struct wf_forecast *f = &d->classes[i].about->forecast;
		double longest = wf_plan_longest_ns(f);
		char t[4][24];

		stage_notes(&d->classes[i], dir, out);
		if (f->rate_bps == 0 && longest > 0)
			wf_check_note(out, 2,
				"%s %s: no rate; %s of memory hold %s of full-size frames at %s, "
				"of frames of %d bytes at %s.",
				side_name[dir & 1], d->classes[i].about->name,
				wf_check_bytes(memory, 3, t[0]), wf_check_time(longest, 3, t[1]),
				held_rate(conf, memory, longest, WF_BUDGET_FRAME_BYTES, t[2]),
				WF_BUDGET_SHORT_BYTES,
				held_rate(conf, memory, longest, WF_BUDGET_SHORT_BYTES, t[3]));
	}
}

void
wf_forecast_table(
	const char *path, const struct wf_conf *conf, const struct wf_plan *plan, FILE *out)
{
	fprintf(out, "%s: ok: %u port%s, %u link%s\n", path, conf->n_ports,
		conf->n_ports == 1 ? "" : "s", conf->n_links, conf->n_links == 1 ? "" : "s");
	for (uint32_t i = 0; i < conf->n_links; i++) {
		const struct wf_conf_link *l = &conf->links[i];

		fprintf(out, "\nlink %s: %s -> %s is ab, %s -> %s is ba\n", l->name,
			conf->ports[l->port[0]].name, conf->ports[l->port[1]].name,
			conf->ports[l->port[1]].name, conf->ports[l->port[0]].name);
		fprintf(out, "  %-2s %-12s %-5s %12s %7s %7s %7s %7s %9s %6s %6s %7s\n", "",
			"class", "scope", "rate", "delay", "sd", "p99", "queue<=", "loss", "burst",
			"dup", "memory");
		for (uint32_t side = 0; side < 2; side++) {
			const struct wf_plan_dir *d = &plan->dir[2 * i + side];

			for (uint16_t k = 0; k < d->n_classes; k++)
				class_row(side_name[side], &d->classes[k], out);
		}
		for (uint32_t side = 0; side < 2; side++)
			notes(conf, plan, 2 * i + side, out);
	}
	fputc('\n', out);
	wf_check_note(out, 0,
		"delay, sd, p99: of the delay alone, without waiting for the rate and before order "
		"clamps. queue<=: longest wait for the rate. burst: mean losses in a row. memory: "
		"to hold rate x longest wait.");
}

static json_t *
notes_json(const struct wf_forecast *f)
{
	json_t *notes = json_object();

	for (int id = 0; id < WF_BLOCK_COUNT; id++)
		if (f->note[id] != NULL)
			json_object_set_new(
				notes, wf_block_registry[id]->name, json_string(f->note[id]));
	return notes;
}

static json_t *
class_json(const struct wf_plan_class *k, json_t *simulated, json_t *whole)
{
	const struct wf_forecast *f = &k->about->forecast;

	return json_pack("{s:s, s:s, s:b, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:f, s:f, s:f, s:f, "
			 "s:f, s:f, s:I, s:I, s:o, s:I, s:o, s:o}",
		"name", k->about->name, "scope", scope_of(k), "blackhole", f->blackhole, "rate_bps",
		(json_int_t)f->rate_bps, "delay_mean_ns", (json_int_t)(f->delay_mean_ns + 0.5),
		"delay_stddev_ns", (json_int_t)(f->delay_stddev_ns + 0.5), "delay_p50_ns",
		(json_int_t)(f->delay_p50_ns + 0.5), "delay_p99_ns",
		(json_int_t)(f->delay_p99_ns + 0.5), "delay_max_ns",
		(json_int_t)(f->delay_max_ns + 0.5), "queue_max_ns",
		(json_int_t)(f->queue_max_ns + 0.5), "loss", f->loss, "mean_burst", f->mean_burst,
		"duplicated", f->duplicated, "corrupted", f->corrupted, "down", f->down, "given_up",
		f->given_up, "resend_mean_ns", (json_int_t)(f->resend_mean_ns + 0.5),
		"resend_max_ns", (json_int_t)(f->resend_max_ns + 0.5), "notes", notes_json(f),
		"memory_bytes",
		(json_int_t)(wf_plan_packets(f, WF_BUDGET_FRAME_BYTES) * WF_BUDGET_HELD_BYTES +
			     0.5),
		"simulated", simulated, "whole", whole);
}

static json_t *
dir_json(const struct wf_plan *plan, uint32_t dir, const struct wf_simulated *s)
{
	const struct wf_plan_dir *d = &plan->dir[dir];
	json_t *classes = json_array();

	for (uint16_t k = 0; k < d->n_classes; k++)
		json_array_append_new(
			classes, class_json(&d->classes[k], wf_simulated_json(s, dir, k),
					 wf_simulated_whole_json(s, dir, k)));
	return json_pack("{s:b, s:o}", "one_worker", d->owned, "classes", classes);
}

json_t *
wf_forecast_json(const struct wf_conf *conf, const struct wf_plan *plan,
	const struct wf_simulated *simulated)
{
	json_t *links = json_array();

	for (uint32_t i = 0; i < conf->n_links; i++) {
		const struct wf_conf_link *l = &conf->links[i];

		json_array_append_new(
			links, json_pack("{s:s, s:[s,s], s:o, s:o}", "name", l->name, "ports",
				       conf->ports[l->port[0]].name, conf->ports[l->port[1]].name,
				       "ab", dir_json(plan, 2 * i, simulated), "ba",
				       dir_json(plan, 2 * i + 1, simulated)));
	}
	return json_pack(
		"{s:b, s:I, s:o}", "ok", 1, "seed", (json_int_t)plan->seed, "links", links);
}
