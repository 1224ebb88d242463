/* SPDX-License-Identifier: BSD-3-Clause
 * What DPDK's drivers for the kernel's interfaces don't know and the kernel does: frames that it
 * lost before they could be received, and those that it took and did not send. Control thread, one
 * reader a port: some counters are forgotten when they are read.
 */
#ifndef WF_BESIDE_H
#define WF_BESIDE_H

#include "wf_conf.h"
#include "wf_ifstats.h"
#include "wf_port.h"
#include "wf_veth.h"

#define WF_BESIDE_MAX_OTHERS 512

enum wf_beside_kind {
	WF_BESIDE_NONE, /* the driver knows all that there is to know */
	WF_BESIDE_TAP,
	WF_BESIDE_XDP,
	WF_BESIDE_PACKET,
};

struct wf_beside {
	enum wf_beside_kind kind;
	int other[WF_BESIDE_MAX_OTHERS]; /* AF_XDP sockets that were there before */
	int n_others;
	int fd[WF_CONF_MAX_WORKERS]; /* the driver's: its sockets, or one of its tap */
	uint32_t n_fds;
	unsigned ifindex;      /* of the interface that the port shares with the host */
	struct wf_ifstats at;  /* its counters when they were last added up */
	unsigned far_ifindex;  /* of a veth's other end; 0: none, or not found */
	struct wf_netns far;   /* where that is */
	uint64_t far_dropped;  /* what it could not send, when that was last added up */
	uint64_t lost, unsent; /* so far, of those that are added up */
};

/* Before the driver makes its queues. */
void wf_beside_prepare(struct wf_beside *b, const struct wf_port *p);
/* Finds what it has made for n_queues. 0 or -errno. */
int wf_beside_find(struct wf_beside *b, const struct wf_port *p, uint32_t n_queues);
/* Adds to what the driver has filled in. */
void wf_beside_count(struct wf_beside *b, const struct wf_port *p, struct wf_snap_port *out);

#endif
