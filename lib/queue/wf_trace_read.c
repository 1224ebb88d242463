/* SPDX-License-Identifier: BSD-3-Clause
 * Traces as text: mahimahi's and rows of time and rate. Control threads only.
 *
 * "#" begins a comment; blanks, tabs, commas and semicolons part the fields of a row.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wf_trace.h"
#include "wf_units.h"

#define SEPARATORS  " \t\r,;"
#define LONGEST_MS  10000000000ull /* 115 days */
#define LONGEST_NS  (LONGEST_MS * WF_NS_PER_MS)
#define LINEAR_GAP  (3600 * WF_NS_PER_S) /* what the integers of the curve have room for */
#define FIELD_BYTES 48

struct reader {
	const char *text;
	struct wf_where where; /* of the line */
	const struct wf_trace_options *options;
	struct wf_trace_point *point;
	struct wf_trace *t;
	struct wf_err *err;
	int n_fields; /* a line, since the first; 0: none has come */
};

size_t
wf_trace_room(const char *text)
{
	size_t lines = 2; /* the last, and a row that is put before the first */

	for (; *text != 0; text++)
		lines += *text == '\n';
	return lines;
}

/* The fields of the next line; 0 for one without. At most `most` of them are kept. */
static int
read_line(struct reader *r, char field[][FIELD_BYTES], int most)
{
	const char *c = r->text, *end = c + strcspn(c, "\n"), *stop = c + strcspn(c, "#\n");
	int n = 0;

	r->where.line++;
	r->text = *end != 0 ? end + 1 : end;
	for (c += strspn(c, SEPARATORS); c < stop; c += strspn(c, SEPARATORS)) {
		size_t length = strcspn(c, SEPARATORS "#\n");

		if (n < most) {
			size_t keep = length < FIELD_BYTES - 1 ? length : FIELD_BYTES - 1;

			memcpy(field[n], c, keep);
			field[n][keep] = 0;
		}
		n++;
		c += length;
	}
	return n;
}

static int
add_opportunity(struct reader *r, const char *text)
{
	struct wf_trace *t = r->t;
	struct wf_trace_point *p = &r->point[t->n];
	unsigned long long ms = strtoull(text, NULL, 10);

	if (text[strspn(text, "0123456789")] != 0 || strlen(text) > 11 || ms > LONGEST_MS)
		return wf_err_add(r->err, &r->where, "Write a number of ms, or \"2.5s 10Mbit\"",
			"\"%s\" is neither an instant in whole ms nor a row", text);
	if (t->n > 0 && ms * WF_NS_PER_MS < p[-1].ns)
		return wf_err_add(r->err, &r->where, "Sort the lines by time",
			"%llu ms comes after a later instant", ms);
	if (t->n > 0 && ms * WF_NS_PER_MS == p[-1].ns) {
		p[-1].work += WF_TRACE_OPPORTUNITY;
	} else {
		p->ns = ms * WF_NS_PER_MS;
		p->work = (t->n > 0 ? p[-1].work : 0) + WF_TRACE_OPPORTUNITY;
		t->n++;
	}
	return 0;
}

/* The rate from one row to the next is known: so is the work at the next. */
static void
add_segment(struct reader *r, wf_ns_t ns, uint64_t rate_bps)
{
	struct wf_trace_point *p = &r->point[r->t->n++];

	*p = (struct wf_trace_point){ .ns = ns, .rate_bps = rate_bps };
	if (p > r->point)
		p->work = p[-1].work + (wf_work_t)(ns - p[-1].ns) *
					       (r->options->linear ? (wf_work_t)p[-1].rate_bps +
									     (wf_work_t)rate_bps
								   : 2 * (wf_work_t)p[-1].rate_bps);
}

