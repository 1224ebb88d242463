/* SPDX-License-Identifier: BSD-3-Clause
 * The other end of a veth, wherever its network namespace is, and work done in that namespace.
 * Control thread.
 */
#ifndef WF_VETH_H
#define WF_VETH_H

#include <sys/types.h>

#include "wf_types.h"

/* A way into a network namespace. Nothing is kept open, so that a namespace that its owner removes
 * does go. */
struct wf_netns {
	char path[300]; /* "": our own */
	dev_t dev;      /* of the namespace that was meant */
	ino_t ino;
};

struct wf_veth_peer {
	int ifindex; /* in its namespace */
	struct wf_netns netns;
};

/* 1: *out is filled; 0: not a veth; -ENOENT: its namespace is none that can be found; -errno. */
int wf_veth_find_peer(const char *ifname, struct wf_veth_peer *out);

/* Our own: path "", and which one it is. */
void wf_netns_own(struct wf_netns *out);
/* Capabilities (WF_RIGHT_...) that going there takes. */
uint64_t wf_netns_rights(const struct wf_netns *netns);
/* Runs fn(arg) in the namespace, in a thread of its own. What it returns, or -errno; -ENOENT: the
 * namespace has gone. */
int wf_netns_run(const struct wf_netns *netns, int (*fn)(void *arg), void *arg);

#endif
