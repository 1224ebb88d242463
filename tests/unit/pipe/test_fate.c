/* SPDX-License-Identifier: BSD-3-Clause
 * The same seed gives the same fate: whatever the bursts, the other traffic and the other stages.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fates.h"
#include "fit.h"

#define N     20000
#define FLOWS 50

static struct bench_packet trace[N];

static int
make_trace(void **state)
{
	struct fit_random r;
	wf_ns_t now = 1000 * WF_NS_PER_S;

	fit_seed(&r, 1);
	for (int i = 0; i < N; i++) {
		now += fit_under(&r, 4) ? fit_under(&r, 100000) : 0;
		trace[i] = (struct bench_packet){ .ns = now,
			.flow = (uint32_t)fit_under(&r, FLOWS),
			.len = 60 + (uint32_t)fit_under(&r, 1455) };
	}
	return bench_eal(state);
}

/* Sends the packets of the trace for which flow % every == 0. */
static struct fates *
run_by(const char *text, uint64_t seed, uint32_t burst, uint32_t every, bool general,
	uint32_t by_value_bytes)
{
	const struct fates_run q = { .text = text,
		.seed = seed,
		.packet = trace,
		.n = N,
		.workers = 1,
		.burst = burst,
		.every = every,
		.general = general,
		.by_value_bytes = by_value_bytes };

	return fates_run(&q);
}

static struct fates *
run(const char *text, uint64_t seed, uint32_t burst, uint32_t every)
{
	return run_by(text, seed, burst, every, false, 0);
}

static void
assert_same(const struct fates *a, const struct fates *b, uint32_t every)
{
	uint32_t lost = 0, sent = 0;

	for (int i = 0; i < N; i++) {
		if (trace[i].flow % every != 0)
			continue;
		assert_int_equal(a->packet[i].due, b->packet[i].due);
		assert_int_equal(a->packet[i].copies, b->packet[i].copies);
		lost += a->packet[i].due == LOST;
		sent += a->packet[i].due != LOST;
	}
	assert_true(lost > 10 && sent > 10);
}

#define GE     "loss = { model = \"gilbert-elliott\"; plr = \"5%\"; mean_burst = 3.0; };"
#define JITTER "delay = { mean = \"20ms\"; stddev = \"5ms\"; order = \"%s\"; };"

static const char *const dirs[] = {
	"loss = \"10%\"; delay = { mean = \"20ms\"; stddev = \"5ms\"; };",
	GE "delay = { mean = \"20ms\"; stddev = \"5ms\"; order = \"flow\"; };",
	"rate = \"100Mbit\"; queue = \"20pkt\"; loss = \"1%\"; duplicate = \"5%\";"
	"delay = { min = \"1ms\"; max = \"9ms\"; order = \"free\"; };",
	"scope = \"flow\"; rate = \"3Mbit\"; queue = \"5ms\";" GE
	"duplicate = { p = \"3%\"; copies = 3; spacing = \"2ms\"; };"
	"delay = { mean = \"2ms\"; stddev = \"2ms\"; below_zero = \"redraw\"; };",
};

static const char *const classes =
	"{ name = \"x\"; match = { sport = \"1-9\"; }; ab = { loss = \"20%\"; }; },"
	"{ name = \"y\"; scope = \"flow\"; match = { sport = \"10-29\"; };"
	"  ab = { rate = \"2Mbit\"; " GE "}; }";

static void
fate_does_not_depend_on_the_bursts(void **state)
{
	for (size_t i = 0; i < WF_ARRAY_SIZE(dirs); i++) {
		for (int with = 0; with < 2; with++) {
			const char *text = bench_text(dirs[i], "", with ? classes : "");
			struct fates *one = run(text, 42, 1, 1);
			struct fates *seven = run(text, 42, 7, 1);
			struct fates *full = run(text, 42, 32, 1);

			assert_same(one, seven, 1);
			assert_same(one, full, 1);
			free(one);
			free(seven);
			free(full);
		}
	}
}

/* Every configuration by its own path and by the general one. */
static void
fate_does_not_depend_on_the_path(void **state)
{
	for (size_t i = 0; i < WF_ARRAY_SIZE(dirs); i++)
		for (int with = 0; with < 2; with++) {
			const char *text = bench_text(dirs[i], "", with ? classes : "");
			struct fates *own = run(text, 42, 32, 1);
			struct fates *general = run_by(text, 42, 32, 1, true, 0);

			assert_same(own, general, 1);
			free(own);
			free(general);
		}
}

