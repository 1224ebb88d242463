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
/* Chunks from the one that is read to the one that is prefetched: reading one takes a third of what
 * fetching one from memory does, at least. */
#define WF_CHAIN_AHEAD 8

/* Four cache lines. */
struct wf_chunk {
	uint32_t next;  /* index of the next chunk of the chain or of the free list */
	uint32_t n;     /* entries filled */
	uint32_t ahead; /* the chunk WF_CHAIN_AHEAD behind it in the chain; WF_NO_CHUNK: none yet */
	uint32_t pad[5];
	struct wf_held entry[WF_CHUNK_ENTRIES];
};
static_assert(sizeof(struct wf_chunk) == 256, "four lines");

struct wf_chain {
	uint32_t head, tail;  /* chunk indices; head WF_NO_CHUNK: empty */
	uint32_t lag, behind; /* the first chunk without `ahead`, so many before the last */
};
#define WF_NO_CHUNK 0 /* so a chain that is all zeros is empty; the chunk itself is never used */

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
	p->chunk[c].ahead = WF_NO_CHUNK;
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

/* A chunk more behind the last one, which is full. false: there is none. */
static inline bool
wf_chain_extend(struct wf_chunks *p, struct wf_chain *chain)
{
	uint32_t more = wf_chunk_get(p);

	if (WF_UNLIKELY(more == WF_NO_CHUNK))
		return false;
	p->chunk[chain->tail].next = more;
	chain->tail = more;
	if (chain->behind == WF_CHAIN_AHEAD - 1) {
		p->chunk[chain->lag].ahead = more;
		chain->lag = p->chunk[chain->lag].next;
	} else {
		chain->behind++;
	}
	return true;
}

/* Room in the last chunk of a chain that is not empty; false: no chunk. */
static inline bool
wf_chain_room(struct wf_chunks *p, struct wf_chain *chain)
{
	return p->chunk[chain->tail].n < WF_CHUNK_ENTRIES || wf_chain_extend(p, chain);
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
		chain->head = chain->tail = chain->lag = first;
		chain->behind = 0;
	} else if (!wf_chain_room(p, chain)) {
		return NULL;
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

/* What will be read some time after c. */
static inline void
wf_chain_prefetch(const struct wf_chunks *p, const struct wf_chunk *c)
{
	if (c->ahead != WF_NO_CHUNK)
		wf_chunk_prefetch(&p->chunk[c->ahead]);
}

/* Gives back the first chunk of a chain. */
static inline void
wf_chain_shift(struct wf_chunks *p, struct wf_chain *chain)
{
	uint32_t head = chain->head, next = p->chunk[head].next;

	if (chain->lag == head) {
		chain->lag = next;
		chain->behind--;
	}
	chain->head = next;
	wf_chunk_put(p, head);
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
