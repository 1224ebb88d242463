/* SPDX-License-Identifier: BSD-3-Clause
 * What the kernel's messages about interfaces (rtnetlink, RFC 3549) say. Pure.
 */
#ifndef WF_WATCH_MESSAGE_H
#define WF_WATCH_MESSAGE_H

#include <net/if.h>

#include "wf_types.h"

struct wf_link_message {
	uint32_t answers; /* the number of the question; 0: it is news */
	unsigned ifindex;
	char name[IF_NAMESIZE]; /* "" if it isn't said */
	bool deleted;           /* it isn't in this namespace any more */
	bool moved;             /* because it is in another one */
	int netnsid;            /* of the namespace that was asked; -1: not said, ours */
	int new_netnsid;        /* moved: where to, by this namespace's numbers; -1: not said */
	unsigned new_ifindex;   /* moved: its number there; 0: as before */
	bool up;                /* set up by whoever administers it */
	bool carrier;           /* and the other end is there */
	uint32_t mtu;           /* 0: not said */
};

/* WF_LINK_NETNS_GONE: the number of a namespace, `netnsid`, is nobody's any more. */
enum wf_link_kind {
	WF_LINK_NONE,
	WF_LINK_STATE,
	WF_LINK_NETNS_GONE,
	WF_LINK_DONE,
	WF_LINK_ERROR,
};

/* Takes the first message off bytes[0..*n): `out` is filled for WF_LINK_STATE
 * and WF_LINK_NETNS_GONE, its `answers` for
 * WF_LINK_DONE and WF_LINK_ERROR, too. The rest begins at the returned pointer and has *n bytes;
 * NULL: there is no whole message. */
const uint8_t *wf_link_message_read(
	const uint8_t *bytes, uint32_t *n, enum wf_link_kind *kind, struct wf_link_message *out);

#endif
