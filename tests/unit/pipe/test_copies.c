/* SPDX-License-Identifier: BSD-3-Clause
 * Duplicates: made, spaced, counted, and never more than there is room for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "bench.h"

#define MS WF_NS_PER_MS

static void
burst(struct bench *b, uint32_t n)
{
	struct bench_packet p[WF_BURST];

	for (uint32_t i = 0; i < n; i++)
		p[i] = (struct bench_packet){ b->now_ns, i, 100 + i };
	bench_in(b, 0, p, n, n);
}

static void
a_copy_follows_its_original(void **state)
{
	struct bench *b = bench_new(bench_text("duplicate = \"100%\";", "", ""), NULL);

	burst(b, 10);
	bench_drain(b);
	assert_int_equal(b->n_out, 20);
	for (uint32_t i = 0; i < 20; i++) {
		assert_int_equal(b->out[i].id, i / 2);
		assert_int_equal(b->out[i].copy, i % 2);
	}
	bench_check(b);
	assert_int_equal(b->total[0].c.dup_created.packets, 10);
	assert_int_equal(b->total[0].c.dup_created.bytes, 1045);
	assert_int_equal(b->total[0].c.tx.packets, 20);
	bench_free(b);
}

static void
there_may_be_seven_copies_of_every_packet_of_a_burst(void **state)
{
	struct bench *b =
		bench_new(bench_text("duplicate = { p = \"100%\"; copies = 7; };", "", ""), NULL);

	burst(b, WF_BURST);
	bench_drain(b);
	assert_int_equal(b->n_out, WF_BURST * 8);
	for (uint32_t i = 0; i < b->n_out; i++)
		assert_int_equal(b->out[i].id, i / 8);
	bench_check(b);
	bench_free(b);
}

static void
there_may_be_seven_copies_in_every_class(void **state)
{
	const char *dup = "ab = { duplicate = { p = \"100%\"; copies = 7; }; };";
	char classes[1000];
	struct bench *b;

	snprintf(classes, sizeof(classes),
		"{ name = \"x\"; match = { sport = \"0-9\"; }; %s },"
		"{ name = \"y\"; match = { sport = \"10-19\"; }; %s }",
		dup, dup);
	b = bench_new(bench_text("duplicate = { p = \"100%\"; copies = 7; };", "", classes), NULL);
	burst(b, WF_BURST);
	bench_drain(b);
	assert_int_equal(b->n_out, WF_BURST * 8);
	for (uint32_t i = 0; i < b->n_out; i++)
		assert_int_equal(b->out[i].id, i / 8);
	bench_check(b);
	assert_int_equal(bench_class(b, 0, "x")->c.dup_created.packets, 70);
	assert_int_equal(bench_class(b, 0, "y")->c.rx.packets, 10);
	bench_free(b);
}

static void
copies_are_spaced_in_time(void **state)
{
	struct bench *b =
		bench_new(bench_text("duplicate = { p = \"100%\"; copies = 3; spacing = \"5ms\"; };"
				     "delay = \"20ms\";",
				  "", ""),
			NULL);
	wf_ns_t start = b->now_ns;

	bench_one(b, 0, 1, 100);
	bench_one(b, 0, 1, 100);
	bench_drain(b);
	assert_int_equal(b->n_out, 8);
	for (uint32_t i = 0; i < 8; i++)
		assert_int_equal(b->out[i].due_ns, start + 20 * MS + i / 2 * 5 * MS);
	assert_int_equal(b->total[0].clamped, 0);
	bench_check(b);
	bench_free(b);
}

static void
every_copy_has_a_delay_of_its_own(void **state)
{
	struct bench *b = bench_new(
		bench_text("duplicate = { p = \"100%\"; copies = 3; };"
			   "delay = { mean = \"20ms\"; stddev = \"5ms\"; order = \"free\"; };",
			"", ""),
		NULL);

	bench_one(b, 0, 1, 100);
	bench_drain(b);
	assert_int_equal(b->n_out, 4);
	for (uint32_t i = 1; i < 4; i++)
		assert_true(b->out[i].due_ns > b->out[i - 1].due_ns);
	bench_free(b);
}

static void
what_is_lost_is_not_copied(void **state)
{
	struct bench *b =
		bench_new(bench_text("loss = \"50%\"; duplicate = \"100%\";", "", ""), NULL);

	for (int i = 0; i < 100; i++)
		burst(b, WF_BURST);
	bench_drain(b);
	bench_check(b);
	assert_int_equal(b->total[0].c.dup_created.packets * 2, b->total[0].c.tx.packets);
	assert_int_equal(b->total[0].c.dup_created.packets,
		3200 - b->total[0].c.dropped[WF_DROP_loss].packets);
	bench_free(b);
}

/* The copy exists after the rate: it takes no capacity. */
static void
copies_take_no_capacity(void **state)
{
	struct bench *b =
		bench_new(bench_text("rate = \"1Mbit\"; duplicate = \"100%\";", "", ""), NULL);
	wf_ns_t start = b->now_ns;

	for (int i = 0; i < 3; i++)
		bench_one(b, 0, 1, 125);
	bench_drain(b);
	for (uint32_t i = 0; i < 6; i++)
		assert_int_equal(b->out[i].due_ns, start + (i / 2 + 1) * MS);
	bench_free(b);
}

