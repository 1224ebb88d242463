/* SPDX-License-Identifier: BSD-3-Clause
 * The flow table of a pipeline: what happens when it is full, and when flows age out of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "bench.h"
#include "wf_pipe_inside.h"

#define MS WF_NS_PER_MS

/* ---- A full table ---- */

static void
without_room_flows_share_the_classes_state(void **state)
{
	struct bench_options few = { .max_flows = 4 };
	struct bench *b =
		bench_new(bench_text("scope = \"flow\"; rate = \"1Mbit\";", "", ""), &few);
	wf_ns_t start = b->now_ns;

	for (uint32_t flow = 0; flow < 10; flow++)
		bench_one(b, 0, flow, 125);
	bench_drain(b);
	bench_check(b);
	for (uint32_t i = 0; i < 10; i++)
		assert_int_equal(bench_due(b, i), start + (i < 4 ? 1 : i - 3) * MS);
	assert_int_equal(b->total[0].fallback, 6);
	assert_int_equal(bench_class(b, 0, "default")->flows, 4);
	bench_free(b);
}

static void
without_room_fates_are_still_random(void **state)
{
	struct bench_options few = { .max_flows = 1 };
	struct bench *b = bench_new(bench_text("loss = \"50%\";", "", ""), &few);

	for (uint32_t flow = 0; flow < 2001; flow++)
		bench_one(b, 0, flow, 125);
	bench_drain(b);
	assert_in_range(b->n_out, 850, 1150);
	bench_check(b);
	assert_int_equal(b->total[0].fallback, 2000);
	bench_free(b);
}

static void
without_room_classes_are_still_told_apart(void **state)
{
	struct bench_options few = { .max_flows = 1 };
	struct bench *b = bench_new(bench_text("", "",
					    "{ name = \"x\"; match = { sport = \"5-9\"; };"
					    "  ab = { blackhole = true; }; }"),
		&few);

	for (uint32_t flow = 0; flow < 10; flow++)
		bench_one(b, 0, flow, 125);
	bench_drain(b);
	assert_int_equal(b->n_out, 5);
	bench_free(b);
}

/* ---- Ageing ---- */

static void
age(struct bench *b, wf_ns_t idle_ns)
{
	b->now_ns += idle_ns;
	for (int i = 0; i < 2000; i++)
		wf_pipe_tidy(b->pipe, b->now_ns);
}

static void
aged_flows_give_their_state_back(void **state)
{
	struct bench_options o = { .max_flows = 100, .idle_ns = 10 * WF_NS_PER_S };
	struct bench *b = bench_new(
		bench_text("scope = \"flow\"; rate = \"1Mbit\"; queue = \"500pkt\";", "", ""), &o);
	uint32_t words = 0;

	for (uint32_t round = 0; round < 20; round++) {
		for (uint32_t flow = 0; flow < 100; flow++)
			for (int k = 0; k < 40; k++)
				bench_one(b, 0, round * 100 + flow, 125);
		bench_drain(b);
		bench_check(b);
		assert_int_equal(bench_class(b, 0, "default")->flows, 100);
		age(b, 11 * WF_NS_PER_S);
		bench_check(b);
		assert_int_equal(bench_class(b, 0, "default")->flows, 0);
		words = round == 0 ? b->pipe->states.env.arena.used_words : words;
	}
	assert_int_equal(b->total[0].fallback, 0);
	assert_int_equal(b->pipe->intake.flows->used, 100);
	assert_int_equal(b->pipe->states.env.arena.used_words, words);
	bench_free(b);
}

static void
a_new_flow_finds_fresh_state(void **state)
{
	struct bench_options o = { .max_flows = 1, .idle_ns = 10 * MS };
	struct bench *b = bench_new(bench_text("scope = \"flow\"; delay = \"10s\";", "", ""), &o);
	wf_ns_t start;

	bench_one(b, 0, 1, 125);
	bench_change(b, bench_text("scope = \"flow\"; delay = \"1ms\";", "", ""));
	age(b, 11 * MS);
	start = b->now_ns;
	bench_one(b, 0, 2, 125);
	bench_drain(b);
	assert_int_equal(bench_due(b, 1), start + MS);
	bench_free(b);
}

/* No turn looks at more than a few flows, however many there are and have ended at once. */
static void
housekeeping_is_bounded(void **state)
{
	struct bench_options o = { .max_flows = 5000, .idle_ns = 10 * WF_NS_PER_S };
	struct bench *b = bench_new(
		bench_text("scope = \"flow\"; rate = \"1Mbit\"; queue = \"500pkt\";", "", ""), &o);
	struct wf_flow_table *t = b->pipe->intake.flows;
	uint32_t turns = 0;

	for (uint32_t flow = 0; flow < 5000; flow++)
		bench_one(b, 0, flow, 125);
	bench_drain(b);
	assert_int_equal(wf_flow_table_count(t), 5000);
	b->now_ns += 11 * WF_NS_PER_S;
	for (; wf_flow_table_count(t) > 0; turns++) {
		uint32_t before = t->cursor, live = wf_flow_table_count(t);

		wf_pipe_tidy(b->pipe, b->now_ns);
		assert_in_range((t->cursor + t->used - before) % t->used, 1, 4);
		assert_true(live - wf_flow_table_count(t) <= 4);
	}
	assert_in_range(turns, 1250, 1252);
	bench_free(b);
}

