/* SPDX-License-Identifier: BSD-3-Clause
 * What a kind of port can do: the one interface between the data path and whatever packets come
 * from and go to. A kind is one table of functions; those of a queue are called once a burst, by
 * the queue's worker, all others by the control thread.
 */
#ifndef WF_PORT_OPS_H
#define WF_PORT_OPS_H

#include "wf_drop.h"
#include "wf_err.h"
#include "wf_snapshot.h"

struct rte_mbuf;
struct rte_mempool;
struct wf_port;
struct wf_capture;
struct wf_replay;

/* The end of one packet that was given to a port which says later what became of it. */
struct wf_tx_end {
	wf_ns_t ns;         /* when the port passed it on */
	enum wf_drop cause; /* WF_DROP_NONE: it was sent, and its buffer is freed */
};

struct wf_port_ops {
	const char *kind;

	/* Finds what the configuration names, after EAL's start, and its MTU. 0 or -errno with
	 * reasons. */
	int (*find)(struct wf_port *p, struct wf_err *err);
	/* What it shares with others of the n ports, once all were found. NULL: nothing. 0 or
	 * -errno with reasons. */
	int (*join)(struct wf_port *p, struct wf_port *ports, uint32_t n, struct wf_err *err);
	/* Gets it going with n_queues queue pairs, or refuses: a queue that exists and is not
	 * polled would swallow packets. 0 or -errno with reasons; close() mirrors it, and a failed
	 * one too. */
	int (*open)(
		struct wf_port *p, uint32_t n_queues, struct rte_mempool *pool, struct wf_err *err);
	void (*close)(struct wf_port *p);
	/* Slots of a queue's rings, and the counters since open(): members rx_* and tx_* of *out.
	 * Only one thread asks: some sources forget when they are read. */
	void (*stats)(struct wf_port *p, struct wf_snap_port *out);
	/* The replay of the capture that it has. NULL: it has none. */
	struct wf_replay *(*replay)(struct wf_port *p);
	/* The file that has what is sent to it. NULL: there is none. */
	const struct wf_capture *(*capture)(struct wf_port *p);
	/* Nobody sends or receives any more: what it has taken comes to its end. NULL: it has. */
	void (*end)(struct wf_port *p);
	/* Can packets be sent now? */
	bool (*link)(struct wf_port *p);
	/* From now on the queues neither receive nor send; a burst that has begun may still go on.
	 * NULL: rebind() does without. */
	void (*rest)(struct wf_port *p);
	/* The interface is there again, under this number: takes hold of it. 0 or -errno, and more
	 * of the reason in err where there is more to say; then it may be tried again. NULL: this
	 * kind does not stand on an interface by number. */
	int (*rebind)(struct wf_port *p, unsigned ifindex, struct wf_err *err);
	/* Longest frame that is worth offering, VLAN tags left out. */
	uint32_t (*fits_bytes)(const struct wf_port *p);

	/* One queue pair, to be given to the functions below. */
	void *(*queue)(struct wf_port *p, uint32_t index);
	/* Up to n packets, in the order in which they came. A kind with `stamps` fills in when each
	 * came, by our clock: never backwards within a queue, and never in the future. */
	uint16_t (*rx_burst)(void *queue, struct rte_mbuf **m, wf_ns_t *rx_ns, uint16_t n);
	bool stamps;
	/* Does this port's device, once open? For the workers that are made then. NULL: it does
	 * not.
	 */
	bool (*stamps_too)(const struct wf_port *p);
	/* Once a second. NULL: there is nothing to do. */
	void (*tune)(struct wf_port *p);
	/* Of a kind without: how many frames can wait in a queue at most. 0, NULL: none ever does.
	 */
	uint32_t (*rx_slots)(const struct wf_port *p);
	/* Offers n packets, of which it takes the first few. Returns how many. */
	uint16_t (*tx_burst)(void *queue, struct rte_mbuf **m, uint16_t n);
	/* Why it has not taken any for so long. */
	enum wf_drop (*tx_refusal)(void *queue);
	/* NULL: what tx_burst takes is sent, and freed by the kind. Else up to n of those that it
	 * took and that have ended since, in order; and tx_burst with n = 0 moves on what it has
	 * taken. A packet that was not sent still has its buffer. */
	uint16_t (*tx_done)(void *queue, struct wf_tx_end *end, uint16_t n);
	/* With tx_done: how many it may have taken and not reported at a time, a power of two. */
	uint32_t (*tx_room)(const void *queue);
};

/* All that DPDK drives. */
extern const struct wf_port_ops wf_port_ethdev;
/* A network interface of the kernel, by a packet socket. */
extern const struct wf_port_ops wf_port_packet;
/* No device: packets that are made here, or none; what is sent is counted and freed. */
extern const struct wf_port_ops wf_port_generator, wf_port_sink;
/* Packets of a capture; what is sent is counted, written to a file if one is named, and freed. */
extern const struct wf_port_ops wf_port_pcap;
/* Is the device string of a pcap port right? 0, or -EINVAL with reasons. */
int wf_port_pcap_check(const char *device, const struct wf_where *where, struct wf_err *err);
/* No device either: the ends of load tests (wf_tester.h). */
extern const struct wf_port_ops wf_port_tester;

#endif
