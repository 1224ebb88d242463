/* SPDX-License-Identifier: BSD-3-Clause
 * Flows of one worker: key -> struct wf_flow. That worker only.
 *
 * rte_hash maps a key to a position, which is the flow's place in an array of cache lines. It has
 * an eighth more room than flows are allowed, because a cuckoo hash that is full to the last place
 * refuses keys.
 *
 * A flow ends when it has been idle for idle_ns, whoever notices first: its next packet, or the
 * cursor that sweeps the array a few entries a call. An ended flow stays in its place, with its
 * ordinal, until a new one needs the room; then the ordinal moves to a direct-mapped table. So all
 * that a packet finds follows from the packets before it, never from when somebody swept.
 */
#include "wf_flow_table.h"

#include <errno.h>
#include <rte_hash.h>
#include <rte_malloc.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "wf_rng.h"

/* Ordinal of a flow that lost its place; 0 where there is none. */
struct past {
	uint64_t name; /* of the flow and the run */
	uint64_t ordinal;
};

struct wf_flow_table {
	struct rte_hash *hash;
	struct wf_flow *flows; /* n_slots of them */
	struct past *past;     /* past_mask + 1 of them */
	uint64_t past_mask;
	uint32_t n_slots;
	uint32_t max_flows;
	uint32_t n_keys; /* places taken: flows that live, and ended ones */
	uint32_t n_live;
	uint32_t cursor; /* of the sweep */
	uint32_t hand;   /* where room was found last */
	wf_ns_t idle_ns;
	wf_flow_end_fn end;
	void *ctx;
};

static_assert(WF_BURST <= RTE_HASH_LOOKUP_BULK_MAX, "one lookup a burst");

/* The table's limit keeps all sums within 32 bits. */
#define FLOWS_MAX (1u << 28)

/* Places looked at for one new flow in a table that is full. */
#define ROOM_BUDGET 64

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

/* The flow ends; its place keeps its key. */
static void
end_flow(struct wf_flow_table *t, struct wf_flow *f)
{
	if (t->end != NULL)
		t->end(t->ctx, f);
	f->stage = WF_FLOW_ENDED;
	f->state = WF_NO_STATE;
	f->class_epoch = 0;
	f->listed = false;
	t->n_live--;
}

static inline bool
is_idle(const struct wf_flow_table *t, const struct wf_flow *f, wf_ns_t now_ns)
{
	return f->waiting == 0 && now_ns > f->last_seen_ns &&
	       now_ns - f->last_seen_ns >= t->idle_ns;
}

