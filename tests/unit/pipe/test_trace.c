/* SPDX-License-Identifier: BSD-3-Clause
 * Bandwidth traces in the pipeline: they belong to a plan, and packets may wait longer than it
 * lives.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench.h"
#include "fit.h"
#include "folder.h"

#define MS WF_NS_PER_MS

static int
make_traces(void **state)
{
	if (folder_make(state) < 0)
		return -1;
	/* 12 Mbit/s in steps of a ms; and 4, 0 and 20 Mbit/s by turns. */
	folder_write("0", "1\n");
	folder_write("1", "0s 4Mbit\n2ms 0\n3ms 20Mbit\n4ms 4Mbit\n");
	return bench_eal(state);
}

/* rate = { trace = ... }; and `more`, in a buffer that is good for four calls. */
static const char *
traced(int which, const char *more)
{
	static char text[4][300];
	static int turn;

	snprintf(text[++turn % 4], sizeof(text[0]), "rate = { trace = \"%s\"; }; %s",
		folder_path(which == 0 ? "0" : "1"), more);
	return text[turn % 4];
}

static void
a_clock_and_a_queue_release_alike(void **state)
{
	struct bench *b[2];

	for (int k = 0; k < 2; k++) {
		struct fit_random random;

		b[k] = bench_new(
			bench_text(traced(1, k ? "queue = { drop = \"head\"; };" : ""), "", ""),
			NULL);
		fit_seed(&random, 1);
		for (int i = 0; i < 2000; i++) {
			bench_one(b[k], 0, 1, 64 + (uint32_t)fit_under(&random, 900));
			bench_until(b[k], b[k]->now_ns + fit_under(&random, 2 * MS));
		}
		bench_drain(b[k]);
		bench_check(b[k]);
		assert_int_equal(b[k]->n_out, 2000);
	}
	for (int i = 0; i < 2000; i++)
		assert_int_equal(b[0]->out[i].due_ns, b[1]->out[i].due_ns);
	bench_free(b[0]);
	bench_free(b[1]);
}

static void
what_waits_when_the_trace_goes_leaves_at_its_mean_rate(void **state)
{
	struct bench *b =
		bench_new(bench_text(traced(0, "queue = { drop = \"head\"; };"), "", ""), NULL);
	wf_ns_t start = b->now_ns;

	for (int i = 0; i < 10; i++)
		bench_one(b, 0, 1, 1500);
	bench_until(b, start + 2 * MS + MS / 2);
	bench_change(b, bench_text("", "", ""));
	bench_one(b, 0, 1, 1500);
	bench_drain(b);
	bench_check(b);
	assert_int_equal(b->n_out, 11);
	assert_int_equal(bench_find(b, 9)->due_ns, start + 10 * MS); /* 1500 bytes a ms */
	bench_free(b);
}

static void
classes_share_a_trace(void **state)
{
	struct bench *b = bench_new(
		bench_text(traced(0, ""), "",
			"{ name = \"x\"; match = { sport = \"1\"; }; ab = { share = 3; }; }"),
		NULL);
	wf_ns_t start = b->now_ns;
	uint32_t x = 0;

	for (int i = 0; i < 400; i++)
		bench_one(b, 0, i % 2, 1500);
	bench_until(b, start + 200 * MS);
	bench_check(b);
	assert_int_equal(b->n_out, 200);
	for (uint32_t i = 0; i < 200; i++) {
		x += b->out[i].flow == 1;
		assert_int_equal(b->out[i].due_ns, start + (i + 1) * MS);
	}
	assert_in_range(x, 149, 151);
	bench_drain(b);
	bench_check(b);
	bench_free(b);
}

/* Plans come and go under packets that wait. */
static void
churn(void **state)
{
	static const char *const more[] = { "", "queue = \"9ms\";", "queue = \"9kB\";",
		"queue = { drop = \"head\"; limit = \"9kB\"; };", "queue = { aqm = \"codel\"; };",
		"queue = { aqm = \"fq-codel\"; limit = \"20ms\"; };",
		"queue = { aqm = \"dualpi2\"; };" };
	static const char *const other[] = { "rate = \"5Mbit\";", "delay = \"1ms\";",
		"rate = \"5Mbit\"; queue = { drop = \"head\"; };" };
	struct bench *b = bench_new(bench_text("", "", ""),
		&(struct bench_options){ .max_flows = 20, .idle_ns = 20 * MS });
	struct fit_random random;

	fit_seed(&random, 21);
	for (int round = 0; round < 300; round++) {
		char class[600] = "", ab[300];
		uint64_t kind = fit_under(&random, 4);

		snprintf(ab, sizeof(ab), "%s%s", kind == 3 ? "scope = \"flow\";" : "",
			kind == 0 ? other[fit_under(&random, WF_ARRAY_SIZE(other))]
				  : traced((int)fit_under(&random, 2),
					    more[fit_under(&random, kind == 3 ? 5 : 7)]));
		if (kind < 3 && fit_under(&random, 2))
			snprintf(class, sizeof(class),
				"{ name = \"x\"; match = { sport = \"1-2\"; }; ab = { %s }; }",
				kind != 0 && fit_under(&random, 2)
					? "share = 2;"
					: traced((int)fit_under(&random, 2),
						  more[fit_under(&random, 7)]));
		bench_change(b, bench_text(ab, "", class));
		for (int i = 0; i < 50; i++) {
			bench_one(b, 0, (uint32_t)fit_under(&random, 5),
				64 + (uint32_t)fit_under(&random, 1437));
			bench_until(b, b->now_ns + fit_under(&random, MS));
			wf_pipe_tidy(b->pipe, b->now_ns);
		}
		bench_check(b);
	}
	bench_drain(b);
	bench_check(b);
	assert_in_range(b->n_out, 5000, 15000);
	bench_free(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_clock_and_a_queue_release_alike),
		cmocka_unit_test(what_waits_when_the_trace_goes_leaves_at_its_mean_rate),
		cmocka_unit_test(classes_share_a_trace),
		cmocka_unit_test(churn),
	};

	return cmocka_run_group_tests(tests, make_traces, folder_remove);
}
