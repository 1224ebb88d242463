/* SPDX-License-Identifier: BSD-3-Clause
 * Random packets through random configurations that change under them: every packet and byte is
 * accounted for at every step, and the pipeline ends up empty.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "bench.h"
#include "random_text.h"

#define PACKETS 100000

static void
traffic(struct bench *b, struct fit_random *r)
{
	struct bench_packet p[WF_BURST];
	uint32_t n = 1 + random_until(r, WF_BURST - 1), dir = random_until(r, 1);

	for (uint32_t i = 0; i < n; i++)
		p[i] = (struct bench_packet){ b->now_ns + i * random_until(r, 1000),
			.flow = random_until(r, random_until(r, 3) ? 50 : 5000),
			.len = 60 + random_until(r, 1454), .arp = random_until(r, 30) == 0 };
	for (uint32_t i = 1; i < n; i++)
		p[i].ns = p[i].ns > p[i - 1].ns ? p[i].ns : p[i - 1].ns;
	bench_in(b, dir, p, n, n);
}

/* Now and then packets of before the last change come. */
static void
late_traffic(struct bench *b, struct fit_random *r, struct wf_plan *before)
{
	struct wf_plan *now = b->plan;

	if (before == NULL || random_until(r, 5) > 0)
		return;
	b->plan = before;
	traffic(b, r);
	b->plan = now;
}

/* A change that leaves the plan of before for those that are late. */
static struct wf_plan *
change(struct bench *b, struct fit_random *r, struct wf_plan *before)
{
	struct wf_plan *now = b->plan;

	wf_plan_free(before);
	b->plan = bench_plan(random_text(r), b->options.seed, now);
	if (random_until(r, 2) == 0)
		wf_plan_begin_run(b->plan, random_until(r, 3));
	assert_int_equal(wf_pipe_prepare(b->pipe, b->plan), 0);
	return now;
}

/* Returns how many packets of direction ab left. */
static uint64_t
churn(uint64_t seed, const struct bench_options *options, uint32_t packets)
{
	struct fit_random r;
	struct wf_plan *before = NULL;
	struct bench *b;
	uint64_t left;

	fit_seed(&r, seed);
	b = bench_new(random_text(&r), options);
	for (uint32_t step = 0; b->n_in < packets; step++) {
		traffic(b, &r);
		late_traffic(b, &r, before);
		if (random_until(&r, 3) == 0)
			bench_until(b, b->now_ns + fit_under(&r, 3000000));
		if (random_until(&r, 9) == 0)
			wf_pipe_tidy(b->pipe, b->now_ns);
		if (random_until(&r, 4) == 0)
			b->clones_left = random_until(&r, 2) ? -1 : (int64_t)random_until(&r, 20);
		if (step % 4 == 0)
			bench_check(b);
		if (random_until(&r, 25) == 0)
			before = change(b, &r, before);
		b->n_out = 0;
	}
	bench_drain(b);
	bench_check(b);
	assert_int_equal(b->total[0].held.packets + b->total[1].held.packets, 0);
	left = b->total[0].c.tx.packets;
	bench_free(b);
	wf_plan_free(before);
	return left;
}

static void
nothing_is_unaccounted_for(void **state)
{
	assert_true(churn(1, NULL, PACKETS) > PACKETS / 100);
}

static void
nothing_is_unaccounted_for_when_the_store_is_full(void **state)
{
	struct bench_options o = { .max_held = 300 };

	assert_true(churn(2, &o, PACKETS / 2) > PACKETS / 200);
}

static void
nothing_is_unaccounted_for_when_flows_come_and_go(void **state)
{
	struct bench_options o = { .max_flows = 64, .idle_ns = 5 * WF_NS_PER_MS };

	assert_true(churn(3, &o, PACKETS / 2) > PACKETS / 200);
}

static void
many_short_lives(void **state)
{
	uint64_t left = 0;

	for (uint64_t seed = 100; seed < 140; seed++)
		left += churn(seed, NULL, 500); /* one of them may well let nothing through */
	assert_true(left > 40 * 500 / 100);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_unaccounted_for),
		cmocka_unit_test(nothing_is_unaccounted_for_when_the_store_is_full),
		cmocka_unit_test(nothing_is_unaccounted_for_when_flows_come_and_go),
		cmocka_unit_test(many_short_lives),
	};

	return cmocka_run_group_tests(tests, bench_eal, NULL);
}
