/* SPDX-License-Identifier: BSD-3-Clause
 * By what a packet is known again: everything but what changes on the way (MAC addresses, VLAN
 * tags, DSCP and ECN, TTL, checksums). Pure.
 */
#include "wf_fit_private.h"
#include "wf_parse.h"

static uint64_t
mix(uint64_t h, const uint8_t *data, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		h = (h ^ data[i]) * 0x100000001b3ull;
	h ^= h >> 32;
	return h * 0xbf58476d1ce4e5b9ull;
}

/* Without the two bytes at `hole`. */
static uint64_t
mix_around(uint64_t h, const uint8_t *data, uint32_t n, uint32_t hole)
{
	if (n <= hole)
		return mix(h, data, n);
	h = mix(h, data, hole);
	return n > hole + 2 ? mix(h, data + hole + 2, n - hole - 2) : h;
}

/* Where the checksum of a transport header is. */
static uint32_t
checksum_at(uint8_t proto)
{
	switch (proto) {
	case 6:
		return 16;
	case 17:
		return 6;
	case 1:
	case 58:
		return 2;
	default:
		return UINT32_MAX - 2;
	}
}

uint64_t
wf_fit_key(const uint8_t *frame, uint32_t n, uint32_t len_bytes, uint32_t limit, uint64_t *header)
{
	uint64_t h = 0xcbf29ce484222325ull;
	struct wf_parsed p;
	const uint8_t *ip;

	*header = 0;
	n = n < limit ? n : limit;
	wf_parse(frame, n, &p);
	if (p.l3_offset == 0 || p.l4_offset <= p.l3_offset) {
		uint32_t from = n < 12 ? n : 12; /* no IP: all but the addresses */

		return mix(h + len_bytes, frame + from, n - from);
	}
	ip = frame + p.l3_offset;
	h = mix(h, p.key.src, sizeof(p.key.src));
	h = mix(h, p.key.dst, sizeof(p.key.dst));
	if (p.key.family == 4)
		h = mix(h, ip + 2, 6); /* length, identification, fragment */
	else
		h = mix(h, ip + 4, 3); /* length, next header */
	h = mix(h, &p.key.proto, 1);
	*header = h;
	return mix_around(h, frame + p.l4_offset, n - p.l4_offset,
		p.flags & WF_PARSE_LATER ? UINT32_MAX - 2 : checksum_at(p.key.proto));
}
