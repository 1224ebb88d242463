/* SPDX-License-Identifier: BSD-3-Clause
 * Directions of a capture that was made at one interface. One thread.
 */
#include "wf_cap_side.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

int
wf_cap_options_split(struct wf_cap_options *o, const char *text, struct wf_err *err)
{
	if (strcmp(text, "first") == 0)
		return o->split = WF_CAP_FIRST, 0;
	o->split = strncmp(text, "mac=", 4) == 0 ? WF_CAP_MAC : WF_CAP_IP;
	if (o->split == WF_CAP_MAC && read_mac(text + 4, o->mac) == 0)
		return 0;
	if (strncmp(text, "ip=", 3) == 0 && read_prefix(text + 3, o) == 0)
		return 0;
	return wf_err_add(err, NULL,
		"Write mac=02:00:00:00:00:01 or ip=10.0.0.0/8, whose packets go from a to b, or "
		"first: those "
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

int
wf_cap_side(
	struct wf_cap_sides *s, const struct wf_cap_options *o, const uint8_t *frame, uint32_t n)
{
	const uint8_t *from;

	if (n < 12)
		return -1;
	from = frame + 6;
	if (!s->begun)
		memcpy(s->first, from, 6);
	s->begun = true;
	switch (o->split) {
	case WF_CAP_FIRST:
		return memcmp(from, s->first, 6) != 0;
	case WF_CAP_MAC:
		return memcmp(from, o->mac, 6) != 0;
	case WF_CAP_IP:
		return by_memory(s, from, by_address(o, frame, n));
	case WF_CAP_ALL:
		break;
	}
	return o->side;
}
