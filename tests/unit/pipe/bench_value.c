/* SPDX-License-Identifier: BSD-3-Clause
 * Packets of the bench by value.
 */
#include "bench_packet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wf_store_value.h"

void
bench_bytes(void *ctx, void *const *pkts, uint32_t n, const uint8_t **data)
{
	struct bench *b = ctx;

	for (uint32_t i = 0; i < n; i++) {
		const struct fake *f = pkts[i];
		struct shadow *s;

		data[i] = NULL;
		if (f->refs > 1 || (b->special != 0 && f->who.id % b->special == 0))
			continue;
		s = calloc(1, sizeof(*s));
		assert_non_null(s);
		s->was = *f;
		s->was.original = NULL;
		s->was.refs = 1;
		memcpy(s->bytes, f->frame, sizeof(f->frame));
		memcpy(s->bytes, &s, sizeof(struct shadow *));
		s->next = b->shadows;
		b->shadows = s;
		data[i] = s->bytes;
	}
}

/* A buffer is a packet as others are: whoever frees it does not know. */
void *
bench_buffer(void *ctx, uint8_t **memory, uint32_t *bytes)
{
	struct bench *b = ctx;
	struct fake *f;

	if (b->buffers_left == 0)
		return NULL;
	b->buffers_left--;
	f = calloc(1, sizeof(*f));
	assert_non_null(f);
	f->refs = 1;
	f->who.id = BENCH_BUFFER;
	*bytes = 34 * 64;
	*memory = aligned_alloc(64, *bytes);
	assert_non_null(*memory);
	memcpy(f->frame, memory, sizeof(*memory));
	b->buffers++;
	b->alive++;
	return f;
}

uint32_t
bench_make_again(void *ctx, const struct wf_held *h, uint32_t n, void **pkts, uint32_t again)
{
	struct bench *b = ctx;

	for (uint32_t i = 0; i < n; i++) {
		uint32_t len = wf_value_len(h[i].len_bytes);
		struct shadow *s;
		struct fake *f;

		if (i < again)
			bench_put(b, pkts[i]);
		else if (b->again_left == 0)
			return i;
		else
			b->again_left--;
		memcpy(&s, h[i].pkt, sizeof(struct shadow *));
		assert_int_equal(len, s->was.len);
		assert_true(len <= b->options.by_value_bytes);
		assert_memory_equal(h[i].pkt, s->bytes, len);
		f = malloc(sizeof(*f));
		assert_non_null(f);
		*f = s->was;
		b->alive++;
		b->by_value++;
		pkts[i] = f;
	}
	return n;
}

void
bench_buffer_end(struct bench *b, struct fake *f)
{
	void *memory;

	memcpy(&memory, f->frame, sizeof(memory));
	free(memory);
	b->buffers--;
}

void
bench_shadows_end(struct bench *b)
{
	for (struct shadow *s = b->shadows, *next; s != NULL; s = next) {
		next = s->next;
		free(s);
	}
}
