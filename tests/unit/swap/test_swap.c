/* SPDX-License-Identifier: BSD-3-Clause
 * Offer, adopt, reclaim. Plans are plain heap blocks here; wf_plan_free is wrapped to count them
 * and to poison what it frees, so that a worker that still reads one is seen.
 */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wf_swap.h"

#define POISON 0xdeadull
#define MS     WF_NS_PER_MS

static _Atomic unsigned freed;

void __wrap_wf_plan_free(struct wf_plan *plan);

void
__wrap_wf_plan_free(struct wf_plan *plan)
{
	if (!plan)
		return;
	atomic_fetch_add(&freed, 1);
	plan->generation = POISON;
	free(plan);
}

static struct wf_plan *
plan_of(uint64_t generation)
{
	struct wf_plan *p = calloc(1, sizeof(*p));

	assert_non_null(p);
	p->generation = generation;
	return p;
}

static int
setup(void **state)
{
	atomic_store(&freed, 0);
	return 0;
}

static void
offer(struct wf_swap *s, uint64_t generation, wf_ns_t from_ns)
{
	struct wf_plan *p = plan_of(generation);

	p->from_ns = from_ns;
	assert_int_equal(wf_swap_offer(s, p), 0);
}

static void
a_worker_finds_the_first_plan(void **state)
{
	struct wf_plan *first = plan_of(1);
	struct wf_swap *s = wf_swap_new(1, first);

	wf_swap_join(s, 0, 0);
	assert_ptr_equal(wf_swap_turn(s, 0, 1), first);
	assert_int_equal(wf_swap_generation(s), 1);
	assert_false(wf_swap_poll(s, 1));
	wf_swap_leave(s, 0);
	wf_swap_free(s);
	assert_int_equal(freed, 1);
}

static void
without_workers_the_old_plan_goes_at_the_first_poll(void **state)
{
	struct wf_swap *s = wf_swap_new(2, plan_of(1));

	offer(s, 2, 0);
	assert_false(wf_swap_poll(s, 0));
	assert_int_equal(freed, 1);
	assert_int_equal(wf_swap_current(s)->generation, 2);
	wf_swap_free(s);
	assert_int_equal(freed, 2);
}

static void
a_stuck_worker_keeps_its_plan_and_nobody_waits(void **state)
{
	struct wf_swap *s = wf_swap_new(1, plan_of(1));
	const struct wf_plan *held;

	wf_swap_join(s, 0, 0);
	held = wf_swap_turn(s, 0, 0);
	offer(s, 2, 0);
	assert_true(wf_swap_poll(s, 1000 * MS)); /* however long it takes */
	assert_int_equal(freed, 0);
	assert_int_equal(held->generation, 1);
	assert_int_equal(wf_swap_generation(s), 1);
	offer(s, 3, 0); /* what comes next lines up behind it */
	assert_true(wf_swap_poll(s, 2000 * MS));
	assert_int_equal(freed, 0);

	/* It comes back. */
	assert_int_equal(wf_swap_turn(s, 0, 3000 * MS)->generation, 3);
	assert_int_equal(wf_swap_generation(s), 3);
	assert_true(wf_swap_poll(s, 3000 * MS));
	assert_int_equal(freed, 0); /* packets of its ring are older than its turn */
	assert_true(wf_swap_poll(s, 3000 * MS + WF_SWAP_LINGER_NS));
	assert_int_equal(freed, 0); /* its turn may not have ended */
	wf_swap_turn(s, 0, 3011 * MS);
	assert_false(wf_swap_poll(s, 3011 * MS));
	assert_int_equal(freed, 2);
	wf_swap_leave(s, 0);
	wf_swap_free(s);
	assert_int_equal(freed, 3);
}

static void
a_plan_to_come_is_adopted_at_its_time(void **state)
{
	struct wf_swap *s = wf_swap_new(2, plan_of(1));
	const struct wf_plan *newest;
	wf_ns_t at_ns;

	wf_swap_join(s, 0, 0);
	wf_swap_join(s, 1, 0);
	offer(s, 2, 5 * MS);
	newest = wf_swap_turn(s, 0, 4 * MS);
	assert_int_equal(newest->generation, 2);
	assert_int_equal(wf_plan_at(newest, 5 * MS - 1)->generation, 1);
	assert_int_equal(wf_plan_at(newest, 5 * MS)->generation, 2);
	assert_int_equal(wf_swap_adopted(s, 0, &at_ns), 1);
	wf_swap_turn(s, 0, 6 * MS);
	assert_int_equal(wf_swap_adopted(s, 0, &at_ns), 2);
	assert_int_equal(at_ns, 6 * MS);
	assert_int_equal(wf_swap_generation(s), 1);
	wf_swap_turn(s, 1, 7 * MS);
	assert_int_equal(wf_swap_generation(s), 2);
	/* Packets of before may still come: from_ns is theirs, not the turn's. */
	wf_swap_poll(s, 8 * MS);
	assert_int_equal(wf_plan_at(wf_swap_turn(s, 0, 9 * MS), 5 * MS - 1)->generation, 1);
	wf_swap_leave(s, 0);
	wf_swap_leave(s, 1);
	wf_swap_free(s);
	assert_int_equal(freed, 2);
}

