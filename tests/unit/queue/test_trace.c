/* SPDX-License-Identifier: BSD-3-Clause
 * Bandwidth traces: what is read, what is refused, and a server that follows one against a brute
 * force that hands out every opportunity, or every segment's bits, in turn.
 */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fit.h"
#include "qrig.h"

#define MS WF_NS_PER_MS
#define S  WF_NS_PER_S

static const struct wf_trace_options HOLD, LINEAR = { .linear = true }, ONCE = { .once = true },
					   LINEAR_ONCE = { .linear = true, .once = true };

/* A trace of a text that must be right. */
static const struct wf_trace *
trace(const char *text, const struct wf_trace_options *o)
{
	struct wf_trace_point *p = calloc(wf_trace_room(text), sizeof(*p));
	struct wf_trace *t = calloc(1, sizeof(*t));
	struct wf_err *err = wf_err_new();

	if (wf_trace_read(text, "a.trace", o, p, t, err) < 0)
		fail_msg("%s", wf_err_item(err, 0)->message);
	wf_err_free(err);
	return t;
}

static void
forget(const struct wf_trace *t)
{
	free((void *)(uintptr_t)t->point);
	free((void *)(uintptr_t)t);
}

static wf_work_t
work_at(const struct wf_trace *t, wf_ns_t ns)
{
	uint32_t at = 0;

	return wf_trace_work(t, ns, &at);
}

static wf_ns_t
reach(const struct wf_trace *t, wf_work_t work)
{
	uint32_t at = 0;

	return wf_trace_reach(t, work, &at);
}

/* ---- Reading ---- */

static void
one_line_is_an_opportunity_each_ms(void **state)
{
	const struct wf_trace *t = trace("1\n", &HOLD);

	assert_int_equal(t->kind, WF_TRACE_OPPORTUNITIES);
	assert_int_equal(t->mean_bps, 12000000);
	for (wf_ns_t ms = 0; ms < 10; ms++) {
		assert_true(work_at(t, ms * MS) == 1500 * (wf_work_t)ms);
		assert_true(work_at(t, ms * MS + MS - 1) == 1500 * (wf_work_t)ms);
	}
	assert_int_equal(reach(t, 1), MS);
	assert_int_equal(reach(t, 1500), MS);
	assert_int_equal(reach(t, 1501), 2 * MS);
	forget(t);
}

static void
opportunities_of_an_instant_add_up(void **state)
{
	const struct wf_trace *t = trace("# a comment\n0\n 2\n2\r\n\n5 # end", &HOLD);

	assert_int_equal(t->n, 3);
	assert_true(work_at(t, 0) == 1500 && work_at(t, 2 * MS) == 4500);
	/* At 5 ms the last of this period and the first of the next. */
	assert_true(work_at(t, 5 * MS - 1) == 4500 && work_at(t, 5 * MS) == 7500);
	assert_int_equal(reach(t, 6001), 5 * MS);
	assert_int_equal(reach(t, 7501), 7 * MS);
	forget(t);
}

static void
rows_hold_or_go_straight(void **state)
{
	const char *text = "0s,8Mbit\n10ms; 24Mbit\n30ms\t0\n40ms 8Mbit";
	const struct wf_trace *hold = trace(text, &HOLD), *line = trace(text, &LINEAR);
	const struct wf_trace *once = trace(text, &ONCE);

	/* 1 byte a us; a unit is half a bit x ns / s. */
	assert_int_equal(reach(hold, wf_trace_bytes(hold, 1000)), MS);
	assert_int_equal(reach(hold, wf_trace_bytes(hold, 70000)), 30 * MS);
	assert_int_equal(reach(hold, wf_trace_bytes(hold, 70001)), 40 * MS + 1000);
	assert_true(work_at(hold, 35 * MS) == wf_trace_bytes(hold, 70000));
	assert_int_equal(hold->mean_bps, 14000000);
	/* The area under the line: 10 ms at 16 on average, 20 at 12, 10 at 4. */
	assert_true(work_at(line, 10 * MS) == wf_trace_bytes(line, 20000));
	assert_true(work_at(line, 30 * MS) == wf_trace_bytes(line, 50000));
	assert_true(work_at(line, 40 * MS) == wf_trace_bytes(line, 55000));
	assert_true(work_at(line, 5 * MS) == wf_trace_bytes(line, 7500));
	assert_int_equal(reach(line, wf_trace_bytes(line, 7500)), 5 * MS);
	/* 24 Mbit/s falls to 0: what is left after y is that much (1 - y/20ms)^2. */
	assert_true(work_at(line, 20 * MS) == wf_trace_bytes(line, 42500));
	assert_int_equal(
		reach(once, wf_trace_bytes(once, 70000) + wf_trace_bytes(once, 1000)), 41 * MS);
	assert_int_equal(once->mean_bps, 8000000);
	assert_int_not_equal(hold->id, line->id);
	assert_int_not_equal(hold->id, once->id);
	forget(hold);
	forget(line);
	forget(once);
}

