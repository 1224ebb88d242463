/* SPDX-License-Identifier: BSD-3-Clause
 * What the disciplines share. A discipline keeps q->packets and q->bytes by means of these.
 */
#ifndef WF_QUEUE_PRIVATE_H
#define WF_QUEUE_PRIVATE_H

#include "wf_queue.h"

struct wf_qdisc {
	void (*start)(struct wf_queue *q, void *memory, wf_ns_t now_ns);
	/* There is room by the limit. Keeps the entry, or drops it. */
	void (*enqueue)(struct wf_queue *q, struct wf_qpool *pool, uint32_t entry, wf_ns_t now_ns);
	/* WF_QNONE: nothing is left. */
	uint32_t (*dequeue)(struct wf_queue *q, struct wf_qpool *pool, wf_ns_t now_ns);
	/* Keeps the entry, without a decision. */
	void (*keep)(struct wf_queue *q, struct wf_qpool *pool, uint32_t entry);
	/* The next in the order of service, without a decision. */
	uint32_t (*pop)(struct wf_queue *q, struct wf_qpool *pool);
	/* The queue is full and the newcomer is not to go: drops one packet at least, as full.
	 * Never asked of an empty queue. NULL: the next in the order of service goes. */
	void (*shed)(struct wf_queue *q, struct wf_qpool *pool);
};

extern const struct wf_qdisc wf_qdisc_fifo, wf_qdisc_codel, wf_qdisc_fq_codel, wf_qdisc_pie,
	wf_qdisc_red, wf_qdisc_dualpi2;

void wf_qlist_init(struct wf_qlist *l);
void wf_qlist_put(struct wf_qlist *l, struct wf_qpool *pool, uint32_t entry);
/* WF_QNONE: it is empty. */
uint32_t wf_qlist_take(struct wf_qlist *l, struct wf_qpool *pool);

/* The list of the queue, with its sums kept. */
void wf_queue_keep(struct wf_queue *q, struct wf_qpool *pool, uint32_t entry);
uint32_t wf_queue_next(struct wf_queue *q, struct wf_qpool *pool);

/* To the dropped ones. */
static inline void
wf_queue_drop(struct wf_qpool *pool, uint32_t entry, enum wf_qdrop cause)
{
	pool->entry[entry].cause = (uint8_t)cause;
	wf_qlist_put(&pool->dropped, pool, entry);
}

/* Marks the packet, where that may be instead of dropping it. */
static inline bool
wf_queue_mark(const struct wf_queue *q, struct wf_qpool *pool, uint32_t entry)
{
	struct wf_qentry *e = &pool->entry[entry];

	if (!q->cfg.ecn || e->ecn == 0)
		return false;
	e->marked = true;
	return true;
}

/* What the queue's discipline has as the next; WF_QNONE: nothing is left. */
uint32_t wf_queue_dequeue(struct wf_queue *q, struct wf_qpool *pool, wf_ns_t now_ns);

/* wf_queue_share.c. The queue may have got a packet, or begun to share: it waits for its
 * turn. */
void wf_share_wait(struct wf_queue *q);
/* It has another priority now. */
void wf_share_anew(struct wf_queue *q);
/* The next packet of all that wait for the server; WF_QNONE: none does. */
uint32_t wf_share_take(struct wf_queue *server, struct wf_qpool *pool, wf_ns_t now_ns);

/* CoDel over one list. Takes the next packet; drops go to pool->dropped. */
uint32_t wf_codel_dequeue(struct wf_codel *c, struct wf_qlist *l, struct wf_queue *q,
	struct wf_qpool *pool, wf_ns_t now_ns);

#endif
