/* SPDX-License-Identifier: BSD-3-Clause
 * Packets of before a change that come behind packets of after it, as another worker may hand them
 * over: they go by their own plan, and what the newer one's packets meet is as if they had not
 * come.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "bench.h"
#include "random_text.h"

#define MS WF_NS_PER_MS
#define US WF_NS_PER_US

/* What a configuration says: of direction ab, and its classes. */
struct text {
	const char *ab, *classes;
};

static const char *
whole(struct text t)
{
	return bench_text(t.ab, "", t.classes);
}

/* A bench whose plan of before the change goes on living. */
struct late {
	struct bench *b;
	struct wf_plan *before;
	wf_ns_t at_ns; /* of the change */
};

static struct late
late_new(struct text before, struct text after, bool new_run)
{
	struct late l = { .b = bench_new(whole(before), NULL) };

	l.before = l.b->plan;
	l.b->plan = bench_plan(whole(after), l.b->options.seed, l.before);
	if (new_run)
		wf_plan_begin_run(l.b->plan, 7);
	assert_int_equal(wf_pipe_prepare(l.b->pipe, l.b->plan), 0);
	l.at_ns = l.b->now_ns;
	return l;
}

static void
late_free(struct late *l)
{
	bench_drain(l->b);
	bench_check(l->b);
	bench_free(l->b);
	wf_plan_free(l->before);
}

/* Packets of a microsecond before the change, in a burst. */
static void
late_in(struct late *l, const uint32_t *flow, uint32_t n)
{
	struct wf_plan *now = l->b->plan;
	struct bench_packet p[WF_BURST];

	for (uint32_t i = 0; i < n; i++)
		p[i] = (struct bench_packet){ .ns = l->at_ns - US, .flow = flow[i], .len = 125 };
	l->b->plan = l->before;
	bench_in(l->b, 0, p, n, WF_BURST);
	l->b->plan = now;
}

/* Ten packets that take 1 ms each, one of before, and another. */
static void
check_rate(struct text before, struct text after, bool new_run)
{
	struct late l = late_new(before, after, new_run);
	uint32_t last;

	for (uint32_t i = 0; i < 10; i++)
		bench_one(l.b, 0, 1, 125);
	late_in(&l, &(uint32_t){ 1 }, 1);
	last = bench_one(l.b, 0, 1, 125);
	bench_drain(l.b);
	for (uint32_t i = 0; i < 10; i++)
		assert_int_equal(bench_due(l.b, i), l.at_ns + (i + 1) * MS);
	assert_int_equal(bench_due(l.b, last), l.at_ns + 11 * MS);
	late_free(&l);
}

#define RATE  "rate = \"1Mbit\";"
#define CODEL RATE "queue = { aqm = \"codel\"; limit = \"100pkt\"; };"
#define GE    "loss = { model = \"gilbert-elliott\"; plr = \"0.0001%\"; mean_burst = 3.0; };"
#define FLOW  "scope = \"flow\";"
#define CLASS(name, scope, sport)                                                                  \
	"{ name = \"" name "\"; " scope " match = { sport = \"" sport "\"; }; ab = { " RATE " }; " \
	"}"

static void
a_new_run_keeps_its_state(void **state)
{
	static const struct text texts[] = {
		{ RATE, "" },
		{ CODEL, "" },
		{ FLOW RATE, "" },
		{ FLOW CODEL, "" },
		{ "", CLASS("x", "", "1-9") },
		{ "", CLASS("x", FLOW, "1-9") },
	};

	for (size_t i = 0; i < WF_ARRAY_SIZE(texts); i++)
		check_rate(texts[i], texts[i], true);
}

static void
a_stage_that_has_come_keeps_its_state(void **state)
{
	static const struct {
		struct text before, after;
	} changes[] = {
		{ { GE, "" }, { RATE, "" } },
		{ { RATE GE, "" }, { CODEL, "" } },
		{ { RATE, "" }, { CODEL, "" } },
		{ { CODEL, "" }, { RATE, "" } },
		{ { FLOW RATE, "" }, { FLOW CODEL, "" } },
		{ { FLOW RATE GE, "" }, { FLOW CODEL, "" } },
	};

	for (size_t i = 0; i < WF_ARRAY_SIZE(changes); i++)
		check_rate(changes[i].before, changes[i].after, false);
}

static void
a_flow_that_has_moved_keeps_its_state(void **state)
{
	static const struct text by_default = { FLOW RATE, "" };
	static const struct text in_x = { "",
		CLASS("x", FLOW, "1-9") "," CLASS("y", FLOW, "20-29") };
	static const struct text in_y = { "",
		CLASS("x", FLOW, "20-29") "," CLASS("y", FLOW, "1-9") };

	check_rate(by_default, in_y, false);
	check_rate(in_y, by_default, false);
	check_rate(in_x, in_y, false);
	check_rate(in_y, in_x, false);
}

