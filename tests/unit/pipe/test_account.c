/* SPDX-License-Identifier: BSD-3-Clause
 * Packets in, packets out, and every one of them counted where it belongs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "bench.h"

#define MS  WF_NS_PER_MS
#define WEB "{ name = \"web\"; match = { sport = \"1-9\"; }; ab = { %s }; }"

static void
a_plain_wire_passes_everything_at_once(void **state)
{
	struct bench *b = bench_new(bench_text("", "", ""), NULL);
	wf_ns_t start = b->now_ns;

	for (uint32_t i = 0; i < 100; i++)
		bench_one(b, i % 2, i, 60 + i);
	bench_drain(b);
	assert_int_equal(b->n_out, 100);
	assert_int_equal(b->now_ns, start);
	for (uint32_t i = 0; i < 100; i++) {
		assert_int_equal(b->out[i].id, i);
		assert_int_equal(b->out[i].dir, i % 2);
	}
	bench_check(b);
	assert_int_equal(b->total[0].c.tx.packets, 50);
	assert_int_equal(b->total[1].c.rx.bytes, 50 * 60 + 2500);
	bench_free(b);
}

static void
bypass_is_a_plain_wire(void **state)
{
	struct bench *b = bench_new(
		bench_text("bypass = true; loss = \"100%\"; delay = \"1s\";", "", ""), NULL);
	wf_ns_t start = b->now_ns;

	bench_one(b, 0, 1, 100);
	bench_drain(b);
	assert_int_equal(b->n_out, 1);
	assert_int_equal(b->now_ns, start);
	bench_free(b);
}

static void
bypass_of_a_class_is_its_own(void **state)
{
	struct bench *b = bench_new(bench_text("loss = \"100%\"; delay = \"1s\";", "",
					    "{ name = \"x\"; match = { sport = 7; };"
					    " ab = { bypass = true; loss = \"100%\"; }; }"),
		NULL);
	wf_ns_t start = b->now_ns;

	bench_one(b, 0, 1, 100);
	bench_one(b, 0, 7, 100);
	bench_drain(b);
	bench_check(b);
	assert_int_equal(b->n_out, 1);
	assert_int_equal(b->out[0].flow, 7);
	assert_int_equal(b->now_ns, start);
	bench_free(b);
}

static void
a_delay_holds_and_is_measured(void **state)
{
	struct bench *b = bench_new(bench_text("delay = \"20ms\";", "", ""), NULL);
	wf_ns_t start = b->now_ns;

	bench_one(b, 0, 1, 1000);
	bench_check(b);
	assert_int_equal(b->total[0].held.packets, 1);
	assert_int_equal(b->total[0].held.bytes, 1000);
	bench_drain(b);
	assert_in_range(b->now_ns, start + 20 * MS, start + 20 * MS + WF_TICK_NS);
	bench_check(b);
	assert_int_equal(b->total[0].held.packets, 0);
	assert_int_equal(b->total[0].delay.count, 1);
	assert_int_equal(b->total[0].delay.sum_ns, b->now_ns - start);
	assert_int_equal(b->total[0].error.sum_ns, b->now_ns - start - 20 * MS);
	bench_free(b);
}

static void
each_cause_of_a_drop_is_counted(void **state)
{
	static const struct {
		const char *ab;
		enum wf_drop cause;
		uint64_t dropped; /* of 10 */
	} row[] = {
		{ "loss = \"100%\";", WF_DROP_loss, 10 },
		{ "blackhole = true;", WF_DROP_blackhole, 10 },
		{ "rate = \"1Mbit\"; queue = \"4pkt\";", WF_DROP_queue_full, 6 },
		{ "rate = { rate = \"8Mbit\"; mode = \"police\"; burst = \"3000B\"; };",
			WF_DROP_policed, 7 },
	};

	for (size_t i = 0; i < WF_ARRAY_SIZE(row); i++) {
		struct bench *b = bench_new(bench_text(row[i].ab, "", ""), NULL);

		for (int k = 0; k < 10; k++)
			bench_one(b, 0, 1, 1000);
		bench_drain(b);
		bench_check(b);
		assert_int_equal(b->total[0].c.dropped[row[i].cause].packets, row[i].dropped);
		assert_int_equal(b->total[0].c.dropped[row[i].cause].bytes, row[i].dropped * 1000);
		assert_int_equal(b->total[0].c.tx.packets, 10 - row[i].dropped);
		bench_free(b);
	}
}

