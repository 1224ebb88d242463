/* SPDX-License-Identifier: BSD-3-Clause
 * What stages want to know of a TCP segment (RFC 9293, section 3.1). Pure; worker threads.
 */
#ifndef WF_TCP_H
#define WF_TCP_H

#include <endian.h>
#include <string.h>

#include "wf_reply.h"

#define WF_TCP_PROTO 6
#define WF_TCP_BYTES 20 /* of a header without options */

enum wf_tcp_flags { WF_TCP_FIN = 0x01, WF_TCP_SYN = 0x02, WF_TCP_RST = 0x04, WF_TCP_ACK = 0x10 };

struct wf_tcp {
	uint8_t flags;
	uint32_t seq;
	uint32_t data_bytes;
};

/* False for what is no whole TCP header of a packet that is no fragment. (A packet that came to its
 * queue before bytes were asked for has none: data is NULL.) */
static inline bool
wf_tcp_read(const uint8_t *data, uint32_t readable_bytes, uint32_t len_bytes,
	const struct wf_parsed *parsed, struct wf_tcp *t)
{
	uint32_t header, total, seq;
	const uint8_t *tcp;

	if (parsed->key.proto != WF_TCP_PROTO || !(parsed->flags & WF_PARSE_PORTS) ||
		(parsed->flags & WF_PARSE_FRAGMENT) ||
		parsed->l4_offset + WF_TCP_BYTES > readable_bytes)
		return false;
	tcp = data + parsed->l4_offset;
	header = parsed->l4_offset - parsed->l3_offset + (tcp[12] >> 4) * 4u;
	total = wf_reply_ip_bytes(data, len_bytes, parsed);
	if (tcp[12] >> 4 < 5 || header > total || parsed->l3_offset + total > len_bytes)
		return false;
	memcpy(&seq, tcp + 4, sizeof(seq));
	*t = (struct wf_tcp){ tcp[13], be32toh(seq), total - header };
	return true;
}

#endif
