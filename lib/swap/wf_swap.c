/* SPDX-License-Identifier: BSD-3-Clause
 * Publishing, adopting and reclaiming plans.
 *
 * The control core stores the new plan's pointer and asks rte_rcu_qsbr for a token. A worker that
 * then reports a quiescent state has finished the turn in which it used the old plan, and loads the
 * new pointer right after. Once all have, nobody can reach the old plan and it is freed. Each
 * worker writes one cache line of its own, and only when the plan changes.
 */
#include "wf_swap.h"

#include <errno.h>
#include <rte_rcu_qsbr.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A worker's side. */
struct member {
	/* Worker writes; release, partner: wf_swap_generation and wf_swap_publish. */
	const struct wf_plan *_Atomic plan;
	_Atomic uint64_t generation;
	_Atomic bool joined;
} WF_CACHE_ALIGNED;

/* A plan whose grace period had not ended when its publisher stopped waiting. */
struct retired {
	struct retired *next;
	struct wf_plan *plan;
	uint64_t token;
};

struct wf_swap {
	/* Control writes; release, partner: wf_swap_turn. */
	struct wf_plan *_Atomic current WF_CACHE_ALIGNED;
	struct rte_rcu_qsbr *qsbr; /* it keeps a cache line for each thread itself */
	uint32_t n_workers;
	struct retired *retired;
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
	if (!s->qsbr) {
		free(s);
		return NULL;
	}
	atomic_init(&s->current, first);
	return s;
}

/* Frees those retired plans that nobody can reach any more; all of them when `force`. */
static void
reclaim(struct wf_swap *s, bool force)
{
	struct retired **link = &s->retired, *r;

	while ((r = *link)) {
		if (!force && rte_rcu_qsbr_check(s->qsbr, r->token, false) != 1) {
			link = &r->next;
			continue;
		}
		*link = r->next;
		wf_plan_free(r->plan);
		free(r);
	}
}

void
wf_swap_free(struct wf_swap *s)
{
	if (!s)
		return;
	reclaim(s, true);
	wf_plan_free(atomic_load_explicit(&s->current, memory_order_relaxed));
	free(s->qsbr);
	free(s);
}

/* Loads the plan and, if it is another, says so. Partner of the store: wf_swap_publish. */
static inline const struct wf_plan *
adopt(struct wf_swap *s, struct member *m)
{
	const struct wf_plan *plan = atomic_load_explicit(&s->current, memory_order_acquire);

	if (WF_UNLIKELY(plan != atomic_load_explicit(&m->plan, memory_order_relaxed))) {
		atomic_store_explicit(&m->generation, plan->generation, memory_order_relaxed);
		atomic_store_explicit(&m->plan, plan, memory_order_release);
	}
	return plan;
}

void
wf_swap_join(struct wf_swap *s, uint32_t w)
{
	rte_rcu_qsbr_thread_register(s->qsbr, w);
	rte_rcu_qsbr_thread_online(s->qsbr, w);
	adopt(s, &s->member[w]);
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
wf_swap_turn(struct wf_swap *s, uint32_t w)
{
	/* Before the load: from here until it, this worker holds no plan. */
	rte_rcu_qsbr_quiescent(s->qsbr, w);
	return adopt(s, &s->member[w]);
}

static wf_ns_t
monotonic_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (wf_ns_t)ts.tv_sec * WF_NS_PER_S + (wf_ns_t)ts.tv_nsec;
}

static bool
everybody_runs(const struct wf_swap *s, const struct wf_plan *plan)
{
	for (uint32_t w = 0; w < s->n_workers; w++) {
		const struct member *m = &s->member[w];

		if (atomic_load_explicit(&m->joined, memory_order_acquire) &&
			atomic_load_explicit(&m->plan, memory_order_acquire) != plan)
			return false;
	}
	return true;
}

int
wf_swap_publish(struct wf_swap *s, struct wf_plan *next, wf_ns_t timeout_ns)
{
	wf_ns_t deadline = monotonic_ns() + timeout_ns;
	struct retired *r = malloc(sizeof(*r));
	bool done;

	if (!r) {
		wf_plan_free(next);
		return -ENOMEM;
	}
	r->plan = atomic_exchange_explicit(&s->current, next, memory_order_acq_rel);
	r->token = rte_rcu_qsbr_start(s->qsbr);
	r->next = s->retired;
	s->retired = r;
	for (;;) {
		done = rte_rcu_qsbr_check(s->qsbr, r->token, false) == 1 && everybody_runs(s, next);
		if (done || monotonic_ns() >= deadline)
			break;
		sched_yield(); /* the worker may be on this very core */
	}
	reclaim(s, false);
	return done ? 0 : -ETIMEDOUT;
}

const struct wf_plan *
wf_swap_current(const struct wf_swap *s)
{
	return atomic_load_explicit(&s->current, memory_order_acquire);
}

uint64_t
wf_swap_generation(const struct wf_swap *s)
{
	uint64_t lowest = wf_swap_current(s)->generation;

	for (uint32_t w = 0; w < s->n_workers; w++) {
		const struct member *m = &s->member[w];
		uint64_t g;

		if (!atomic_load_explicit(&m->joined, memory_order_acquire))
			continue;
		g = atomic_load_explicit(&m->generation, memory_order_relaxed);
		if (g < lowest)
			lowest = g;
	}
	return lowest;
}
