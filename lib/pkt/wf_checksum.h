/* SPDX-License-Identifier: BSD-3-Clause
 * Internet checksums: made from all bytes, or changed with the word that changed. Pure; worker
 * threads.
 *
 * RFC 1071 (the sum), RFC 1624 equation 3 (the change), RFC 768, 8200 and 9293 (pseudo headers).
 */
#ifndef WF_CHECKSUM_H
#define WF_CHECKSUM_H

#include "wf_parse.h"

/* The sum with n more bytes in it. Only the last piece may have an odd n. */
uint64_t wf_checksum_add(uint64_t sum, const void *bytes, size_t n);
/* The two bytes for the header: complement of the folded sum. */
void wf_checksum_store(uint64_t sum, uint8_t field[2]);
/* The same bytes after a 16-bit word at an even offset has changed; host order. What was wrong
 * stays as wrong. */
void wf_checksum_change(uint8_t field[2], uint16_t before, uint16_t after);

/* The sum of the pseudo header of n bytes of `proto` behind the IP header at `ip`, version 4 or 6
 * as its first byte says. */
uint64_t wf_checksum_pseudo(const uint8_t *ip, uint8_t proto, uint32_t n);

/* Makes the checksums of a frame right: of the IPv4 header, and of TCP, UDP, ICMP or ICMPv6 where
 * the packet is whole (no fragment, nothing cut off). UDP over IPv4 without a checksum stays
 * without. `parsed` is of these bytes. True: they are all right now. */
bool wf_checksum_repair(uint8_t *frame, uint32_t readable_bytes, const struct wf_parsed *parsed);

#endif
