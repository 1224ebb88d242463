/* SPDX-License-Identifier: BSD-3-Clause
 * Bytes of frames changed, and their checksums with them. Pure.
 */
#include "wf_rewrite.h"

#include <string.h>

#include "wf_checksum.h"

#define MACS_BYTES 12
#define TAG_BYTES  4
#define TYPE_VLAN  0x8100
#define TYPE_QINQ  0x88a8
#define TYPE_OLD   0x9100
#define TYPE_ARP   0x0806

enum { PROTO_TCP = 6, PROTO_UDP = 17, PROTO_DCCP = 33, PROTO_ICMP6 = 58 };

/* A frame's checksum fields: that of IPv4, and that of what it carries (NULL: it has none, or it is
 * not here). */
struct sums {
	bool has_ip, udp;
	uint8_t *ip, *l4;
};

static uint16_t
get16(const uint8_t *b)
{
	return (uint16_t)(b[0] << 8 | b[1]);
}

static void
put16(uint8_t *b, uint16_t v)
{
	b[0] = (uint8_t)(v >> 8);
	b[1] = (uint8_t)v;
}

static bool
is_tag(uint16_t type)
{
	return type == TYPE_VLAN || type == TYPE_QINQ || type == TYPE_OLD;
}

static uint8_t *
l4_sum(uint8_t *frame, uint32_t n, const struct wf_parsed *p)
{
	uint32_t at = p->l4_offset;

	if (at == 0 || (p->flags & WF_PARSE_LATER))
		return NULL;
	switch (p->key.proto) {
	case PROTO_TCP:
		at += 16;
		break;
	case PROTO_UDP:
	case PROTO_DCCP:
		at += 6;
		break;
	case PROTO_ICMP6:
		at += 2;
		break;
	default: /* ICMP has no pseudo header, SCTP another sum */
		return NULL;
	}
	if (at + 2 > n)
		return NULL;
	/* RFC 768: 0 means that there is none. */
	if (p->key.proto == PROTO_UDP && p->key.family == 4 && get16(frame + at) == 0)
		return NULL;
	return frame + at;
}

static struct sums
sums_of(uint8_t *frame, uint32_t n, const struct wf_parsed *p)
{
	return (struct sums){
		.has_ip = p->key.family == 4,
		.ip = frame + p->l3_offset + 10,
		.l4 = l4_sum(frame, n, p),
		.udp = p->key.proto == PROTO_UDP,
	};
}

static void
l4_change(const struct sums *s, uint16_t before, uint16_t after)
{
	if (s->l4 == NULL)
		return;
	wf_checksum_change(s->l4, before, after);
	if (s->udp && get16(s->l4) == 0)
		put16(s->l4, 0xffff);
}

/* n bytes, even, at `at`, of which both sums (NULL: none) know. */
static void
change(uint8_t *at, const uint8_t *to, uint32_t n, const struct sums *s)
{
	for (uint32_t i = 0; i < n; i += 2) {
		uint16_t before = get16(at + i), after = get16(to + i);

		if (before == after)
			continue;
		if (s != NULL && s->has_ip)
			wf_checksum_change(s->ip, before, after);
		if (s != NULL)
			l4_change(s, before, after);
		put16(at + i, after);
	}
}

/* ---- Addresses ---- */

static bool
within(const struct wf_rewrite_map *m, const uint8_t *ip)
{
	uint32_t whole = m->bits / 8, rest = m->bits % 8;

	if (memcmp(ip, m->from, whole) != 0)
		return false;
	return rest == 0 || (ip[whole] ^ m->from[whole]) >> (8 - rest) == 0;
}

static void
move_prefix(const struct wf_rewrite_map *m, const uint8_t *ip, uint8_t out[16], uint32_t bytes)
{
	for (uint32_t i = 0; i < bytes; i++) {
		uint32_t keep = 8 * i >= m->bits       ? 0xff
				: m->bits - 8 * i >= 8 ? 0
						       : 0xffu >> (m->bits - 8 * i);

		out[i] = (uint8_t)((ip[i] & keep) | (m->to[i] & ~keep));
	}
}

/* The prefix itself, `loop` prefixes on. */
static void
count_up(const struct wf_rewrite_map *m, uint8_t *ip, uint64_t loop)
{
	uint32_t bits = m->bits, at;
	uint64_t carry;

	if (bits == 0)
		return;
	at = (bits - 1) / 8;
	/* As a number whose last bit is the prefix's last one. */
	for (carry = loop << (7 - (bits - 1) % 8); carry != 0; at--) {
		carry += ip[at];
		ip[at] = (uint8_t)carry;
		carry >>= 8;
		if (at == 0)
			break;
	}
}

/* Both addresses of an IP packet or of IPv4's ARP, wherever they are. Returns how many. */
static uint32_t
addresses(uint8_t *frame, uint32_t n, const struct wf_parsed *p, uint8_t *out[2], uint8_t *version)
{
	uint32_t at = MACS_BYTES;

	*version = p->key.family == 6 ? 6 : 4;
	if (p->flags & WF_PARSE_IP) {
		out[0] = frame + p->l3_offset + (*version == 4 ? 12 : 8);
		out[1] = out[0] + (*version == 4 ? 4 : 16);
		return 2;
	}
	while (at + TAG_BYTES + 2 <= n && is_tag(get16(frame + at)))
		at += TAG_BYTES;
	/* Hardware Ethernet, protocol IPv4, their lengths. */
	if (at + 2 + 28 > n || get16(frame + at) != TYPE_ARP ||
		memcmp(frame + at + 2, "\0\1\x08\0\6\4", 6) != 0)
		return 0;
	out[0] = frame + at + 2 + 14;
	out[1] = frame + at + 2 + 24;
	return 2;
}

