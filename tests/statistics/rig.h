/* SPDX-License-Identifier: BSD-3-Clause
 * A test rig for one stage: compiled from the keys that a user would write, fed by hand, read row
 * by row. What lib/plan and lib/pipe do around a stage is not here, so that a stage is judged
 * alone.
 */
#ifndef RIG_H
#define RIG_H

#include "wf_stages.h"

struct rig {
	struct wf_batch batch;             /* n is 0 or what rig_add has added */
	struct wf_flow flow;               /* the flow of all rows */
	struct wf_parsed parsed[WF_BURST]; /* of rig_add_frame */
	uint8_t state[WF_STATE_MAX] WF_CACHE_ALIGNED;
	uint8_t cfg[512] WF_CACHE_ALIGNED;
	struct wf_stage_env env;
	const struct wf_block *ops;
	void *block[WF_BLOCK_COUNT];
	struct wf_block_compile compile;
	struct wf_forecast forecast;
	struct wf_err *err;
	void *table[8]; /* what compile has reserved */
	int n_tables;
	wf_stage_run *run; /* as the plan chooses it */
	int variant;       /* what compile returned; also negative */
	bool started;
};

/* keys: "rate=1Mbit burst=15kB queue.limit=10pkt": blanks between assignments; without a prefix
 * they belong to the stage itself. A key or value that does not parse ends the test. */
struct rig *rig_new(enum wf_block_id id, const char *keys);
/* As above, with scope = "flow". */
struct rig *rig_new_flow_scope(enum wf_block_id id, const char *keys);
void rig_free(struct rig *r);
/* Other keys over the same state, as a live change does. */
void rig_change(struct rig *r, const char *keys);
/* Another flow (its randomness begins anew) with fresh state. */
void rig_flow(struct rig *r, uint64_t seed, uint64_t hash);

/* Adds a row; rig_run runs what has been added. Rows stay readable until the next rig_add. */
uint16_t rig_add(struct rig *r, wf_ns_t rx_ns, uint32_t len_bytes);
/* The same with bytes, which must stay. */
uint16_t rig_add_frame(struct rig *r, wf_ns_t rx_ns, const uint8_t *data, uint32_t len_bytes);
void rig_run(struct rig *r);
/* One packet alone. Returns its row, 0. */
uint16_t rig_one(struct rig *r, wf_ns_t rx_ns, uint32_t len_bytes);
/* Edits `data`, the row's bytes, if the stage wants to; with room for `room_bytes`. Returns its
 * frame, length changed or not. */
struct wf_frame rig_edit(const struct rig *r, uint16_t row, uint8_t *data, uint32_t room_bytes);
/* Message of the first error; "" without one. */
const char *rig_error(const struct rig *r);

#endif
