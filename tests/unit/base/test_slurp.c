/* SPDX-License-Identifier: BSD-3-Clause
 * Files that a configuration names: found beside it, refused with its line.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "wf_slurp.h"

static char dir[] = "/tmp/wf-test-slurp.XXXXXX";

static void
in_dir(char path[64], const char *name)
{
	snprintf(path, 64, "%s/%s", dir, name);
}

static int
start(void **state)
{
	char path[64];
	FILE *f;

	if (mkdtemp(dir) == NULL)
		return -1;
	in_dir(path, "samples");
	f = fopen(path, "w");
	if (f == NULL || fputs("1\n2\n", f) < 0)
		return -1;
	return fclose(f);
}

static int
stop(void **state)
{
	char path[64];

	in_dir(path, "samples");
	unlink(path);
	return rmdir(dir);
}

static void
a_relative_name_is_beside_the_configuration(void **state)
{
	char conf[64], path[64], *text;
	struct wf_where where = { conf, 7, "links.wan.ab.delay.file" };
	struct wf_err *err = wf_err_new();
	size_t n = 0;

	in_dir(conf, "lab.conf");
	text = wf_slurp_beside("samples", 4, &n, &where, err);
	assert_non_null(text);
	assert_string_equal(text, "1\n2\n");
	assert_int_equal(n, 4);
	free(text);
	in_dir(path, "samples");
	text = wf_slurp_beside(path, 4, NULL, &where, err);
	assert_non_null(text);
	free(text);
	assert_int_equal(wf_err_count(err), 0);
	wf_err_free(err);
}

static void
what_is_wrong_is_told_of_the_line_that_names_the_file(void **state)
{
	char conf[64], line[512], want[512];
	struct wf_where where = { conf, 7, "links.wan.ab.delay.file" };
	struct wf_err *err = wf_err_new();

	in_dir(conf, "lab.conf");
	assert_null(wf_slurp_beside("none", 4, NULL, &where, err));
	wf_err_format(wf_err_item(err, 0), line, sizeof(line));
	snprintf(want, sizeof(want),
		"%s:7: links.wan.ab.delay.file: %s/none cannot be read: No such file or directory. "
		"Check the name and the permissions.",
		conf, dir);
	assert_string_equal(line, want);
	assert_null(wf_slurp_beside("samples", 3, NULL, &where, err));
	wf_err_format(wf_err_item(err, 1), line, sizeof(line));
	snprintf(want, sizeof(want),
		"%s:7: links.wan.ab.delay.file: %s/samples is longer than 0 MiB.", conf, dir);
	assert_string_equal(line, want);
	wf_err_free(err);
}

/* As Windows' editors save them. */
static void
a_byte_order_mark_is_skipped(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		const char *text, *hint; /* text NULL: refused */
	} file[] = {
		{ "\xef\xbb\xbf"
		  "1\n",
			5, "1\n", NULL },
		{ "\xef\xbb\xbf", 3, "", NULL },
		{ "\xef\xbb", 2, "\xef\xbb", NULL },
		{ "1\xef\xbb\xbf", 4, "1\xef\xbb\xbf", NULL },
		{ "\xff\xfe"
		  "1\0\n\0",
			6, NULL, "It is UTF-16; save it as UTF-8" },
		{ "\xfe\xff"
		  "\0"
		  "1",
			4, NULL, "It is UTF-16; save it as UTF-8" },
	};
	char path[64];

	in_dir(path, "marked");
	for (size_t i = 0; i < WF_ARRAY_SIZE(file); i++) {
		struct wf_err *err = wf_err_new();
		FILE *f = fopen(path, "w");
		size_t n = 99;
		char *text;

		fwrite(file[i].bytes, 1, file[i].n, f);
		fclose(f);
		text = wf_slurp(path, 100, &n, NULL, err);
		assert_int_equal(wf_slurp_marked(path), i < 2);
		if (file[i].text != NULL) {
			assert_string_equal(text, file[i].text);
			assert_int_equal(n, strlen(text));
		} else {
			assert_null(text);
			assert_string_equal(wf_err_item(err, 0)->hint, file[i].hint);
		}
		free(text);
		wf_err_free(err);
	}
	unlink(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_byte_order_mark_is_skipped),
		cmocka_unit_test(a_relative_name_is_beside_the_configuration),
		cmocka_unit_test(what_is_wrong_is_told_of_the_line_that_names_the_file),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