static void
map_addresses(const struct wf_rewrite *r, uint8_t *frame, uint32_t n, const struct wf_parsed *p)
{
	bool ip = p->flags & WF_PARSE_IP;
	struct sums s = ip ? sums_of(frame, n, p) : (struct sums){ 0 };
	uint8_t *at[2], version, to[16];
	uint32_t count = addresses(frame, n, p, at, &version), bytes = version == 4 ? 4 : 16;

	for (uint32_t i = 0; i < count; i++)
		for (uint32_t m = 0; m < r->n_maps; m++) {
			if (r->map[m].version != version || !within(&r->map[m], at[i]))
				continue;
			move_prefix(&r->map[m], at[i], to, bytes);
			change(at[i], to, bytes, ip ? &s : NULL);
			break;
		}
}

void
wf_rewrite_unique(const struct wf_rewrite *r, uint8_t *frame, uint32_t n, uint64_t loop)
{
	const struct wf_rewrite_map *m = &r->unique;
	struct wf_parsed p;
	struct sums s = { 0 };
	uint8_t *at[2], version, to[16];
	uint32_t count, bytes;

	if (m->version == 0)
		return;
	wf_parse(frame, n, &p);
	if (p.flags & WF_PARSE_IP)
		s = sums_of(frame, n, &p);
	count = addresses(frame, n, &p, at, &version);
	bytes = version == 4 ? 4 : 16;
	for (uint32_t i = 0; i < count; i++) {
		if (m->version != version || !within(m, at[i]))
			continue;
		move_prefix(m, at[i], to, bytes);
		count_up(m, to, loop);
		change(at[i], to, bytes, p.flags & WF_PARSE_IP ? &s : NULL);
	}
}

/* ---- The rest ---- */

static void
set_ttl(const struct wf_rewrite *r, uint8_t *frame, const struct wf_parsed *p)
{
	uint8_t *at = frame + p->l3_offset + (p->key.family == 4 ? 8 : 7);
	int ttl = r->ttl > 0 ? r->ttl : *at + r->ttl;
	uint8_t to[2] = { (uint8_t)(ttl < 1 ? 1 : ttl), 0 };
	struct sums s = { .has_ip = true, .ip = frame + p->l3_offset + 10 };

	if (p->key.family != 4) {
		*at = to[0];
		return;
	}
	to[1] = at[1];
	change(at, to, 2, &s);
}

static void
map_ports(const struct wf_rewrite *r, uint8_t *frame, uint32_t n, const struct wf_parsed *p)
{
	struct sums s = { .l4 = l4_sum(frame, n, p), .udp = p->key.proto == PROTO_UDP };

	/* SCTP's checksum covers all its bytes: that would not be right any more. */
	if (p->key.proto != PROTO_TCP && p->key.proto != PROTO_UDP && p->key.proto != PROTO_DCCP)
		return;
	for (uint32_t side = 0; side < 2; side++) {
		uint8_t *at = frame + p->l4_offset + 2 * side, to[2];

		for (uint32_t i = 0; i < r->n_ports; i++) {
			if (get16(at) != r->port[i].from)
				continue;
			put16(to, r->port[i].to);
			change(at, to, 2, &s);
			break;
		}
	}
}

static uint32_t
set_vlan(const struct wf_rewrite *r, uint8_t *frame, uint32_t n)
{
	bool tagged = n >= MACS_BYTES + TAG_BYTES + 2 && is_tag(get16(frame + MACS_BYTES));

	if (r->vlan == WF_VLAN_PUSH) {
		memmove(frame + MACS_BYTES + TAG_BYTES, frame + MACS_BYTES, n - MACS_BYTES);
		/* The outer tag of two has a type of its own (IEEE 802.1ad). */
		put16(frame + MACS_BYTES, tagged ? TYPE_QINQ : TYPE_VLAN);
		put16(frame + MACS_BYTES + 2, r->vlan_id);
		return n + TAG_BYTES;
	}
	if (!tagged)
		return n;
	if (r->vlan == WF_VLAN_SET) {
		put16(frame + MACS_BYTES + 2,
			(uint16_t)((get16(frame + MACS_BYTES + 2) & 0xf000) | r->vlan_id));
		return n;
	}
	memmove(frame + MACS_BYTES, frame + MACS_BYTES + TAG_BYTES, n - MACS_BYTES - TAG_BYTES);
	return n - TAG_BYTES;
}

uint32_t
wf_rewrite_apply(const struct wf_rewrite *r, uint8_t *frame, uint32_t n)
{
	struct wf_parsed p;

	if (!r->any || n < MACS_BYTES + 2)
		return n;
	wf_parse(frame, n, &p);
	if (r->n_maps > 0)
		map_addresses(r, frame, n, &p);
	if (r->n_ports > 0 && (p.flags & WF_PARSE_PORTS))
		map_ports(r, frame, n, &p);
	if (r->ttl != 0 && (p.flags & WF_PARSE_IP))
		set_ttl(r, frame, &p);
	if (r->sets_dst)
		memcpy(frame, r->dst, sizeof(r->dst));
	if (r->sets_src)
		memcpy(frame + 6, r->src, sizeof(r->src));
	return r->vlan != WF_VLAN_KEEP ? set_vlan(r, frame, n) : n;
}

uint64_t
wf_rewrite_loops(const struct wf_rewrite *r)
{
	uint32_t bits = r->unique.bits - r->pool_bits;

	if (r->unique.version == 0)
		return UINT64_MAX;
	return 1ull << (bits < 56 ? bits : 56);
}
