/* SPDX-License-Identifier: BSD-3-Clause
 * From bytes of a frame to the key of its flow. Pure; worker threads, once per packet.
 *
 * Every read is preceded by a check of the bytes that it needs. The key is put together in
 * registers and stored as whole words, so that the hash that follows loads what was stored. Words
 * are little-endian here whatever the CPU: byte 0 of a field is the low byte.
 */
#include "wf_parse.h"

#include "wf_words.h"

enum {
	ETHER_BYTES = 14,
	TAG_BYTES = 4,
	LABEL_BYTES = 4,
	ETHER_TYPE_MIN = 0x0600, /* below: the length of an IEEE 802.3 frame */
	ETHER_IPV4 = 0x0800,
	ETHER_ARP = 0x0806,
	ETHER_IPV6 = 0x86dd,
	ETHER_VLAN = 0x8100,
	ETHER_MPLS = 0x8847,
	ETHER_MPLS_MULTICAST = 0x8848,
	ETHER_QINQ = 0x88a8,
	ETHER_QINQ_OLD = 0x9100,
	VLAN_ID = 0x0fff,
};

enum {
	IPV4_BYTES = 20,
	IPV4_OFFSET = 0x1fff, /* RFC 791: fragment offset in 8 bytes, after three flags */
	IPV4_MORE = 0x2000,
	IPV6_BYTES = 40,
	IPV6_OFFSET = 0xfff8, /* RFC 8200: offset, two reserved bits, more */
	IPV6_MORE = 0x0001,
};

enum {
	PROTO_HOP_BY_HOP = 0,
	PROTO_ICMP = 1,
	PROTO_TCP = 6,
	PROTO_UDP = 17,
	PROTO_DCCP = 33,
	PROTO_ROUTING = 43,
	PROTO_FRAGMENT = 44,
	PROTO_AH = 51,
	PROTO_ICMPV6 = 58,
	PROTO_NO_NEXT = 59,
	PROTO_DESTINATION = 60,
	PROTO_SCTP = 132,
	ICMP_BYTES = 8,
	PORTS_BYTES = 4,
};

/* What the layers found, until the key is stored. */
struct found {
	uint32_t l3, l4;     /* offsets; l4 0: none */
	uint32_t end;        /* where the IP payload ends in the bytes at hand */
	uint32_t ports;      /* source then destination port, as in memory */
	uint16_t vlan, type; /* host order */
	uint8_t proto, family;
	uint8_t tos; /* traffic class */
	uint8_t flags;
	uint32_t fragment_id;
};

/* Everything behind the addresses. */
static inline void
store_rest(struct wf_parsed *out, const struct found *f)
{
	uint8_t *key = (uint8_t *)&out->key;

	wf_store_le64(key + 32, f->ports | (uint64_t)__builtin_bswap16(f->vlan) << 32 |
					(uint64_t)__builtin_bswap16(f->type) << 48);
	wf_store_le64(key + 40, (uint64_t)f->proto << 16 | (uint64_t)f->family << 24);
	out->l3_offset = (uint16_t)f->l3;
	out->l4_offset = (uint16_t)f->l4;
	out->dscp = f->tos >> 2;
	out->ecn = f->tos & 3;
	out->flags = f->flags;
	out->zero = 0;
	out->fragment_id = f->fragment_id;
}

static inline uint64_t
mapped_ipv4(uint32_t addr)
{
	return (uint64_t)addr << 32 | 0xffff0000ull; /* ::ffff:a.b.c.d, its second half */
}

static inline void
store_ipv4(struct wf_parsed *out, const uint8_t *frame, const struct found *f)
{
	uint8_t *key = (uint8_t *)&out->key;

	wf_store_le64(key, 0);
	wf_store_le64(key + 8, mapped_ipv4(wf_load_le32(frame + f->l3 + 12)));
	wf_store_le64(key + 16, 0);
	wf_store_le64(key + 24, mapped_ipv4(wf_load_le32(frame + f->l3 + 16)));
	store_rest(out, f);
}

static inline void
store_ipv6(struct wf_parsed *out, const uint8_t *frame, const struct found *f)
{
	memcpy(out->key.src, frame + f->l3 + 8, 16);
	memcpy(out->key.dst, frame + f->l3 + 24, 16);
	store_rest(out, f);
}

/* Not IP: the MAC addresses, when there are 14 bytes. */
static __attribute__((noinline)) void
store_mac(struct wf_parsed *out, const uint8_t *frame, struct found *f, bool complete)
{
	const uint64_t mac = (1ull << 48) - 1;
	uint8_t *key = (uint8_t *)&out->key;

	if (f->type < ETHER_TYPE_MIN)
		f->type = 0;
	if (f->type == ETHER_ARP)
		f->flags |= WF_PARSE_NEIGHBOUR;
	wf_store_le64(key, complete ? wf_load_le64(frame + 6) & mac : 0);
	wf_store_le64(key + 8, 0);
	wf_store_le64(key + 16, complete ? wf_load_le64(frame) & mac : 0);
	wf_store_le64(key + 24, 0);
	store_rest(out, f);
}

