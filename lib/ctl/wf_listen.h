/* SPDX-License-Identifier: BSD-3-Clause
 * A listening Unix socket that only its user and group can open. Control thread only. Inside
 * lib/ctl.
 */
#ifndef WF_LISTEN_H
#define WF_LISTEN_H

#include <sys/stat.h>

#include "wf_err.h"

/* Makes the directory, removes a stale socket, binds with mode 0660, listens. The descriptor
 * (non-blocking, close-on-exec), or -errno with reasons; *st identifies the socket's file. */
int wf_listen_unix(const char *path, struct stat *st, struct wf_err *err);
/* Removes the file if it is still the one that `st` identifies. */
void wf_listen_remove(const char *path, const struct stat *st);

#endif
