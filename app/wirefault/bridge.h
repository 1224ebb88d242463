/* SPDX-License-Identifier: BSD-3-Clause
 * A bridge without a file of its own: a profile by its name (or any file), other ports, other
 * values. Control thread.
 */
#ifndef WF_BRIDGE_H
#define WF_BRIDGE_H

#include "wf_conf.h"

struct wf_bridge {
	const char *file;    /* one of these */
	const char *profile; /* "lte" */
	const char *text;    /* of a file */
	const struct wf_node *tree;
	const char *ports;      /* "eth1,eth2"; NULL: the file's */
	const char *const *set; /* "delay=30ms", "ba.loss=1%" */
	int n_set;
};

/* The directory of installed "profiles" or "scenarios", or of the source tree's. false: there is
 * none. */
bool wf_bridge_home(const char *what, char *out, size_t size);
/* Path of an installed profile, or of the source tree's beside a build: heap. NULL with reasons. */
char *wf_bridge_find(const char *profile, struct wf_err *err);
/* The configuration's tree. Reads files anew each time. NULL with reasons. */
struct wf_node *wf_bridge_read(const struct wf_bridge *b, struct wf_err *err);

/* The port that a link's side names; NULL: none. */
struct wf_node *wf_bridge_port(const struct wf_node *tree, const struct wf_node *link, size_t side);
/* Gives the port another device. 0, or -EINVAL with a reason. */
int wf_bridge_set_device(struct wf_node *port, const char *device, struct wf_err *err);

#endif
