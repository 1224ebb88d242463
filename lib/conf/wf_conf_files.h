/* SPDX-License-Identifier: BSD-3-Clause
 * Names of files in configurations, and whose folder they belong to. Control threads only.
 */
#ifndef WF_CONF_FILES_H
#define WF_CONF_FILES_H

#include "wf_types.h"

/* A relative name as it was written in the file `from`; NULL: it came over the control socket.
 * Heap; NULL: out of memory. */
/* For the working directory of now: what wf_slurp_beside opens. */
char *wf_conf_path_beside(const char *name, const char *from);
/* For any. */
char *wf_conf_path_absolute(const char *name, const char *from);

/* The device string with the relative names of files in its arguments made so. The same where it
 * has none, or where a path would have a comma, which device strings can't. Heap; NULL: out of
 * memory. */
char *wf_conf_device_files(
	const char *device, const char *from, char *(*path)(const char *name, const char *from));

#endif
