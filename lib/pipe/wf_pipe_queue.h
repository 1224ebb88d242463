/* SPDX-License-Identifier: BSD-3-Clause
 * A real queue in the pipeline: what wf_pipe_queue.c (packets) and wf_pipe_queue_life.c (how queues
 * come, change and go) share.
 */
#ifndef WF_PIPE_QUEUE_H
#define WF_PIPE_QUEUE_H

#include "wf_pipe_internal.h"

struct wf_pipe_queue {
	struct wf_queue q;
	uint64_t *name; /* in the state that it belongs to; NULL: that has ended */
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

static inline struct wf_pipe_queue *
wf_pipe_queue_of(struct wf_queue *q)
{
	return (struct wf_pipe_queue *)((uint8_t *)q - offsetof(struct wf_pipe_queue, q));
}

/* The queue for a packet of class k, made if need be: of the plan of now, and with the server that
 * the class waits for. NULL: there is no room. */
struct wf_pipe_queue *wf_pipe_queue_for(struct wf_pipe *p, const struct wf_plan *plan,
	const struct wf_plan_class *k, uint32_t dir, uint32_t row);
/* Before its event: the configuration of the plan of now, for all that wait for its server. */
void wf_pipe_queue_renew(
	struct wf_pipe *p, const struct wf_plan *plan, struct wf_pipe_queue *w, wf_ns_t now_ns);
/* The class that the queue is of, in the plan of now; NULL: there is none any more. */
const struct wf_plan_class *wf_pipe_queue_class(
	const struct wf_plan *plan, struct wf_pipe_queue *w);
/* If nothing names it, nothing waits in it, and nobody needs its server, it ends. */
void wf_pipe_queue_end(struct wf_pipe *p, struct wf_pipe_queue *w);

#endif
