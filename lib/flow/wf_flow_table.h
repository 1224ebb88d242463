/* SPDX-License-Identifier: BSD-3-Clause
 * Flows of one worker: key -> struct wf_flow, by rte_hash with our own hash. Needs EAL.
 *
 * Bounded: a flow that finds no room uses the caller's fall-back and is counted. A flow ends when
 * it has been idle for a while; if it comes back it goes on from its ordinal, kept as long as there
 * is room, so that a sparse flow does not repeat its first draw for ever. What a packet finds does
 * not depend on bursts, nor on when wf_flow_table_age was called.
 */
#ifndef WF_FLOW_TABLE_H
#define WF_FLOW_TABLE_H

#include "wf_batch.h"
#include "wf_parse.h"

struct wf_flow_table;

/* Called when a flow ends, so that its state can be given back. */
typedef void (*wf_flow_end_fn)(void *ctx, struct wf_flow *flow);

/* `max_flows` 1 to 2^28; a flow unseen for idle_ns ends. NULL: out of memory. */
struct wf_flow_table *wf_flow_table_new(
	const char *name, uint32_t max_flows, wf_ns_t idle_ns, wf_flow_end_fn end, void *ctx);
void wf_flow_table_free(struct wf_flow_table *t);
/* Memory that a table takes of EAL's, to size it: about 200 to 300 bytes a flow. */
uint64_t wf_flow_table_bytes(uint32_t max_flows);

/* Finds or creates the flows of n <= WF_BURST packets; hashes[i] is keys[i]'s wf_flow_hash. out[i]
 * is NULL when there is no room. A new flow is zero but for hash, rng_key (from dir_key[i]),
 * ordinal (where it is known), state = WF_NO_STATE and last_seen_ns; one that had ended keeps
 * last_due_ns too. Sets last_seen_ns of all. Does not count ordinals. Runs are numbered upwards:
 * with a later one, a flow begins anew, with the ordinal 0 and without state.
 */
void wf_flow_table_lookup(struct wf_flow_table *t, const struct wf_flow_key *const *keys,
	const uint64_t *hashes, const uint64_t *dir_keys, const wf_ns_t *now_ns, uint32_t n,
	uint32_t run, struct wf_flow **out);

/* Ends idle flows, looking at no more than `budget` entries: call often, with little. */
void wf_flow_table_age(struct wf_flow_table *t, wf_ns_t now_ns, uint32_t budget);

/* Flows that are sure to find room. */
uint32_t wf_flow_table_room(const struct wf_flow_table *t);
/* Flows that live. */
uint32_t wf_flow_table_count(const struct wf_flow_table *t);
/* Calls fn for each of them (control of gauges, and tests): not for the data path. */
void wf_flow_table_each(
	struct wf_flow_table *t, void (*fn)(void *ctx, struct wf_flow *flow), void *ctx);

#endif
