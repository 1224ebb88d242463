/* SPDX-License-Identifier: BSD-3-Clause
 * Real queues in the pipeline: departures at their own time, whatever the loop does; every packet
 * counted; live changes with a backlog.
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
#define US WF_NS_PER_US

/* 125 bytes take 1 ms. */
#define HEAD "rate = \"1Mbit\"; queue = { limit = \"4pkt\"; drop = \"head\"; };"

static void
drop_head_drops_the_oldest_that_waits(void **state)
{
	struct bench *b = bench_new(bench_text(HEAD, "", ""), NULL);
	wf_ns_t start = b->now_ns;

	for (int i = 0; i < 10; i++)
		bench_one(b, 0, 1, 125);
	bench_check(b);
	assert_int_equal(b->total[0].held.packets, 4);
	assert_int_equal(b->total[0].c.dropped[WF_DROP_queue_full].packets, 6);
	bench_drain(b);
	bench_check(b);
	assert_int_equal(b->n_out, 4);
	assert_int_equal(bench_due(b, 0), start + MS);
	for (uint32_t i = 7; i < 10; i++)
		assert_int_equal(bench_due(b, i), start + (i - 5) * MS);
	bench_free(b);
}

/* What stands behind the queue sees the time of departure: delay adds to it, a loss there costs
 * capacity. */
static void
stages_behind_run_at_departure(void **state)
{
	struct bench *b =
		bench_new(bench_text(HEAD "delay = \"5ms\"; duplicate = \"100%\";", "", ""), NULL);
	wf_ns_t start = b->now_ns;

	for (int i = 0; i < 4; i++)
		bench_one(b, 0, 1, 125);
	bench_until(b, start + 6 * MS + MS / 2);
	assert_int_equal(b->n_out, 2); /* one and its copy: at 1 ms + 5 ms */
	bench_drain(b);
	bench_check(b);
	assert_int_equal(b->n_out, 8);
	assert_int_equal(b->total[0].c.dup_created.packets, 4);
	for (uint32_t i = 0; i < 4; i++)
		assert_int_equal(bench_due(b, i), start + (i + 6) * MS);
	assert_int_equal(b->out[7].rx_ns, start);
	bench_free(b);
}

static void
losses_behind_the_queue_cost_capacity(void **state)
{
	struct bench *b = bench_new(bench_text(HEAD "loss = \"50%\";", "", ""), NULL);
	wf_ns_t start = b->now_ns;

	for (int i = 0; i < 1000; i++) {
		bench_until(b, b->now_ns + MS / 2);
		bench_one(b, 0, 1, 125);
		if (i % 100 == 0)
			bench_check(b);
	}
	bench_drain(b);
	bench_check(b);
	assert_int_equal(b->total[0].c.dropped[WF_DROP_loss].packets +
				 b->total[0].c.dropped[WF_DROP_queue_full].packets + b->n_out,
		1000);
	assert_in_range(b->n_out, 200, 300); /* half of the 500 that the rate carries */
	for (uint32_t i = 0; i < b->n_out; i++)
		assert_int_equal((b->out[i].due_ns - start - MS / 2) % MS, 0);
	bench_free(b);
}

static void
flows_have_queues_of_their_own_with_scope_flow(void **state)
{
	struct bench *b = bench_new(bench_text("scope = \"flow\";" HEAD, "", ""), NULL);
	wf_ns_t start = b->now_ns;

	for (uint32_t i = 0; i < 300; i++)
		bench_one(b, 0, i % 100, 125);
	bench_drain(b);
	bench_check(b);
	assert_int_equal(b->n_out, 300);
	for (uint32_t i = 0; i < 300; i++)
		assert_int_equal(bench_due(b, i), start + (i / 100 + 1) * MS);
	bench_free(b);
}

/* A flow may age out while its packets wait. */
static void
a_queue_outlives_its_flow(void **state)
{
	struct bench *b = bench_new(
		bench_text("scope = \"flow\"; rate = \"1Mbit\"; queue = { drop = \"head\"; };"
			   "delay = { mean = \"1ms\"; order = \"flow\"; }; loss = \"10%\";",
			"", ""),
		&(struct bench_options){ .max_flows = 40, .idle_ns = 5 * MS });

	for (uint32_t round = 0; round < 20; round++) {
		for (uint32_t i = 0; i < 40; i++)
			bench_one(b, 0, 1000 * round + i % 10, 125);
		bench_until(b, b->now_ns + 3 * MS);
		wf_pipe_tidy_all(b->pipe, b->now_ns);
		bench_check(b);
	}
	bench_drain(b);
	bench_check(b);
	assert_in_range(b->n_out, 650, 790);
	bench_free(b);
}

/* ---- The same whatever the loop does ---- */

