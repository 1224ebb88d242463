/* SPDX-License-Identifier: BSD-3-Clause
 * What `set` and `apply` share. One thread.
 */
#ifndef WFCTL_CHANGES_H
#define WFCTL_CHANGES_H

#include <jansson.h>

#include "wfctl.h"

/* What is to be changed, as it was typed. */
struct wfctl_target {
	const char *link, *class, *side; /* class: NULL for the link itself */
};

/* Takes LINK [CLASS] SIDE off the words. How many; 0: they are none, and that has been printed. */
int wfctl_read_target(int argc, char **argv, struct wfctl_target *t);
/* KEY=VALUE words as one patch. NULL: what is wrong has been printed. */
json_t *wfctl_patch(int argc, char **argv);
/* LINK [CLASS] SIDE KEY=VALUE..., and more of them behind the word "and": at one instant. */
int wfctl_set_all(const struct wfctl_options *o, int argc, char **argv);

#endif
