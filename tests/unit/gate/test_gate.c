/* SPDX-License-Identifier: BSD-3-Clause
 * Gates: limits from a file, what they are held against, and what is no gate or no document.
 */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wf_gate.h"
#include "wf_gate_binomial.h"

static struct wf_gate
gate(const char *text)
{
	struct wf_err *err = wf_err_new();
	struct wf_gate g;

	assert_int_equal(wf_gate_read_text(text, "x.gate", &g, err), 0);
	wf_err_free(err);
	return g;
}

static void
refused(const char *text, const char *message)
{
	struct wf_err *err = wf_err_new();
	struct wf_gate g;
	char line[300];

	assert_int_equal(wf_gate_read_text(text, "x.gate", &g, err), -EINVAL);
	wf_err_format(wf_err_item(err, 0), line, sizeof(line));
	if (strstr(line, message) == NULL)
		fail_msg("%s: %s, not \"%s\"", text, line, message);
	wf_err_free(err);
}

static void
a_gate_has_limits(void **state)
{
	struct wf_gate g =
		gate("title = \"t\"; mean = \"100ms\"; p99_9 = \"1s\"; loss = \"0.1%\";");

	assert_string_equal(g.title, "t");
	assert_true(g.side[0].delay_ns[WF_GATE_MEAN] == 100000000);
	assert_true(g.side[0].delay_ns[WF_GATE_P99_9] == 1000000000);
	assert_true(g.side[1].share[0] == 0.001);
	assert_true(wf_param_given(&g.side[0], WF_GATE_LOSS));
	assert_false(wf_param_given(&g.side[0], WF_GATE_ERROR));
	wf_gate_fini(&g);
}

static void
directions_and_classes_have_limits_of_their_own(void **state)
{
	struct wf_gate g =
		gate("mean = \"100ms\"; loss = \"1%\"; ab = { loss = \"2%\"; };"
		     "classes = ( { name = \"voip\"; max = \"1s\"; ba = { max = \"2s\"; }; },"
		     " { name = \"default\"; ab = { error = 0; }; } );");

	assert_true(g.side[0].share[0] == 0.02 && g.side[1].share[0] == 0.01);
	assert_true(g.side[0].delay_ns[WF_GATE_MEAN] == 100000000);
	assert_true(g.side[1].delay_ns[WF_GATE_MEAN] == 100000000);
	assert_true(g.named[0] && !g.named[1]);
	assert_int_equal(g.n_classes, 2);
	assert_string_equal(g.classes[0].name, "voip");
	assert_true(g.classes[0].side[0].given == 1 << WF_GATE_MAX); /* none of the file's */
	assert_true(g.classes[0].side[0].delay_ns[WF_GATE_MAX] == 1000000000);
	assert_true(g.classes[0].side[1].delay_ns[WF_GATE_MAX] == 2000000000);
	assert_true(!g.classes[0].named[0] && g.classes[0].named[1]);
	assert_true(g.classes[1].side[0].given == 1 << WF_GATE_ERROR);
	assert_true(g.classes[1].side[1].given == 0);
	wf_gate_fini(&g);
}

static void
what_is_no_gate_is_refused(void **state)
{
	refused("", "x.gate: a gate without a limit");
	refused("title = \"t\";", "a gate without a limit");
	refused("mean = \"100\";", "x.gate:1: mean");
	refused("mean = \"2h\";", "mean");
	refused("loss = \"110%\";", "loss");
	refused("\nmeen = \"1ms\";",
		"x.gate:2: meen: unknown key \"meen\". Did you mean \"mean\"?");
	refused("mean = ", "x.gate:1");
	refused("ab = { };", "a gate without a limit");
	refused("ab = \"1ms\";", "x.gate:1: ab: this is not a group of keys");
	refused("ab = { title = \"t\"; mean = \"1s\"; };", "ab.title: unknown key");
	refused("classes = { };", "this is not a list of 1 to 1024 classes");
	refused("classes = ( 1 );", "this is not a group of keys");
	refused("classes = ( { loss = 0; } );", "\"name\" is missing");
	refused("classes = ( { name = \"a\"; } );", "classes.a: a class without a limit");
	refused("classes = ( { name = \"a\"; loss = 0; }, { name = \"a\"; loss = 0; } );",
		"class \"a\" stands here twice");
	refused("classes = ( { name = \"a\"; ab = { los = 0; }; } );", "Did you mean \"loss\"?");
}

/* 100,000 packets, 2000 of them dropped, 500 corrupted; delays of 1 to 60 ms. */
static const char document[] =
	"{\"rx\":{\"packets\":100000},\"corrupted\":{\"packets\":500},"
	"\"dropped\":{\"loss\":{\"packets\":1500},\"queue_full\":{\"packets\":500}},"
	"\"delay_ns\":{\"count\":98000,\"min\":1000000,\"mean\":20000000,\"p50\":19000000,"
	"\"p90\":30000000,\"p99\":40000000,\"p99_9\":50000000,\"max\":60000000}}";

