/* SPDX-License-Identifier: BSD-3-Clause
 * The line that a user sees for an error, whatever of it is known.
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

#include "wf_err.h"

static int
setup(void **state)
{
	*state = wf_err_new();
	return *state == NULL;
}

static int
teardown(void **state)
{
	wf_err_free(*state);
	return 0;
}

static void
shows(const struct wf_err *err, size_t i, const char *expected)
{
	char line[512];
	int n = wf_err_format(wf_err_item(err, i), line, sizeof(line));

	assert_string_equal(line, expected);
	assert_int_equal(n, strlen(expected));
}

static void
a_full_error_is_place_path_message_hint(void **state)
{
	const struct wf_where w = { "a.conf", 12, "links.wan.ab.delay.mean" };

	assert_int_equal(
		wf_err_add(*state, &w, "Write \"20ms\"", "\"%d\" has no unit", 20), -EINVAL);
	shows(*state, 0, "a.conf:12: links.wan.ab.delay.mean: \"20\" has no unit. Write \"20ms\".");
}

static void
unknown_parts_are_left_out(void **state)
{
	wf_err_add(*state, NULL, NULL, "out of memory");
	wf_err_add(*state, &(struct wf_where){ .file = "a.conf" }, NULL, "no text");
	wf_err_add(*state, &(struct wf_where){ .line = 7 }, NULL, "odd");
	wf_err_add(*state, &(struct wf_where){ .path = "seed" }, NULL, "odd");
	shows(*state, 0, "out of memory.");
	shows(*state, 1, "a.conf: no text.");
	shows(*state, 2, "line 7: odd.");
	shows(*state, 3, "seed: odd.");
}

static void
a_question_keeps_its_mark(void **state)
{
	wf_err_add(*state, NULL, "Did you mean \"delay\"?", "unknown key");
	shows(*state, 0, "unknown key. Did you mean \"delay\"?");
}

static void
strings_are_copied(void **state)
{
	char path[] = "links";

	wf_err_add(*state, &(struct wf_where){ .path = path }, NULL, "odd");
	path[0] = 'X';
	shows(*state, 0, "links: odd.");
}

/* Names and values come from users: they can't forge a second line or steer a terminal. */
static void
control_characters_are_shown_not_obeyed(void **state)
{
	wf_err_add(
		*state, &(struct wf_where){ .path = "a\nb" }, "c\033[2J", "d\r\x7f%s", "\xc3\xa9");
	shows(*state, 0, "a?b: d??\xc3\xa9. c?[2J.");
}

static void
a_question_has_no_full_stop(void **state)
{
	wf_err_add(*state, NULL, "Write -c FILE", "which configuration?");
	wf_err_add(*state, NULL, "Did you mean \"delay\"?", "there is no key \"dealy\"");
	shows(*state, 0, "which configuration? Write -c FILE.");
	shows(*state, 1, "there is no key \"dealy\". Did you mean \"delay\"?");
}

static void
many_are_counted_but_not_kept(void **state)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	for (int i = 0; i < WF_ERR_MAX + 5; i++)
		wf_err_add(*state, NULL, NULL, "number %d", i);
	assert_int_equal(wf_err_count(*state), WF_ERR_MAX + 5);
	assert_non_null(wf_err_item(*state, WF_ERR_MAX - 1));
	assert_null(wf_err_item(*state, WF_ERR_MAX));
	wf_err_print(*state, out);
	fclose(out);
	assert_non_null(strstr(text, "number 0.\n"
				     "number 1.\n"));
	assert_non_null(strstr(text, "number 99.\n... and 5 more errors.\n"));
	free(text);
}

static void
a_message_may_be_long(void **state)
{
	char long_text[2000];

	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = 0;
	wf_err_add(*state, NULL, NULL, "%s", long_text);
	assert_int_equal(wf_err_format(wf_err_item(*state, 0), NULL, 0), sizeof(long_text));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_full_error_is_place_path_message_hint, setup, teardown),
		cmocka_unit_test_setup_teardown(unknown_parts_are_left_out, setup, teardown),
		cmocka_unit_test_setup_teardown(a_question_keeps_its_mark, setup, teardown),
		cmocka_unit_test_setup_teardown(strings_are_copied, setup, teardown),
		cmocka_unit_test_setup_teardown(
			control_characters_are_shown_not_obeyed, setup, teardown),
		cmocka_unit_test_setup_teardown(a_question_has_no_full_stop, setup, teardown),
		cmocka_unit_test_setup_teardown(many_are_counted_but_not_kept, setup, teardown),
		cmocka_unit_test_setup_teardown(a_message_may_be_long, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
