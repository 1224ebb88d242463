/* SPDX-License-Identifier: BSD-3-Clause
 * A run's document as a page, as JUnit XML and as a summary. Control threads only.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wf_doc.h"
#include "wf_junit.h"
#include "wf_scenario_plots.h"
#include "wf_scenario_report.h"
#include "wf_text.h"

#define CELL 64

static const char *
text_of(const json_t *j, const char *key)
{
	const char *s = json_string_value(json_object_get(j, key));

	return s != NULL ? s : "";
}

static double
number_of(const json_t *j, const char *key)
{
	return json_number_value(json_object_get(j, key));
}

/* The measure of an expectation. */
static enum wf_measure_id
measure_of(const json_t *e)
{
	int i = 0;

	while (i + 1 < WF_MEASURE_COUNT &&
		strcmp(wf_measure_info[i].name, text_of(e, "measure")) != 0)
		i++;
	return (enum wf_measure_id)i;
}

/* "wan ab, class voip, phase tunnel". */
static void
where_of(const json_t *e, char out[4 * CELL])
{
	const char *class = text_of(e, "class"), *phase = text_of(e, "phase");

	snprintf(out, 4 * CELL, "%s %s%s%s%s%s", text_of(e, "link"), text_of(e, "direction"),
		*class != 0 ? ", class " : "", class, *phase != 0 ? ", phase " : "", phase);
}

/* Observed value, and how far it is from the limit. */
static void
values_of(const json_t *e, char observed[WF_EXPECT_TEXT], char margin[WF_EXPECT_TEXT + 8])
{
	enum wf_measure_id id = measure_of(e);
	double off = number_of(e, "margin");
	char value[WF_EXPECT_TEXT];

	wf_expect_value(id, number_of(e, "observed"), observed);
	snprintf(margin, WF_EXPECT_TEXT + 8, "%s%s", off < 0 ? "-" : "",
		wf_expect_value(id, off < 0 ? -off : off, value));
}

static void
put_expectations(const json_t *doc, struct wf_doc *p)
{
	static const char *const titles[] = { "expectation", "of", "measure", "expected",
		">observed", ">margin", ">packets", ">beyond", "outcome", "", NULL };
	const json_t *list = json_object_get(doc, "expectations");
	const json_t *e;
	size_t i;

	if (json_array_size(list) == 0)
		return;
	wf_doc_heading(p, "Expectations");
	wf_doc_table(p, titles);
	json_array_foreach(list, i, e)
	{
		char where[4 * CELL], observed[WF_EXPECT_TEXT], margin[WF_EXPECT_TEXT + 8];
		char n[2][WF_TEXT_MAX];

		where_of(e, where);
		values_of(e, observed, margin);
		wf_doc_row(
			p, (const char *const[]){ text_of(e, "name"), where, text_of(e, "measure"),
				   text_of(e, "expected"), observed, margin,
				   wf_text_count((uint64_t)number_of(e, "samples"), n[0]),
				   wf_text_count((uint64_t)number_of(e, "over"), n[1]),
				   json_is_true(json_object_get(e, "pass")) ? "pass"
									    : text_of(e, "outcome"),
				   text_of(e, "why") });
	}
}

/* "2 of the changes came into force late, by up to 12 ms", or "". */
static const char *
late_of(const json_t *doc, char out[2 * CELL])
{
	const json_t *late = json_object_get(doc, "late");
	char n[WF_TEXT_MAX], ns[WF_TEXT_MAX];

	*out = 0;
	if (late != NULL)
		snprintf(out, 2 * CELL, "%s of the changes came into force late, by up to %s",
			wf_text_count((uint64_t)number_of(late, "changes"), n),
			wf_text_time((wf_ns_t)number_of(late, "max_ns"), ns));
	return out;
}

