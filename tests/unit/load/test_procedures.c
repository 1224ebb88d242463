/* SPDX-License-Identifier: BSD-3-Clause
 * Procedures of RFC 2544 and 8239 against a target of which the answers are known.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "model.h"

#define OPTIONS(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* 100,000 packets a second pass: that is found, whatever the size, to the packet. */
static void
test_throughput(void **state)
{
	struct model m = { .capacity_pps = 100000 };
	struct wf_load l;

	model_load(&l, &m, "throughput", "", OPTIONS("sizes=64+1000", "resolution=0.00001%"));
	model_run(&l);
	assert_int_equal(l.n_findings, 2);
	model_found(&l, 0, "throughput", 100000, WF_LOAD_PASSED);
	model_found(&l, 1, "throughput", 100000, WF_LOAD_PASSED);
	assert_int_equal(l.trial[l.finding[0].trial]->pps, 100000);
	assert_true(l.n_trials <= 2 * 22);
	wf_load_fini(&l);
}

/* Of a line that the target keeps up with, one trial says all: 1 Gbit/s of 64 bytes is 1,488,095
 * packets a second. */
static void
test_whole_line(void **state)
{
	struct model m = { .capacity_pps = 1e12 };
	struct wf_load l;

	model_load(&l, &m, "throughput", "", OPTIONS("sizes=64"));
	model_run(&l);
	model_found(&l, 0, "throughput", 1488095, WF_LOAD_PASSED);
	assert_int_equal(l.n_trials, 1);
	wf_load_fini(&l);
}

/* IMIX: 7 of 64, 4 of 590, 1 of 1514 and 24 each at 1 Gbit/s. */
static void
test_mix(void **state)
{
	struct model m = { .capacity_pps = 1e12 };
	struct wf_load l;

	model_load(&l, &m, "throughput", "size=imix", OPTIONS("sizes=traffic"));
	model_run(&l);
	model_found(&l, 0, "throughput", 325379, WF_LOAD_PASSED);
	wf_load_fini(&l);
}

/* Losses that are tolerated don't count: 1 % of 100,000 more. */
static void
test_tolerance(void **state)
{
	struct model m = { .capacity_pps = 99000 };
	struct wf_load l;

	model_load(&l, &m, "throughput", "",
		OPTIONS("sizes=64", "resolution=0.00001%", "tolerance=1%"));
	model_run(&l);
	model_found(&l, 0, "throughput", 100000, WF_LOAD_PASSED);
	wf_load_fini(&l);
}

/* What the tester can't send says nothing about the target. */
static void
test_limited(void **state)
{
	struct model m = { .capacity_pps = 100000, .tester_pps = 50000 };
	struct wf_load l;

	model_load(&l, &m, "throughput", "", OPTIONS("sizes=64", "resolution=0.001%"));
	model_run(&l);
	assert_int_equal(l.finding[0].outcome, WF_LOAD_LIMITED);
	/* Up to a thousandth of the packets may be missing. */
	assert_in_range(l.finding[0].value, 50000, 50051);
	assert_int_equal(wf_load_verdict(&l), WF_LOAD_LIMITED);
	assert_int_equal(l.trial[0]->outcome, WF_LOAD_LIMITED);
	assert_non_null(strstr(l.trial[0]->r.why, "were sent"));
	wf_load_fini(&l);
}

static void
test_missed(void **state)
{
	struct model m = { .capacity_pps = 1e9, .missed = 1 };
	struct wf_load l;

	model_load(&l, &m, "loss", "", OPTIONS("sizes=64"));
	model_run(&l);
	assert_int_equal(wf_load_verdict(&l), WF_LOAD_LIMITED);
	assert_non_null(strstr(l.trial[0]->r.why, "we missed 1 packets"));
	wf_load_fini(&l);
}

/* Half of the line passes: steps down to the second without loss. */
static void
test_loss(void **state)
{
	struct model m = { .capacity_pps = 625000 };
	struct wf_load l;

	/* 80 bytes and 20 between them: 1,250,000 a second. */
	model_load(&l, &m, "loss", "", OPTIONS("sizes=80"));
	model_run(&l);
	assert_int_equal(l.n_findings, 7);
	model_found(&l, 0, "loss at 100 %", 0.5, WF_LOAD_PASSED);
	model_found(&l, 4, "loss at 60 %", 1 / 6.0, WF_LOAD_PASSED);
	model_found(&l, 5, "loss at 50 %", 0, WF_LOAD_PASSED);
	model_found(&l, 6, "loss at 40 %", 0, WF_LOAD_PASSED);
	wf_load_fini(&l);
}

