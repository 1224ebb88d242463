/* SPDX-License-Identifier: BSD-3-Clause
 * Flows of one worker: key -> struct wf_flow. That worker only.
 *
 * A bucket of tags (wf_flow_index.h) leads to a record, which has the key: two cache lines that
 * depend on each other, both fetched for a whole burst before any packet needs them. rte_hash
 * would have a line more, for it keeps keys apart from what it finds, and 130 instructions.
 *
 * A flow ends when it has been idle for idle_ns, whoever notices first: its next packet, or the
 * cursor that sweeps the records a few a call. An ended flow stays in its place, with its ordinal,
 * until a new one needs the room; then the ordinal moves to a direct-mapped table. So all that a
 * packet finds follows from the packets before it, never from when somebody swept.
 */
#include "wf_flow_table.h"

#include <stdlib.h>
#include <string.h>

#include "wf_pages.h"
#include "wf_rng.h"

/* Ordinal of a flow that lost its place; 0 where there is none. */
struct wf_flow_past {
	uint64_t name; /* of the flow and the run */
	uint64_t ordinal;
};

/* As many as a configuration may ask for. */
#define FLOWS_MAX (1u << 24)

/* Places looked at for one new flow in a table that is full. */
#define ROOM_BUDGET 64

static uint64_t
table_pasts(uint32_t max_flows)
{
	return max_flows <= 1 ? 1 : 1ull << (64 - __builtin_clzll(max_flows - 1ull));
}

uint64_t
wf_flow_table_bytes(uint32_t max_flows)
{
	return wf_flow_index_bytes(max_flows) + max_flows * sizeof(struct wf_flow) +
	       table_pasts(max_flows) * sizeof(struct wf_flow_past);
}

