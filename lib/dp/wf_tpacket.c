/* SPDX-License-Identifier: BSD-3-Clause
 * Slots of a receive ring: Documentation/networking/packet_mmap.rst of Linux. Worker threads.
 */
#include "wf_tpacket.h"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <rte_memcpy.h>
#include <string.h>

#define ETHERNET_BYTES  14
#define ADDRESSES_BYTES 12
#define TPID_8021Q      0x8100

static_assert(WF_TPACKET_RX_HEAD == TPACKET_ALIGN(TPACKET2_HDRLEN + 16) - ETHERNET_BYTES, "kernel");
static_assert(WF_TPACKET_TX_HEAD == TPACKET2_HDRLEN - sizeof(struct sockaddr_ll), "kernel");

enum wf_tpacket_is
wf_tpacket_parse(const uint8_t *slot, uint32_t slot_bytes, struct wf_tpacket *out)
{
	const struct tpacket2_hdr *h = (const struct tpacket2_hdr *)slot;
	const struct sockaddr_ll *from =
		(const struct sockaddr_ll *)(slot + TPACKET_ALIGN(sizeof(*h)));

	if (slot_bytes < TPACKET2_HDRLEN)
		return WF_TPACKET_BAD;
	if (from->sll_pkttype == PACKET_OUTGOING)
		return WF_TPACKET_OURS;
	if (h->tp_snaplen < h->tp_len)
		return WF_TPACKET_CUT;
	if (h->tp_mac < TPACKET2_HDRLEN || h->tp_mac > slot_bytes ||
		h->tp_len > slot_bytes - h->tp_mac || h->tp_len < ETHERNET_BYTES)
		return WF_TPACKET_BAD;
	out->data = slot + h->tp_mac;
	out->data_bytes = h->tp_len;
	out->realtime_ns = (uint64_t)h->tp_sec * WF_NS_PER_S + h->tp_nsec;
	out->tag = 0;
	if (h->tp_status & TP_STATUS_VLAN_VALID) {
		uint32_t tpid = h->tp_status & TP_STATUS_VLAN_TPID_VALID ? h->tp_vlan_tpid : 0;

		out->tag = htonl((tpid ? tpid : TPID_8021Q) << 16 | h->tp_vlan_tci);
	}
	return WF_TPACKET_FRAME;
}

void
wf_tpacket_copy(const struct wf_tpacket *t, uint8_t *to)
{
	if (WF_LIKELY(t->tag == 0)) {
		rte_memcpy(to, t->data, t->data_bytes);
		return;
	}
	memcpy(to, t->data, ADDRESSES_BYTES);
	memcpy(to + ADDRESSES_BYTES, &t->tag, WF_TPACKET_TAG_BYTES);
	memcpy(to + ADDRESSES_BYTES + WF_TPACKET_TAG_BYTES, t->data + ADDRESSES_BYTES,
		t->data_bytes - ADDRESSES_BYTES);
}
