/* SPDX-License-Identifier: BSD-3-Clause
 * Which files of a folder are taken, and in what order.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "folder.h"
#include "wf_folder.h"

static void
names_that_end_in_conf_in_their_order(void **state)
{
	static const char *const files[] = { "b.conf", "a.conf", ".conf", "conf", "c.con",
		"a.conf.bak", "aa.conf" };
	static const char *const want[] = { "a", "aa", "b" };
	struct dirent **entries;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		folder_write(files[i], "");
	assert_int_equal(wf_folder_scan(folder, &entries), 3);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(wf_folder_stem(entries[i]), strlen(want[i]));
		assert_memory_equal(entries[i]->d_name, want[i], strlen(want[i]));
		free(entries[i]);
	}
	free(entries);
}

static void
no_folder_is_an_error(void **state)
{
	struct dirent **entries;

	assert_int_equal(wf_folder_scan(folder_path("nowhere"), &entries), -1);
	assert_int_equal(errno, ENOENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_that_end_in_conf_in_their_order),
		cmocka_unit_test(no_folder_is_an_error),
	};

	return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
