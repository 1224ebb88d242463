/* SPDX-License-Identifier: BSD-3-Clause
 * Edits: packets whose bytes or length stages change, their copies, and the balance of bytes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench.h"

#define FLIP_ALL "corrupt = { p = \"100%\"; bits = 3; layer = \"payload\"; };"

/* How many of the 64 bytes differ from those of a packet of this flow that nobody has touched. */
static uint32_t
changed(const struct bench_out *o)
{
	struct bench *b = bench_new(bench_text("", "", ""), NULL);
	uint32_t n = 0;

	bench_one(b, 0, o->flow, 64);
	bench_drain(b);
	for (uint32_t i = 0; i < 64; i++)
		n += b->out[0].bytes[i] != o->bytes[i];
	bench_free(b);
	return n;
}

static void
an_edit_changes_the_bytes_that_leave(void **state)
{
	struct bench *b = bench_new(bench_text(FLIP_ALL, "", ""), NULL);

	for (uint32_t i = 0; i < 20; i++)
		bench_one(b, 0, i, 64);
	bench_drain(b);
	bench_check(b);
	assert_int_equal(b->n_out, 20);
	for (uint32_t i = 0; i < 20; i++) {
		assert_in_range(changed(&b->out[i]), 1, 3);
		assert_int_equal(b->out[i].len, 64);
	}
	assert_int_equal(b->total[0].c.cut.packets + b->total[0].c.grown.packets, 0);
	bench_free(b);
}

static void
copies_share_the_edited_bytes(void **state)
{
	struct bench *b = bench_new(
		bench_text(FLIP_ALL "duplicate = { p = \"100%\"; copies = 3; };", "", ""), NULL);

	bench_one(b, 0, 5, 64);
	bench_drain(b);
	bench_check(b);
	assert_int_equal(b->n_out, 4);
	assert_true(changed(&b->out[0]) > 0);
	for (uint32_t i = 1; i < 4; i++) {
		assert_true(b->out[i].copy);
		assert_memory_equal(b->out[i].bytes, b->out[0].bytes, 64);
	}
	bench_free(b);
}

static void
who_else_holds_the_packet_keeps_its_bytes(void **state)
{
	struct bench *b = bench_new(bench_text(FLIP_ALL, "", ""), NULL);
	struct bench_packet p = { .ns = b->now_ns, .flow = 5, .len = 64 };
	uint8_t before[64];
	struct wf_rx rx;
	void *captured;

	bench_rx(b, &p, &rx);
	memcpy(before, rx.data, 64);
	captured = bench_hold(rx.pkt);
	wf_pipe_in(b->pipe, b->plan, 0, &rx, 1, true);
	bench_until(b, b->now_ns);
	assert_int_equal(b->n_out, 1);
	assert_memory_equal(rx.data, before, 64);
	assert_memory_not_equal(b->out[0].bytes, before, 64);
	bench_release(b, captured);
	bench_check(b);
	bench_free(b);
}

static void
a_cut_is_in_the_balance(void **state)
{
	struct bench *b =
		bench_new(bench_text("corrupt = { p = \"100%\"; truncate = 40; };"
				     "duplicate = \"100%\"; delay = \"1ms\";",
				  "", "{ name = \"x\"; match = { sport = 7; }; ab = { }; }"),
			NULL);

	bench_one(b, 0, 1, 64);
	bench_one(b, 0, 2, 30); /* short enough */
	bench_one(b, 0, 7, 64); /* of a class without it */
	bench_check(b);         /* while they are held */
	assert_int_equal(b->total[0].c.cut.packets, 1);
	assert_int_equal(b->total[0].c.cut.bytes, 24);
	bench_drain(b);
	bench_check(b);
	assert_int_equal(b->total[0].c.rx.bytes, 64 + 30 + 64);
	assert_int_equal(b->total[0].c.tx.bytes, 2 * 40 + 2 * 30 + 64);
	assert_int_equal(bench_class(b, 0, "default")->c.cut.bytes, 24);
	assert_int_equal(bench_class(b, 0, "x")->c.cut.packets, 0);
	bench_free(b);
}

/* 64 bytes were captured of 1000. */
static void
bytes_that_a_capture_cut_off_are_counted_but_not_touched(void **state)
{
	struct bench *b =
		bench_new(bench_text("corrupt = { p = \"100%\"; truncate = 500; };", "", ""), NULL);
	struct bench *deep = bench_new(
		bench_text("corrupt = { p = \"100%\"; offset = 64; bits = 8; };", "", ""), NULL);

	bench_one(b, 0, 1, 1000);
	bench_drain(b);
	bench_check(b);
	assert_int_equal(b->out[0].len, 500);
	assert_int_equal(b->total[0].c.cut.bytes, 500);
	assert_int_equal(changed(&b->out[0]), 0);
	bench_one(deep, 0, 1, 1000);
	bench_drain(deep);
	bench_check(deep);
	assert_int_equal(changed(&deep->out[0]), 0);
	bench_free(b);
	bench_free(deep);
}

