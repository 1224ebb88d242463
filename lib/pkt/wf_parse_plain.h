/* SPDX-License-Identifier: BSD-3-Clause
 * What nearly all frames are, parsed at once: TCP or UDP in IPv4 without options or in IPv6 without
 * extension headers, no fragment, with one VLAN tag or none. Anything else is left to wf_parse,
 * which finds the same in these. Pure; worker threads.
 *
 * The words of the key go from the frame's bytes to the record and into the hash without being read
 * back.
 */
#ifndef WF_PARSE_PLAIN_H
#define WF_PARSE_PLAIN_H

#include "wf_parse.h"
#include "wf_words.h"

enum {
	WF_PLAIN_IPV4 = 0x0800,
	WF_PLAIN_IPV6 = 0x86dd,
	WF_PLAIN_L2 = 14,
	WF_PLAIN_TAG = 4,
	WF_PLAIN_L3_IPV4 = 20,
	WF_PLAIN_L3_IPV6 = 40,
	WF_PLAIN_PORTS = 4,
};

static inline bool
wf_plain_proto(uint8_t proto)
{
	return proto == 17 || proto == 6;
}

/* Does the length that an IP header states leave room for this much? 0 is "unknown". */
static inline bool
wf_plain_length(uint32_t stated, uint32_t least)
{
	return stated == 0 || stated >= least;
}

/* The second half of ::ffff:a.b.c.d. */
static inline uint64_t
wf_plain_mapped(const uint8_t *address)
{
	return (uint64_t)wf_load_le32(address) << 32 | 0xffff0000ull;
}

/* Words of the key behind the addresses, the rest of the record, and the hash. */
static inline void
wf_plain_store(struct wf_parsed *out, uint64_t w[6], const uint8_t *l4, uint32_t tos,
	uint32_t offsets, uint64_t *hash)
{
	uint8_t *key = (uint8_t *)&out->key;

	w[4] |= wf_load_le32(l4);
	for (int i = 0; i < 6; i++)
		wf_store_le64(key + 8 * i, w[i]);
	*hash = wf_flow_hash_words(w);
	out->l3_offset = (uint16_t)offsets;
	out->l4_offset = (uint16_t)(offsets >> 16);
	out->dscp = (uint8_t)(tos >> 2);
	out->ecn = tos & 3;
	out->flags = WF_PARSE_IP | WF_PARSE_PORTS;
	out->zero = 0;
	out->fragment_id = 0;
}

static inline bool
wf_plain_ipv4(const uint8_t *frame, uint32_t len, uint32_t l3, uint64_t link, uint16_t dir,
	struct wf_parsed *out, uint64_t *hash)
{
	const uint8_t *ip = frame + l3;
	uint64_t w[6];

	if (len < l3 + WF_PLAIN_L3_IPV4 + WF_PLAIN_PORTS || ip[0] != 0x45 ||
		(wf_load_be16(ip + 6) & 0x3fff) != 0 || !wf_plain_proto(ip[9]) ||
		!wf_plain_length(wf_load_be16(ip + 2), WF_PLAIN_L3_IPV4 + WF_PLAIN_PORTS))
		return false;
	w[0] = w[2] = 0;
	w[1] = wf_plain_mapped(ip + 12);
	w[3] = wf_plain_mapped(ip + 16);
	w[4] = link;
	w[5] = __builtin_bswap16(dir) | (uint64_t)ip[9] << 16 | 4u << 24;
	wf_plain_store(
		out, w, ip + WF_PLAIN_L3_IPV4, ip[1], l3 | (l3 + WF_PLAIN_L3_IPV4) << 16, hash);
	return true;
}

static inline bool
wf_plain_ipv6(const uint8_t *frame, uint32_t len, uint32_t l3, uint64_t link, uint16_t dir,
	struct wf_parsed *out, uint64_t *hash)
{
	const uint8_t *ip = frame + l3;
	uint64_t w[6];

	if (len < l3 + WF_PLAIN_L3_IPV6 + WF_PLAIN_PORTS || ip[0] >> 4 != 6 ||
		!wf_plain_proto(ip[6]) || !wf_plain_length(wf_load_be16(ip + 4), WF_PLAIN_PORTS))
		return false;
	for (int i = 0; i < 4; i++)
		w[i] = wf_load_le64(ip + 8 + 8 * i);
	w[4] = link;
	w[5] = __builtin_bswap16(dir) | (uint64_t)ip[6] << 16 | 6u << 24;
	wf_plain_store(out, w, ip + WF_PLAIN_L3_IPV6, wf_load_be16(ip) >> 4 & 0xff,
		l3 | (l3 + WF_PLAIN_L3_IPV6) << 16, hash);
	return true;
}

/* Fills all of *out as wf_parse does, with the direction besides, and the key's wf_flow_hash.
 * False, and nothing is filled: it is no such frame. */
static inline bool
wf_parse_plain(
	const uint8_t *frame, uint32_t len, uint16_t dir, struct wf_parsed *out, uint64_t *hash)
{
	uint32_t l3 = WF_PLAIN_L2, vlan = WF_NO_VLAN, type;

	if (len < WF_PLAIN_L2 + WF_PLAIN_TAG)
		return false;
	type = wf_load_be16(frame + 12);
	if (type == 0x8100 || type == 0x88a8 || type == 0x9100) {
		vlan = wf_load_be16(frame + WF_PLAIN_L2) & 0x0fff;
		type = wf_load_be16(frame + WF_PLAIN_L2 + 2);
		l3 += WF_PLAIN_TAG;
	}
	uint64_t link = (uint64_t)__builtin_bswap16((uint16_t)vlan) << 32 |
			(uint64_t)__builtin_bswap16((uint16_t)type) << 48;

	if (WF_LIKELY(type == WF_PLAIN_IPV4))
		return wf_plain_ipv4(frame, len, l3, link, dir, out, hash);
	return type == WF_PLAIN_IPV6 && wf_plain_ipv6(frame, len, l3, link, dir, out, hash);
}

#endif
