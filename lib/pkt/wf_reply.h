/* SPDX-License-Identifier: BSD-3-Clause
 * Answers: a frame of our own to the sender of another, back the way that one came. Pure; worker
 * threads.
 */
#ifndef WF_REPLY_H
#define WF_REPLY_H

#include "wf_frame.h"

/* Bytes of the IP packet in the frame, as its header says; as the frame does, where the header
 * says nothing (0). The headers are complete up to l3_offset + 20 or 40. */
uint32_t wf_reply_ip_bytes(const uint8_t *data, uint32_t len_bytes, const struct wf_parsed *parsed);

/* Begins an answer to an IP packet: Ethernet addresses swapped, tags kept, an IP header from `from`
 * (an address of the packet's family, mapped if IPv4; NULL: the packet's destination) to its source
 * with room for n bytes of `proto` and the traffic class `tos`. Returns where these go. */
uint8_t *wf_reply_begin(const struct wf_frame *cause, const uint8_t from[16], uint8_t tos,
	uint8_t proto, uint32_t n, struct wf_forged *out);
/* Ends it: the checksum at field_offset of the n bytes behind the IP header. */
void wf_reply_end(const struct wf_frame *cause, uint8_t proto, uint32_t n, uint32_t field_offset,
	struct wf_forged *out);

#endif