static void
a_copy_without_buffer_is_a_counted_drop(void **state)
{
	struct bench *b =
		bench_new(bench_text("duplicate = { p = \"100%\"; copies = 3; };", "", ""), NULL);

	b->clones_left = 10;
	burst(b, 10);
	bench_drain(b);
	bench_check(b);
	assert_int_equal(b->n_out, 20);
	assert_int_equal(b->total[0].c.dup_created.packets, 30);
	assert_int_equal(b->total[0].c.dropped[WF_DROP_no_buffer].packets, 20);
	bench_free(b);
}

static void
copies_beyond_the_store_are_counted_and_freed(void **state)
{
	struct bench_options few = { .max_held = 10 };
	struct bench *b = bench_new(
		bench_text("duplicate = { p = \"100%\"; copies = 7; }; delay = \"1ms\";", "", ""),
		&few);

	burst(b, WF_BURST);
	bench_check(b);
	assert_int_equal(wf_pipe_held(b->pipe), 10);
	assert_int_equal(b->total[0].c.dropped[WF_DROP_no_buffer].packets, WF_BURST * 8 - 10);
	bench_drain(b);
	bench_free(b);
}

static void
copies_count_in_the_balance_while_they_are_held(void **state)
{
	struct bench *b = bench_new(
		bench_text("duplicate = { p = \"100%\"; spacing = \"5ms\"; };", "", ""), NULL);

	bench_one(b, 0, 1, 100);
	bench_until(b, b->now_ns + MS);
	bench_check(b);
	assert_int_equal(b->total[0].c.tx.packets, 1);
	assert_int_equal(b->total[0].held.packets, 1);
	bench_drain(b);
	bench_check(b);
	bench_free(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_copy_follows_its_original),
		cmocka_unit_test(there_may_be_seven_copies_of_every_packet_of_a_burst),
		cmocka_unit_test(there_may_be_seven_copies_in_every_class),
		cmocka_unit_test(copies_are_spaced_in_time),
		cmocka_unit_test(every_copy_has_a_delay_of_its_own),
		cmocka_unit_test(what_is_lost_is_not_copied),
		cmocka_unit_test(copies_take_no_capacity),
		cmocka_unit_test(a_copy_without_buffer_is_a_counted_drop),
		cmocka_unit_test(copies_beyond_the_store_are_counted_and_freed),
		cmocka_unit_test(copies_count_in_the_balance_while_they_are_held),
	};

	return cmocka_run_group_tests(tests, bench_eal, NULL);
}
