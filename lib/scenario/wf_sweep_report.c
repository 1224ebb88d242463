/* SPDX-License-Identifier: BSD-3-Clause
 * What came of a sweep. Control threads only.
 */
#include "wf_sweep_report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wf_doc.h"
#include "wf_json.h"
#include "wf_sweep.h"
#include "wf_text.h"

#define CELL 80

/* ---- JSON ---- */

/* What rows are compared by: a member of a measure's document, or one of a histogram in it. */
static const struct {
	const char *key, *in, *member;
} figures[] = { { "loss", "", "loss" }, { "throughput_bit_per_s", "", "throughput_bit_per_s" },
	{ "delay_mean_ns", "delay_ns", "mean" }, { "delay_p50_ns", "delay_ns", "p50" },
	{ "delay_p99_ns", "delay_ns", "p99" }, { "delay_max_ns", "delay_ns", "max" },
	{ "jitter_ns", "", "jitter_ns" } };
#define N_FIGURES WF_ARRAY_SIZE(figures)

/* NULL: nobody has measured it. */
static json_t *
figure_of(const json_t *measure, size_t i)
{
	if (*figures[i].in != 0)
		measure = json_object_get(measure, figures[i].in);
	return json_object_get(measure, figures[i].member);
}

static const json_t *
find_dir(const json_t *doc, const json_t *like)
{
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(doc, "directions"), i, one)
	{
		if (json_equal(json_object_get(one, "link"), json_object_get(like, "link")) &&
			json_equal(json_object_get(one, "direction"),
				json_object_get(like, "direction")))
			return json_object_get(one, "whole");
	}
	return NULL;
}

/* A direction of a row; `baseline` NULL: there is none. */
static json_t *
dir_json(const json_t *dir, const json_t *baseline)
{
	const json_t *whole = json_object_get(dir, "whole"),
		     *base = baseline != NULL ? find_dir(baseline, dir) : NULL;
	json_t *to = json_object(), *delta = json_object();

	json_object_set(to, "link", json_object_get(dir, "link"));
	json_object_set(to, "direction", json_object_get(dir, "direction"));
	json_object_set(to, "packets", json_object_get(whole, "packets"));
	for (size_t i = 0; i < N_FIGURES; i++) {
		json_t *figure = figure_of(whole, i), *other = figure_of(base, i);

		if (figure != NULL)
			json_object_set(to, figures[i].key, figure);
		if (figure != NULL && other != NULL)
			json_object_set_new(delta, figures[i].key,
				json_real(json_number_value(figure) - json_number_value(other)));
	}
	if (base != NULL)
		json_object_set(to, "delta", delta);
	json_decref(delta);
	return to;
}

static json_t *
row_json(const struct wf_sweep *w, uint32_t row, const json_t *doc, const json_t *baseline)
{
	static const char *const keys[] = { "name", "pass", "outcome", "trustworthy", NULL };
	const char *value = wf_sweep_value(w, row);
	json_t *to = json_object(), *dirs = json_array();
	const json_t *dir;
	size_t i;

	if (value != NULL)
		json_object_set_new(to, "value", wf_json_text(value));
	for (i = 0; keys[i] != NULL; i++)
		json_object_set(to, keys[i], json_object_get(doc, keys[i]));
	json_array_foreach(json_object_get(doc, "directions"), i, dir)
		json_array_append_new(dirs, dir_json(dir, baseline));
	json_object_set_new(to, "directions", dirs);
	return to;
}

json_t *
wf_sweep_json(const struct wf_scenario *s, json_t *const *docs, uint32_t n)
{
	const struct wf_sweep *w = s->sweep;
	json_t *rows = json_array(), *doc;
	const char *kept = NULL;
	bool pass = n == wf_sweep_rows(w), all = true;

	for (uint32_t i = 0; i < n; i++) {
		const json_t *baseline = !w->load && i > 0 ? docs[0] : NULL;

		all &= json_is_true(json_object_get(docs[i], "pass"));
		if (all && wf_sweep_value(w, i) != NULL)
			kept = wf_sweep_value(w, i);
		json_array_append_new(rows, row_json(w, i, docs[i], baseline));
	}
	doc = json_pack("{s:s,s:s,s:s,s:o,s:s,s:o,s:b,s:o}", "schema", "wirefault.scenario-sweep/1",
		"version", WF_VERSION, "name", s->name, "title",
		wf_json_text(s->title != NULL ? s->title : ""), "strategy",
		w->load ? "load" : "sweep", "parameter", wf_json_text(w->parameter), "pass",
		pass && all, "rows", rows);
	if (doc != NULL && kept != NULL)
		json_object_set_new(doc, "kept_up_to", wf_json_text(kept));
	return doc;
}

/* ---- For people ---- */

static const char *
text_of(const json_t *j, const char *key)
{
	const char *s = json_string_value(json_object_get(j, key));

	return s != NULL ? s : "";
}

/* As people read figure i. */
static void
figure_text(size_t i, double value, char out[WF_TEXT_MAX])
{
	if (i == 0)
		snprintf(out, WF_TEXT_MAX, "%.4g %%", 100 * value);
	else if (i == 1)
		wf_text_rate(value, out);
	else
		wf_text_time((wf_ns_t)(value + 0.5), out);
}

