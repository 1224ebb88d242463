/* SPDX-License-Identifier: BSD-3-Clause
 * Classes with a filter: asked for every packet, in the order in which they stand, and without
 * disturbing the flow that their packets were picked from.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "bench.h"
#include "wf_pipe_inside.h"

#define MS               WF_NS_PER_MS
#define LOST(name, what) "{ name = \"" name "\"; " what " ab = { blackhole = true; }; }"

/* Packets of the class so far. */
static uint64_t
in_class(struct bench *b, const char *name)
{
	bench_check(b);
	return bench_class(b, 0, name)->c.rx.packets;
}

static void
a_filter_splits_a_flow_by_packets(void **state)
{
	struct bench *b = bench_new(
		bench_text("", "", LOST("small", "filter = \"udp dst port 80 and less 200\";")),
		NULL);

	for (uint32_t len = 100; len < 300; len++)
		bench_one(b, 0, 1, len);
	bench_drain(b);
	assert_int_equal(in_class(b, "small"), 101);
	assert_int_equal(b->n_out, 99);
	bench_free(b);
}

static void
match_and_filter_must_both_hold(void **state)
{
	struct bench *b = bench_new(
		bench_text(
			"", "", LOST("x", "match = { sport = \"5-9\"; }; filter = \"less 200\";")),
		NULL);

	for (uint32_t flow = 0; flow < 20; flow++) {
		bench_one(b, 0, flow, 150);
		bench_one(b, 0, flow, 250);
	}
	assert_int_equal(in_class(b, "x"), 5);
	bench_free(b);
}

/* The frames of the bench are from 02:00:00:00:00:01 to 02:00:00:00:00:02. */
static void
a_mac_address_is_of_either_side(void **state)
{
	static const char *const mac[] = { "02:00:00:00:00:01", "02:00:00:00:00:02",
		"02:00:00:00:00:03" };

	for (int i = 0; i < 3; i++) {
		char classes[200];
		struct bench *b;

		snprintf(classes, sizeof(classes),
			LOST("x", "match = { mac = \"%s\"; sport = \"1\"; };"), mac[i]);
		b = bench_new(bench_text("", "", classes), NULL);
		for (uint32_t flow = 0; flow < 3; flow++)
			bench_one(b, 0, flow, 100);
		assert_int_equal(in_class(b, "x"), i < 2);
		bench_free(b);
	}
}

static void
the_first_class_wins_whatever_its_kind(void **state)
{
	struct bench *b =
		bench_new(bench_text("", "",
				  LOST("one", "match = { sport = \"1\"; };") "," LOST(
					  "small", "filter = \"less 200\";") "," LOST("two",
					  "match = { sport = \"1-2\"; };") "," LOST("large",
					  "filter = \"greater 400\";") "," LOST("tiny",
					  "filter = \"less 64\";")),
			NULL);

	for (uint32_t flow = 1; flow <= 3; flow++)
		for (int round = 0; round < 2; round++)
			for (uint32_t len = 60; len <= 460; len += 200)
				bench_one(b, 0, flow, len);
	bench_drain(b);
	assert_int_equal(in_class(b, "one"), 6);
	assert_int_equal(in_class(b, "small"), 4);
	assert_int_equal(in_class(b, "two"), 4);
	assert_int_equal(in_class(b, "large"), 2);
	assert_int_equal(in_class(b, "tiny"), 0);
	assert_int_equal(in_class(b, "default"), 2);
	bench_free(b);
}

