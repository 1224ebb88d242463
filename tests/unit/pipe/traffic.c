/* SPDX-License-Identifier: BSD-3-Clause
 * Traffic for the tests of fates.
 */
#include "traffic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fit.h"

enum { ETHER = 14, IPV4 = 20, UDP = 8, TCP = 20 };

static void
be16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static void
be32(uint8_t *p, uint32_t v)
{
	be16(p, v >> 16);
	be16(p + 2, v);
}

static void
header_checksum(uint8_t *ip)
{
	uint32_t sum = 0;

	be16(ip + 10, 0);
	for (int i = 0; i < IPV4; i += 2)
		sum += (uint32_t)ip[i] << 8 | ip[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	be16(ip + 10, ~(sum + (sum >> 16)));
}

static uint8_t *
headers(uint8_t *f, const struct bench_packet *p, uint8_t proto, uint8_t ecn, bool df)
{
	uint8_t *ip = f + ETHER;

	memcpy(f, "\x02\0\0\0\0\x02\x02\0\0\0\0\x01\x08\0", ETHER);
	ip[0] = 0x45;
	ip[1] = ecn;
	be16(ip + 2, p->len - ETHER);
	ip[6] = df ? 0x40 : 0;
	ip[8] = 64;
	ip[9] = proto;
	be32(ip + 12, 0x0a000001 + p->flow);
	be32(ip + 16, 0x0a010001);
	header_checksum(ip);
	be16(ip + IPV4, 20000 + p->flow);
	return ip + IPV4;
}

/* What is to be remembered of a flow. */
struct connection {
	uint32_t seq, last_seq, last_len;
	bool open;
	uint32_t id, offset; /* of the datagram whose last fragment is to come; offset 0: none is */
};

static void
segment(uint8_t *f, struct bench_packet *p, struct connection *c, struct fit_random *r, uint8_t ecn)
{
	bool syn = !c->open, again = !syn && c->last_len != 0 && fit_under(r, 6) == 0;
	uint8_t *tcp;

	p->len = syn ? 60 : again ? c->last_len : p->len;
	tcp = headers(f, p, 6, ecn, true);
	be16(tcp + 2, 80);
	be32(tcp + 4, again ? c->last_seq : c->seq);
	be32(tcp + 8, syn ? 0 : 1);
	tcp[12] = 5 << 4;
	tcp[13] = syn ? 0x02 : 0x10;
	be16(tcp + 14, 0xffff);
	if (syn) {
		be16(f + ETHER + 2, IPV4 + TCP); /* the rest is padding */
		header_checksum(f + ETHER);
		c->seq++;
	} else if (!again) {
		c->last_seq = c->seq;
		c->last_len = p->len;
		c->seq += p->len - ETHER - IPV4 - TCP;
	}
	c->open = true;
}

static void
query(uint8_t *f, struct bench_packet *p, uint32_t id)
{
	static const uint8_t question[] = "\1\0\0\1\0\0\0\0\0\0\7example\3com\0\0\1\0"; /* and 1 */
	uint8_t *udp;

	p->len = ETHER + IPV4 + UDP + 2 + sizeof(question);
	udp = headers(f, p, 17, 0, false);
	be16(udp + 2, 53);
	be16(udp + 4, p->len - ETHER - IPV4);
	be16(udp + UDP, id);
	memcpy(udp + UDP + 2, question, sizeof(question));
	udp[UDP + 1 + sizeof(question)] = 1;
}

static void
datagram(uint8_t *f, const struct bench_packet *p, uint8_t ecn)
{
	uint8_t *udp = headers(f, p, 17, ecn, true);

	be16(udp + 2, 5060);
	be16(udp + 4, p->len - ETHER - IPV4);
}

/* A datagram in two fragments, of which the second has no ports. */
static void
fragment(uint8_t *f, struct bench_packet *p, struct connection *c, uint32_t id, uint8_t ecn)
{
	bool first = c->offset == 0;
	uint8_t *ip = f + ETHER, *udp;

	p->len -= first ? (p->len - ETHER - IPV4) % 8 : 0;
	udp = headers(f, p, 17, ecn, false);
	be16(ip + 4, first ? id : c->id);
	be16(ip + 6, first ? 0x2000 : c->offset / 8);
	header_checksum(ip);
	if (first) {
		be16(udp + 2, 5060);
		be16(udp + 4, 2000);
		c->id = id & 0xffff;
		c->offset = p->len - ETHER - IPV4;
	} else {
		memset(udp, 0x5a, UDP);
		c->offset = 0;
	}
}

struct traffic
traffic_new(uint32_t n, wf_ns_t start_ns, uint64_t mean_gap_ns)
{
	struct traffic t = { .n = n };
	struct connection connection[TRAFFIC_FLOWS] = { 0 };
	struct fit_random r;
	wf_ns_t now = start_ns;

	t.packet = calloc(n, sizeof(*t.packet));
	t.bytes = calloc(n, sizeof(*t.bytes));
	assert_true(t.packet != NULL && t.bytes != NULL);
	fit_seed(&r, 1);
	for (uint32_t i = 0; i < n; i++) {
		struct bench_packet *p = &t.packet[i];
		uint8_t ecn = (uint8_t)fit_under(&r, 4);

		now += fit_under(&r, 4) ? fit_under(&r, mean_gap_ns * 8 / 3) : 0;
		*p = (struct bench_packet){ .ns = now,
			.flow = (uint32_t)fit_under(&r, TRAFFIC_FLOWS),
			.len = 60 + (uint32_t)fit_under(&r, 1455) };
		if (p->flow % 4 == 1)
			segment(t.bytes[i], p, &connection[p->flow], &r, ecn);
		else if (p->flow % 4 == 2)
			query(t.bytes[i], p, i);
		else if (p->flow % 4 == 3)
			fragment(t.bytes[i], p, &connection[p->flow], i, ecn);
		else
			datagram(t.bytes[i], p, ecn);
		p->bytes = t.bytes[i];
		p->n_bytes = p->len < TRAFFIC_BYTES ? p->len : TRAFFIC_BYTES;
	}
	return t;
}

void
traffic_free(struct traffic *t)
{
	free(t->packet);
	free(t->bytes);
}

uint32_t
traffic_flow(const uint8_t *frame)
{
	const uint8_t *source = frame + ETHER + 12, *destination = source + 4;

	/* 10.0.0.x is a flow, 10.1.0.1 is what they all talk to. */
	return (source[1] == 0 ? source[3] : destination[3]) - 1u;
}
