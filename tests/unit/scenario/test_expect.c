/* SPDX-License-Identifier: BSD-3-Clause
 * Expectations: what is read, and that only what enough packets show has been kept.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wf_conf.h"
#include "wf_expect.h"
#include "wf_series.h"

static struct wf_measure m;

static struct wf_expect
read_one(const char *text)
{
	struct wf_err *err = wf_err_new();
	struct wf_node *n = wf_conf_read_text(text, "e.conf", false, err);
	struct wf_expect *list = NULL, first;
	uint32_t count = 0;

	if (wf_expect_read(n, "wan", &list, &count, err) < 0 || count != 1) {
		wf_err_print(err, stderr);
		fail_msg("%s", text);
	}
	first = list[0];
	free(list);
	wf_node_free(n);
	wf_err_free(err);
	return first;
}

static void
limits_are_read(void **state)
{
	struct wf_expect e = read_one("loss = \"<= 5%\"; direction = \"ba\"; phase = \"p\";");

	assert_true(e.has_high && !e.has_low && e.high == 0.05 && e.side == WF_BA);
	assert_string_equal(e.name, "loss");
	assert_string_equal(e.phase, "p");
	assert_string_equal(e.link, "wan");
	e = read_one("throughput = \"9Mbit\"; name = \"fast\"; class = \"c\";");
	assert_true(e.has_low && !e.has_high && e.low == 9e6);
	assert_string_equal(e.class, "c");
	e = read_one("throughput = \"9Mbit .. 11Mbit\";");
	assert_true(e.has_low && e.has_high && e.low == 9e6 && e.high == 11e6);
	e = read_one("throughput = \"<= 1Mbit\";");
	assert_true(!e.has_low && e.high == 1e6);
	e = read_one("delay_p99 = \">= 5ms\";");
	assert_true(e.has_low && e.low == 5e6 && !e.has_high);
	e = read_one("loss = 0;");
	assert_true(e.has_high && e.high == 0);
	e = read_one("packets = 100;");
	assert_true(e.has_low && e.low == 100);
}

static void
refused(const char *text, const char *message)
{
	struct wf_err *err = wf_err_new();
	struct wf_node *n = wf_conf_read_text(text, "e.conf", false, err);
	struct wf_expect *list = NULL;
	uint32_t count = 0;
	char line[400];

	assert_int_equal(wf_expect_read(n, "wan", &list, &count, err), -EINVAL);
	wf_err_format(wf_err_item(err, 0), line, sizeof(line));
	if (strstr(line, message) == NULL)
		fail_msg("%s: %s, not \"%s\"", text, line, message);
	free(list);
	wf_node_free(n);
	wf_err_free(err);
}

static void
what_expects_nothing_is_refused(void **state)
{
	refused("name = \"x\";", "an expectation of nothing");
	refused("los = 1;", "unknown key \"los\". Did you mean \"loss\"?");
	refused("loss = \"5ms\";", "e.conf:1: loss: \"5ms\" limits nothing of this");
	refused("delay_p99 = \"5%\";", "limits nothing of this. Write \"<= 50ms\"");
	refused("throughput = \"9Mbit .. 1Mbit\";", "limits nothing of this");
	refused("loss = \"..\";", "limits nothing of this");
	refused("loss = \"1%\"; direction = \"up\";", "ab or ba?");
	refused("recovery = \"1s\";", "recovery of what?");
	refused("loss = ( 1 );", "a value or a range is expected here");
	refused("handshake_p50 = \"1s\"; class = \"c\";",
		"round trips are measured of all connections");
}

static void
judged(const char *text, enum wf_expect_outcome want)
{
	struct wf_expect e = read_one(text);
	struct wf_expect_result r;

	wf_expect_judge(&e, &m, &r);
	if (r.outcome != want)
		fail_msg("%s: %s, observed %g", text, wf_expect_outcomes[r.outcome], r.observed);
	assert_int_equal(*r.why != 0, want != WF_EXPECT_PASS);
	assert_true((r.margin < 0) == (want == WF_EXPECT_FAIL));
}

/* 1000 packets, 20 of them lost; delays of 1 to 980 us. */
static int
measured(void **state)
{
	wf_measure_init(&m);
	m.came = 1000;
	m.lost = 20;
	m.left = 980;
	m.out_bytes = 125000;
	m.time_ns = WF_NS_PER_S;
	m.any_left = true;
	m.recovery_ns = 5 * WF_NS_PER_MS;
	for (uint64_t i = 1; i <= 980; i++)
		wf_hist_add(&m.delay, i * WF_NS_PER_US);
	return 0;
}

