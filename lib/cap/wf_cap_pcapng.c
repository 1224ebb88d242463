/* SPDX-License-Identifier: BSD-3-Clause
 * Records of pcapng files (draft-ietf-opsawg-pcapng): sections of either byte order, interfaces
 * each with its link type, resolution and offset of time, enhanced, simple and old packet blocks;
 * other blocks are passed over. Snap lengths are not believed: blocks say how long they are. One
 * thread.
 */
#include <stdlib.h>
#include <string.h>

#include "wf_cap_format.h"

#define BLOCK_SECTION    0x0a0d0d0au
#define BLOCK_IFACE      1u
#define BLOCK_OLD_PACKET 2u
#define BLOCK_SIMPLE     3u
#define BLOCK_ENHANCED   6u
#define SECTION_MAGIC    0x1a2b3c4du
#define OPT_END          0
#define OPT_TSRESOL      9
#define OPT_TSOFFSET     14
#define MAX_IFACES       65536
#define MICROSECONDS     6
#define FRAME            12 /* type, length, length again */

/* Units since the epoch to nanoseconds. false: no time that a clock shows (up to the year 2106). */
static bool
to_ns(const struct wf_cap_iface *i, uint64_t units, wf_ns_t *ns)
{
	uint8_t exponent = i->resolution & 0x7f;
	unsigned __int128 all = units;
	__int128 sum;

	if (i->resolution & 0x80) {
		if (exponent > 63)
			return false;
		all = (all * WF_NS_PER_S) >> exponent;
	} else {
		for (int e = exponent; e < 9; e++)
			all *= 10;
		for (int e = exponent; e > 9; e--)
			all /= 10;
	}
	if (all >> 70 != 0)
		return false;
	sum = (__int128)all + (__int128)i->offset_s * (__int128)WF_NS_PER_S;
	if (sum < 0 || sum >= ((__int128)1 << 32) * (__int128)WF_NS_PER_S)
		return false;
	*ns = (wf_ns_t)sum;
	return true;
}

static int64_t
s64(const struct wf_cap_file *f, const uint8_t *b)
{
	uint64_t first = wf_cap_u32(f, b), second = wf_cap_u32(f, b + 4);

	return (int64_t)(f->big ? first << 32 | second : second << 32 | first);
}

static void
read_options(
	const struct wf_cap_file *f, const uint8_t *at, const uint8_t *end, struct wf_cap_iface *i)
{
	while (end - at >= 4) {
		uint16_t code = wf_cap_u16(f, at), n = wf_cap_u16(f, at + 2);
		size_t padded;

		at += 4;
		if (code == OPT_END || n > end - at)
			return;
		if (code == OPT_TSRESOL && n >= 1)
			i->resolution = at[0];
		else if (code == OPT_TSOFFSET && n >= 8)
			i->offset_s = s64(f, at);
		padded = ((size_t)n + 3) & ~(size_t)3;
		at += padded < (size_t)(end - at) ? padded : (size_t)(end - at);
	}
}

static int
add_iface(struct wf_cap_file *f, const uint8_t *body, uint32_t n)
{
	struct wf_cap_iface *i;

	if (n < 8)
		return wf_cap_damage(f, "a block is too short");
	if (f->n_ifaces == MAX_IFACES)
		return wf_cap_damage(f, "more than 65536 interfaces");
	if (f->n_ifaces == f->ifaces_room) {
		uint32_t room = f->ifaces_room != 0 ? 2 * f->ifaces_room : 8;
		struct wf_cap_iface *grown = realloc(f->iface, room * sizeof(*grown));

		if (grown == NULL)
			return wf_cap_damage(f, "out of memory");
		f->iface = grown;
		f->ifaces_room = room;
	}
	i = &f->iface[f->n_ifaces++];
	*i = (struct wf_cap_iface){ .link_type = wf_cap_u16(f, body),
		.snaplen = wf_cap_u32(f, body + 4),
		.resolution = MICROSECONDS };
	read_options(f, body + 8, body + n, i);
	return 0;
}

/* A packet of the interface, with its times in two halves at `when` (NULL: without), its bytes at
 * `data`, up to `end`. */
static int
packet(struct wf_cap_file *f, uint32_t iface, const uint8_t *when, const uint8_t *data,
	const uint8_t *end, struct wf_cap_record *r)
{
	const struct wf_cap_iface *i;

	if (iface >= f->n_ifaces)
		return wf_cap_damage(f, "a packet of an interface that isn't described");
	i = &f->iface[iface];
	if (r->cap_bytes > (size_t)(end - data))
		return wf_cap_damage(f, "a packet is longer than its block");
	r->timed = when != NULL;
	r->time_ns = 0;
	if (when != NULL && !to_ns(i, (uint64_t)wf_cap_u32(f, when) << 32 | wf_cap_u32(f, when + 4),
				    &r->time_ns))
		return wf_cap_damage(f, "a packet's time is out of range");
	r->link_type = i->link_type;
	r->iface = iface;
	r->data = data;
	return 1;
}

