/* SPDX-License-Identifier: BSD-3-Clause
 * Classes that share the rate of their direction: each with its own stages and counters, before one
 * server; and live changes of it with a backlog.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench.h"
#include "fit.h"

#define MS WF_NS_PER_MS

/* 125 bytes take 1 ms. Flow 1 is of class x, flow 2 of y, the rest of the default class. */
#define RATE          "rate = \"1Mbit\"; "
#define X(keys)       "{ name = \"x\"; match = { sport = \"1\"; }; ab = { " keys " }; }"
#define Y(keys)       "{ name = \"y\"; match = { sport = \"2\"; }; ab = { " keys " }; }"
#define X_AND_Y(x, y) X(x) "," Y(y)

#define TIGHT "queue = { aqm = \"codel\"; target = \"1ms\"; interval = \"5ms\"; };"

/* A backlog of each flow from `first` on, one after the other. */
static void
fill(struct bench *b, uint32_t first, uint32_t n_flows, uint32_t packets)
{
	for (uint32_t i = 0; i < packets; i++)
		for (uint32_t f = 0; f < n_flows; f++)
			bench_one(b, 0, first + f, 125);
}

/* Packets of a flow among outputs from..to-1. */
static uint32_t
outs(const struct bench *b, uint32_t flow, uint32_t from, uint32_t to)
{
	uint32_t n = 0;

	for (uint32_t i = from; i < to; i++)
		n += b->out[i].flow == flow;
	return n;
}

static void
weights_share_the_rate(void **state)
{
	struct bench *b = bench_new(
		bench_text(RATE, "", X_AND_Y("share = 3;", "share = { weight = 6; };")), NULL);
	wf_ns_t start = b->now_ns;

	fill(b, 1, 3, 500);
	bench_until(b, start + 600 * MS + MS / 2);
	bench_check(b);
	assert_int_equal(b->n_out, 600);
	assert_in_range(outs(b, 1, 0, 600), 179, 181);
	assert_in_range(outs(b, 2, 0, 600), 359, 361);
	assert_in_range(outs(b, 3, 0, 600), 59, 61);
	for (uint32_t i = 0; i < 600; i++)
		assert_int_equal(b->out[i].due_ns, start + (i + 1) * MS);
	bench_drain(b);
	bench_check(b);
	assert_int_equal(b->n_out, 1500);
	assert_int_equal(b->out[1499].due_ns, start + 1500 * MS);
	assert_int_equal(bench_class(b, 0, "x")->c.tx.packets, 500);
	bench_free(b);
}

static void
priority_comes_first(void **state)
{
	struct bench *b = bench_new(
		bench_text(RATE "share = { priority = 1; };", "",
			X_AND_Y("share = { priority = 2; weight = 1; };", "share = 1000;")),
		NULL);

	fill(b, 1, 3, 100);
	bench_drain(b);
	bench_check(b);
	/* The very first found the server idle. */
	assert_int_equal(outs(b, 1, 0, 100), 100);
	assert_int_equal(outs(b, 3, 100, 200), 100);
	assert_int_equal(outs(b, 2, 200, 300), 100);
	bench_free(b);
}

/* Half of the rate at most, though it is first. */
static void
a_class_may_have_a_cap(void **state)
{
	struct bench *b = bench_new(
		bench_text(RATE, "", X("share = { priority = 1; rate = \"500kbit\"; };")), NULL);
	wf_ns_t start = b->now_ns;

	fill(b, 1, 2, 500);
	bench_until(b, start + 400 * MS + MS / 2);
	bench_check(b);
	assert_int_equal(b->n_out, 400);
	/* Twice a full-size frame is its credit: 24 packets of 125 bytes. */
	assert_in_range(outs(b, 1, 0, 400), 200, 226);
	assert_in_range(outs(b, 1, 100, 400), 149, 151);
	bench_drain(b);
	bench_check(b);
	assert_in_range(b->out[999].due_ns - start, 951 * MS, 1000 * MS);
	/* Alone it does not get more. */
	start = b->now_ns;
	fill(b, 1, 1, 500);
	bench_drain(b);
	bench_check(b);
	assert_in_range(b->now_ns - start, 951 * MS, 1000 * MS);
	bench_free(b);
}

