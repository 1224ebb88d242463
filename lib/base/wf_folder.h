/* SPDX-License-Identifier: BSD-3-Clause
 * Folders of configurations, profiles and scenarios. Control threads only.
 */
#ifndef WF_FOLDER_H
#define WF_FOLDER_H

#include <dirent.h>

/* As scandir(3): the entries NAME.conf of a folder, in order of their names, each and all of them
 * from the heap. How many, or -1 with errno. */
int wf_folder_scan(const char *path, struct dirent ***entries);
/* Length of what is before .conf in the name of such an entry. */
int wf_folder_stem(const struct dirent *entry);

#endif
