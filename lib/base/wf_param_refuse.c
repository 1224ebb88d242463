/* SPDX-License-Identifier: BSD-3-Clause
 * What users are told of a parameter's values: their kind, and why one is refused. Control threads
 * only.
 */
#include "wf_param_refuse.h"

#include <stdlib.h>
#include <string.h>

#include "wf_units.h"

static const struct {
	const char *kind;    /* for the manual */
	const char *article; /* 'is not ... `kind`' */
	const char *example;
	const char *unit; /* what the user may have forgotten; NULL: the type has none */
} kinds[] = {
	[WF_PARAM_BOOL] = { "true or false", "", "Write true or false", NULL },
	[WF_PARAM_COUNT] = { "whole number", "a ", "Write a whole number, such as 1000", NULL },
	[WF_PARAM_REAL] = { "number", "a ", "Write a number, such as 4.0", NULL },
	[WF_PARAM_DURATION] = { "time", "a ",
		"Write a time with ns, us, ms, s, m or h, such as \"20ms\"", "ms" },
	[WF_PARAM_RATE] = { "rate", "a ",
		"Write a rate with bit, kbit, Mbit, Gbit or Bps, kBps, MBps, such as \"100Mbit\"",
		"Mbit" },
	[WF_PARAM_SIZE] = { "size", "a ",
		"Write a size with B, kB, MB, GB, KiB, MiB or GiB, such as \"64kB\"", "kB" },
	[WF_PARAM_PROB] = { "probability", "a ",
		"Write a percentage or a number from 0 to 1, such as \"1%\"", NULL },
	[WF_PARAM_LIMIT] = { "packets, size or time", "",
		"Write packets, bytes or time: \"1000pkt\", \"64kB\" or \"50ms\"", "" },
	[WF_PARAM_OVERHEAD] = { "bytes or \"ethernet\"", "",
		"Write a number of bytes, or \"ethernet\"", NULL },
	[WF_PARAM_STRING] = { "string", "a ", "Write a string", NULL },
	[WF_PARAM_ELSEWHERE] = { "", "", NULL, NULL },
};

/* The type's hint, its example made of the user's own number: `"20" has no unit` -> "20ms". */
static int
refuse_bare(const struct wf_param *row, const char *text, const struct wf_where *where,
	struct wf_err *err)
{
	const char *example = kinds[row->type].example, *unit = kinds[row->type].unit;
	const char *number = text + strspn(text, " ");
	int head = (int)(strchr(example, '"') - example), digits = (int)strcspn(number, " ");
	char hint[WF_PARAM_TEXT];

	/* A large number is rather one of base units. */
	if (*unit == 0 || digits > 4)
		snprintf(hint, sizeof(hint), "%s", example);
	else
		snprintf(hint, sizeof(hint), "%.*s\"%.*s%s\"", head, example, digits, number, unit);
	return wf_err_add(err, where, hint, "\"%s\" has no unit", text);
}

/* Digits with at most one point, blanks around them. */
static bool
is_bare_number(const char *text)
{
	const char *s = text + strspn(text, " "), *digits = s;

	s += strspn(s, "0123456789");
	if (*s == '.')
		s += 1 + strspn(s + 1, "0123456789");
	return s > digits && strcmp(digits, ".") != 0 && s[strspn(s, " ")] == 0;
}

/* Of a type that has units: what may be meant, instead of all units that exist. */
static const char *
unit_hint(const struct wf_param *row, const char *text, char out[WF_UNITS_HINT])
{
	static const enum wf_units_kind kind[] = { [WF_PARAM_DURATION] = WF_UNITS_DURATION,
		[WF_PARAM_RATE] = WF_UNITS_RATE,
		[WF_PARAM_SIZE] = WF_UNITS_SIZE,
		[WF_PARAM_LIMIT] = WF_UNITS_LIMIT };

	const char *example = kinds[row->type].example;

	return kinds[row->type].unit != NULL ? wf_units_hint_or(kind[row->type], text, example, out)
					     : example;
}

int
wf_param_refuse(const struct wf_param *row, const char *text, const struct wf_where *where,
	struct wf_err *err)
{
	char hint[WF_PARAM_TEXT], type[WF_PARAM_TEXT], units[WF_UNITS_HINT];
	const char *near, *example = unit_hint(row, text, units);

	if (row->type == WF_PARAM_CHOICE) {
		near = wf_suggest(text, row->choices);
		if (near != NULL)
			snprintf(hint, sizeof(hint), "Did you mean \"%s\"?", near);
		return wf_err_add(err, where, near != NULL ? hint : NULL, "\"%s\" is not %s", text,
			wf_param_type_text(row, type));
	}
	if (kinds[row->type].unit != NULL && is_bare_number(text))
		return refuse_bare(row, text, where, err);
	if (row->type == WF_PARAM_LIMIT)
		return wf_err_add(err, where, example,
			"\"%s\" is not a number of packets, a size or a time", text);
	if (row->type == WF_PARAM_OVERHEAD)
		return wf_err_add(err, where, example, "\"%s\" is not a number of bytes", text);
	return wf_err_add(err, where, example, "\"%s\" is not %s%s", text, kinds[row->type].article,
		kinds[row->type].kind);
}

int
wf_param_refuse_range(const struct wf_param *row, bool overflow, const char *text,
	const struct wf_where *where, struct wf_err *err)
{
	char hint[WF_PARAM_TEXT];

	if (row->type == WF_PARAM_PROB && is_bare_number(text) && atof(text) >= 1 &&
		atof(text) <= 100)
		snprintf(hint, sizeof(hint), "Did you mean \"%.*s%%\"?",
			(int)strcspn(text + strspn(text, " "), " "), text + strspn(text, " "));
	else if (row->min != NULL && row->max != NULL && strcmp(row->min, row->max) == 0)
		snprintf(hint, sizeof(hint), "It has to be %s", row->min);
	else if (row->min != NULL && row->max != NULL)
		snprintf(hint, sizeof(hint), "It may be from %s to %s", row->min, row->max);
	else if (row->type == WF_PARAM_PROB)
		snprintf(hint, sizeof(hint), "It may be from 0%% to 100%%, or from 0 to 1");
	else if (row->max != NULL)
		snprintf(hint, sizeof(hint), "It may be at most %s", row->max);
	else if (overflow)
		snprintf(hint, sizeof(hint), "It is too large for 64 bits");
	else
		snprintf(hint, sizeof(hint), "It may be at least %s", row->min);
	return wf_err_add(err, where, hint, "%s is out of range", text);
}

const char *
wf_param_type_text(const struct wf_param *row, char out[WF_PARAM_TEXT])
{
	size_t n;

	if (row->type != WF_PARAM_CHOICE) {
		snprintf(out, WF_PARAM_TEXT, "%s",
			row->type == WF_PARAM_ELSEWHERE ? row->kind : kinds[row->type].kind);
		return out;
	}
	n = (size_t)snprintf(out, WF_PARAM_TEXT, "%s", row->choices[1] ? "one of" : "");
	for (size_t i = 0; row->choices[i] != NULL && n < WF_PARAM_TEXT; i++)
		n += (size_t)snprintf(out + n, WF_PARAM_TEXT - n, "%s%s\"%s\"", i ? "," : "",
			n > 0 ? " " : "", row->choices[i]);
	return out;
}
