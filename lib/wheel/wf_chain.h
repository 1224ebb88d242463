/* SPDX-License-Identifier: BSD-3-Clause
 * Chains of chunks: where held packets stand, in order. Chunks come from a pool of one block of
 * memory and are reused last in, first out, so that few held packets stay in few cache lines. One
 * worker's own.
 */
#ifndef WF_CHAIN_H
#define WF_CHAIN_H

#include "wf_store.h"

#define WF_CHUNK_ENTRIES 7
#define WF_CHUNKS_PAGE   (2ull << 20) /* large pages are asked for */

/* Four cache lines. */
struct wf_chunk {
	uint32_t next; /* index of the next chunk of the chain or of the free list */
	uint32_t n;    /* entries filled */
	uint64_t pad[3];
	struct wf_held entry[WF_CHUNK_ENTRIES];
};
static_assert(sizeof(struct wf_chunk) == 256, "four lines");

struct wf_chain {
	uint32_t head, tail; /* chunk indices; head WF_NO_CHUNK: empty */
};
#define WF_NO_CHUNK UINT32_MAX

struct wf_chunks {
	struct wf_chunk *chunk;
	uint32_t free_chunk;
	uint32_t used, n, in_use;
};

/* A pool of n chunks; memory that is never used is never touched. 0 or -ENOMEM. */
int wf_chunks_init(struct wf_chunks *p, uint32_t n);
void wf_chunks_fini(struct wf_chunks *p);

static inline uint32_t
wf_chunk_get(struct wf_chunks *p)
{
	uint32_t c = p->free_chunk;

	if (c != WF_NO_CHUNK)
		p->free_chunk = p->chunk[c].next;
	else if (p->used < p->n)
		c = p->used++;
	else
		return WF_NO_CHUNK;
	p->chunk[c].next = WF_NO_CHUNK;
	p->chunk[c].n = 0;
	p->in_use++;
	return c;
}

static inline void
wf_chunk_put(struct wf_chunks *p, uint32_t c)
{
	p->chunk[c].next = p->free_chunk;
	p->free_chunk = c;
	p->in_use--;
}

/* Room for one more entry at the end of a chain; NULL: no chunk. */
static inline struct wf_held *
wf_chain_append(struct wf_chunks *p, struct wf_chain *chain)
{
	struct wf_chunk *c;

	if (chain->head == WF_NO_CHUNK) {
		uint32_t first = wf_chunk_get(p);

		if (WF_UNLIKELY(first == WF_NO_CHUNK))
			return NULL;
		chain->head = chain->tail = first;
	} else if (p->chunk[chain->tail].n == WF_CHUNK_ENTRIES) {
		uint32_t more = wf_chunk_get(p);

		if (WF_UNLIKELY(more == WF_NO_CHUNK))
			return NULL;
		p->chunk[chain->tail].next = more;
		chain->tail = more;
	}
	c = &p->chunk[chain->tail];
	return &c->entry[c->n++];
}

static inline void
wf_chunk_prefetch(const struct wf_chunk *c)
{
	for (size_t line = 0; line < sizeof(*c); line += WF_CACHE_LINE)
		__builtin_prefetch((const char *)c + line);
}

/* The packet will be sent soon: its first two cache lines. */
static inline void
wf_held_prefetch(const struct wf_held *h)
{
	__builtin_prefetch(h->pkt);
	__builtin_prefetch(
		(const void *)((uintptr_t)h->pkt + WF_CACHE_LINE)); /* never dereferenced */
}

#endif
