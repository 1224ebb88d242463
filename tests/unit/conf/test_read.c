/* SPDX-License-Identifier: BSD-3-Clause
 * Text to tree: lines, numbers that libconfig would spoil, includes, hostile text.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "folder.h"
#include "rig.h"

static void
every_node_knows_its_line(void **state)
{
	struct wf_node *t = rig_tree("a = 1;\n# one\n/* two\nthree */ g = {\n  b = \"x\\\ny\";\n"
				     "  c = ( 1,\n 2 ); }; // four\nd = 1;\n");
	const struct wf_node *g = wf_node_get(t, "g");

	assert_int_equal(wf_node_get(t, "a")->line, 1);
	assert_int_equal(g->line, 4);
	assert_int_equal(wf_node_get(g, "b")->line, 5);
	assert_int_equal(wf_node_get(g, "c")->line, 7);
	assert_int_equal(wf_node_get(t, "d")->line, 9);
	assert_string_equal(wf_node_get(g, "b")->file, "t.conf");
	wf_node_free(t);
}

static void
every_kind_is_read(void **state)
{
	struct wf_node *t = rig_tree("a = 1; b = 5000000000L; c = 1.5; d = true; e = \"x\" \"y\";"
				     " f = [ 1, 2 ]; g = ( 1, \"x\" ); h = { i = 1; }; j = 0x10;"
				     " k = 1e-9;");

	rig_is(t, "a = 1; b = 5000000000L; c = 1.5; d = true; e = \"xy\"; f = ( 1, 2 );"
		  " g = ( 1, \"x\" ); h = { i = 1; }; j = 16; k = 1e-09;");
	wf_node_free(t);
}

static void
a_syntax_error_has_its_line_and_says_that_there_may_be_more(void **state)
{
	rig_refuses("a = 1;\nb = ;\nc = ;\n",
		"t.conf:2: syntax error. Look at the end of the line before, too. The reader stops "
		"at the first syntax error, there may be more behind it.\n");
	rig_refuses("a = 1;\na = 2;\n",
		"t.conf:2: duplicate setting name. A key stands once in its group.\n");
	rig_refuses("a = [ 1, \"x\" ];",
		"t.conf:1: mismatched element type in array. Write ( ... ) around values of "
		"different kinds.\n");
}

static void
what_has_no_end_is_told_where_it_begins(void **state)
{
	rig_refuses("a = 1;\nb = \"x;\n\nc = 2;\n",
		"t.conf:2: a string without an end begins here. Close it with \".\n");
	rig_refuses("a = 1;\n/* b = 2;\n\n",
		"t.conf:2: a comment without an end begins here. Close it with */.\n");
	rig_refuses(
		"a = \"\\", "t.conf:1: a string without an end begins here. Close it with \".\n");
}

static void
integers_at_the_edges_are_whole(void **state)
{
	struct wf_node *t = rig_tree(
		"a = 2147483647; b = -2147483648; c = 0x7fffffff; d = 9223372036854775807L;"
		" e = -9223372036854775808L; f = 0x7fffffffffffffffL; g = 5LL;");

	assert_int_equal(wf_node_get(t, "a")->integer, INT32_MAX);
	assert_int_equal(wf_node_get(t, "b")->integer, INT32_MIN);
	assert_int_equal(wf_node_get(t, "c")->integer, INT32_MAX);
	assert_true(wf_node_get(t, "d")->integer == INT64_MAX);
	assert_true(wf_node_get(t, "e")->integer == INT64_MIN);
	assert_true(wf_node_get(t, "f")->integer == INT64_MAX);
	assert_int_equal(wf_node_get(t, "g")->integer, 5);
	wf_node_free(t);
}

#define NEEDS_L "Write an L behind it: integers without it have 32 bits.\n"

