/* SPDX-License-Identifier: BSD-3-Clause
 * Writes the golden tests' input: a microsecond pcap of UDP, TCP, IPv6, VLAN and ARP frames of
 * mixed lengths, from a small generator of its own, so that it is the same everywhere.
 *
 *	make_capture FILE PACKETS MEAN-GAP-US SEED [dns|tcp|tunnel]
 *
 * With dns every second packet asks a name server something instead; with tcp it is a segment of
 * one of five connections, some of them sent again; with tunnel it is in VXLAN, GRE, GTP-U, MPLS or
 * two VLAN tags, or a fragment of a datagram, of some of which the first is missing.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state;

/* xorshift64*: any fixed sequence will do. */
static uint32_t
draw(uint32_t below)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (uint32_t)((state * 0x2545f4914f6cdd1dull) >> 32) % below;
}

static void
le32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
	p[2] = (uint8_t)(v >> 16);
	p[3] = (uint8_t)(v >> 24);
}

static void
be16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static uint8_t *
ipv4(uint8_t *p, uint32_t payload, uint8_t proto, uint32_t host)
{
	memset(p, 0, 20);
	p[0] = 0x45;
	be16(p + 2, 20 + payload);
	p[8] = 64;
	p[9] = proto;
	memcpy(p + 12, "\x0a\x00\x00\x01\x0a\x00\x00\x02", 8);
	p[15] = (uint8_t)(1 + host);
	return p + 20;
}

static uint8_t *
ipv6(uint8_t *p, uint32_t payload, uint8_t proto)
{
	memset(p, 0, 40);
	p[0] = 0x60;
	be16(p + 4, payload);
	p[6] = proto;
	p[7] = 64;
	p[8] = p[24] = 0xfd;
	p[23] = 1;
	p[39] = 2;
	return p + 40;
}

/* One frame; returns its length. */
static uint32_t
frame(uint8_t *f)
{
	uint32_t kind = draw(16), payload = 20 + (draw(3) ? draw(64) : 900 + draw(500));
	uint8_t *p = f + 12;

	memcpy(f, "\x02\x00\x00\x00\x00\x02\x02\x00\x00\x00\x00\x01", 12);
	if (kind == 0) { /* ARP */
		be16(p, 0x0806);
		memset(p + 2, 0, 46);
		return 60;
	}
	if (kind < 4) { /* VLAN 100 or 101 */
		be16(p, 0x8100);
		be16(p + 2, 100 + kind % 2);
		p += 4;
	}
	be16(p, kind < 13 ? 0x0800 : 0x86dd);
	p = kind < 13 ? ipv4(p + 2, payload, kind % 2 ? 17 : 6, draw(5))
		      : ipv6(p + 2, payload, kind % 2 ? 17 : 6);
	memset(p, 0, payload);
	be16(p, 40000 + draw(3));
	be16(p + 2, draw(4) ? 80 : 5060);
	return (uint32_t)(p + payload - f);
}

/* A DNS query, some of them malformed; returns its length. */
static uint32_t
query(uint8_t *f)
{
	static const uint8_t message[] = "\1\0\0\1\0\0\0\0\0\0\1x\7example\3com\0\0\1\0\1";
	uint32_t n = 2 + sizeof(message) - 1, type = draw(3);
	uint8_t *p = f + 14;

	memcpy(f, "\x02\x00\x00\x00\x00\x02\x02\x00\x00\x00\x00\x01", 12);
	be16(f + 12, draw(2) ? 0x0800 : 0x86dd);
	p = f[12] == 8 ? ipv4(p, 8 + n, 17, draw(5)) : ipv6(p, 8 + n, 17);
	be16(p, 40000 + draw(3));
	be16(p + 2, 53);
	be16(p + 4, 8 + n);
	be16(p + 6, 0);
	be16(p + 8, draw(65536));
	memcpy(p + 10, message, sizeof(message) - 1);
	p[21] = (uint8_t)('a' + draw(4));
	p[n + 5] = type == 0 ? 28 : 1; /* AAAA or A */
	if (draw(20) == 0)
		p[13] = 2; /* questions */
	return (uint32_t)(p + 8 + n - f);
}

