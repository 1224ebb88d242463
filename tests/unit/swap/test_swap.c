/* SPDX-License-Identifier: BSD-3-Clause
 * Publish, adopt, reclaim. Plans are plain heap blocks here; wf_plan_free is wrapped to count them
 * and to poison what it frees, so that a worker that still reads one is seen.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wf_swap.h"

#define POISON     0xdeadull
#define TIMEOUT_NS (5 * WF_NS_PER_S)

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
a_worker_finds_the_first_plan(void **state)
{
	struct wf_plan *first = plan_of(1);
	struct wf_swap *s = wf_swap_new(1, first);

	wf_swap_join(s, 0);
	assert_ptr_equal(wf_swap_turn(s, 0), first);
	assert_int_equal(wf_swap_generation(s), 1);
	wf_swap_leave(s, 0);
	wf_swap_free(s);
	assert_int_equal(freed, 1);
}

static void
without_workers_publishing_frees_at_once(void **state)
{
	struct wf_swap *s = wf_swap_new(2, plan_of(1));

	assert_int_equal(wf_swap_publish(s, plan_of(2), TIMEOUT_NS), 0);
	assert_int_equal(freed, 1);
	assert_int_equal(wf_swap_current(s)->generation, 2);
	wf_swap_free(s);
	assert_int_equal(freed, 2);
}

static void
a_stuck_worker_keeps_its_plan(void **state)
{
	struct wf_plan *first = plan_of(1);
	struct wf_swap *s = wf_swap_new(1, first);
	const struct wf_plan *held;

	wf_swap_join(s, 0);
	held = wf_swap_turn(s, 0);
	assert_int_equal(wf_swap_publish(s, plan_of(2), WF_NS_PER_MS), -ETIMEDOUT);
	assert_int_equal(freed, 0);
	assert_int_equal(held->generation, 1);
	assert_int_equal(wf_swap_generation(s), 1);
	assert_int_equal(wf_swap_current(s)->generation, 2);

	/* It comes back: the next publisher finds the old plan free to go. */
	assert_int_equal(wf_swap_turn(s, 0)->generation, 2);
	assert_int_equal(wf_swap_generation(s), 2);
	assert_int_equal(wf_swap_publish(s, plan_of(3), WF_NS_PER_MS), -ETIMEDOUT);
	assert_int_equal(freed, 1);
	wf_swap_leave(s, 0);
	wf_swap_free(s);
	assert_int_equal(freed, 3);
}

static void
a_worker_that_left_is_not_waited_for(void **state)
{
	struct wf_swap *s = wf_swap_new(2, plan_of(1));

	wf_swap_join(s, 0);
	wf_swap_join(s, 1);
	wf_swap_leave(s, 0);
	wf_swap_leave(s, 1);
	assert_int_equal(wf_swap_publish(s, plan_of(2), TIMEOUT_NS), 0);
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

static void *
turn_until_stopped(void *arg)
{
	struct thread *t = arg;
	uint64_t last = 0;

	wf_swap_join(t->swap, t->w);
	atomic_fetch_add(&running, 1);
	while (!atomic_load(&stop)) {
		const struct wf_plan *p = wf_swap_turn(t->swap, t->w);
		uint64_t g = p->generation;

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
publish_returns_when_every_worker_runs_the_plan(void **state)
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
		assert_int_equal(wf_swap_publish(s, plan_of(g), TIMEOUT_NS), 0);
		assert_int_equal(wf_swap_generation(s), g);
	}
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
		cmocka_unit_test_setup(without_workers_publishing_frees_at_once, setup),
		cmocka_unit_test_setup(a_stuck_worker_keeps_its_plan, setup),
		cmocka_unit_test_setup(a_worker_that_left_is_not_waited_for, setup),
		cmocka_unit_test_setup(publish_returns_when_every_worker_runs_the_plan, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
