/* SPDX-License-Identifier: BSD-3-Clause
 * Folders of files *.conf. Control threads only.
 */
#include "wf_folder.h"

#include <string.h>

static const char suffix[] = ".conf";

int
wf_folder_stem(const struct dirent *entry)
{
	return (int)(strlen(entry->d_name) - strlen(suffix));
}

static int
is_one(const struct dirent *e)
{
	int stem = wf_folder_stem(e);

	return stem > 0 && strcmp(e->d_name + stem, suffix) == 0;
}

int
wf_folder_scan(const char *path, struct dirent ***entries)
{
	return scandir(path, entries, is_one, alphasort);
}
