/* SPDX-License-Identifier: BSD-3-Clause
 * The device string of a packet port: "packet,iface=eth1,qpairs=2", taken apart and checked. Pure
 * functions; control thread.
 */
#ifndef WF_PACKET_ARGS_H
#define WF_PACKET_ARGS_H

#include <net/if.h>

#include "wf_err.h"

struct wf_packet_args {
	char iface[IFNAMSIZ];
	uint32_t qpairs;     /* 0: not given */
	uint32_t slot_bytes; /* of a ring, a power of two */
	uint32_t rx_slots, tx_slots;
	bool qdisc; /* frames go through the interface's queueing discipline */
};

/* For frames of frame_bytes at most. 0, or -EINVAL with reasons; `where` is the port's. */
int wf_packet_args_parse(const char *device, uint32_t frame_bytes, struct wf_packet_args *out,
	const struct wf_where *where, struct wf_err *err);

/* Bytes of a slot that holds frames of frame_bytes. */
uint32_t wf_packet_slot_bytes(uint32_t frame_bytes);

#endif
