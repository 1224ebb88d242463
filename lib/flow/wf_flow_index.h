/* SPDX-License-Identifier: BSD-3-Clause
 * Which place a hash leads to: buckets of one cache line, in each eight tags of 16 bits, found with
 * one comparison, and eight places beside them. It knows no keys: who asks compares them, at most
 * one wrong one in 8000 lookups of a full table. One worker's own.
 *
 * A bucket that is full goes on in a spare one, up to WF_FLOW_CHAIN lines in all; so hashes that
 * somebody has made alike cost a bounded time, and then find no room. Chains have no holes: the
 * last entry moves into the one that is removed. Full to its limit, with hashes by chance, two
 * buckets of a hundred have a second line, and one with more than WF_FLOW_CHAIN does not come up.
 */
#ifndef WF_FLOW_INDEX_H
#define WF_FLOW_INDEX_H

#include <endian.h>

#include "wf_types.h"

#define WF_FLOW_TAGS  8 /* in a line */
#define WF_FLOW_CHAIN 4 /* lines */

typedef uint16_t wf_flow_tags_t __attribute__((vector_size(2 * WF_FLOW_TAGS)));
typedef uint8_t wf_flow_hits_t __attribute__((vector_size(WF_FLOW_TAGS)));

struct wf_flow_bucket {
	wf_flow_tags_t tag; /* 0: free; the taken ones stand first */
	uint32_t place[WF_FLOW_TAGS];
	uint32_t next; /* the spare bucket that follows; 0: none */
	uint32_t n;    /* places taken here */
	uint32_t pad[2];
};
static_assert(sizeof(struct wf_flow_bucket) == WF_CACHE_LINE, "one line");

struct wf_flow_index {
	struct wf_flow_bucket *bucket; /* mask + 1 of them, then the spare ones */
	uint32_t mask;
	uint32_t n_spare;
	uint32_t spare_used; /* ever */
	uint32_t spare_free; /* first of those given back, by `next`; 0: none */
};

/* For as many places. 0 or -ENOMEM. */
int wf_flow_index_init(struct wf_flow_index *x, uint32_t n_places);
void wf_flow_index_fini(struct wf_flow_index *x);
uint64_t wf_flow_index_bytes(uint32_t n_places);

static inline struct wf_flow_bucket *
wf_flow_index_bucket(const struct wf_flow_index *x, uint64_t hash)
{
	return &x->bucket[hash & x->mask];
}

/* The hash is asked for soon. */
static inline void
wf_flow_index_prefetch(const struct wf_flow_index *x, uint64_t hash)
{
	__builtin_prefetch(wf_flow_index_bucket(x, hash));
}

/* Of other bits than the bucket, and not of the highest ones, which choose the worker. */
static inline uint16_t
wf_flow_index_tag(uint64_t hash)
{
	uint16_t tag = (uint16_t)(hash >> 32);

	return tag != 0 ? tag : 1;
}

/* Entries of the bucket with this tag: one byte each, 0xff or 0. */
static inline uint64_t
wf_flow_index_hits(const struct wf_flow_bucket *b, uint16_t tag)
{
	wf_flow_tags_t same = (wf_flow_tags_t)(b->tag == tag);
	wf_flow_hits_t hits = __builtin_convertvector(same, wf_flow_hits_t);

	return le64toh((uint64_t)hits);
}

/* The first of them; there is one. */
static inline uint32_t
wf_flow_index_first(const struct wf_flow_bucket *b, uint64_t hits)
{
	return b->place[__builtin_ctzll(hits) / 8];
}

static inline uint64_t
wf_flow_index_others(uint64_t hits)
{
	return hits & ~(0xffull << (__builtin_ctzll(hits) & ~7));
}

/* The bucket that goes on; NULL: none. */
static inline const struct wf_flow_bucket *
wf_flow_index_next(const struct wf_flow_index *x, const struct wf_flow_bucket *b)
{
	return b->next != 0 ? &x->bucket[b->next] : NULL;
}

/* Is there room for one more of this hash? */
bool wf_flow_index_room(const struct wf_flow_index *x, uint64_t hash);
/* Room was asked for, and places are fewer than said to wf_flow_index_init. */
void wf_flow_index_add(struct wf_flow_index *x, uint64_t hash, uint32_t place);
/* The place was added with this hash. */
void wf_flow_index_remove(struct wf_flow_index *x, uint64_t hash, uint32_t place);

#endif
