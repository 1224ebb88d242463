/* SPDX-License-Identifier: BSD-3-Clause
 * ICMP and ICMPv6 errors. Pure; worker threads.
 */
#include "wf_icmp.h"

#include "wf_reply.h"

enum { ICMP = 1, ICMPV6 = 58, ICMP_BYTES = 8, REDIRECT6 = 137 };
/* What is left for the packet itself. */
enum { QUOTE4 = 576 - 20 - ICMP_BYTES, QUOTE6 = 1280 - 40 - ICMP_BYTES };

/* Multicast, broadcast and class E: 224.0.0.0 and above. */
static bool
one_host4(const uint8_t *a)
{
	return a[0] != 0 && a[0] != 127 && a[0] < 224;
}

static bool
is_error4(uint8_t type)
{
	return type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
}

bool
wf_icmp_may_answer(const uint8_t *data, uint32_t readable_bytes, const struct wf_parsed *parsed)
{
	static const uint8_t zeros[16];
	const uint8_t *ip = data + parsed->l3_offset;
	uint32_t l4 = parsed->l4_offset;
	uint8_t proto = parsed->key.proto;

	if (!(parsed->flags & WF_PARSE_IP) || (data[0] & 1))
		return false;
	if (proto == (parsed->key.family == 4 ? ICMP : ICMPV6) && (l4 == 0 || l4 >= readable_bytes))
		return false;
	if (parsed->key.family == 4)
		return one_host4(ip + 12) && one_host4(ip + 16) && (ip[6] & 0x1f) == 0 &&
		       ip[7] == 0 && !(proto == ICMP && is_error4(data[l4]));
	return ip[8] != 0xff && ip[24] != 0xff && memcmp(ip + 8, zeros, 16) != 0 &&
	       !(proto == ICMPV6 && (data[l4] < 128 || data[l4] == REDIRECT6));
}

void
wf_icmp_error(const struct wf_frame *cause, uint8_t type, uint8_t code, uint32_t word,
	const uint8_t from[16], struct wf_forged *out)
{
	bool v4 = cause->parsed->key.family == 4;
	const uint8_t *ip = cause->data + cause->parsed->l3_offset;
	uint32_t n = wf_reply_ip_bytes(cause->data, cause->len_bytes, cause->parsed);
	uint32_t most = v4 ? QUOTE4 : QUOTE6;
	uint8_t proto = v4 ? ICMP : ICMPV6, *p;

	if (most > cause->readable_bytes - cause->parsed->l3_offset)
		most = cause->readable_bytes - cause->parsed->l3_offset;
	n = ICMP_BYTES + (n < most ? n : most);
	p = wf_reply_begin(cause, from, v4 ? 0xc0 : 0, proto, n, out);
	p[0] = type;
	p[1] = code;
	word = htobe32(word);
	memcpy(p + 4, &word, sizeof(word));
	memcpy(p + ICMP_BYTES, ip, n - ICMP_BYTES);
	wf_reply_end(cause, proto, n, 2, out);
}
