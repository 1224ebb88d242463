/* SPDX-License-Identifier: BSD-3-Clause
 * What the files of lib/pipe share. All of it is one worker's own.
 */
#ifndef WF_PIPE_INTERNAL_H
#define WF_PIPE_INTERNAL_H

#include "wf_flow_table.h"
#include "wf_pipe.h"
#include "wf_queue.h"

/* Packets that leave at once; a worker takes them in the same turn of its loop. */
#define WF_READY 4096 /* a power of two */

/* What is found out about a burst before its columns are filled. */
struct wf_lookup {
	/* Of each packet: */
	const struct wf_parsed *self[WF_BURST];
	const struct wf_parsed *who[WF_BURST]; /* what flow and class follow from */
	struct wf_flow *flow[WF_BURST];
	uint16_t class_id[WF_BURST];
	/* Of each train, packets of one flow in a row: */
	uint32_t n_trains;
	uint8_t first[WF_BURST + 1]; /* its first packet, and where the next train begins */
	struct wf_parsed parsed[WF_BURST];
	struct wf_parsed other[WF_BURST];
	const struct wf_flow_key *key[WF_BURST];
	uint64_t hash[WF_BURST], dir_key[WF_BURST];
	wf_ns_t now_ns[WF_BURST]; /* of its last packet */
	struct wf_flow *train_flow[WF_BURST];
};

struct wf_pipe {
	struct wf_pkt_ops ops;
	struct wf_stats *stats;
	struct wf_store *store;
	struct wf_flow_table *flows;
	struct wf_stage_env env;
	struct wf_count *held; /* [n_dirs]: in the store, the ready list and the taker's hands */
	/* See wf_pipe_room.h. */
	uint64_t max_held, total_held, unmet;
	uint32_t *share;     /* [n_dirs] */
	bool shares;         /* some are not 0 */
	uint64_t shared_for; /* generation of the plan */
	bool *in_store;      /* [n_dirs]: the store may hold packets of the direction */
	uint32_t n_dirs, n_slots, max_flows;
	_Atomic bool timed; /* times are kept of some class; control stores, wf_pipe_sent loads */
	wf_ns_t flow_idle_ns;
	uint32_t ready_head, ready_tail; /* count up */
	/* State blocks: see wf_pipe_state.c. */
	uint32_t state_size;
	uint8_t *class_state;     /* [n_slots] blocks */
	uint8_t *flow_state;      /* [max_flows] blocks */
	uint32_t free_state;      /* first free block of flow_state, by its first word */
	uint32_t used_states;     /* blocks ever used */
	uint32_t slots_seen;      /* no flow was ever of a class slot at or above it */
	uint32_t *class_flows;    /* [n_slots]: flows in the table */
	struct wf_flow *fallback; /* [n_slots]: for packets whose flow found no room */
	struct wf_held ready[WF_READY];
	struct wf_lookup lookup;
	struct wf_fragment *fragments;     /* see wf_pipe_identify.c */
	struct wf_batch *batch;            /* the one that is worked on: */
	struct wf_batch arriving, leaving; /* a burst; a packet that departs from a queue */
	/* Real queues: see wf_pipe_queue.c. */
	wf_ns_t next_event_ns; /* of the queues; UINT64_MAX: none */
	struct wf_qpool pool;
	struct wf_pipe_queue *queues; /* [max_queues] */
	uint32_t max_queues, used_queues, free_queue;
	uint32_t *heap; /* [max_queues]: busy queues, the next event first */
	uint32_t n_heap;
	uint32_t queue_offset; /* of the queue stage's state */
	/* Parked packets: see wf_pipe_park.c. */
	struct wf_parked *park; /* [max_parked] */
	uint32_t max_parked, used_parks, free_park;
	uint32_t n_ghosts; /* in the store */
	struct wf_parsed leaving_parsed;
	struct wf_forged forged[WF_FORGED_MAX]; /* scratch */
};

/* A packet that waits for others to pass it: see wf_pipe_park.c. */
struct wf_parked {
	struct wf_held h; /* pkt NULL: the place is free */
	uint32_t serial;
	uint32_t next_free;
};

/* A stretch of rows of one class. */
struct wf_run {
	uint16_t first, end, class_id;
};

/* wf_pipe_intake.c: fills the batch's columns, grouped by class in order of arrival. Returns the
 * number of runs. */
uint32_t wf_pipe_intake(struct wf_pipe *p, const struct wf_plan_dir *d, uint32_t dir,
	const struct wf_rx *rx, uint32_t n, struct wf_run runs[WF_BURST]);

/* wf_pipe_identify.c */
int wf_pipe_identify_init(struct wf_pipe *p);
void wf_pipe_identify_fini(struct wf_pipe *p);
/* Parses the packet, and returns what its flow and its class follow from, its direction filled in:
 * *parsed or *other. */
