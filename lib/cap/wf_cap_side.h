/* SPDX-License-Identifier: BSD-3-Clause
 * Directions of a capture that was made at one interface: which packets a host, or a network,
 * sends, and which it is sent. One thread.
 */
#ifndef WF_CAP_SIDE_H
#define WF_CAP_SIDE_H

#include "wf_cap.h"

#define WF_CAP_SIDES 1024 /* hosts that can be told apart; a power of two */

struct wf_cap_sides {
	bool begun;
	uint8_t first[6]; /* sender of the first frame */
	/* Which side a MAC address is on, from packets with an IP address: for those without one.
	 */
	struct {
		uint8_t mac[6];
		uint8_t side; /* + 1; 0: free */
	} host[WF_CAP_SIDES];
};

/* 0 or 1; -1: nobody can say. An Ethernet frame. */
int wf_cap_side(
	struct wf_cap_sides *s, const struct wf_cap_options *o, const uint8_t *frame, uint32_t n);

#endif
