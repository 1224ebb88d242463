/* SPDX-License-Identifier: BSD-3-Clause
 * Flows of one worker: key -> struct wf_flow. That worker only.
 *
 * rte_hash maps a key to a position, which is the flow's place in an array of cache lines. It has
 * an eighth more room than flows are allowed, because a cuckoo hash that is full to the last place
 * refuses keys. Ageing sweeps the array with a cursor, a few entries a call. What outlives a flow
 * is its ordinal, in a direct-mapped table: a place is taken over by the flow that aged out last.
 */
#include "wf_flow_table.h"

#include <errno.h>
#include <rte_hash.h>
#include <rte_malloc.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "wf_rng.h"

/* Ordinal of a flow that aged out; 0 where there is none. */
struct past {
	uint64_t hash;
	uint64_t ordinal;
};

struct wf_flow_table {
	struct rte_hash *hash;
	struct wf_flow *flows; /* n_slots of them */
	struct past *past;     /* past_mask + 1 of them */
	uint64_t past_mask;
	uint32_t n_slots;
	uint32_t max_flows;
	uint32_t count;
	uint32_t cursor;
	wf_ns_t idle_ns;
	wf_flow_end_fn end;
	void *ctx;
};

static_assert(WF_BURST <= RTE_HASH_LOOKUP_BULK_MAX, "one lookup a burst");

/* The table's limit keeps all sums within 32 bits. */
#define FLOWS_MAX (1u << 28)

/* Heads of the allocations, rte_hash's own struct, its ring. */
#define FIXED_BYTES 4096

static uint32_t
slots_of(uint32_t max_flows)
{
	return max_flows + max_flows / 8 + 8;
}

static uint64_t
power_of_2_from(uint64_t n)
{
	return n <= 1 ? 1 : 1ull << (64 - __builtin_clzll(n - 1));
}

uint64_t
wf_flow_table_bytes(uint32_t max_flows)
{
	uint64_t slots = slots_of(max_flows);
	/* rte_hash: 64 bytes a key, 8 bytes a place of a bucket, 4 to 8 a free slot. */
	uint64_t hash =
		slots * WF_CACHE_LINE + power_of_2_from(slots) * 8 + power_of_2_from(slots + 1) * 8;

	return FIXED_BYTES + hash + slots * sizeof(struct wf_flow) +
	       power_of_2_from(max_flows) * sizeof(struct past);
}

static inline hash_sig_t
signature(uint64_t hash)
{
	return (hash_sig_t)(hash ^ hash >> 32);
}

/* For rte_hash itself, which checks a position by looking its key up. */
static uint32_t
hash_key(const void *key, uint32_t len, uint32_t seed)
{
	return signature(wf_flow_hash(key));
}

struct wf_flow_table *
wf_flow_table_new(
	const char *name, uint32_t max_flows, wf_ns_t idle_ns, wf_flow_end_fn end, void *ctx)
{
	static _Atomic unsigned serial;
	char unique[RTE_HASH_NAMESIZE];
	struct rte_hash_parameters params = { .name = unique,
		.key_len = sizeof(struct wf_flow_key),
		.hash_func = hash_key,
		.socket_id = SOCKET_ID_ANY };
	struct wf_flow_table *t;

	if (max_flows == 0 || max_flows > FLOWS_MAX)
		return NULL;
	t = calloc(1, sizeof(*t));
	if (t == NULL)
		return NULL;
	snprintf(unique, sizeof(unique), "%u-%.10s",
		atomic_fetch_add_explicit(&serial, 1, memory_order_relaxed), name);
	t->n_slots = slots_of(max_flows);
	t->max_flows = max_flows;
	t->past_mask = power_of_2_from(max_flows) - 1;
	t->idle_ns = idle_ns;
	t->end = end;
	t->ctx = ctx;
	params.entries = t->n_slots;
	t->hash = rte_hash_create(&params);
	t->flows = rte_zmalloc("wf_flow", (size_t)t->n_slots * sizeof(*t->flows), WF_CACHE_LINE);
	t->past = rte_zmalloc(
		"wf_flow_past", (size_t)(t->past_mask + 1) * sizeof(*t->past), WF_CACHE_LINE);
	if (t->hash == NULL || t->flows == NULL || t->past == NULL) {
		wf_flow_table_free(t);
		return NULL;
	}
	return t;
}

