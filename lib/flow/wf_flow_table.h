/* SPDX-License-Identifier: BSD-3-Clause
 * Flows of one worker: key -> struct wf_flow, a record of its own lines with its state in it.
 *
 * Bounded: a flow that finds no room uses the caller's fall-back and is counted. A flow ends when
 * it has been idle for a while; if it comes back it goes on from its ordinal, kept as long as there
 * is room, so that a sparse flow does not repeat its first draw for ever. What a packet finds does
 * not depend on bursts, nor on when wf_flow_table_age was called.
 */
#ifndef WF_FLOW_TABLE_H
#define WF_FLOW_TABLE_H

#include "wf_batch.h"
#include "wf_flow_index.h"
#include "wf_parse.h"

/* Called when a flow ends, so that its state can be given back. */
typedef void (*wf_flow_end_fn)(void *ctx, struct wf_flow *flow);

/* Whoever includes this may look, and write through the functions only. */
struct wf_flow_table {
	struct wf_flow_index index;
	struct wf_flow *flows; /* max_flows of them, of which `used` were ever taken */
	uint32_t max_flows;
	uint32_t used; /* flows that live, and ended ones */
	uint32_t n_live;
	uint32_t cursor;           /* of the sweep */
	uint32_t hand;             /* where room was found last */
	struct wf_flow_past *past; /* past_mask + 1 of them */
	uint64_t past_mask;
	wf_ns_t idle_ns;
	wf_flow_end_fn end;
	void *ctx;
};

/* `max_flows` 1 to 2^24; a flow unseen for idle_ns ends. NULL: out of memory. */
struct wf_flow_table *wf_flow_table_new(
	uint32_t max_flows, wf_ns_t idle_ns, wf_flow_end_fn end, void *ctx);
void wf_flow_table_free(struct wf_flow_table *t);
/* Memory that a table takes, all of it from the start: 360 to 390 bytes a flow. */
uint64_t wf_flow_table_bytes(uint32_t max_flows);

/* The hash will be looked up soon: best as soon as it is known, before other packets of the burst
 * are parsed. */
static inline void
wf_flow_table_expect(const struct wf_flow_table *t, uint64_t hash)
{
	wf_flow_index_prefetch(&t->index, hash);
}

/* Finds or creates the flows of n <= WF_BURST packets; hashes[i] is keys[i]'s wf_flow_hash. Whoever
 * knows the hash from elsewhere, such as a worker that was handed the packet over, need not compute
 * it, but it has to be of this key, direction included: a packet with another is lost to its flow.
 * state_lines: bits of the lines of the flows' state that will be needed.
 *
 * out[i] is NULL when there is no room. A new flow is zero but for key, hash, rng_key (from
 * dir_key), ordinal (where it is known), run, index and last_seen_ns, its state undefined; one that
 * had ended keeps last_due_ns too. Sets last_seen_ns of all. Does not count ordinals. Runs are
 * numbered upwards: with a later one, a flow begins anew, with the ordinal 0 and without state.
 */
void wf_flow_table_lookup(struct wf_flow_table *t, const struct wf_flow_key *const *keys,
	const uint64_t *hashes, const wf_ns_t *now_ns, uint32_t n, uint64_t dir_key, uint32_t run,
	uint32_t state_lines, struct wf_flow **out);

/* Ends idle flows, looking at no more than `budget` records: call often, with little. Returns how
 * many it has looked at. */
uint32_t wf_flow_table_age(struct wf_flow_table *t, wf_ns_t now_ns, uint32_t budget);

/* Flows that are sure to find room, but for hashes that somebody has made alike. */
static inline uint32_t
wf_flow_table_room(const struct wf_flow_table *t)
{
	return t->max_flows - t->used;
}

/* Flows that live. */
static inline uint32_t
wf_flow_table_count(const struct wf_flow_table *t)
{
	return t->n_live;
}

/* Calls fn for each of them (control of gauges, and tests): not for the data path. */
void wf_flow_table_each(
	struct wf_flow_table *t, void (*fn)(void *ctx, struct wf_flow *flow), void *ctx);

#endif
