/* SPDX-License-Identifier: BSD-3-Clause
 * Room for what is held: one limit for delay, queues and parked packets together, and a part of it
 * for each direction that delays, which the others can't take.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bench.h"

#define ROOM  1600u
#define SHARE (ROOM / 8 / 2) /* of each of two directions */

static const struct bench_options few = { .max_held = ROOM };

static void
fill(struct bench *b, uint32_t dir, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		bench_one(b, dir, i % 7, 100);
	bench_check(b);
}

static uint64_t
lost(const struct bench *b, uint32_t dir)
{
	return b->total[dir].c.dropped[WF_DROP_no_buffer].packets;
}

static void
a_direction_alone_has_all_of_it(void **state)
{
	struct bench *b = bench_new(bench_text("delay = \"1s\";", "", ""), &few);

	fill(b, 0, ROOM + 100);
	assert_int_equal(lost(b, 0), 100);
	fill(b, 1, 10); /* what isn't held needs no room */
	assert_int_equal(lost(b, 1), 0);
	bench_drain(b);
	bench_check(b);
	bench_free(b);
}

static void
the_other_direction_has_its_part(void **state)
{
	struct bench *b = bench_new(bench_text("delay = \"1s\";", "delay = \"1s\";", ""), &few);

	fill(b, 0, 2 * ROOM);
	assert_int_equal(lost(b, 0), 2 * ROOM - (ROOM - SHARE));
	fill(b, 1, SHARE);
	assert_int_equal(lost(b, 1), 0);
	fill(b, 1, 5);
	assert_int_equal(lost(b, 1), 5);
	bench_drain(b);
	fill(b, 1, ROOM); /* and the other way round */
	fill(b, 0, SHARE);
	assert_int_equal(lost(b, 0), 2 * ROOM - (ROOM - SHARE));
	bench_drain(b);
	bench_check(b);
	bench_free(b);
}

/* A real queue in front of the delay: both together. */
static void
what_waits_in_queues_takes_room_too(void **state)
{
	struct bench *b = bench_new(
		bench_text("rate = \"1Mbit\"; queue = { limit = \"100000pkt\"; drop = \"head\"; };",
			"delay = \"1s\";", ""),
		&few);

	fill(b, 0, 2 * ROOM);
	fill(b, 1, SHARE);
	assert_int_equal(lost(b, 1), 0);
	assert_true(wf_pipe_held(b->pipe) <= ROOM);
	bench_drain(b);
	bench_check(b);
	bench_free(b);
}

static void
a_change_shares_anew(void **state)
{
	struct bench *b = bench_new(bench_text("delay = \"1s\";", "", ""), &few);

	fill(b, 0, ROOM);
	assert_int_equal(lost(b, 0), 0);
	bench_change(b, bench_text("delay = \"1s\";", "delay = \"1s\";", ""));
	fill(b, 1, 3); /* all of it is taken: nobody's packet goes for it */
	assert_int_equal(lost(b, 1), 3);
	bench_until(b, b->now_ns + 2 * WF_NS_PER_S);
	fill(b, 0, ROOM);
	fill(b, 1, SHARE);
	assert_int_equal(lost(b, 1), 3);
	bench_drain(b);
	bench_check(b);
	bench_free(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_direction_alone_has_all_of_it),
		cmocka_unit_test(the_other_direction_has_its_part),
		cmocka_unit_test(what_waits_in_queues_takes_room_too),
		cmocka_unit_test(a_change_shares_anew),
	};

	return cmocka_run_group_tests(tests, bench_eal, NULL);
}
