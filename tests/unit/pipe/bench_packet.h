/* SPDX-License-Identifier: BSD-3-Clause
 * What the packets of the bench are: heap objects that know who they are, and, where they are held
 * by value, can be told from their bytes.
 */
#ifndef BENCH_PACKET_H
#define BENCH_PACKET_H

#include "bench.h"

#define BENCH_LONGEST_VALUE 512

struct fake {
	struct bench_out who;  /* first: what tests read through void *pkt */
	struct fake *original; /* of a clone */
	uint32_t refs;
	uint32_t len, readable; /* length as counted, and of what is in frame */
	uint8_t frame[128];
};

/* What a packet was when its bytes were asked for: they are the address of this, and then what
 * stands in its frame. So whoever makes a packet of bytes knows which it was, and that they are
 * right. */
struct shadow {
	struct shadow *next;
	struct fake was;
	uint8_t bytes[BENCH_LONGEST_VALUE];
};

/* A reference less. */
void bench_put(struct bench *b, struct fake *f);

/* bench_value.c: what the pipeline may do with them where it holds them by value. */
void bench_bytes(void *ctx, void *const *pkts, uint32_t n, const uint8_t **data);
void *bench_buffer(void *ctx, uint8_t **memory, uint32_t *bytes);
uint32_t bench_make_again(
	void *ctx, const struct wf_held *h, uint32_t n, void **pkts, uint32_t again);
/* The memory of one that is freed. */
void bench_buffer_end(struct bench *b, struct fake *f);
void bench_shadows_end(struct bench *b);

#endif
