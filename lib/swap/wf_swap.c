/* SPDX-License-Identifier: BSD-3-Clause
 * Offering, adopting and reclaiming plans.
 *
 * The control core puts the new plan in front of the list that workers walk. A worker adopts it in
 * the first turn that begins at its time or later, and notes when. Some time after all have, the
 * plans behind it are cut off and rte_rcu_qsbr is asked for a token. A worker that then reports a
 * quiescent state has finished the turn in which it may have used them. Once all have, they are
 * freed. Each worker writes one cache line of its own, and only when a plan changes.
 */
#include "wf_swap.h"

#include <errno.h>
#include <rte_rcu_qsbr.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* A worker's side. */
struct member {
	/* Worker writes; release, partner: wf_swap_adopted and wf_swap_generation. */
	const struct wf_plan *adopted; /* the worker's own */
	_Atomic uint64_t generation;
	_Atomic wf_ns_t at_ns;
	_Atomic bool joined;
} WF_CACHE_ALIGNED;

static_assert(sizeof(struct member) % WF_CACHE_LINE == 0, "a line of its own for each worker");

/* A plan that workers may know. Control only. */
struct entry {
	struct entry *older;
	struct wf_plan *plan;
	wf_ns_t settled_ns; /* when all were seen to have adopted it; UINT64_MAX: not yet */
	uint64_t token;     /* of those that are cut off */
};

struct wf_swap {
	/* Control writes; release, partner: wf_swap_turn. */
	struct wf_plan *_Atomic current WF_CACHE_ALIGNED;
	struct rte_rcu_qsbr *qsbr; /* it keeps a cache line for each thread itself */
	uint32_t n_workers;
	struct entry *newest; /* those that workers can reach */
	struct entry *cut;    /* those that only a turn under way may still use */
	struct member member[] WF_CACHE_ALIGNED;
};

static struct rte_rcu_qsbr *
new_qsbr(uint32_t n_workers)
{
	size_t size = rte_rcu_qsbr_get_memsize(n_workers);
	struct rte_rcu_qsbr *q = aligned_alloc(RTE_CACHE_LINE_SIZE, size);

	if (!q || rte_rcu_qsbr_init(q, n_workers) != 0) {
		free(q);
		return NULL;
	}
	return q;
}

static struct entry *
new_entry(struct wf_plan *plan, struct entry *older)
{
	struct entry *e = malloc(sizeof(*e));

	if (e)
		*e = (struct entry){ older, plan, UINT64_MAX, 0 };
	return e;
}

struct wf_swap *
wf_swap_new(uint32_t n_workers, struct wf_plan *first)
{
	size_t size = sizeof(struct wf_swap) + n_workers * sizeof(struct member);
	struct wf_swap *s = aligned_alloc(WF_CACHE_LINE, size);

	if (!s)
		return NULL;
	memset(s, 0, size);
	s->n_workers = n_workers;
	s->qsbr = new_qsbr(n_workers);
	s->newest = new_entry(first, NULL);
	if (!s->qsbr || !s->newest) {
		free(s->newest);
		free(s->qsbr);
		free(s);
		return NULL;
	}
	atomic_init(&s->current, first);
	return s;
}

static void
free_entries(struct entry *e)
{
	while (e) {
		struct entry *older = e->older;

		wf_plan_free(e->plan);
		free(e);
		e = older;
	}
}

void
wf_swap_free(struct wf_swap *s)
{
	if (!s)
		return;
	free_entries(s->newest);
	free_entries(s->cut);
	free(s->qsbr);
	free(s);
}

/* The newest plan whose time has come is another: says so. */
static __attribute__((noinline)) void
adopt(struct member *m, const struct wf_plan *newest, wf_ns_t now_ns)
{
	const struct wf_plan *plan = wf_plan_at(newest, now_ns);

	if (plan == m->adopted)
		return;
	m->adopted = plan;
	atomic_store_explicit(&m->at_ns, now_ns, memory_order_relaxed);
	atomic_store_explicit(&m->generation, plan->generation, memory_order_release);
}

void
wf_swap_join(struct wf_swap *s, uint32_t w, wf_ns_t now_ns)
{
	rte_rcu_qsbr_thread_register(s->qsbr, w);
	rte_rcu_qsbr_thread_online(s->qsbr, w);
	adopt(&s->member[w], atomic_load_explicit(&s->current, memory_order_acquire), now_ns);
	atomic_store_explicit(&s->member[w].joined, true, memory_order_release);
}