static void
instants_do_not_go_backwards(void **state)
{
	struct wf_swap *s = wf_swap_new(1, plan_of(1));

	offer(s, 2, 9 * MS);
	offer(s, 3, 4 * MS);
	assert_int_equal(wf_swap_current(s)->from_ns, 9 * MS);
	assert_int_equal(wf_plan_at(wf_swap_current(s), 9 * MS)->generation, 3);
	assert_int_equal(wf_plan_at(wf_swap_current(s), 9 * MS - 1)->generation, 1);
	wf_swap_free(s);
}

static void
changes_faster_than_packets_linger_are_freed_in_order(void **state)
{
	struct wf_swap *s = wf_swap_new(1, plan_of(1));
	uint64_t g = 2;

	wf_swap_join(s, 0, 0);
	for (wf_ns_t now_ns = 0; now_ns < 100 * MS; now_ns += MS) {
		offer(s, g++, now_ns);
		wf_swap_turn(s, 0, now_ns);
		assert_true(wf_swap_poll(s, now_ns));
	}
	assert_true(freed > 80); /* no more than those of a linger are kept */
	wf_swap_leave(s, 0);
	wf_swap_free(s);
	assert_int_equal(freed, 101);
}

static void
a_worker_that_left_is_not_waited_for(void **state)
{
	struct wf_swap *s = wf_swap_new(2, plan_of(1));

	wf_swap_join(s, 0, 0);
	wf_swap_join(s, 1, 0);
	wf_swap_leave(s, 0);
	wf_swap_leave(s, 1);
	offer(s, 2, 0);
	assert_false(wf_swap_poll(s, 0));
	assert_int_equal(freed, 1);
	wf_swap_free(s);
}

/* Workers turn as fast as they can while plans change under them. */
#define CHANGES 500
#define WORKERS 2

struct thread {
	pthread_t id;
	struct wf_swap *swap;
	uint32_t w;
	bool bad;
};

static _Atomic bool stop;
static _Atomic unsigned running;
static _Atomic uint64_t clock_ns; /* a millisecond a poll */

static void *
turn_until_stopped(void *arg)
{
	struct thread *t = arg;
	uint64_t last = 0;

	wf_swap_join(t->swap, t->w, 0);
	atomic_fetch_add(&running, 1);
	while (!atomic_load(&stop)) {
		const struct wf_plan *p = wf_swap_turn(t->swap, t->w, atomic_load(&clock_ns));
		uint64_t g = p->generation;

		for (const struct wf_plan *o = p; o != NULL; o = atomic_load(&o->older))
			t->bad |= o->generation == POISON || o->generation > g;
		for (int i = 0; i < 20; i++)
			t->bad |= *(const volatile uint64_t *)&p->generation != g;
		t->bad |= g == POISON || g < last;
		last = g;
		sched_yield();
	}
	wf_swap_leave(t->swap, t->w);
	return NULL;
}

static void
plans_change_under_workers(void **state)
{
	struct wf_swap *s = wf_swap_new(WORKERS, plan_of(1));
	struct thread t[WORKERS];

	atomic_store(&stop, false);
	atomic_store(&running, 0);
	for (uint32_t w = 0; w < WORKERS; w++) {
		t[w] = (struct thread){ .swap = s, .w = w };
		assert_int_equal(pthread_create(&t[w].id, NULL, turn_until_stopped, &t[w]), 0);
	}
	while (atomic_load(&running) < WORKERS)
		sched_yield();
	for (uint64_t g = 2; g < 2 + CHANGES; g++) {
		offer(s, g, atomic_load(&clock_ns) + MS * (g % 3));
		while (wf_swap_generation(s) < g) {
			wf_swap_poll(s, atomic_fetch_add(&clock_ns, MS));
			sched_yield();
		}
	}
	while (wf_swap_poll(s, atomic_fetch_add(&clock_ns, MS)))
		sched_yield();
	assert_int_equal(freed, CHANGES);
	atomic_store(&stop, true);
	for (uint32_t w = 0; w < WORKERS; w++) {
		pthread_join(t[w].id, NULL);
		assert_false(t[w].bad);
	}
	wf_swap_free(s);
	assert_int_equal(freed, CHANGES + 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_worker_finds_the_first_plan, setup),
		cmocka_unit_test_setup(without_workers_the_old_plan_goes_at_the_first_poll, setup),
		cmocka_unit_test_setup(a_stuck_worker_keeps_its_plan_and_nobody_waits, setup),
		cmocka_unit_test_setup(a_plan_to_come_is_adopted_at_its_time, setup),
		cmocka_unit_test_setup(instants_do_not_go_backwards, setup),
		cmocka_unit_test_setup(
			changes_faster_than_packets_linger_are_freed_in_order, setup),
		cmocka_unit_test_setup(a_worker_that_left_is_not_waited_for, setup),
		cmocka_unit_test_setup(plans_change_under_workers, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
