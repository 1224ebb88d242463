/* SPDX-License-Identifier: BSD-3-Clause
 * Laws of delay: tails, files, what a draw is for, refusals. How well they fit is in
 * tests/statistics.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "fit.h"
#include "folder.h"
#include "rig.h"
#include "wf_law.h"

static struct rig *
with_file(const char *text, const char *keys)
{
	char all[256];

	snprintf(all, sizeof(all), "file=%s %s", folder_write("values", text), keys);
	return rig_new(WF_BLOCK_DELAY, all);
}

/* The tables keep their shape where one packet in 10^12 is. */
static void
tails_are_those_of_the_law(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_DELAY, "distribution=exponential mean=10ms");
	const struct wf_law *l = (const struct wf_law *)r->cfg;

	for (int bits = 2; bits <= 40; bits++) {
		uint64_t v = 3ull << (62 - bits), x = wf_law_sample(l, ~v);
		double exact = -log((double)v * 0x1p-64) * 10e6;

		assert_true(fabs((double)x - exact) < 1e-4 * 10e6);
		assert_true(fabs((double)wf_law_sample(l, v) + log1p(-(double)v * 0x1p-64) * 10e6) <
			    1 + 1e-4 * (double)v * 0x1p-64 * 10e6);
	}
	rig_free(r);
}

static void
no_law_falls_in_its_quantile(void **state)
{
	static const char *const keys[] = { "distribution=exponential mean=10ms",
		"distribution=lognormal mean=10ms stddev=90ms",
		"distribution=gamma mean=10ms stddev=99ms",
		"distribution=gamma mean=10ms stddev=100us",
		"distribution=weibull shape=0.1 scale=1ms",
		"distribution=pareto shape=0.5 scale=1ms cap=10s",
		"distribution=pareto-normal mean=10ms stddev=5ms",
		"distribution=bimodal mean=10ms stddev=1ms mean2=30ms share2=10%" };

	for (size_t k = 0; k < WF_ARRAY_SIZE(keys); k++) {
		struct rig *r = rig_new(WF_BLOCK_DELAY, keys[k]);
		const struct wf_law *l = (const struct wf_law *)r->cfg;
		uint64_t last = 0;

		assert_string_equal(rig_error(r), "");
		for (uint64_t i = 0; i < 100000; i++) {
			uint64_t x = wf_law_sample(l, i * (UINT64_MAX / 100000));

			assert_true(x >= last);
			last = x;
		}
		assert_true(wf_law_sample(l, UINT64_MAX) <= WF_LAW_LONGEST);
		rig_free(r);
	}
}

static void
only_values_of_the_samples_are_seen(void **state)
{
	struct rig *r = with_file(
		"# measured\n5\n1.5ms\n\n 250us\n20 # slow\n", "distribution=samples order=free");
	static const wf_ns_t value[] = { 250000, 1500000, 5000000, 20000000 };
	uint64_t count[4] = { 0 };
	double expected[4] = { 10000, 10000, 10000, 10000 };

	assert_string_equal(rig_error(r), "");
	for (int i = 0; i < 40000; i++) {
		int k = 0;

		rig_one(r, 0, 100);
		while (k < 4 && value[k] != r->batch.due_ns[0])
			k++;
		assert_in_range(k, 0, 3);
		count[k]++;
	}
	assert_true(fit_chi2(count, expected, 4, 1) > FIT_P);
	rig_free(r);
}

static void
a_netem_table_is_in_units_of_stddev(void **state)
{
	struct rig *r = with_file("# a table\n-8192 0\n 8192 16384\n",
		"distribution=netem mean=10ms stddev=2ms order=free");
	const struct wf_law *l = (const struct wf_law *)r->cfg;

	assert_string_equal(rig_error(r), "");
	for (uint64_t i = 0; i < 4; i++)
		assert_int_equal(wf_law_sample(l, i << 62), 8000000 + i * 2000000);
	rig_free(r);
}