static int
add_row(struct reader *r, const char *time, const char *rate)
{
	struct wf_trace *t = r->t;
	wf_ns_t ns, before_ns = t->n > 0 ? r->point[t->n - 1].ns : 0;
	const char *example = "Write \"2.5s 10Mbit\"";
	char hint[WF_UNITS_HINT];
	uint64_t bps;

	if (wf_units_duration(time, &ns) < 0 || ns > LONGEST_NS)
		return wf_err_add(r->err, &r->where,
			wf_units_hint_or(WF_UNITS_DURATION, time, example, hint),
			"\"%s\" is not a time from 0 s to %llu h", time, LONGEST_MS / 3600000);
	if (wf_units_rate(rate, &bps) < 0 || bps > WF_TRACE_MAX_RATE_BPS ||
		(bps > 0 && bps < WF_TRACE_MIN_RATE_BPS))
		return wf_err_add(r->err, &r->where,
			wf_units_hint_or(WF_UNITS_RATE, rate, example, hint),
			"\"%s\" is not a rate: 0, or 1kbit to 400Gbit", rate);
	if (t->n > 0 && ns <= before_ns)
		return wf_err_add(r->err, &r->where, "Sort the rows by time",
			"the time \"%s\" is not later than that of the row before", time);
	if (r->options->linear && ns - before_ns > LINEAR_GAP)
		return wf_err_add(r->err, &r->where, "Add a row between them",
			"rows with a linear rate are at most an hour apart");
	if (t->n == 0 && ns > 0)
		add_segment(r, 0, bps);
	add_segment(r, ns, bps);
	return 0;
}

static int
add_line(struct reader *r)
{
	char field[2][FIELD_BYTES];
	int n = read_line(r, field, 2);

	if (n == 0)
		return 0;
	if (r->n_fields == 0)
		r->n_fields = n;
	if (n > 4 || n != r->n_fields)
		return wf_err_add(r->err, &r->where,
			"A line is one instant in ms, or a time and a rate (and a delay and a "
			"loss), as "
			"the first is",
			"%d fields where %d %s expected", n,
			r->n_fields < 2   ? 1
			: r->n_fields > 4 ? 4
					  : r->n_fields,
			r->n_fields < 2 ? "is" : "are");
	return n == 1 ? add_opportunity(r, field[0]) : add_row(r, field[0], field[1]);
}

/* Sums, and what a trace must be as a whole. */
static int
finish(struct reader *r)
{
	const struct wf_trace_options *o = r->options;
	const struct wf_trace_point *last;
	struct wf_trace *t = r->t;
	wf_work_t bits;

	r->where.line = 0;
	if (t->n == 0)
		return wf_err_add(r->err, &r->where, "Write a number of ms a line, or rows",
			"there is no line in this trace");
	last = &r->point[t->n - 1];
	t->kind = r->n_fields == 1 ? WF_TRACE_OPPORTUNITIES
		  : o->linear      ? WF_TRACE_LINEAR
				   : WF_TRACE_HOLD;
	if (t->kind == WF_TRACE_OPPORTUNITIES && (o->once || o->linear))
		return wf_err_add(r->err, &r->where, "Leave the key out, or use rows",
			"\"%s\" does not go with a mahimahi trace",
			o->once ? "loop" : "interpolation");
	t->total = last->work;
	t->period_ns = o->once ? 0 : last->ns;
	t->mean_bps = last->rate_bps;
	if (!o->once) {
		if (last->ns == 0)
			return wf_err_add(r->err, &r->where,
				"The time of the last line is the period",
				"a trace that loops must last longer than 0 s");
		bits = t->kind == WF_TRACE_OPPORTUNITIES ? t->total * 8 * (wf_work_t)WF_NS_PER_S
							 : t->total / 2;
		t->mean_bps = (uint64_t)(bits / (wf_work_t)last->ns);
	}
	if (t->mean_bps < WF_TRACE_MIN_RATE_BPS || t->mean_bps > WF_TRACE_MAX_RATE_BPS)
		return wf_err_add(r->err, &r->where, NULL, "%s is %llu bit/s, not 1kbit to 400Gbit",
			o->once ? "the last rate, which stays," : "the mean rate",
			(unsigned long long)t->mean_bps);
	return 0;
}

/* FNV-1a of what was read: whether two plans have the same trace. */
static uint32_t
identify(const char *text, const struct wf_trace *t)
{
	uint32_t h = 2166136261u;

	for (; *text != 0; text++)
		h = (h ^ (uint8_t)*text) * 16777619u;
	h = (h ^ t->kind) * 16777619u;
	h = (h ^ (t->period_ns != 0)) * 16777619u;
	return h | 1;
}

int
wf_trace_read(const char *text, const char *name, const struct wf_trace_options *options,
	struct wf_trace_point *point, struct wf_trace *out, struct wf_err *err)
{
	struct reader r = { .text = text,
		.where = { .file = name },
		.options = options,
		.point = point,
		.t = out,
		.err = err };

	*out = (struct wf_trace){ .point = point };
	while (*r.text != 0)
		if (add_line(&r) < 0)
			return -EINVAL;
	if (finish(&r) < 0)
		return -EINVAL;
	out->id = identify(text, out);
	return 0;
}
