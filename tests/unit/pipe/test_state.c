/* SPDX-License-Identifier: BSD-3-Clause
 * State of classes and flows: each its own, and kept over live changes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "bench.h"
#include "fit.h"

#define MS WF_NS_PER_MS

/* ---- Scope ---- */

static void
flows_of_a_class_share_one_rate(void **state)
{
	struct bench *b = bench_new(bench_text("rate = \"1Mbit\";", "", ""), NULL);
	wf_ns_t start = b->now_ns;

	for (uint32_t flow = 0; flow < 3; flow++)
		bench_one(b, 0, flow, 125);
	bench_drain(b);
	for (uint32_t i = 0; i < 3; i++)
		assert_int_equal(bench_due(b, i), start + (i + 1) * MS);
	bench_free(b);
}

static void
with_scope_flow_each_flow_has_its_rate(void **state)
{
	struct bench *b =
		bench_new(bench_text("scope = \"flow\"; rate = \"1Mbit\";", "", ""), NULL);
	wf_ns_t start = b->now_ns;

	for (uint32_t i = 0; i < 6; i++)
		bench_one(b, 0, i % 3, 125);
	bench_drain(b);
	for (uint32_t i = 0; i < 6; i++)
		assert_int_equal(bench_due(b, i), start + (i / 3 + 1) * MS);
	bench_free(b);
}

static void
directions_do_not_share_state(void **state)
{
	struct bench *b = bench_new(bench_text("rate = \"1Mbit\";", "rate = \"1Mbit\";", ""), NULL);
	wf_ns_t start = b->now_ns;

	for (uint32_t dir = 0; dir < 2; dir++)
		bench_one(b, dir, 1, 125);
	bench_drain(b);
	assert_int_equal(bench_due(b, 0), start + MS);
	assert_int_equal(bench_due(b, 1), start + MS);
	bench_free(b);
}

static void
classes_do_not_share_state(void **state)
{
	struct bench *b = bench_new(bench_text("rate = \"1Mbit\";", "",
					    "{ name = \"x\"; match = { sport = \"1\"; };"
					    "  ab = { rate = \"1Mbit\"; }; }"),
		NULL);
	wf_ns_t start = b->now_ns;

	bench_one(b, 0, 1, 125);
	bench_one(b, 0, 2, 125);
	bench_drain(b);
	assert_int_equal(bench_due(b, 0), start + MS);
	assert_int_equal(bench_due(b, 1), start + MS);
	bench_free(b);
}

/* ---- Live changes ---- */

static void
the_backlog_of_a_rate_outlives_a_change(void **state)
{
	struct bench *b = bench_new(bench_text("rate = \"1Mbit\";", "", ""), NULL);
	wf_ns_t start = b->now_ns;

	for (int i = 0; i < 100; i++)
		bench_one(b, 0, 1, 125);
	bench_change(b, bench_text("rate = \"10Mbit\"; loss = \"0%\";", "", ""));
	bench_one(b, 0, 1, 125);
	bench_drain(b);
	assert_int_equal(bench_due(b, 99), start + 100 * MS);
	assert_int_equal(bench_due(b, 100), start + 100 * MS + MS / 10);
	bench_free(b);
}

static void
the_count_of_a_queue_outlives_a_change(void **state)
{
	struct bench *b =
		bench_new(bench_text("rate = \"1Mbit\"; queue = \"10pkt\";", "", ""), NULL);

	for (int i = 0; i < 10; i++)
		bench_one(b, 0, 1, 125);
	bench_change(b, bench_text("rate = \"1Mbit\"; queue = \"12pkt\";", "", ""));
	for (int i = 0; i < 10; i++)
		bench_one(b, 0, 1, 125);
	bench_drain(b);
	assert_int_equal(b->n_out, 12);
	bench_free(b);
}

/* A chain that stays where it began: a flow is lost for ever or never. */
static void
the_chain_of_every_flow_outlives_a_change(void **state)
{
	const char *before = "scope = \"flow\"; loss = { model = \"gilbert-elliott\";"
			     " p = 0.000000001; r = 0.000000001; };";
	const char *after = "scope = \"flow\"; rate = \"1Gbit\";"
			    "loss = { model = \"gilbert-elliott\";"
			    " p = 0.000000001; r = 0.000000002; }; delay = \"5ms\";";
	struct bench *b = bench_new(bench_text(before, "", ""), NULL);
	uint32_t lost = 0;

	for (uint32_t flow = 0; flow < 200; flow++)
		bench_one(b, 0, flow, 100);
	bench_change(b, bench_text(after, "", ""));
	for (uint32_t flow = 0; flow < 200; flow++)
		bench_one(b, 0, flow, 100);
	bench_drain(b);
	for (uint32_t flow = 0; flow < 200; flow++) {
		assert_int_equal(bench_find(b, flow) == NULL, bench_find(b, 200 + flow) == NULL);
		lost += bench_find(b, flow) == NULL;
	}
	assert_in_range(lost, 60, 140);
	bench_free(b);
}

