/* SPDX-License-Identifier: BSD-3-Clause
 * From bytes of a frame to the key of its flow. Pure function; worker threads.
 *
 * Ethernet II, up to WF_PARSE_TAGS VLAN tags (0x8100, 0x88a8, 0x9100), up to WF_PARSE_LABELS MPLS
 * labels before an IP packet, IPv4 with options, IPv6 with up to WF_PARSE_EXTENSIONS extension
 * headers, TCP, UDP, SCTP, DCCP ports. Any input is safe: a
 * header that does not fit in the bytes at hand ends the parse at the layer before it. Of TCP, UDP,
 * SCTP and DCCP only the ports have to fit. What lies behind the length that the IP header states
 * is padding (a stated length of 0 is unknown: jumbograms, segmentation offload).
 */
#ifndef WF_PARSE_H
#define WF_PARSE_H

#include "wf_flow_key.h"

#define WF_PARSE_TAGS   4
#define WF_PARSE_LABELS 8
/* Past these the protocol is the number of the next one, and there are no ports. */
#define WF_PARSE_EXTENSIONS 8

enum wf_parse_flags {
	WF_PARSE_IP = 1 << 0,        /* IPv4 or IPv6 header complete */
	WF_PARSE_PORTS = 1 << 1,     /* ports were read; not for ICMP */
	WF_PARSE_FRAGMENT = 1 << 2,  /* any fragment, the first included (RFC 6946 atomic: none) */
	WF_PARSE_NEIGHBOUR = 1 << 3, /* ARP, or ICMPv6 types 133..137 (Neighbour Discovery) */
	WF_PARSE_TRUNCATED = 1 << 4, /* some header was cut short or malformed */
	WF_PARSE_LATER = 1 << 5,     /* a fragment after the first: no ports are in it */
	WF_PARSE_MPLS = 1 << 6,      /* IP behind labels */
};

struct wf_parsed {
	struct wf_flow_key key; /* dir is left 0 */
	uint16_t l3_offset;     /* bytes from the start of the frame; 0 when not IP */
	uint16_t l4_offset;     /* 0 when there is none */
	uint8_t dscp;           /* 0..63; 0 when not IP */
	uint8_t ecn;            /* 0..3 */
	uint8_t flags;          /* enum wf_parse_flags */
	uint8_t zero;           /* no padding: rules are matched against these bytes */
	uint32_t fragment_id;   /* of the datagram that a fragment is of */
};
static_assert(sizeof(struct wf_parsed) == 60, "no padding");

/* Parses `len` readable bytes. Fills all of *out. */
void wf_parse(const uint8_t *frame, uint32_t len, struct wf_parsed *out);

/* The same for what begins with an IP header, or with labels, as the Ethernet type says: no tags,
 * no MAC addresses. */
void wf_parse_ip(const uint8_t *ip, uint32_t len, uint16_t type, struct wf_parsed *out);

#endif
