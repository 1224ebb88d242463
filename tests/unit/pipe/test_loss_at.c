/* SPDX-License-Identifier: BSD-3-Clause
 * Where loss sits: at the ingress it takes nothing of rate, queue and what answers; by default it
 * does.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench.h"

#define MS      WF_NS_PER_MS
#define INGRESS "at = \"ingress\"; "
#define RATE    "rate = \"1Mbit\"; " /* 125 bytes take 1 ms */
#define HEAD    RATE "queue = { drop = \"head\"; }; "

/* When packet `id` leaves, in ms from the start; 0: it does not. */
static unsigned
left(const struct bench *b, uint32_t id, wf_ns_t start)
{
	const struct bench_out *o = bench_find(b, id);

	if (o == NULL)
		return 0;
	assert_int_equal((o->due_ns - start) % MS, 0);
	return (unsigned)((o->due_ns - start) / MS);
}

/* Six packets at once: when each leaves. */
static void
six(const char *ab, const char *classes, const unsigned wanted[6])
{
	struct bench *b = bench_new(bench_text(ab, "", classes), NULL);
	wf_ns_t start = b->now_ns;

	for (int i = 0; i < 6; i++)
		bench_one(b, 0, 1, 125);
	bench_drain(b);
	bench_check(b);
	for (uint32_t i = 0; i < 6; i++)
		if (left(b, i, start) != wanted[i])
			fail_msg("%s: packet %u after %u ms, not %u", ab, i, left(b, i, start),
				wanted[i]);
	bench_free(b);
}

#define LOST "loss = { model = \"list\"; packets = \"1 3-4\"; "

static void
what_is_lost_at_the_ingress_takes_nothing_of_the_rate(void **state)
{
	static const unsigned late[6] = { 0, 2, 0, 0, 5, 6 }, early[6] = { 0, 1, 0, 0, 2, 3 };

	six(RATE LOST "};", "", late);
	six(RATE LOST "at = \"egress\"; };", "", late);
	six(RATE LOST INGRESS "};", "", early);
	six(HEAD LOST "};", "", late);
	six(HEAD LOST INGRESS "};", "", early);
	six("rate = \"9Mbit\";",
		"{ name = \"c\"; match = { proto = \"udp\"; }; ab = { " RATE LOST INGRESS "}; }; }",
		early);
	six(RATE,
		"{ name = \"c\"; match = { proto = \"udp\"; };"
		" ab = { share = {}; " LOST INGRESS "}; }; }",
		early);
}

static void
nor_a_place_in_the_queue(void **state)
{
	static const unsigned late[6] = { 0, 2, 0, 0, 0, 0 }, early[6] = { 0, 1, 0, 0, 2, 0 };

	/* The two (with the one that is being sent) that the limit lets in. */
	six("rate = \"1Mbit\"; queue = \"2pkt\"; loss = { model = \"list\"; packets = \"1\"; };",
		"", late);
	six("rate = \"1Mbit\"; queue = \"2pkt\"; " LOST INGRESS "};", "", early);
	six(RATE "queue = { drop = \"head\"; limit = \"6pkt\"; };" LOST INGRESS "};", "",
		(const unsigned[6]){ 0, 1, 0, 0, 2, 3 });
}

static void
every_model_can_be_at_the_ingress(void **state)
{
	static const char *const keys[] = {
		"p = \"30%\"; ",
		"p = \"30%\"; correlation = \"50%\"; ",
		"model = \"gilbert-elliott\"; plr = \"30%\"; mean_burst = 3.0; ",
		"model = \"gilbert-elliott\"; plr = \"30%\"; mean_burst = 3.0; clock = \"time\"; ",
		"model = \"fault-5state\"; ",
		"model = \"ber\"; ber = \"0.03%\"; ",
		"model = \"every\"; every = 3; ",
		"model = \"burst\"; burst = 3; period = \"10ms\"; ",
	};
	static const char *const before[] = { RATE, HEAD, "scope = \"flow\"; " HEAD };

	for (size_t i = 0; i < WF_ARRAY_SIZE(keys) * WF_ARRAY_SIZE(before); i++) {
		char ab[300];
		struct bench *b;
		wf_ns_t start;
		uint64_t lost;

		snprintf(ab, sizeof(ab), "%sloss = { %s" INGRESS "};", before[i % 3], keys[i / 3]);
		b = bench_new(bench_text(ab, "", ""), NULL);
		start = b->now_ns;
		for (int k = 0; k < 300; k++) {
			bench_one(b, 0, 1, 125);
			bench_until(b, b->now_ns + MS / 3);
		}
		bench_drain(b);
		bench_check(b);
		lost = b->total[0].c.dropped[WF_DROP_loss].packets;
		assert_in_range(lost, 20, 200);
		assert_int_equal(b->n_out, 300 - lost);
		/* The link has been busy since the first that was not lost, with the others only.
		 */
		assert_true(b->out[b->n_out - 1].due_ns <= start + 20 * MS + (300 - lost) * MS);
		bench_free(b);
	}
}