void
wf_flow_table_free(struct wf_flow_table *t)
{
	if (t == NULL)
		return;
	for (uint32_t i = 0; t->n_live > 0 && i < t->n_slots; i++)
		if (t->flows[i].stage == WF_FLOW_LIVE)
			end_flow(t, &t->flows[i]);
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

static inline uint64_t
name_of(uint64_t rng_key, uint32_t run)
{
	return rng_key + run * WF_RNG_STEP;
}

/* Gives up the place of an ended flow, or of one that is idle now. */
static void
evict(struct wf_flow_table *t, uint32_t position)
{
	struct wf_flow *f = &t->flows[position];
	void *key;
	int rc;

	if (f->stage == WF_FLOW_LIVE)
		end_flow(t, f);
	if (f->ordinal != 0)
		*past_of(t, f->hash) =
			(struct past){ .name = name_of(f->rng_key, f->run), .ordinal = f->ordinal };
	rc = rte_hash_get_key_with_position(t->hash, (int32_t)position, &key);
	if (rc == 0)
		rc = rte_hash_del_key_with_hash(t->hash, key, signature(f->hash));
	assert(rc >= 0);
	memset(f, 0, sizeof(*f));
	t->n_keys--;
}

/* Looks for a place that can be given up, a bounded stretch from the last one. */
static bool
make_room(struct wf_flow_table *t, wf_ns_t now_ns)
{
	for (uint32_t i = 0; i < ROOM_BUDGET && i < t->n_slots; i++) {
		uint32_t at = t->hand;
		const struct wf_flow *f = &t->flows[at];

		t->hand = at + 1 == t->n_slots ? 0 : at + 1;
		if (f->stage != WF_FLOW_FREE && is_idle(t, f, now_ns)) {
			evict(t, at);
			return true;
		}
	}
	return false;
}

/* A place for a new key; NULL: none. */
static struct wf_flow *
create(struct wf_flow_table *t, const struct wf_flow_key *key, uint64_t hash, uint64_t dir_key,
	uint32_t run, wf_ns_t now_ns)
{
	uint64_t rng_key = wf_rng_flow(dir_key, hash);
	int32_t position = rte_hash_add_key_with_hash(t->hash, key, signature(hash));
	const struct past *past = past_of(t, hash);
	struct wf_flow *f;

	if (position < 0)
		return NULL;
	f = &t->flows[position];
	*f = (struct wf_flow){
		.stage = WF_FLOW_LIVE,
		.hash = hash,
		.rng_key = rng_key,
		.ordinal = past->name == name_of(rng_key, run) ? past->ordinal : 0,
		.run = run,
		.state = WF_NO_STATE,
		.last_seen_ns = now_ns,
	};
	t->n_keys++;
	t->n_live++;
	return f;
}

/* The flow of a key that the burst's lookup did not find, or whose place may have been given up
 * since: an earlier packet of the burst may have created it. NULL: no room. */
static __attribute__((noinline)) struct wf_flow *
find_or_create(struct wf_flow_table *t, const struct wf_flow_key *key, uint64_t hash,
	uint64_t dir_key, uint32_t run, wf_ns_t now_ns, bool *changed)
{
	if (*changed) {
		int32_t position = rte_hash_lookup_with_hash(t->hash, key, signature(hash));

		if (position >= 0)
			return &t->flows[position];
	}
	if (t->n_keys >= t->max_flows && !make_room(t, now_ns))
		return NULL;
	*changed = true;
	return create(t, key, hash, dir_key, run, now_ns);
}

/* A packet of a flow whose key is known. */
static inline void
touch(struct wf_flow_table *t, struct wf_flow *f, wf_ns_t now_ns)
{
	if (WF_UNLIKELY(f->stage == WF_FLOW_LIVE && is_idle(t, f, now_ns)))
		end_flow(t, f);
	if (WF_UNLIKELY(f->stage == WF_FLOW_ENDED)) {
		f->stage = WF_FLOW_LIVE;
		t->n_live++;
	}
	f->last_seen_ns = now_ns;
}

/* The flow's first packet in a later run. */
static __attribute__((noinline)) void
restart(struct wf_flow_table *t, struct wf_flow *f, uint64_t dir_key, uint32_t run)
{
	if (f->stage == WF_FLOW_LIVE && t->end != NULL)
		t->end(t->ctx, f);
	f->state = WF_NO_STATE;
	f->class_epoch = 0;
	f->listed = false;
	f->ordinal = 0;
	f->last_due_ns = 0;
	f->rng_key = wf_rng_flow(dir_key, f->hash);
	f->run = run;
}

void
wf_flow_table_lookup(struct wf_flow_table *t, const struct wf_flow_key *const *keys,
	const uint64_t *hashes, const uint64_t *dir_keys, const wf_ns_t *now_ns, uint32_t n,
	uint32_t run, struct wf_flow **out)
{
	hash_sig_t signatures[WF_BURST];
	int32_t positions[WF_BURST];
	bool changed = false; /* positions may be out of date */

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
		if (WF_LIKELY(positions[i] >= 0 && !changed)) {
			out[i] = &t->flows[positions[i]];
		} else {
			out[i] = find_or_create(
				t, keys[i], hashes[i], dir_keys[i], run, now_ns[i], &changed);
			if (out[i] == NULL)
				continue;
		}
		if (WF_UNLIKELY((int32_t)(run - out[i]->run) > 0))
			restart(t, out[i], dir_keys[i], run);
		touch(t, out[i], now_ns[i]);
	}
}

void
wf_flow_table_age(struct wf_flow_table *t, wf_ns_t now_ns, uint32_t budget)
{
	if (budget > t->n_slots)
		budget = t->n_slots;
	while (budget-- > 0 && t->n_live > 0) {
		struct wf_flow *f = &t->flows[t->cursor];

		t->cursor = t->cursor + 1 == t->n_slots ? 0 : t->cursor + 1;
		if (f->stage == WF_FLOW_LIVE && is_idle(t, f, now_ns))
			end_flow(t, f);
	}
}

uint32_t
wf_flow_table_room(const struct wf_flow_table *t)
{
	return t->max_flows - t->n_keys;
}

uint32_t
wf_flow_table_count(const struct wf_flow_table *t)
{
	return t->n_live;
}

void
wf_flow_table_each(struct wf_flow_table *t, void (*fn)(void *ctx, struct wf_flow *flow), void *ctx)
{
	for (uint32_t i = 0; i < t->n_slots; i++)
		if (t->flows[i].stage == WF_FLOW_LIVE)
			fn(ctx, &t->flows[i]);
}
