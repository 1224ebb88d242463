/* SPDX-License-Identifier: BSD-3-Clause
 * The packet inside VXLAN, GRE, GTP-U or PPPoE. Pure; worker threads.
 */
#include "wf_tunnel.h"

enum { PROTO_UDP = 17, PROTO_GRE = 47, UDP_BYTES = 8 };

enum {
	VXLAN_PORT = 4789,
	VXLAN_PORT_LINUX = 8472,
	VXLAN_BYTES = 8,
	VXLAN_ID = 0x08, /* the identifier is valid */
};

enum {
	GRE_BYTES = 4,
	GRE_CHECKSUM = 0x8000,
	GRE_KEY = 0x2000,
	GRE_SEQUENCE = 0x1000,
	GRE_OTHER = 0x4fff, /* routing, reserved bits, another version */
};

enum {
	GTPU_PORT = 2152,
	GTPU_BYTES = 8,
	GTPU_MORE_BYTES = 4, /* sequence number, N-PDU number, type of the first extension */
	GTPU_EXTENSIONS = 8,
	GTPU_PDU = 255, /* message type: a user's packet */
};

enum {
	ETHER_TYPE_AT = 12,
	TAG_BYTES = 4,
	TYPE_PPPOE = 0x8864, /* of a session; discovery (0x8863) carries nothing */
	PPPOE_BYTES = 6,
	PPPOE_VERSION = 0x1100, /* version and type 1, code 0: data */
	PPP_BYTES = 2,
	PPP_IPV4 = 0x0021,
	PPP_IPV6 = 0x0057,
	PPP_MPLS = 0x0281,
};

enum { TYPE_IPV4 = 0x0800, TYPE_ETHERNET = 0x6558, TYPE_MPLS = 0x8847, TYPE_IPV6 = 0x86dd };

/* Where and what the packet inside is. */
struct inside {
	uint32_t at;
	uint16_t type;
	uint32_t id;
};

static uint32_t
be16(const uint8_t *p)
{
	return (uint32_t)p[0] << 8 | p[1];
}

static uint32_t
be32(const uint8_t *p)
{
	return be16(p) << 16 | be16(p + 2);
}

static uint16_t
ip_type(uint8_t first)
{
	return first >> 4 == 4 ? TYPE_IPV4 : first >> 4 == 6 ? TYPE_IPV6 : 0;
}

static bool
open_vxlan(const uint8_t *p, uint32_t len, struct inside *in)
{
	if (len < VXLAN_BYTES || !(p[0] & VXLAN_ID))
		return false;
	*in = (struct inside){ .at = VXLAN_BYTES, .type = TYPE_ETHERNET, .id = be32(p + 4) >> 8 };
	return true;
}

static bool
open_gtpu(const uint8_t *p, uint32_t len, struct inside *in)
{
	uint32_t at = GTPU_BYTES;
	uint8_t next = 0;

	if (len < GTPU_BYTES || p[0] >> 4 != 3 || p[1] != GTPU_PDU) /* version 1, not GTP' */
		return false;
	if (p[0] & 7) {
		at += GTPU_MORE_BYTES;
		if (len < at)
			return false;
		next = p[0] & 4 ? p[at - 1] : 0;
	}
	for (int n = 0; next != 0; n++) {
		uint32_t size = len > at ? p[at] * 4u : 0;

		if (n == GTPU_EXTENSIONS || size == 0 || size > len - at)
			return false;
		at += size;
		next = p[at - 1];
	}
	if (len <= at)
		return false;
	*in = (struct inside){ .at = at, .type = ip_type(p[at]), .id = be32(p + 4) };
	return in->type != 0;
}

