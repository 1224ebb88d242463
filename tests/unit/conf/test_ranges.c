/* SPDX-License-Identifier: BSD-3-Clause
 * Every key of every impairment, from the tables: its bounds hold to the last digit, its documented
 * default is one, and what is no value of its type is refused with line, path and a reason.
 */
#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rig.h"
#include "wf_units.h"

#define TEXT 160

struct key {
	const struct wf_block *ops;
	const struct wf_param *row;
};

typedef void each_key(const struct key *k);

static void
walk(each_key *visit)
{
	for (int id = 0; id < WF_BLOCK_COUNT; id++)
		for (const struct wf_param *p = wf_block_registry[id]->params; p->name; p++)
			visit(&(struct key){ wf_block_registry[id], p });
}

/* What the configuration's reader says of KEY = VALUE; in a direction's block, on line 3. To be
 * freed. */
static char *
complaints(const struct key *k, const char *name, const char *value)
{
	char text[1024];

	snprintf(text, sizeof(text), RIG_LINK("ab = { %s = { %s = %s; }; };"), k->ops->name, name,
		value);
	return rig_complaints(text);
}

/* Exactly one line, which names file, line, path and a reason with one of these words. */
static void
refused(const struct key *k, const char *name, const char *value, const char *word, const char * or)
{
	char *got = complaints(k, name, value), where[TEXT];

	snprintf(where, sizeof(where), "t.conf:3: links.wan.ab.%s.%s: ", k->ops->name, name);
	if (strncmp(got, where, strlen(where)) != 0 || strchr(got, '\n') != strrchr(got, '\n') ||
		(strstr(got, word) == NULL && strstr(got, or) == NULL))
		fail_msg("%s.%s = %s: \"%s\" does not say \"%s\"", k->ops->name, name, value, got,
			word);
	free(got);
}

static void
accepted(const struct key *k, const char *text)
{
	char value[TEXT], *got;

	snprintf(value, sizeof(value), "\"%s\"", text);
	got = complaints(k, k->row->name, value);
	if (*got != 0)
		fail_msg("%s.%s = %s: %s", k->ops->name, k->row->name, value, got);
	free(got);
}

/* ---- Bounds ---- */

static bool
is_number(const struct wf_param *row)
{
	return row->type != WF_PARAM_BOOL && row->type != WF_PARAM_CHOICE &&
	       row->type != WF_PARAM_STRING && row->type != WF_PARAM_ELSEWHERE;
}

static const char *
unit_of(const struct wf_param *row)
{
	return row->type == WF_PARAM_DURATION ? "ns"
	       : row->type == WF_PARAM_RATE   ? "bit"
	       : row->type == WF_PARAM_SIZE   ? "B"
					      : "";
}

/* The next value below (-1) or above (1) a bound, as quoted text. */
static void
beside(const struct wf_param *row, const char *bound, int sign, char out[TEXT])
{
	struct {
		uint64_t given;
		union {
			uint64_t count;
			int64_t signed_count;
			double real;
		};
	} block = { 0 };
	struct wf_param table[2] = { *row };

	table[0].offset = sizeof(uint64_t);
	table[0].min = table[0].max = NULL;
	assert_int_equal(wf_param_set(table, 0, bound, &block, NULL, NULL), 0);
	if (row->type == WF_PARAM_REAL || row->type == WF_PARAM_PROB)
		snprintf(out, TEXT, "\"%.17g\"",
			nextafter(block.real, sign < 0 ? -INFINITY : INFINITY));
	else if (row->type == WF_PARAM_OVERHEAD)
		snprintf(out, TEXT, "\"%" PRId64 "\"", block.signed_count + sign);
	else if (sign < 0 && block.count == 0)
		snprintf(out, TEXT, "\"-1%s\"", unit_of(row));
	else
		snprintf(
			out, TEXT, "\"%" PRIu64 "%s\"", block.count + (uint64_t)sign, unit_of(row));
}

static void
bounds(const struct key *k)
{
	const struct wf_param *row = k->row;
	bool prob = row->type == WF_PARAM_PROB;
	const char *min = prob && row->min == NULL ? "0" : row->min;
	const char *max = prob && row->max == NULL ? "1" : row->max;
	char out[TEXT];

	if (min != NULL) {
		accepted(k, min);
		beside(row, min, -1, out);
		refused(k, row->name, out, "out of range", " is not a");
	}
	if (max != NULL) {
		accepted(k, max);
		beside(row, max, 1, out);
		refused(k, row->name, out, "out of range", "out of range");
	}
	if (min == NULL && is_number(row)) {
		snprintf(out, sizeof(out), "\"-1%s\"",
			row->type == WF_PARAM_LIMIT ? "pkt" : unit_of(row));
		refused(k, row->name, out, " is not a", " is not a");
	}
}