/* ICMP of either family: an echo has its identifier for ports. */
static void
parse_icmp(const uint8_t *frame, uint32_t l4, struct found *f)
{
	uint8_t type = frame[l4];
	bool echo = f->family == 4 ? type == 8 || type == 0 : type == 128 || type == 129;

	if (f->family == 6 && type >= 133 && type <= 137)
		f->flags |= WF_PARSE_NEIGHBOUR;
	if (echo)
		f->ports = (wf_load_le32(frame + l4 + 4) & 0xffff) * 0x10001;
}

/* The layer above IP, at l4 in a packet or a first fragment. */
static inline void
parse_l4(const uint8_t *frame, uint32_t l4, struct found *f)
{
	uint32_t room = f->end > l4 ? f->end - l4 : 0, need = 1;
	uint8_t proto = f->proto;

	if (WF_LIKELY((proto == PROTO_UDP || proto == PROTO_TCP) && room >= PORTS_BYTES)) {
		f->ports = wf_load_le32(frame + l4);
		f->flags |= WF_PARSE_PORTS;
		f->l4 = l4;
		return;
	}
	bool ports = proto == PROTO_UDP || proto == PROTO_TCP || proto == PROTO_SCTP ||
		     proto == PROTO_DCCP;
	bool icmp = proto == (f->family == 4 ? PROTO_ICMP : PROTO_ICMPV6);

	if (ports || icmp)
		need = ports ? PORTS_BYTES : ICMP_BYTES;
	if (room < need) {
		if (ports || icmp)
			f->flags |= WF_PARSE_TRUNCATED;
		return;
	}
	f->l4 = l4;
	if (ports) {
		f->ports = wf_load_le32(frame + l4);
		f->flags |= WF_PARSE_PORTS;
	} else if (icmp) {
		parse_icmp(frame, l4, f);
	}
}

/* Where a header says that its packet ends, as far as that is within the bytes at hand. */
static inline uint32_t
end_of(uint32_t start, uint32_t stated_bytes, uint32_t len)
{
	return stated_bytes == 0 || stated_bytes > len - start ? len : start + stated_bytes;
}

/* False: there is no IPv4 header here. */
static inline bool
parse_ipv4(const uint8_t *frame, uint32_t len, struct found *f)
{
	const uint8_t *ip = frame + f->l3;
	uint32_t header, fragment, total;

	if (WF_UNLIKELY(len - f->l3 < IPV4_BYTES))
		return false;
	header = (ip[0] & 0x0fu) * 4;
	if (WF_UNLIKELY(ip[0] >> 4 != 4 || header < IPV4_BYTES || header > len - f->l3))
		return false;
	total = wf_load_be16(ip + 2);
	fragment = wf_load_be16(ip + 6);
	f->family = 4;
	f->flags = WF_PARSE_IP;
	f->tos = ip[1];
	f->proto = ip[9];
	f->end = end_of(f->l3, total, len);
	if (WF_UNLIKELY(total != 0 && total < header)) {
		f->flags |= WF_PARSE_TRUNCATED;
		return true;
	}
	if (WF_UNLIKELY(fragment & (IPV4_OFFSET | IPV4_MORE))) {
		f->flags |= fragment & IPV4_OFFSET ? WF_PARSE_FRAGMENT | WF_PARSE_LATER
						   : WF_PARSE_FRAGMENT;
		f->fragment_id = wf_load_be16(ip + 4);
	}
	if (WF_LIKELY(!(fragment & IPV4_OFFSET)))
		parse_l4(frame, f->l3 + header, f);
	return true;
}

static inline bool
is_extension(uint8_t proto)
{
	return proto == PROTO_HOP_BY_HOP || proto == PROTO_ROUTING || proto == PROTO_FRAGMENT ||
	       proto == PROTO_AH || proto == PROTO_DESTINATION;
}

/* Follows the extension headers from `at`; f->proto is the first one's number. Returns where the
 * layer above IP starts, 0 when it can't be seen. */
static __attribute__((noinline)) uint32_t
skip_extensions(const uint8_t *frame, uint32_t at, struct found *f)
{
	for (int n = 0; is_extension(f->proto); n++) {
		uint32_t room = f->end > at ? f->end - at : 0, size = 8;
		uint8_t kind = f->proto;

		if (n == WF_PARSE_EXTENSIONS || room < size)
			goto cut;
		if (kind == PROTO_AH)
			size = (frame[at + 1] + 2u) * 4; /* RFC 4302: in 4 bytes, minus 2 */
		else if (kind != PROTO_FRAGMENT)
			size = (frame[at + 1] + 1u) * 8;
		if (room < size)
			goto cut;
		f->proto = frame[at];
		if (kind == PROTO_FRAGMENT) {
			uint16_t fragment = wf_load_be16(frame + at + 2);

			if (fragment & (IPV6_OFFSET | IPV6_MORE)) {
				f->flags |= WF_PARSE_FRAGMENT;
				f->fragment_id = wf_load_be32(frame + at + 4);
			}
			if (fragment & IPV6_OFFSET) {
				f->flags |= WF_PARSE_LATER;
				return 0;
			}
		}
		at += size;
	}
	return at;
cut:
	f->flags |= WF_PARSE_TRUNCATED;
	return 0;
}