/* Every configuration with its packets held by reference, and with all short ones by value. */
static void
fate_does_not_depend_on_how_packets_are_held(void **state)
{
	for (size_t i = 0; i < WF_ARRAY_SIZE(dirs); i++)
		for (int with = 0; with < 2; with++) {
			const char *text = bench_text(dirs[i], "", with ? classes : "");
			struct fates *one = run(text, 42, 32, 1);
			struct fates *other = run_by(text, 42, 32, 1, false, 512);
			struct fates *general = run_by(text, 42, 7, 1, true, 64);

			assert_int_equal(one->by_value, 0);
			assert_true(other->by_value > N / 20 && general->by_value > 10);
			assert_true(general->by_value < other->by_value);
			assert_same(one, other, 1);
			assert_same(one, general, 1);
			free(one);
			free(other);
			free(general);
		}
}

static uint8_t
path_of(const char *ab)
{
	struct wf_plan *plan = bench_plan(bench_text(ab, "", ""), 1, NULL);
	uint8_t path = plan->dir[0].path;

	wf_plan_free(plan);
	return path;
}

static void
the_plan_chooses_the_path(void **state)
{
	assert_int_equal(path_of(""), WF_PATH_WIRE);
	assert_int_equal(path_of("delay = \"1ms\";"), WF_PATH_STRAIGHT);
	assert_int_equal(path_of("loss = \"1%\";"), WF_PATH_STRAIGHT);
	assert_int_equal(
		path_of("scope = \"flow\"; rate = \"1Mbit\"; queue = \"5ms\";"), WF_PATH_STRAIGHT);
	assert_int_equal(
		path_of("rate = \"1Mbit\"; queue = { aqm = \"codel\"; };"), WF_PATH_GENERAL);
	assert_int_equal(path_of("duplicate = \"1%\";"), WF_PATH_GENERAL);
	assert_int_equal(path_of("corrupt = \"1%\";"), WF_PATH_GENERAL);
	assert_int_equal(path_of("reorder = { model = \"swap\"; p = \"1%\"; };"), WF_PATH_GENERAL);
}

/* Where nothing is shared, another flow's packets change nothing. */
static void
fate_does_not_depend_on_other_traffic(void **state)
{
	static const size_t unshared[] = { 1, 3 };

	for (size_t i = 0; i < WF_ARRAY_SIZE(unshared); i++) {
		char dir[600];
		const char *text;
		struct fates *all, *some;

		snprintf(dir, sizeof(dir), "%s%s", unshared[i] == 1 ? "scope = \"flow\";" : "",
			dirs[unshared[i]]);
		text = bench_text(dir, "", "");
		all = run(text, 42, 32, 1);
		some = run(text, 42, 32, 5);
		assert_same(all, some, 5);
		free(all);
		free(some);
	}
}

static void
fate_does_not_depend_on_other_classes(void **state)
{
	struct fates *alone = run(bench_text(dirs[2], "", ""), 42, 32, 10);
	struct fates *among = run(bench_text(dirs[2], "",
					  "{ name = \"x\"; match = { sport = \"1-9\"; };"
					  "  ab = { loss = \"20%\"; }; },"
					  "{ name = \"y\"; match = { sport = \"11-19\"; };"
					  "  ab = { rate = \"1Mbit\"; }; }"),
		42, 32, 10);

	assert_same(alone, among, 10);
	free(alone);
	free(among);
}

/* A stage more never shifts another's stream. */
static void
losses_do_not_depend_on_other_stages(void **state)
{
	struct fates *loss = run(bench_text("loss = \"10%\";", "", ""), 42, 32, 1);
	struct fates *more = run(bench_text("loss = \"10%\"; duplicate = \"10%\";"
					    "delay = { mean = \"20ms\"; stddev = \"5ms\"; };",
					 "", ""),
		42, 32, 1);

	for (int i = 0; i < N; i++)
		assert_int_equal(loss->packet[i].due == LOST, more->packet[i].due == LOST);
	free(loss);
	free(more);
}

static void
delays_do_not_depend_on_other_stages(void **state)
{
	const char *jitter = "delay = { mean = \"20ms\"; stddev = \"5ms\"; order = \"free\"; };";
	char more[300];
	struct fates *alone, *after;

	snprintf(more, sizeof(more), "loss = \"10%%\"; duplicate = \"10%%\"; %s", jitter);
	alone = run(bench_text(jitter, "", ""), 42, 32, 1);
	after = run(bench_text(more, "", ""), 42, 32, 1);
	for (int i = 0; i < N; i++)
		assert_true(after->packet[i].due == LOST ||
			    after->packet[i].due == alone->packet[i].due);
	free(alone);
	free(after);
}

static void
the_same_seed_gives_the_same_fate(void **state)
{
	for (size_t i = 0; i < WF_ARRAY_SIZE(dirs); i++) {
		struct fates *a = run(bench_text(dirs[i], "", classes), 7, 32, 1);
		struct fates *b = run(bench_text(dirs[i], "", classes), 7, 32, 1);

		assert_same(a, b, 1);
		free(a);
		free(b);
	}
}