static void
rows_may_begin_later(void **state)
{
	const struct wf_trace *t = trace("5ms 8Mbit\n10ms 16Mbit\n20ms 0", &HOLD);

	assert_true(work_at(t, 5 * MS) == wf_trace_bytes(t, 5000));
	assert_true(work_at(t, 20 * MS) == wf_trace_bytes(t, 30000));
	forget(t);
}

static void
refused(const char *text, const struct wf_trace_options *o, unsigned line, const char *message)
{
	struct wf_trace_point *p = calloc(wf_trace_room(text), sizeof(*p));
	struct wf_err *err = wf_err_new();
	struct wf_trace t;

	assert_int_equal(wf_trace_read(text, "a.trace", o, p, &t, err), -EINVAL);
	assert_int_equal(wf_err_count(err), 1);
	if (strstr(wf_err_item(err, 0)->message, message) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", wf_err_item(err, 0)->message, message);
	assert_string_equal(wf_err_item(err, 0)->file, "a.trace");
	assert_int_equal(wf_err_item(err, 0)->line, line);
	wf_err_free(err);
	free(p);
}

/* Units as other programs spell them. */
static void
hinted(const char *text, const char *hint)
{
	struct wf_trace_point *p = calloc(wf_trace_room(text), sizeof(*p));
	struct wf_err *err = wf_err_new();
	struct wf_trace t;

	assert_int_equal(wf_trace_read(text, "a.trace", &HOLD, p, &t, err), -EINVAL);
	assert_string_equal(wf_err_item(err, 0)->hint, hint);
	wf_err_free(err);
	free(p);
}

static void
units_of_other_programs_are_told_with_ours(void **state)
{
	hinted("0s 10Mbps", "Did you mean \"10Mbit\" or \"10MBps\"?");
	hinted("20msec 10Mbit", "Did you mean \"20ms\"?");
	hinted("0s fast", "Write \"2.5s 10Mbit\"");
}

static void
what_is_no_trace_is_refused(void **state)
{
	refused("", &HOLD, 0, "no line");
	refused("# nothing\n\n", &HOLD, 0, "no line");
	refused("1\n2\nx\n", &HOLD, 3, "\"x\" is neither");
	refused("-1", &HOLD, 1, "\"-1\" is neither");
	refused("1.5", &HOLD, 1, "neither");
	refused("10000000001", &HOLD, 1, "neither");
	refused("1\n99999999999999999999999", &HOLD, 2, "neither");
	refused("5\n\n4", &HOLD, 3, "after a later instant");
	refused("0\n0\n", &HOLD, 0, "longer than 0 s");
	refused("1\n1s 1Mbit", &HOLD, 2, "2 fields where 1 is expected");
	refused("0s 1Mbit\n7", &HOLD, 2, "1 fields where 2 are expected");
	refused("1s 2Mbit 3ms 4% 5", &HOLD, 1, "5 fields");
	refused("0s 1Mbit\n1 1Mbit", &HOLD, 2, "\"1\" is not a time");
	refused("0s fast", &HOLD, 1, "\"fast\" is not a rate");
	refused("0s 999bit", &HOLD, 1, "is not a rate");
	refused("0s 401Gbit", &HOLD, 1, "is not a rate");
	refused("1s 1Mbit\n1s 2Mbit", &HOLD, 2, "not later");
	refused("0s 1Mbit", &HOLD, 0, "longer than 0 s");
	refused("0s 0\n1s 1Mbit", &HOLD, 0, "the mean rate is 0 bit/s");
	refused("0s 1Mbit\n1s 0", &ONCE, 0, "the last rate, which stays, is 0 bit/s");
	refused("10000000000", &HOLD, 0, "the mean rate is 0 bit/s");
	refused("0s 1Mbit\n2h 1Mbit", &LINEAR, 2, "an hour apart");
	refused("1", &ONCE, 0, "\"loop\" does not go");
	refused("1", &LINEAR, 0, "\"interpolation\" does not go");
}

/* ---- The curve and its inverse ---- */

static void
check_inverse(const struct wf_trace *t, uint64_t seed)
{
	struct fit_random random;
	uint32_t at[2] = { 0, 0 };
	wf_work_t work = 1;

	fit_seed(&random, seed);
	for (int i = 0; i < 5000; i++) {
		wf_ns_t end;

		work += wf_trace_bytes(t, 1 + fit_under(&random, 3000)) - (wf_work_t)(i % 7);
		if (i % 1000 == 999) { /* back, and with a search that begins anywhere */
			work = work / 3 + 1;
			at[0] = (uint32_t)fit_under(&random, UINT32_MAX);
		}
		end = wf_trace_reach(t, work, &at[1]);
		assert_true(wf_trace_work(t, end, &at[0]) >= work);
		assert_true(end == 0 || wf_trace_work(t, end - 1, &at[0]) < work);
	}
}

static void
the_inverse_is_exact_to_the_nanosecond(void **state)
{
	static const char rows[] =
		"0s 3Mbit\n1ms 0\n3ms 0\n7ms 100Gbit\n8ms 400Gbit\n8001us 1kbit\n30ms 9999999bit\n"
		"31ms 0\n32ms 5Mbit";
	const struct wf_trace *t[] = { trace(rows, &HOLD), trace(rows, &LINEAR), trace(rows, &ONCE),
		trace(rows, &LINEAR_ONCE), trace("0\n0\n3\n7\n7\n7\n9", &HOLD),
		trace("0s 1kbit\n1h 400Gbit\n2h 1kbit", &LINEAR) };

	for (size_t i = 0; i < WF_ARRAY_SIZE(t); i++) {
		check_inverse(t[i], i);
		forget(t[i]);
	}
}

/* ---- A server that follows a trace ---- */

#define N 20000

struct load {
	wf_ns_t at[N];
	uint32_t len[N];
	wf_ns_t end[N]; /* by brute force */
};

/* Packets in bunches, so that the queue is now full and now empty. */
static struct load *
load_of(uint64_t seed, uint64_t mean_gap)
{
	struct load *l = calloc(1, sizeof(*l));
	struct fit_random random;
	wf_ns_t now = 0;

	fit_seed(&random, seed);
	for (uint32_t i = 0; i < N; i++) {
		now += i % 50 == 0 ? fit_under(&random, 70 * mean_gap)
				   : fit_under(&random, mean_gap);
		l->at[i] = now;
		l->len[i] = 64 + (uint32_t)fit_under(&random, 8937);
	}
	return l;
}

static void
compare(const struct wf_trace *t, const struct load *l, wf_ns_t within)
{
	struct wf_queue_cfg cfg = qrig_cfg(WF_QUEUE_FIFO);
	struct qrig *r;

	cfg.serve.trace = t;
	cfg.serve.limit_packets = N + 1;
	r = qrig_new(&cfg, N);
	for (uint32_t i = 0; i < N; i++)
		qrig_in(r, l->at[i], l->len[i], 0, 0);
	qrig_until(r, UINT64_MAX - 1);
	for (uint32_t i = 0; i < N; i++) {
		wf_ns_t got = r->fate[i].when_ns, want = l->end[i];

		assert_int_equal(r->fate[i].what, QRIG_SENT);
		if (got > want ? got - want > within : want - got > within)
			fail_msg("packet %u at %llu: %llu, not %llu", i,
				(unsigned long long)l->at[i], (unsigned long long)got,
				(unsigned long long)want);
	}
	qrig_free(r);
}

/* mahimahi's definition, opportunity by opportunity: each carries up to 1500 bytes of what waits by
 * then; a packet leaves with its last byte; what is not used is lost. */
static void
by_opportunities(const uint32_t *ms, uint32_t n, struct load *l)
{
	uint32_t next = 0, left = l->len[0];

	for (uint64_t k = 0; next < N; k++) {
		wf_ns_t t = (k / n * ms[n - 1] + ms[k % n]) * MS;

		for (uint32_t room = 1500; room > 0 && next < N && l->at[next] < t;) {
			uint32_t take = left < room ? left : room;

			room -= take;
			left -= take;
			if (left == 0) {
				l->end[next++] = t;
				left = next < N ? l->len[next] : 0;
			}
		}
	}
}

static void
opportunities_are_as_mahimahi_defines_them(void **state)
{
	for (uint64_t seed = 0; seed < 6; seed++) {
		struct load *l = load_of(seed, 4 * MS);
		char text[4000] = "";
		struct fit_random random;
		const struct wf_trace *t;
		uint32_t ms[200], n = 0, now = 0;

		fit_seed(&random, seed + 100);
		for (; n < 200; n++) {
			now += fit_under(&random, 3) ? 0 : (uint32_t)fit_under(&random, 6);
			ms[n] = now;
			sprintf(text + strlen(text), "%u\n", now);
		}
		t = trace(text, &HOLD);
		by_opportunities(ms, n, l);
		compare(t, l, 0);
		forget(t);
		free(l);
	}
}

/* Segment by segment, in floating point: which packet's bits has the link carried by when? */
static void
by_segments(const struct wf_trace *t, struct load *l)
{
	long double now = 0;

	for (uint32_t i = 0; i < N; i++) {
		long double bits = 8 * (long double)l->len[i];

		if (now < (long double)l->at[i])
			now = (long double)l->at[i];
		for (;;) {
			wf_ns_t cycle = (wf_ns_t)(now / (long double)t->period_ns) * t->period_ns;
			long double x = now - (long double)cycle, d, r0, r1, r, has, slope;
			uint32_t k = 0;

			while (k + 2 < t->n && (long double)t->point[k + 1].ns <= x)
				k++;
			d = (long double)(t->point[k + 1].ns - t->point[k].ns);
			r0 = (long double)t->point[k].rate_bps / 1e9L;
			r1 = t->kind == WF_TRACE_LINEAR
				     ? (long double)t->point[k + 1].rate_bps / 1e9L
				     : r0;
			slope = (r1 - r0) / d;
			x -= (long double)t->point[k].ns;
			r = r0 + slope * x;
			has = (r + r1) / 2 * (d - x);
			if (has >= bits) {
				now += 2 * bits / (r + sqrtl(r * r + 2 * slope * bits));
				break;
			}
			bits -= has;
			now = (long double)(cycle + t->point[k + 1].ns);
		}
		l->end[i] = (wf_ns_t)ceill(now);
	}
}

static void
rows_are_served_segment_by_segment(void **state)
{
	for (uint64_t seed = 0; seed < 6; seed++) {
		struct load *l = load_of(seed, MS);
		char text[4000] = "0s 10Mbit\n";
		struct fit_random random;
		const struct wf_trace *t;
		uint64_t us = 0;

		fit_seed(&random, seed + 200);
		for (int n = 0; n < 80; n++) {
			us += 1 + fit_under(&random, 20000);
			sprintf(text + strlen(text), "%lluus %llukbit\n", (unsigned long long)us,
				(unsigned long long)(fit_under(&random, 3)
							     ? 1000 + fit_under(&random, 90000)
							     : 0));
		}
		t = trace(text, seed % 2 ? &LINEAR : &HOLD);
		by_segments(t, l);
		compare(t, l, 2); /* the reference rounds */
		forget(t);
		free(l);
	}
}

/* 10^5 packets that always wait: what was carried is what was offered. */
static void
the_long_run_rate_is_exact(void **state)
{
	static const char *const texts[] = { "0s 1kbit\n1s 3kbit\n2s 2kbit\n4s 0", "0\n1\n1\n4",
		"0s 400Gbit\n300ns 100Gbit\n1us 1Gbit", "0s 7Mbit\n1ms 33333333bit\n7ms 1kbit" };

	for (size_t k = 0; k < 2 * WF_ARRAY_SIZE(texts); k++) {
		const struct wf_trace *t =
			trace(texts[k / 2], k % 2 && k / 2 != 1 ? &LINEAR : &HOLD);
		struct wf_queue_cfg cfg = qrig_cfg(WF_QUEUE_FIFO);
		struct fit_random random;
		double bytes = 0, want;
		struct qrig *r;

		cfg.serve.trace = t;
		cfg.serve.limit_packets = 100000;
		r = qrig_new(&cfg, 100000);
		fit_seed(&random, k);
		for (uint32_t i = 0; i < 100000; i++) {
			uint32_t len = 64 + (uint32_t)fit_under(&random, 8937);

			qrig_in(r, 0, len, 0, 0);
			bytes += len;
		}
		qrig_until(r, UINT64_MAX - 1);
		want = bytes * (double)t->period_ns /
		       ((double)t->total / (double)wf_trace_bytes(t, 1));
		assert_true(fabs((double)r->fate[99999].when_ns - want) <
			    1e-4 * want + (double)t->period_ns);
		assert_true((double)t->period_ns < 1e-4 * want);
		qrig_free(r);
		forget(t);
	}
}

/* ---- Changes ---- */

static void
another_trace_counts_from_the_next_packet(void **state)
{
	struct wf_queue_cfg cfg = qrig_cfg(WF_QUEUE_FIFO); /* a byte takes 1 us */
	const struct wf_trace *slow = trace("0s 8Mbit\n1s 8Mbit", &HOLD);
	const struct wf_trace *fast = trace("0s 80Mbit\n1s 80Mbit", &HOLD);
	const struct wf_trace *same = trace("0s 80Mbit\n1s 80Mbit", &HOLD);
	struct qrig *r = qrig_new(&cfg, 100);

	for (uint32_t i = 0; i < 8; i++)
		qrig_in(r, 0, 1000, 0, 0);
	qrig_until(r, MS + MS / 2); /* in the middle of packet 1 */
	cfg.serve.trace = slow;
	qrig_change(r, &cfg, MS + MS / 2);
	qrig_until(r, 2 * MS + MS / 2);
	cfg.serve.trace = fast;
	qrig_change(r, &cfg, 2 * MS + MS / 2);
	qrig_until(r, 3 * MS + MS / 20);
	cfg.serve.trace = same; /* as any live change does */
	qrig_change(r, &cfg, 3 * MS + MS / 20);
	forget(fast);
	qrig_until(r, 3 * MS + MS / 10 + MS / 20);
	wf_queue_reserve(&r->q, NULL, 3 * MS + MS / 10 + MS / 20); /* its plan is no more */
	forget(same);
	qrig_until(r, UINT64_MAX - 1);
	assert_int_equal(r->fate[1].when_ns, 2 * MS);
	assert_int_equal(r->fate[2].when_ns, 3 * MS);
	assert_int_equal(r->fate[3].when_ns, 3 * MS + MS / 10);
	assert_int_equal(r->fate[4].when_ns, 3 * MS + 2 * MS / 10);
	assert_int_equal(r->fate[5].when_ns, 4 * MS + 2 * MS / 10); /* at the rate of `wire` */
	forget(slow);
	qrig_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_line_is_an_opportunity_each_ms),
		cmocka_unit_test(opportunities_of_an_instant_add_up),
		cmocka_unit_test(rows_hold_or_go_straight),
		cmocka_unit_test(rows_may_begin_later),
		cmocka_unit_test(what_is_no_trace_is_refused),
		cmocka_unit_test(units_of_other_programs_are_told_with_ours),
		cmocka_unit_test(the_inverse_is_exact_to_the_nanosecond),
		cmocka_unit_test(opportunities_are_as_mahimahi_defines_them),
		cmocka_unit_test(rows_are_served_segment_by_segment),
		cmocka_unit_test(the_long_run_rate_is_exact),
		cmocka_unit_test(another_trace_counts_from_the_next_packet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
