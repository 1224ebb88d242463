/* SPDX-License-Identifier: BSD-3-Clause
 * "Did you mean": near names are found, far ones are not forced on anybody.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "wf_err.h"

static const char *const keys[] = { "blackhole", "rate", "queue", "loss", "duplicate", "delay", "p",
	NULL };

static void
finds_a_slip_of_the_finger(void **state)
{
	assert_string_equal(wf_suggest("dely", keys), "delay");
	assert_string_equal(wf_suggest("dealy", keys), "delay");
	assert_string_equal(wf_suggest("delayy", keys), "delay");
	assert_string_equal(wf_suggest("lsos", keys), "loss");
	assert_string_equal(wf_suggest("duplicated", keys), "duplicate");
	assert_string_equal(wf_suggest("black_hole", keys), "blackhole");
}

static void
finds_the_nearest_of_several(void **state)
{
	static const char *const names[] = { "mean_burst", "mean", "means", NULL };

	assert_string_equal(wf_suggest("mean", names), "mean");
	assert_string_equal(wf_suggest("meanburst", names), "mean_burst");
}

static void
does_not_guess_wildly(void **state)
{
	assert_null(wf_suggest("temperature", keys));
	assert_null(wf_suggest("jitter", keys));
}

/* An edit distance of 1 is near only if something is left of the word. */
static void
a_name_without_a_common_letter_is_not_near(void **state)
{
	assert_null(wf_suggest("x", keys));
	assert_null(wf_suggest("", keys));
}

static void
no_names_no_suggestion(void **state)
{
	static const char *const none[] = { NULL };

	assert_null(wf_suggest("delay", none));
}

static void
very_long_words_are_safe(void **state)
{
	char word[4096];
	const char *const names[] = { word, "delay", NULL };

	memset(word, 'a', sizeof(word) - 1);
	word[sizeof(word) - 1] = 0;
	assert_null(wf_suggest(word, keys));
	assert_string_equal(wf_suggest("delai", names), "delay");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_a_slip_of_the_finger),
		cmocka_unit_test(finds_the_nearest_of_several),
		cmocka_unit_test(does_not_guess_wildly),
		cmocka_unit_test(a_name_without_a_common_letter_is_not_near),
		cmocka_unit_test(no_names_no_suggestion),
		cmocka_unit_test(very_long_words_are_safe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