/* A segment with a whole header; returns its length. */
static uint32_t
segment(uint8_t *f)
{
	static uint32_t next[5];
	uint32_t host = draw(5), kind = draw(16), bytes = kind < 2 ? 0 : 100 + draw(1200), seq;
	uint8_t *p = f + 14;

	seq = kind == 2 && next[host] > 2000 ? next[host] - draw(2000) : next[host];
	if (kind > 2)
		next[host] += bytes;
	memcpy(f, "\x02\x00\x00\x00\x00\x02\x02\x00\x00\x00\x00\x01", 12);
	be16(f + 12, 0x0800);
	p = ipv4(p, 20 + bytes, 6, host);
	memset(p, 0, 20 + bytes);
	be16(p, 40000);
	be16(p + 2, 80);
	be16(p + 4, seq >> 16);
	be16(p + 6, seq);
	p[12] = 5 << 4;
	p[13] = kind == 0 ? 0x02 : 0x10; /* SYN, ACK */
	return (uint32_t)(p + 20 + bytes - f);
}

static const char ether[] = "\x02\x00\x00\x00\x00\x02\x02\x00\x00\x00\x00\x01";

/* What a tunnel carries: an IP packet of one of a few flows at p, which goes to *type. Returns its
 * length. */
static uint32_t
inner(uint8_t *p, uint32_t *type)
{
	uint32_t payload = 20 + (draw(3) ? draw(64) : 600 + draw(500)), proto = draw(2) ? 17 : 6;
	uint8_t *l4;

	*type = draw(3) ? 0x0800 : 0x86dd;
	l4 = *type == 0x0800 ? ipv4(p, payload, (uint8_t)proto, 10 + draw(5))
			     : ipv6(p, payload, (uint8_t)proto);
	memset(l4, 0, payload);
	be16(l4, 40000 + draw(3));
	be16(l4 + 2, draw(4) ? 80 : 5060);
	return (uint32_t)(l4 + payload - p);
}

/* Makes room for `n` bytes in front of the packet at p. */
static void
push(uint8_t *p, uint32_t *len, uint32_t n)
{
	memmove(p + n, p, *len);
	memset(p, 0, n);
	*len += n;
}

static void
push_ipv4(uint8_t *p, uint32_t *len, uint8_t proto)
{
	push(p, len, 20);
	ipv4(p, *len - 20, proto, 20);
}

static void
push_udp(uint8_t *p, uint32_t *len, uint32_t port)
{
	push(p, len, 8);
	be16(p, 50000);
	be16(p + 2, port);
	be16(p + 4, *len);
	push_ipv4(p, len, 17);
}

static uint32_t
tunnel(uint8_t *f)
{
	uint32_t type, kind = draw(5), len;
	uint8_t *p = f + 14;

	len = inner(p, &type);
	if (kind == 0) { /* VXLAN */
		push(p, &len, 14);
		memcpy(p, ether, 12);
		be16(p + 12, type);
		push(p, &len, 8);
		p[0] = 8;
		p[6] = (uint8_t)draw(2);
		push_udp(p, &len, 4789);
	} else if (kind == 1) { /* GRE, now and then with a key */
		uint32_t key = draw(2);

		push(p, &len, 4 + 4 * key);
		p[0] = key ? 0x20 : 0;
		be16(p + 2, type);
		push_ipv4(p, &len, 47);
	} else if (kind == 2) { /* GTP-U */
		push(p, &len, 8);
		p[0] = 0x30;
		p[1] = 255;
		be16(p + 2, len - 8);
		p[7] = (uint8_t)draw(2);
		push_udp(p, &len, 2152);
	} else if (kind == 3) { /* two labels of MPLS */
		push(p, &len, 8);
		p[1] = 1;
		p[5] = 1;
		p[6] = 0x11; /* bottom of the stack */
		p[3] = p[7] = 64;
	} else {
		push(p, &len, 8);
		be16(p, 100);
		be16(p + 2, 0x8100);
		be16(p + 4, 7 + draw(2));
		be16(p + 6, type);
	}
	memcpy(f, ether, 12);
	be16(f + 12, kind < 3 ? 0x0800 : kind == 3 ? 0x8847 : 0x88a8);
	return 14 + len;
}