static void
integers_that_would_wrap_are_refused(void **state)
{
	static const char *const numbers[] = { "2147483648", "-2147483649", "4294967296",
		"99999999999", "99999999999999999999999", "0x80000000", "0xffffffff", "0x1ffffffff",
		"+2147483648" };
	char text[256], line[256];

	for (size_t i = 0; i < WF_ARRAY_SIZE(numbers); i++) {
		snprintf(text, sizeof(text), "\n\na = %s;", numbers[i]);
		snprintf(line, sizeof(line), "t.conf:3: too large an integer: %s. " NEEDS_L,
			numbers[i]);
		rig_refuses(text, line);
	}
	rig_refuses("a = 9223372036854775808L;",
		"t.conf:1: too large an integer: 9223372036854775808. Write it as a string.\n");
	rig_refuses("a = 0xffffffffffffffffL;",
		"t.conf:1: too large an integer: 0xffffffffffffffff. Write it as a string.\n");
}

static void
all_of_them_are_reported_at_once(void **state)
{
	rig_refuses("a = 3000000000;\nb = ( 1, 3000000001 );",
		"t.conf:1: too large an integer: 3000000000. " NEEDS_L
		"t.conf:2: too large an integer: 3000000001. " NEEDS_L);
}

/* libconfig needs no separator between settings, so that a letter may follow a number. */
static void
letters_behind_a_number_hide_nothing(void **state)
{
	rig_refuses(
		"a = 99999999999b = 3;", "t.conf:1: too large an integer: 99999999999. " NEEDS_L);
	rig_refuses(
		"a = 99999999999f1 = 3;", "t.conf:1: too large an integer: 99999999999. " NEEDS_L);
}

static void
strings_comments_floats_and_names_are_no_integers(void **state)
{
	struct wf_node *t = rig_tree("a = \"99999999999\"; # 99999999999\n// 99999999999\n"
				     "/* 99999999999 */ b = 99999999999.0; c99999999999 = 1;\n"
				     "d = .99999999999; e = \"\\\"99999999999\"; f = 99999999999e1;"
				     " g-99999999999 = -.5;");

	assert_true(wf_node_get(t, "b")->real == 99999999999.0);
	assert_true(wf_node_get(t, "f")->real == 999999999990.0);
	wf_node_free(t);
}

static void
a_float_beyond_a_double_is_refused(void **state)
{
	rig_refuses("a = 1e999;", "t.conf:1: too large a number: 1e999.\n");
	rig_refuses("a = -1.5e+400;", "t.conf:1: too large a number: -1.5e+400.\n");
}

static void
include_is_refused_in_bodies(void **state)
{
	static const char refusal[] =
		"@include is not allowed here. Put everything into one body.\n";
	char lines[256];

	snprintf(lines, sizeof(lines), "t.conf:1: %s", refusal);
	rig_refuses("@include \"/etc/passwd\"", lines);
	snprintf(lines, sizeof(lines), "t.conf:3: %s", refusal);
	/* Neither an escaped quote nor one in a comment hides it. */
	rig_refuses("a = \"\\\"\"; /* \" */\n\n  @include \"/etc/passwd\"\n", lines);
}

static void
write_file(const char *name, const char *text, size_t size)
{
	FILE *f = fopen(folder_path(name), "w");

	assert_non_null(f);
	fwrite(text, 1, size, f);
	fclose(f);
}

/* Reads main.conf; lines without the folder. */
static struct wf_node *
read_main(char lines[1024])
{
	struct wf_err *err = wf_err_new();
	struct wf_node *t;
	char *said, *at;

	t = wf_conf_read_file(folder_path("main.conf"), err);
	said = rig_lines(err);
	at = said;
	if (strncmp(said, folder, strlen(folder)) == 0)
		at += strlen(folder) + 1;
	snprintf(lines, 1024, "%s", at);
	free(said);
	wf_err_free(err);
	return t;
}

#define WRITE(name, text) write_file(name, text, strlen(text))

static void
a_file_may_include_others_beside_it(void **state)
{
	char lines[1024];
	struct wf_node *t;

	WRITE("main.conf", "a = 1;\n@include \"part.conf\"\nc = 3;\n");
	WRITE("part.conf", "\nb = 2;\n");
	t = read_main(lines);
	assert_string_equal(lines, "");
	assert_string_equal(wf_node_get(t, "b")->file, "part.conf");
	assert_int_equal(wf_node_get(t, "b")->line, 2);
	assert_int_equal(wf_node_get(t, "c")->line, 3);
	wf_node_free(t);
}

