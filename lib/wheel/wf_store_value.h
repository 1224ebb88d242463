/* SPDX-License-Identifier: BSD-3-Clause
 * Small packets by value: their bytes, copied one behind the other into buffers, so that the buffer
 * that each came in is free at once. What waits in the store is a record all the same, of kind
 * WF_HELD_VALUE, whose pkt points to the bytes: order, lanes and wheel are those of packets by
 * reference. One worker's own.
 *
 * A packet takes whole cache lines, and is copied by lines in both directions. A buffer's first
 * line says how many of its packets still wait; after the last one it is used again, last in, first
 * out. So a packet that stays for long may keep one buffer from others: as much as by reference.
 */
#ifndef WF_STORE_VALUE_H
#define WF_STORE_VALUE_H

#include <string.h>

#include "wf_store.h"

/* Lines that the smallest buffer has for packets: one of 2 KiB with some headroom. */
#define WF_VALUE_LINES 32
/* Longest packet that may be held by value. */
#define WF_VALUE_MAX_BYTES 512

/* Whole buffers come from here, and go back. */
struct wf_value_source {
	/* A buffer, and its memory, which begins with a cache line. NULL: none. */
	void *(*get)(void *ctx, uint8_t **memory, uint32_t *bytes);
	void (*put)(void *ctx, void *const *buffers, uint32_t n);
	void *ctx;
};

/* The first line of a buffer's memory. */
struct wf_value_chunk {
	void *buffer;
	uint32_t live; /* packets in it */
	uint32_t end;  /* lines, this one too */
};
static_assert(sizeof(struct wf_value_chunk) <= WF_CACHE_LINE, "the first line");

#define WF_VALUE_SPARE 8

struct wf_values {
	uint32_t cut_bytes;          /* packets up to this length are held by value; 0: none */
	uint32_t at;                 /* next line of ... */
	struct wf_value_chunk *open; /* ... what is being filled; NULL: nothing yet */
	uint64_t held;               /* packets */
	uint64_t chunks;             /* buffers in use, spare ones too */
	uint32_t n_spare;
	struct wf_value_chunk *spare[WF_VALUE_SPARE];
	struct wf_value_source source;
};

/* Lines that a packet takes. */
static inline uint32_t
wf_value_lines(uint32_t len_bytes)
{
	return (len_bytes + WF_CACHE_LINE - 1) / WF_CACHE_LINE;
}

/* Packets up to cut_bytes that a buffer has room for at least; 0: there is no cut-off. */
static inline uint32_t
wf_value_per_buffer(uint32_t cut_bytes)
{
	return cut_bytes == 0 ? 0 : WF_VALUE_LINES / wf_value_lines(cut_bytes);
}

/* Gives spare buffers back; all others must be empty. */
void wf_values_fini(struct wf_values *v);

/* Opens a buffer for what the open one has no room for. false: there is none. */
bool wf_values_open(struct wf_values *v);
/* The last packet of a buffer has gone. */
void wf_values_empty(struct wf_values *v, struct wf_value_chunk *c);

static inline void
wf_value_copy(uint8_t *to, const uint8_t *from, uint32_t len_bytes)
{
	const uint8_t *end = from + len_bytes;

	do { /* a constant length: moves, no call */
		memcpy(to, from, WF_CACHE_LINE);
		to += WF_CACHE_LINE;
		from += WF_CACHE_LINE;
	} while (from < end);
}

/* Takes in copies of n packets of 1 to cut_bytes bytes, behind which the rest of 64 may be read,
 * too; data NULL: not this one. pkt[] and where[] become what their records have as packet and as
 * length. Returns how many, the first of them: up to one that must not be, or for which there is no
 * buffer. */
static inline uint32_t
wf_values_put(struct wf_values *v, const uint8_t *const *data, const uint32_t *len_bytes,
	uint32_t n, void **pkt, uint32_t *where)
{
	struct wf_value_chunk *c = v->open;
	uint32_t at = v->at, end = c != NULL ? c->end : 0, first = 0, i;

	for (i = 0; i < n && data[i] != NULL; i++) {
		uint32_t lines = wf_value_lines(len_bytes[i]);

		if (WF_UNLIKELY(at + lines > end)) {
			if (c != NULL)
				c->live += i - first;
			first = i;
			if (!wf_values_open(v))
				break;
			c = v->open;
			at = v->at;
			end = c->end;
		}
		pkt[i] = (uint8_t *)c + (size_t)at * WF_CACHE_LINE;
		where[i] = len_bytes[i] | at << 16;
		wf_value_copy(pkt[i], data[i], len_bytes[i]);
		at += lines;
	}
	if (c != NULL)
		c->live += i - first;
	v->at = at;
	v->held += i;
	return i;
}

/* Length of the packet, of what its record says. */
static inline uint32_t
wf_value_len(uint32_t where)
{
	return where & 0xffff;
}

static inline struct wf_value_chunk *
wf_value_chunk_of(void *bytes, uint32_t where)
{
	return (struct wf_value_chunk *)(void *)((uint8_t *)bytes -
						 (size_t)(where >> 16) * WF_CACHE_LINE);
}

/* The packet's bytes are needed no more. */
static inline void
wf_value_free(struct wf_values *v, void *bytes, uint32_t where)
{
	struct wf_value_chunk *c = wf_value_chunk_of(bytes, where);

	v->held--;
	if (WF_UNLIKELY(--c->live == 0))
		wf_values_empty(v, c);
}

#endif
