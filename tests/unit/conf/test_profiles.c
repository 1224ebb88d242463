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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_profile_is_valid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