static void
another_model_begins_anew(void **state)
{
	const char *all = "loss = { model = \"gilbert-elliott\"; p = 1.0; r = 0.0; };";
	const char *chain = "loss = { model = \"gilbert-elliott\"; p = 0.0; r = 0.5; k = 0.999; };";
	struct bench *b = bench_new(bench_text(all, "", ""), NULL);

	bench_one(b, 0, 1, 100); /* the state is bad */
	bench_change(b, bench_text("loss = \"0.0001%\";", "", ""));
	bench_one(b, 0, 1, 100);
	bench_change(b, bench_text(chain, "", ""));
	bench_one(b, 0, 1, 100); /* began anew: good */
	bench_drain(b);
	assert_int_equal(b->n_out, 2);
	bench_free(b);
}

static void
a_stage_that_was_away_begins_anew(void **state)
{
	struct bench *b = bench_new(bench_text("rate = \"1Mbit\";", "", ""), NULL);
	wf_ns_t start = b->now_ns;

	for (int i = 0; i < 10; i++)
		bench_one(b, 0, 1, 125);
	bench_change(b, bench_text("delay = \"1ms\";", "", ""));
	bench_one(b, 0, 1, 125);
	bench_change(b, bench_text("rate = \"1Mbit\";", "", ""));
	bench_one(b, 0, 1, 125);
	bench_drain(b);
	assert_int_equal(bench_due(b, 10), start + MS);
	assert_int_equal(bench_due(b, 11), start + MS);
	bench_free(b);
}

static void
a_class_of_another_name_begins_anew(void **state)
{
	const char *classes = "{ name = \"%s\"; match = { sport = \"1\"; };"
			      "  ab = { rate = \"1Mbit\"; }; }";
	char x[200], y[200];
	struct bench *b;
	wf_ns_t start;

	snprintf(x, sizeof(x), classes, "x");
	snprintf(y, sizeof(y), classes, "y");
	b = bench_new(bench_text("", "", x), NULL);
	start = b->now_ns;
	for (int i = 0; i < 10; i++)
		bench_one(b, 0, 1, 125);
	bench_change(b, bench_text("", "", y));
	bench_one(b, 0, 1, 125);
	bench_drain(b);
	assert_int_equal(bench_due(b, 10), start + MS);
	bench_free(b);
}

/* The slot of a class that went is used again in the end; its state isn't. */
static void
a_class_in_a_used_slot_begins_anew(void **state)
{
	const char *class = "{ name = \"c%d\"; match = { sport = \"1\"; };"
			    "  ab = { rate = \"1Mbit\"; }; }";
	char text[200];
	struct bench *b;
	wf_ns_t start;
	uint16_t slot;
	int changes = 0;

	snprintf(text, sizeof(text), class, 0);
	b = bench_new(bench_text("", "", text), NULL);
	slot = b->plan->dir[0].classes[1].slot;
	start = b->now_ns;
	for (int i = 0; i < 10; i++)
		bench_one(b, 0, 1, 125);
	do {
		assert_true(++changes <= WF_PLAN_MAX_SLOTS);
		snprintf(text, sizeof(text), class, changes);
		bench_change(b, bench_text("", "", text));
	} while (b->plan->dir[0].classes[1].slot != slot);
	bench_one(b, 0, 1, 125);
	bench_drain(b);
	assert_int_equal(bench_due(b, 10), start + MS);
	bench_free(b);
}

static void
a_flow_that_moves_to_another_class_begins_anew(void **state)
{
	const char *class = "{ name = \"%s\"; scope = \"flow\"; match = { sport = \"%d\"; };"
			    "  ab = { rate = \"1Mbit\"; }; }";
	char x[200], y[200], both[500];
	struct bench *b;
	wf_ns_t start;

	snprintf(x, sizeof(x), class, "x", 1);
	snprintf(y, sizeof(y), class, "y", 1);
	snprintf(both, sizeof(both), "%s, %s", y, x);
	b = bench_new(bench_text("", "", x), NULL);
	start = b->now_ns;
	for (int i = 0; i < 10; i++)
		bench_one(b, 0, 1, 125);
	bench_change(b, bench_text("", "", both));
	bench_one(b, 0, 1, 125);
	bench_drain(b);
	assert_int_equal(bench_due(b, 10), start + MS);
	bench_free(b);
}

