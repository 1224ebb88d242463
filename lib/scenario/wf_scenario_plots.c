/* SPDX-License-Identifier: BSD-3-Clause
 * Plots of a run.
 */
#include "wf_scenario_plots.h"

#include <stdlib.h>
#include <string.h>

#include "wf_scenario.h"
#include "wf_scenario_cdf.h"
#include "wf_series.h"

/* Distributions of delays that are drawn, of the first phases; the document has all. */
#define LAWS 12
/* More of them than a plot has columns of pixels show nothing. */
#define BANDS 720

struct bands {
	uint32_t n, n_phases, n_faults;
	struct wf_doc_band at[BANDS];
	const char *fault[WF_SCENARIO_FAULTS]; /* a lane for each */
};

static const char *
text_of(const json_t *j, const char *key)
{
	const char *s = json_string_value(json_object_get(j, key));

	return s != NULL ? s : "";
}

static double
seconds_of(const json_t *j, const char *key)
{
	return json_number_value(json_object_get(j, key)) / 1e9;
}

static struct wf_doc_band *
add(struct bands *b, const char *name, double from, double to)
{
	struct wf_doc_band *one = b->n < BANDS ? &b->at[b->n++] : NULL;

	if (one != NULL)
		*one = (struct wf_doc_band){ .name = name, .from = from, .to = to };
	return one;
}

static uint8_t
lane_of(struct bands *b, const char *fault)
{
	uint32_t i = 0;

	while (i < b->n_faults && strcmp(b->fault[i], fault) != 0)
		i++;
	if (i == b->n_faults && i < WF_SCENARIO_FAULTS)
		b->fault[b->n_faults++] = fault;
	return (uint8_t)(1 + i % WF_DOC_LANES);
}

/* One that goes on from step to step is one band. */
static void
add_fault(struct bands *b, const char *name, double from, double to)
{
	struct wf_doc_band *one;

	for (uint32_t i = b->n; i-- > 0;)
		if (b->at[i].lane > 0 && b->at[i].to == from && strcmp(b->at[i].name, name) == 0) {
			b->at[i].to = to;
			return;
		}
	one = add(b, name, from, to);
	if (one != NULL) {
		one->lane = lane_of(b, name);
		one->colour = 4;
	}
}

/* When it really was, in seconds; the end of the one before it behind the last. */
static double
came_into_force(const json_t *timeline, size_t i)
{
	const json_t *one = json_array_get(timeline, i);

	if (one == NULL) {
		one = json_array_get(timeline, i - 1);
		return seconds_of(one, "at_ns") + seconds_of(one, "for_ns");
	}
	return seconds_of(
		one, json_object_get(one, "in_force_ns") != NULL ? "in_force_ns" : "at_ns");
}

/* From the timeline, up to where the run was cut. */
static void
find(struct bands *b, const json_t *doc)
{
	const json_t *list = json_object_get(doc, "timeline"), *one, *fault;
	struct wf_doc_band *phase = NULL;
	const char *name = "";
	json_int_t round = 0;
	size_t i, k;

	json_array_foreach(list, i, one)
	{
		double from = came_into_force(list, i), to = came_into_force(list, i + 1);
		json_int_t now = json_integer_value(json_object_get(one, "round"));

		if (phase != NULL && strcmp(name, text_of(one, "phase")) == 0 && round == now) {
			phase->to = to;
		} else {
			name = text_of(one, "phase");
			round = now;
			phase = *name != 0 ? add(b, name, from, to) : NULL;
			if (phase != NULL)
				phase->colour = b->n_phases++ % 2 == 0 ? 0 : 2;
		}
		json_array_foreach(json_object_get(one, "faults"), k, fault)
			add_fault(b, json_string_value(fault), from, to);
	}
}

/* A series as a line, in these units. Returns how many points. */
static uint32_t
points(const json_t *series, const char *key, double unit, double *x, double *y)
{
	const json_t *list = json_object_get(series, key), *v;
	double bin_s = seconds_of(series, "bin_ns");
	size_t i;

	json_array_foreach(list, i, v)
	{
		if (i == WF_SERIES_BINS)
			break;
		x[i] = ((double)i + 0.5) * bin_s;
		y[i] = json_number_value(v) / unit;
	}
	return (uint32_t)i;
}

/* A line for each cause; those beyond what a plot has are one. */
static void
draw_causes(struct wf_doc *p, const json_t *series, struct wf_doc_plot *plot)
{
	double x[WF_SERIES_BINS], y[WF_DOC_LINES][WF_SERIES_BINS] = { 0 };
	struct wf_doc_line line[WF_DOC_LINES];
	const json_t *dropped = json_object_get(series, "dropped"), *v;
	uint32_t n = 0;
	const char *cause;
	json_t *list;
	size_t i;

	/* Jansson has no walk over what is constant. */
	json_object_foreach((json_t *)(uintptr_t)dropped, cause, list)
	{
		bool rest = n == WF_DOC_LINES;

		if (rest)
			n--;
		json_array_foreach(list, i, v)
		{
			if (i == WF_SERIES_BINS)
				break;
			x[i] = ((double)i + 0.5) * seconds_of(series, "bin_ns");
			y[n][i] += json_number_value(v);
		}
		line[n] = (struct wf_doc_line){ rest ? "others" : cause, x, y[n], (uint32_t)i };
		n++;
	}
	if (n == 0)
		return;
	plot->title = "Packets that ended, by cause";
	plot->y_name = "packets";
	plot->line = line;
	plot->n_lines = n;
	wf_doc_plot(p, plot);
}

static void
draw(struct wf_doc *p, const json_t *series, const struct bands *b)
{
	static const char *const delays[] = { "delay_p50_ns", "delay_p99_ns", "delay_max_ns" };
	static const char *const names[] = { "50 %", "99 %", "longest" };
	double x[WF_SERIES_BINS], y[3][WF_SERIES_BINS];
	struct wf_doc_line line[3] = { { .name = "rate", .x = x, .y = y[0] } };
	struct wf_doc_plot plot = { .title = "What left",
		.x_name = "s",
		.y_name = "Mbit/s",
		.line = line,
		.n_lines = 1,
		.band = b->at,
		.n_bands = b->n };

	line[0].n = points(series, "bit_per_s", 1e6, x, y[0]);
	if (line[0].n == 0)
		return;
	wf_doc_plot(p, &plot);
	plot.title = "Delay added";
	plot.y_name = "ms";
	plot.n_lines = 3;
	for (uint32_t i = 0; i < 3; i++)
		line[i] = (struct wf_doc_line){ names[i], x, y[i],
			points(series, delays[i], 1e6, x, y[i]) };
	wf_doc_plot(p, &plot);
	draw_causes(p, series, &plot);
}

/* One for each phase with a delay of its own; of all, if there is no phase. */
static void
draw_laws(struct wf_doc *p, const json_t *direction)
{
	const json_t *phases = json_object_get(direction, "phases"), *m;
	uint32_t n = 0;
	size_t i;

	json_array_foreach(phases, i, m)
	{
		if (n < LAWS)
			n += wf_scenario_cdf_plot(p, m, text_of(m, "phase"));
	}
	if (json_array_size(phases) == 0)
		wf_scenario_cdf_plot(p, json_object_get(direction, "whole"), "the whole run");
}

void
wf_scenario_plots(struct wf_doc *p, const json_t *doc, const json_t *direction)
{
	struct bands *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return;
	find(b, doc);
	draw(p, json_object_get(direction, "series"), b);
	draw_laws(p, direction);
	free(b);
}
