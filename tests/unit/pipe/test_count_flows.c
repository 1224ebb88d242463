/* SPDX-License-Identifier: BSD-3-Clause
 * What is counted of each flow, against what was sent and what came out: on every path, through
 * queues, with copies, live changes, and a table that is too small.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench.h"
#include "wf_flow_account.h"

#define US      WF_NS_PER_US
#define MS      WF_NS_PER_MS
#define FLOWS   37
#define PACKETS 3000

struct told {
	uint64_t packets, bytes, left, delay_ns, delay_max_ns;
};

/* What tests say of a direction, with flows counted or not. */
static const char *
text_of(const char *ab, const char *classes, bool count)
{
	static char text[4096];

	snprintf(text, sizeof(text), "count_flows = %s; %s", count ? "true" : "false",
		bench_text(ab, "", classes));
	return text;
}

static struct bench *
bench_of(const char *ab, const char *classes, const struct bench_options *o)
{
	return bench_new(text_of(ab, classes, true), o);
}

/* Flows of different shares, lengths that tell them apart, in bursts of `burst`. */
static void
send(struct bench *b, struct told told[FLOWS], uint32_t burst)
{
	struct bench_packet p[PACKETS];

	for (uint32_t i = 0; i < PACKETS; i++) {
		uint32_t flow = i * i % FLOWS;

		p[i] = (struct bench_packet){
			.ns = b->now_ns + (i + 1) * 10 * US, .flow = flow + 1, .len = 100 + flow
		};
		told[flow].packets++;
		told[flow].bytes += p[i].len;
	}
	bench_in(b, 0, p, PACKETS, burst);
}

static void
look_at_log(const struct bench *b, struct told told[FLOWS])
{
	for (uint32_t i = 0; i < b->n_out; i++) {
		const struct bench_out *o = &b->out[i];
		struct told *t = &told[o->flow - 1];
		wf_ns_t delay_ns = o->due_ns - o->rx_ns;

		if (o->copy)
			continue;
		t->left++;
		t->delay_ns += delay_ns;
		if (delay_ns > t->delay_max_ns)
			t->delay_max_ns = delay_ns;
	}
}

/* The number of the flow that a source port names, from 0. */
static uint32_t
flow_of(const struct wf_flow_seen *s)
{
	return (uint32_t)(s->key.sport[0] << 8 | s->key.sport[1]) - 1;
}

/* All that left or ended is counted to whom it belongs. Returns flows that were found. */
static uint32_t
compare(struct bench *b, const struct told told[FLOWS])
{
	const struct wf_flow_accounts *a = wf_pipe_accounts(b->pipe);
	uint32_t found = 0;

	for (uint32_t i = 0; i < wf_flow_accounts_used(a); i++) {
		struct wf_flow_seen s;
		const struct told *t;

		if (!wf_flow_accounts_read(a, i, &s))
			continue;
		assert_in_range(flow_of(&s), 0, FLOWS - 1);
		t = &told[flow_of(&s)];
		assert_int_equal(s.packets, t->packets);
		assert_int_equal(s.bytes, t->bytes);
		assert_int_equal(s.delayed, t->left);
		assert_int_equal(s.dropped, t->packets - t->left);
		assert_int_equal(s.delay_ns, t->delay_ns);
		assert_int_equal(s.delay_max_ns, t->delay_max_ns);
		assert_true(s.first_ns <= s.last_ns && s.last_ns <= b->now_ns);
		found++;
	}
	return found;
}

