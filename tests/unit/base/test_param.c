/* SPDX-License-Identifier: BSD-3-Clause
 * A table with a row of every type: defaults, values, refusals and what they say, and back to text.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wf_param.h"

static const char *const colours[] = { "red", "green", "blue", NULL };
static const char *const only[] = { "tail", NULL };

struct block {
	uint64_t given;
	bool flag;
	uint64_t count;
	double real;
	wf_ns_t time;
	uint64_t rate, size;
	double prob;
	int colour, single;
	struct wf_limit limit;
	int64_t overhead;
	char *string;
	wf_ns_t free_time;
	uint64_t fixed;
};

enum {
	FLAG,
	COUNT,
	REAL,
	TIME,
	RATE,
	SIZE,
	PROB,
	COLOUR,
	SINGLE,
	LIMIT,
	OVERHEAD,
	STRING,
	FREE,
	ELSE,
	FIXED
};

#define ROW(key, kind, member)                                                                     \
	.name = key, .type = WF_PARAM_##kind, .offset = offsetof(struct block, member)

static const struct wf_param table[] = {
	[FLAG] = { ROW("flag", BOOL, flag), .fallback = "true" },
	[COUNT] = { ROW("count", COUNT, count), .fallback = "3", .min = "1", .max = "7" },
	[REAL] = { ROW("real", REAL, real), .min = "-1.5" },
	[TIME] = { ROW("time", DURATION, time), .fallback = "60s", .min = "1us", .max = "1h" },
	[RATE] = { ROW("rate", RATE, rate), .max = "400Gbit" },
	[SIZE] = { ROW("size", SIZE, size), .min = "16MB" },
	[PROB] = { ROW("prob", PROB, prob) },
	[COLOUR] = { ROW("colour", CHOICE, colour), .fallback = "green", .choices = colours },
	[SINGLE] = { ROW("single", CHOICE, single), .choices = only },
	[LIMIT] = { ROW("limit", LIMIT, limit), .fallback = "1000pkt" },
	[OVERHEAD] = { ROW("overhead", OVERHEAD, overhead), .fallback = "0", .min = "-64",
		.max = "1024" },
	[STRING] = { ROW("string", STRING, string), .fallback = "here" },
	[FREE] = { ROW("free_time", DURATION, free_time) },
	[ELSE] = { .name = "else", .type = WF_PARAM_ELSEWHERE, .kind = "list" },
	[FIXED] = { ROW("fixed", COUNT, fixed), .fallback = "1", .min = "1", .max = "1" },
	{ 0 },
};

struct fixture {
	struct block b;
	struct wf_err *err;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	*state = f;
	f->err = wf_err_new();
	return f->err == NULL || wf_param_defaults(table, &f->b) != 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	wf_param_release(table, &f->b);
	assert_null(f->b.string);
	wf_err_free(f->err);
	free(f);
	return 0;
}

static int
set(struct fixture *f, size_t row, const char *text)
{
	return wf_param_set(
		table, row, text, &f->b, &(struct wf_where){ .path = table[row].name }, f->err);
}

static void
refused(struct fixture *f, size_t row, const char *text, const char *expected)
{
	char line[512];
	struct block before = f->b;

	assert_int_equal(set(f, row, text), -EINVAL);
	assert_memory_equal(&before, &f->b, sizeof(before));
	wf_err_format(wf_err_item(f->err, wf_err_count(f->err) - 1), line, sizeof(line));
	assert_string_equal(line, expected);
}

static void
defaults_are_not_given(void **state)
{
	struct fixture *f = *state;

	assert_true(f->b.flag);
	assert_int_equal(f->b.count, 3);
	assert_int_equal(f->b.time, 60 * WF_NS_PER_S);
	assert_int_equal(f->b.colour, 1);
	assert_int_equal(f->b.limit.kind, WF_LIMIT_PACKETS);
	assert_int_equal(f->b.limit.value, 1000);
	assert_string_equal(f->b.string, "here");
	assert_int_equal(f->b.rate, 0);
	assert_int_equal(f->b.given, 0);
}

static void
a_value_is_kept_and_marked(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(set(f, TIME, "20ms"), 0);
	assert_int_equal(set(f, FLAG, "false"), 0);
	assert_int_equal(set(f, RATE, "1.5Gbit"), 0);
	assert_int_equal(set(f, SIZE, "64MiB"), 0);
	assert_int_equal(set(f, PROB, "0.1%"), 0);
	assert_int_equal(set(f, COLOUR, "blue"), 0);
	assert_int_equal(set(f, REAL, "-1.5"), 0);
	assert_int_equal(f->b.time, 20 * WF_NS_PER_MS);
	assert_false(f->b.flag);
	assert_int_equal(f->b.rate, 1500000000);
	assert_int_equal(f->b.size, 64 << 20);
	assert_true(f->b.prob == 0.001);
	assert_int_equal(f->b.colour, 2);
	assert_true(f->b.real == -1.5);
	assert_true(wf_param_given(&f->b, TIME));
	assert_true(wf_param_given(&f->b, FLAG));
	assert_false(wf_param_given(&f->b, COUNT));
}

static void
a_limit_is_packets_bytes_or_time(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(set(f, LIMIT, "50ms"), 0);
	assert_int_equal(f->b.limit.kind, WF_LIMIT_TIME);
	assert_int_equal(f->b.limit.value, 50 * WF_NS_PER_MS);
	assert_int_equal(set(f, LIMIT, "64kB"), 0);
	assert_int_equal(f->b.limit.kind, WF_LIMIT_BYTES);
	assert_int_equal(f->b.limit.value, 64000);
	assert_int_equal(set(f, LIMIT, "20pkt"), 0);
	assert_int_equal(f->b.limit.kind, WF_LIMIT_PACKETS);
	assert_int_equal(f->b.limit.value, 20);
	assert_int_equal(set(f, LIMIT, "0"), 0);
	assert_int_equal(f->b.limit.kind, WF_LIMIT_PACKETS);
}

static void
overhead_is_bytes_or_ethernet(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(set(f, OVERHEAD, "ethernet"), 0);
	assert_int_equal(f->b.overhead, 24);
	assert_int_equal(set(f, OVERHEAD, "-14"), 0);
	assert_int_equal(f->b.overhead, -14);
	assert_int_equal(set(f, OVERHEAD, "8B"), 0);
	assert_int_equal(f->b.overhead, 8);
	refused(f, OVERHEAD, "24pkt",
		"overhead: \"24pkt\" is not a number of bytes. Write a number of bytes, or "
		"\"ethernet\".");
	refused(f, OVERHEAD, "1.5",
		"overhead: \"1.5\" is not a number of bytes. Write a number of bytes, or "
		"\"ethernet\".");
	refused(f, OVERHEAD, "-65", "overhead: -65 is out of range. It may be from -64 to 1024.");
}

static void
a_string_replaces_the_one_before(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(set(f, STRING, "there"), 0);
	assert_int_equal(set(f, STRING, ""), 0);
	assert_string_equal(f->b.string, "");
}

static void
a_missing_unit_is_named_with_those_that_exist(void **state)
{
	struct fixture *f = *state;

	refused(f, TIME, "20",
		"time: \"20\" has no unit. Write a time with ns, us, ms, s, m or h, such as "
		"\"20ms\".");
	refused(f, RATE, "1.5",
		"rate: \"1.5\" has no unit. Write a rate with bit, kbit, Mbit, Gbit or Bps, kBps, "
		"MBps, such as \"1.5Mbit\".");
	refused(f, SIZE, " 7 ",
		"size: \" 7 \" has no unit. Write a size with B, kB, MB, GB, KiB, MiB or GiB, such "
		"as \"7kB\".");
	refused(f, TIME, "20000000",
		"time: \"20000000\" has no unit. Write a time with ns, us, ms, s, m or h, such as "
		"\"20ms\".");
	refused(f, LIMIT, "1.5",
		"limit: \"1.5\" has no unit. Write packets, bytes or time: \"1000pkt\", \"64kB\" "
		"or "
		"\"50ms\".");
}

static void
what_is_no_value_is_answered_with_one_that_is(void **state)
{
	struct fixture *f = *state;

	refused(f, FLAG, "maybe", "flag: \"maybe\" is not true or false. Write true or false.");
	refused(f, COUNT, "5pkt",
		"count: \"5pkt\" is not a whole number. Write a whole number, such as 1000.");
	refused(f, COUNT, "1.5",
		"count: \"1.5\" is not a whole number. Write a whole number, such as 1000.");
	refused(f, REAL, "1.2.3", "real: \"1.2.3\" is not a number. Write a number, such as 4.0.");
	refused(f, REAL, "nan", "real: \"nan\" is not a number. Write a number, such as 4.0.");
	refused(f, REAL, "", "real: \"\" is not a number. Write a number, such as 4.0.");
	refused(f, TIME, "soon",
		"time: \"soon\" is not a time. Write a time with ns, us, ms, s, m or h, such as "
		"\"20ms\".");
	refused(f, TIME, "1.2.3",
		"time: \"1.2.3\" is not a time. Write a time with ns, us, ms, s, m or h, such as "
		"\"20ms\".");
	refused(f, LIMIT, "many",
		"limit: \"many\" is not a number of packets, a size or a time. Write packets, "
		"bytes "
		"or time: \"1000pkt\", \"64kB\" or \"50ms\".");
	refused(f, PROB, "often",
		"prob: \"often\" is not a probability. Write a percentage or a number from 0 to 1, "
		"such as \"1%\".");
}

static void
a_choice_names_the_others(void **state)
{
	struct fixture *f = *state;

	refused(f, COLOUR, "gren",
		"colour: \"gren\" is not one of \"red\", \"green\", \"blue\". Did you mean "
		"\"green\"?");
	refused(f, COLOUR, "purple",
		"colour: \"purple\" is not one of \"red\", \"green\", \"blue\".");
	refused(f, SINGLE, "head", "single: \"head\" is not \"tail\".");
}

static void
bounds_are_inclusive_and_named(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(set(f, COUNT, "7"), 0);
	assert_int_equal(set(f, TIME, "1us"), 0);
	refused(f, COUNT, "8", "count: 8 is out of range. It may be from 1 to 7.");
	refused(f, TIME, "999ns", "time: 999ns is out of range. It may be from 1us to 1h.");
	refused(f, TIME, "2h", "time: 2h is out of range. It may be from 1us to 1h.");
	refused(f, RATE, "401Gbit", "rate: 401Gbit is out of range. It may be at most 400Gbit.");
	refused(f, SIZE, "1MB", "size: 1MB is out of range. It may be at least 16MB.");
	refused(f, FIXED, "2", "fixed: 2 is out of range. It has to be 1.");
	refused(f, REAL, "-2", "real: -2 is out of range. It may be at least -1.5.");
	refused(f, PROB, "5", "prob: 5 is out of range. Did you mean \"5%\"?");
	refused(f, PROB, "500",
		"prob: 500 is out of range. It may be from 0% to 100%, or from 0 to 1.");
}

static void
what_no_variable_holds_is_out_of_range(void **state)
{
	struct fixture *f = *state;

	refused(f, FREE, "99999999999999h",
		"free_time: 99999999999999h is out of range. It is too large for 64 bits.");
	refused(f, SIZE, "99999999999999GB",
		"size: 99999999999999GB is out of range. It is too large for 64 bits.");
	refused(f, LIMIT, "99999999999999h",
		"limit: 99999999999999h is out of range. It is too large for 64 bits.");
	refused(f, LIMIT, "99999999999999999999pkt",
		"limit: 99999999999999999999pkt is out of range. It is too large for 64 bits.");
	refused(f, REAL, "1e999", "real: 1e999 is out of range. It is too large for 64 bits.");
}

static void
values_are_written_as_they_are_read(void **state)
{
	static const struct {
		size_t row;
		const char *text;
	} v[] = { { FLAG, "false" }, { COUNT, "7" }, { REAL, "0.1" }, { REAL, "4" },
		{ REAL, "0.30000000000000004" }, { TIME, "20ms" }, { RATE, "1.5Gbit" },
		{ SIZE, "64MB" }, { PROB, "0.1%" }, { COLOUR, "red" }, { LIMIT, "50ms" },
		{ LIMIT, "64kB" }, { LIMIT, "5pkt" }, { OVERHEAD, "-14" }, { STRING, "x y" } };
	struct fixture *f = *state;
	char out[WF_PARAM_TEXT];

	for (size_t i = 0; i < WF_ARRAY_SIZE(v); i++) {
		assert_int_equal(set(f, v[i].row, v[i].text), 0);
		assert_string_equal(wf_param_format(&table[v[i].row], &f->b, out), v[i].text);
	}
	assert_string_equal(wf_param_format(&table[ELSE], &f->b, out), "");
}

static void
rows_are_found_by_name(void **state)
{
	assert_int_equal(wf_param_find(table, "flag"), FLAG);
	assert_int_equal(wf_param_find(table, "else"), ELSE);
	assert_int_equal(wf_param_find(table, "fla"), -1);
	assert_int_equal(wf_param_count(table), FIXED + 1);
}

static void
the_manual_says_what_kind_of_value(void **state)
{
	char out[WF_PARAM_TEXT];

	assert_string_equal(wf_param_type_text(&table[TIME], out), "time");
	assert_string_equal(wf_param_type_text(&table[ELSE], out), "list");
	assert_string_equal(
		wf_param_type_text(&table[COLOUR], out), "one of \"red\", \"green\", \"blue\"");
	assert_string_equal(wf_param_type_text(&table[SINGLE], out), "\"tail\"");
}

static void
keys_of_another_choice_are_foreign(void **state)
{
	static const struct wf_param rows[] = {
		{ .name = "colour", .type = WF_PARAM_CHOICE, .choices = colours },
		{ .name = "all" },
		{ .name = "first", .belongs = 1 << 0 },
		{ .name = "second", .belongs = 1 << 1 },
		{ .name = "two", .belongs = 1 << 0 | 1 << 1 },
		{ 0 },
	};
	struct wf_param_choice c = { rows, 0, 1, "Leave it out" };
	struct fixture *f = *state;
	uint64_t given = 1 << 1 | 1 << 2 | 1 << 3 | 1 << 4;
	struct wf_where where = { .path = "x" };
	char line[128];

	assert_int_equal(wf_param_foreign(&c, 0, WF_PARAM_LAST, &given, &where, f->err), -EINVAL);
	assert_int_equal(wf_err_count(f->err), 1);
	wf_err_format(wf_err_item(f->err, 0), line, sizeof(line));
	assert_string_equal(
		line, "x: \"first\" does not belong to colour \"green\". Leave it out.");
	/* Of some rows only; and each one that is foreign. */
	assert_int_equal(wf_param_foreign(&c, 3, WF_PARAM_LAST, &given, &where, f->err), 0);
	assert_int_equal(wf_param_foreign(&c, 0, 1, &given, &where, f->err), 0);
	c.choice = 2;
	assert_int_equal(wf_param_foreign(&c, 0, WF_PARAM_LAST, &given, &where, f->err), -EINVAL);
	assert_int_equal(wf_err_count(f->err), 4);
	given = 0;
	assert_int_equal(wf_param_foreign(&c, 0, WF_PARAM_LAST, &given, &where, f->err), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(defaults_are_not_given, setup, teardown),
		cmocka_unit_test_setup_teardown(a_value_is_kept_and_marked, setup, teardown),
		cmocka_unit_test_setup_teardown(a_limit_is_packets_bytes_or_time, setup, teardown),
		cmocka_unit_test_setup_teardown(overhead_is_bytes_or_ethernet, setup, teardown),
		cmocka_unit_test_setup_teardown(a_string_replaces_the_one_before, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_missing_unit_is_named_with_those_that_exist, setup, teardown),
		cmocka_unit_test_setup_teardown(
			what_is_no_value_is_answered_with_one_that_is, setup, teardown),
		cmocka_unit_test_setup_teardown(a_choice_names_the_others, setup, teardown),
		cmocka_unit_test_setup_teardown(bounds_are_inclusive_and_named, setup, teardown),
		cmocka_unit_test_setup_teardown(
			what_no_variable_holds_is_out_of_range, setup, teardown),
		cmocka_unit_test_setup_teardown(
			values_are_written_as_they_are_read, setup, teardown),
		cmocka_unit_test(rows_are_found_by_name),
		cmocka_unit_test(the_manual_says_what_kind_of_value),
		cmocka_unit_test_setup_teardown(
			keys_of_another_choice_are_foreign, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
