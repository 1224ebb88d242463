/* SPDX-License-Identifier: BSD-3-Clause
 * One listener with its evhttp and its limits: how many connections, how long headers and bodies
 * may be, how long a request may take. Control thread only. Inside lib/ctl.
 */
#ifndef WF_SERVER_H
#define WF_SERVER_H

#include "wf_types.h"

struct event_base;
struct evhttp_request;
struct wf_server;

typedef void wf_server_request(struct evhttp_request *req, void *ctx);

/* Serves what comes on `fd`, a listening socket that it takes over in every case; each request goes
 * to `request`. NULL with errno. */
struct wf_server *wf_server_new(
	struct event_base *base, int fd, wf_server_request *request, void *ctx);
void wf_server_free(struct wf_server *s);

/* The connection of this request goes on for as long as it likes: its client reads a stream. */
void wf_server_exempt(struct wf_server *s, struct evhttp_request *req);

#endif