static void
what_finds_no_room_is_counted_and_freed(void **state)
{
	struct bench_options few = { .max_held = 10 };
	struct bench *b = bench_new(bench_text("delay = \"20ms\";", "", ""), &few);

	for (int i = 0; i < 25; i++)
		bench_one(b, 0, 1, 100);
	assert_int_equal(b->alive, 10);
	bench_check(b);
	assert_int_equal(b->total[0].c.dropped[WF_DROP_no_buffer].packets, 15);
	bench_drain(b);
	assert_int_equal(b->n_out, 10);
	bench_free(b);
}

static void
packets_still_held_are_freed_with_the_pipe(void **state)
{
	struct bench *b = bench_new(bench_text("delay = \"20ms\";", "", ""), NULL);

	for (uint32_t i = 0; i < 100; i++)
		bench_one(b, i % 2, 1, 100);
	assert_int_equal(b->alive, 100);
	bench_free(b); /* fails if one is left */
}

/* ---- Classes ---- */

static void
classes_count_their_own(void **state)
{
	char classes[200];
	struct bench *b;

	snprintf(classes, sizeof(classes), WEB, "loss = \"100%\";");
	b = bench_new(bench_text("", "", classes), NULL);
	for (uint32_t i = 0; i < 32; i++)
		bench_one(b, 0, i, 100);
	for (uint32_t i = 0; i < 5; i++)
		bench_one(b, 1, i, 100);
	bench_drain(b);
	bench_check(b);
	assert_int_equal(bench_class(b, 0, "web")->c.rx.packets, 9);
	assert_int_equal(bench_class(b, 0, "web")->c.dropped[WF_DROP_loss].packets, 9);
	assert_int_equal(bench_class(b, 0, "web")->c.tx.packets, 0);
	assert_int_equal(bench_class(b, 0, "web")->flows, 9);
	assert_int_equal(bench_class(b, 0, "default")->c.tx.packets, 23);
	assert_int_equal(bench_class(b, 0, "default")->flows, 23);
	assert_int_equal(bench_class(b, 1, "default")->c.tx.packets, 5);
	assert_null(bench_class(b, 1, "web"));
	bench_free(b);
}

/* Stages run class by class, but the world sees order of arrival. */
static void
a_burst_of_many_classes_leaves_in_order_of_arrival(void **state)
{
	struct bench *b = bench_new(bench_text("delay = \"5ms\";", "",
					    "{ name = \"x\"; match = { sport = \"1-9\"; };"
					    "  ab = { delay = \"5ms\"; }; },"
					    "{ name = \"y\"; match = { sport = \"10-19\"; };"
					    "  ab = { delay = \"5ms\"; duplicate = \"50%\"; }; }"),
		NULL);
	struct bench_packet p[WF_BURST];
	uint32_t last = 0;

	for (uint32_t i = 0; i < WF_BURST; i++)
		p[i] = (struct bench_packet){ b->now_ns, i * 7 % 30, 100 };
	bench_in(b, 0, p, WF_BURST, WF_BURST);
	bench_drain(b);
	assert_true(b->n_out > WF_BURST);
	for (uint32_t i = 0; i < b->n_out; i++) {
		assert_true(b->out[i].id >= last);
		assert_true(!b->out[i].copy || b->out[i].id == last);
		last = b->out[i].id;
	}
	bench_free(b);
}

