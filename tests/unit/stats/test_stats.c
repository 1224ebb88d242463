/* SPDX-License-Identifier: BSD-3-Clause
 * Banks of counters: what one thread counts and another collects adds up, whatever the timing.
 */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wf_stats.h"

static int
setup(void **state)
{
	*state = wf_stats_new(2, 3);
	return *state == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	wf_stats_free(*state);
	return 0;
}

static void
both_banks_begin_empty(void **state)
{
	struct wf_stats *s = *state;

	for (int b = 0; b < 2; b++) {
		assert_int_equal(s->bank[b].dir[1].c.rx.packets, 0);
		assert_true(s->bank[b].dir[1].delay.min_ns == UINT64_MAX);
		assert_true(s->bank[b].dir[1].error.min_ns == UINT64_MAX);
		assert_int_equal(s->bank[b].class[2].c.rx.packets, 0);
	}
}

static void
nothing_is_wanted_at_first(void **state)
{
	assert_false(wf_stats_turn_wanted(*state));
	assert_true(wf_stats_turned(*state));
}

static void
a_turn_closes_the_bank_that_was_counted_in(void **state)
{
	struct wf_stats *s = *state;

	wf_count_add(&s->now->dir[0].c.rx, 100);
	wf_stats_ask(s);
	assert_true(wf_stats_turn_wanted(s));
	assert_false(wf_stats_turned(s));
	wf_stats_turn(s, 555);
	assert_false(wf_stats_turn_wanted(s));
	assert_true(wf_stats_turned(s));
	assert_int_equal(wf_stats_idle(s)->dir[0].c.rx.packets, 1);
	assert_int_equal(wf_stats_idle(s)->dir[0].c.rx.bytes, 100);
	assert_int_equal(wf_stats_idle(s)->time_ns, 555);
	assert_ptr_not_equal(s->now, wf_stats_idle(s));
	assert_int_equal(s->now->dir[0].c.rx.packets, 0);
}

static void
turns_alternate_between_two_banks(void **state)
{
	struct wf_stats *s = *state;
	struct wf_bank *first = s->now;

	for (uint32_t turn = 1; turn <= 5; turn++) {
		wf_stats_ask(s);
		wf_stats_turn(s, turn);
		assert_int_equal(wf_stats_epoch(s), turn);
		assert_ptr_equal(wf_stats_idle(s) == first ? first : s->now, first);
		assert_int_equal(wf_stats_idle(s)->time_ns, turn);
	}
	assert_ptr_equal(wf_stats_idle(s), first);
}

/* Another worker has turned and a packet handed over tells so before the question arrives. */
static void
a_worker_ahead_of_the_question_does_not_turn_twice(void **state)
{
	struct wf_stats *s = *state;

	wf_stats_turn(s, 1);
	wf_stats_ask(s);
	assert_false(wf_stats_turn_wanted(s));
	assert_true(wf_stats_turned(s));
	wf_stats_ask(s);
	assert_true(wf_stats_turn_wanted(s));
}

static void
the_numbers_of_turns_may_wrap(void **state)
{
	struct wf_stats *s = *state;

	atomic_store(&s->wanted, UINT32_MAX - 1);
	atomic_store(&s->turned, UINT32_MAX - 1);
	for (int i = 0; i < 4; i++) {
		assert_false(wf_stats_turn_wanted(s));
		wf_stats_ask(s);
		assert_true(wf_stats_turn_wanted(s));
		assert_false(wf_stats_turned(s));
		wf_stats_turn(s, 1);
		assert_true(wf_stats_turned(s));
	}
}