static void
a_lost_packet_is_not_edited(void **state)
{
	struct bench *b = bench_new(
		bench_text("loss = \"100%\"; corrupt = { p = \"100%\"; truncate = 40; };", "", ""),
		NULL);

	b->writable_left = 0;
	bench_one(b, 0, 1, 64);
	bench_drain(b);
	bench_check(b);
	assert_int_equal(b->total[0].c.cut.packets, 0);
	assert_int_equal(b->total[0].c.dropped[WF_DROP_loss].packets, 1);
	bench_free(b);
}

/* Neither the packet nor its copies leave as they came. */
static void
without_a_buffer_the_packet_and_its_copies_end(void **state)
{
	struct bench *b = bench_new(
		bench_text(FLIP_ALL "duplicate = { p = \"100%\"; copies = 2; };", "", ""), NULL);

	b->writable_left = 1;
	bench_one(b, 0, 1, 64);
	bench_one(b, 0, 2, 64);
	bench_drain(b);
	bench_check(b);
	assert_int_equal(b->n_out, 3);
	assert_int_equal(b->total[0].c.dup_created.packets, 4);
	assert_int_equal(b->total[0].c.dropped[WF_DROP_no_buffer].packets, 3);
	bench_free(b);
}

static void
packets_of_several_classes_keep_their_order(void **state)
{
	struct bench *b =
		bench_new(bench_text(FLIP_ALL "duplicate = \"100%\";", "",
				  "{ name = \"x\"; match = { sport = \"0-9\"; };"
				  " ab = { corrupt = { p = \"100%\"; truncate = 40; }; }; }"),
			NULL);
	struct bench_packet p[WF_BURST];
	uint32_t at = 0;

	for (uint32_t i = 0; i < WF_BURST; i++)
		p[i] = (struct bench_packet){ b->now_ns, i % 2 ? i : 40 + i, 64 };
	bench_in(b, 0, p, WF_BURST, WF_BURST);
	bench_drain(b);
	bench_check(b);
	for (uint32_t i = 0; i < WF_BURST; i++) {
		bool x = p[i].flow < 10;

		assert_int_equal(b->out[at].id, i);
		assert_int_equal(b->out[at].len, x ? 40 : 64);
		at += x ? 1 : 2;
	}
	assert_int_equal(at, b->n_out);
	bench_free(b);
}

/* A header that grows: what leaves is longer, and the balance says so. Without room it ends. */
static void
a_tag_is_in_the_balance(void **state)
{
	struct bench *b = bench_new(
		bench_text("rewrite = { vlan = \"push\"; vlan_id = 7; }; delay = \"1ms\";", "", ""),
		NULL);

	bench_one(b, 0, 1, 64);
	bench_check(b);
	bench_drain(b);
	b->room_bytes = 64;
	bench_one(b, 0, 2, 64);
	bench_drain(b);
	bench_check(b);
	assert_int_equal(b->n_out, 1);
	assert_int_equal(b->out[0].len, 68);
	assert_int_equal(b->total[0].c.grown.packets, 1);
	assert_int_equal(b->total[0].c.grown.bytes, 4);
	assert_int_equal(b->total[0].c.dropped[WF_DROP_no_buffer].packets, 1);
	bench_free(b);
}

/* A queue sees the ECN field that the packet has now. */
static void
a_bleached_packet_is_not_marked(void **state)
{
	static const char *const ecn[] = { "ect0", "clear" };

	for (int i = 0; i < 2; i++) {
		char keys[200];
		struct bench *b;
		uint64_t dropped;

		snprintf(keys, sizeof(keys),
			"rewrite = { ecn = \"%s\"; }; rate = \"1Mbit\";"
			"queue = { aqm = \"codel\"; ecn = true; };",
			ecn[i]);
		b = bench_new(bench_text(keys, "", ""), NULL);
		for (int k = 0; k < 2000; k++)
			bench_one(b, 0, 1, 64);
		bench_drain(b);
		bench_check(b);
		dropped = b->total[0].c.dropped[WF_DROP_aqm].packets;
		if (i == 0)
			assert_int_equal(dropped, 0);
		else
			assert_true(dropped > 0);
		bench_free(b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_edit_changes_the_bytes_that_leave),
		cmocka_unit_test(copies_share_the_edited_bytes),
		cmocka_unit_test(who_else_holds_the_packet_keeps_its_bytes),
		cmocka_unit_test(a_cut_is_in_the_balance),
		cmocka_unit_test(bytes_that_a_capture_cut_off_are_counted_but_not_touched),
		cmocka_unit_test(a_lost_packet_is_not_edited),
		cmocka_unit_test(without_a_buffer_the_packet_and_its_copies_end),
		cmocka_unit_test(packets_of_several_classes_keep_their_order),
		cmocka_unit_test(a_tag_is_in_the_balance),
		cmocka_unit_test(a_bleached_packet_is_not_marked),
	};

	return cmocka_run_group_tests(tests, bench_eal, NULL);
}
