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

/* Ethernet type and VLAN in the key's fifth word, behind the ports. */
static WF_ALWAYS_INLINE uint64_t
wf_plain_link(uint32_t vlan, uint32_t type)
{
	return (uint64_t)__builtin_bswap16((uint16_t)vlan) << 32 |
	       (uint64_t)__builtin_bswap16((uint16_t)type) << 48;
}

/* The key's last word. */
static WF_ALWAYS_INLINE uint64_t
wf_plain_last(uint16_t dir, uint8_t proto, uint32_t family)
{
	return __builtin_bswap16(dir) | (uint64_t)proto << 16 | (uint64_t)family << 24;
}

/* The record, and the hash. */
static WF_ALWAYS_INLINE void
wf_plain_store(struct wf_parsed *out, const uint64_t w[6], uint32_t tos, uint32_t l3, uint32_t l4,
	uint64_t *hash)
{
	uint8_t *key = (uint8_t *)&out->key;

	for (int i = 0; i < 6; i++)
		wf_store_le64(key + 8 * i, w[i]);
	*hash = wf_flow_hash_words(w);
	wf_store_le32(&out->l3_offset, l3 | l4 << 16);
	wf_store_le32(&out->dscp,
		tos >> 2 | (tos & 3) << 8 | (uint32_t)(WF_PARSE_IP | WF_PARSE_PORTS) << 16);
	out->fragment_id = 0;
}
static_assert(offsetof(struct wf_parsed, l4_offset) == offsetof(struct wf_parsed, l3_offset) + 2 &&
		      offsetof(struct wf_parsed, flags) == offsetof(struct wf_parsed, dscp) + 2,
	"stored as words");

static WF_ALWAYS_INLINE bool
wf_plain_ipv4(const uint8_t *frame, uint32_t len, uint32_t l3, uint32_t vlan, uint16_t dir,
	struct wf_parsed *out, uint64_t *hash)
{
	const uint8_t *ip = frame + l3;
	uint32_t l4 = l3 + WF_PLAIN_L3_IPV4;

	if (len < l4 + WF_PLAIN_PORTS || ip[0] != 0x45 || (wf_load_be16(ip + 6) & 0x3fff) != 0 ||
		!wf_plain_proto(ip[9]) ||
		!wf_plain_length(wf_load_be16(ip + 2), WF_PLAIN_L3_IPV4 + WF_PLAIN_PORTS))
		return false;
	const uint64_t w[6] = { 0, wf_plain_mapped(ip + 12), 0, wf_plain_mapped(ip + 16),
		wf_load_le32(frame + l4) | wf_plain_link(vlan, WF_PLAIN_IPV4),
		wf_plain_last(dir, ip[9], 4) };

	wf_plain_store(out, w, ip[1], l3, l4, hash);
	return true;
}

static WF_ALWAYS_INLINE bool
wf_plain_ipv6(const uint8_t *frame, uint32_t len, uint32_t l3, uint32_t vlan, uint16_t dir,
	struct wf_parsed *out, uint64_t *hash)
{
	const uint8_t *ip = frame + l3;
	uint32_t l4 = l3 + WF_PLAIN_L3_IPV6;

	if (len < l4 + WF_PLAIN_PORTS || ip[0] >> 4 != 6 || !wf_plain_proto(ip[6]) ||
		!wf_plain_length(wf_load_be16(ip + 4), WF_PLAIN_PORTS))
		return false;
	const uint64_t w[6] = { wf_load_le64(ip + 8), wf_load_le64(ip + 16), wf_load_le64(ip + 24),
		wf_load_le64(ip + 32),
		wf_load_le32(frame + l4) | wf_plain_link(vlan, WF_PLAIN_IPV6),
		wf_plain_last(dir, ip[6], 6) };

	wf_plain_store(out, w, wf_load_be16(ip) >> 4 & 0xff, l3, l4, hash);
	return true;
}

/* What is not IPv4 right behind the MAC addresses. */
static __attribute__((noinline, unused)) bool
wf_plain_others(
	const uint8_t *frame, uint32_t len, uint16_t dir, struct wf_parsed *out, uint64_t *hash)
{
	uint32_t type = wf_load_be16(frame + 12), vlan;

	if (type == WF_PLAIN_IPV6)
		return wf_plain_ipv6(frame, len, WF_PLAIN_L2, WF_NO_VLAN, dir, out, hash);
	if (type != 0x8100 && type != 0x88a8 && type != 0x9100)
		return false;
	vlan = wf_load_be16(frame + WF_PLAIN_L2) & 0x0fff;
	type = wf_load_be16(frame + WF_PLAIN_L2 + 2);
	if (type == WF_PLAIN_IPV4)
		return wf_plain_ipv4(frame, len, WF_PLAIN_L2 + WF_PLAIN_TAG, vlan, dir, out, hash);
	return type == WF_PLAIN_IPV6 &&
	       wf_plain_ipv6(frame, len, WF_PLAIN_L2 + WF_PLAIN_TAG, vlan, dir, out, hash);
}

/* Fills all of *out as wf_parse does, with the direction besides, and the key's wf_flow_hash.
 * False, and nothing is filled: it is no such frame. Offsets and link are constants for the
 * plainest, so this is what is inlined. */
static inline bool
wf_parse_plain(
	const uint8_t *frame, uint32_t len, uint16_t dir, struct wf_parsed *out, uint64_t *hash)
{
	if (WF_UNLIKELY(len < WF_PLAIN_L2 + WF_PLAIN_TAG))
		return false;
	if (WF_LIKELY(wf_load_be16(frame + 12) == WF_PLAIN_IPV4))
		return wf_plain_ipv4(frame, len, WF_PLAIN_L2, WF_NO_VLAN, dir, out, hash);
	return wf_plain_others(frame, len, dir, out, hash);
}

#endif