static void
all_is_counted(void **state)
{
	static const struct {
		const char *ab, *classes;
		struct bench_options options;
	} row[] = {
		{ "", "", { 0 } },
		{ "delay = \"1ms\";", "", { 0 } },
		{ "delay = \"1ms\";", "", { .by_value_bytes = 128 } },
		{ "loss = \"20%\";", "", { .seed = 1 } },
		{ "loss = \"20%\"; delay = { mean = \"5ms\"; stddev = \"1ms\"; };", "",
			{ .seed = 2, .general = true } },
		{ "rate = \"50Mbit\"; queue = \"2ms\";", "", { .seed = 3 } },
		{ "rate = \"50Mbit\"; queue = { limit = \"2ms\"; drop = \"head\"; };", "", { 0 } },
		{ "rate = \"60Mbit\"; queue = { aqm = \"codel\"; }; delay = \"3ms\";"
		  "loss = \"3%\";",
			"", { .seed = 4 } },
		{ "duplicate = { p = \"30%\"; copies = 2; }; loss = \"10%\"; delay = \"1ms\";", "",
			{ .seed = 5 } },
		{ "delay = \"4ms\";",
			"{ name = \"x\"; match = { sport = \"1-9\"; }; scope = \"flow\"; ab = {"
			" loss = \"50%\"; rate = \"10Mbit\"; }; }",
			{ .seed = 6 } },
		{ "delay = \"20ms\"; loss = \"5%\";", "", { .seed = 7, .max_held = 300 } },
		{ "delay = \"20ms\"; loss = \"5%\";", "",
			{ .seed = 7, .max_held = 300, .general = true } },
	};

	for (size_t i = 0; i < WF_ARRAY_SIZE(row); i++) {
		for (uint32_t burst = 1; burst <= 32; burst += 31) {
			struct told told[FLOWS] = { 0 };
			struct bench *b = bench_of(row[i].ab, row[i].classes, &row[i].options);

			send(b, told, burst);
			bench_drain(b);
			bench_check(b);
			look_at_log(b, told);
			/* Squares modulo a prime: so many values. */
			assert_int_equal(compare(b, told), (FLOWS + 1) / 2);
			bench_free(b);
		}
	}
}

/* What flows find no room is counted together. */
static void
others_are_counted_together(void **state)
{
	struct bench *b = bench_of(
		"loss = \"20%\";", "", &(struct bench_options){ .max_flows = 4, .seed = 1 });
	const struct wf_flow_accounts *a = wf_pipe_accounts(b->pipe);
	struct told told[FLOWS] = { 0 };
	struct wf_flow_seen s;
	uint64_t packets = 0, bytes = 0, dropped = 0;

	send(b, told, 8);
	bench_drain(b);
	bench_check(b);
	look_at_log(b, told);
	assert_int_equal(compare(b, told), 4);
	for (uint32_t i = 0; i <= a->max; i++) {
		if (!wf_flow_accounts_read(a, i, &s))
			continue;
		packets += s.packets;
		bytes += s.bytes;
		dropped += s.dropped;
	}
	assert_int_equal(packets, b->total[0].c.rx.packets);
	assert_int_equal(bytes, b->total[0].c.rx.bytes);
	assert_int_equal(dropped, b->total[0].c.dropped[WF_DROP_loss].packets);
	assert_int_equal(s.packets, b->total[0].fallback);
	bench_free(b);
}

/* Of a plan that counts, and only while it does; from a reset on, and of a record's new owner, from
 * the beginning. */
static void
it_begins_and_ends(void **state)
{
	struct bench *b = bench_new(text_of("", "", false), NULL);
	struct wf_flow_accounts *a = wf_pipe_accounts(b->pipe);
	struct wf_flow_seen s;

	bench_one(b, 0, 1, 100);
	assert_int_equal(wf_flow_accounts_used(a), 0);
	bench_change(b, text_of("", "", true));
	bench_one(b, 0, 1, 100);
	bench_one(b, 0, 1, 100);
	assert_true(wf_flow_accounts_read(a, 0, &s));
	assert_int_equal(s.packets, 2);
	bench_change(b, text_of("delay = \"1ms\";", "", false));
	bench_one(b, 0, 1, 100);
	assert_true(wf_flow_accounts_read(a, 0, &s));
	assert_int_equal(s.packets, 2);
	bench_change(b, text_of("delay = \"1ms\";", "", true));
	wf_flow_accounts_reset(a);
	assert_false(wf_flow_accounts_read(a, 0, &s));
	bench_one(b, 0, 1, 100);
	assert_true(wf_flow_accounts_read(a, 0, &s));
	assert_int_equal(s.packets, 1);
	bench_drain(b);
	bench_free(b);

	b = bench_of("", "", &(struct bench_options){ .max_flows = 1, .idle_ns = MS });
	a = wf_pipe_accounts(b->pipe);
	bench_one(b, 0, 1, 100);
	bench_until(b, b->now_ns + 2 * MS);
	bench_one(b, 0, 2, 60);
	assert_true(wf_flow_accounts_read(a, 0, &s));
	assert_int_equal(flow_of(&s), 1);
	assert_int_equal(s.packets, 1);
	assert_int_equal(s.bytes, 60);
	bench_drain(b);
	bench_free(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_is_counted),
		cmocka_unit_test(others_are_counted_together),
		cmocka_unit_test(it_begins_and_ends),
	};

	return cmocka_run_group_tests(tests, bench_eal, NULL);
}