/* Packets of one class that are late share what state they find. */
static void
late_packets_share_a_block(void **state)
{
	static const struct text t = { RATE, "" };
	static const uint32_t flows[] = { 1, 2, 3 };
	struct late l = late_new(t, t, true);

	bench_one(l.b, 0, 1, 125);
	late_in(&l, flows, 3);
	late_in(&l, flows, 1);
	bench_drain(l.b);
	for (uint32_t i = 0; i < 4; i++)
		assert_int_equal(bench_due(l.b, 1 + i), l.at_ns - US + (i + 1) * MS);
	late_free(&l);
}

/* A burst of as many flows as fit, each with its own block, time and again; and behind a second
 * without any the blocks are gone. */
static void
each_flow_that_is_late_has_its_own(void **state)
{
	static const struct text t = { FLOW RATE, "" };
	struct late l = late_new(t, t, true);
	uint32_t flows[WF_BURST], first;

	for (uint32_t round = 0; round < 5; round++) {
		for (uint32_t i = 0; i < WF_BURST; i++) {
			flows[i] = round * WF_BURST + i;
			bench_one(l.b, 0, flows[i], 125);
		}
		first = l.b->n_in;
		late_in(&l, flows, WF_BURST);
		late_in(&l, flows, WF_BURST);
		bench_until(l.b, l.b->now_ns + 3 * MS);
		for (uint32_t i = 0; i < 2 * WF_BURST; i++)
			assert_int_equal(
				bench_due(l.b, first + i), l.at_ns - US + (1 + i / WF_BURST) * MS);
	}
	bench_until(l.b, l.b->now_ns + 2 * WF_NS_PER_S);
	wf_pipe_tidy(l.b->pipe, l.b->now_ns);
	first = l.b->n_in;
	late_in(&l, flows, 1);
	bench_drain(l.b);
	assert_int_equal(bench_due(l.b, first), l.at_ns - US + MS);
	late_free(&l);
}

/* ---- Any configuration ---- */

#define PACKETS 400
#define LATE    (WF_BURST + 1) /* every so many packets some are late */

struct fate {
	uint32_t n;   /* it and its copies: how many have left */
	uint64_t due; /* the sum of their times */
};

/* The packets of a new run, with late ones of other flows between them or without. */
static void
new_run(uint64_t seed, bool with, struct fate fates[PACKETS])
{
	struct fit_random r;
	struct wf_plan *now;
	struct bench *b;
	uint32_t number[2 * PACKETS], burst = 0;

	fit_seed(&r, seed);
	b = bench_new(random_text(&r), NULL);
	now = bench_plan(random_text(&r), 0, b->plan);
	wf_plan_begin_run(now, 3);
	for (uint32_t i = 0; i < PACKETS; i++) {
		struct bench_packet p = { b->now_ns + fit_under(&r, 50000),
			.flow = random_until(&r, 50), .len = 60 + random_until(&r, 1454) };
		struct wf_plan *before = b->plan;

		burst = i % LATE == 0 ? 1 + random_until(&r, 4) : burst;
		for (; with && i > 0 && burst > 0; burst--) {
			struct bench_packet late = { 1000 * WF_NS_PER_S, .flow = 65536 + p.flow,
				.len = p.len };

			number[b->n_in] = UINT32_MAX;
			bench_in(b, 0, &late, 1, 1);
		}
		number[b->n_in] = i;
		b->plan = now;
		bench_in(b, 0, &p, 1, 1);
		b->plan = before;
	}
	wf_plan_free(b->plan);
	b->plan = now;
	bench_drain(b);
	bench_check(b);
	for (uint32_t i = 0; i < b->n_out; i++) {
		uint32_t n = number[b->out[i].id];

		if (n == UINT32_MAX)
			continue;
		fates[n].n++;
		fates[n].due += b->out[i].due_ns;
	}
	bench_free(b);
}

static void
what_is_late_changes_nothing(void **state)
{
	for (uint64_t seed = 0; seed < 200; seed++) {
		struct fate with[PACKETS] = { 0 }, without[PACKETS] = { 0 };

		new_run(seed, true, with);
		new_run(seed, false, without);
		for (uint32_t i = 0; i < PACKETS; i++)
			if (with[i].n != without[i].n || with[i].due != without[i].due)
				fail_msg("seed %lu, packet %u", (unsigned long)seed, i);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_run_keeps_its_state),
		cmocka_unit_test(a_stage_that_has_come_keeps_its_state),
		cmocka_unit_test(a_flow_that_has_moved_keeps_its_state),
		cmocka_unit_test(late_packets_share_a_block),
		cmocka_unit_test(each_flow_that_is_late_has_its_own),
		cmocka_unit_test(what_is_late_changes_nothing),
	};

	return cmocka_run_group_tests(tests, bench_eal, NULL);
}