/* With scope = "flow", packets that alternate between two classes find the state of each. */
static void
each_class_keeps_its_state_of_a_flow(void **state)
{
	struct bench *b =
		bench_new(bench_text("scope = \"flow\"; rate = \"1Mbit\";", "",
				  "{ name = \"small\"; filter = \"less 100\"; scope = \"flow\";"
				  "  ab = { rate = \"0.8Mbit\"; }; }"),
			NULL);
	wf_ns_t start = b->now_ns;

	for (uint32_t i = 0; i < 10; i++)
		for (uint32_t flow = 0; flow < 2; flow++) {
			bench_one(b, 0, flow, 125);
			bench_one(b, 0, flow, 100);
		}
	bench_drain(b);
	for (uint32_t i = 0; i < 40; i++)
		assert_int_equal(bench_find(b, i)->due_ns, start + (i / 4 + 1) * MS);
	bench_check(b);
	assert_int_equal(bench_class(b, 0, "default")->flows, 2);
	assert_int_equal(bench_class(b, 0, "small")->flows, 2);
	bench_free(b);
}

static void
a_live_change_moves_packets(void **state)
{
	struct bench *b = bench_new(bench_text("", "", LOST("x", "filter = \"less 100\";")), NULL);

	bench_one(b, 0, 1, 150);
	bench_change(b, bench_text("", "", LOST("x", "filter = \"less 200\";")));
	bench_one(b, 0, 1, 150);
	bench_change(b, bench_text("", "", LOST("x", "match = { sport = \"1\"; };")));
	bench_one(b, 0, 1, 1000);
	bench_change(b, bench_text("", "", LOST("x", "filter = \"tcp\";")));
	bench_one(b, 0, 1, 150);
	bench_drain(b);
	assert_int_equal(in_class(b, "x"), 2);
	assert_int_equal(b->n_out, 2);
	bench_free(b);
}

static void
neighbours_see_a_plain_wire_if_asked(void **state)
{
	static const char *const exempt[] = { "", "exempt_neighbours = true;" };

	for (int i = 0; i < 2; i++) {
		char text[1000];
		struct bench *b;
		struct bench_packet p;

		snprintf(text, sizeof(text),
			"ports = ( { name = \"a\"; device = \"net_null0\"; },"
			" { name = \"b\"; device = \"net_null1\"; } );"
			"links = ( { name = \"wan\"; ports = [ \"a\", \"b\" ]; %s"
			" ab = { blackhole = true; };"
			" classes = ( " LOST("x", "match = { ethertype = \"arp\"; };") "," LOST(
				"y", "filter = \"arp\";") " ); } );",
			exempt[i]);
		b = bench_new(text, NULL);
		p = (struct bench_packet){ .ns = b->now_ns, .len = 64, .arp = true };
		bench_in(b, 0, &p, 1, 1);
		bench_one(b, 0, 1, 100);
		bench_drain(b);
		bench_check(b);
		assert_int_equal(b->n_out, i);
		if (i == 1)
			assert_int_equal(bench_class(b, 0, WF_CLASS_NEIGHBOURS)->c.tx.packets, 1);
		bench_free(b);
	}
}

/* Where each packet of a mixed stream ends up, with room for few flows or many. */
static void
run(uint32_t burst, uint32_t max_flows, wf_ns_t due[2000])
{
	static struct bench_packet p[2000];
	struct bench_options o = { .max_flows = max_flows, .seed = 3 };
	struct bench *b =
		bench_new(bench_text("scope = \"flow\"; rate = \"1Mbit\"; loss = \"10%\";", "",
				  "{ name = \"small\"; filter = \"less 100\"; scope = \"flow\";"
				  "  ab = { delay = { mean = \"5ms\"; stddev = \"1ms\"; }; }; },"
				  "{ name = \"some\"; match = { sport = \"0-9\"; };"
				  "  ab = { loss = \"50%\"; }; }"),
			&o);

	for (uint32_t i = 0; i < 2000; i++)
		p[i] = (struct bench_packet){ .ns = b->now_ns + i * 100000ull,
			.flow = i * 7 % 20,
			.len = 64 + i * 11 % 100 };
	bench_in(b, 0, p, 2000, burst);
	bench_drain(b);
	bench_check(b);
	assert_int_equal(b->total[0].fallback > 0, max_flows < 40);
	for (uint32_t i = 0; i < 2000; i++)
		due[i] = bench_find(b, i) != NULL ? bench_find(b, i)->due_ns : 0;
	bench_free(b);
}