void
wf_flow_table_free(struct wf_flow_table *t)
{
	if (t == NULL)
		return;
	for (uint32_t i = 0; t->count > 0 && i < t->n_slots; i++) {
		if (!t->flows[i].live)
			continue;
		if (t->end != NULL)
			t->end(t->ctx, &t->flows[i]);
		t->count--;
	}
	rte_free(t->past);
	rte_free(t->flows);
	rte_hash_free(t->hash);
	free(t);
}

static inline struct past *
past_of(struct wf_flow_table *t, uint64_t hash)
{
	return &t->past[hash & t->past_mask];
}

/* The flow of a key that the burst's lookup did not find: an earlier packet of the burst may have
 * created it since (`grown`). NULL: no room. */
static __attribute__((noinline)) struct wf_flow *
create(struct wf_flow_table *t, const struct wf_flow_key *key, uint64_t hash, uint64_t dir_key,
	bool grown)
{
	int32_t position = -ENOENT;
	const struct past *past;
	struct wf_flow *f;

	if (t->count < t->max_flows)
		position = rte_hash_add_key_with_hash(t->hash, key, signature(hash));
	else if (grown)
		position = rte_hash_lookup_with_hash(t->hash, key, signature(hash));
	if (position < 0)
		return NULL;
	f = &t->flows[position];
	if (f->live)
		return f;
	past = past_of(t, hash);
	*f = (struct wf_flow){
		.live = true,
		.hash = hash,
		.dir = (uint16_t)(key->dir[0] << 8 | key->dir[1]),
		.rng_key = wf_rng_flow(dir_key, hash),
		.ordinal = past->hash == hash ? past->ordinal : 0,
		.state = WF_NO_STATE,
	};
	t->count++;
	return f;
}

void
wf_flow_table_lookup(struct wf_flow_table *t, const struct wf_flow_key *const *keys,
	const uint64_t *hashes, const uint64_t *dir_keys, const wf_ns_t *now_ns, uint32_t n,
	struct wf_flow **out)
{
	hash_sig_t signatures[WF_BURST];
	int32_t positions[WF_BURST];
	uint32_t before = t->count;

	assert(n <= WF_BURST);
	if (n == 0)
		return;
	for (uint32_t i = 0; i < n; i++)
		signatures[i] = signature(hashes[i]);
	rte_hash_lookup_with_hash_bulk(
		t->hash, (const void **)(uintptr_t)keys, signatures, n, positions);
	for (uint32_t i = 0; i < n; i++)
		__builtin_prefetch(&t->flows[positions[i] < 0 ? 0 : positions[i]], 1);
	for (uint32_t i = 0; i < n; i++) {
		if (WF_LIKELY(positions[i] >= 0)) {
			out[i] = &t->flows[positions[i]];
		} else {
			out[i] = create(t, keys[i], hashes[i], dir_keys[i], t->count != before);
			if (out[i] == NULL)
				continue;
		}
		out[i]->last_seen_ns = now_ns[i];
	}
}

static void
forget(struct wf_flow_table *t, uint32_t position)
{
	struct wf_flow *f = &t->flows[position];
	void *key;
	int rc;

	if (f->ordinal != 0)
		*past_of(t, f->hash) = (struct past){ .hash = f->hash, .ordinal = f->ordinal };
	if (t->end != NULL)
		t->end(t->ctx, f);
	rc = rte_hash_get_key_with_position(t->hash, (int32_t)position, &key);
	if (rc == 0)
		rc = rte_hash_del_key_with_hash(t->hash, key, signature(f->hash));
	assert(rc >= 0);
	memset(f, 0, sizeof(*f));
	t->count--;
}

void
wf_flow_table_age(struct wf_flow_table *t, wf_ns_t now_ns, uint32_t budget)
{
	if (budget > t->n_slots)
		budget = t->n_slots;
	while (budget-- > 0 && t->count > 0) {
		uint32_t at = t->cursor;
		const struct wf_flow *f = &t->flows[at];

		t->cursor = at + 1 == t->n_slots ? 0 : at + 1;
		if (f->live && now_ns > f->last_seen_ns && now_ns - f->last_seen_ns >= t->idle_ns)
			forget(t, at);
	}
}

uint32_t
wf_flow_table_count(const struct wf_flow_table *t)
{
	return t->count;
}

void
wf_flow_table_each(struct wf_flow_table *t, void (*fn)(void *ctx, struct wf_flow *flow), void *ctx)
{
	for (uint32_t i = 0; i < t->n_slots; i++)
		if (t->flows[i].live)
			fn(ctx, &t->flows[i]);
}