static void
included_files_hide_no_large_integer(void **state)
{
	char lines[1024];

	WRITE("main.conf", "a = 1;\n@include \"part.conf\"\n");
	WRITE("part.conf", "\nb = 99999999999;\n");
	assert_null(read_main(lines));
	assert_string_equal(lines, "part.conf:2: too large an integer: 99999999999. " NEEDS_L);
}

static void
an_include_that_is_not_there_has_its_line(void **state)
{
	char lines[1024];

	WRITE("main.conf", "a = 1;\n@include \"nothing.conf\"\n");
	assert_null(read_main(lines));
	assert_string_equal(lines,
		"main.conf:2: cannot open include file. Names are taken from the folder of the "
		"first file.\n");
}

static void
a_file_that_includes_itself_ends(void **state)
{
	char lines[1024];

	WRITE("main.conf", "@include \"again.conf\"\n@include \"again.conf\"\n");
	WRITE("again.conf", "@include \"again.conf\"\n@include \"again.conf\"\n");
	assert_null(read_main(lines));
	assert_string_equal(
		lines, "again.conf:1: too many includes. Does a file include itself?\n");
}

static void
what_is_no_text_file_is_refused(void **state)
{
	struct wf_err *err = wf_err_new();
	char lines[1024], *said, *huge = calloc(1, 5 << 20);

	write_file("main.conf", "a\0b", 3);
	assert_null(read_main(lines));
	assert_string_equal(lines, "main.conf: is not a text file.\n");
	memset(huge, '\n', 5 << 20);
	write_file("main.conf", huge, 5 << 20);
	free(huge);
	assert_null(read_main(lines));
	assert_string_equal(lines, "main.conf: is longer than 4 MiB.\n");
	assert_null(wf_conf_read_file("/nonexistent/x.conf", err));
	assert_null(wf_conf_read_file("/", err));
	said = rig_lines(err);
	assert_string_equal(said,
		"/nonexistent/x.conf: cannot be read: No such file or directory. Check the name "
		"and "
		"the permissions.\n"
		"/: cannot be read: Is a directory. Check the name and the permissions.\n");
	free(said);
	wf_err_free(err);
}

static void
deep_nesting_is_refused_before_it_hurts(void **state)
{
	char *text = malloc(2000001);

	memset(text, '(', 2000000);
	text[0] = 'a';
	text[1] = '=';
	text[2000000] = 0;
	rig_refuses(text, "t.conf:1: nested too deeply.\n");
	free(text);
}

/* libconfig compares each key with all before it: 80 000 keys would take a minute. */
static void
a_group_of_too_many_keys_is_refused_before_it_takes_minutes(void **state)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	for (int i = 0; i < 100000; i++)
		fprintf(f, "a%d=1;\n", i);
	fclose(f);
	rig_refuses(text, "t.conf:257: too many keys in one group.\n");
	free(text);
}

/* A group goes on in the files that it includes. */
static void
keys_of_included_files_count_in_their_group(void **state)
{
	char keys[4096] = "", name[16], main_text[512] = "", lines[1024];

	for (int i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "a%d=1;\n", i);
		strcat(keys, name);
	}
	WRITE("some.conf", keys);
	for (int i = 0; i < 3; i++)
		strcat(main_text, "@include \"some.conf\"\n");
	WRITE("main.conf", main_text);
	assert_null(read_main(lines));
	assert_string_equal(lines, "some.conf:57: too many keys in one group.\n");
}

/* libconfig makes room for 16 members at a time, and copies all before them: 200 000 members are
 * 10 GB, minutes where memory is checked. */
