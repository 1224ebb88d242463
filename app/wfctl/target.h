/* SPDX-License-Identifier: BSD-3-Clause
 * The words of a change, as `set` takes them. One thread.
 */
#ifndef WFCTL_TARGET_H
#define WFCTL_TARGET_H

#include <jansson.h>

/* What is to be changed, as it was typed. */
struct wfctl_target {
	const char *link, *class, *side; /* class: NULL for the link itself */
};

/* Takes LINK [CLASS] SIDE off the words. How many; 0: they are none, and that has been printed. */
int wfctl_read_target(int argc, char **argv, struct wfctl_target *t);
/* KEY=VALUE words as one patch; a file is the one that the name has here, not where wirefault was
 * started. NULL: what is wrong has been printed. */
json_t *wfctl_patch(int argc, char **argv);

#endif
