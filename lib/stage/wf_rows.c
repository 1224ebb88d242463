/* SPDX-License-Identifier: BSD-3-Clause
 * Rows: read from text, and looked up.
 */
#include "wf_rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wf_slurp.h"
#include "wf_units.h"

#define SEPARATORS  " \t\r,;"
#define MAX_BYTES   ((size_t)64 << 20)
#define MAX_ROWS    (1u << 22)
#define LONGEST_NS  (10000000 * WF_NS_PER_S) /* 115 days */
#define MAX_COLUMNS 4

struct reader {
	const struct wf_rows_options *o;
	struct wf_where where; /* of the line */
	struct wf_err *err;
	struct wf_rows_point *point;
	uint32_t n;
	uint32_t columns; /* of the first row; 0: none has come */
};

/* Splits a line in place. Returns how many fields it has; at most MAX_COLUMNS are kept. */
static uint32_t
split(char *line, char *field[MAX_COLUMNS])
{
	uint32_t n = 0;
	char *rest = NULL;

	line[strcspn(line, "#")] = 0;
	for (char *f = strtok_r(line, SEPARATORS, &rest); f;
		f = strtok_r(NULL, SEPARATORS, &rest)) {
		if (n < MAX_COLUMNS)
			field[n] = f;
		n++;
	}
	return n;
}

static int
add_row(struct reader *r, char *field[MAX_COLUMNS], uint32_t columns)
{
	struct wf_rows_point p = { 0 };
	char hint[WF_UNITS_HINT];
	uint32_t own = columns <= 2 ? columns - 1 : (uint32_t)r->o->column;

	if (r->columns == 0)
		r->columns = columns;
	if (columns != r->columns || own >= columns || (columns == 1 && !r->o->by_packet))
		return wf_err_add(r->err, &r->where,
			"Rows are \"time value\" or \"time rate delay loss\", all like the first",
			"%u fields do not make %s", columns, r->o->what);
	if (!r->o->by_packet) {
		if (wf_units_duration(field[0], &p.ns) < 0 || p.ns > LONGEST_NS)
			return wf_err_add(r->err, &r->where,
				wf_units_hint_or(
					WF_UNITS_DURATION, field[0], "Write \"2.5s\"", hint),
				"\"%.40s\" is not a time", field[0]);
		if (r->n > 0 && p.ns <= r->point[r->n - 1].ns)
			return wf_err_add(r->err, &r->where, "Sort the rows by time",
				"\"%.40s\" is not later than the row before", field[0]);
	}
	if (r->o->parse(field[own], &p.value) < 0)
		return wf_err_add(r->err, &r->where, r->o->example, "\"%.40s\" is not %s",
			field[own], r->o->what);
	if (r->n == 0 && p.ns > 0) /* what is before the first row is as it says */
		r->point[r->n++] = (struct wf_rows_point){ 0, p.value };
	r->point[r->n++] = p;
	return 0;
}

size_t
wf_rows_room(const char *text)
{
	size_t lines = 2; /* the last, and one that is put before the first */

	for (; *text != 0; text++)
		lines += *text == '\n';
	return lines;
}

int
wf_rows_parse(char *text, const char *name, const struct wf_rows_options *o,
	struct wf_rows_point *point, struct wf_rows *out, struct wf_err *err)
{
	struct reader r = { .o = o, .err = err, .where = { .file = name }, .point = point };

	for (char *line = text, *next; line != NULL; line = next) {
		char *field[MAX_COLUMNS];
		uint32_t columns;

		next = strchr(line, '\n');
		if (next != NULL)
			*next++ = 0;
		r.where.line++;
		columns = split(line, field);
		if (columns > 0 && add_row(&r, field, columns) < 0)
			return -EINVAL;
	}
	r.where.line = 0;
	if (r.n == 0)
		return wf_err_add(
			err, &r.where, "Write \"0s 20ms\"", "there is no row in this file");
	if (!o->by_packet && !o->once && point[r.n - 1].ns == 0)
		return wf_err_add(err, &r.where, "The time of the last row is the period",
			"rows that loop must last longer than 0 s");
	*out = (struct wf_rows){ .point = point,
		.n = r.n,
		.linear = o->linear,
		.period_ns = o->once        ? 0
			     : o->by_packet ? 1
					    : point[r.n - 1].ns };
	return 0;
}

const struct wf_rows *
wf_rows_read(const char *file, const struct wf_rows_options *o, struct wf_block_compile *c)
{
	char *text = wf_slurp_beside(file, MAX_BYTES, NULL, c->where, c->err);
	struct wf_rows_point *point;
	struct wf_rows *rows = NULL;

	if (text == NULL)
		return NULL;
	if (wf_rows_room(text) > MAX_ROWS) {
		wf_err_add(c->err, c->where, "Use a part of it", "%s has more than %u lines", file,
			MAX_ROWS);
	} else {
		rows = wf_stage_reserve(c, sizeof(*rows));
		point = wf_stage_reserve(c, wf_rows_room(text) * sizeof(*point));
		if (rows != NULL && point != NULL &&
			wf_rows_parse(text, file, o, point, rows, c->err) < 0)
			rows = NULL;
		if (point == NULL)
			rows = NULL;
	}
	free(text);
	return rows;
}

uint64_t
wf_rows_of_packet(const struct wf_rows *r, uint64_t packet)
{
	if (packet >= r->n)
		packet = r->period_ns != 0 ? packet % r->n : r->n - 1;
	return r->point[packet].value;
}

uint64_t
wf_rows_at(const struct wf_rows *r, wf_ns_t ns)
{
	const struct wf_rows_point *a;
	uint32_t low = 0, high = r->n; /* point[low] is not after ns, point[high] is */
	uint64_t span, gone;

	if (r->period_ns != 0)
		ns %= r->period_ns;
	while (high - low > 1) {
		uint32_t mid = (low + high) / 2;

		if (r->point[mid].ns <= ns)
			low = mid;
		else
			high = mid;
	}
	a = &r->point[low];
	if (!r->linear || low + 1 == r->n)
		return a->value;
	span = a[1].ns - a->ns;
	gone = ns - a->ns;
	if (a[1].value >= a->value)
		return a->value +
		       (uint64_t)((unsigned __int128)(a[1].value - a->value) * gone / span);
	return a->value - (uint64_t)((unsigned __int128)(a->value - a[1].value) * gone / span);
}
