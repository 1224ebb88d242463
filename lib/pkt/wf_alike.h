/* SPDX-License-Identifier: BSD-3-Clause
 * Is a frame of the same flow as the one before it, as far as a glance at its first bytes tells?
 * Packets of one flow often come in a row, and need not all be parsed. Pure; worker threads.
 *
 * A glance compares what a parse of the frame before has read, and so gives what parsing would: all
 * of struct wf_parsed the same. Lengths, identifications, TTLs and checksums may differ.
 */
#ifndef WF_ALIKE_H
#define WF_ALIKE_H

#include <endian.h>
#include <string.h>

#include "wf_parse.h"

/* How to compare with a frame. */
enum wf_alike {
	WF_ALIKE_NONE, /* not at all: parse the next one */
	WF_ALIKE_MAC,  /* neither IP nor MPLS nor tagged: addresses and type */
	WF_ALIKE_IPV4, /* TCP, UDP, SCTP or DCCP over IPv4 without options, untagged, no fragment */
	WF_ALIKE_IPV6, /* the same over IPv6 without extension headers */
};

/* Bytes that must be there for each. */
#define WF_ALIKE_MAC_BYTES  16
#define WF_ALIKE_IPV4_BYTES 40
#define WF_ALIKE_IPV6_BYTES 64

static inline enum wf_alike
wf_alike_kind(const struct wf_parsed *p, uint32_t readable_bytes)
{
	const uint8_t never = WF_PARSE_FRAGMENT | WF_PARSE_TRUNCATED | WF_PARSE_MPLS;
	const uint8_t no_vlan[2] = { WF_NO_VLAN >> 8, WF_NO_VLAN & 0xff };

	if ((p->flags & never) || memcmp(p->key.vlan, no_vlan, 2) != 0)
		return WF_ALIKE_NONE;
	if (p->key.family == 0) /* 0x8847, 0x8848: what is behind the labels decides */
		return readable_bytes >= WF_ALIKE_MAC_BYTES && p->key.ethertype[0] != 0x88
			       ? WF_ALIKE_MAC
			       : WF_ALIKE_NONE;
	if (!(p->flags & WF_PARSE_PORTS))
		return WF_ALIKE_NONE;
	if (p->key.family == 4 && p->l4_offset == 34)
		return readable_bytes >= WF_ALIKE_IPV4_BYTES ? WF_ALIKE_IPV4 : WF_ALIKE_NONE;
	if (p->key.family == 6 && p->l4_offset == 54)
		return readable_bytes >= WF_ALIKE_IPV6_BYTES ? WF_ALIKE_IPV6 : WF_ALIKE_NONE;
	return WF_ALIKE_NONE;
}

/* Bits of eight bytes that differ between the frames at `at`. */
static inline uint64_t
wf_alike_word(const uint8_t *a, const uint8_t *b, uint32_t at)
{
	uint64_t x, y;

	memcpy(&x, a + at, sizeof(x));
	memcpy(&y, b + at, sizeof(y));
	return x ^ y;
}

/* The same in a mask that is written as the bytes stand in the frame. */
static inline uint64_t
wf_alike_masked(const uint8_t *a, const uint8_t *b, uint32_t at, uint64_t bytes)
{
	return wf_alike_word(a, b, at) & htobe64(bytes);
}

/* A length that an IP header states does not cut off the ports; 0 is "unknown". */
static inline bool
wf_alike_length(const uint8_t *field, uint32_t least)
{
	uint32_t stated = (uint32_t)field[0] << 8 | field[1];

	return stated == 0 || stated >= least;
}

/* Is wf_parse of `frame` the same as it was of `before`, whose kind is given? */
static inline bool
wf_alike(enum wf_alike kind, const uint8_t *before, const uint8_t *frame, uint32_t readable_bytes)
{
	switch (kind) {
	case WF_ALIKE_MAC:
		return readable_bytes >= WF_ALIKE_MAC_BYTES &&
		       (wf_alike_word(before, frame, 0) |
			       wf_alike_masked(before, frame, 8, 0xffffffffffff0000)) == 0;
	case WF_ALIKE_IPV4: /* but for length, identification, TTL and checksum */
		return readable_bytes >= WF_ALIKE_IPV4_BYTES && wf_alike_length(frame + 16, 24) &&
		       (wf_alike_word(before, frame, 0) | wf_alike_word(before, frame, 8) |
			       wf_alike_masked(before, frame, 16, 0x00000000ffff00ff) |
			       wf_alike_masked(before, frame, 24, 0x0000ffffffffffff) |
			       wf_alike_masked(before, frame, 32, 0xffffffffffff0000)) == 0;
	case WF_ALIKE_IPV6: /* but for the flow label's end, length and hop limit */
		return readable_bytes >= WF_ALIKE_IPV6_BYTES && wf_alike_length(frame + 18, 4) &&
		       (wf_alike_word(before, frame, 0) | wf_alike_word(before, frame, 8) |
			       wf_alike_masked(before, frame, 16, 0x00000000ff00ffff) |
			       wf_alike_word(before, frame, 24) | wf_alike_word(before, frame, 32) |
			       wf_alike_word(before, frame, 40) | wf_alike_word(before, frame, 48) |
			       wf_alike_masked(before, frame, 56, 0xffff000000000000)) == 0;
	default:
		return false;
	}
}

#endif
