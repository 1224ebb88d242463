/* SPDX-License-Identifier: BSD-3-Clause
 * RED: its average against a sum over the whole past, and its drops against the law of the paper.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fit.h"
#include "qrig.h"

#define N  60000
#define US 1000ull

static struct wf_queue_cfg
config(void)
{
	struct wf_queue_cfg cfg = qrig_cfg(WF_QUEUE_RED);

	cfg.red = (struct wf_red_cfg){ .min_bytes = 20000,
		.max_bytes = 60000,
		.probability = 0.1,
		.weight = 0.01,
		.packet_ns = 1000 * US };
	return cfg;
}

/* The average is the sum of past lengths, each with weight w (1 - w)^age; an idle queue ages by the
 * packets that could have gone. */
static void
the_average_is_that_of_the_paper(void **state)
{
	struct wf_queue_cfg cfg = config();
	static double length[N], age[N];
	struct fit_random random;
	struct qrig *r;
	wf_ns_t now = 0;

	cfg.red.min_bytes = 1e9; /* no drops */
	cfg.red.max_bytes = 2e9;
	r = qrig_new(&cfg, N);
	fit_seed(&random, 2);
	for (uint32_t i = 0; i < 3000; i++) {
		double want = 0;
		wf_ns_t idle_from;

		now += fit_under(&random, (i / 500 % 2 ? 5000 : 1600) * US);
		qrig_until(r, now);
		idle_from = r->q.sending == WF_QNONE ? r->q.red.q_time : UINT64_MAX;
		length[i] = idle_from == UINT64_MAX ? (double)r->q.bytes : -1;
		age[i] = idle_from == UINT64_MAX ? 1 : floor((double)(now - idle_from) / 1e6);
		qrig_in(r, now, 1000, 0, 0);
		for (uint32_t k = i + 1, past = 0; k-- > 0 && past < 3000; past++) {
			double steps = 0;

			if (length[k] < 0)
				continue;
			if (i % 100 == 99 || i < 50) {
				for (uint32_t j = k + 1; j <= i; j++)
					steps += age[j];
				want += 0.01 * pow(0.99, steps) * length[k];
			}
		}
		if (i % 100 == 99 || i < 50)
			assert_true(fabs(r->q.red.avg - want) < 1e-6 * (1 + want));
	}
	qrig_free(r);
}

/* With a constant average the packets between two drops are uniform over 1 .. 1 / p_b - 1: figure 2
 * counts the packet itself before it divides. */
static void
the_gap_between_drops_is_uniform(void **state)
{
	struct wf_queue_cfg cfg = config();
	uint64_t gaps[19] = { 0 };
	double expected[19];
	struct qrig *r;
	uint32_t gap = 0, drops = 0;

	cfg.serve.wire.ns_per_byte = 1ull << 50; /* nothing leaves */
	cfg.serve.limit_packets = N;
	cfg.red.weight = 1e-12; /* the average stays where it is put */
	r = qrig_new(&cfg, N);
	qrig_in(r, 0, 1000, 0, 0);
	r->q.red.avg = 40000; /* p_b = 5 % */
	for (uint32_t i = 1; i < N; i++) {
		r->q.red.avg = 40000;
		qrig_in(r, i, 1000, 0, 0);
		gap++;
		if (r->fate[i].what != QRIG_AQM)
			continue;
		assert_in_range(gap, 1, 19);
		if (drops++ > 0)
			gaps[gap - 1]++;
		gap = 0;
	}
	for (int k = 0; k < 19; k++)
		expected[k] = (drops - 1) / 19.0;
	assert_true(fit_chi2(gaps, expected, 19, 1) > FIT_P);
	qrig_free(r);
}

static void
below_the_minimum_none_goes_and_above_twice_the_maximum_all(void **state)
{
	struct wf_queue_cfg cfg = config();
	struct qrig *r = qrig_new(&cfg, 200);

	cfg.serve.wire.ns_per_byte = 1ull << 50;
	for (uint32_t i = 0; i < 200; i++) {
		r->q.red.avg = i < 100 ? 19000 : 125000;
		qrig_in(r, i, 100, 0, 0);
		if (i > 0)
			assert_int_equal(r->fate[i].what == QRIG_AQM, i >= 100);
	}
	qrig_free(r);
}

/* A packet that crossed a ring between workers comes after events that are later than its arrival.
 */
static void
a_packet_from_the_past_does_not_empty_the_average(void **state)
{
	struct wf_queue_cfg cfg = config();
	struct qrig *r = qrig_new(&cfg, 10);

	qrig_in(r, 1000 * US, 100, 0, 0);
	qrig_until(r, 5000 * US); /* empty at 1100 us */
	r->q.red.avg = 30000;
	qrig_in(r, 1050 * US, 100, 0, 0);
	assert_true(r->q.red.avg == 30000);
	qrig_until(r, UINT64_MAX - 1);
	qrig_free(r);
}

static void
marks_instead_of_drops_below_the_maximum(void **state)
{
	struct wf_queue_cfg cfg = config();
	struct qrig *r;
	uint32_t marked = 0;

	cfg.ecn = true;
	r = qrig_new(&cfg, 2000);
	for (uint32_t i = 0; i < 2000; i++) {
		r->q.red.avg = 40000;
		qrig_in(r, i, 100, 0, i % 2 ? 1 : 0);
	}
	qrig_until(r, UINT64_MAX - 1);
	for (uint32_t i = 0; i < 2000; i++) {
		assert_true(!r->fate[i].marked || i % 2);
		assert_true(r->fate[i].what != QRIG_AQM || i % 2 == 0);
		marked += r->fate[i].marked;
	}
	assert_in_range(marked, 60, 150);
	qrig_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_average_is_that_of_the_paper),
		cmocka_unit_test(the_gap_between_drops_is_uniform),
		cmocka_unit_test(below_the_minimum_none_goes_and_above_twice_the_maximum_all),
		cmocka_unit_test(a_packet_from_the_past_does_not_empty_the_average),
		cmocka_unit_test(marks_instead_of_drops_below_the_maximum),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
