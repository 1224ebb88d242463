/* SPDX-License-Identifier: BSD-3-Clause
 * Real queues in the pipeline: packets of a class or flow that wait for their departure. One
 * worker's own.
 *
 *   wf_pipe_queues.c      packets come and go
 *   wf_pipe_queue_life.c  how queues come, change with the plan, join another's server, and end
 *   wf_pipe_queue_heap.c  whose event is next
 *
 * The state of the queue block names the queue (its number + 1). Classes that share a rate have a
 * queue each, which join the server of the default class's; its events are theirs.
 */
#ifndef WF_PIPE_QUEUES_H
#define WF_PIPE_QUEUES_H

#include "wf_flow_account.h"
#include "wf_pipe_end.h"
#include "wf_pipe_states.h"
#include "wf_queue.h"

struct wf_pipe_queue {
	struct wf_queue q;
	bool named; /* in the state that it belongs to; false: that has ended */
	uint64_t generation;
	uint32_t class_uid;
	uint32_t heap_at; /* WF_QNONE: it is idle */
	uint32_t memory;  /* in the arena; WF_ARENA_NONE: none */
	unsigned memory_bits;
	uint32_t next_free;
	uint32_t members; /* other queues that have joined its server */
	uint16_t dir, class_id, slot;
	bool live;
};

struct wf_queues {
	struct wf_end *end;                /* lent */
	struct wf_states *states;          /* lent */
	struct wf_flow_accounts *accounts; /* lent */
	struct wf_qpool pool;
	struct wf_pipe_queue *queue; /* [size] */
	uint32_t size, used, free;
	uint32_t *heap; /* [size]: busy queues, the next event first */
	uint32_t n_heap;
	wf_ns_t next_event_ns; /* UINT64_MAX: none */
};

/* What an event has let go. */
struct wf_departure {
	struct wf_pipe_queue *from;
	struct wf_qentry *e;           /* NULL: nothing */
	const struct wf_plan_class *k; /* in the plan of now; NULL: there is none any more */
	wf_ns_t now_ns;                /* of the event */
};

/* Room for max_held packets. 0 or -ENOMEM. */
int wf_queues_init(
	struct wf_queues *q, struct wf_end *end, struct wf_states *states, uint32_t max_held);
/* Frees what waits. */
void wf_queues_fini(struct wf_queues *q);

/* The packet of the row arrives at its class's queue; false: no buffer. Events up to then have been
 * served. */
bool wf_queues_in(struct wf_queues *q, const struct wf_plan *plan, const struct wf_plan_class *k,
	uint32_t dir, const struct wf_batch *b, uint32_t row);
/* The next event, which is at or before now_ns, or false. What it lets go counts as held until the
 * caller gives it up, and its entry is valid until wf_queues_done. */
bool wf_queues_out(
	struct wf_queues *q, const struct wf_plan *plan, wf_ns_t now_ns, struct wf_departure *out);
void wf_queues_done(struct wf_queues *q, const struct wf_departure *out);
/* From now_ns on other caps may hold: servers that sleep until one lets them go on wake up. */
void wf_queues_wake(struct wf_queues *q, wf_ns_t now_ns);
/* All that wait end here. */
void wf_queues_drop_all(struct wf_queues *q, enum wf_drop cause);

/* wf_pipe_queue_life.c: the queue for the packet of the row, made if need be: of the plan of now,
 * and with the server that its class waits for. NULL: there is no room. */
struct wf_pipe_queue *wf_queue_life_for(struct wf_queues *q, const struct wf_plan *plan,
	const struct wf_plan_class *k, uint32_t dir, const struct wf_batch *b, uint32_t row);
/* Before its event: the configuration of the plan of now, for all that wait for its server. */
void wf_queue_life_renew(
	struct wf_queues *q, const struct wf_plan *plan, struct wf_pipe_queue *w, wf_ns_t now_ns);
/* The class that the queue is of, in the plan of now; NULL: there is none any more. */
const struct wf_plan_class *wf_queue_life_class(
	const struct wf_plan *plan, struct wf_pipe_queue *w);
/* If nothing names it, nothing waits in it, and nobody needs its server, it ends. */
void wf_queue_life_end(struct wf_queues *q, struct wf_pipe_queue *w);
/* For wf_stage_env.end_queue: the state that named the queue ends. */
void wf_queue_life_orphan(void *queues, uint64_t name);

/* wf_pipe_queue_heap.c: the queue's event may have changed, or come or gone. */
void wf_queue_heap_update(struct wf_queues *q, uint32_t id);

static inline struct wf_pipe_queue *
wf_pipe_queue_of(struct wf_queue *q)
{
	return (struct wf_pipe_queue *)((uint8_t *)q - offsetof(struct wf_pipe_queue, q));
}

#endif
