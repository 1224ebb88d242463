/* SPDX-License-Identifier: BSD-3-Clause
 * Answers: Ethernet, tags, IP header and checksums. Pure; worker threads.
 */
#include "wf_reply.h"

#include "wf_checksum.h"

enum { PROTO_ICMP = 1, PROTO_UDP = 17, HOPS = 64, IPV4_BYTES = 20, IPV6_BYTES = 40 };

static void
put16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

uint32_t
wf_reply_ip_bytes(const uint8_t *data, uint32_t len_bytes, const struct wf_parsed *parsed)
{
	const uint8_t *ip = data + parsed->l3_offset;
	bool v4 = parsed->key.family == 4;
	uint32_t stated = v4 ? (uint32_t)ip[2] << 8 | ip[3] : (uint32_t)ip[4] << 8 | ip[5];

	if (stated == 0)
		return len_bytes - parsed->l3_offset;
	return v4 ? stated : stated + IPV6_BYTES;
}

/* RFC 791; an atomic packet, whose identification is 0 (RFC 6864). */
static void
put_ipv4(uint8_t *ip, const uint8_t *cause, const uint8_t from[16], uint8_t tos, uint8_t proto,
	uint32_t n)
{
	memset(ip, 0, IPV4_BYTES);
	ip[0] = 0x45;
	ip[1] = tos;
	put16(ip + 2, IPV4_BYTES + n);
	ip[6] = 0x40;
	ip[8] = HOPS;
	ip[9] = proto;
	memcpy(ip + 12, from != NULL ? from + 12 : cause + 16, 4);
	memcpy(ip + 16, cause + 12, 4);
	wf_checksum_store(wf_checksum_add(0, ip, IPV4_BYTES), ip + 10);
}

static void
put_ipv6(uint8_t *ip, const uint8_t *cause, const uint8_t from[16], uint8_t tos, uint8_t proto,
	uint32_t n)
{
	memset(ip, 0, 4);
	ip[0] = (uint8_t)(0x60 | tos >> 4);
	ip[1] = (uint8_t)(tos << 4);
	put16(ip + 4, n);
	ip[6] = proto;
	ip[7] = HOPS;
	memcpy(ip + 8, from != NULL ? from : cause + 24, 16);
	memcpy(ip + 24, cause + 8, 16);
}

uint8_t *
wf_reply_begin(const struct wf_frame *cause, const uint8_t from[16], uint8_t tos, uint8_t proto,
	uint32_t n, struct wf_forged *out)
{
	uint32_t l3 = cause->parsed->l3_offset;
	const uint8_t *in = cause->data + l3;
	bool v4 = cause->parsed->key.family == 4;
	uint8_t *ip = out->data + l3;

	assert(l3 + IPV6_BYTES + n <= WF_FORGED_BYTES);
	out->reverse = true;
	out->delay_ns = 0;
	memcpy(out->data, cause->data + 6, 6);
	memcpy(out->data + 6, cause->data, 6);
	memcpy(out->data + 12, cause->data + 12, l3 - 12);
	(v4 ? put_ipv4 : put_ipv6)(ip, in, from, tos, proto, n);
	out->len_bytes = l3 + (v4 ? IPV4_BYTES : IPV6_BYTES) + n;
	return out->data + out->len_bytes - n;
}

void
wf_reply_end(const struct wf_frame *cause, uint8_t proto, uint32_t n, uint32_t field_offset,
	struct wf_forged *out)
{
	const uint8_t *ip = out->data + cause->parsed->l3_offset;
	uint8_t *l4 = out->data + out->len_bytes - n, *field = l4 + field_offset;
	uint64_t sum = proto == PROTO_ICMP ? 0 : wf_checksum_pseudo(ip, proto, n);

	field[0] = field[1] = 0;
	wf_checksum_store(wf_checksum_add(sum, l4, n), field);
	if (proto == PROTO_UDP && field[0] == 0 && field[1] == 0)
		field[0] = field[1] = 0xff; /* RFC 768: 0 would be none */
}