static void
what_is_beyond_its_limit_has_failed(void **state)
{
	judged("loss = \"1.9%\";", WF_EXPECT_FAIL);
	judged("loss = \">= 2.1%\";", WF_EXPECT_FAIL);
	judged("loss = \"4% .. 5%\";", WF_EXPECT_FAIL);
	judged("throughput = \"1.1Mbit\";", WF_EXPECT_FAIL);
	judged("throughput = \"<= 900kbit\";", WF_EXPECT_FAIL);
	judged("delay_max = \"979us\";", WF_EXPECT_FAIL);
	judged("delay_p50 = \">= 500us\";", WF_EXPECT_FAIL);
	judged("packets = 1001;", WF_EXPECT_FAIL);
	judged("recovery = \"4ms\"; phase = \"p\";", WF_EXPECT_FAIL);
}

static void
what_is_within_has_passed(void **state)
{
	judged("loss = \"4%\";", WF_EXPECT_PASS);
	judged("loss = \"1% .. 4%\";", WF_EXPECT_PASS);
	judged("loss = \"<= 100%\";", WF_EXPECT_PASS);
	judged("throughput = \"1Mbit .. 1Mbit\";", WF_EXPECT_PASS);
	judged("delay_max = \"980us .. 980us\";", WF_EXPECT_PASS);
	judged("delay_p99 = \"1ms\";", WF_EXPECT_PASS);
	judged("delay_mean = \"490us .. 491us\";", WF_EXPECT_PASS);
	judged("recovery = \"5ms\"; phase = \"p\";", WF_EXPECT_PASS);
	judged("packets = 1000;", WF_EXPECT_PASS);
}

/* 20 of 1000 could be the luck of 2.9 %, or of 1.3 %: one sample in 20 is such. */
static void
what_so_few_packets_cannot_show_has_not_passed(void **state)
{
	judged("loss = \"2%\";", WF_EXPECT_TOO_FEW);
	judged("loss = \"2.8%\";", WF_EXPECT_TOO_FEW);
	judged("loss = \"3%\";", WF_EXPECT_PASS);
	judged("loss = \">= 1.9%\";", WF_EXPECT_TOO_FEW);
	judged("loss = \">= 1.2%\";", WF_EXPECT_PASS);
	judged("delay_p99_9 = \"1s\";", WF_EXPECT_TOO_FEW);
	judged("jitter = \"1s\";", WF_EXPECT_TOO_FEW);
	wf_measure_init(&m);
	judged("loss = \"100%\";", WF_EXPECT_TOO_FEW);
	judged("delay_mean = \"1s\";", WF_EXPECT_TOO_FEW);
	m.time_ns = 1;
	judged("throughput = \"<= 1Mbit\";", WF_EXPECT_PASS);
}

static void
trips(enum wf_trip_kind kind, enum wf_trip_end end, uint32_t n, wf_ns_t took_ns)
{
	struct wf_trip trip = { .kind = kind, .end = end, .took_ns = took_ns };

	for (uint32_t i = 0; i < n; i++)
		assert_int_equal(wf_measure_trip(&m, &trip), 0);
}

/* 99 handshakes of 10 ms, and one that waits for its answer; 50 responses of 20 ms, and what was
 * never answered. */
