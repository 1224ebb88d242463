/* SPDX-License-Identifier: BSD-3-Clause
 * Frames for stages that look at bytes, made and judged apart from the code under test.
 */
#ifndef WIRE_H
#define WIRE_H

#include <stdlib.h>
#include <string.h>

#include "rig.h"

#define WIRE_MAX 2048

struct wire {
	uint8_t data[WIRE_MAX];
	uint32_t len;
	struct wf_parsed parsed;
};

static inline uint32_t
wire_get(const uint8_t *p, int n)
{
	uint32_t v = 0;

	while (n-- > 0)
		v = v << 8 | *p++;
	return v;
}

static inline void
wire_put(uint8_t *p, uint32_t v, int n)
{
	for (; n > 0; v >>= 8)
		p[--n] = (uint8_t)v;
}

/* Folded sum of words in host arithmetic: 0xffff over what is right. */
static inline uint32_t
wire_sum(uint32_t sum, const uint8_t *p, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		sum += (uint32_t)p[i] << (i % 2 ? 0 : 8);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/* Ethernet, a VLAN tag if asked for, IPv4 or IPv6, and n bytes of `proto`. */
static inline uint8_t *
wire_ip(struct wire *w, int family, bool tag, uint8_t proto, uint32_t n)
{
	uint8_t *p = w->data + 12;

	memset(w, 0, sizeof(*w));
	memcpy(w->data, "\x02\0\0\0\0\x0b\x02\0\0\0\0\x0a", 12);
	if (tag) {
		wire_put(p, 0x81000007, 4);
		p += 4;
	}
	wire_put(p, family == 4 ? 0x0800 : 0x86dd, 2);
	p += 2;
	if (family == 4) {
		wire_put(p, 0x45000000 + 20 + n, 4);
		wire_put(p + 4, 0x12344000, 4);
		p[8] = 64;
		p[9] = proto;
		memcpy(p + 12, "\x0a\1\2\3\xc0\xa8\4\5", 8);
		wire_put(p + 10, ~wire_sum(0, p, 20), 2);
		p += 20;
	} else {
		p[0] = 0x60;
		wire_put(p + 4, n, 2);
		p[6] = proto;
		p[7] = 64;
		memcpy(p + 8, "\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\1", 16);
		memcpy(p + 24, "\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\2", 16);
		p += 40;
	}
	w->len = (uint32_t)(p + n - w->data);
	return p;
}

/* Sets the checksum at p + at of the n bytes at p, which are all of the packet's transport;
 * then it is parsed. */
static inline void
wire_seal(struct wire *w, int family, uint8_t proto, uint8_t *p, uint32_t at, uint32_t n)
{
	const uint8_t *ends = family == 4 ? p - 8 : p - 32;
	uint32_t sum = wire_sum(proto + n, ends, family == 4 ? 8 : 32);

	wire_put(p + at, 0, 2);
	wire_put(p + at, ~wire_sum(sum, p, n), 2);
	wf_parse(w->data, w->len, &w->parsed);
}

/* A UDP datagram of n bytes to port 53, its header among them, with right checksums. */
static inline void
wire_udp(struct wire *w, int family, bool tag, uint32_t n)
{
	uint8_t *p = wire_ip(w, family, tag, 17, n);

	wire_put(p, 4000, 2);
	wire_put(p + 2, 53, 2);
	wire_put(p + 4, n, 2);
	memset(p + 8, 'x', n - 8);
	wire_seal(w, family, 17, p, 6, n);
}

enum { WIRE_FIN = 1, WIRE_SYN = 2, WIRE_RST = 4, WIRE_PSH = 8, WIRE_ACK = 16 };

/* A segment with 12 bytes of options and n of data. */
static inline void
wire_tcp(struct wire *w, int family, bool tag, uint8_t flags, uint32_t seq, uint32_t n)
{
	uint8_t *p = wire_ip(w, family, tag, 6, 32 + n);

	wire_put(p, 40000, 2);
	wire_put(p + 2, 80, 2);
	wire_put(p + 4, seq, 4);
	wire_put(p + 8, flags & WIRE_ACK ? 0x55667788 : 0, 4);
	p[12] = 8 << 4;
	p[13] = flags;
	memset(p + 20, 1, 12);
	memset(p + 32, 'x', n);
	wire_seal(w, family, 6, p, 16, 32 + n);
}

/* As a row of the rig; returns the row. */
static inline uint16_t
wire_add(struct rig *r, struct wire *w, wf_ns_t rx_ns)
{
	uint16_t row = rig_add(r, rx_ns, w->len);

	wf_parse(w->data, w->len, &w->parsed);
	r->batch.data[row] = w->data;
	r->batch.readable_bytes[row] = w->len;
	r->batch.parsed[row] = &w->parsed;
	r->batch.edits[row] = r->batch.forges[row] = 0;
	r->batch.flags[row] = w->parsed.flags & WF_PARSE_NEIGHBOUR ? WF_ROW_NEIGHBOUR : 0;
	return row;
}

/* Alone through the stage: its row, 0. */
static inline uint16_t
wire_pass(struct rig *r, struct wire *w, wf_ns_t rx_ns)
{
	r->batch.n = 0;
	wire_add(r, w, rx_ns);
	rig_run(r);
	return 0;
}

static inline struct wf_frame
wire_frame(const struct rig *r, struct wire *w, uint16_t row)
{
	return (struct wf_frame){ .data = w->data,
		.readable_bytes = w->len,
		.len_bytes = w->len,
		.room_bytes = sizeof(w->data),
		.parsed = &w->parsed,
		.rng = r->batch.rng[row],
		.rx_ns = r->batch.rx_ns[row] };
}

/* Are the IP header and the checksums of these bytes right, and nothing but padding behind? */
static inline bool
wire_right(const uint8_t *data, uint32_t len)
{
	struct wf_parsed p;
	const uint8_t *ip, *l4;
	uint32_t total, n, sum;

	wf_parse(data, len, &p);
	ip = data + p.l3_offset;
	l4 = data + p.l4_offset;
	if (!(p.flags & WF_PARSE_IP) || p.l4_offset == 0)
		return false;
	total = p.key.family == 4 ? wire_get(ip + 2, 2) : wire_get(ip + 4, 2) + 40;
	n = total - (uint32_t)(l4 - ip);
	if (p.l3_offset + total > len || (p.l3_offset + total < len && len > 60))
		return false;
	if (p.key.family == 4 && wire_sum(0, ip, (ip[0] & 15u) * 4) != 0xffff)
		return false;
	sum = p.key.proto == 1    ? 0
	      : p.key.family == 4 ? wire_sum(p.key.proto + n, ip + 12, 8)
				  : wire_sum(p.key.proto + n, ip + 8, 32);
	return wire_sum(sum, l4, n) == 0xffff;
}

#endif
