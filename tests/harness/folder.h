/* SPDX-License-Identifier: BSD-3-Clause
 * A folder of a test program's own, gone with all that is in it when the program ends. After
 * cmocka.h.
 */
#ifndef FOLDER_H
#define FOLDER_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

static char folder[] = "/tmp/wf-test-XXXXXX";

/* "FOLDER/name": good for three more calls. */
static inline const char *
folder_path(const char *name)
{
	static char path[4][sizeof(folder) + 260];
	static unsigned turn;
	char *p = path[turn++ % 4];

	snprintf(p, sizeof(path[0]), "%s/%s", folder, name);
	return p;
}

/* A file of this text, new or in the place of the one that was. Returns its path. */
static inline const char *
folder_write(const char *name, const char *text)
{
	const char *path = folder_path(name);
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0 && fclose(f) == 0);
	return path;
}

/* For cmocka_run_group_tests. */
static inline int
folder_make(void **state)
{
	return mkdtemp(folder) != NULL ? 0 : -1;
}

static inline int
folder_remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	return remove(path);
}

static inline int
folder_remove(void **state)
{
	return nftw(folder, folder_remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

#endif
