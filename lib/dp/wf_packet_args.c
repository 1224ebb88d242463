/* SPDX-License-Identifier: BSD-3-Clause
 * Arguments of packet ports. Control thread.
 */
#include "wf_packet_args.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wf_conf.h"
#include "wf_tpacket.h"

/* 2 KiB is the least for which a slot's head is not a burden, and what a page is a multiple of. */
#define SLOT_MIN  2048
#define SLOT_MAX  65536
#define SLOTS_MAX (1 << 18)
/* 8 MiB, or 70 ms at 60,000 packets a second. Rings are what the kernel can't swap. */
#define RX_SLOTS       4096
#define RX_SLOTS_JUMBO 1024
#define TX_SLOTS       1024
#define TX_SLOTS_JUMBO 256

struct key {
	const char *name;
	uint32_t lowest, highest;
	bool power; /* of two */
	uint32_t offset;
};

#define KEY(name, member, lowest, highest, power)                                                  \
	{                                                                                          \
		name, lowest, highest, power, (uint32_t)offsetof(struct wf_packet_args, member)    \
	}

static const struct key keys[] = {
	KEY("qpairs", qpairs, 1, WF_CONF_MAX_WORKERS, false),
	KEY("slot", slot_bytes, SLOT_MIN, SLOT_MAX, true),
	KEY("rx_slots", rx_slots, 64, SLOTS_MAX, true),
	KEY("tx_slots", tx_slots, 64, SLOTS_MAX, true),
};

uint32_t
wf_packet_slot_bytes(uint32_t frame_bytes)
{
	uint32_t slot = SLOT_MIN;

	while (slot < frame_bytes + WF_TPACKET_RX_HEAD)
		slot *= 2;
	return slot;
}

static int
set_number(const struct key *k, const char *text, struct wf_packet_args *out,
	const struct wf_where *where, struct wf_err *err)
{
	char *end;
	unsigned long long v = strtoull(text, &end, 10);

	if (text[0] < '0' || text[0] > '9' || *end || v < k->lowest || v > k->highest ||
		(k->power && (v & (v - 1)) != 0))
		return wf_err_add(err, where, NULL, "%s is %s%u to %u, not \"%s\"", k->name,
			k->power ? "a power of two from " : "", k->lowest, k->highest, text);
	*(uint32_t *)((char *)out + k->offset) = (uint32_t)v;
	return 0;
}

static int
set(const char *name, const char *value, struct wf_packet_args *out, const struct wf_where *where,
	struct wf_err *err)
{
	if (strcmp(name, "iface") == 0) {
		if (value[0] == '\0' || strlen(value) >= sizeof(out->iface))
			return wf_err_add(err, where, NULL,
				"\"%s\" is no name of a network interface", value);
		memcpy(out->iface, value, strlen(value) + 1);
		return 0;
	}
	if (strcmp(name, "qdisc") == 0) {
		if (strcmp(value, "on") != 0 && strcmp(value, "off") != 0)
			return wf_err_add(
				err, where, NULL, "qdisc is on or off, not \"%s\"", value);
		out->qdisc = strcmp(value, "on") == 0;
		return 0;
	}
	for (size_t i = 0; i < WF_ARRAY_SIZE(keys); i++)
		if (strcmp(name, keys[i].name) == 0)
			return set_number(&keys[i], value, out, where, err);
	return wf_err_add(err, where, "It takes iface, qpairs, slot, rx_slots, tx_slots and qdisc",
		"a packet port has no argument \"%s\"", name);
}

int
wf_packet_args_parse(const char *device, uint32_t frame_bytes, struct wf_packet_args *out,
	const struct wf_where *where, struct wf_err *err)
{
	char *copy = strdup(device), *rest = copy, *word;
	bool jumbo;
	int ret = 0;

	memset(out, 0, sizeof(*out));
	if (!copy)
		return wf_err_add(err, where, NULL, "out of memory"), -ENOMEM;
	strsep(&rest, ","); /* the kind itself */
	while (ret == 0 && (word = strsep(&rest, ",")) != NULL) {
		char *value = strchr(word, '=');

		if (value)
			*value++ = '\0';
		ret = set(word, value ? value : "", out, where, err);
	}
	free(copy);
	if (ret == 0 && out->iface[0] == '\0')
		ret = wf_err_add(err, where, "Such as packet,iface=eth1",
			"a packet port needs the interface to stand on");
	if (ret == 0 && out->slot_bytes == 0)
		out->slot_bytes = wf_packet_slot_bytes(frame_bytes);
	if (ret == 0 && out->slot_bytes < frame_bytes + WF_TPACKET_RX_HEAD)
		ret = wf_err_add(err, where, "Leave it out, or lower `mtu`",
			"slot=%u is too small for frames of %u bytes", out->slot_bytes,
			frame_bytes);
	if (ret < 0)
		return ret;
	jumbo = out->slot_bytes > SLOT_MIN;
	out->rx_slots = out->rx_slots ? out->rx_slots : jumbo ? RX_SLOTS_JUMBO : RX_SLOTS;
	out->tx_slots = out->tx_slots ? out->tx_slots : jumbo ? TX_SLOTS_JUMBO : TX_SLOTS;
	return 0;
}