static int
check(const char *limits, const char *text, struct wf_gate_result r[WF_GATE_MEASURES])
{
	struct wf_gate g = gate(limits);
	struct wf_err *err = wf_err_new();
	json_t *j = json_loads(text, 0, NULL);
	int n;

	assert_non_null(j);
	n = wf_gate_check(&g.side[0], j, r, err);
	assert_int_equal(n<0, wf_err_count(err)> 0);
	json_decref(j);
	wf_err_free(err);
	wf_gate_fini(&g);
	return n;
}

static void
measured(const char *limits, double observed, enum wf_gate_outcome outcome)
{
	struct wf_gate_result r[WF_GATE_MEASURES];

	assert_int_equal(check(limits, document, r), 1);
	assert_true(r[0].observed > observed * 0.999999 && r[0].observed < observed * 1.000001);
	assert_int_equal(r[0].outcome, outcome);
}

static void
each_measure_is_held_against_its_limit(void **state)
{
	measured("mean = \"20ms\";", 20e6, WF_GATE_PASS);
	measured("mean = \"19999999ns\";", 20e6, WF_GATE_FAIL);
	measured("p50 = \"19ms\";", 19e6, WF_GATE_PASS);
	measured("p90 = \"30ms\";", 30e6, WF_GATE_PASS);
	measured("p99 = \"39ms\";", 40e6, WF_GATE_FAIL);
	measured("p99_9 = \"50ms\";", 50e6, WF_GATE_PASS);
	measured("max = \"59ms\";", 60e6, WF_GATE_FAIL);
	measured("variation = \"49ms\";", 49e6, WF_GATE_PASS);
	measured("variation = \"48ms\";", 49e6, WF_GATE_FAIL);
	measured("loss = \"2.1%\";", 0.02, WF_GATE_PASS);
	measured("loss = \"1.9%\";", 0.02, WF_GATE_FAIL);
	measured("error = \"0.55%\";", 0.005, WF_GATE_PASS);
	measured("error = \"0.4%\";", 0.005, WF_GATE_FAIL);
}

/* 100 000 packets with 2 % lost: their luck alone could have hidden that it is above that. */
static void
a_rate_at_its_limit_is_not_shown(void **state)
{
	struct wf_gate_result r[WF_GATE_MEASURES];

	measured("loss = \"2%\";", 0.02, WF_GATE_TOO_FEW);
	assert_int_equal(check("loss = \"2.05%\";", document, r), 1);
	assert_int_equal(r[0].outcome, WF_GATE_TOO_FEW);
	assert_true(r[0].packets == 100000 && r[0].bound > 0.0205 && r[0].bound < 0.021);
	assert_true(r[0].needed > 100000 && r[0].needed < 110000);
}

/* So many packets, none of them lost or late. */
static int
check_clean(const char *limits, unsigned n, struct wf_gate_result r[WF_GATE_MEASURES])
{
	char text[500];

	snprintf(text, sizeof(text),
		"{\"rx\":{\"packets\":%u},\"corrupted\":{\"packets\":0},\"dropped\":{},"
		"\"delay_ns\":{\"count\":%u,\"min\":1,\"mean\":2,\"p50\":2,\"p90\":2,\"p99\":2,"
		"\"p99_9\":2,\"max\":2}}",
		n, n);
	return check(limits, text, r);
}

/* ln 0.05 / ln(1 - share) packets without a fault are the least that show a share. */
static void
the_least_sample(const char *limits, unsigned least)
{
	struct wf_gate_result r[WF_GATE_MEASURES];

	assert_int_equal(check_clean(limits, least, r), 1);
	assert_int_equal(r[0].outcome, WF_GATE_PASS);
	assert_int_equal(check_clean(limits, least - 1, r), 1);
	assert_int_equal(r[0].outcome, WF_GATE_TOO_FEW);
	assert_true(r[0].needed == least && r[0].packets == least - 1);
}

static void
few_packets_show_no_rate_and_no_quantile(void **state)
{
	struct wf_gate_result r[WF_GATE_MEASURES];

	the_least_sample("loss = \"1%\";", 299);
	the_least_sample("loss = \"0.1%\";", 2995);
	the_least_sample("error = \"0.01%\";", 29956);
	the_least_sample("p50 = \"1ms\";", 5);
	the_least_sample("p90 = \"1ms\";", 29);
	the_least_sample("p99 = \"1ms\";", 299);
	the_least_sample("p99_9 = \"1ms\";", 2995);
	the_least_sample("variation = \"1ms\";", 2995);
	assert_int_equal(check_clean("mean = \"1ms\"; max = \"1ms\"; loss = 0;", 1, r), 3);
	for (int i = 0; i < 3; i++)
		assert_int_equal(r[i].outcome, WF_GATE_PASS);
}