static void
times_are_kept_of_the_classes_that_are_asked_for(void **state)
{
	struct wf_stats *s = *state;
	struct wf_class_times *first;

	assert_int_equal(wf_stats_time_class(s, 1), 0);
	for (int b = 0; b < 2; b++) {
		assert_null(wf_bank_times(&s->bank[b], 0));
		assert_null(wf_bank_times(&s->bank[b], 2));
		assert_true(wf_bank_times(&s->bank[b], 1)->delay.min_ns == UINT64_MAX);
		assert_true(wf_bank_times(&s->bank[b], 1)->error.min_ns == UINT64_MAX);
	}
	first = wf_bank_times(s->now, 1);
	assert_ptr_not_equal(first, wf_bank_times(wf_stats_idle(s), 1));
	wf_hist_add(&first->delay, 5);
	assert_int_equal(wf_stats_time_class(s, 1), 0); /* again: nothing is lost */
	assert_ptr_equal(wf_bank_times(s->now, 1), first);
	assert_int_equal(first->delay.count, 1);
}

static void
times_add_up_and_begin_anew(void **state)
{
	struct wf_class_times *a = wf_class_times_new(), *b = wf_class_times_new();

	wf_hist_add(&a->delay, 5);
	wf_hist_add(&a->error, 7);
	wf_hist_add(&b->delay, 50);
	wf_hist_add(&b->error, 0);
	wf_class_times_merge(a, b);
	assert_int_equal(a->delay.count, 2);
	assert_int_equal(a->delay.sum_ns, 55);
	assert_int_equal(a->error.sum_ns, 7);
	wf_class_times_clear(a);
	assert_memory_equal(a, (wf_class_times_clear(b), b), sizeof(*a));
	assert_int_equal(a->delay.count, 0);
	assert_true(a->delay.min_ns == UINT64_MAX && a->error.min_ns == UINT64_MAX);
	free(a);
	free(b);
}

/* Of the counters in front of the histograms. */
#define COUNTERS_SIZE (offsetof(struct wf_dir_stats, fallback) + sizeof(uint64_t))

static void
merging_adds_every_member(void **state)
{
	static struct wf_dir_stats one, sum;
	uint64_t *words = (uint64_t *)&one;

	/* Every word of the counters is its own number; none may be forgotten. */
	wf_dir_stats_init(&one);
	wf_dir_stats_init(&sum);
	for (size_t i = 0; i < COUNTERS_SIZE / sizeof(*words); i++)
		words[i] = i + 1;
	wf_hist_add(&one.delay, 5);
	wf_hist_add(&one.error, 7);
	wf_dir_stats_merge(&sum, &one);
	assert_int_equal(sum.delay.count, 1);
	assert_int_equal(sum.error.sum_ns, 7);
	assert_int_equal(sum.c.rx.packets, one.c.rx.packets);
	assert_memory_equal(&sum.c.rx, &one.c.rx, COUNTERS_SIZE);
	wf_dir_stats_merge(&sum, &one);
	words = (uint64_t *)&sum;
	for (size_t i = 0; i < COUNTERS_SIZE / sizeof(*words); i++)
		assert_int_equal(words[i], 2 * (i + 1));
}

static void
merging_classes_adds_counts_and_flows(void **state)
{
	struct wf_class_stats one, sum;
	uint64_t *words = (uint64_t *)&one;

	memset(&sum, 0, sizeof(sum));
	for (size_t i = 0; i < sizeof(one) / sizeof(*words); i++)
		words[i] = i + 1;
	wf_class_stats_merge(&sum, &one);
	assert_memory_equal(&sum, &one, sizeof(one));
}

static void
every_drop_cause_has_a_name_and_a_side(void **state)
{
	for (int i = 1; i < WF_DROP_COUNT; i++) {
		assert_non_null(wf_drop_info[i].name);
		assert_non_null(wf_drop_info[i].help);
		assert_int_not_equal(wf_drop_info[i].by, WF_DROP_BY_NONE);
		for (int k = 1; k < i; k++)
			assert_string_not_equal(wf_drop_info[i].name, wf_drop_info[k].name);
	}
}

/* ---- Two threads ---- */

#define COUNTS 2000000

static struct wf_stats *shared;
static _Atomic bool done;