static void
changed_rules_move_flows_to_their_new_class(void **state)
{
	struct bench *b = bench_new(bench_text("", "", ""), NULL);

	for (uint32_t i = 0; i < 20; i++)
		bench_one(b, 0, i, 100);
	bench_change(b, bench_text("loss = \"0.01%\";", "",
				"{ name = \"x\"; match = { sport = \"1-5\"; };"
				"  ab = { blackhole = true; }; }"));
	for (uint32_t i = 0; i < 20; i++)
		bench_one(b, 0, i, 100);
	bench_check(b);
	assert_int_equal(bench_class(b, 0, "x")->flows, 5);
	assert_int_equal(bench_class(b, 0, "default")->flows, 15);
	bench_change(b, bench_text("loss = \"0.01%\";", "",
				"{ name = \"x\"; match = { sport = \"5-9\"; };"
				"  ab = { blackhole = true; }; }"));
	for (uint32_t i = 0; i < 20; i++)
		bench_one(b, 0, i, 100);
	bench_drain(b);
	bench_check(b);
	assert_int_equal(bench_class(b, 0, "x")->c.dropped[WF_DROP_blackhole].packets, 10);
	assert_int_equal(bench_class(b, 0, "x")->flows, 5);
	bench_free(b);
}

/* ---- Beside the pipeline ---- */

static void
refused_packets_are_counted_and_freed(void **state)
{
	struct bench *b = bench_new(bench_text("", "", ""), NULL);
	struct bench_packet p = { b->now_ns, 1, 100 };
	struct wf_rx rx[2];

	bench_rx(b, &p, &rx[0]);
	bench_rx(b, &p, &rx[1]);
	wf_pipe_refuse(b->pipe, 0, rx, 2, true, WF_DROP_handoff_full);
	assert_int_equal(b->alive, 0);
	bench_check(b);
	assert_int_equal(b->total[0].c.rx.packets, 2);
	assert_int_equal(b->total[0].c.dropped[WF_DROP_handoff_full].bytes, 200);
	bench_free(b);
}

static void
packets_handed_over_are_counted_once(void **state)
{
	struct bench *b = bench_new(bench_text("", "", ""), NULL);
	struct bench_packet p = { b->now_ns, 1, 100 };
	const struct wf_count one = { 1, 100 };
	struct wf_rx rx;

	bench_rx(b, &p, &rx);
	wf_pipe_handed_out(b->pipe, 0, &one);
	bench_check(b); /* on its way: queued */
	assert_int_equal(b->total[0].c.rx.packets, 1);
	assert_int_equal(b->total[0].handed_out.bytes, 100);
	wf_pipe_handed_in(b->pipe, 0, &one);
	wf_pipe_in(b->pipe, b->plan, 0, &rx, 1, false);
	bench_check(b);
	bench_drain(b);
	bench_check(b);
	assert_int_equal(b->total[0].c.rx.packets, 1);
	assert_int_equal(b->total[0].c.tx.packets, 1);
	bench_free(b);
}

static void
what_the_port_refuses_is_a_drop(void **state)
{
	struct bench *b = bench_new(bench_text("delay = \"1ms\";", "", ""), NULL);
	struct wf_held h[3];

	for (int i = 0; i < 3; i++)
		bench_one(b, 0, 1, 100);
	assert_int_equal(wf_pipe_take(b->pipe, b->now_ns + 2 * MS, h, 3), 3);
	assert_int_equal(wf_pipe_held(b->pipe), 3);
	bench_check(b); /* in the taker's hands: held */
	wf_pipe_drop(b->pipe, h, 3, WF_DROP_tx_full);
	assert_int_equal(b->alive, 0);
	assert_int_equal(wf_pipe_held(b->pipe), 0);
	bench_check(b);
	assert_int_equal(b->total[0].c.dropped[WF_DROP_tx_full].packets, 3);
	bench_free(b);
}

static void
take_gives_no_more_than_asked_for(void **state)
{
	struct bench *b = bench_new(bench_text("", "delay = \"0.001ms\";", ""), NULL);
	struct wf_held h[8];
	uint32_t left = 20;

	for (uint32_t i = 0; i < 20; i++)
		bench_one(b, i % 2, 1, 100);
	while (left > 0) {
		uint32_t n = wf_pipe_take(b->pipe, b->now_ns + MS, h, 3);

		assert_int_equal(n, left < 3 ? left : 3);
		wf_pipe_drop(b->pipe, h, n, WF_DROP_shutdown);
		left -= n;
	}
	bench_check(b);
	bench_free(b);
}