#define AQM(name)                                                                                  \
	"rate = \"10Mbit\"; queue = { aqm = \"" name "\"; limit = \"100pkt\"; };"                  \
	"loss = \"5%\"; delay = { mean = \"3ms\"; stddev = \"1ms\"; order = \"flow\"; };"
#define N 20000

static void
fates_of(const char *ab, uint32_t burst, uint64_t loop_ns, struct bench **out)
{
	struct bench *b = bench_new(bench_text(ab, "delay = \"1ms\";",
					    "{ name = \"x\"; match = { sport = \"1-2\"; };"
					    "  ab = { delay = \"1ms\"; }; }"),
		NULL);
	struct bench_packet *p = calloc(N, sizeof(*p));
	struct fit_random random;
	wf_ns_t now = b->now_ns;

	fit_seed(&random, 3);
	for (uint32_t i = 0; i < N; i++) {
		now += fit_under(&random, i / 3000 % 2 ? 1000 * US : 1600 * US);
		p[i] = (struct bench_packet){ .ns = now,
			.flow = (uint32_t)fit_under(&random, 8),
			.len = 64 + (uint32_t)fit_under(&random, 1437) };
	}
	for (uint32_t i = 0; i < N; i += burst) {
		uint32_t n = N - i < burst ? N - i : burst;

		if (loop_ns != 0)
			for (wf_ns_t t = b->now_ns; t < p[i].ns; t += loop_ns)
				bench_until(b, t);
		bench_in(b, 0, &p[i], n, burst);
	}
	bench_drain(b);
	bench_check(b);
	free(p);
	*out = b;
}

static void
fates_do_not_depend_on_bursts(void **state)
{
	static const char *const ab[] = { HEAD "loss = \"5%\"; delay = \"3ms\";", AQM("codel"),
		AQM("fq-codel"), AQM("pie"), AQM("dualpi2"),
		("rate = \"10Mbit\"; queue = { aqm = \"red\"; min = \"10kB\"; max = \"30kB\"; };"
		 "loss = \"5%\"; delay = \"1ms\";") };

	for (size_t k = 0; k < WF_ARRAY_SIZE(ab); k++) {
		struct bench *one, *many;

		fates_of(ab[k], 1, 100 * US, &one);
		assert_true(one->n_out < N * 98 / 100);
		for (uint32_t burst = 1; burst <= 32; burst += 31) {
			fates_of(ab[k], burst, 0, &many);
			assert_int_equal(one->n_out, many->n_out);
			for (uint32_t i = 0; i < N; i++) {
				const struct bench_out *a = bench_find(one, i < 200 ? i : N - i);
				const struct bench_out *c = bench_find(many, i < 200 ? i : N - i);

				if (i == 400)
					i = N - 200;
				assert_int_equal(a == NULL, c == NULL);
				assert_true(a == NULL || a->due_ns == c->due_ns);
			}
			bench_free(many);
		}
		bench_free(one);
	}
}

/* ---- Live changes with a backlog ---- */

static void
a_raised_rate_counts_from_the_next_departure(void **state)
{
	struct bench *b = bench_new(bench_text(HEAD, "", ""), NULL);
	wf_ns_t start = b->now_ns;

	for (int i = 0; i < 4; i++)
		bench_one(b, 0, 1, 125);
	bench_until(b, start + MS / 2);
	bench_change(b, bench_text("rate = \"10Mbit\"; queue = { drop = \"head\"; };", "", ""));
	bench_drain(b);
	bench_check(b);
	assert_int_equal(bench_due(b, 0), start + MS);
	for (uint32_t i = 1; i < 4; i++)
		assert_int_equal(bench_due(b, i), start + MS + i * MS / 10);
	bench_free(b);
}

static void
another_discipline_takes_over_what_waits(void **state)
{
	static const char *const aqm[] = { "fq-codel", "codel", "pie", "none" };
	struct bench *b = bench_new(
		bench_text("rate = \"1Mbit\"; queue = { drop = \"head\"; };", "", ""), NULL);
	wf_ns_t start = b->now_ns;
	char ab[200];

	for (uint32_t i = 0; i < 50; i++)
		bench_one(b, 0, 1, 125);
	for (size_t k = 0; k < WF_ARRAY_SIZE(aqm); k++) {
		bench_until(b, start + (10 * k + 5) * MS);
		snprintf(ab, sizeof(ab),
			"rate = \"1Mbit\"; queue = { aqm = \"%s\"; drop = \"head\"; };", aqm[k]);
		bench_change(b, bench_text(ab, "", ""));
		bench_check(b);
	}
	bench_drain(b);
	bench_check(b);
	for (uint32_t i = 0; i < b->n_out; i++)
		assert_int_equal(b->out[i].due_ns, start + (i + 1) * MS);
	assert_int_equal(b->n_out + b->total[0].c.dropped[WF_DROP_aqm].packets, 50);
	bench_free(b);
}

