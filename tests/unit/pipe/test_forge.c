/* SPDX-License-Identifier: BSD-3-Clause
 * Packets that stages make: where and when they leave, and that they are counted. The stage is the
 * test's own: it answers every packet with what the test asks for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench.h"

#define MS 1000000ull

static struct wf_forged wanted[WF_FORGED_MAX];
static uint32_t n_wanted;
static bool kill_cause;

static void
run(const void *cfg, uint32_t state_offset, struct wf_batch *b, uint16_t first, uint16_t end,
	struct wf_stage_env *env)
{
	for (uint16_t i = first; i < end; i++) {
		b->forges[i] |= 1u << WF_BLOCK_RESET;
		if (kill_cause)
			b->drop[i] = WF_DROP_reset;
	}
}

static uint32_t
forge(const void *cfg, const struct wf_frame *cause, struct wf_forged *out)
{
	assert_non_null(cause->data);
	assert_true(cause->readable_bytes >= 42);
	for (uint32_t i = 0; i < n_wanted; i++) {
		out[i].reverse = wanted[i].reverse;
		out[i].delay_ns = wanted[i].delay_ns;
		out[i].len_bytes = wanted[i].len_bytes;
		memset(out[i].data, 0xa5, wanted[i].len_bytes);
	}
	return n_wanted;
}

static void
want(bool reverse, wf_ns_t delay_ns, uint32_t len_bytes)
{
	wanted[n_wanted++] = (struct wf_forged){
		.reverse = reverse, .delay_ns = delay_ns, .len_bytes = len_bytes
	};
}

static struct bench *
start(const char *more, const struct bench_options *options)
{
	struct wf_plan_step *step;
	char ab[200];
	struct bench *b;

	snprintf(ab, sizeof(ab), "reset = \"100%%\"; %s", more);
	b = bench_new(bench_text(ab, "", ""), options);
	step = (struct wf_plan_step *)(uintptr_t)b->plan->dir[0].classes[0].before;
	step->run = run;
	step->forge = forge;
	n_wanted = 0;
	kill_cause = false;
	return b;
}

static uint32_t
made(const struct bench *b, uint32_t dir)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < b->n_out; i++)
		n += b->out[i].id == BENCH_MADE && b->out[i].dir == dir;
	return n;
}

static void
an_answer_leaves_the_other_way_and_is_counted_there(void **state)
{
	struct bench *b = start("", NULL);

	want(true, 0, 100);
	bench_one(b, 0, 1, 500);
	bench_drain(b);
	bench_check(b);
	assert_int_equal(made(b, 1), 1);
	assert_int_equal(b->total[1].c.forged.packets, 1);
	assert_int_equal(b->total[1].c.forged.bytes, 100);
	assert_int_equal(b->total[1].c.tx.bytes, 100);
	assert_int_equal(b->total[0].c.forged.packets, 0);
	assert_int_equal(b->total[0].c.tx.bytes, 500);
	assert_int_equal(bench_class(b, 1, "default")->c.forged.packets, 1);
	bench_free(b);
}

static void
two_may_leave_one_each_way(void **state)
{
	struct bench *b = start("", NULL);

	want(false, 0, 60);
	want(true, 0, 61);
	bench_one(b, 0, 1, 500);
	bench_drain(b);
	bench_check(b);
	assert_int_equal(made(b, 0), 1);
	assert_int_equal(made(b, 1), 1);
	assert_int_equal(b->total[0].c.tx.bytes, 560);
	assert_int_equal(b->total[1].c.tx.bytes, 61);
	bench_free(b);
}

static void
a_dropped_packet_is_answered_too(void **state)
{
	struct bench *b = start("", NULL);

	kill_cause = true;
	want(true, 0, 60);
	bench_one(b, 0, 1, 500);
	bench_drain(b);
	bench_check(b);
	assert_int_equal(b->n_out, 1);
	assert_int_equal(b->total[0].c.dropped[WF_DROP_reset].packets, 1);
	bench_free(b);
}

static void
its_delay_counts_from_the_arrival_of_its_cause(void **state)
{
	struct bench *b = start("delay = \"3ms\";", NULL);
	wf_ns_t start_ns = b->now_ns;

	want(true, 7 * MS, 60);
	bench_one(b, 0, 1, 500);
	bench_until(b, start_ns + 6 * MS);
	bench_check(b);
	assert_int_equal(b->n_out, 1);
	assert_int_equal(b->total[1].held.packets, 1);
	bench_drain(b);
	assert_int_equal(b->n_out, 2);
	assert_int_equal(b->out[1].due_ns, start_ns + 7 * MS);
	assert_int_equal(b->out[1].rx_ns, start_ns);
	bench_check(b);
	bench_free(b);
}

static void
a_short_one_is_padded(void **state)
{
	struct bench *b = start("", NULL);

	want(true, 0, 54);
	bench_one(b, 0, 1, 500); /* the bench's make looks */
	bench_drain(b);
	bench_check(b);
	assert_int_equal(b->total[1].c.forged.bytes, 60);
	bench_free(b);
}

