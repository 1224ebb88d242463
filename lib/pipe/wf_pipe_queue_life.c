/* SPDX-License-Identifier: BSD-3-Clause
 * How real queues come, change with the plan, join another's server, and go. Worker threads.
 *
 * A queue whose flow or block has ended goes on, at its own pace, until it is empty; one that
 * serves others, until they are.
 */
#include "wf_pipe_queues.h"

/* Room for a queue of this configuration. false: none. */
static bool
life_take_memory(
	struct wf_queues *q, const struct wf_queue_cfg *cfg, uint32_t *offset, unsigned *bits)
{
	size_t words = (wf_queue_memory(cfg) + sizeof(uint64_t) - 1) / sizeof(uint64_t);

	*offset = WF_ARENA_NONE;
	*bits = WF_ARENA_MIN_BITS;
	if (words == 0)
		return true;
	while ((size_t)1 << *bits < words)
		++*bits;
	*offset = wf_arena_get(&q->states->env.arena, *bits);
	return *offset != WF_ARENA_NONE;
}

static void
life_give_memory(struct wf_queues *q, uint32_t offset, unsigned bits)
{
	if (offset != WF_ARENA_NONE)
		wf_arena_put(&q->states->env.arena, offset, bits);
}

static struct wf_pipe_queue *
life_new_queue(struct wf_queues *q, const struct wf_plan *plan, const struct wf_plan_class *k,
	uint64_t *name, uint32_t dir, wf_ns_t now_ns)
{
	struct wf_pipe_queue *w;
	uint32_t id = q->free, memory;
	unsigned bits;

	if ((id == WF_QNONE && q->used == q->size) ||
		!life_take_memory(q, k->queue, &memory, &bits))
		return NULL;
	if (id != WF_QNONE)
		q->free = q->queue[id].next_free;
	else
		id = q->used++;
	w = &q->queue[id];
	w->named = true;
	*name = (uint64_t)id + 1;
	w->generation = plan->generation;
	w->class_uid = k->uid;
	w->slot = k->slot;
	w->members = 0;
	w->live = true;
	w->heap_at = WF_QNONE;
	w->memory = memory;
	w->memory_bits = bits;
	w->q.origin_ns = wf_states_origin(q->states, &plan->dir[dir]);
	wf_queue_init(&w->q, k->queue,
		memory != WF_ARENA_NONE ? q->states->env.arena.words + memory : NULL, now_ns);
	return w;
}

/* Joins another server; its own: none. An idle queue. */
static void
life_join(struct wf_queues *q, struct wf_pipe_queue *w, struct wf_pipe_queue *server)
{
	struct wf_pipe_queue *before = wf_pipe_queue_of(w->q.server);

	wf_queue_join(&w->q, &server->q);
	if (server != w)
		server->members++;
	if (before != w) {
		before->members--;
		wf_queue_life_end(q, before);
	}
}

void
wf_queue_life_end(struct wf_queues *q, struct wf_pipe_queue *w)
{
	if (!w->live || w->named || w->members > 0 || !wf_queue_idle(&w->q))
		return;
	life_join(q, w, w);
	w->live = false;
	life_give_memory(q, w->memory, w->memory_bits);
	w->next_free = q->free;
	q->free = (uint32_t)(w - q->queue);
}

void
wf_queue_life_orphan(void *queues, uint64_t name)
{
	struct wf_queues *q = queues;

	q->queue[name - 1].named = false;
	wf_queue_life_end(q, &q->queue[name - 1]);
}

/* The configuration of the plan of now. Where its memory is not to be had the old one stays. */
static void
life_configure(struct wf_queues *q, const struct wf_plan *plan, const struct wf_plan_class *k,
	struct wf_pipe_queue *w, wf_ns_t now_ns)
{
	uint32_t memory;
	unsigned bits;
	wf_ns_t origin_ns;

