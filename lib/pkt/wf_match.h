/* SPDX-License-Identifier: BSD-3-Clause
 * What a class matches: prefixes and ranges over the headers of a packet. Plain data, filled by the
 * configuration and compiled into rules by lib/flow.
 */
#ifndef WF_MATCH_H
#define WF_MATCH_H

#include "wf_types.h"

/* An IPv4 address is kept as its mapped IPv6 address (::ffff:0:0/96), its prefix length + 96. */
struct wf_prefix {
	uint8_t addr[16];
	uint8_t len;    /* 0: any */
	uint8_t family; /* 0: any, 4 or 6 */
};

struct wf_range16 {
	uint16_t lo, hi; /* inclusive; host order */
};

/* A member counts only when its bit is set in `has`; a match with no bit set matches everything. */
enum wf_match_has {
	WF_MATCH_SRC = 1 << 0,
	WF_MATCH_DST = 1 << 1,
	WF_MATCH_SPORT = 1 << 2,
	WF_MATCH_DPORT = 1 << 3,
	WF_MATCH_PROTO = 1 << 4,
	WF_MATCH_VLAN = 1 << 5,
	WF_MATCH_DSCP = 1 << 6,
	WF_MATCH_ETHERTYPE = 1 << 7,
	WF_MATCH_PORT = 1 << 8,
	WF_MATCH_MAC = 1 << 9, /* not for rules: the flow does not know it */
};

struct wf_match {
	uint32_t has;
	struct wf_prefix src, dst;
	struct wf_range16 sport, dport;
	struct wf_range16 port; /* of either side */
	struct wf_range16 vlan; /* outermost VLAN identifier, 0..4094 */
	struct wf_range16 dscp; /* 0..63 */
	uint16_t ethertype;     /* after VLAN tags; host order */
	uint8_t mac[6];         /* of either side of the frame */
	uint8_t proto;          /* IP protocol, or IPv6 next header after extension headers */
	bool mirror;            /* in direction ba: swap src/dst and sport/dport, so that a rule
				 * written for requests matches their replies too */
};

#endif