static void
put_timeline(const json_t *doc, struct wf_doc *p)
{
	static const char *const titles[] = { ">at", ">in force", ">for", "phase", "faults",
		"what stands", NULL };
	const json_t *list = json_object_get(doc, "timeline"), *one;
	size_t i;

	wf_doc_heading(p, "Timeline");
	wf_doc_table(p, titles);
	json_array_foreach(list, i, one)
	{
		const json_t *faults = json_object_get(one, "faults"), *fault;
		const char *from = json_object_get(one, "in_force_ns") ? "in_force_ns" : "at_ns";
		char at[WF_TEXT_MAX], began[WF_TEXT_MAX], lasts[WF_TEXT_MAX], names[4 * CELL] = "";
		size_t k;

		json_array_foreach(faults, k, fault)
			snprintf(names + strlen(names), sizeof(names) - strlen(names), "%s%s",
				k > 0 ? ", " : "", json_string_value(fault));
		wf_doc_row(p,
			(const char *const[]){ wf_text_time((wf_ns_t)number_of(one, "at_ns"), at),
				wf_text_time((wf_ns_t)number_of(one, from), began),
				wf_text_time((wf_ns_t)number_of(one, "for_ns"), lasts),
				text_of(one, "phase"), names, text_of(one, "change") });
	}
}

static void
put_measure(struct wf_doc *p, const char *name, const json_t *m)
{
	const json_t *d = json_object_get(m, "delay_ns");
	char n[3][WF_TEXT_MAX], t[4][WF_TEXT_MAX], loss[CELL], rate[WF_TEXT_MAX];

	snprintf(loss, sizeof(loss), "%.4g %%", 100 * number_of(m, "loss"));
	wf_doc_row(p,
		(const char *const[]){ name, wf_text_count((uint64_t)number_of(m, "packets"), n[0]),
			wf_text_count((uint64_t)number_of(m, "lost"), n[1]), loss,
			wf_text_rate(number_of(m, "throughput_bit_per_s"), rate),
			wf_text_time((wf_ns_t)number_of(d, "mean"), t[0]),
			wf_text_time((wf_ns_t)number_of(d, "p50"), t[1]),
			wf_text_time((wf_ns_t)number_of(d, "p99"), t[2]),
			wf_text_time((wf_ns_t)number_of(d, "max"), t[3]) });
}

static void
put_trip(struct wf_doc *p, const char *phase, const char *kind, const json_t *t)
{
	char n[2][WF_TEXT_MAX], ns[4][WF_TEXT_MAX];
	double missing =
		number_of(t, "refused") + number_of(t, "unanswered") + number_of(t, "waiting");

	if (number_of(t, "count") + missing <= 0)
		return;
	wf_doc_row(p, (const char *const[]){ phase, kind,
			      wf_text_count((uint64_t)number_of(t, "count"), n[0]),
			      wf_text_count((uint64_t)missing, n[1]),
			      wf_text_time((wf_ns_t)number_of(t, "mean"), ns[0]),
			      wf_text_time((wf_ns_t)number_of(t, "p50"), ns[1]),
			      wf_text_time((wf_ns_t)number_of(t, "p99"), ns[2]),
			      wf_text_time((wf_ns_t)number_of(t, "max"), ns[3]) });
}

/* Nothing if nobody wanted to know of round trips, or there were none. */
static void
put_trips(struct wf_doc *p, const json_t *d)
{
	static const char *const titles[] = { "phase", "round trip", ">answered", ">not", ">mean",
		">50 %", ">99 %", ">longest", NULL };
	const json_t *whole = json_object_get(d, "whole"), *m;
	size_t i;

	if (json_object_get(whole, "handshake_ns") == NULL)
		return;
	wf_doc_text(p, "Round trips of TCP connections that were opened in this direction:");
	wf_doc_table(p, titles);
	put_trip(p, "all", "handshake", json_object_get(whole, "handshake_ns"));
	put_trip(p, "all", "response", json_object_get(whole, "response_ns"));
	json_array_foreach(json_object_get(d, "phases"), i, m)
	{
		put_trip(p, text_of(m, "phase"), "handshake", json_object_get(m, "handshake_ns"));
		put_trip(p, text_of(m, "phase"), "response", json_object_get(m, "response_ns"));
	}
}