static void
test_latency(void **state)
{
	struct model m = { .capacity_pps = 1e9, .delay_ns = 20000, .spread_ns = 30000 };
	struct wf_load l;

	model_load(&l, &m, "latency", "", OPTIONS("sizes=80", "load=10%", "repeat=3"));
	model_run(&l);
	assert_int_equal(l.n_trials, 3);
	assert_int_equal(l.trial[0]->pps, 125000);
	assert_int_equal(l.n_findings, 5);
	model_found(&l, 4, "delay, longest", 50000, WF_LOAD_PASSED);
	assert_in_range(l.finding[1].value, 19900, 20100);
	wf_load_fini(&l);
}

/* Without --load at what throughput finds; and where nothing passes, that is said. */
static void
test_latency_at_throughput(void **state)
{
	struct model m = { .capacity_pps = 100000 }, none = { .capacity_pps = 0 };
	struct wf_load l;

	model_load(&l, &m, "latency", "", OPTIONS("sizes=64", "resolution=0.00001%"));
	model_run(&l);
	assert_int_equal(l.trial[l.n_trials - 1]->pps, 100000);
	wf_load_fini(&l);
	model_load(&l, &none, "latency", "", OPTIONS("sizes=64"));
	model_run(&l);
	model_found(&l, 0, "delay", 0, WF_LOAD_FAILED);
	wf_load_fini(&l);
}

static void
test_bursts(void **state)
{
	struct model m = { .capacity_pps = 0, .buffer = 777 };
	struct wf_load l;

	model_load(&l, &m, "back2back", "", OPTIONS("sizes=64+512", "repeat=2"));
	model_run(&l);
	model_found(&l, 0, "back2back", 777, WF_LOAD_PASSED);
	model_found(&l, 1, "back2back", 777, WF_LOAD_PASSED);
	wf_load_fini(&l);
	model_load(&l, &m, "back2back", "", OPTIONS("sizes=64", "burst-most=500"));
	model_run(&l);
	model_found(&l, 0, "back2back", 500, WF_LOAD_PASSED);
	assert_int_equal(l.n_trials, 1);
	assert_non_null(strstr(l.finding[0].text, "--burst-most"));
	wf_load_fini(&l);
}

/* A trial has as many bursts and rests as fit into its time. */
static void
test_microburst(void **state)
{
	struct model m = { .capacity_pps = 0, .buffer = 1000 };
	struct wf_load l;

	model_load(&l, &m, "microburst", "",
		OPTIONS("sizes=80", "duration=100ms", "rest=9920us", "burst-most=200"));
	model_run(&l);
	/* The model's buffer is for all of them, and nine bursts of 111 are what fits into it. */
	model_found(&l, 0, "microburst", 111, WF_LOAD_PASSED);
	wf_load_fini(&l);
}

static void
test_recovery(void **state)
{
	struct model m = { .capacity_pps = 100000, .recovered_ns = 12345678 };
	struct wf_load l;

	model_load(&l, &m, "recovery", "", OPTIONS("sizes=64", "resolution=0.00001%"));
	model_run(&l);
	model_found(&l, 0, "recovery", 12345678, WF_LOAD_PASSED);
	assert_int_equal(l.trial[l.n_trials - 1]->pps, 110000);
	wf_load_fini(&l);
}

static void
test_soak(void **state)
{
	struct model good = { .capacity_pps = 1e9 }, bad = { .capacity_pps = 1e9, .fail_at = 3 };
	struct wf_load l;

	model_load(&l, &good, "soak", "", OPTIONS("sizes=80", "load=10%", "total=4s"));
	model_run(&l);
	assert_int_equal(l.n_trials, 4);
	model_found(&l, 0, "lost", 0, WF_LOAD_PASSED);
	wf_load_fini(&l);
	model_load(&l, &bad, "soak", "", OPTIONS("sizes=80", "load=10%", "total=4s"));
	model_run(&l);
	model_found(&l, 0, "lost", 0.25, WF_LOAD_FAILED);
	assert_int_equal(wf_load_verdict(&l), WF_LOAD_FAILED);
	wf_load_fini(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_throughput),
		cmocka_unit_test(test_whole_line),
		cmocka_unit_test(test_mix),
		cmocka_unit_test(test_tolerance),
		cmocka_unit_test(test_limited),
		cmocka_unit_test(test_missed),
		cmocka_unit_test(test_loss),
		cmocka_unit_test(test_latency),
		cmocka_unit_test(test_latency_at_throughput),
		cmocka_unit_test(test_bursts),
		cmocka_unit_test(test_microburst),
		cmocka_unit_test(test_recovery),
		cmocka_unit_test(test_soak),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