static void
bounds_hold_to_the_last_digit(void **state)
{
	walk(bounds);
}

/* ---- Types ---- */

static void
numbers_in_disguise(const struct key *k)
{
	static const char *const never[] = { "\"\"", "\" \"", "\"nan\"", "\"NaN\"", "\"-nan\"",
		"\"inf\"", "\"-inf\"", "\"infinity\"", "\"0x10\"", "\"1e400\"", "\"--1\"",
		"\"1 1\"", "\"1,5\"", "\"%\"", "\"ms\"", "\"5 parsec\"", "\"none\"", "true" };
	char huge[TEXT];

	for (size_t i = 0; is_number(k->row) && i < WF_ARRAY_SIZE(never); i++)
		refused(k, k->row->name, never[i], " is not ", "out of range");
	if (!is_number(k->row))
		return;
	snprintf(huge, sizeof(huge), "\"99999999999999999999%s\"",
		k->row->type == WF_PARAM_LIMIT ? "pkt" : unit_of(k->row));
	if (k->row->type != WF_PARAM_REAL || k->row->max != NULL)
		refused(k, k->row->name, huge, "out of range", "out of range");
}

static void
words_that_are_none(const struct key *k)
{
	static const char *const never[] = { "\"\"", "\" true\"", "\"yes\"", "\"True\"", "1", "0.5",
		"\"nan\"", "\"no-such-thing\"" };

	for (size_t i = 0; i < WF_ARRAY_SIZE(never); i++)
		if (k->row->type == WF_PARAM_BOOL || k->row->type == WF_PARAM_CHOICE)
			refused(k, k->row->name, never[i], " is not ", " is not ");
}

static void
no_single_value(const struct key *k)
{
	static const char *const never[] = { "( 1 )", "( )", "[ 1, 2 ]", "{ x = 1; }", "{ }" };

	for (size_t i = 0; i < WF_ARRAY_SIZE(never); i++)
		refused(k, k->row->name, never[i], "a single value is expected",
			"a single value is expected");
}

static void
what_is_no_value_of_the_type_is_refused(void **state)
{
	walk(numbers_in_disguise);
	walk(words_that_are_none);
	walk(no_single_value);
}

/* ---- Names ---- */

static void
neighbour(const struct key *k)
{
	char name[TEXT], hint[TEXT];

	snprintf(name, sizeof(name), "%sx", k->row->name);
	if (wf_param_find(k->ops->params, name) >= 0)
		return;
	snprintf(hint, sizeof(hint), "Did you mean \"%s\"?", k->row->name);
	refused(k, name, "1", "unknown key", strlen(k->row->name) > 3 ? hint : "unknown key");
	if (strlen(k->row->name) > 3)
		refused(k, name, "1", hint, hint);
}

static void
names_that_are_nearly_right_are_refused(void **state)
{
	walk(neighbour);
}

/* ---- Defaults and choices ---- */

static void
documented(const struct key *k)
{
	const struct wf_param *row = k->row, *all = k->ops->params;
	uint64_t *given = calloc(1, k->ops->params_size), *absent = calloc(1, k->ops->params_size);
	struct wf_err *err = wf_err_new();
	char a[WF_PARAM_TEXT], b[WF_PARAM_TEXT];

	assert_int_equal(wf_param_defaults(all, absent), 0);
	for (size_t i = 0; row->type == WF_PARAM_CHOICE && row->choices[i] != NULL; i++)
		accepted(k, row->choices[i]);
	if (row->fallback != NULL) {
		accepted(k, row->fallback);
		assert_int_equal(wf_param_defaults(all, given), 0);
		assert_int_equal(
			wf_param_set(all, (size_t)(row - all), row->fallback, given, NULL, err), 0);
		assert_string_equal(
			wf_param_format(row, given, a), wf_param_format(row, absent, b));
		/* What is shown of it can be written again. */
		accepted(k, a);
	}
	wf_err_free(err);
	wf_param_release(all, given);
	wf_param_release(all, absent);
	free(given);
	free(absent);
}

static void
every_documented_default_and_choice_is_a_value(void **state)
{
	walk(documented);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bounds_hold_to_the_last_digit),
		cmocka_unit_test(what_is_no_value_of_the_type_is_refused),
		cmocka_unit_test(names_that_are_nearly_right_are_refused),
		cmocka_unit_test(every_documented_default_and_choice_is_a_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