static void
a_list_of_too_many_members_is_refused_before_it_takes_minutes(void **state)
{
	static const char *const lists[] = { "a = ( %s );", "a = [ %s ];",
		"a = ( 1, { b = [ %s ]; } );" };

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		char *members = NULL, *text = NULL;
		size_t size = 0;
		FILE *f = open_memstream(&members, &size);

		fputs("1", f);
		for (int k = 0; k < 200000; k++)
			fputs(",\n1", f);
		fclose(f);
		assert_true(asprintf(&text, lists[i], members) > 0);
		rig_refuses(text, "t.conf:16384: too many members in one list.\n");
		free(text);
		free(members);
	}
}

/* Of a file, of a body, and in the middle, where it is no mark. */
static void
a_byte_order_mark_is_skipped(void **state)
{
	struct wf_err *err = wf_err_new();
	struct wf_node *t = rig_tree("\xef\xbb\xbf"
				     "seed = 7;\n");
	char path[128], *lines;

	assert_int_equal(wf_node_get(t, "seed")->integer, 7);
	assert_int_equal(wf_node_get(t, "seed")->line, 1);
	wf_node_free(t);
	free(rig_complaints("seed = \xef\xbb\xbf"
			    "7;"));
	write_file("main.conf", "\xef\xbb\xbfseed = 8;\n", 13);
	snprintf(path, sizeof(path), "%s/main.conf", folder);
	t = wf_conf_read_file(path, err);
	assert_non_null(t);
	assert_int_equal(wf_node_get(t, "seed")->integer, 8);
	wf_node_free(t);
	write_file("main.conf", "@include \"part.conf\"\n", 21);
	write_file("part.conf", "\xef\xbb\xbfseed = 8;\n", 13);
	assert_null(wf_conf_read_file(path, err));
	lines = rig_lines(err);
	assert_non_null(
		strstr(lines, "part.conf:1: an included file cannot begin with a byte order "
			      "mark. Save it as UTF-8 without one.\n"));
	free(lines);
	wf_err_free(err);
}

static void
broken_text_is_never_fatal(void **state)
{
	static const char *const texts[] = { "\"", "/*", "a = \"\\", "}", ")", "]", "@", "@include",
		"@include \"", "a", "a =", "=", "{", "-", "+", ".", "0x", "a = 0x;", "a = -;", "\\",
		"a = 1L", "a = LL", "//", "/", "\xff\xfe", "a = \"\xff\";", "a = { b = ( { c = [" };

	for (size_t i = 0; i < WF_ARRAY_SIZE(texts); i++)
		free(rig_complaints(texts[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_node_knows_its_line),
		cmocka_unit_test(every_kind_is_read),
		cmocka_unit_test(a_syntax_error_has_its_line_and_says_that_there_may_be_more),
		cmocka_unit_test(what_has_no_end_is_told_where_it_begins),
		cmocka_unit_test(integers_at_the_edges_are_whole),
		cmocka_unit_test(integers_that_would_wrap_are_refused),
		cmocka_unit_test(all_of_them_are_reported_at_once),
		cmocka_unit_test(letters_behind_a_number_hide_nothing),
		cmocka_unit_test(strings_comments_floats_and_names_are_no_integers),
		cmocka_unit_test(a_float_beyond_a_double_is_refused),
		cmocka_unit_test(include_is_refused_in_bodies),
		cmocka_unit_test(a_file_may_include_others_beside_it),
		cmocka_unit_test(included_files_hide_no_large_integer),
		cmocka_unit_test(an_include_that_is_not_there_has_its_line),
		cmocka_unit_test(a_file_that_includes_itself_ends),
		cmocka_unit_test(what_is_no_text_file_is_refused),
		cmocka_unit_test(deep_nesting_is_refused_before_it_hurts),
		cmocka_unit_test(a_group_of_too_many_keys_is_refused_before_it_takes_minutes),
		cmocka_unit_test(keys_of_included_files_count_in_their_group),
		cmocka_unit_test(a_list_of_too_many_members_is_refused_before_it_takes_minutes),
		cmocka_unit_test(a_byte_order_mark_is_skipped),
		cmocka_unit_test(broken_text_is_never_fatal),
	};

	return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