const struct wf_parsed *wf_pipe_identify(struct wf_pipe *p, const struct wf_plan_dir *d,
	uint32_t dir, const struct wf_rx *rx, struct wf_parsed *parsed, struct wf_parsed *other);

/* wf_pipe_pick.c: packets first..end-1 whose class is not what their flow remembers. */
void wf_pipe_pick(struct wf_pipe *p, const struct wf_plan_dir *d, const struct wf_rx *rx,
	uint32_t first, uint32_t end, struct wf_lookup *l);

/* A flow to stand in for one that found no room: shared by the class, never aged. */
struct wf_flow *wf_pipe_fallback(
	struct wf_pipe *p, const struct wf_plan_dir *d, const struct wf_plan_class *k);

/* wf_pipe.c: rows first..end-1 of class k through some of its steps. Returns by how many rows the
 * batch has grown. */
uint16_t wf_pipe_run(struct wf_pipe *p, const struct wf_plan_class *k, uint8_t from_step,
	uint8_t to_step, uint16_t first, uint16_t end);

/* What the stages that have just run have counted. */
static inline void
wf_pipe_count_stages(struct wf_pipe *p, uint32_t dir)
{
	struct wf_dir_stats *ds = &p->stats->now->dir[dir];

	ds->clamped += p->env.clamped;
	ds->clamped_ns += p->env.clamped_ns;
	ds->resent.packets += p->env.resent;
	ds->resent.bytes += p->env.resent_bytes;
	p->env.clamped = p->env.clamped_ns = p->env.resent = p->env.resent_bytes = 0;
}

/* wf_pipe_queue.c */
int wf_pipe_queue_init(struct wf_pipe *p, uint32_t max_held);
void wf_pipe_queue_fini(struct wf_pipe *p);
/* The packet of the row arrives at its class's queue and counts as held; false: no buffer. Events
 * up to then have been served. */
bool wf_pipe_queue_in(struct wf_pipe *p, const struct wf_plan *plan, const struct wf_plan_class *k,
	uint32_t dir, uint32_t row);
/* Serves up to `most` events up to now, each at its own time. */
void wf_pipe_queue_serve(
	struct wf_pipe *p, const struct wf_plan *plan, wf_ns_t now_ns, uint32_t most);
/* The state that named the queue ends. */
void wf_pipe_queue_orphan(struct wf_pipe *p, void *state);

/* wf_pipe_park.c */
int wf_pipe_park_init(struct wf_pipe *p, uint32_t max_held);
void wf_pipe_park_fini(struct wf_pipe *p);
/* The packet stays until it is unparked, or until its due. false: there is no room, and it is the
 * caller's. */
bool wf_pipe_park(struct wf_pipe *p, const struct wf_held *h, struct wf_park_ref *ref);
/* Puts the parked packet, if it still is, behind what is in the store, due at due_ns. false: there
 * was none, or no room for it (then it is dropped). */
bool wf_pipe_unpark(struct wf_pipe *p, struct wf_park_ref *ref, wf_ns_t due_ns);
/* Of n packets from the store: those that are ghosts of parked ones become these, or go. Returns
 * how many are left. */
uint32_t wf_pipe_unghost(struct wf_pipe *p, struct wf_held *h, uint32_t n);

/* wf_pipe_epilogue.c: acts on the marks, in order of arrival. */
void wf_pipe_epilogue(
	struct wf_pipe *p, const struct wf_plan *plan, uint32_t dir, uint32_t n_rx, bool many_runs);

/* The same for the one packet in p->leaving and its copies, which counts as held no more. It came
 * at rx_ns. */
void wf_pipe_depart(struct wf_pipe *p, const struct wf_plan *plan, uint32_t dir, wf_ns_t rx_ns);

/* wf_pipe_bytes.c: what the row's stages want done. Edit may change the row's pkt and len_bytes;
 * false: no buffer. Forge: true when it has put something into the store for `dir` itself. */
bool wf_pipe_edit(struct wf_pipe *p, const struct wf_plan_class *k, uint32_t dir, uint32_t row);
bool wf_pipe_forge(struct wf_pipe *p, const struct wf_plan *plan, const struct wf_plan_class *k,
	uint32_t dir, uint32_t row);

/* wf_pipe_state.c */
/* Zeroed, page-aligned, and not touched before use; munmap frees it. NULL: none. */
void *wf_pipe_memory(size_t bytes);
int wf_pipe_state_init(struct wf_pipe *p);
void wf_pipe_state_fini(struct wf_pipe *p);
/* The state block for a packet of class k and its flow (which may be NULL), ready for the class's
 * stages. */
uint8_t *wf_pipe_state(struct wf_pipe *p, const struct wf_plan_class *k, struct wf_flow *flow,
	uint64_t packet_rng, wf_ns_t now_ns);
/* wf_flow_end_fn. */
void wf_pipe_flow_end(void *pipe, struct wf_flow *flow);

#endif
