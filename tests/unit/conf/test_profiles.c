/* SPDX-License-Identifier: BSD-3-Clause
 * Every profile of config/ is a valid configuration and survives being written and read.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rig.h"

static void
check(const char *path)
{
	struct wf_err *err = wf_err_new();
	struct wf_node *tree = wf_conf_read_file(path, err), *back;
	struct wf_conf *conf = tree != NULL ? wf_conf_bind(tree, err) : NULL;
	char *lines = rig_lines(err), *text;

	if (conf == NULL)
		fail_msg("%s", lines);
	text = wf_conf_write(tree);
	back = rig_tree(text);
	assert_true(wf_node_equal(tree, back));
	free(text);
	free(lines);
	wf_node_free(back);
	wf_node_free(tree);
	wf_conf_free(conf);
	wf_err_free(err);
}

static void
every_profile_is_valid(void **state)
{
	const char *folder = getenv("PROFILES");
	char pattern[512];
	glob_t g;

	assert_non_null(folder);
	snprintf(pattern, sizeof(pattern), "%s/*.conf", folder);
	assert_int_equal(glob(pattern, 0, NULL, &g), 0);
	for (size_t i = 0; i < g.gl_pathc; i++)
		check(g.gl_pathv[i]);
	globfree(&g);
}

static const char *
base(const char *path)
{
	return strrchr(path, '/') + 1;
}

static void
one_name_is_one_network(void **state)
{
	char pattern[512];
	glob_t g;

	snprintf(pattern, sizeof(pattern), "%s/{*.conf,profiles/*.conf}", getenv("PROFILES"));
	assert_int_equal(glob(pattern, GLOB_BRACE, NULL, &g), 0);
	assert_true(g.gl_pathc > 15); /* both folders */
	for (size_t i = 0; i < g.gl_pathc; i++)
		for (size_t j = 0; j < i; j++)
			if (strcmp(base(g.gl_pathv[i]), base(g.gl_pathv[j])) == 0)
				fail_msg("%s and %s", g.gl_pathv[i], g.gl_pathv[j]);
	globfree(&g);
}

/* So that "copy it with its trace" is true of each. */
static void
files_of_a_profile_are_beside_it(void **state)
{
	char pattern[512], line[512];
	glob_t g;

	snprintf(pattern, sizeof(pattern), "%s/profiles/*.conf", getenv("PROFILES"));
	assert_int_equal(glob(pattern, 0, NULL, &g), 0);
	for (size_t i = 0; i < g.gl_pathc; i++) {
		FILE *f = fopen(g.gl_pathv[i], "r");

		assert_non_null(f);
		while (fgets(line, sizeof(line), f) != NULL) {
			line[strcspn(line, "#")] = 0;
			if (strchr(line, '/') != NULL)
				fail_msg("%s: %s", g.gl_pathv[i], line);
		}
		fclose(f);
	}
	globfree(&g);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_profile_is_valid),
		cmocka_unit_test(one_name_is_one_network),
		cmocka_unit_test(files_of_a_profile_are_beside_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