static void
files_that_make_no_sense_are_refused(void **state)
{
	static const struct {
		const char *text, *keys;
	} bad[] = {
		{ "", "distribution=samples" },
		{ "1 2\n", "distribution=samples" },
		{ "-1\n", "distribution=samples" },
		{ "61m\n", "distribution=samples" },
		{ "fast\n", "distribution=samples" },
		{ "32768\n", "distribution=netem mean=1ms stddev=1ms" },
		{ "1.5\n", "distribution=netem mean=1ms stddev=1ms" },
		{ "-8192\n", "distribution=netem mean=1ms stddev=2ms below_zero=redraw" },
	};

	for (size_t i = 0; i < WF_ARRAY_SIZE(bad); i++) {
		struct rig *r = with_file(bad[i].text, bad[i].keys);

		assert_string_not_equal(rig_error(r), "");
		rig_free(r);
	}
}

static void
keys_that_make_no_sense_are_refused(void **state)
{
	static const char *const bad[] = { "distribution=exponential",
		"distribution=exponential mean=1ms stddev=2ms", "distribution=gamma mean=1ms",
		"distribution=gamma shape=2", "distribution=gamma mean=1ms stddev=1ms shape=2",
		"distribution=gamma mean=1ms stddev=11ms", "mean=1ms stddev=1ms shape=2",
		"distribution=pareto shape=1 scale=1ms", "distribution=pareto-normal mean=1ms",
		"distribution=bimodal mean=1ms mean2=2ms", "mean=1ms stddev=1ms share2=10%",
		"distribution=samples", "distribution=netem file=x mean=1ms", "mean=1ms file=x",
		"distribution=samples file=x mean=1ms", "mean=1ms draw=flow",
		"mean=9ms stddev=1ms gap=1ms", "mean=9ms stddev=1ms draw=flow gap=1ms",
		"distribution=exponential mean=1ms below_zero=redraw",
		"distribution=samples file=/nonexistent/file",
		"distribution=exponential mean=1ms min=1ms" };

	for (size_t i = 0; i < WF_ARRAY_SIZE(bad); i++) {
		struct rig *r = rig_new(WF_BLOCK_DELAY, bad[i]);

		if (rig_error(r)[0] == 0)
			fail_msg("accepted: %s", bad[i]);
		rig_free(r);
	}
}

static wf_ns_t
delay_at(struct rig *r, wf_ns_t now)
{
	rig_one(r, now, 100);
	return r->batch.due_ns[0] - now;
}

static void
a_flow_may_keep_its_delay(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_DELAY, "mean=50ms stddev=5ms draw=flow order=free");
	wf_ns_t first, second;

	rig_flow(r, 1, 1);
	first = delay_at(r, 1000);
	for (wf_ns_t i = 1; i < 100; i++)
		assert_int_equal(delay_at(r, i * WF_NS_PER_S), first);
	rig_flow(r, 1, 2);
	second = delay_at(r, 1000);
	assert_int_not_equal(second, first);
	rig_free(r);
}

static void
a_burst_may_keep_its_delay(void **state)
{
	struct rig *r =
		rig_new(WF_BLOCK_DELAY, "mean=50ms stddev=5ms draw=burst gap=2ms order=free");
	wf_ns_t now = 0, last = delay_at(r, 0);

	for (int i = 0; i < 100; i++) {
		wf_ns_t next;

		for (int k = 0; k < 10; k++)
			assert_int_equal(delay_at(r, now += 1999999), last);
		next = delay_at(r, now += 2000000);
		assert_int_not_equal(next, last);
		last = next;
	}
	assert_true(r->compile.needs & WF_NEED_OWNER);
	rig_free(r);
}

/* One that another worker has handed over. */
static void
an_older_packet_does_not_begin_a_burst(void **state)
{
	struct rig *r =
		rig_new(WF_BLOCK_DELAY, "mean=50ms stddev=5ms draw=burst gap=2ms order=free");
	wf_ns_t first = delay_at(r, 10000000);

	assert_int_equal(delay_at(r, 9990000), first);
	assert_int_equal(delay_at(r, 11999999), first);
	assert_int_not_equal(delay_at(r, 13999999), first);
	rig_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tails_are_those_of_the_law),
		cmocka_unit_test(no_law_falls_in_its_quantile),
		cmocka_unit_test(only_values_of_the_samples_are_seen),
		cmocka_unit_test(a_netem_table_is_in_units_of_stddev),
		cmocka_unit_test(files_that_make_no_sense_are_refused),
		cmocka_unit_test(keys_that_make_no_sense_are_refused),
		cmocka_unit_test(a_flow_may_keep_its_delay),
		cmocka_unit_test(a_burst_may_keep_its_delay),
		cmocka_unit_test(an_older_packet_does_not_begin_a_burst),
	};

	return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