/* Counts like a worker: every packet that is received is sent or held at each boundary. */
static void *
worker(void *arg)
{
	uint64_t held = 0;

	for (uint32_t i = 0; i < COUNTS; i++) {
		struct wf_dir_stats *d = &shared->now->dir[i % 2];

		wf_count_add(&d->c.rx, 64 + i % 1000);
		if (i % 3 == 0) {
			held++;
		} else {
			wf_count_add(&d->c.tx, 64 + i % 1000);
			wf_hist_add(&d->delay, i);
		}
		wf_count_add(&shared->now->class[i % 3].c.rx, 1);
		shared->now->worker.loops++;
		if (i % 8 == 7 && wf_stats_turn_wanted(shared)) {
			shared->now->dir[0].held.packets = held;
			wf_stats_turn(shared, i);
		}
	}
	atomic_store(&done, true);
	while (!wf_stats_turn_wanted(shared))
		sched_yield();
	shared->now->dir[0].held.packets = held;
	wf_stats_turn(shared, COUNTS);
	return NULL;
}

struct totals {
	struct wf_dir_stats dir[2];
	struct wf_class_stats class[3];
	uint64_t loops, turns;
	wf_ns_t last_ns;
};

static void
collect(struct totals *t)
{
	struct wf_bank *b = wf_stats_idle(shared);

	assert_true(b->time_ns >= t->last_ns);
	t->last_ns = b->time_ns;
	t->turns++;
	t->loops += b->worker.loops;
	b->worker.loops = 0;
	t->dir[0].held.packets = 0;
	for (int i = 0; i < 2; i++) {
		wf_dir_stats_merge(&t->dir[i], &b->dir[i]);
		wf_dir_stats_init(&b->dir[i]);
	}
	for (int i = 0; i < 3; i++) {
		wf_class_stats_merge(&t->class[i], &b -> class[i]);
		memset(&b->class[i], 0, sizeof(b->class[i]));
	}
}

static void
nothing_is_lost_between_two_threads(void **state)
{
	static struct totals t;
	pthread_t id;
	bool last;

	shared = *state;
	atomic_store(&done, false);
	memset(&t, 0, sizeof(t));
	for (int i = 0; i < 2; i++)
		wf_dir_stats_init(&t.dir[i]);
	assert_int_equal(pthread_create(&id, NULL, worker, NULL), 0);
	do {
		last = atomic_load(&done);
		wf_stats_ask(shared);
		while (!wf_stats_turned(shared))
			sched_yield();
		collect(&t);
		/* Exact at every boundary, not only at the end. */
		assert_int_equal(t.dir[0].c.rx.packets + t.dir[1].c.rx.packets,
			t.dir[0].c.tx.packets + t.dir[1].c.tx.packets + t.dir[0].held.packets);
		assert_int_equal(t.dir[0].c.tx.packets, t.dir[0].delay.count);
		assert_int_equal(t.dir[0].c.rx.packets + t.dir[1].c.rx.packets, t.loops);
	} while (!last && t.last_ns < COUNTS);
	pthread_join(id, NULL);
	assert_int_equal(t.loops, COUNTS);
	assert_int_equal(
		t.class[0].c.rx.packets + t.class[1].c.rx.packets + t.class[2].c.rx.packets,
		COUNTS);
	assert_true(t.turns > 1);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(both_banks_begin_empty),
		CASE(nothing_is_wanted_at_first),
		CASE(a_turn_closes_the_bank_that_was_counted_in),
		CASE(turns_alternate_between_two_banks),
		CASE(a_worker_ahead_of_the_question_does_not_turn_twice),
		CASE(the_numbers_of_turns_may_wrap),
		CASE(times_are_kept_of_the_classes_that_are_asked_for),
		CASE(times_add_up_and_begin_anew),
		CASE(merging_adds_every_member),
		CASE(merging_classes_adds_counts_and_flows),
		CASE(every_drop_cause_has_a_name_and_a_side),
		CASE(nothing_is_lost_between_two_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