static bool
open_gre(const uint8_t *p, uint32_t len, struct inside *in)
{
	uint32_t flags, at = GRE_BYTES;

	if (len < GRE_BYTES)
		return false;
	flags = be16(p);
	if (flags & GRE_OTHER)
		return false;
	*in = (struct inside){ .type = (uint16_t)be16(p + 2) };
	if (flags & GRE_CHECKSUM)
		at += 4;
	if (flags & GRE_KEY) {
		if (len < at + 4)
			return false;
		in->id = be32(p + at);
		at += 4;
	}
	if (flags & GRE_SEQUENCE)
		at += 4;
	in->at = at;
	return len > at && (in->type == TYPE_IPV4 || in->type == TYPE_IPV6 ||
				   in->type == TYPE_MPLS || in->type == TYPE_ETHERNET);
}

/* RFC 2516: behind any VLAN tags, which the outer parse has stepped over. LCP and the like are no
 * packets of users. */
static bool
open_pppoe(const uint8_t *frame, uint32_t len, struct inside *in)
{
	uint32_t at = ETHER_TYPE_AT, stated, protocol;

	for (int n = 0; n <= WF_PARSE_TAGS && len >= at + 2 && be16(frame + at) != TYPE_PPPOE; n++)
		at += TAG_BYTES;
	at += 2;
	if (len < at + PPPOE_BYTES + PPP_BYTES || be16(frame + at - 2) != TYPE_PPPOE ||
		be16(frame + at) != PPPOE_VERSION)
		return false;
	stated = be16(frame + at + 4);
	protocol = be16(frame + at + PPPOE_BYTES);
	*in = (struct inside){ .at = at + PPPOE_BYTES + PPP_BYTES,
		.type = protocol == PPP_IPV4   ? TYPE_IPV4
			: protocol == PPP_IPV6 ? TYPE_IPV6
			: protocol == PPP_MPLS ? TYPE_MPLS
					       : 0,
		.id = be16(frame + at + 2) };
	return in->type != 0 && stated > PPP_BYTES && len > in->at;
}

/* The tunnel that a packet is, if any; `p` is what it was parsed from. */
static bool
open_any(const uint8_t *p, uint32_t len, const struct wf_parsed *outer, struct inside *in)
{
	uint32_t at = outer->l4_offset, port;
	bool found = false;

	if (!(outer->flags & WF_PARSE_IP) && be16(outer->key.ethertype) == TYPE_PPPOE)
		return open_pppoe(p, len, in);
	if (at == 0)
		return false;
	if (outer->key.proto == PROTO_GRE) {
		found = open_gre(p + at, len - at, in);
	} else if (outer->key.proto == PROTO_UDP && len - at >= UDP_BYTES) {
		at += UDP_BYTES;
		port = be16(outer->key.dport);
		if (port == VXLAN_PORT || port == VXLAN_PORT_LINUX)
			found = open_vxlan(p + at, len - at, in);
		else if (port == GTPU_PORT)
			found = open_gtpu(p + at, len - at, in);
	}
	if (found)
		in->at += at;
	return found;
}

bool
wf_tunnel_parse(
	const uint8_t *frame, uint32_t len, const struct wf_parsed *outer, struct wf_parsed *inner)
{
	const struct wf_parsed *now = outer;
	uint32_t tag = 0;
	struct inside in;

	for (int n = 0; n < WF_TUNNEL_DEPTH && open_any(frame, len, now, &in); n++) {
		struct wf_parsed next;

		frame += in.at;
		len -= in.at;
		if (in.type == TYPE_ETHERNET)
			wf_parse(frame, len, &next);
		else
			wf_parse_ip(frame, len, in.type, &next);
		if ((next.flags & (WF_PARSE_IP | WF_PARSE_TRUNCATED)) == WF_PARSE_TRUNCATED)
			break;
		tag = (tag << 5 | tag >> 27) ^ in.id;
		*inner = next;
		now = inner;
	}
	if (now == outer)
		return false;
	if (be16(inner->key.vlan) == WF_NO_VLAN)
		memcpy(inner->key.vlan, outer->key.vlan, sizeof(inner->key.vlan));
	for (int i = 0; i < 4; i++)
		inner->key.tag[i] = (uint8_t)(tag >> (24 - 8 * i));
	return true;
}
