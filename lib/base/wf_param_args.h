/* SPDX-License-Identifier: BSD-3-Clause
 * The arguments of a device, "generator,pps=1000,size=64", by a table. Control threads only.
 */
#ifndef WF_PARAM_ARGS_H
#define WF_PARAM_ARGS_H

#include "wf_param.h"

/* Whose arguments they are: what comes in front of them where no path does, and in a sentence. */
struct wf_param_device {
	const struct wf_param *table;
	const char *kind; /* "generator" */
	const char *name; /* "a generator" */
};

/* Reads all that follow the first comma into `block`, which has the defaults already. 0, or -EINVAL
 * with all reasons. */
int wf_param_args(const struct wf_param_device *d, const char *device, void *block,
	const struct wf_where *where, struct wf_err *err);

#endif
