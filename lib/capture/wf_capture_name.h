/* SPDX-License-Identifier: BSD-3-Clause
 * Names of capture files. One thread.
 */
#ifndef WF_CAPTURE_NAME_H
#define WF_CAPTURE_NAME_H

#include "wf_err.h"

#define WF_CAPTURE_NAME 256

/* May a file be called so that is to lie in the configured folder? Not one that leads out of it,
 * or that hides. 0, or -EINVAL with a reason. */
int wf_capture_name_check(const char *name, struct wf_err *err);
/* The file's own name of number n (from 1) of a capture that is rotated: "a.pcapng" becomes
 * "a-00001.pcapng". n = 0: the name itself. Returns out. */
const char *wf_capture_name_of(const char *name, uint32_t n, char out[WF_CAPTURE_NAME]);
/* Opens it for writing, empty: a regular file, and never through a link. `dir` as for openat. The
 * descriptor, or -errno with a reason. */
int wf_capture_name_open(int dir, const char *name, struct wf_err *err);

#endif