void
wf_swap_leave(struct wf_swap *s, uint32_t w)
{
	atomic_store_explicit(&s->member[w].joined, false, memory_order_release);
	rte_rcu_qsbr_thread_offline(s->qsbr, w);
	rte_rcu_qsbr_thread_unregister(s->qsbr, w);
}

const struct wf_plan *
wf_swap_turn(struct wf_swap *s, uint32_t w, wf_ns_t now_ns)
{
	const struct wf_plan *newest;

	/* Before the load: from here until it, this worker holds no plan. */
	rte_rcu_qsbr_quiescent(s->qsbr, w);
	newest = atomic_load_explicit(&s->current, memory_order_acquire);
	if (WF_UNLIKELY(newest != s->member[w].adopted))
		adopt(&s->member[w], newest, now_ns);
	return newest;
}

const struct wf_plan *
wf_swap_newest(const struct wf_swap *s)
{
	return atomic_load_explicit(&s->current, memory_order_acquire);
}

int
wf_swap_offer(struct wf_swap *s, struct wf_plan *next)
{
	const struct wf_plan *last = wf_swap_current(s);
	struct entry *e = new_entry(next, s->newest);

	if (!e)
		return -ENOMEM;
	if (next->from_ns < last->from_ns)
		next->from_ns = last->from_ns;
	atomic_store_explicit(&next->older, last, memory_order_release);
	s->newest = e;
	atomic_store_explicit(&s->current, next, memory_order_release);
	return 0;
}

/* Nothing stands behind this one any more. */
static void
cut_behind(struct wf_swap *s, struct entry *e)
{
	struct entry *first = e->older, *last = first;
	uint64_t token;

	if (!first)
		return;
	atomic_store_explicit(&e->plan->older, NULL, memory_order_release);
	e->older = NULL;
	token = rte_rcu_qsbr_start(s->qsbr);
	first->token = token;
	for (; last->older; last = last->older)
		last->older->token = token;
	last->older = s->cut;
	s->cut = first;
}

/* Frees those cut off that nobody can reach any more. */
static void
reclaim(struct wf_swap *s)
{
	struct entry **link = &s->cut, *e;

	while ((e = *link)) {
		if (rte_rcu_qsbr_check(s->qsbr, e->token, false) != 1) {
			link = &e->older;
			continue;
		}
		*link = e->older;
		wf_plan_free(e->plan);
		free(e);
	}
}

static bool
anybody_joined(const struct wf_swap *s)
{
	for (uint32_t w = 0; w < s->n_workers; w++)
		if (atomic_load_explicit(&s->member[w].joined, memory_order_acquire))
			return true;
	return false;
}

bool
wf_swap_poll(struct wf_swap *s, wf_ns_t now_ns)
{
	uint64_t generation = wf_swap_generation(s);
	wf_ns_t linger_ns = anybody_joined(s) ? WF_SWAP_LINGER_NS : 0;
	struct entry *e = s->newest;

	assert(e);
	for (; e; e = e->older) {
		if (e->settled_ns == UINT64_MAX && e->plan->generation <= generation)
			e->settled_ns = now_ns;
		if (e->settled_ns != UINT64_MAX && now_ns - e->settled_ns >= linger_ns) {
			cut_behind(s, e);
			break;
		}
	}
	reclaim(s);
	return s->newest->older || s->cut;
}

const struct wf_plan *
wf_swap_current(const struct wf_swap *s)
{
	return atomic_load_explicit(&s->current, memory_order_acquire);
}

uint64_t
wf_swap_adopted(const struct wf_swap *s, uint32_t w, wf_ns_t *at_ns)
{
	const struct member *m = &s->member[w];
	uint64_t generation;

	if (!atomic_load_explicit(&m->joined, memory_order_acquire))
		return 0;
	generation = atomic_load_explicit(&m->generation, memory_order_acquire);
	*at_ns = atomic_load_explicit(&m->at_ns, memory_order_relaxed);
	return generation;
}

uint64_t
wf_swap_generation(const struct wf_swap *s)
{
	uint64_t lowest = wf_swap_current(s)->generation;
	wf_ns_t at_ns;

	for (uint32_t w = 0; w < s->n_workers; w++) {
		uint64_t g = wf_swap_adopted(s, w, &at_ns);

		if (g != 0 && g < lowest)
			lowest = g;
	}
	return lowest;
}

wf_ns_t
wf_swap_from(const struct wf_swap *s, uint64_t generation)
{
	for (const struct entry *e = s->newest; e; e = e->older)
		if (e->plan->generation == generation)
			return e->plan->from_ns;
	return 0;
}
