/* SPDX-License-Identifier: BSD-3-Clause
 * A slot of a packet socket's receive ring (TPACKET_V2), taken apart: where the frame lies, the
 * VLAN tag that the kernel keeps beside it, and when it came. Pure functions: a slot is bytes that
 * somebody else has written.
 */
#ifndef WF_TPACKET_H
#define WF_TPACKET_H

#include "wf_types.h"

#define WF_TPACKET_TAG_BYTES 4
/* Bytes of a slot before a received frame: the header, the address, and what aligns the network
 * header (kernel, tpacket_rcv). The frame of a slot to be sent begins earlier. */
#define WF_TPACKET_RX_HEAD 66
#define WF_TPACKET_TX_HEAD 32

enum wf_tpacket_is {
	WF_TPACKET_FRAME,
	WF_TPACKET_OURS, /* the host has sent it, not received */
	WF_TPACKET_CUT,  /* it was longer than the slot */
	WF_TPACKET_BAD,  /* what stands there makes no sense */
};

struct wf_tpacket {
	const uint8_t *data; /* in the slot, without the tag */
	uint32_t data_bytes;
	uint32_t tag; /* in front of the Ethernet type, as on the wire (big endian); 0: none */
	uint64_t realtime_ns;
};

/* Takes the slot of slot_bytes apart. *out is filled for WF_TPACKET_FRAME. */
enum wf_tpacket_is wf_tpacket_parse(
	const uint8_t *slot, uint32_t slot_bytes, struct wf_tpacket *out);

static inline uint32_t
wf_tpacket_bytes(const struct wf_tpacket *t)
{
	return t->data_bytes + (t->tag ? WF_TPACKET_TAG_BYTES : 0);
}

/* Writes the frame as it was on the wire: wf_tpacket_bytes(t) bytes. */
void wf_tpacket_copy(const struct wf_tpacket *t, uint8_t *to);

#endif
