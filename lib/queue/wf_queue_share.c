/* SPDX-License-Identifier: BSD-3-Clause
 * Which queue is next, of those that wait for one server. The highest priority first; among equals
 * start-time fair queueing (Goyal, Vin, Cheng: "Start-time Fair Queueing", SIGCOMM 1996), with a
 *tag for each queue instead of each packet, as its own discipline says which packet is its next:
 *
 *	start_q = max(v, finish_q)		when q begins to wait; else finish_q
 *	finish_q = start_q + wire / weight_q	when q's packet is taken; v = start_q
 *
 * The queue with the lowest start is served. Over any time in which two queues of a priority both
 * wait, what each gets by its weight differs by less than a packet of each. Worker threads.
 */
#include "wf_queue_private.h"

/* A server that serves its own queue only needs no list of who waits, and no tags. */
static inline bool
alone(const struct wf_queue *server)
{
	return server->waiting == NULL && !server->cfg.shared;
}

/* v of a priority; `rested` stands for what it has gained by idling. */
static inline wf_tag_t
now_virtual(const struct wf_queue *server, uint8_t priority)
{
	return server->virtual[priority] + server->rested;
}

void
wf_share_wait(struct wf_queue *q)
{
	struct wf_queue *server = q->server;
	wf_tag_t v;

	if (q->waits || q->packets == 0 || (server == q && alone(q)))
		return;
	v = now_virtual(server, q->cfg.priority);
	q->waits = true;
	q->start = q->finish > v ? q->finish : v;
	q->next_waiting = NULL;
	*server->last_waiting = q;
	server->last_waiting = &q->next_waiting;
}

/* The queue waits no more. */
static void
leave(struct wf_queue *server, struct wf_queue *q)
{
	struct wf_queue **at = &server->waiting;

	while (*at != q)
		at = &(*at)->next_waiting;
	*at = q->next_waiting;
	if (*at == NULL)
		server->last_waiting = at;
	q->waits = false;
}

void
wf_queue_leave(struct wf_queue *q)
{
	if (q->waits)
		leave(q->server, q);
}

static struct wf_queue *
next(const struct wf_queue *server)
{
	struct wf_queue *best = server->waiting;

	for (struct wf_queue *q = best; q != NULL; q = q->next_waiting)
		if (q->cfg.priority > best->cfg.priority ||
			(q->cfg.priority == best->cfg.priority && q->start < best->start))
			best = q;
	return best;
}

void
wf_share_anew(struct wf_queue *q)
{
	q->start = now_virtual(q->server, q->cfg.priority);
	q->finish = 0;
}

/* The packet of a queue whose turn it is has been taken. */
static void
charge(struct wf_queue *server, struct wf_queue *q, uint32_t wire_bytes)
{
	uint32_t weight = q->cfg.weight != 0 ? q->cfg.weight : 1;

	server->virtual[q->cfg.priority] = q->start - server->rested;
	q->finish = q->start + ((wf_tag_t)wire_bytes << 32) / weight;
	q->start = q->finish;
}

/* When nobody waits there is nothing to make up for: v passes every finish there may be, which is
 * less than a packet ahead of it. */
static void
rest(struct wf_queue *server)
{
	server->rested += (wf_tag_t)1 << 56;
}

uint32_t
wf_share_take(struct wf_queue *server, struct wf_qpool *pool, wf_ns_t now_ns)
{
	struct wf_queue *q;
	uint32_t entry;

	if (alone(server)) {
		server->serving = server;
		return wf_queue_dequeue(server, pool, now_ns);
	}
	while ((q = next(server)) != NULL) {
		entry = wf_queue_dequeue(q, pool, now_ns);
		if (entry != WF_QNONE) {
			charge(server, q, pool->entry[entry].wire_bytes);
			server->serving = q;
			return entry;
		}
		leave(server, q); /* not before it is asked: disciplines want to know */
	}
	rest(server);
	return WF_QNONE;
}