static void
put_directions(const json_t *doc, struct wf_doc *p)
{
	static const char *const titles[] = { "phase", ">packets", ">lost", ">loss", ">throughput",
		">delay, mean", ">50 %", ">99 %", ">longest", NULL };
	const json_t *list = json_object_get(doc, "directions"), *d, *m;
	char heading[2 * CELL];
	size_t i, k;

	json_array_foreach(list, i, d)
	{
		const json_t *phases = json_object_get(d, "phases");

		snprintf(heading, sizeof(heading), "%s %s", text_of(d, "link"),
			text_of(d, "direction"));
		wf_doc_heading(p, heading);
		wf_doc_table(p, titles);
		put_measure(p, "all", json_object_get(d, "whole"));
		json_array_foreach(phases, k, m) put_measure(p, text_of(m, "phase"), m);
		put_trips(p, d);
		wf_scenario_plots(p, doc, d);
	}
}

static void
put_traffic(const json_t *doc, struct wf_doc *p)
{
	const json_t *list = json_object_get(doc, "traffic"), *t;
	size_t i;

	if (json_array_size(list) == 0)
		return;
	wf_doc_heading(p, "Traffic");
	json_array_foreach(list, i, t)
	{
		const json_t *status = json_object_get(t, "status");

		wf_doc_text(p, "%s: %s", text_of(t, "kind"), text_of(t, "text"));
		if (status != NULL)
			wf_doc_text(p, "Exit code %d. %s", (int)json_integer_value(status),
				text_of(t, "output"));
	}
}

/* What a live run stood on. */
static void
put_machine(const json_t *doc, struct wf_doc *p)
{
	static const char *const titles[] = { "port", "device", "driver", "came at", "is let go by",
		NULL };
	const json_t *stats = json_object_get(doc, "stats"), *one;
	char cores[4 * CELL] = "";
	size_t i;

	if (json_object_get(doc, "tsc_hz") == NULL)
		return;
	json_array_foreach(json_object_get(stats, "workers"), i, one)
		snprintf(cores + strlen(cores), sizeof(cores) - strlen(cores), "%s%d",
			i > 0 ? ", " : "", (int)number_of(one, "lcore"));
	wf_doc_heading(p, "The machine");
	wf_doc_text(
		p, "Cores of workers: %s. TSC: %.6f MHz.", cores, number_of(doc, "tsc_hz") / 1e6);
	wf_doc_table(p, titles);
	json_array_foreach(json_object_get(stats, "ports"), i, one) wf_doc_row(p,
		(const char *const[]){ text_of(one, "name"), text_of(one, "device"),
			text_of(one, "kind"), text_of(one, "arrival"), text_of(one, "release") });
}

static struct wf_doc *
make(const json_t *doc)
{
	const json_t *verdict = json_object_get(json_object_get(doc, "stats"), "verdict"), *reason;
	struct wf_doc *p = wf_doc_new(text_of(doc, "name"));
	char late[2 * CELL];
	size_t i;

	if (p == NULL)
		return NULL;
	if (*text_of(doc, "title") != 0)
		wf_doc_text(p, "%s", text_of(doc, "title"));
	wf_doc_text(p, "Result: %s. %s, seed %s, wirefault %s.",
		json_is_true(json_object_get(doc, "pass")) ? "PASSED" : "FAILED",
		text_of(doc, "mode"), text_of(doc, "seed"), text_of(doc, "version"));
	if (!json_is_true(json_object_get(doc, "pass")))
		wf_doc_text(p, "Because: %s.", text_of(doc, "outcome"));
	json_array_foreach(json_object_get(verdict, "reasons"), i, reason)
		wf_doc_text(p, "NOT trustworthy: %s.", json_string_value(reason));
	if (*late_of(doc, late) != 0)
		wf_doc_text(p, "NOT trustworthy: %s.", late);
	put_expectations(doc, p);
	put_directions(doc, p);
	put_timeline(doc, p);
	put_traffic(doc, p);
	put_machine(doc, p);
	return p;
}

int
wf_scenario_markdown(const json_t *doc, FILE *out)
{
	struct wf_doc *p = make(doc);
	int rc = p != NULL ? wf_doc_markdown(p, out) : -ENOMEM;

	wf_doc_free(p);
	return rc;
}