static void
fates_do_not_depend_on_bursts(void **state)
{
	static wf_ns_t one[2000], many[2000];

	for (uint32_t room = 15; room <= 60; room += 45) {
		run(1, room, one);
		for (uint32_t burst = 5; burst <= 32; burst += 27) {
			run(burst, room, many);
			assert_memory_equal(one, many, sizeof(one));
		}
	}
}

/* A frame of UDP over IPv4 with this DSCP. */
static void
build(uint8_t frame[64], uint8_t dscp)
{
	static const uint8_t head[] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45, 0, 0, 111,
		0, 0, 0, 0, 64, 17, 0, 0, 10, 1, 2, 3, 10, 1, 2, 4, 0, 7, 0, 9, 0, 91, 0, 0 };

	memset(frame, 0, 64);
	memcpy(frame, head, sizeof(head));
	frame[15] = (uint8_t)(dscp << 2);
}

/* When the last of ten packets of 125 bytes without a DSCP leaves, with others between them or not.
 */
static wf_ns_t
last_plain(uint8_t between)
{
	struct bench *b = bench_new(bench_text("scope = \"flow\"; rate = \"1Mbit\";", "",
					    "{ name = \"ef\"; match = { dscp = \"ef\"; };"
					    "  ab = { delay = \"1us\"; }; scope = \"flow\"; }"),
		NULL);
	wf_ns_t start = b->now_ns, last = 0;
	uint8_t frame[2][64];

	build(frame[0], 0);
	build(frame[1], between);
	for (int i = 0; i < 20; i++) {
		struct bench_packet p = { .ns = start,
			.len = 125,
			.bytes = frame[between == 0 ? 0 : i % 2],
			.n_bytes = 64 };

		if (between != 0 || i % 2 == 0)
			bench_in(b, 0, &p, 1, 1);
	}
	bench_drain(b);
	assert_int_equal(in_class(b, "ef"), between == 46 ? 10 : 0);
	for (uint32_t i = 0; i < b->n_out; i++)
		last = b->out[i].due_ns > last ? b->out[i].due_ns : last;
	bench_free(b);
	return last - start;
}

/* A class by DSCP neither begins the flow's other state anew nor splits what is not its own. */
static void
a_dscp_splits_a_flow_by_packets(void **state)
{
	assert_int_equal(last_plain(0), 10 * MS);
	assert_int_equal(last_plain(46), 10 * MS);
	assert_int_equal(last_plain(8), 20 * MS);
}

static void
a_dscp_is_of_ip_packets(void **state)
{
	struct bench *b =
		bench_new(bench_text("", "", LOST("zero", "match = { dscp = 0; };")), NULL);
	uint8_t frame[64];
	struct bench_packet p = { .ns = b->now_ns, .len = 125, .bytes = frame, .n_bytes = 64 };

	build(frame, 0);
	bench_in(b, 0, &p, 1, 1);
	frame[12] = 0x86; /* not IP */
	bench_in(b, 0, &p, 1, 1);
	assert_int_equal(in_class(b, "zero"), 1);
	bench_free(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_filter_splits_a_flow_by_packets),
		cmocka_unit_test(match_and_filter_must_both_hold),
		cmocka_unit_test(a_mac_address_is_of_either_side),
		cmocka_unit_test(the_first_class_wins_whatever_its_kind),
		cmocka_unit_test(each_class_keeps_its_state_of_a_flow),
		cmocka_unit_test(a_live_change_moves_packets),
		cmocka_unit_test(neighbours_see_a_plain_wire_if_asked),
		cmocka_unit_test(fates_do_not_depend_on_bursts),
		cmocka_unit_test(a_dscp_splits_a_flow_by_packets),
		cmocka_unit_test(a_dscp_is_of_ip_packets),
	};

	return cmocka_run_group_tests(tests, bench_eal, NULL);
}