static void
a_sparse_flow_does_not_repeat_its_first_draw(void **state)
{
	struct bench_options o = { .max_flows = 100, .idle_ns = 10 * WF_NS_PER_S };
	struct bench *b = bench_new(bench_text("loss = \"50%\";", "", ""), &o);

	for (int i = 0; i < 200; i++) {
		bench_one(b, 0, 1, 100);
		bench_until(b, b->now_ns);
		age(b, 11 * WF_NS_PER_S);
		assert_int_equal(wf_flow_table_count(b->pipe->intake.flows), 0);
	}
	assert_in_range(b->n_out, 70, 130);
	bench_free(b);
}

static void
flows_in_use_do_not_age(void **state)
{
	struct bench_options o = { .max_flows = 100, .idle_ns = 10 * WF_NS_PER_S };
	struct bench *b = bench_new(bench_text("loss = \"1%\";", "", ""), &o);

	for (int i = 0; i < 20; i++) {
		bench_one(b, 0, 1, 100);
		age(b, 9 * WF_NS_PER_S);
		assert_int_equal(wf_flow_table_count(b->pipe->intake.flows), 1);
	}
	bench_drain(b);
	bench_free(b);
}

/* Five packets a flow at 1 kbit/s, a second each: they wait longer than flow_idle. */
#define SLOW "scope = \"flow\"; rate = \"1kbit\"; queue = { drop = \"head\"; limit = \"100pkt\"; };"
#define GE   " loss = { model = \"gilbert-elliott\"; p = \"20%\"; r = \"50%\"; };"

/* Flows that have ended and hold state. */
static uint32_t
left_behind(const struct bench *b)
{
	const struct wf_flow_table *t = b->pipe->intake.flows;
	uint32_t n = 0;

	for (uint32_t i = 0; i < t->used; i++)
		n += t->flows[i].stage == WF_FLOW_ENDED && t->flows[i].held.state_uid != 0;
	return n;
}

/* Releases of 40 such flows, one after the other, swept every second or never. */
static uint64_t
slow_flows(bool swept)
{
	struct bench_options o = { .max_flows = 8, .idle_ns = 2 * WF_NS_PER_S };
	struct bench *b = bench_new(bench_text(SLOW GE, "", ""), &o);
	uint64_t sum = 0;

	for (uint32_t flow = 0; flow < 40; flow++) {
		for (int k = 0; k < 5; k++)
			bench_one(b, 0, flow, 125);
		for (int s = 0; s < 8; s++) {
			bench_until(b, b->now_ns + WF_NS_PER_S);
			if (swept)
				wf_pipe_tidy_all(b->pipe, b->now_ns);
		}
		if (swept)
			assert_int_equal(wf_flow_table_count(b->pipe->intake.flows), 0);
	}
	bench_drain(b);
	bench_check(b);
	assert_int_equal(b->total[0].fallback, 0);
	assert_in_range(b->n_out, 80, 199);
	for (uint32_t i = 0; i < b->n_out; i++)
		sum = sum * 31 + b->out[i].due_ns + b->out[i].id;
	if (swept)
		wf_pipe_tidy_all(b->pipe, b->now_ns + 3 * WF_NS_PER_S);
	assert_int_equal(left_behind(b), 0);
	assert_int_equal(b->pipe->intake.flows->used, 8);
	bench_free(b);
	return sum;
}

/* A flow whose packets wait for the rate goes on until they have left: no state is begun anew for
 * one that has ended, and what they find does not depend on when somebody swept. */
static void
a_flow_whose_packets_wait_does_not_end(void **state)
{
	assert_true(slow_flows(true) == slow_flows(false));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_room_flows_share_the_classes_state),
		cmocka_unit_test(without_room_fates_are_still_random),
		cmocka_unit_test(without_room_classes_are_still_told_apart),
		cmocka_unit_test(aged_flows_give_their_state_back),
		cmocka_unit_test(a_new_flow_finds_fresh_state),
		cmocka_unit_test(housekeeping_is_bounded),
		cmocka_unit_test(a_sparse_flow_does_not_repeat_its_first_draw),
		cmocka_unit_test(flows_in_use_do_not_age),
		cmocka_unit_test(a_flow_whose_packets_wait_does_not_end),
	};

	return cmocka_run_group_tests(tests, bench_eal, NULL);
}
