/* SPDX-License-Identifier: BSD-3-Clause
 * Explicit congestion notification (RFC 3168): the mark that stands for a drop. Pure.
 */
#ifndef WF_ECN_H
#define WF_ECN_H

#include "wf_checksum.h"

#define WF_ECN_CE 3

/* Sets Congestion Experienced in an IP header that is in the frame, and keeps the checksum right
 * (RFC 1624). What is not IP stays as it is. */
static inline void
wf_ecn_mark(uint8_t *frame, const struct wf_parsed *parsed)
{
	uint8_t *ip = frame + parsed->l3_offset;
	uint16_t before;

	if ((parsed->flags & WF_PARSE_IP) == 0)
		return;
	if (ip[0] >> 4 == 6) {
		ip[1] |= WF_ECN_CE << 4;
		return;
	}
	before = (uint16_t)(ip[0] << 8 | ip[1]);
	ip[1] |= WF_ECN_CE;
	wf_checksum_change(ip + 10, before, (uint16_t)(ip[0] << 8 | ip[1]));
}

#endif
