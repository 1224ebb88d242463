/* SPDX-License-Identifier: BSD-3-Clause
 * The control core's server: HTTP/1.1 + JSON on a Unix socket (libevent's evhttp, jansson), in the
 * control thread's event loop. It knows the data path only through struct wf_ctl_ops.
 */
#ifndef WF_CTL_H
#define WF_CTL_H

#include "wf_conf.h"
#include "wf_event.h"
#include "wf_snapshot.h"

struct event_base;

/* What the server asks of the program around it. Called in the control thread. */
struct wf_ctl_ops {
	void *ctx;
	/* NULL: not available now (503). The caller frees it. */
	struct wf_snapshot *(*snapshot)(void *ctx);
	/* The running configuration: a normalised tree that the callee owns. */
	const struct wf_node *(*config)(void *ctx);
	/* Replaces it by `tree` (taken over in every case): binds, compiles, arms, publishes. 0,
	 * and *generation is what every worker runs; -EINVAL with reasons: nothing has changed;
	 * -ENOTSUP with reasons: needs a restart; -ENOMEM. */
	int (*apply)(void *ctx, struct wf_node *tree, uint64_t *generation, struct wf_err *err);
	/* Reads the file again and applies it. As apply. */
	int (*reload)(void *ctx, uint64_t *generation, struct wf_err *err);
	int (*reset)(void *ctx);
	/* What happens is read here, and changes by requests are added. It outlives the server. */
	struct wf_event_log *events;
};

struct wf_ctl;

/* Listens on `socket_path` (mode 0660, umask before bind; the directory is made; a stale socket is
 * removed, a live one is -EADDRINUSE). NULL with reasons. */
struct wf_ctl *wf_ctl_new(struct event_base *base, const char *socket_path,
	const struct wf_ctl_ops *ops, struct wf_err *err);
/* Before the end: who waits for an event that has come is answered. */
void wf_ctl_flush(struct wf_ctl *c);
/* Closes and removes the socket. */
void wf_ctl_free(struct wf_ctl *c);

#endif