static void
round_trips_are_judged_with_those_that_wait(void **state)
{
	judged("handshake_mean = \"1s\";", WF_EXPECT_TOO_FEW);
	trips(WF_TRIP_HANDSHAKE, WF_TRIP_ANSWERED, 99, 10 * WF_NS_PER_MS);
	trips(WF_TRIP_RESPONSE, WF_TRIP_ANSWERED, 50, 20 * WF_NS_PER_MS);
	trips(WF_TRIP_RESPONSE, WF_TRIP_WAITING, 50, WF_NS_PER_S);
	trips(WF_TRIP_RESPONSE, WF_TRIP_UNANSWERED, 50, WF_NS_PER_S);
	judged("handshake_max = \"10ms .. 10ms\";", WF_EXPECT_PASS);
	judged("handshake_p50 = \">= 11ms\";", WF_EXPECT_FAIL);
	judged("handshake_p99 = \"1s\";", WF_EXPECT_TOO_FEW); /* 299 could show it */
	judged("response_max = \"21ms\";", WF_EXPECT_PASS);
	judged("response_mean = \"19ms\";", WF_EXPECT_FAIL);
	trips(WF_TRIP_HANDSHAKE, WF_TRIP_WAITING, 1, 100 * WF_NS_PER_MS);
	judged("handshake_max = \"90ms\";", WF_EXPECT_FAIL);
	judged("handshake_max = \"200ms\";", WF_EXPECT_PASS); /* it may still come */
	judged("handshake_p90 = \"11ms\";", WF_EXPECT_PASS);
	trips(WF_TRIP_HANDSHAKE, WF_TRIP_WAITING, 20, 100 * WF_NS_PER_MS);
	judged("handshake_p90 = \"11ms\";", WF_EXPECT_FAIL);
	m.unseen = 1;
	judged("handshake_p50 = \"1s\";", WF_EXPECT_TOO_FEW);
	free(m.trips);
}

static void
a_series_has_room_for_any_time(void **state)
{
	static struct wf_series s;
	uint64_t sum = 0;

	wf_series_init(&s);
	for (wf_ns_t t = 0; t < 100 * WF_NS_PER_S; t += 7 * WF_NS_PER_MS)
		wf_series_at(&s, t)->left++;
	for (uint32_t i = 0; i < s.n; i++)
		sum += s.bin[i].left;
	assert_int_equal(sum, (100 * 1000 + 6) / 7);
	assert_int_equal(s.bin_ns, 640 * WF_NS_PER_MS);
	assert_int_equal(s.n, 157);
}

/* Also when bins were merged. */
static void
a_bin_knows_its_percentiles(void **state)
{
	static struct wf_series s;
	static struct wf_hist h;
	struct wf_series_bin *b;

	wf_series_init(&s);
	wf_hist_init(&h);
	assert_int_equal(wf_series_quantile(&s.bin[0], 0.5), 0);
	for (wf_ns_t ms = 0; ms < 1000; ms++)
		wf_series_add(wf_series_at(&s, ms % 2 * 10 * WF_NS_PER_MS), ms * WF_NS_PER_MS);
	b = wf_series_at(&s, 1000 * WF_NS_PER_S);
	wf_series_add(b, 7);
	b = &s.bin[0];
	assert_int_equal(b->left, 1000);
	assert_in_range(wf_series_quantile(b, 0.5), 469 * WF_NS_PER_MS, 531 * WF_NS_PER_MS);
	assert_in_range(wf_series_quantile(b, 0.99), 928 * WF_NS_PER_MS, 999 * WF_NS_PER_MS);
	assert_in_range(wf_series_quantile(b, 1), 937 * WF_NS_PER_MS, 999 * WF_NS_PER_MS);
	assert_in_range(wf_series_quantile(&s.bin[s.n - 1], 0.5), 4, 7);
	wf_hist_add_times(&h, 2000 * WF_NS_PER_MS, 3000);
	wf_series_add_hist(b, &h);
	assert_int_equal(b->left, 4000);
	assert_in_range(wf_series_quantile(b, 0.5), 1875 * WF_NS_PER_MS, 2000 * WF_NS_PER_MS);
	assert_in_range(wf_series_quantile(b, 0.1), 375 * WF_NS_PER_MS, 425 * WF_NS_PER_MS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(limits_are_read),
		cmocka_unit_test(what_expects_nothing_is_refused),
		cmocka_unit_test_setup(what_is_beyond_its_limit_has_failed, measured),
		cmocka_unit_test_setup(what_is_within_has_passed, measured),
		cmocka_unit_test_setup(what_so_few_packets_cannot_show_has_not_passed, measured),
		cmocka_unit_test_setup(round_trips_are_judged_with_those_that_wait, measured),
		cmocka_unit_test(a_series_has_room_for_any_time),
		cmocka_unit_test(a_bin_knows_its_percentiles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
