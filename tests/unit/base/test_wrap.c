/* SPDX-License-Identifier: BSD-3-Clause
 * Text in lines that fit: where lines break, what is left alone, and how wide a terminal is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "wf_wrap.h"

static void
wraps(const char *text, unsigned at, unsigned indent, unsigned width, const char *want)
{
	char *got = NULL;
	size_t size;
	FILE *out = open_memstream(&got, &size);

	wf_wrap_to(text, at, indent, width, out);
	fclose(out);
	assert_string_equal(got, want);
	free(got);
}

static void
lines_break_between_words(void **state)
{
	wraps("one two three", 0, 0, 13, "one two three");
	wraps("one two three", 0, 0, 12, "one two\nthree");
	wraps("one two three", 0, 2, 7, "one two\n  three");
	wraps("one two three", 4, 4, 8, "one\n    two\n    three");
	wraps("", 0, 0, 10, "");
	wraps("ends in a space ", 0, 0, 40, "ends in a space");
}

/* A word that is too long stands on a line of its own, whole: paths can be copied. */
static void
a_long_word_stays_whole(void **state)
{
	wraps("see /a/very/long/path now", 0, 1, 8, "see\n /a/very/long/path\n now");
	wraps("/a/very/long/path", 6, 2, 8, "\n  /a/very/long/path");
}

static void
line_breaks_of_the_text_stay(void **state)
{
	wraps("one\n\ntwo three\n", 0, 0, 7, "one\n\ntwo\nthree\n");
	wraps("one\ntwo", 3, 3, 20, "one\n   two");
}

static void
lines_that_are_set_are_left_alone(void **state)
{
	wraps("a b c\n  an example that is long\nd e", 0, 0, 5,
		"a b c\n  an example that is long\nd e");
	wraps("left   right side", 0, 0, 8, "left   right side");
}

static void
a_character_is_a_column(void **state)
{
	wraps("\xc3\xa4\xc3\xb6 \xc3\xbc", 0, 0, 4, "\xc3\xa4\xc3\xb6 \xc3\xbc");
}

/* Whatever the words and the width, no line is longer unless it is one word. */
static void
no_line_is_too_long(void **state)
{
	const char text[] = "a packet level network emulator that sits between two hosts and makes "
			    "the wire between them behave like any network you can describe";

	for (unsigned width = 30; width <= 100; width++) {
		char *got = NULL;
		size_t size;
		FILE *out = open_memstream(&got, &size);

		wf_wrap_to(text, 0, 4, width, out);
		fclose(out);
		for (char *line = strtok(got, "\n"); line != NULL; line = strtok(NULL, "\n"))
			assert_in_range(strlen(line), 1, width);
		free(got);
	}
}

static void
a_terminal_of(unsigned short columns, unsigned width)
{
	struct winsize size = { .ws_row = 24, .ws_col = columns };
	int master = posix_openpt(O_RDWR | O_NOCTTY), fd;
	FILE *out;

	assert_true(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
	fd = open(ptsname(master), O_RDWR | O_NOCTTY);
	assert_true(fd >= 0);
	assert_int_equal(ioctl(fd, TIOCSWINSZ, &size), 0);
	out = fdopen(fd, "w");
	assert_int_equal(wf_wrap_width(out), width);
	fclose(out);
	close(master);
}

static void
width_is_the_terminals(void **state)
{
	FILE *file = tmpfile();

	a_terminal_of(80, 80);
	a_terminal_of(100, 100);
	a_terminal_of(250, 100);
	a_terminal_of(0, 100); /* it does not say */
	a_terminal_of(5, 30);
	assert_int_equal(wf_wrap_width(file), 100);
	fclose(file);
}

/* grep finds the whole of a message. */
static void
a_message_to_a_file_is_one_line(void **state)
{
	char text[400], got[500] = "";
	FILE *file = tmpfile();

	memset(text, 'x', sizeof(text) - 1);
	for (size_t i = 5; i < sizeof(text); i += 7)
		text[i] = ' ';
	text[sizeof(text) - 1] = 0;
	wf_wrap_message(text, 0, file);
	rewind(file);
	assert_non_null(fgets(got, sizeof(got), file));
	assert_int_equal(strlen(got), sizeof(text));
	fclose(file);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_break_between_words),
		cmocka_unit_test(a_long_word_stays_whole),
		cmocka_unit_test(line_breaks_of_the_text_stay),
		cmocka_unit_test(lines_that_are_set_are_left_alone),
		cmocka_unit_test(a_character_is_a_column),
		cmocka_unit_test(no_line_is_too_long),
		cmocka_unit_test(width_is_the_terminals),
		cmocka_unit_test(a_message_to_a_file_is_one_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