static void
a_queue_that_is_taken_away_drains(void **state)
{
	static const char *const after[] = { "", "rate = \"1Mbit\";", "loss = \"100%\";" };

	for (size_t k = 0; k < WF_ARRAY_SIZE(after); k++) {
		struct bench *b = bench_new(bench_text(HEAD, "", ""), NULL);
		wf_ns_t start = b->now_ns;

		for (int i = 0; i < 4; i++)
			bench_one(b, 0, 1, 125);
		bench_change(b, bench_text(after[k], "", ""));
		bench_one(b, 0, 1, 125);
		bench_drain(b);
		bench_check(b);
		/* Stages behind the queue are those of now. */
		assert_int_equal(b->n_out, k == 2 ? 0 : 5);
		for (uint32_t i = 0; k != 2 && i < 4; i++)
			assert_int_equal(bench_due(b, i), start + (i + 1) * MS);
		bench_free(b);
	}
}

static void
a_class_that_is_removed_drains(void **state)
{
	const char *class = "{ name = \"x\"; match = { sport = \"1\"; }; ab = { " HEAD " }; }";
	struct bench *b = bench_new(bench_text("", "", class), NULL);
	wf_ns_t start = b->now_ns;

	for (int i = 0; i < 4; i++)
		bench_one(b, 0, 1, 125);
	bench_change(b, bench_text("", "", ""));
	bench_one(b, 0, 1, 125);
	bench_check(b);
	bench_change(b, bench_text("", "", class));
	bench_one(b, 0, 1, 125);
	bench_drain(b);
	bench_check(b);
	assert_int_equal(b->n_out, 6);
	for (uint32_t i = 0; i < 4; i++)
		assert_int_equal(bench_due(b, i), start + (i + 1) * MS);
	assert_int_equal(bench_due(b, 4), start);
	assert_int_equal(bench_due(b, 5), start + MS);
	bench_free(b);
}

static void
what_waits_at_the_end_is_counted(void **state)
{
	struct bench *b = bench_new(bench_text(HEAD, "scope = \"flow\";" HEAD, ""), NULL);

	for (int i = 0; i < 8; i++)
		bench_one(b, i % 2, 1, 125);
	wf_pipe_drop_queued(b->pipe, WF_DROP_shutdown);
	bench_check(b);
	assert_int_equal(b->total[0].c.dropped[WF_DROP_shutdown].packets, 4);
	assert_int_equal(b->total[1].c.dropped[WF_DROP_shutdown].packets, 4);
	assert_int_equal(wf_pipe_held(b->pipe), 0);
	bench_free(b);
}

static void
a_pipe_can_end_with_packets_waiting(void **state)
{
	struct bench *b = bench_new(bench_text(HEAD, "scope = \"flow\";" HEAD, ""), NULL);

	for (int i = 0; i < 8; i++)
		bench_one(b, i % 2, 1, 125);
	bench_free(b); /* fails if one leaks */
}

static void
without_memory_packets_are_the_emulators_loss(void **state)
{
	struct bench *b = bench_new(
		bench_text("rate = \"1Mbit\"; queue = { drop = \"head\"; limit = \"1000pkt\"; };",
			"", ""),
		&(struct bench_options){ .max_held = 100 });

	for (int i = 0; i < 150; i++)
		bench_one(b, 0, 1, 125);
	bench_drain(b);
	bench_check(b);
	assert_int_equal(b->total[0].c.dropped[WF_DROP_no_buffer].packets, 50);
	bench_free(b);
}

/* Random changes of everything under random traffic: nothing is lost from the books. */
static void
churn(void **state)
{
	static const char *const abs[] = { HEAD, AQM("codel"), AQM("pie"), AQM("fq-codel"),
		"rate = \"1Mbit\";", "scope = \"flow\";" HEAD, "scope = \"flow\";" AQM("codel"),
		"delay = \"1ms\";", "", "bypass = true;" HEAD };
	static const char *const classes[] = { "",
		"{ name = \"x\"; match = { sport = \"1-3\"; }; scope = \"flow\"; ab = { " HEAD
		" }; }",
		"{ name = \"x\"; match = { sport = \"1-3\"; }; ab = { " AQM(
			"fq-codel") " }; },"
				    "{ name = \"y\"; match = { sport = \"4-5\"; }; ab = { " HEAD
				    " }; }" };
	struct bench *b = bench_new(bench_text("", "", ""),
		&(struct bench_options){ .max_flows = 20, .idle_ns = 20 * MS });
	struct fit_random random;

	fit_seed(&random, 9);
	for (int round = 0; round < 300; round++) {
		bench_change(b, bench_text(abs[fit_under(&random, WF_ARRAY_SIZE(abs))], HEAD,
					classes[fit_under(&random, WF_ARRAY_SIZE(classes))]));
		for (int i = 0; i < 50; i++) {
			bench_one(b, (uint32_t)fit_under(&random, 2),
				(uint32_t)fit_under(&random, 30),
				64 + (uint32_t)fit_under(&random, 1437));
			bench_until(b, b->now_ns + fit_under(&random, 4 * MS));
			wf_pipe_tidy(b->pipe, b->now_ns);
		}
		bench_check(b);
	}
	bench_drain(b);
	bench_check(b);
	assert_in_range(b->n_out, 3000, 15000);
	bench_free(b);
}