/* The figure, and how it differs from the baseline's: "1.2 ms (+1.1 ms)". */
static void
cell_of(const json_t *dir, size_t i, char out[CELL])
{
	const json_t *value = json_object_get(dir, figures[i].key),
		     *delta = json_object_get(json_object_get(dir, "delta"), figures[i].key);
	double off = json_number_value(delta);
	char text[WF_TEXT_MAX], change[WF_TEXT_MAX];

	*out = 0;
	if (value == NULL)
		return;
	figure_text(i, json_number_value(value), text);
	figure_text(i, off < 0 ? -off : off, change);
	if (delta == NULL)
		snprintf(out, CELL, "%s", text);
	else
		snprintf(out, CELL, "%s (%s%s)", text, off < 0 ? "-" : "+", change);
}

#define COLUMNS 9

struct row_text {
	char cell[COLUMNS][CELL];
};

static void
row_text(const json_t *row, const json_t *dir, struct row_text *t)
{
	static const uint8_t shown[] = { 0, 1, 3, 4, 6 };
	const json_t *value = json_object_get(row, "value");

	snprintf(t->cell[0], CELL, "%s", value != NULL ? json_string_value(value) : "baseline");
	snprintf(t->cell[1], CELL, "%.50s %s", text_of(dir, "link"), text_of(dir, "direction"));
	snprintf(t->cell[2], CELL, "%lld",
		(long long)json_integer_value(json_object_get(dir, "packets")));
	for (size_t i = 0; i < WF_ARRAY_SIZE(shown); i++)
		cell_of(dir, shown[i], t->cell[3 + i]);
	snprintf(t->cell[8], CELL, "%s", text_of(row, "outcome"));
}

static struct wf_doc *
make(const json_t *doc)
{
	const char *parameter = text_of(doc, "parameter");
	const char *const titles[] = { parameter, "direction", ">packets", ">loss", ">throughput",
		">delay, median", ">99 %", ">jitter", "outcome", NULL };
	struct wf_doc *p = wf_doc_new(text_of(doc, "name"));
	const json_t *row, *dir;
	struct row_text t;
	size_t i, k;

	if (p == NULL)
		return NULL;
	if (*text_of(doc, "title") != 0)
		wf_doc_text(p, "%s", text_of(doc, "title"));
	wf_doc_text(p, "Result: %s. wirefault %s.",
		json_is_true(json_object_get(doc, "pass")) ? "PASSED" : "FAILED",
		text_of(doc, "version"));
	if (strcmp(text_of(doc, "strategy"), "load") == 0)
		wf_doc_text(p,
			"%s%s. Delays are from the instant at which a packet was to be sent.",
			*text_of(doc, "kept_up_to") != 0 ? "All is kept up to "
							 : "Not even the first load is kept",
			text_of(doc, "kept_up_to"));
	else
		wf_doc_text(p, "In brackets: against the run without impairments.");
	wf_doc_table(p, titles);
	json_array_foreach(json_object_get(doc, "rows"), i, row)
	{
		json_array_foreach(json_object_get(row, "directions"), k, dir)
		{
			row_text(row, dir, &t);
			wf_doc_row(p, (const char *const[COLUMNS]){ t.cell[0], t.cell[1], t.cell[2],
					      t.cell[3], t.cell[4], t.cell[5], t.cell[6], t.cell[7],
					      t.cell[8] });
		}
	}
	return p;
}

int
wf_sweep_markdown(const json_t *doc, FILE *out)
{
	struct wf_doc *p = make(doc);
	int rc = p != NULL ? wf_doc_markdown(p, out) : -ENOMEM;

	wf_doc_free(p);
	return rc;
}

int
wf_sweep_html(const json_t *doc, FILE *out)
{
	struct wf_doc *p = make(doc);
	int rc = p != NULL ? wf_doc_html(p, out) : -ENOMEM;

	wf_doc_free(p);
	return rc;
}

void
wf_sweep_summary(const json_t *doc, FILE *out)
{
	const json_t *row, *dir;
	struct row_text t;
	size_t i, k;

	fprintf(out, "%s\n  %-10s %-10s %9s %20s %26s %20s %20s  %s\n", text_of(doc, "parameter"),
		"", "", "packets", "loss", "throughput", "delay, median", "99 %", "outcome");
	json_array_foreach(json_object_get(doc, "rows"), i, row)
	{
		json_array_foreach(json_object_get(row, "directions"), k, dir)
		{
			row_text(row, dir, &t);
			fprintf(out, "  %-10s %-10s %9s %20s %26s %20s %20s  %s\n", t.cell[0],
				t.cell[1], t.cell[2], t.cell[3], t.cell[4], t.cell[5], t.cell[6],
				t.cell[8]);
		}
	}
	if (*text_of(doc, "kept_up_to") != 0 && strcmp(text_of(doc, "strategy"), "load") == 0)
		fprintf(out, "  all is kept up to %s\n", text_of(doc, "kept_up_to"));
	fprintf(out, "%s: %s\n", text_of(doc, "name"),
		json_is_true(json_object_get(doc, "pass")) ? "pass" : "fail");
}
