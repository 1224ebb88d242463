/* SPDX-License-Identifier: BSD-3-Clause
 * Directions of a capture that was made at one interface. One thread.
 */
#include "wf_cap_side.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wf_parse.h"

/* ---- Options ---- */

static int
read_mac(const char *text, uint8_t mac[6])
{
	unsigned v[6];
	int end = -1;

	if (sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x%n", &v[0], &v[1], &v[2], &v[3], &v[4], &v[5],
		    &end) != 6 ||
		end < 0 || text[end] != '\0')
		return -EINVAL;
	for (int i = 0; i < 6; i++)
		mac[i] = (uint8_t)v[i];
	return 0;
}

static int
read_prefix(const char *text, struct wf_cap_options *o)
{
	char address[64], *slash, *end;
	unsigned long bits;

	snprintf(address, sizeof(address), "%s", text);
	slash = strchr(address, '/');
	if (slash != NULL)
		*slash++ = '\0';
	o->ip_version = strchr(address, ':') != NULL ? 6 : 4;
	if (inet_pton(o->ip_version == 6 ? AF_INET6 : AF_INET, address, o->ip) != 1)
		return -EINVAL;
	bits = slash != NULL ? strtoul(slash, &end, 10) : (o->ip_version == 6 ? 128 : 32);
	if (slash != NULL && (*slash < '0' || *slash > '9' || *end != '\0'))
		return -EINVAL;
	o->ip_bits = (uint8_t)bits;
	return bits <= (o->ip_version == 6 ? 128 : 32) ? 0 : -EINVAL;
}

/* "port=443", "interface=1". */
static int
read_index(const char *text, uint32_t max, uint32_t *out)
{
	char *end;
	unsigned long v = strtoul(text, &end, 10);

	*out = (uint32_t)v;
	return *text >= '0' && *text <= '9' && *end == 0 && v <= max ? 0 : -EINVAL;
}

int
wf_cap_options_split(struct wf_cap_options *o, const char *text, struct wf_err *err)
{
	static const struct {
		const char *name;
		enum wf_cap_split split;
	} rules[] = { { "mac=", WF_CAP_MAC }, { "ip=", WF_CAP_IP }, { "port=", WF_CAP_PORT },
		{ "interface=", WF_CAP_IFACE } };
	int rc = -EINVAL;

	o->split = strcmp(text, "first") == 0 ? WF_CAP_FIRST : WF_CAP_SYN;
	if (o->split == WF_CAP_FIRST || strcmp(text, "syn") == 0)
		return 0;
	for (size_t i = 0; i < WF_ARRAY_SIZE(rules); i++) {
		size_t n = strlen(rules[i].name);

		if (strncmp(text, rules[i].name, n) != 0)
			continue;
		o->split = rules[i].split;
		rc = o->split == WF_CAP_MAC  ? read_mac(text + n, o->mac)
		     : o->split == WF_CAP_IP ? read_prefix(text + n, o)
					     : read_index(text + n, 65535, &o->port_or_iface);
	}
	if (rc == 0)
		return 0;
	return wf_err_add(err, NULL,
		"Write mac=02:00:00:00:00:01 or ip=10.0.0.0/8, whose packets go from a to b; "
		"port=443 or syn: those of clients; interface=0 of a pcapng file; or first: those "
		"of the sender of the first frame",
		"--split \"%s\" says nothing about directions", text);
}

int
wf_cap_options_link_type(struct wf_cap_options *o, const char *text, struct wf_err *err)
{
	char src[32] = "", dst[32] = "";

	o->convert = true;
	if (strcmp(text, "ethernet") == 0)
		return 0;
	if (sscanf(text, "ethernet,%31[^,],%31s", src, dst) == 2 && read_mac(src, o->src) == 0 &&
		read_mac(dst, o->dst) == 0)
		return 0;
	return wf_err_add(err, NULL,
		"Write --link-type ethernet, or ethernet,02:00:00:00:00:01,02:00:00:00:00:02 with "
		"the addresses "
		"that frames get",
		"--link-type \"%s\" is nothing that frames can become", text);
}

/* ---- Packets ---- */

static bool
within(const struct wf_cap_options *o, const uint8_t *ip)
{
	uint32_t whole = o->ip_bits / 8, rest = o->ip_bits % 8;

	if (memcmp(ip, o->ip, whole) != 0)
		return false;
	return rest == 0 || (ip[whole] ^ o->ip[whole]) >> (8 - rest) == 0;
}

/* Behind VLAN tags. Returns the offset of what `type` says, or 0: too short. */
static uint32_t
behind_tags(const uint8_t *frame, uint32_t n, uint32_t *type)
{
	uint32_t at = 12;

	for (;;) {
		if (n < at + 2)
			return 0;
		*type = (uint32_t)(frame[at] << 8 | frame[at + 1]);
		at += 2;
		if (*type != 0x8100 && *type != 0x88a8 && *type != 0x9100)
			return at;
		at += 2;
	}
}

