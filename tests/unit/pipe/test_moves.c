/* SPDX-License-Identifier: BSD-3-Clause
 * The state of flows moves when stages come and go beside those that stay, within the flow's record
 * and out of it and back: what stays must not notice.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "bench.h"
#include "fit.h"
#include "wf_pipe_inside.h"
#include "wf_state_layout.h"

/* Of stages that keep state and do nothing to these packets: they hit one in 10^9, or look for TCP,
 * or only write a DSCP. */
static const char *const idle[] = {
	"reset = \"20%\"; ",
	"target = { p = \"30%\"; min_bytes = 200; }; ",
	"corrupt = \"0.0000001%\"; ",
	"duplicate = \"0.0000001%\"; ",
	"rewrite = { p = \"30%\"; dscp = 46; }; ",
	"reorder = { model = \"hold\"; p = \"0.0000001%\"; min = \"1ms\"; max = \"2ms\"; }; ",
};

enum { FLOWS = 40, PACKETS = 6000, PER_CHANGE = 37 };

static const char *
text_of(const char *stages, uint32_t set)
{
	char ab[1000];
	size_t n = (size_t)snprintf(ab, sizeof(ab), "scope = \"flow\"; %s", stages);

	for (size_t i = 0; i < WF_ARRAY_SIZE(idle); i++)
		if (set >> i & 1)
			n += (size_t)snprintf(ab + n, sizeof(ab) - n, "%s", idle[i]);
	return bench_text(ab, "", "");
}

/* How many flows have their state in their record, and how many beside it. */
static void
count_places(const struct bench *b, uint32_t places[2])
{
	const struct wf_flow_table *t = b->pipe->intake.flows;

	for (uint32_t i = 0; i < t->used; i++)
		places[wf_state_bytes(t->flows[i].held.layout) > WF_FLOW_STATE]++;
}

/* The same packets, with changes under way or without. */
static struct bench *
play(const char *stages, bool changes, uint32_t places[2])
{
	struct bench *b = bench_new(text_of(stages, 0), NULL);
	struct fit_random r, change;

	fit_seed(&r, 1);
	fit_seed(&change, 2);
	for (uint32_t i = 0; i < PACKETS; i++) {
		if (changes && i % PER_CHANGE == PER_CHANGE - 1) {
			bench_change(b, text_of(stages, (uint32_t)fit_under(&change,
								1u << WF_ARRAY_SIZE(idle))));
			count_places(b, places);
		}
		bench_one(b, 0, (uint32_t)fit_under(&r, FLOWS), 100);
		bench_until(b, b->now_ns + fit_under(&r, 200000));
	}
	bench_drain(b);
	bench_check(b);
	return b;
}

static void
what_stays_does_not_notice(void **state)
{
	static const char *const stages[] = {
		"rate = \"1Mbit\"; queue = \"20ms\"; loss = { model = \"gilbert-elliott\"; p = "
		"0.1; "
		"r = 0.3; }; delay = { mean = \"5ms\"; stddev = \"2ms\"; half_life = \"9ms\"; }; ",
		"rate = \"100kbit\"; queue = { aqm = \"codel\"; target = \"5ms\"; }; "
		"loss = { model = \"gilbert-elliott\"; p = 0.1; r = 0.3; }; "
		"arq = { p = \"20%\"; rtt = \"3ms\"; }; delay = { mean = \"5ms\"; stddev = "
		"\"2ms\"; }; ",
		"slot = { min = \"1ms\"; max = \"4ms\"; packets = 9; }; "
		"loss = { model = \"gilbert-elliott\"; p = 0.1; r = 0.3; }; "
		"arq = { p = \"20%\"; rtt = \"3ms\"; }; delay = { mean = \"5ms\"; stddev = "
		"\"2ms\"; }; ",
	};

	for (size_t i = 0; i < WF_ARRAY_SIZE(stages); i++) {
		uint32_t places[2] = { 0 };
		struct bench *still = play(stages[i], false, places);
		struct bench *moving = play(stages[i], true, places);

		assert_true(places[0] > 500 && places[1] > 500);
		assert_true(still->n_out > PACKETS / 3);
		assert_int_equal(moving->n_out, still->n_out);
		for (uint32_t k = 0; k < still->n_out; k++) {
			assert_int_equal(moving->out[k].id, still->out[k].id);
			assert_int_equal(moving->out[k].due_ns, still->out[k].due_ns);
		}
		bench_free(still);
		bench_free(moving);
	}
}

/* A flow that goes over to a class with other stages, and so to another layout, begins anew; what
 * its state held is given back, wherever it was. */
static void
whoever_goes_to_another_class_begins_anew(void **state)
{
	const char *large = text_of("rate = \"1Mbit\"; delay = \"1ms\"; loss = \"1%\"; ", 63);
	struct bench *b = bench_new(large, NULL);
	uint32_t words = b->pipe->states.env.arena.used_words;

	for (int round = 0; round < 20; round++) {
		char class[300];

		for (uint32_t flow = 0; flow < FLOWS; flow++)
			bench_one(b, 0, flow, 100);
		bench_drain(b);
		snprintf(class, sizeof(class),
			"{ name = \"c%d\"; match = { proto = \"udp\"; }; scope = \"flow\"; ab = { "
			"rate = "
			"\"1Mbit\"; queue = \"10pkt\"; }; }",
			round);
		bench_change(b, bench_text("", "", class));
		for (uint32_t flow = 0; flow < FLOWS; flow++)
			bench_one(b, 0, flow, 100);
		bench_drain(b);
		bench_change(b, text_of("rate = \"1Mbit\"; delay = \"1ms\"; loss = \"1%\"; ", 63));
		bench_check(b);
		if (round == 0)
			words = b->pipe->states.env.arena.used_words;
		assert_int_equal(b->pipe->states.env.arena.used_words, words);
	}
	bench_free(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_stays_does_not_notice),
		cmocka_unit_test(whoever_goes_to_another_class_begins_anew),
	};

	return cmocka_run_group_tests(tests, bench_eal, NULL);
}