/* The draws are of the packet, not of the place. */
static void
the_place_does_not_change_who_is_lost(void **state)
{
	const char *loss = "p = \"30%\"; correlation = \"20%\"; ";
	struct bench *b[2];
	char ab[200];

	for (int i = 0; i < 2; i++) {
		snprintf(ab, sizeof(ab), "%sloss = { %s%s};", i == 0 ? RATE : HEAD, loss,
			i == 0 ? "" : INGRESS);
		b[i] = bench_new(bench_text(ab, "", ""), NULL);
		for (int k = 0; k < 500; k++)
			bench_one(b[i], 0, (uint32_t)k % 7, 125);
		bench_drain(b[i]);
		bench_check(b[i]);
	}
	assert_int_equal(b[0]->n_out, b[1]->n_out);
	for (uint32_t i = 0; i < b[0]->n_out; i++)
		assert_int_equal(b[0]->out[i].id, b[1]->out[i].id);
	bench_free(b[0]);
	bench_free(b[1]);
}

static void
nobody_answers_what_is_lost_at_the_ingress(void **state)
{
	static const char *const loss[] = { "", INGRESS };

	for (int i = 0; i < 2; i++) {
		char ab[200];
		struct bench *b;

		snprintf(ab, sizeof(ab), "unreachable = \"100%%\"; loss = { p = \"100%%\"; %s};",
			loss[i]);
		b = bench_new(bench_text(ab, "", ""), NULL);
		for (int k = 0; k < 20; k++)
			bench_one(b, 0, 1, 64);
		bench_drain(b);
		bench_check(b);
		assert_int_equal(b->total[1].c.forged.packets, i == 0 ? 20 : 0);
		assert_int_equal(b->total[0].c.dropped[WF_DROP_loss].packets, i == 0 ? 0 : 20);
		bench_free(b);
	}
}

static void
outages_come_before_it(void **state)
{
	struct bench *b =
		bench_new(bench_text("outage = \"0s+1h\"; " RATE LOST INGRESS "};", "", ""), NULL);

	for (int i = 0; i < 6; i++)
		bench_one(b, 0, 1, 125);
	bench_check(b);
	assert_int_equal(b->total[0].c.dropped[WF_DROP_outage].packets, 6);
	assert_int_equal(b->total[0].c.dropped[WF_DROP_loss].packets, 0);
	bench_free(b);
}

/* An ECN-capable packet. */
static void
capable(struct bench *b)
{
	struct bench_packet p = { .ns = b->now_ns, .flow = 1, .len = 125 };
	struct wf_rx rx;

	bench_rx(b, &p, &rx);
	((uint8_t *)(uintptr_t)rx.data)[15] = 2; /* ECT(0) */
	wf_pipe_in(b->pipe, b->plan, 0, &rx, 1, true);
}

/* A mark at the ingress is on the packet that leaves, and counted once. */
static void
marks_are_made_before_the_queue(void **state)
{
	static const struct {
		const char *ab;
		uint8_t ecn; /* of each second packet */
	} v[] = { { RATE, 3 }, { HEAD, 3 }, { RATE "rewrite = { ecn = \"clear\"; };", 0 } };

	for (size_t i = 0; i < WF_ARRAY_SIZE(v); i++) {
		char ab[300];
		struct bench *b;

		snprintf(ab, sizeof(ab),
			"%sloss = { model = \"every\"; every = 2; action = \"mark\"; " INGRESS "};",
			v[i].ab);
		b = bench_new(bench_text(ab, "", ""), NULL);
		for (int k = 0; k < 10; k++)
			capable(b);
		bench_drain(b);
		bench_check(b);
		assert_int_equal(b->n_out, 10);
		assert_int_equal(b->total[0].c.marked.packets, 5);
		for (int k = 1; k < 10; k += 2)
			assert_int_equal(b->out[k].bytes[15] & 3, v[i].ecn);
		bench_free(b);
	}
}

static void
a_change_of_place_keeps_the_state(void **state)
{
	struct bench *b = bench_new(
		bench_text(RATE "loss = { model = \"every\"; every = 4; };", "", ""), NULL);

	for (int i = 0; i < 3; i++)
		bench_one(b, 0, 1, 125);
	bench_change(
		b, bench_text(RATE "loss = { model = \"every\"; every = 4; " INGRESS "};", "", ""));
	bench_one(b, 0, 1, 125);
	bench_one(b, 0, 1, 125);
	bench_drain(b);
	bench_check(b);
	assert_int_equal(b->n_out, 4);
	assert_null(bench_find(b, 3));
	assert_int_equal(bench_find(b, 4)->due_ns - bench_find(b, 2)->due_ns, MS);
	bench_free(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_lost_at_the_ingress_takes_nothing_of_the_rate),
		cmocka_unit_test(nor_a_place_in_the_queue),
		cmocka_unit_test(every_model_can_be_at_the_ingress),
		cmocka_unit_test(the_place_does_not_change_who_is_lost),
		cmocka_unit_test(nobody_answers_what_is_lost_at_the_ingress),
		cmocka_unit_test(outages_come_before_it),
		cmocka_unit_test(marks_are_made_before_the_queue),
		cmocka_unit_test(a_change_of_place_keeps_the_state),
	};

	return cmocka_run_group_tests(tests, bench_eal, NULL);
}
