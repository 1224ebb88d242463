/* SPDX-License-Identifier: BSD-3-Clause
 * A port: what a line of the configuration names, of one kind or another (wf_port_ops.h), with a
 * queue pair for each worker. Set up and asked by the control thread; workers use only its queues.
 */
#ifndef WF_PORT_H
#define WF_PORT_H

#include <stdatomic.h>

#include "wf_clock.h"
#include "wf_conf.h"
#include "wf_devargs.h"
#include "wf_port_ops.h"
#include "wf_snapshot.h"

#define WF_PORT_NO_DIR UINT32_MAX
/* Two VLAN tags more than the MTU and the Ethernet header. */
#define WF_PORT_TAGS_BYTES 8

/* The interface of the host that a port stands on, as wf_watch tells. */
struct wf_port_host {
	char name[WF_DEV_NAME]; /* as it is called now; "": none, or nobody has told */
	bool down, gone;
	bool lost;         /* it is another one, which this kind of port can't take hold of */
	const char *state; /* in a word or two; NULL: nobody has told */
	uint32_t mtu, mtu_before;
	uint64_t downs, downs_before; /* so far; at the last reset */
};

struct wf_port {
	char name[WF_NAME_MAX];   /* the configuration's */
	char device[WF_DEV_NAME]; /* the device's, without its arguments */
	char *devargs;            /* the completed device string */
	char hostif[WF_DEV_NAME]; /* interface of the host, "" */
	bool shares_hostif;       /* and its flags, offloads and MTU are ours to set */
	int claim;                /* descriptor: no other wirefault takes hostif; -1: none */
	const char *file;         /* where the configuration names it: only while starting */
	unsigned line;
	char path[WF_NAME_MAX + 8]; /* "ports.NAME" */
	const struct wf_port_ops *ops;
	void *kind;                   /* of ops: its own */
	const struct wf_clock *clock; /* ours, once started */
	uint16_t id;                  /* DPDK's number */
	uint32_t mtu;                 /* bytes of payload */
	uint32_t want_mtu;            /* the configuration's; 0: none */
	uint32_t rx_dir;              /* link direction of what it receives; WF_PORT_NO_DIR */
	bool started;
	bool may_stamp;      /* somebody follows its device's clock */
	bool cut;            /* an outage has taken its host's carrier */
	atomic_uchar shut;   /* enum wf_drop: why nothing can be sent; the control thread for
				wf_txq_flush */
	unsigned host_index; /* of the interface that it was last bound to; 0: nobody has told */
	struct wf_port_host host;   /* what its interface is like, as the kernel tells */
	struct wf_snap_port base;   /* counters at the last reset */
	struct wf_snap_port frozen; /* counters at the end of receiving */
	bool is_frozen;
	bool told_failed; /* that its file can't be written any more */
};

/* Are the arguments of its device such as its kind takes? Those of DPDK's devices are DPDK's to
 * check. Touches nothing. 0, or -EINVAL with reasons. */
int wf_port_check(const struct wf_conf_port *c, struct wf_err *err);

/* What the configuration says of one port, for n_workers. No EAL needed. 0 or -errno. */
int wf_port_init(struct wf_port *p, const struct wf_conf *conf, uint32_t index, uint32_t n_workers,
	struct wf_err *err);
void wf_port_fini(struct wf_port *p);

struct wf_where wf_port_where(const struct wf_port *p);

/* Is it safe to take? 0 or -EINVAL with reasons. */
int wf_port_guard(const struct wf_port *p, struct wf_err *err);
/* Has the process the rights that it needs? 0 or -EPERM with reasons. */
int wf_port_rights(const struct wf_port *p, struct wf_err *err);
/* Ours alone from here until wf_port_fini? 0 or -errno with reasons. */
int wf_port_claim(struct wf_port *p, struct wf_err *err);
/* Finds it after EAL's start, and its MTU. 0 or -errno with reasons. */
int wf_port_find(struct wf_port *p, struct wf_err *err);
/* What it shares with others of the n ports, all of which were found. 0 or -errno with reasons. */
int wf_port_join(struct wf_port *p, struct wf_port *ports, uint32_t n, struct wf_err *err);
/* Largest frame in bytes, tags included. */
uint32_t wf_port_frame_bytes(const struct wf_port *p);
/* Opens it with n_queues queue pairs. 0 or -errno with reasons. */
int wf_port_start(struct wf_port *p, uint32_t n_queues, struct rte_mempool *pool,
	const struct wf_clock *clock, struct wf_err *err);
/* Does each packet come with its time? Once it is started. */
bool wf_port_stamps(const struct wf_port *p);
/* Once a second: follows the device's clock. */
void wf_port_tune(struct wf_port *p);
/* Mirror of find and start. */
void wf_port_stop(struct wf_port *p);

/* Why nothing can be sent now; WF_DROP_NONE: it can. For wf_txq_flush. */
void wf_port_shut(struct wf_port *p);
/* Takes in what has been counted so far, under what has held so far: before the host's carrier is
 * lost, and before that it is back is taken note of. */
void wf_port_account(struct wf_port *p);
/* The replay of the capture that it has; NULL: none. */
struct wf_replay *wf_port_replay(struct wf_port *p);
/* The file that has what is sent to it; NULL: none. */
const struct wf_capture *wf_port_capture(struct wf_port *p);
/* No worker uses it any more, and what it has taken is to come to its end. */
void wf_port_end(struct wf_port *p);
/* Counters since the last reset, link state, names. */
void wf_port_snapshot(struct wf_port *p, struct wf_snap_port *out);
/* What the device misses from now on, because nobody receives, does not count. */
void wf_port_freeze(struct wf_port *p);
void wf_port_reset(struct wf_port *p);

#endif