static void
a_change_elsewhere_changes_nothing(void **state)
{
	struct bench *b = bench_new(bench_text("rate = \"1Mbit\";", "", ""), NULL);
	wf_ns_t start = b->now_ns;

	bench_one(b, 0, 1, 125);
	bench_change(b, bench_text("rate = \"1Mbit\";", "delay = \"3ms\"; loss = \"10%\";",
				"{ name = \"x\"; match = { sport = \"9\"; };"
				"  ab = { delay = \"1s\"; }; }"));
	bench_one(b, 0, 1, 125);
	bench_drain(b);
	assert_int_equal(bench_due(b, 1), start + 2 * MS);
	bench_free(b);
}

static void
scope_may_change_there_and_back(void **state)
{
	const char *own = bench_text("scope = \"flow\"; rate = \"1Mbit\";", "", "");
	struct bench *b = bench_new(own, NULL);
	wf_ns_t start = b->now_ns;

	bench_one(b, 0, 1, 125);
	bench_change(b, bench_text("rate = \"1Mbit\";", "", ""));
	bench_one(b, 0, 1, 125);
	bench_one(b, 0, 2, 125);
	bench_change(b, bench_text("scope = \"flow\"; rate = \"1Mbit\";", "", ""));
	bench_one(b, 0, 1, 125);
	bench_one(b, 0, 2, 125);
	bench_drain(b);
	assert_int_equal(bench_due(b, 1), start + MS);
	assert_int_equal(bench_due(b, 2), start + 2 * MS);
	assert_int_equal(bench_due(b, 3), start + 2 * MS);
	assert_int_equal(bench_due(b, 4), start + MS);
	bench_free(b);
}

/* The delay falls and rises under traffic; nothing overtakes. */
static void
changing_delays_keeps_the_order(void **state)
{
	static const char *const orders[] = { "fifo", "flow" };

	for (size_t i = 0; i < WF_ARRAY_SIZE(orders); i++) {
		struct bench *b = NULL;
		struct fit_random r;
		uint32_t last[4] = { 0 };

		fit_seed(&r, i);
		for (int change = 0; change < 300; change++) {
			char dir[200];

			snprintf(dir, sizeof(dir),
				"delay = { mean = \"%uus\"; stddev = \"%uus\"; order = \"%s\"; };",
				1 + (unsigned)fit_under(&r, 100000),
				(unsigned)fit_under(&r, 2) * 1000, orders[i]);
			if (b == NULL)
				b = bench_new(bench_text(dir, "", ""), NULL);
			else
				bench_change(b, bench_text(dir, "", ""));
			for (int k = 0; k < 20; k++) {
				bench_one(b, 0, (uint32_t)fit_under(&r, 4), 100);
				bench_until(b, b->now_ns + fit_under(&r, 500000));
			}
		}
		bench_drain(b);
		assert_int_equal(b->n_out, 6000);
		for (uint32_t k = 0; k < b->n_out; k++) {
			uint32_t *before = &last[i == 0 ? 0 : b->out[k].flow];

			assert_true(b->out[k].id >= *before);
			*before = b->out[k].id;
		}
		bench_free(b);
	}
}

static void
neighbours_may_be_exempt(void **state)
{
	struct bench *b = bench_new(
		bench_text("loss = { p = \"100%\"; exempt_neighbour = true; };", "", ""), NULL);
	struct bench_packet p[2] = { { b->now_ns, 1, 60, true }, { b->now_ns, 1, 60, false } };

	bench_in(b, 0, p, 2, 2);
	bench_drain(b);
	assert_int_equal(b->n_out, 1);
	assert_int_equal(b->out[0].id, 0);
	bench_free(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flows_of_a_class_share_one_rate),
		cmocka_unit_test(with_scope_flow_each_flow_has_its_rate),
		cmocka_unit_test(directions_do_not_share_state),
		cmocka_unit_test(classes_do_not_share_state),
		cmocka_unit_test(the_backlog_of_a_rate_outlives_a_change),
		cmocka_unit_test(the_count_of_a_queue_outlives_a_change),
		cmocka_unit_test(the_chain_of_every_flow_outlives_a_change),
		cmocka_unit_test(another_model_begins_anew),
		cmocka_unit_test(a_stage_that_was_away_begins_anew),
		cmocka_unit_test(a_class_of_another_name_begins_anew),
		cmocka_unit_test(a_class_in_a_used_slot_begins_anew),
		cmocka_unit_test(a_flow_that_moves_to_another_class_begins_anew),
		cmocka_unit_test(a_change_elsewhere_changes_nothing),
		cmocka_unit_test(scope_may_change_there_and_back),
		cmocka_unit_test(changing_delays_keeps_the_order),
		cmocka_unit_test(neighbours_may_be_exempt),
	};

	return cmocka_run_group_tests(tests, bench_eal, NULL);
}