/* The server sleeps until the cap lets a packet go, which would be in 125 ms; a change that lifts
 * it or takes it away holds at once, though no packet comes. */
static void
a_cap_that_is_lifted_lets_go_at_once(void **state)
{
	static const struct {
		const char *classes;
		wf_ns_t each_ns;
	} after[] = { { X("share = { priority = 1; };"), MS },
		{ X("share = { priority = 1; rate = \"250kbit\"; };"), 4 * MS } };

	for (size_t i = 0; i < WF_ARRAY_SIZE(after); i++) {
		struct bench *b = bench_new(
			bench_text(RATE, "", X("share = { priority = 1; rate = \"8kbit\"; };")),
			NULL);
		uint32_t sent;
		wf_ns_t at_ns;

		fill(b, 1, 1, 100);
		bench_until(b, b->now_ns + 60 * MS);
		sent = b->n_out;
		assert_in_range(sent, 1, 30);
		at_ns = b->now_ns;
		bench_change(b, bench_text(RATE, "", after[i].classes));
		bench_until(b, at_ns + 40 * MS);
		bench_check(b);
		assert_true(b->n_out > sent + 9);
		assert_int_equal(b->out[sent].due_ns, at_ns + MS);
		for (uint32_t k = sent + 1; k < b->n_out; k++)
			assert_in_range(
				b->out[k].due_ns - b->out[k - 1].due_ns, MS, after[i].each_ns);
		bench_drain(b);
		bench_check(b);
		bench_free(b);
	}
}

static void
each_class_has_its_own_stages_and_limit(void **state)
{
	struct bench *b = bench_new(
		bench_text(RATE "queue = \"5pkt\"; delay = \"1ms\";", "",
			X_AND_Y("share = 1; queue = { limit = \"20pkt\"; }; delay = \"30ms\";"
				"duplicate = \"100%\";",
				"share = 1; loss = \"100%\";")),
		NULL);
	wf_ns_t start = b->now_ns;

	fill(b, 1, 3, 30);
	bench_check(b);
	assert_int_equal(bench_class(b, 0, "x")->c.dropped[WF_DROP_queue_full].packets, 10);
	assert_int_equal(bench_class(b, 0, "y")->c.dropped[WF_DROP_queue_full].packets, 25);
	assert_int_equal(bench_class(b, 0, "default")->c.dropped[WF_DROP_queue_full].packets, 25);
	bench_drain(b);
	bench_check(b);
	assert_int_equal(bench_class(b, 0, "x")->c.tx.packets, 40);
	assert_int_equal(bench_class(b, 0, "y")->c.dropped[WF_DROP_loss].packets, 5);
	assert_int_equal(outs(b, 3, 0, b->n_out), 5);
	/* 30 packets in all are sent; the last is of x. */
	assert_int_equal(b->out[b->n_out - 1].due_ns, start + 60 * MS);
	bench_free(b);
}

static void
a_class_without_a_share_is_apart(void **state)
{
	struct bench *b =
		bench_new(bench_text(RATE, "", X_AND_Y("share = 1;", "rate = \"10Mbit\";")), NULL);
	wf_ns_t start = b->now_ns;

	fill(b, 1, 3, 50);
	bench_drain(b);
	bench_check(b);
	for (uint32_t i = 0; i < b->n_out; i++)
		assert_true(b->out[i].flow != 2 || b->out[i].due_ns <= start + 5 * MS);
	assert_int_equal(b->out[149].due_ns, start + 100 * MS);
	bench_free(b);
}