/* One packet at a time or a whole burst: they leave in the same order. */
static void
the_burst_does_not_matter(void **state)
{
	uint32_t order[2][64];

	for (int way = 0; way < 2; way++) {
		struct bench *b = start("", NULL);
		struct bench_packet p[WF_BURST];

		want(false, 0, 60);
		for (uint32_t i = 0; i < WF_BURST; i++)
			p[i] = (struct bench_packet){ .ns = b->now_ns, .flow = i, .len = 100 };
		bench_in(b, 0, p, WF_BURST, way ? WF_BURST : 1);
		bench_drain(b);
		bench_check(b);
		assert_int_equal(b->n_out, 64);
		for (uint32_t i = 0; i < 64; i++)
			order[way][i] = b->out[i].id;
		bench_free(b);
	}
	assert_memory_equal(order[0], order[1], sizeof(order[0]));
}

static void
without_buffer_it_is_a_counted_drop(void **state)
{
	struct bench *b = start("", NULL);

	b->makes_left = 3;
	want(true, 0, 60);
	for (int i = 0; i < 10; i++)
		bench_one(b, 0, 1, 500);
	bench_drain(b);
	bench_check(b);
	assert_int_equal(made(b, 1), 3);
	assert_int_equal(b->total[1].c.forged.packets, 10);
	assert_int_equal(b->total[1].c.dropped[WF_DROP_no_buffer].packets, 7);
	bench_free(b);
}

static void
beyond_the_store_it_is_counted_and_freed(void **state)
{
	struct bench_options few = { .max_held = 4 };
	struct bench *b = start("", &few);

	kill_cause = true;
	want(true, 5 * MS, 60);
	for (int i = 0; i < 10; i++)
		bench_one(b, 0, 1, 500);
	bench_check(b);
	assert_int_equal(wf_pipe_held(b->pipe), 4);
	assert_int_equal(b->total[1].c.dropped[WF_DROP_no_buffer].packets, 6);
	bench_drain(b);
	bench_free(b);
}

/* What passes meanwhile stays in order, and comes after what was due before. */
static void
traffic_of_the_other_way_keeps_its_order(void **state)
{
	struct bench *b = start("", NULL);
	uint32_t next = 0;

	want(true, 2 * MS, 60);
	for (int i = 0; i < 100; i++) {
		bench_one(b, 0, 1, 100);
		bench_one(b, 1, 2, 100);
		bench_until(b, b->now_ns + MS / 3);
	}
	bench_drain(b);
	bench_check(b);
	for (uint32_t i = 0; i < b->n_out; i++) {
		if (b->out[i].dir != 1 || b->out[i].id == BENCH_MADE)
			continue;
		assert_int_equal(b->out[i].id, 2 * next + 1);
		next++;
	}
	assert_int_equal(next, 100);
	assert_int_equal(made(b, 1), 100);
	bench_free(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_leaves_the_other_way_and_is_counted_there),
		cmocka_unit_test(two_may_leave_one_each_way),
		cmocka_unit_test(a_dropped_packet_is_answered_too),
		cmocka_unit_test(its_delay_counts_from_the_arrival_of_its_cause),
		cmocka_unit_test(a_short_one_is_padded),
		cmocka_unit_test(the_burst_does_not_matter),
		cmocka_unit_test(without_buffer_it_is_a_counted_drop),
		cmocka_unit_test(beyond_the_store_it_is_counted_and_freed),
		cmocka_unit_test(traffic_of_the_other_way_keeps_its_order),
	};

	return cmocka_run_group_tests(tests, bench_eal, NULL);
}