/* False: there is no IPv6 header here. */
static inline bool
parse_ipv6(const uint8_t *frame, uint32_t len, struct found *f)
{
	const uint8_t *ip = frame + f->l3;
	uint32_t payload, l4 = f->l3 + IPV6_BYTES;

	if (WF_UNLIKELY(len - f->l3 < IPV6_BYTES || ip[0] >> 4 != 6))
		return false;
	payload = wf_load_be16(ip + 4);
	f->family = 6;
	f->flags = WF_PARSE_IP;
	f->tos = (uint8_t)(wf_load_be16(ip) >> 4);
	f->proto = ip[6];
	f->end = end_of(l4, payload, len);
	if (WF_UNLIKELY(is_extension(f->proto)))
		l4 = skip_extensions(frame, l4, f);
	if (WF_LIKELY(l4 != 0 && f->proto != PROTO_NO_NEXT))
		parse_l4(frame, l4, f);
	return true;
}

static inline bool
is_tag(uint16_t type)
{
	return type == ETHER_VLAN || type == ETHER_QINQ || type == ETHER_QINQ_OLD;
}

/* Steps over VLAN tags; f->l3 is behind the first one's type. */
static __attribute__((noinline)) void
skip_tags(const uint8_t *frame, uint32_t len, struct found *f)
{
	for (int n = 0; n < WF_PARSE_TAGS && is_tag(f->type); n++) {
		if (len - f->l3 < TAG_BYTES) {
			f->flags |= WF_PARSE_TRUNCATED;
			return;
		}
		if (n == 0)
			f->vlan = wf_load_be16(frame + f->l3) & VLAN_ID;
		f->type = wf_load_be16(frame + f->l3 + 2);
		f->l3 += TAG_BYTES;
	}
}

/* RFC 3032: steps over labels, of which the last has a bit set. What follows does not say what it
 * is, but IP does in its first four bits. Returns its Ethernet type, or 0. */
static __attribute__((noinline)) uint16_t
skip_labels(const uint8_t *frame, uint32_t len, struct found *f)
{
	bool last = false;

	for (int n = 0; n < WF_PARSE_LABELS && !last; n++) {
		if (len - f->l3 <= LABEL_BYTES) {
			f->flags |= WF_PARSE_TRUNCATED;
			return 0;
		}
		last = frame[f->l3 + 2] & 1;
		f->l3 += LABEL_BYTES;
	}
	if (!last)
		return 0;
	return frame[f->l3] >> 4 == 4 ? ETHER_IPV4 : frame[f->l3] >> 4 == 6 ? ETHER_IPV6 : 0;
}

/* An IP packet at f->l3, stored. False: there is none. */
static inline bool
store_ip(const uint8_t *frame, uint32_t len, uint16_t type, struct found *f, struct wf_parsed *out)
{
	if (type == ETHER_IPV4 && parse_ipv4(frame, len, f)) {
		store_ipv4(out, frame, f);
		return true;
	}
	if (type == ETHER_IPV6 && parse_ipv6(frame, len, f)) {
		store_ipv6(out, frame, f);
		return true;
	}
	if (type == ETHER_IPV4 || type == ETHER_IPV6)
		f->flags = WF_PARSE_TRUNCATED;
	return false;
}

static inline bool
is_mpls(uint16_t type)
{
	return type == ETHER_MPLS || type == ETHER_MPLS_MULTICAST;
}

void
wf_parse(const uint8_t *frame, uint32_t len, struct wf_parsed *out)
{
	struct found f = { .l3 = ETHER_BYTES, .vlan = WF_NO_VLAN };
	uint16_t type;

	if (WF_UNLIKELY(len < ETHER_BYTES)) {
		f.l3 = 0;
		f.flags = WF_PARSE_TRUNCATED;
		store_mac(out, frame, &f, false);
		return;
	}
	f.type = wf_load_be16(frame + 12);
	if (WF_UNLIKELY(is_tag(f.type)))
		skip_tags(frame, len, &f);
	type = f.type;
	if (WF_UNLIKELY(is_mpls(type)))
		type = skip_labels(frame, len, &f);
	if (store_ip(frame, len, type, &f, out)) {
		if (WF_UNLIKELY(type != f.type))
			out->flags |= WF_PARSE_MPLS;
		return;
	}
	f.l3 = 0;
	store_mac(out, frame, &f, true);
}

void
wf_parse_ip(const uint8_t *ip, uint32_t len, uint16_t type, struct wf_parsed *out)
{
	struct found f = { .vlan = WF_NO_VLAN, .type = type };

	if (is_mpls(type))
		type = skip_labels(ip, len, &f);
	if (store_ip(ip, len, type, &f, out))
		return;
	f.l3 = 0;
	f.flags |= WF_PARSE_TRUNCATED;
	store_mac(out, ip, &f, false);
}