static uint32_t
agreeing_losses(const struct fates *a, const struct fates *b)
{
	uint32_t n = 0;

	for (int i = 0; i < N; i++)
		n += (a->packet[i].due == LOST) == (b->packet[i].due == LOST);
	return n;
}

static void
another_seed_gives_another_fate(void **state)
{
	const char *text = bench_text("loss = \"50%\";", "", "");
	struct fates *a = run(text, 7, 32, 1), *b = run(text, 8, 32, 1);

	/* Independent: half agree, sd 71. */
	assert_in_range(agreeing_losses(a, b), N / 2 - 300, N / 2 + 300);
	free(a);
	free(b);
}

static void
the_directions_have_fates_of_their_own(void **state)
{
	struct bench *b = bench_new(bench_text("loss = \"50%\";", "loss = \"50%\";", ""), NULL);
	uint32_t agree = 0;

	for (uint32_t i = 0; i < N; i++) {
		uint32_t out = b->n_out;

		bench_one(b, 0, i % FLOWS, 100);
		bench_one(b, 1, i % FLOWS, 100);
		bench_until(b, b->now_ns);
		agree += b->n_out - out != 1;
	}
	assert_in_range(agree, N / 2 - 300, N / 2 + 300);
	bench_free(b);
}

static void
flows_have_fates_of_their_own(void **state)
{
	struct bench *b = bench_new(bench_text("loss = \"50%\";", "", ""), NULL);
	uint32_t agree = 0;

	for (uint32_t i = 0; i < N; i++) {
		uint32_t out = b->n_out;

		bench_one(b, 0, 1, 100);
		bench_one(b, 0, 2, 100);
		bench_until(b, b->now_ns);
		agree += b->n_out - out != 1;
	}
	assert_in_range(agree, N / 2 - 300, N / 2 + 300);
	bench_free(b);
}

/* ---- Order of release ---- */

static void
inversions(const char *dir, const char *order, bool per_flow, bool expected)
{
	char text[300];
	struct bench *b;
	uint32_t last[FLOWS] = { 0 }, n = 0;

	snprintf(text, sizeof(text), JITTER "%s", order, dir);
	b = bench_new(bench_text(text, "", ""), NULL);
	for (int i = 0; i < N; i += 20) {
		bench_in(b, 0, trace + i, 20, 20);
		bench_until(b, trace[i + 19].ns);
	}
	bench_drain(b);
	for (uint32_t i = 0; i < b->n_out; i++) {
		uint32_t *before = &last[per_flow ? b->out[i].flow : 0];

		n += b->out[i].id < *before;
		*before = b->out[i].id;
	}
	if (expected)
		assert_true(n > 1000);
	else
		assert_int_equal(n, 0);
	bench_free(b);
}

static void
fifo_never_lets_a_packet_overtake(void **state)
{
	inversions("", "fifo", false, false);
	inversions("rate = \"50Mbit\";", "fifo", false, false);
	inversions("duplicate = \"20%\";", "fifo", false, false);
}

static void
fifo_in_a_flow_lets_other_flows_overtake(void **state)
{
	inversions("scope = \"flow\";", "fifo", true, false);
	inversions("scope = \"flow\";", "fifo", false, true);
}

static void
flow_lets_only_other_flows_overtake(void **state)
{
	inversions("", "flow", true, false);
	inversions("", "flow", false, true);
	inversions("rate = \"50Mbit\";", "flow", true, false);
}

static void
free_lets_packets_of_a_flow_overtake(void **state)
{
	inversions("", "free", true, true);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fate_does_not_depend_on_the_bursts),
		cmocka_unit_test(fate_does_not_depend_on_the_path),
		cmocka_unit_test(fate_does_not_depend_on_how_packets_are_held),
		cmocka_unit_test(the_plan_chooses_the_path),
		cmocka_unit_test(fate_does_not_depend_on_other_traffic),
		cmocka_unit_test(fate_does_not_depend_on_other_classes),
		cmocka_unit_test(losses_do_not_depend_on_other_stages),
		cmocka_unit_test(delays_do_not_depend_on_other_stages),
		cmocka_unit_test(the_same_seed_gives_the_same_fate),
		cmocka_unit_test(another_seed_gives_another_fate),
		cmocka_unit_test(the_directions_have_fates_of_their_own),
		cmocka_unit_test(flows_have_fates_of_their_own),
		cmocka_unit_test(fifo_never_lets_a_packet_overtake),
		cmocka_unit_test(fifo_in_a_flow_lets_other_flows_overtake),
		cmocka_unit_test(flow_lets_only_other_flows_overtake),
		cmocka_unit_test(free_lets_packets_of_a_flow_overtake),
	};

	return cmocka_run_group_tests(tests, make_trace, NULL);
}