/* Addresses of the sender and the receiver, of the wanted version; NULL: there are none. */
static const uint8_t *
addresses(const struct wf_cap_options *o, const uint8_t *frame, uint32_t n, const uint8_t **to)
{
	uint32_t type, at = behind_tags(frame, n, &type);

	if (at == 0)
		return NULL;
	if (o->ip_version == 4 && type == 0x0800 && n >= at + 20) {
		*to = frame + at + 16;
		return frame + at + 12;
	}
	if (o->ip_version == 4 && type == 0x0806 && n >= at + 28) { /* ARP */
		*to = frame + at + 24;
		return frame + at + 14;
	}
	if (o->ip_version == 6 && type == 0x86dd && n >= at + 40) {
		*to = frame + at + 24;
		return frame + at + 8;
	}
	return NULL;
}

static int
by_address(const struct wf_cap_options *o, const uint8_t *frame, uint32_t n)
{
	const uint8_t *to = NULL, *from = addresses(o, frame, n, &to);

	if (from == NULL)
		return -1;
	if (within(o, from))
		return 0;
	return within(o, to) ? 1 : -1;
}

/* Learns the side of the sender, or remembers it. */
static int
by_memory(struct wf_cap_sides *s, const uint8_t *mac, int side)
{
	uint32_t at = (mac[5] | (uint32_t)mac[4] << 8 | (uint32_t)mac[3] << 16) * 2654435761u >> 22;

	for (uint32_t i = 0; i < 8; i++, at = (at + 1) % WF_CAP_SIDES) {
		if (s->host[at].side == 0) {
			if (side >= 0) {
				memcpy(s->host[at].mac, mac, 6);
				s->host[at].side = (uint8_t)(side + 1);
			}
			return side;
		}
		if (memcmp(s->host[at].mac, mac, 6) == 0) {
			if (side >= 0)
				s->host[at].side = (uint8_t)(side + 1);
			return s->host[at].side - 1;
		}
	}
	return side;
}

/* A number for what is sent from one to the other. */
static uint64_t
sent_key(const struct wf_flow_key *k, bool back)
{
	const uint8_t *piece[] = { back ? k->dst : k->src, back ? k->src : k->dst,
		back ? k->dport : k->sport, back ? k->sport : k->dport };
	uint64_t h = 0xcbf29ce484222325ull; /* FNV-1a */

	for (uint32_t i = 0; i < WF_ARRAY_SIZE(piece); i++)
		for (uint32_t b = 0; b < (i < 2 ? 16 : 2); b++)
			h = (h ^ piece[i][b]) * 0x100000001b3ull;
	return (h ^ h >> 29) | 1;
}

/* Of a connection: learns its side, or remembers it. One that finds no room takes an old one's. */
static int
by_connection(struct wf_cap_sides *s, uint64_t key, int side)
{
	uint32_t at = (uint32_t)(key >> 40) % WF_CAP_CONNECTIONS, i = 0;

	while (i < 8 && s->sent[at].key != key && s->sent[at].key != 0) {
		at = (at + 1) % WF_CAP_CONNECTIONS;
		i++;
	}
	if (side >= 0) {
		s->sent[at].key = key;
		s->sent[at].side = (uint8_t)side;
	}
	return s->sent[at].key == key ? s->sent[at].side : -1;
}

enum { TCP = 6, TCP_FLAGS_AT = 13, TCP_SYN = 2, TCP_ACK = 16 };

static int
by_syn(struct wf_cap_sides *s, const struct wf_parsed *parsed, const uint8_t *frame, uint32_t n)
{
	uint32_t at = parsed->l4_offset + TCP_FLAGS_AT;
	int side = -1;

	if (!(parsed->flags & WF_PARSE_PORTS) || parsed->key.proto != TCP)
		return -1;
	if (at < n && (frame[at] & TCP_SYN)) {
		side = (frame[at] & TCP_ACK) != 0;
		by_connection(s, sent_key(&parsed->key, true), !side);
	}
	return by_connection(s, sent_key(&parsed->key, false), side);
}

static int
by_port(uint32_t port, const struct wf_parsed *parsed)
{
	bool to = (uint32_t)(parsed->key.dport[0] << 8 | parsed->key.dport[1]) == port;
	bool from = (uint32_t)(parsed->key.sport[0] << 8 | parsed->key.sport[1]) == port;

	return (parsed->flags & WF_PARSE_PORTS) && to != from ? from : -1;
}

int
wf_cap_side(struct wf_cap_sides *s, const struct wf_cap_options *o, const struct wf_cap_packet *p)
{
	const uint8_t *frame = p->data, *from = frame + 6;
	struct wf_parsed parsed;

	if (o->split == WF_CAP_IFACE)
		return p->iface != o->port_or_iface;
	if (p->cap_bytes < 12)
		return -1;
	if (!s->begun)
		memcpy(s->first, from, 6);
	s->begun = true;
	if (o->split == WF_CAP_PORT || o->split == WF_CAP_SYN)
		wf_parse(frame, p->cap_bytes, &parsed);
	switch (o->split) {
	case WF_CAP_FIRST:
		return memcmp(from, s->first, 6) != 0;
	case WF_CAP_MAC:
		return memcmp(from, o->mac, 6) != 0;
	case WF_CAP_IP:
		return by_memory(s, from, by_address(o, frame, p->cap_bytes));
	case WF_CAP_PORT:
		return by_memory(s, from, by_port(o->port_or_iface, &parsed));
	case WF_CAP_SYN:
		return by_memory(s, from, by_syn(s, &parsed, frame, p->cap_bytes));
	case WF_CAP_IFACE:
	case WF_CAP_ALL:
		break;
	}
	return o->side;
}