/* What the queue has dropped makes room at once for the next packet of the burst. */
static void
a_full_queue_is_not_a_want_of_room(void **state)
{
	static const char *const drop[] = { "tail", "head" };
	struct bench_packet p[64];

	for (int k = 0; k < 2; k++)
		for (uint32_t burst = 1; burst <= 32; burst += 31) {
			char keys[120];
			struct bench_options o = { .max_held = 36 };
			struct bench *b;

			snprintf(keys, sizeof(keys),
				"rate = \"1Mbit\"; queue = { limit = \"32pkt\"; drop = \"%s\"; aqm "
				"= "
				"\"codel\"; };",
				drop[k]);
			b = bench_new(bench_text(keys, "", ""), &o);
			for (uint32_t i = 0; i < 64; i++)
				p[i] = (struct bench_packet){
					.ns = b->now_ns, .flow = 1, .len = 125
				};
			bench_in(b, 0, p, 64, burst);
			bench_check(b);
			assert_int_equal(b->total[0].c.dropped[WF_DROP_queue_full].packets, 32);
			assert_int_equal(b->total[0].c.dropped[WF_DROP_no_buffer].packets, 0);
			bench_free(b);
		}
}

/* The server wakes up for a class that its cap has held up, between two packets of a burst that
 * find it idle. */
static void
a_cap_that_lets_go_splits_a_burst(void **state)
{
	static const char classes[] = "{ name = \"x\"; match = { sport = \"1\"; }; ab = { share = "
				      "{ rate = \"100kbit\"; }; }; },"
				      "{ name = \"y\"; match = { sport = \"2\"; }; ab = { share = "
				      "{ priority = 1; }; }; }";
	wf_ns_t due[2][2];

	for (uint32_t burst = 1; burst <= 2; burst++) {
		struct bench *b = bench_new(bench_text("rate = { rate = \"1Mbit\"; overhead = "
						       "\"ethernet\"; };",
						    "", classes),
			NULL);
		struct bench_packet p[2] = { { .flow = 1, .len = 121 }, { .flow = 2, .len = 121 } };
		wf_ns_t ready;

		for (uint32_t i = 0; i < 40; i++) /* on the wire 145 bytes each: 1.16 ms, or 11.6 */
			bench_one(b, 0, 1, 121);
		bench_drain(b);
		ready = bench_due(b, 39) - 1160 * US + 11600 * US;
		p[0].ns = ready - 90 * US;
		p[1].ns = ready + 90 * US;
		bench_until(b, p[0].ns - US);
		bench_in(b, 0, p, 2, burst);
		bench_drain(b);
		bench_check(b);
		for (uint32_t i = 0; i < 2; i++)
			due[burst - 1][i] = bench_due(b, 40 + i) - ready;
		bench_free(b);
	}
	for (uint32_t burst = 0; burst < 2; burst++) {
		assert_int_equal(due[burst][0], 1160 * US);
		assert_int_equal(due[burst][1], 2320 * US); /* x had begun */
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(drop_head_drops_the_oldest_that_waits),
		cmocka_unit_test(stages_behind_run_at_departure),
		cmocka_unit_test(losses_behind_the_queue_cost_capacity),
		cmocka_unit_test(flows_have_queues_of_their_own_with_scope_flow),
		cmocka_unit_test(a_queue_outlives_its_flow),
		cmocka_unit_test(fates_do_not_depend_on_bursts),
		cmocka_unit_test(a_raised_rate_counts_from_the_next_departure),
		cmocka_unit_test(another_discipline_takes_over_what_waits),
		cmocka_unit_test(a_queue_that_is_taken_away_drains),
		cmocka_unit_test(a_class_that_is_removed_drains),
		cmocka_unit_test(what_waits_at_the_end_is_counted),
		cmocka_unit_test(a_pipe_can_end_with_packets_waiting),
		cmocka_unit_test(without_memory_packets_are_the_emulators_loss),
		cmocka_unit_test(churn),
		cmocka_unit_test(a_full_queue_is_not_a_want_of_room),
		cmocka_unit_test(a_cap_that_lets_go_splits_a_burst),
	};

	return cmocka_run_group_tests(tests, bench_eal, NULL);
}