/* The two fragments of a datagram come one after the other, with other packets in between. */
static uint32_t
fragment(uint8_t *f)
{
	static struct {
		uint32_t offset, host, id; /* offset 0: a first fragment is the next */
	} of[2];
	static uint32_t last_id;
	bool six = draw(3) == 0, lost = draw(10) == 0; /* the first, on its way here */
	uint8_t *p = f + 14;
	uint32_t bytes, at;

	if (of[six].offset == 0) {
		of[six].id = ++last_id;
		of[six].host = draw(5);
		of[six].offset = lost ? 800 : 0;
	}
	at = of[six].offset;
	bytes = at == 0 ? 8 * (50 + draw(80)) : 9 + draw(400);
	of[six].offset = at == 0 ? bytes : 0;
	memcpy(f, ether, 12);
	be16(f + 12, six ? 0x86dd : 0x0800);
	if (six) {
		p = ipv6(p, 8 + bytes, 44);
		memset(p, 0, 8);
		p[0] = 17;
		be16(p + 2, at == 0 ? 1 : at); /* its three lowest bits are flags */
		be16(p + 6, of[1].id);
		p += 8;
	} else {
		p = ipv4(p, bytes, 17, of[0].host);
		be16(p - 16, of[0].id);
		be16(p - 14, at == 0 ? 0x2000 : at / 8);
	}
	memset(p, 0x5a, bytes);
	if (at == 0) {
		be16(p, 40000 + draw(3));
		be16(p + 2, draw(3) ? 80 : 5060);
		be16(p + 4, bytes + 300);
	}
	return (uint32_t)(p + bytes - f);
}

static uint32_t
tunnel_or_fragment(uint8_t *f)
{
	return draw(3) ? tunnel(f) : fragment(f);
}

static uint32_t (*kind_of(const char *name))(uint8_t *)
{
	if (strcmp(name, "dns") == 0)
		return query;
	return strcmp(name, "tcp") == 0 ? segment : tunnel_or_fragment;
}

int
main(int argc, char **argv)
{
	uint8_t header[24] = { 0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4 }, record[16], f[2048];
	uint64_t time_us = 1700000000ull * 1000000;
	uint32_t (*other)(uint8_t *) = frame;
	FILE *out = argc == 5 || argc == 6 ? fopen(argv[1], "wb") : NULL;

	if (out == NULL) {
		fprintf(stderr, "usage: make_capture FILE PACKETS MEAN-GAP-US SEED "
				"[dns|tcp|tunnel]\n");
		return 2;
	}
	if (argc == 6)
		other = kind_of(argv[5]);
	state = strtoull(argv[4], NULL, 10) * 2 + 1;
	le32(header + 16, 65535);
	le32(header + 20, 1);
	fwrite(header, 1, sizeof(header), out);
	for (long i = strtol(argv[2], NULL, 10); i > 0; i--) {
		uint32_t n = i % 2 ? other(f) : frame(f);
		uint32_t kept = draw(50) ? n : n / 2; /* some are cut */

		time_us += draw(2 * (uint32_t)strtoul(argv[3], NULL, 10) + 1);
		le32(record, (uint32_t)(time_us / 1000000));
		le32(record + 4, (uint32_t)(time_us % 1000000));
		le32(record + 8, kept);
		le32(record + 12, n);
		fwrite(record, 1, sizeof(record), out);
		fwrite(f, 1, kept, out);
	}
	return fclose(out) == 0 ? 0 : 1;
}
