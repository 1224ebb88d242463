/* SPDX-License-Identifier: BSD-3-Clause
 * Packets that let others pass: by exactly how many, what happens when these do not come, and that
 * nothing is lost or counted twice on the way.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "bench.h"
#include "wf_pipe_inside.h"

#define MS WF_NS_PER_MS

static char text[300];

static const char *
swap(const char *keys, const char *more)
{
	snprintf(text, sizeof(text), "reorder = { model = \"swap\"; %s }; %s", keys, more);
	return bench_text(text, "", "");
}

/* Packets leave as sent, but for some that leave `distance` places later. Returns how many these
 * are. */
static uint32_t
displaced(const struct bench *b, uint32_t distance)
{
	uint32_t at = 0, n = 0;

	while (at < b->n_out) {
		if (b->out[at].id == at) {
			at++;
			continue;
		}
		if (at + distance >= b->n_out) /* the last one, and too few behind it */
			break;
		for (uint32_t k = 0; k < distance; k++)
			assert_int_equal(b->out[at + k].id, at + k + 1);
		assert_int_equal(b->out[at + distance].id, at);
		at += distance + 1;
		n++;
	}
	return n;
}

static void
by_exactly_so_many_places(void **state)
{
	for (uint32_t distance = 1; distance <= 40; distance += 13) {
		char keys[100];
		struct bench *b;

		snprintf(keys, sizeof(keys), "p = \"5%%\"; distance = %u;", distance);
		b = bench_new(swap(keys, "delay = { mean = \"5ms\"; stddev = \"2ms\"; };"), NULL);
		for (uint32_t i = 0; i < 4000; i++) {
			bench_one(b, 0, i % 7, 200);
			bench_until(b, b->now_ns + MS / 10);
		}
		bench_drain(b);
		bench_check(b);
		assert_int_equal(b->n_out, 4000);
		/* p / (1 + distance p), and room for chance */
		assert_in_range(displaced(b, distance), 4000 * 0.05 / (1 + distance * 0.05) * 0.7,
			4000 * 0.05 / (1 + distance * 0.05) * 1.3);
		bench_free(b);
	}
}

/* All of it within a burst, and over the ends of bursts. */
static void
bursts_make_no_difference(void **state)
{
	static uint32_t order[3][1000];
	const uint32_t bursts[] = { 1, 7, 32 };

	for (int k = 0; k < 3; k++) {
		struct bench *b = bench_new(swap("p = \"60%\"; distance = 2;", ""), NULL);
		static struct bench_packet p[1000];

		for (uint32_t i = 0; i < 1000; i++)
			p[i] = (struct bench_packet){ .ns = b->now_ns + i * 1000, .len = 100 };
		bench_in(b, 0, p, 1000, bursts[k]);
		bench_drain(b);
		bench_check(b);
		assert_int_equal(b->n_out, 1000);
		for (uint32_t i = 0; i < 1000; i++)
			order[k][i] = b->out[i].id;
		bench_free(b);
	}
	assert_memory_equal(order[0], order[1], sizeof(order[0]));
	assert_memory_equal(order[0], order[2], sizeof(order[0]));
}

static void
it_leaves_right_behind_the_last_that_passes(void **state)
{
	struct bench *b = bench_new(
		swap("p = \"100%\"; distance = 2;", "delay = { mean = \"3ms\"; };"), NULL);
	wf_ns_t start = b->now_ns;

	for (uint32_t i = 0; i < 3; i++) {
		bench_one(b, 0, 1, 100);
		bench_until(b, b->now_ns + MS);
	}
	bench_drain(b);
	assert_int_equal(b->n_out, 3);
	assert_int_equal(b->out[2].id, 0);
	assert_int_equal(b->out[2].due_ns, start + 5 * MS);
	assert_int_equal(b->out[1].due_ns, start + 5 * MS);
	bench_free(b);
}

static void
without_others_it_goes_after_max_wait(void **state)
{
	struct bench *b = bench_new(
		swap("p = \"100%\"; distance = 2; max_wait = \"20ms\";", "delay = \"3ms\";"), NULL);
	wf_ns_t start = b->now_ns;

	bench_one(b, 0, 1, 100);
	bench_until(b, b->now_ns + 22 * MS);
	assert_int_equal(b->n_out, 0);
	bench_check(b);
	bench_one(b, 0, 1, 100); /* too late to pass it: lets others pass itself */
	bench_drain(b);
	bench_check(b);
	assert_int_equal(b->n_out, 2);
	assert_int_equal(b->out[0].due_ns, start + 23 * MS);
	assert_int_equal(b->out[1].due_ns, start + 45 * MS);
	assert_int_equal(b->pipe->parking.n_ghosts, 0);
	bench_free(b);
}

static void
flows_pass_their_own(void **state)
{
	struct bench *b = bench_new(swap("p = \"100%\";", "scope = \"flow\";"), NULL);

	for (uint32_t i = 0; i < 6; i++)
		bench_one(b, 0, i % 3, 100);
	bench_drain(b);
	for (uint32_t i = 0; i < 6; i++)
		assert_int_equal(b->out[i].id, i % 2 ? i / 2 : 3 + i / 2);
	bench_free(b);
}

static void
what_is_held_at_the_end_is_freed(void **state)
{
	struct bench *b = bench_new(swap("p = \"50%\"; distance = 9;", ""), NULL);

	for (uint32_t i = 0; i < 100; i++)
		bench_one(b, 0, i % 3, 100);
	bench_change(b, bench_text("", "", ""));
	bench_one(b, 0, 1, 100);
	bench_check(b);
	bench_free(b); /* the sanitizer sees what is left */
}

/* Full store, failed copies, live changes and packets that time out: all is accounted for. */
static void
nothing_is_unaccounted_for(void **state)
{
	struct bench_options o = { .max_held = 40 };
	struct bench *b =
		bench_new(swap("p = \"40%\"; distance = 3; max_wait = \"2ms\";",
				  "duplicate = \"30%\"; corrupt = \"20%\"; scope = \"flow\";"),
			&o);

	for (uint32_t i = 0; i < 20000; i++) {
		bench_one(b, 0, i * i % 11, 100);
		b->clones_left = i % 5 ? -1 : 0;
		if (i % 50 == 0)
			bench_until(b, b->now_ns + 3 * MS);
		if (i % 1000 == 0)
			bench_change(b, i % 2000 ? bench_text("delay = \"1ms\";", "", "")
						 : swap("p = \"70%\";", "corrupt = \"20%\";"));
		if (i % 32 == 0)
			bench_check(b);
		b->n_out = 0;
	}
	bench_drain(b);
	bench_check(b);
	assert_int_equal(b->total[0].held.packets, 0);
	assert_int_equal(b->pipe->parking.n_ghosts, 0);
	assert_true(b->total[0].c.dropped[WF_DROP_no_buffer].packets > 100);
	bench_free(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_exactly_so_many_places),
		cmocka_unit_test(bursts_make_no_difference),
		cmocka_unit_test(it_leaves_right_behind_the_last_that_passes),
		cmocka_unit_test(without_others_it_goes_after_max_wait),
		cmocka_unit_test(flows_pass_their_own),
		cmocka_unit_test(what_is_held_at_the_end_is_freed),
		cmocka_unit_test(nothing_is_unaccounted_for),
	};

	return cmocka_run_group_tests(tests, bench_eal, NULL);
}