struct wf_flow_table *
wf_flow_table_new(uint32_t max_flows, wf_ns_t idle_ns, wf_flow_end_fn end, void *ctx)
{
	struct wf_flow_table *t;

	if (max_flows == 0 || max_flows > FLOWS_MAX)
		return NULL;
	t = calloc(1, sizeof(*t));
	if (t == NULL)
		return NULL;
	t->max_flows = max_flows;
	t->past_mask = table_pasts(max_flows) - 1;
	t->idle_ns = idle_ns;
	t->end = end;
	t->ctx = ctx;
	t->flows = wf_pages_new((size_t)max_flows * sizeof(*t->flows));
	t->past = wf_pages_new((size_t)(t->past_mask + 1) * sizeof(*t->past));
	if (wf_flow_index_init(&t->index, max_flows) < 0 || t->flows == NULL || t->past == NULL) {
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
	f->held = (struct wf_state_head){ 0 };
	f->class_epoch = 0;
	f->listed = false;
	t->n_live--;
}

static inline bool
is_idle(const struct wf_flow_table *t, const struct wf_flow *f, wf_ns_t now_ns)
{
	/* The first also holds where the time goes back, which the second is for. */
	return WF_UNLIKELY(now_ns - f->last_seen_ns >= t->idle_ns) && now_ns > f->last_seen_ns &&
	       f->waiting == 0;
}

void
wf_flow_table_free(struct wf_flow_table *t)
{
	if (t == NULL)
		return;
	for (uint32_t i = 0; t->flows != NULL && t->n_live > 0 && i < t->used; i++)
		if (t->flows[i].stage == WF_FLOW_LIVE)
			end_flow(t, &t->flows[i]);
	wf_pages_free(t->past, (size_t)(t->past_mask + 1) * sizeof(*t->past));
	wf_pages_free(t->flows, (size_t)t->max_flows * sizeof(*t->flows));
	wf_flow_index_fini(&t->index);
	free(t);
}

static inline struct wf_flow_past *
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
evict(struct wf_flow_table *t, struct wf_flow *f)
{
	if (f->stage == WF_FLOW_LIVE)
		end_flow(t, f);
	if (f->ordinal != 0)
		*past_of(t, f->hash) = (struct wf_flow_past){ .name = name_of(f->rng_key, f->run),
			.ordinal = f->ordinal };
	wf_flow_index_remove(&t->index, f->hash, f->index);
	f->stage = WF_FLOW_FREE;
}

/* A place for one more flow: one that was never used, or one that can be given up, looked for in a
 * bounded stretch from the last one. NULL: none. */
static struct wf_flow *
find_place(struct wf_flow_table *t, wf_ns_t now_ns)
{
	if (t->used < t->max_flows) {
		t->flows[t->used].index = t->used;
		return &t->flows[t->used++];
	}
	for (uint32_t i = 0; i < ROOM_BUDGET && i < t->max_flows; i++) {
		struct wf_flow *f = &t->flows[t->hand];

		t->hand = t->hand + 1 == t->max_flows ? 0 : t->hand + 1;
		if (is_idle(t, f, now_ns)) {
			evict(t, f);
			return f;
		}
	}
	return NULL;
}

/* A new flow; NULL: no room. */
static struct wf_flow *
create(struct wf_flow_table *t, const struct wf_flow_key *key, uint64_t hash, uint64_t dir_key,
	uint32_t run, wf_ns_t now_ns)
{
	uint64_t rng_key = wf_rng_flow(dir_key, hash);
	struct wf_flow *f;
	const struct wf_flow_past *past = past_of(t, hash);

	if (!wf_flow_index_room(&t->index, hash))
		return NULL;
	f = find_place(t, now_ns);
	if (f == NULL)
		return NULL;
	wf_flow_index_add(&t->index, hash, f->index);
	f->key = *key;
	f->rng_key = rng_key;
	f->ordinal = past->name == name_of(rng_key, run) ? past->ordinal : 0;
	f->last_seen_ns = now_ns;
	f->last_due_ns = 0;
	f->hash = hash;
	f->held = (struct wf_state_head){ 0 };
	f->class_epoch = 0;
	f->run = run;
	f->waiting = 0;
	f->class_id = f->slot = 0;
	f->listed = false;
	f->accounted = 0;
	f->stage = WF_FLOW_LIVE;
	t->n_live++;
	return f;
}

typedef uint64_t key_part_t __attribute__((vector_size(16)));

/* Bits that differ in the sixteen bytes of both keys at `at`. */
static inline key_part_t
key_part(const struct wf_flow_key *a, const struct wf_flow_key *b, size_t at)
{
	key_part_t x, y;

	memcpy(&x, (const uint8_t *)a + at, sizeof(x));
	memcpy(&y, (const uint8_t *)b + at, sizeof(y));
	return x ^ y;
}

/* In three parts, which are one comparison in the end. */
static inline bool
is_key(const struct wf_flow_key *a, const struct wf_flow_key *b)
{
	key_part_t others = key_part(a, b, 0) | key_part(a, b, 16) | key_part(a, b, 32);

	static_assert(sizeof(*a) == 48, "three parts");
	return (others[0] | others[1]) == 0;
}

/* The flow of a key that is not where its bucket's first hit leads: further on, or created by an
 * earlier packet of the burst, or new. NULL: no room. */
static __attribute__((noinline)) struct wf_flow *
find_or_create(struct wf_flow_table *t, const struct wf_flow_key *key, uint64_t hash,
	uint64_t dir_key, uint32_t run, wf_ns_t now_ns)
{
	const struct wf_flow_bucket *b = wf_flow_index_bucket(&t->index, hash);
	uint16_t tag = wf_flow_index_tag(hash);

	for (; b != NULL; b = wf_flow_index_next(&t->index, b)) {
		uint64_t hits = wf_flow_index_hits(b, tag);

		for (; hits != 0; hits = wf_flow_index_others(hits)) {
			struct wf_flow *f = &t->flows[wf_flow_index_first(b, hits)];

			if (is_key(&f->key, key))
				return f;
		}
	}
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
	f->held = (struct wf_state_head){ 0 };
	f->class_epoch = 0;
	f->listed = false;
	f->accounted = 0;
	f->ordinal = 0;
	f->last_due_ns = 0;
	f->rng_key = wf_rng_flow(dir_key, f->hash);
	f->run = run;
}

/* Where the burst's buckets lead to: a flow that has the key, most likely. NULL: to none. Fetches
 * it with those lines of its state. */
static inline void
look_ahead(const struct wf_flow_table *t, const uint64_t *hashes, uint32_t n, uint32_t state_lines,
	struct wf_flow **out)
{
	for (uint32_t i = 0; i < n; i++) {
		const struct wf_flow_bucket *b = wf_flow_index_bucket(&t->index, hashes[i]);
		uint64_t hits = wf_flow_index_hits(b, wf_flow_index_tag(hashes[i]));

		out[i] = NULL;
		if (WF_UNLIKELY(hits == 0))
			continue;
		out[i] = &t->flows[wf_flow_index_first(b, hits)];
		__builtin_prefetch(&out[i]->key, 1);
		__builtin_prefetch(&out[i]->last_seen_ns, 1);
		for (uint32_t line = 0; line < WF_FLOW_STATE / WF_CACHE_LINE; line++)
			if (state_lines & 1u << line)
				__builtin_prefetch(&out[i]->state[WF_CACHE_LINE * line], 1);
	}
}

void
wf_flow_table_lookup(struct wf_flow_table *t, const struct wf_flow_key *const *keys,
	const uint64_t *hashes, const wf_ns_t *now_ns, uint32_t n, uint64_t dir_key, uint32_t run,
	uint32_t state_lines, struct wf_flow **out)
{
	assert(n <= WF_BURST);
	look_ahead(t, hashes, n, state_lines, out);
	for (uint32_t i = 0; i < n; i++) {
		struct wf_flow *f = out[i];

		/* An earlier packet of the burst may have taken the place from it. */
		if (WF_UNLIKELY(
			    f == NULL || f->stage == WF_FLOW_FREE || !is_key(&f->key, keys[i]))) {
			f = out[i] = find_or_create(t, keys[i], hashes[i], dir_key, run, now_ns[i]);
			if (f == NULL)
				continue;
		}
		if (WF_UNLIKELY((int32_t)(run - f->run) > 0))
			restart(t, f, dir_key, run);
		touch(t, f, now_ns[i]);
	}
}

uint32_t
wf_flow_table_age(struct wf_flow_table *t, wf_ns_t now_ns, uint32_t budget)
{
	uint32_t seen = 0;

	if (budget > t->used)
		budget = t->used;
	for (; seen < budget && t->n_live > 0; seen++) {
		struct wf_flow *f = &t->flows[t->cursor];

		t->cursor = t->cursor + 1 >= t->used ? 0 : t->cursor + 1;
		if (f->stage == WF_FLOW_LIVE && is_idle(t, f, now_ns))
			end_flow(t, f);
		/* What the next call begins with. */
		__builtin_prefetch(&t->flows[t->cursor].last_seen_ns);
	}
	return seen;
}

void
wf_flow_table_each(struct wf_flow_table *t, void (*fn)(void *ctx, struct wf_flow *flow), void *ctx)
{
	for (uint32_t i = 0; i < t->used; i++)
		if (t->flows[i].stage == WF_FLOW_LIVE)
			fn(ctx, &t->flows[i]);
}