/* A block's body. 1: it is a packet; 0: it is not; -1: damaged. */
static int
read_block(struct wf_cap_file *f, uint32_t type, const uint8_t *body, uint32_t n,
	struct wf_cap_record *r)
{
	switch (type) {
	case BLOCK_IFACE:
		return add_iface(f, body, n);
	case BLOCK_ENHANCED:
	case BLOCK_OLD_PACKET:
		if (n < 20)
			return wf_cap_damage(f, "a block is too short");
		r->cap_bytes = wf_cap_u32(f, body + 12);
		r->len_bytes = wf_cap_u32(f, body + 16);
		return packet(f, type == BLOCK_ENHANCED ? wf_cap_u32(f, body) : wf_cap_u16(f, body),
			body + 4, body + 20, body + n, r);
	case BLOCK_SIMPLE:
		if (n < 4)
			return wf_cap_damage(f, "a block is too short");
		if (f->n_ifaces == 0)
			return wf_cap_damage(f, "a packet of an interface that isn't described");
		r->len_bytes = wf_cap_u32(f, body);
		r->cap_bytes = r->len_bytes;
		if (f->iface[0].snaplen != 0 && r->cap_bytes > f->iface[0].snaplen)
			r->cap_bytes = f->iface[0].snaplen;
		if (r->cap_bytes > n - 4)
			r->cap_bytes = n - 4;
		return packet(f, 0, NULL, body + 4, body + n, r);
	default:
		return 0;
	}
}

/* A section's byte order is that of its own header. */
static bool
turn_section(struct wf_cap_file *f)
{
	const uint8_t *h = wf_stream_peek(f->stream, FRAME + 16, NULL);

	if (h == NULL)
		return false;
	f->big = false;
	f->big = wf_cap_u32(f, h + 8) != SECTION_MAGIC;
	f->n_ifaces = 0;
	return wf_cap_u32(f, h + 8) == SECTION_MAGIC && wf_cap_u16(f, h + 12) == 1;
}

/* One block. 2: it is no packet. */
static int
block(struct wf_cap_file *f, struct wf_cap_record *r)
{
	size_t left;
	const uint8_t *h = wf_stream_peek(f->stream, 8, &left);
	uint32_t type, total;
	int rc;

	if (h == NULL && left == 0 && wf_stream_error(f->stream) == NULL)
		return 0;
	if (h == NULL)
		return wf_cap_damage(f, "it ends in the header of a block");
	type = wf_cap_u32(f, h);
	if (type == BLOCK_SECTION && !turn_section(f))
		return wf_cap_damage(f, "a section without a header that makes sense");
	h = wf_stream_peek(f->stream, 8, NULL);
	total = wf_cap_u32(f, h + 4);
	if (total < FRAME || total % 4 != 0)
		return wf_cap_damage(f, "a block's length makes no sense");
	if (total > WF_CAP_RECORD_MAX) {
		if (type == BLOCK_ENHANCED || type == BLOCK_OLD_PACKET || type == BLOCK_SIMPLE)
			return wf_cap_damage(f, "a packet of more than 16 MiB");
		return wf_stream_skip(f->stream, total)
			       ? 2
			       : wf_cap_damage(f, "it ends within a block");
	}
	h = wf_stream_peek(f->stream, total, NULL);
	if (h == NULL)
		return wf_cap_damage(f, "it ends within a block");
	if (wf_cap_u32(f, h + total - 4) != total)
		return wf_cap_damage(f, "a block's two lengths differ");
	rc = read_block(f, type, h + 8, total - FRAME, r);
	/* The bytes stay where they are until the stream is asked again. */
	wf_stream_skip(f->stream, total);
	return rc == 0 ? 2 : rc;
}

static int
next(struct wf_cap_file *f, struct wf_cap_record *r)
{
	int rc;

	do
		rc = block(f, r);
	while (rc == 2);
	return rc;
}

const char *
wf_cap_pcapng_begin(struct wf_cap_file *f)
{
	const uint8_t *h = wf_stream_peek(f->stream, 4, NULL);

	if (h == NULL || wf_cap_u32(f, h) != BLOCK_SECTION)
		return "neither pcap nor pcapng";
	f->next = next;
	return NULL;
}