static void
fates_do_not_depend_on_bursts(void **state)
{
	const char *text =
		bench_text("rate = \"10Mbit\"; queue = { aqm = \"codel\"; }; loss = \"5%\";", "",
			X_AND_Y("share = 2; queue = { aqm = \"fq-codel\"; limit = \"50pkt\"; };",
				"share = { priority = 1; }; delay = { mean = \"3ms\"; stddev = "
				"\"1ms\"; };"));
	struct bench *b[2];
	enum { N = 10000 };

	for (int k = 0; k < 2; k++) {
		struct bench_packet *p = calloc(N, sizeof(*p));
		struct fit_random random;
		wf_ns_t now;

		b[k] = bench_new(text, NULL);
		now = b[k]->now_ns;
		fit_seed(&random, 5);
		for (uint32_t i = 0; i < N; i++) {
			now += fit_under(&random, 1200000);
			p[i] = (struct bench_packet){ .ns = now,
				.flow = 1 + (uint32_t)fit_under(&random, 4),
				.len = 64 + (uint32_t)fit_under(&random, 1437) };
		}
		bench_in(b[k], 0, p, N, k == 0 ? 1 : 32);
		bench_drain(b[k]);
		bench_check(b[k]);
		free(p);
	}
	assert_int_equal(b[0]->n_out, b[1]->n_out);
	assert_in_range(b[0]->n_out, N / 2, N * 98 / 100);
	for (uint32_t i = 0; i < b[0]->n_out; i++) {
		assert_int_equal(b[0]->out[i].id, b[1]->out[i].id);
		assert_int_equal(b[0]->out[i].due_ns, b[1]->out[i].due_ns);
	}
	bench_free(b[0]);
	bench_free(b[1]);
}

/* ---- Live changes with a backlog ---- */

static void
rate_and_weights_change_from_the_next_departure(void **state)
{
	struct bench *b =
		bench_new(bench_text(RATE, "", X_AND_Y("share = 1;", "share = 1;")), NULL);
	wf_ns_t start = b->now_ns;

	fill(b, 1, 2, 500);
	bench_until(b, start + 100 * MS + MS / 2);
	assert_in_range(outs(b, 1, 0, 100), 49, 51);
	bench_change(b, bench_text("rate = \"10Mbit\";", "", X_AND_Y("share = 1;", "share = 4;")));
	bench_until(b, start + 151 * MS + MS / 20);
	assert_int_equal(b->n_out, 601);
	assert_in_range(outs(b, 2, 101, 601), 399, 401);
	bench_drain(b);
	bench_check(b);
	bench_free(b);
}

static void
whatever_is_taken_away_drains_at_the_old_pace(void **state)
{
	char *texts[4];

	/* The buffer is static. */
	texts[0] = strdup(bench_text(RATE, "", Y("share = 1;")));
	texts[1] = strdup(bench_text(RATE, "", X_AND_Y("", "")));
	texts[2] = strdup(bench_text("", "", ""));
	texts[3] =
		strdup(bench_text("bypass = true;" RATE, "", X_AND_Y("share = 1;", "share = 1;")));
	for (size_t k = 0; k < WF_ARRAY_SIZE(texts); k++) {
		struct bench *b =
			bench_new(bench_text(RATE, "", X_AND_Y("share = 1;", "share = 1;")), NULL);
		wf_ns_t start = b->now_ns;

		fill(b, 1, 3, 20);
		bench_until(b, start + 10 * MS);
		bench_change(b, texts[k]);
		fill(b, 1, 3, 1);
		bench_check(b);
		bench_until(b, start + 30 * MS);
		bench_change(b, bench_text(RATE, "", X_AND_Y("share = 1;", "share = 1;")));
		fill(b, 1, 3, 1);
		bench_drain(b);
		bench_check(b);
		assert_int_equal(b->n_out, 66);
		for (uint32_t i = 0; i < 60; i++) /* of the first backlog */
			assert_true(bench_find(b, i)->due_ns <= start + 63 * MS);
		bench_free(b);
		free(texts[k]);
	}
}

