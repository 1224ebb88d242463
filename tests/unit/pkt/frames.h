/* SPDX-License-Identifier: BSD-3-Clause
 * Hand-made frames for tests: headers are appended one after the other. Any thread.
 */
#ifndef FRAMES_H
#define FRAMES_H

#include <stdlib.h>
#include <string.h>

#include "wf_parse.h"

struct frame {
	uint8_t bytes[1024];
	uint32_t len;
};

static inline void
put_bytes(struct frame *f, const void *bytes, uint32_t n)
{
	assert(f->len + n <= sizeof(f->bytes));
	memcpy(f->bytes + f->len, bytes, n);
	f->len += n;
}

static inline void
put8(struct frame *f, uint32_t v)
{
	uint8_t byte = (uint8_t)v;

	put_bytes(f, &byte, 1);
}

static inline void
put16(struct frame *f, uint32_t v)
{
	put8(f, v >> 8);
	put8(f, v & 0xff);
}

static inline void
put_zeros(struct frame *f, uint32_t n)
{
	while (n-- > 0)
		put8(f, 0);
}

/* To 02:00:00:00:00:0b from 02:00:00:00:00:0a, without the type. */
static inline void
put_macs(struct frame *f)
{
	put_bytes(f, "\x02\0\0\0\0\x0b\x02\0\0\0\0\x0a", 12);
}

static inline void
put_ether(struct frame *f, uint16_t type)
{
	put_macs(f);
	put16(f, type);
}

/* A tag whose own type was the last thing written: its content and the next type. */
static inline void
put_tag(struct frame *f, uint16_t tci, uint16_t next)
{
	put16(f, tci);
	put16(f, next);
}

struct ipv4_opt {
	uint8_t proto, tos, option_bytes;
	uint16_t fragment; /* flags and offset, as on the wire */
	uint16_t payload_bytes;
};

/* 10.1.2.3 to 192.168.4.5. */
static inline void
put_ipv4(struct frame *f, struct ipv4_opt o)
{
	put8(f, 0x40 | (5 + o.option_bytes / 4));
	put8(f, o.tos);
	put16(f, 20u + o.option_bytes + o.payload_bytes);
	put16(f, 0x1234);
	put16(f, o.fragment);
	put8(f, 64);
	put8(f, o.proto);
	put16(f, 0);
	put_bytes(f, "\x0a\x01\x02\x03\xc0\xa8\x04\x05", 8);
	put_zeros(f, o.option_bytes);
}

#define IPV6_SRC "\x20\x01\x0d\xb8\0\x01\0\x02\0\x03\0\x04\0\x05\0\x06"
#define IPV6_DST "\x20\x01\x0d\xb8\x0a\0\x0b\0\x0c\0\x0d\0\x0e\0\x0f\x0f"

static inline void
put_ipv6(struct frame *f, uint8_t next, uint8_t traffic_class, uint16_t payload_bytes)
{
	put8(f, 0x60 | traffic_class >> 4);
	put8(f, (traffic_class & 0x0f) << 4);
	put16(f, 0xbeef); /* flow label */
	put16(f, payload_bytes);
	put8(f, next);
	put8(f, 64);
	put_bytes(f, IPV6_SRC, 16);
	put_bytes(f, IPV6_DST, 16);
}

/* An extension header of 8 * (extra + 1) bytes. */
static inline void
put_extension(struct frame *f, uint8_t next, uint8_t extra)
{
	put8(f, next);
	put8(f, extra);
	put_zeros(f, 6 + extra * 8u);
}

static inline void
put_ipv6_fragment(struct frame *f, uint8_t next, uint16_t offset_and_more)
{
	put8(f, next);
	put8(f, 0);
	put16(f, offset_and_more);
	put_zeros(f, 4);
}

static inline void
put_ports(struct frame *f, uint16_t sport, uint16_t dport, uint32_t header_bytes)
{
	put16(f, sport);
	put16(f, dport);
	put_zeros(f, header_bytes - 4);
}

static inline void
put_icmp(struct frame *f, uint8_t type, uint16_t id)
{
	put8(f, type);
	put_zeros(f, 3);
	put16(f, id);
	put16(f, 1);
}

/* Parses from a heap block of exactly `len` bytes, so that ASan sees a read past the end. */
static inline struct wf_parsed
parse_bytes(const uint8_t *bytes, uint32_t len)
{
	uint8_t *copy = malloc(len == 0 ? 1 : len);
	struct wf_parsed p;

	assert(copy != NULL);
	if (len > 0)
		memcpy(copy, bytes, len);
	memset(&p, 0xa5, sizeof(p));
	wf_parse(copy + (len == 0), len, &p);
	free(copy);
	return p;
}

static inline struct wf_parsed
parse_frame(const struct frame *f)
{
	return parse_bytes(f->bytes, f->len);
}

static inline uint16_t
read16(const uint8_t bytes[2])
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

#endif
