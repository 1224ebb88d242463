/* SPDX-License-Identifier: BSD-3-Clause
 * Which queue is next, of those that wait for one server. The highest priority first; among equals
 * start-time fair queueing (Goyal, Vin, Cheng: "Start-time Fair Queueing", SIGCOMM 1996), with a
 * tag for each queue instead of each packet, as its own discipline says which packet is its next:
 *
 *	start_q = max(v, finish_q)		when q begins to wait; else finish_q
 *	finish_q = start_q + wire / weight_q	when q's packet is taken; v = start_q
 *
 * The queue with the lowest start is served. Over any time in which two queues of a priority both
 * wait, what each gets by its weight differs by less than a packet of each.
 *
 * A queue with a cap is passed over until `ready`, which each of its packets moves on by its time
 * at the cap's rate; if it was late by then, as others were served, it makes up for cap_credit of
 * that. While all that wait are passed over the server sleeps until the first is ready. Worker
 * threads.
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

/* Is the queue at its cap? Then the server has a reason to wake. */
static inline bool
capped(struct wf_queue *server, const struct wf_queue *q, wf_ns_t now_ns)
{
	wf_ns_t ready_ns;

	if (q->cfg.cap == 0 || q->ready <= WF_FINE(now_ns))
		return false;
	ready_ns = (wf_ns_t)wf_fine_ceil(q->ready);
	if (ready_ns < server->wake_ns)
		server->wake_ns = ready_ns;
	return true;
}

static struct wf_queue *
next(struct wf_queue *server, wf_ns_t now_ns)
{
	struct wf_queue *best = NULL;

	server->wake_ns = UINT64_MAX;
	for (struct wf_queue *q = server->waiting; q != NULL; q = q->next_waiting)
		if (!capped(server, q, now_ns) &&
			(best == NULL || q->cfg.priority > best->cfg.priority ||
				(q->cfg.priority == best->cfg.priority && q->start < best->start)))
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
charge(struct wf_queue *server, struct wf_queue *q, uint32_t wire_bytes, wf_ns_t now_ns)
{
	uint32_t weight = q->cfg.weight != 0 ? q->cfg.weight : 1;

	if (q->cfg.cap != 0) {
		wf_tag_t v = now_virtual(server, q->cfg.priority);

		if (q->ready < WF_FINE(now_ns) - q->cfg.cap_credit)
			q->ready = WF_FINE(now_ns) - q->cfg.cap_credit;
		q->ready += (wf_fine_t)q->cfg.cap * wire_bytes;
		q->start = q->start > v ? q->start : v; /* v went on while it was passed over */
	}
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
	while ((q = next(server, now_ns)) != NULL) {
		entry = wf_queue_dequeue(q, pool, now_ns);
		if (entry != WF_QNONE) {
			charge(server, q, pool->entry[entry].wire_bytes, now_ns);
			server->serving = q;
			return entry;
		}
		leave(server, q); /* not before it is asked: disciplines want to know */
	}
	if (server->waiting == NULL)
		rest(server);
	return WF_QNONE;
}