/* Tables of Clopper-Pearson: one-sided 95 %. */
static void
bounds_are_those_of_the_tables(void **state)
{
	static const struct {
		double k, n, upper;
	} known[] = {
		{ 0, 10, 0.258866 },
		{ 1, 10, 0.394163 },
		{ 5, 10, 0.777559 },
		{ 9, 10, 0.994884 },
		{ 10, 10, 1 },
		{ 0, 20, 0.139108 },
		{ 0, 1, 0.95 },
		{ 0, 0, 1 },
		{ 7, 3, 1 },
	};

	for (size_t i = 0; i < WF_ARRAY_SIZE(known); i++)
		if (fabs(wf_gate_upper(known[i].k, known[i].n) - known[i].upper) > 1e-6)
			fail_msg("%g of %g: %.9g", known[i].k, known[i].n,
				wf_gate_upper(known[i].k, known[i].n));
}

/* The bound at which the sum of the binomial's terms is 5 %, term by term. */
static void
bounds_agree_with_the_sum_of_terms(void **state)
{
	for (int n = 1; n <= 3000; n = n * 3 + 1)
		for (int k = 0; k < n && k < 60; k += 1 + k / 3) {
			double p = wf_gate_upper(k, n), sum = 0;

			for (int i = 0; i <= k; i++)
				sum += exp(lgamma(n + 1.0) - lgamma(i + 1.0) - lgamma(n - i + 1.0) +
					   i * log(p) + (n - i) * log1p(-p));
			if (fabs(sum - WF_GATE_DOUBT) > 1e-8)
				fail_msg("%d of %d: %.12g gives %.12g", k, n, p, sum);
		}
}

/* Millions of packets: what the normal distribution says, within its own error. */
static void
bounds_of_large_samples_are_close_and_quick(void **state)
{
	for (double n = 1e6; n < 1e19; n *= 10) {
		double p = 0.01, m = fmin(n, 1e9);
		double normal = p + 1.644854 * sqrt(p * (1 - p) / m);

		assert_true(fabs(wf_gate_upper(p * n, n) - normal) < 3 / m);
	}
}

static void
results_stand_in_the_order_of_measures(void **state)
{
	struct wf_gate_result r[WF_GATE_MEASURES];

	assert_int_equal(check("loss = \"5%\"; max = \"1s\"; mean = \"1ms\";", document, r), 3);
	assert_int_equal(r[0].measure, WF_GATE_MEAN);
	assert_int_equal(r[1].measure, WF_GATE_MAX);
	assert_int_equal(r[2].measure, WF_GATE_LOSS);
}

/* Nothing came: no result, not a good one. Nothing went: loss alone can be judged. */
static void
nothing_is_not_good(void **state)
{
	const char *delays = "\"delay_ns\":{\"count\":0,\"min\":0,\"mean\":0,\"p50\":0,\"p90\":0,"
			     "\"p99\":0,\"p99_9\":0,\"max\":0}}";
	struct wf_gate_result r[WF_GATE_MEASURES];
	char text[500];

	snprintf(text, sizeof(text),
		"{\"rx\":{\"packets\":0},\"corrupted\":{\"packets\":0},\"dropped\":{},%s", delays);
	assert_int_equal(check("mean = \"1s\"; loss = \"1%\";", text, r), 0);
	snprintf(text, sizeof(text),
		"{\"rx\":{\"packets\":9},\"corrupted\":{\"packets\":0},"
		"\"dropped\":{\"loss\":{\"packets\":9}},%s",
		delays);
	assert_int_equal(check("mean = \"1s\"; loss = \"1%\";", text, r), 1);
	assert_true(
		r[0].measure == WF_GATE_LOSS && r[0].observed == 1 && r[0].outcome == WF_GATE_FAIL);
}

static void
what_is_no_direction_is_refused(void **state)
{
	const char *bad[] = { "{}", "[]", "{\"rx\":{\"packets\":-1}}",
		"{\"rx\":{\"packets\":\"many\"},\"corrupted\":{\"packets\":0}}",
		("{\"rx\":{\"packets\":1},\"corrupted\":{\"packets\":0},\"dropped\":{\"loss\":7},"
		 "\"delay_ns\":{}}") };
	struct wf_gate_result r[WF_GATE_MEASURES];

	for (size_t i = 0; i < WF_ARRAY_SIZE(bad); i++)
		assert_int_equal(check("mean = \"1s\";", bad[i], r), -EINVAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_gate_has_limits),
		cmocka_unit_test(what_is_no_gate_is_refused),
		cmocka_unit_test(each_measure_is_held_against_its_limit),
		cmocka_unit_test(directions_and_classes_have_limits_of_their_own),
		cmocka_unit_test(a_rate_at_its_limit_is_not_shown),
		cmocka_unit_test(few_packets_show_no_rate_and_no_quantile),
		cmocka_unit_test(bounds_are_those_of_the_tables),
		cmocka_unit_test(bounds_agree_with_the_sum_of_terms),
		cmocka_unit_test(bounds_of_large_samples_are_close_and_quick),
		cmocka_unit_test(results_stand_in_the_order_of_measures),
		cmocka_unit_test(nothing_is_not_good),
		cmocka_unit_test(what_is_no_direction_is_refused),
	};

	return cmocka_run_group_tests_name("gate", tests, NULL, NULL);
}
