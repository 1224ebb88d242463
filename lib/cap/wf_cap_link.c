/* SPDX-License-Identifier: BSD-3-Clause
 * Link types (www.tcpdump.org/linktypes.html): names, and the way to Ethernet. One thread.
 */
#include "wf_cap_link.h"

#include <stdio.h>
#include <string.h>

#define TYPE_IP4 0x0800
#define TYPE_IP6 0x86dd

enum form { NONE, RAW, IP4, IP6, SLL, SLL2, NULLED, LOOP };

/* For a link type that no form fits: `editcap -C BYTES -T TYPE` cuts its header off. */
static const char bare_ip[] =
	"editcap -C 4 -T rawip IN OUT leaves bare IP packets; then --link-type ethernet";
static const struct link {
	uint32_t type;
	const char *name;
	enum form form;
	const char *hint;
} links[] = {
	{ 0, "NULL", NULLED, NULL },
	{ 1, "EN10MB", NONE, NULL },
	{ 9, "PPP", NONE, bare_ip },
	{ 12, "RAW", RAW, NULL },
	{ 14, "RAW", RAW, NULL },
	{ 50, "PPP_SERIAL", NONE, bare_ip },
	{ 101, "RAW", RAW, NULL },
	{ 104, "C_HDLC", NONE, bare_ip },
	{ 105, "IEEE802_11", NONE, NULL },
	{ 108, "LOOP", LOOP, NULL },
	{ 113, "LINUX_SLL", SLL, NULL },
	{ 119, "PRISM_HEADER", NONE, NULL },
	{ 127, "IEEE802_11_RADIO", NONE, NULL },
	{ 189, "USB_LINUX", NONE, NULL },
	{ 192, "PPI", NONE, NULL },
	{ 195, "IEEE802_15_4", NONE, NULL },
	{ 201, "BLUETOOTH_HCI_H4_WITH_PHDR", NONE, NULL },
	{ 220, "USB_LINUX_MMAPPED", NONE, NULL },
	{ 228, "IPV4", IP4, NULL },
	{ 229, "IPV6", IP6, NULL },
	{ 253, "NETLINK", NONE, NULL },
	{ 276, "LINUX_SLL2", SLL2, NULL },
};

static const struct link *
find(uint32_t type)
{
	for (size_t i = 0; i < WF_ARRAY_SIZE(links); i++)
		if (links[i].type == type)
			return &links[i];
	return NULL;
}

const char *
wf_cap_link_name(uint32_t type, char out[32])
{
	const struct link *l = find(type);

	if (l != NULL)
		snprintf(out, 32, "%s", l->name);
	else
		snprintf(out, 32, "type %u", type);
	return out;
}

bool
wf_cap_link_converts(uint32_t type)
{
	const struct link *l = find(type);

	return l != NULL && l->form != NONE;
}

const char *
wf_cap_link_hint(uint32_t type)
{
	const struct link *l = find(type);

	if (l != NULL && l->form != NONE)
		return "--link-type ethernet turns it into Ethernet";
	return l != NULL && l->hint != NULL
		       ? l->hint
		       : "No command turns it into Ethernet: capture on an Ethernet interface";
}

static void
put_type(uint8_t header[WF_CAP_ETHERNET_BYTES], uint32_t type)
{
	header[12] = (uint8_t)(type >> 8);
	header[13] = (uint8_t)type;
}

/* Bare IP says its version. Returns 0: nothing goes. */
static int
raw(const struct wf_cap_record *r, uint8_t header[WF_CAP_ETHERNET_BYTES])
{
	if (r->cap_bytes < 1)
		return -1;
	put_type(header, r->data[0] >> 4 == 6 ? TYPE_IP6 : TYPE_IP4);
	return 0;
}

/* The address of the sender, where it is one of Ethernet. */
static void
sender(uint8_t header[WF_CAP_ETHERNET_BYTES], const uint8_t *address, uint32_t bytes)
{
	static const uint8_t none[6];

	if (bytes == 6 && memcmp(address, none, 6) != 0)
		memcpy(header + 6, address, 6);
}

/* An address family of BSD: AF_INET is 2 everywhere, AF_INET6 24, 28, 30 or, here, 10. */
static int
family(uint32_t value, uint8_t header[WF_CAP_ETHERNET_BYTES])
{
	put_type(header, value == 2 ? TYPE_IP4 : TYPE_IP6);
	return value == 2 || value == 10 || value == 24 || value == 28 || value == 30 ? 4 : -1;
}

int
wf_cap_link_convert(const struct wf_cap_options *o, const struct wf_cap_record *r,
	uint8_t header[WF_CAP_ETHERNET_BYTES])
{
	const uint8_t *d = r->data;

	memcpy(header, o->dst, 6);
	memcpy(header + 6, o->src, 6);
	switch (find(r->link_type)->form) {
	case RAW:
		return raw(r, header);
	case IP4:
	case IP6:
		put_type(header, find(r->link_type)->form == IP4 ? TYPE_IP4 : TYPE_IP6);
		return 0;
	case SLL: /* packet type, ARPHRD, length of the address, address, protocol */
		if (r->cap_bytes < 16)
			return -1;
		sender(header, d + 6, (uint32_t)(d[4] << 8 | d[5]));
		memcpy(header + 12, d + 14, 2);
		return 16;
	case SLL2: /* protocol, 0, interface, ARPHRD, packet type, length of the address, address */
		if (r->cap_bytes < 20)
			return -1;
		sender(header, d + 12, d[11]);
		memcpy(header + 12, d, 2);
		return 20;
	case NULLED: /* in the byte order of whoever captured */
		if (r->cap_bytes < 4)
			return -1;
		return family(d[0] != 0 ? d[0] : d[3], header);
	case LOOP:
		if (r->cap_bytes < 4)
			return -1;
		return family(d[3], header);
	case NONE:
		break;
	}
	return -1;
}
