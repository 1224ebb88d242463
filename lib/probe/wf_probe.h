/* SPDX-License-Identifier: BSD-3-Clause
 * A probe: the last 16 bytes of a frame, which say who sent it, as which of its stream's packets,
 * and when. Big endian. Behind the headers of UDP over IPv4 that makes a frame of 58 bytes, so it
 * fits the smallest one. Pure.
 *
 *	 0      magic, xor all other bytes
 *	 1      epoch, 8 bits: the trial; what is left of the one before is not counted
 *	 2..3   stream
 *	 4..7   sequence number in its stream, from 0
 *	 8..15  when it was sent, ns
 *
 * 16 bits of magic and epoch alone would be met by chance; but the stream has to exist and the time
 * has to lie within the trial (struct wf_probe_rx), which leaves one foreign frame in 10^10 or so.
 * A probe with a flipped bit, or with all of them in one byte, is none.
 */
#ifndef WF_PROBE_H
#define WF_PROBE_H

#include <endian.h>
#include <string.h>

#include "wf_types.h"

#define WF_PROBE_BYTES   16
#define WF_PROBE_MAGIC   0xa7
#define WF_PROBE_STREAMS 65536u

struct wf_probe {
	uint8_t epoch;
	uint16_t stream;
	uint32_t sequence;
	wf_ns_t sent_ns;
};

/* The xor of the 16 bytes of two words and a long one. */
static inline uint8_t
wf_probe_xor(uint32_t a, uint32_t b, uint64_t c)
{
	c ^= (uint64_t)a << 32 | b;
	c ^= c >> 32;
	c ^= c >> 16;
	return (uint8_t)(c ^ c >> 8);
}

static inline void
wf_probe_write(uint8_t to[WF_PROBE_BYTES], const struct wf_probe *p)
{
	uint32_t head = (uint32_t)p->epoch << 16 | p->stream, sequence = htobe32(p->sequence);
	uint64_t sent_ns = htobe64(p->sent_ns);

	head |= (uint32_t)(WF_PROBE_MAGIC ^ wf_probe_xor(head, p->sequence, p->sent_ns)) << 24;
	head = htobe32(head);
	memcpy(to, &head, 4);
	memcpy(to + 4, &sequence, 4);
	memcpy(to + 8, &sent_ns, 8);
}

/* False: this is none. */
static inline bool
wf_probe_read(const uint8_t from[WF_PROBE_BYTES], struct wf_probe *p)
{
	uint32_t head, sequence;
	uint64_t sent_ns;

	memcpy(&head, from, 4);
	memcpy(&sequence, from + 4, 4);
	memcpy(&sent_ns, from + 8, 8);
	head = be32toh(head);
	*p = (struct wf_probe){ (uint8_t)(head >> 16), (uint16_t)head, be32toh(sequence),
		be64toh(sent_ns) };
	return wf_probe_xor(head, p->sequence, p->sent_ns) == WF_PROBE_MAGIC;
}

#endif