/* More wait for the port than the list of packets without delay has room for. */
static void
a_wire_keeps_its_order_however_many_wait(void **state)
{
	struct bench *b = bench_new(bench_text("", "", ""), NULL);
	struct wf_held h[20];
	uint32_t taken = 0;

	for (uint32_t i = 0; i < 6000; i++)
		bench_one(b, 0, i % 5, 100);
	bench_check(b);
	for (uint32_t round = 0; wf_pipe_held(b->pipe) > 0; round++) {
		uint32_t n = wf_pipe_take(b->pipe, b->now_ns += 1000, h, 20);

		assert_true(n > 0);
		for (uint32_t i = 0; i < n; i++)
			assert_int_equal(((struct bench_out *)h[i].pkt)->id, taken++);
		wf_pipe_drop(b->pipe, h, n, WF_DROP_shutdown);
		for (uint32_t i = 0; i < 10 && round < 500; i++)
			bench_one(b, 0, i % 5, 100);
	}
	assert_int_equal(taken, 11000);
	bench_check(b);
	bench_free(b);
}

/* ---- Who owns a packet ---- */

static uint32_t
owner(const char *text, uint32_t flow, uint32_t n_workers)
{
	struct bench *b = bench_new(text, NULL);
	struct bench_packet p = { b->now_ns, flow, 100 };
	const struct wf_identity *id[WF_BURST];
	uint32_t who[WF_BURST], n;
	struct wf_rx rx;

	bench_rx(b, &p, &rx);
	n = wf_pipe_owners(b->pipe, b->plan, 1, &rx, 1, n_workers, who, id);
	if (n == 0)
		who[0] = WF_PIPE_ANY;
	else
		assert_int_equal(id[0]->known, b->plan->dir[1].needs_flow);
	wf_pipe_refuse(b->pipe, 1, &rx, 1, true, WF_DROP_shutdown);
	bench_free(b);
	return who[0];
}

static void
anybody_may_carry_a_plain_wire(void **state)
{
	assert_int_equal(owner(bench_text("", "", ""), 1, 4), WF_PIPE_ANY);
	assert_int_equal(owner(bench_text("", "delay = \"5ms\";", ""), 1, 4), WF_PIPE_ANY);
}

static void
shared_state_has_one_owner(void **state)
{
	for (uint32_t flow = 0; flow < 8; flow++)
		assert_int_equal(owner(bench_text("", "rate = \"1Mbit\";", ""), flow, 4), 1);
}

static void
flows_are_spread_over_the_workers(void **state)
{
	uint32_t seen = 0;

	for (uint32_t flow = 0; flow < 40; flow++) {
		uint32_t who = owner(bench_text("", "loss = \"1%\";", ""), flow, 4);

		assert_true(who < 4);
		assert_int_equal(who, owner(bench_text("", "loss = \"1%\";", ""), flow, 4));
		seen |= 1u << who;
	}
	assert_int_equal(seen, 15);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plain_wire_passes_everything_at_once),
		cmocka_unit_test(bypass_is_a_plain_wire),
		cmocka_unit_test(bypass_of_a_class_is_its_own),
		cmocka_unit_test(a_delay_holds_and_is_measured),
		cmocka_unit_test(each_cause_of_a_drop_is_counted),
		cmocka_unit_test(what_finds_no_room_is_counted_and_freed),
		cmocka_unit_test(packets_still_held_are_freed_with_the_pipe),
		cmocka_unit_test(classes_count_their_own),
		cmocka_unit_test(a_burst_of_many_classes_leaves_in_order_of_arrival),
		cmocka_unit_test(changed_rules_move_flows_to_their_new_class),
		cmocka_unit_test(refused_packets_are_counted_and_freed),
		cmocka_unit_test(packets_handed_over_are_counted_once),
		cmocka_unit_test(what_the_port_refuses_is_a_drop),
		cmocka_unit_test(take_gives_no_more_than_asked_for),
		cmocka_unit_test(a_wire_keeps_its_order_however_many_wait),
		cmocka_unit_test(anybody_may_carry_a_plain_wire),
		cmocka_unit_test(shared_state_has_one_owner),
		cmocka_unit_test(flows_are_spread_over_the_workers),
	};

	return cmocka_run_group_tests(tests, bench_eal, NULL);
}