/* The server of before a change, whose last member has found another. */
static void
servers_that_nobody_needs_end(void **state)
{
	struct bench *b =
		bench_new(bench_text("", "", ""), &(struct bench_options){ .max_flows = 4 });

	for (int i = 0; i < WF_PLAN_MAX_SLOTS + 100; i++) { /* more than there may be queues */
		bench_change(b, bench_text(RATE, "", X("share = 1;")));
		bench_one(b, 0, 1, 125);
		bench_drain(b);
		bench_change(b, bench_text("delay = \"1us\";", "", X("bypass = true;")));
		bench_one(b, 0, 2, 125);
		bench_drain(b);
	}
	bench_check(b);
	assert_int_equal(b->n_out, 2 * (WF_PLAN_MAX_SLOTS + 100));
	bench_free(b);
}

/* rte_acl takes long to build under a sanitizer, and is built anew with each change. */
#if defined(__SANITIZE_ADDRESS__)
#define CHANGES 40
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CHANGES 40
#endif
#endif
#ifndef CHANGES
#define CHANGES 400
#endif

static void
churn(void **state)
{
	static const char *const abs[] = { RATE, (RATE "share = { priority = 1; };"), (RATE TIGHT),
		"rate = \"3Mbit\"; queue = \"9pkt\";", ("bypass = true;" RATE) };
	static const char *const shares[] = { "", (X("share = 2;")),
		(X_AND_Y("share = 1;",
			"share = { priority = 2; }; queue = { aqm = \"fq-codel\"; };")),
		(X_AND_Y("share = 3;" TIGHT, "share = 2; loss = \"20%\";")),
		(X_AND_Y("rate = \"1Mbit\"; queue = { drop = \"head\"; };", "share = 1;")),
		(X_AND_Y("share = { rate = \"300kbit\"; priority = 3; };",
			"share = { rate = \"20kbit\"; };" TIGHT)),
		(X_AND_Y("share = { rate = \"900kbit\"; weight = 9; }; loss = \"20%\";",
			"share = 2;")),
		(Y("delay = \"1ms\";")) };
	struct bench *b = bench_new(bench_text("", "", ""),
		&(struct bench_options){ .max_flows = 20, .idle_ns = 20 * MS });
	struct fit_random random;

	fit_seed(&random, 11);
	for (int round = 0; round < CHANGES; round++) {
		bool none = fit_under(&random, 8) == 0; /* no rate: nothing to share */

		bench_change(b,
			bench_text(none ? "delay = \"1ms\";"
					: abs[fit_under(&random, WF_ARRAY_SIZE(abs))],
				"", none ? "" : shares[fit_under(&random, WF_ARRAY_SIZE(shares))]));
		for (int i = 0; i < 50; i++) {
			bench_one(b, 0, (uint32_t)fit_under(&random, 5),
				64 + (uint32_t)fit_under(&random, 500));
			bench_until(b, b->now_ns + fit_under(&random, 4 * MS));
			wf_pipe_tidy(b->pipe, b->now_ns);
		}
		bench_check(b);
	}
	bench_drain(b);
	bench_check(b);
	assert_in_range(b->n_out, CHANGES * 12, CHANGES * 50);
	bench_free(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(weights_share_the_rate),
		cmocka_unit_test(priority_comes_first),
		cmocka_unit_test(a_class_may_have_a_cap),
		cmocka_unit_test(a_cap_that_is_lifted_lets_go_at_once),
		cmocka_unit_test(each_class_has_its_own_stages_and_limit),
		cmocka_unit_test(a_class_without_a_share_is_apart),
		cmocka_unit_test(fates_do_not_depend_on_bursts),
		cmocka_unit_test(rate_and_weights_change_from_the_next_departure),
		cmocka_unit_test(whatever_is_taken_away_drains_at_the_old_pace),
		cmocka_unit_test(servers_that_nobody_needs_end),
		cmocka_unit_test(churn),
	};

	return cmocka_run_group_tests(tests, bench_eal, NULL);
}
