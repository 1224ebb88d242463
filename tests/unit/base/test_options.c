/* SPDX-License-Identifier: BSD-3-Clause
 * Command lines as users type them.
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

#include "wf_options.h"

static const struct wf_option table[] = {
	{ "config", 'c', "FILE", "the configuration" },
	{ "force", 'f', NULL, "do it anyway" },
	{ "ab-out", 0, "FILE", "where ab goes" },
	{ "set", 0, "KEY=VALUE", "all of them count", .many = true },
	{ NULL },
};
enum { CONFIG, FORCE, AB_OUT, SET };

static int
setup(void **state)
{
	unsetenv("WIREFAULT_CONFIG");
	unsetenv("WIREFAULT_FORCE");
	unsetenv("WIREFAULT_AB_OUT");
	return 0;
}

static struct wf_option_values values;
static char *words[80];
static char said[512];

/* Parses words separated by blanks, after the name of the program. */
static int
parse(char *line)
{
	int argc = 0, rc;
	FILE *err = fmemopen(said, sizeof(said), "w");

	said[0] = 0;
	for (char *w = strtok(line, " "); w != NULL; w = strtok(NULL, " "))
		words[argc++] = w;
	words[argc] = NULL;
	rc = wf_options_parse(table, argc, words, &values, err);
	fclose(err);
	return rc;
}

static void
some_options_count_each_time(void **state)
{
	char line[] = "prog --set a=1 word --set=b=2 -c x", one[] = "prog", many[1024] = "prog";

	assert_int_equal(parse(line), 0);
	assert_int_equal(values.n_many, 2);
	assert_string_equal(values.many[0], "a=1");
	assert_string_equal(values.many[1], "b=2");
	assert_string_equal(values.value[SET], "b=2");
	setenv("WIREFAULT_SET", "c=3", 1);
	assert_int_equal(parse(one), 0);
	unsetenv("WIREFAULT_SET");
	assert_int_equal(values.n_many, 1);
	assert_string_equal(values.many[0], "c=3");
	for (int i = 0; i < WF_OPTIONS_MANY + 1; i++)
		strcat(many, " --set=a");
	assert_int_equal(parse(many), -EINVAL);
	assert_non_null(strstr(said, "--set is given more than 64 times"));
}

static void
long_and_short_forms_are_the_same(void **state)
{
	char a[] = "prog --config x.conf --force", b[] = "prog -c x.conf -f",
	     c[] = "prog -fcx.conf";

	assert_int_equal(parse(a), 0);
	assert_string_equal(values.value[CONFIG], "x.conf");
	assert_string_equal(values.value[FORCE], "");
	assert_null(values.value[AB_OUT]);
	assert_int_equal(parse(b), 0);
	assert_string_equal(values.value[CONFIG], "x.conf");
	assert_string_equal(values.value[FORCE], "");
	assert_int_equal(parse(c), 0);
	assert_string_equal(values.value[CONFIG], "x.conf");
}

static void
words_may_stand_between_options(void **state)
{
	char a[] = "prog one -c x.conf two";

	assert_int_equal(parse(a), 0);
	assert_string_equal(values.value[CONFIG], "x.conf");
	assert_string_equal(words[values.first_rest], "one");
	assert_string_equal(words[values.first_rest + 1], "two");
}

static void
what_follows_two_dashes_is_no_option(void **state)
{
	char a[] = "prog -f -- -c x";

	assert_int_equal(parse(a), 0);
	assert_null(values.value[CONFIG]);
	assert_string_equal(words[values.first_rest], "-c");
}

static void
the_environment_fills_in_what_is_missing(void **state)
{
	char a[] = "prog", b[] = "prog -c mine";

	setenv("WIREFAULT_CONFIG", "env.conf", 1);
	setenv("WIREFAULT_AB_OUT", "env.pcap", 1);
	setenv("WIREFAULT_FORCE", "yes", 1);
	assert_int_equal(parse(a), 0);
	assert_string_equal(values.value[CONFIG], "env.conf");
	assert_string_equal(values.value[AB_OUT], "env.pcap");
	assert_string_equal(values.value[FORCE], "");
	assert_int_equal(parse(b), 0);
	assert_string_equal(values.value[CONFIG], "mine");
}

static void
a_flag_in_the_environment_may_say_no(void **state)
{
	char a[] = "prog";

	setenv("WIREFAULT_FORCE", "0", 1);
	assert_int_equal(parse(a), 0);
	assert_null(values.value[FORCE]);
}

static void
an_unknown_option_is_named(void **state)
{
	char a[] = "prog --confg x", b[] = "prog -q", c[] = "prog -fq", d[] = "prog --nonsense";

	assert_int_equal(parse(a), -EINVAL);
	assert_string_equal(said, "There is no option --confg. Did you mean --config?\n");
	assert_int_equal(parse(b), -EINVAL);
	assert_string_equal(said, "There is no option -q. --help lists them.\n");
	assert_int_equal(parse(c), -EINVAL);
	assert_string_equal(said, "There is no option -q. --help lists them.\n");
	assert_int_equal(parse(d), -EINVAL);
	assert_string_equal(said, "There is no option --nonsense. --help lists them.\n");
}

static void
a_missing_or_unwanted_value_is_said(void **state)
{
	char a[] = "prog --config", b[] = "prog -c", c[] = "prog --force=1";

	assert_int_equal(parse(a), -EINVAL);
	assert_string_equal(said, "--config needs a value.\n");
	assert_int_equal(parse(b), -EINVAL);
	assert_string_equal(said, "-c needs a value.\n");
	assert_int_equal(parse(c), -EINVAL);
	assert_string_equal(said, "--force takes no value.\n");
}

static void
help_is_a_line_an_option(void **state)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	wf_options_help(table, out);
	fclose(out);
	assert_string_equal(text, "  -c, --config FILE            the configuration\n"
				  "  -f, --force                  do it anyway\n"
				  "      --ab-out FILE            where ab goes\n"
				  "      --set KEY=VALUE          all of them count\n");
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(some_options_count_each_time),
		cmocka_unit_test_setup(long_and_short_forms_are_the_same, setup),
		cmocka_unit_test_setup(words_may_stand_between_options, setup),
		cmocka_unit_test_setup(what_follows_two_dashes_is_no_option, setup),
		cmocka_unit_test_setup(the_environment_fills_in_what_is_missing, setup),
		cmocka_unit_test_setup(a_flag_in_the_environment_may_say_no, setup),
		cmocka_unit_test_setup(an_unknown_option_is_named, setup),
		cmocka_unit_test_setup(a_missing_or_unwanted_value_is_said, setup),
		cmocka_unit_test_setup(help_is_a_line_an_option, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