	/* A packet of the time before does not turn it back. */
	if (w->generation >= plan->generation)
		return;
	w->generation = plan->generation;
	origin_ns = wf_states_origin(q->states, &plan->dir[w->dir]);
	if (w->q.origin_ns != origin_ns)
		wf_queue_begin_at(&w->q, origin_ns, now_ns);
	if (k == NULL || k->queue == NULL || !life_take_memory(q, k->queue, &memory, &bits)) {
		wf_queue_reserve(
			&w->q, k != NULL && k->queue != NULL ? &k->queue->serve : NULL, now_ns);
		return;
	}
	if (wf_queue_change(&w->q, &q->pool, k->queue,
		    memory != WF_ARENA_NONE ? q->states->env.arena.words + memory : NULL, now_ns)) {
		life_give_memory(q, w->memory, w->memory_bits);
		w->memory = memory;
		w->memory_bits = bits;
	} else {
		life_give_memory(q, memory, bits);
	}
}

const struct wf_plan_class *
wf_queue_life_class(const struct wf_plan *plan, struct wf_pipe_queue *w)
{
	const struct wf_plan_dir *d = &plan->dir[w->dir];

	if (WF_LIKELY(w->class_id < d->n_classes && d->classes[w->class_id].uid == w->class_uid))
		return &d->classes[w->class_id];
	for (uint16_t i = 0; i < d->n_classes; i++)
		if (d->classes[i].uid == w->class_uid) {
			w->class_id = i;
			return &d->classes[i];
		}
	return NULL;
}

void
wf_queue_life_renew(
	struct wf_queues *q, const struct wf_plan *plan, struct wf_pipe_queue *w, wf_ns_t now_ns)
{
	if (WF_LIKELY(w->generation >= plan->generation))
		return;
	for (struct wf_queue *i = w->q.waiting; i != NULL; i = i->next_waiting)
		life_configure(q, plan, wf_queue_life_class(plan, wf_pipe_queue_of(i)),
			wf_pipe_queue_of(i), now_ns);
	life_configure(q, plan, wf_queue_life_class(plan, w), w, now_ns);
}

/* The queue that the state names, or a new one. NULL: there is no room. */
static struct wf_pipe_queue *
life_named(struct wf_queues *q, const struct wf_plan *plan, const struct wf_plan_class *k,
	uint64_t *name, uint32_t dir, uint16_t class_id, wf_ns_t now_ns)
{
	struct wf_pipe_queue *w =
		*name != 0 ? &q->queue[*name - 1] : life_new_queue(q, plan, k, name, dir, now_ns);

	if (w != NULL) {
		w->dir = (uint16_t)dir;
		w->class_id = class_id;
		wf_queue_life_renew(q, plan, w, now_ns);
	}
	return w;
}

/* The queue of a class that shares a rate, joined to the server of the default class's. If it is
 * still busy with another server, of before a change, it is left to drain. */
static struct wf_pipe_queue *
life_shared(struct wf_queues *q, const struct wf_plan *plan, const struct wf_plan_class *k,
	uint32_t dir, const struct wf_batch *b, uint32_t row, uint64_t *name)
{
	const struct wf_plan_class *first = &plan->dir[dir].classes[0];
	wf_ns_t now_ns = b->rx_ns[row];
	uint8_t *state = wf_states_block(q->states, first, NULL, b->rng[row], now_ns);
	struct wf_pipe_queue *server = life_named(
		q, plan, first, (uint64_t *)(state + first->queue_offset), dir, 0, now_ns);
	struct wf_pipe_queue *w =
		server != NULL ? life_named(q, plan, k, name, dir, b->class_id[row], now_ns) : NULL;

	if (w == NULL || w->q.server == &server->q)
		return w;
	if (!wf_queue_idle(&w->q)) {
		w->named = false;
		*name = 0;
		w = life_named(q, plan, k, name, dir, b->class_id[row], now_ns);
		if (w == NULL)
			return NULL;
	}
	life_join(q, w, server);
	return w;
}

struct wf_pipe_queue *
wf_queue_life_for(struct wf_queues *q, const struct wf_plan *plan, const struct wf_plan_class *k,
	uint32_t dir, const struct wf_batch *b, uint32_t row)
{
	uint64_t *name = (uint64_t *)(b->state[row] + k->queue_offset);

	return k->shares ? life_shared(q, plan, k, dir, b, row, name)
			 : life_named(q, plan, k, name, dir, b->class_id[row], b->rx_ns[row]);
}
