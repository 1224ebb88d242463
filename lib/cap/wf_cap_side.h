/* SPDX-License-Identifier: BSD-3-Clause
 * Directions of a capture that was made at one interface: which packets a host, or a network,
 * sends, and which it is sent. One thread.
 */
#ifndef WF_CAP_SIDE_H
#define WF_CAP_SIDE_H

#include "wf_cap.h"

#define WF_CAP_SIDES 1024 /* hosts that can be told apart; a power of two */
/* Directions of connections at a time; a power of two. */
#define WF_CAP_CONNECTIONS 8192

struct wf_cap_sides {
	bool begun;
	uint8_t first[6]; /* sender of the first frame */
	/* Which side a MAC address is on, from packets with an IP address: for those without one.
	 */
	struct {
		uint8_t mac[6];
		uint8_t side; /* + 1; 0: free */
	} host[WF_CAP_SIDES];
	/* Which side of a connection sends so: what the sender of its SYN sends, and the answers.
	 */
	struct {
		uint64_t key; /* of addresses and ports, in this direction; 0: free */
		uint8_t side;
	} sent[WF_CAP_CONNECTIONS];
};

/* 0 or 1; -1: nobody can say. An Ethernet frame. */
int wf_cap_side(
	struct wf_cap_sides *s, const struct wf_cap_options *o, const struct wf_cap_packet *p);

#endif
