/* SPDX-License-Identifier: BSD-3-Clause
 * From bytes of a frame to the key of its flow. Pure function; worker threads.
 *
 * Ethernet II, up to WF_PARSE_TAGS VLAN tags (0x8100, 0x88a8, 0x9100), IPv4 with options, IPv6 with
 * extension headers, TCP, UDP, SCTP, DCCP ports. Any input is safe: a header that does not fit in
 * the bytes at hand ends the parse at the layer before it.
 */
#ifndef WF_PARSE_H
#define WF_PARSE_H

#include "wf_types.h"

#define WF_PARSE_TAGS 4
#define WF_NO_VLAN    0xffff

/* Identity of a flow: 48 bytes without padding, compared with memcmp and hashed byte for byte, so
 * every unused byte is zero. Multi-byte members are big-endian as on the wire, whatever the CPU. */
struct wf_flow_key {
	uint8_t src[16]; /* IPv6, mapped IPv4, or the MAC address in bytes 0..5 */
	uint8_t dst[16];
	uint8_t sport[2]; /* 0 without ports and in fragments after the first; ICMP/ICMPv6 echo:
			   * the identifier in both */
	uint8_t dport[2];
	uint8_t vlan[2];      /* outermost identifier, WF_NO_VLAN without a tag */
	uint8_t ethertype[2]; /* after the tags */
	uint8_t dir[2];       /* link direction number; set by the caller */
	uint8_t proto;        /* IP protocol after extension headers; 0 when not IP */
	uint8_t family;       /* 4, 6 or 0 */
	uint8_t zero[4];
};
static_assert(sizeof(struct wf_flow_key) == 48, "hashed and compared as 48 bytes");

enum wf_parse_flags {
	WF_PARSE_IP = 1 << 0,        /* IPv4 or IPv6 header complete */
	WF_PARSE_PORTS = 1 << 1,     /* ports were read */
	WF_PARSE_FRAGMENT = 1 << 2,  /* any fragment, the first included */
	WF_PARSE_NEIGHBOUR = 1 << 3, /* ARP, or ICMPv6 types 133..137 (Neighbour Discovery) */
	WF_PARSE_TRUNCATED = 1 << 4, /* some header was cut short or malformed */
};

struct wf_parsed {
	struct wf_flow_key key; /* dir is left 0 */
	uint16_t l3_offset;     /* bytes from the start of the frame; 0 when not IP */
	uint16_t l4_offset;     /* 0 when there is none */
	uint8_t dscp;           /* 0..63; 0 when not IP */
	uint8_t ecn;            /* 0..3 */
	uint8_t flags;          /* enum wf_parse_flags */
};

/* Parses `len` readable bytes. Fills all of *out. */
void wf_parse(const uint8_t *frame, uint32_t len, struct wf_parsed *out);

/* 64-bit hash of a key: own, byte-order neutral, the same on every machine. The whole key counts.
 */
uint64_t wf_flow_hash(const struct wf_flow_key *key);

#endif