int
wf_scenario_html(const json_t *doc, FILE *out)
{
	struct wf_doc *p = make(doc);
	int rc = p != NULL ? wf_doc_html(p, out) : -ENOMEM;

	wf_doc_free(p);
	return rc;
}

/* ---- JUnit ---- */

struct cases {
	uint32_t n;
	struct wf_junit_case *at;
	char **name;
};

static int
add_case(struct cases *c, const json_t *doc, const char *name, const char *where, double seconds,
	uint8_t outcome, const char *message)
{
	struct wf_junit_case *to = &c->at[c->n];

	if (asprintf(&c->name[c->n], "%s: %s%s%s", text_of(doc, "name"), name,
		    *where != 0 ? ", " : "", where) < 0)
		return -ENOMEM;
	*to = (struct wf_junit_case){
		.name = c->name[c->n], .seconds = seconds, .outcome = outcome, .message = message
	};
	c->n++;
	return 0;
}

static int
add_cases(struct cases *c, const json_t *doc)
{
	const json_t *e;
	const char *why = text_of(doc, "outcome");
	bool pass = json_is_true(json_object_get(doc, "pass"));
	size_t i;
	int rc = add_case(c, doc, "as a whole", "", number_of(doc, "duration_ns") / 1e9,
		pass                       ? WF_JUNIT_PASSED
		: strcmp(why, "fail") == 0 ? WF_JUNIT_FAILED
					   : WF_JUNIT_ERROR,
		pass ? NULL : why);

	json_array_foreach(json_object_get(doc, "expectations"), i, e)
	{
		bool kept = json_is_true(json_object_get(e, "pass"));
		char where[4 * CELL];

		where_of(e, where);
		if (rc == 0)
			rc = add_case(c, doc, text_of(e, "name"), where, 0,
				kept ? WF_JUNIT_PASSED : WF_JUNIT_FAILED,
				kept ? NULL : text_of(e, "why"));
	}
	return rc;
}

int
wf_scenario_junit(json_t *const *docs, uint32_t n, FILE *out)
{
	struct cases c = { 0 };
	size_t room = 0;
	int rc = 0;

	for (uint32_t i = 0; i < n; i++)
		room += 1 + json_array_size(json_object_get(docs[i], "expectations"));
	c.at = calloc(room + 1, sizeof(*c.at));
	c.name = calloc(room + 1, sizeof(*c.name));
	if (c.at == NULL || c.name == NULL)
		rc = -ENOMEM;
	for (uint32_t i = 0; i < n && rc == 0; i++)
		rc = add_cases(&c, docs[i]);
	if (rc == 0)
		rc = wf_junit_write("wirefault scenarios", c.at, c.n, out);
	while (c.n > 0)
		free(c.name[--c.n]);
	free(c.name);
	free(c.at);
	return rc;
}

/* ---- Summary ---- */

void
wf_scenario_summary(const json_t *doc, FILE *out)
{
	const json_t *list = json_object_get(doc, "expectations"), *e, *verdict, *reason;
	char late[2 * CELL];
	size_t i;

	json_array_foreach(list, i, e)
	{
		char where[4 * CELL], observed[WF_EXPECT_TEXT], margin[WF_EXPECT_TEXT + 8];

		where_of(e, where);
		values_of(e, observed, margin);
		fprintf(out, "  %s  %-14s %12s  expected %-16s margin %-12s %s%s%s\n",
			json_is_true(json_object_get(e, "pass")) ? "pass" : "FAIL",
			text_of(e, "name"), observed, text_of(e, "expected"), margin, where,
			*text_of(e, "why") != 0 ? ": " : "", text_of(e, "why"));
	}
	verdict = json_object_get(json_object_get(doc, "stats"), "verdict");
	json_array_foreach(json_object_get(verdict, "reasons"), i, reason)
		fprintf(out, "  NOT trustworthy: %s\n", json_string_value(reason));
	if (*late_of(doc, late) != 0)
		fprintf(out, "  NOT trustworthy: %s\n", late);
	fprintf(out, "%s: %s\n", text_of(doc, "name"), text_of(doc, "outcome"));
}
