/* SPDX-License-Identifier: BSD-3-Clause
 * A flow table whose flows have numbers, one packet at a time.
 */
#ifndef TABLE_H
#define TABLE_H

#include "wf_flow_table.h"

#define IDLE_NS 1000ull
#define DIR_KEY 0x1234567890abcdefull

static unsigned ended; /* flows, since table_of */
static uint64_t ended_hash;

static inline void
count_end(void *ctx, struct wf_flow *flow)
{
	assert_ptr_equal(ctx, &ended);
	ended++;
	ended_hash = flow->hash;
}

static inline struct wf_flow_table *
table_of(uint32_t max_flows)
{
	struct wf_flow_table *t = wf_flow_table_new(max_flows, IDLE_NS, count_end, &ended);

	assert_non_null(t);
	ended = 0;
	return t;
}

static inline struct wf_flow_key
key_of(uint32_t n)
{
	struct wf_flow_key k = {
		.src = { [12] = n >> 24, n >> 16, n >> 8, n }, .dir = { 0x12, 0x34 }, .family = 4
	};

	return k;
}

static inline uint64_t
hash_of(uint32_t n)
{
	struct wf_flow_key key = key_of(n);

	return wf_flow_hash(&key);
}

/* One packet of flow number n. */
static inline struct wf_flow *
look(struct wf_flow_table *t, uint32_t n, wf_ns_t now_ns)
{
	struct wf_flow_key key = key_of(n);
	const struct wf_flow_key *keys = &key;
	uint64_t hash = wf_flow_hash(&key);
	struct wf_flow *out = (void *)1;

	wf_flow_table_lookup(t, &keys, &hash, &now_ns, 1, DIR_KEY, 0, 0, &out);
	return out;
}

static inline void
age_all(struct wf_flow_table *t, wf_ns_t now_ns)
{
	wf_flow_table_age(t, now_ns, UINT32_MAX);
}

#endif
