/* SPDX-License-Identifier: BSD-3-Clause
 * The batch: packets as columns, so that a stage touches only what it needs. One worker's own.
 */
#ifndef WF_BATCH_H
#define WF_BATCH_H

#include "wf_parse.h"
#include "wf_types.h"

#define WF_BURST      32 /* packets taken from a port at once */
#define WF_BATCH_ROWS 32 /* with the copies that duplication inserts */
static_assert(WF_BATCH_ROWS >= WF_BURST, "room for a burst");

/* Whose state a state block holds, and where in it. lib/pipe's. */
struct wf_state_head {
	uint32_t state_uid; /* of the class's set of stages that it was made for; 0: nobody's */
	uint32_t run_uid;   /* the class it belongs to, and the run */
	uint64_t layout;    /* of lib/stage: wf_state_layout */
};

/* What stages may know of a flow, and all that a packet of it needs: what finds it and counts for
 * its draws in the first line, the rest in the second, and behind them its state. Written by the
 * worker that owns the flow. */
enum wf_flow_stage { WF_FLOW_FREE, WF_FLOW_LIVE, WF_FLOW_ENDED };
#define WF_FLOW_STATE 192

struct wf_flow {
	struct wf_flow_key key;
	uint64_t rng_key; /* of (seed, direction, flow): wf_rng_flow */
	uint64_t ordinal; /* packets seen; the next packet's number */

	wf_ns_t last_seen_ns;      /* for ageing */
	wf_ns_t last_due_ns;       /* order = "flow": release of the packet before */
	uint64_t hash;             /* wf_flow_hash, to keep the ordinal beyond the table */
	struct wf_state_head held; /* of the flow's state */
	uint32_t index;            /* of the record */
	uint32_t class_epoch;      /* rules under which class_id was found */
	uint32_t run;              /* in which it counts: see wf_flow_table_lookup */
	uint32_t waiting;  /* packets in a real queue: until they have left, the flow is not idle */
	uint16_t class_id; /* index into the direction's classes */
	uint16_t slot;     /* class counters that list it, when `listed` */
	uint8_t stage;     /* lib/flow's own: enum wf_flow_stage */
	bool listed;
	uint16_t accounted; /* the accounts that it is in: wf_flow_account.h; 0: none */

	/* Of scope = "flow", when it is no longer than this: the class's stages one behind the
	 * other. */
	uint8_t state[WF_FLOW_STATE] WF_CACHE_ALIGNED;
} WF_CACHE_ALIGNED;
static_assert(offsetof(struct wf_flow, last_seen_ns) == WF_CACHE_LINE, "what finds it: one line");
static_assert(offsetof(struct wf_flow, state) == 2 * (size_t)WF_CACHE_LINE, "the rest: another");
/* An odd number of lines, so that the first lines of flows fall into all sets of a cache. */
static_assert(sizeof(struct wf_flow) / WF_CACHE_LINE % 2 == 1, "five lines");

enum wf_row_flags {
	WF_ROW_NEIGHBOUR = 1 << 0, /* ARP or Neighbour Discovery */
	WF_ROW_COPY = 1 << 1,      /* a duplicate: pkt[] is the original, to be cloned */
	WF_ROW_LATE = 1 << 2,      /* a copy spaced in time, or held back: no part in `order` */
	WF_ROW_EARLY = 1 << 3,     /* reordered: skips the delay */
	WF_ROW_PARK = 1 << 4,      /* waits for others to pass it, until its due at most */
	WF_ROW_UNPARK = 1 << 5,    /* the last of them: what was parked leaves behind it */
	WF_ROW_CLAMPED = 1 << 6,   /* has waited to keep an order, and is counted */
};

/* A parked packet, as lib/pipe knows it. It stands in the state of the stage that parks, which
 * never writes to it: between its run and the end of the pipeline an earlier packet may still be
 * meant. */
struct wf_park_ref {
	uint32_t number; /* of its place + 1; 0: none */
	uint32_t serial; /* of its stay there */
};

struct wf_batch {
	uint16_t n;
	void *pkt[WF_BATCH_ROWS];      /* opaque below lib/dp */
	wf_ns_t rx_ns[WF_BATCH_ROWS];  /* arrival; the "now" of every stage */
	wf_ns_t due_ns[WF_BATCH_ROWS]; /* release; arrival until a stage adds to it */
	uint64_t rng[WF_BATCH_ROWS];   /* randomness of the packet: wf_rng_draw(rng, purpose) */
	struct wf_flow *flow[WF_BATCH_ROWS]; /* NULL where the direction needs no flows */
	uint8_t *state[WF_BATCH_ROWS];       /* state block: the class's or the flow's */
	uint32_t len_bytes[WF_BATCH_ROWS];   /* frame as counted: without FCS */
	uint8_t drop[WF_BATCH_ROWS];         /* enum wf_drop; 0 = alive; the first cause wins */
	uint8_t copies[WF_BATCH_ROWS];       /* duplicates wanted, inserted behind the row */
	uint8_t flags[WF_BATCH_ROWS];        /* enum wf_row_flags */
	uint16_t class_id[WF_BATCH_ROWS];
	uint16_t seq[WF_BATCH_ROWS];             /* place in the burst; a copy has its original's */
	struct wf_park_ref *park[WF_BATCH_ROWS]; /* of rows with WF_ROW_PARK or WF_ROW_UNPARK */
	/* Only where the direction needs bytes. Copies are edited with their original, and forge
	 * nothing. */
	const uint8_t *data[WF_BATCH_ROWS];     /* contiguous */
	uint32_t readable_bytes[WF_BATCH_ROWS]; /* at data */
	const struct wf_parsed *parsed[WF_BATCH_ROWS];
	uint32_t edits[WF_BATCH_ROWS];  /* bit of a stage: its `edit` is to be called */
	uint32_t forges[WF_BATCH_ROWS]; /* the same for `forge` */
};

/* Makes room for k rows before `row`; the rows behind move up. */
void wf_batch_open(struct wf_batch *b, uint16_t row, uint16_t k);
/* Makes row `to` the same as row `from`. */
void wf_batch_copy_row(struct wf_batch *b, uint16_t to, uint16_t from);

#endif
