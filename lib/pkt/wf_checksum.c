/* SPDX-License-Identifier: BSD-3-Clause
 * Internet checksums. Pure; worker threads.
 *
 * The ones' complement sum doesn't care about byte order, so words are added as they are in
 * memory, four bytes at a time into 64 bits: room for 2^32 of them.
 */
#include "wf_checksum.h"

enum { ICMP = 1, TCP = 6, UDP = 17, ICMPV6 = 58, IPV6_BYTES = 40 };

static uint16_t
load16(const uint8_t *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static uint16_t
fold(uint64_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

uint64_t
wf_checksum_add(uint64_t sum, const void *bytes, size_t n)
{
	const uint8_t *p = bytes;

	for (; n >= 4; p += 4, n -= 4) {
		uint32_t v;

		memcpy(&v, p, sizeof(v));
		sum += v;
	}
	if (n >= 2) {
		sum += load16(p);
		p += 2;
		n -= 2;
	}
	if (n > 0) {
		const uint8_t last[2] = { *p, 0 };

		sum += load16(last);
	}
	return sum;
}

void
wf_checksum_store(uint64_t sum, uint8_t field[2])
{
	uint16_t v = (uint16_t)~fold(sum);

	memcpy(field, &v, sizeof(v));
}

void
wf_checksum_change(uint8_t field[2], uint16_t before, uint16_t after)
{
	/* HC' = ~(~HC + ~m + m') */
	wf_checksum_store(
		(uint64_t)(uint16_t)~load16(field) + (uint16_t)~htobe16(before) + htobe16(after),
		field);
}

uint64_t
wf_checksum_pseudo(const uint8_t *ip, uint8_t proto, uint32_t n)
{
	const uint8_t end[8] = { (uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8),
		(uint8_t)n, 0, 0, 0, proto };
	bool six = ip[0] >> 4 == 6;

	return wf_checksum_add(
		wf_checksum_add(0, end, sizeof(end)), ip + (six ? 8 : 12), six ? 32 : 8);
}

/* Where the checksum of the layer above IP stands; 0: it has none that we know, or there are too
 * few bytes for it. */
static uint32_t
field_of(const struct wf_parsed *parsed, uint32_t n)
{
	bool four = parsed->key.family == 4;
	uint32_t at = 0;

	if (parsed->key.proto == TCP)
		at = 16;
	else if (parsed->key.proto == UDP)
		at = 6;
	else if (parsed->key.proto == (four ? ICMP : ICMPV6))
		at = 2;
	return n >= at + 2 ? at : 0;
}

bool
wf_checksum_repair(uint8_t *frame, uint32_t readable_bytes, const struct wf_parsed *parsed)
{
	uint8_t *ip = frame + parsed->l3_offset, *l4 = frame + parsed->l4_offset;
	bool four = parsed->key.family == 4, udp;
	uint32_t stated, end, n, at;
	uint64_t sum = 0;

	if (!(parsed->flags & WF_PARSE_IP))
		return true;
	if (four) {
		ip[10] = ip[11] = 0;
		wf_checksum_store(wf_checksum_add(0, ip, (ip[0] & 0x0fu) * 4), ip + 10);
	}
	if (parsed->l4_offset == 0 || (parsed->flags & WF_PARSE_FRAGMENT))
		return !(parsed->flags & (WF_PARSE_FRAGMENT | WF_PARSE_TRUNCATED));
	stated = four ? be16toh(load16(ip + 2)) : be16toh(load16(ip + 4));
	if (!four && stated != 0)
		stated += IPV6_BYTES;
	end = stated == 0 ? readable_bytes : parsed->l3_offset + stated;
	if (end > readable_bytes || end < parsed->l4_offset)
		return false;
	n = end - parsed->l4_offset;
	at = field_of(parsed, n);
	if (at == 0)
		return true;
	udp = parsed->key.proto == UDP;
	if (udp && four && load16(l4 + at) == 0)
		return true;
	l4[at] = l4[at + 1] = 0;
	if (parsed->key.proto != ICMP)
		sum = wf_checksum_pseudo(ip, parsed->key.proto, n);
	wf_checksum_store(wf_checksum_add(sum, l4, n), l4 + at);
	if (udp && load16(l4 + at) == 0)
		l4[at] = l4[at + 1] = 0xff; /* RFC 768: 0 means that there is none */
	return true;
}
