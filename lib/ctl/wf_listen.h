/* SPDX-License-Identifier: BSD-3-Clause
 * Listening sockets: one in the file system that only its user and group can open, and one of TCP.
 * Control thread only. Inside lib/ctl.
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

/* Where TCP is listened to. */
struct wf_listen_address {
	char host[64]; /* "127.0.0.1", "::1" */
	uint16_t port; /* as it is bound, also if 0 was asked for */
	bool loopback;
};

/* wf_listen_tcp.c: "127.0.0.1:8474", "[::1]:8474" or "localhost:8474"; another machine's way in
 * needs allow_remote. The descriptor (non-blocking, close-on-exec), or -errno with reasons. */
int wf_listen_tcp(
	const char *address, bool allow_remote, struct wf_listen_address *at, struct wf_err *err);

#endif
