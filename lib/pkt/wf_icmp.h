/* SPDX-License-Identifier: BSD-3-Clause
 * ICMP and ICMPv6 errors about a packet: whether one may be sent, and what it looks like. Pure;
 * worker threads.
 *
 * RFC 792 and 4443 (form), RFC 1812, sections 4.3.2.3 to 4.3.2.7 (as much of the packet as 576
 * bytes hold, precedence 6, when not to answer), RFC 4443, section 2.4 (as much as 1280 hold).
 */
#ifndef WF_ICMP_H
#define WF_ICMP_H

#include "wf_frame.h"

/* No error is sent about another error, fragments but the first, what goes to a group or to all, or
 * what comes from no single host. */
bool wf_icmp_may_answer(
	const uint8_t *data, uint32_t readable_bytes, const struct wf_parsed *parsed);
/* The error; `word` is what stands behind the checksum, `from` as in wf_reply_begin. */
void wf_icmp_error(const struct wf_frame *cause, uint8_t type, uint8_t code, uint32_t word,
	const uint8_t from[16], struct wf_forged *out);

#endif
