/* SPDX-License-Identifier: BSD-3-Clause
 * Schedules that are not even, to the nanosecond, and the probes of generated frames.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "wf_generator_args.h"
#include "wf_source_generator.h"

#define START 1000000007ull

static struct wf_generator_spec
spec_of(const char *device)
{
	struct wf_where where = { .path = "ports.a" };
	struct wf_err *err = wf_err_new();
	struct wf_generator_spec spec;

	if (wf_generator_parse(device, 0, &spec, &where, err) < 0) {
		wf_err_print(err, stderr);
		fail();
	}
	wf_err_free(err);
	return spec;
}

static struct wf_source *
source_of(const char *device)
{
	struct wf_generator_spec spec = spec_of(device);
	struct wf_source *s = wf_source_generator(&spec, START);

	assert_non_null(s);
	return s;
}

static wf_ns_t
take(struct wf_source *s)
{
	struct wf_source_packet p;

	assert_int_equal(wf_source_take(s, WF_SOURCE_END - 1, &p, 1), 1);
	return p.time_ns - START;
}

/* Layers 1 and 2 count what stands between frames: 64 bytes and FCS at 1 Gbit/s is 84 bytes a
 * packet. */
static void
test_layers(void **state)
{
	static const struct {
		const char *device;
		uint64_t bits;
	} cases[] = { { "generator,size=60,rate=1Gbit", 480 },
		{ "generator,size=60,rate=1Gbit,layer=2", 512 },
		{ "generator,size=60,rate=1Gbit,layer=1", 672 } };

	for (size_t i = 0; i < WF_ARRAY_SIZE(cases); i++) {
		struct wf_source *s = source_of(cases[i].device);

		for (uint64_t k = 0; k < 1000; k++)
			assert_int_equal(take(s), k * cases[i].bits);
		wf_source_free(s);
	}
}

/* Bursts: a packet a ms for 10 ms, then 90 ms of nothing. */
static void
test_on_off(void **state)
{
	struct wf_source *s = source_of("generator,pps=1000,on=10ms,off=90ms");

	for (uint64_t k = 0; k < 1000; k++)
		assert_int_equal(take(s), (k / 10 * 100 + k % 10) * WF_NS_PER_MS);
	wf_source_free(s);
}

/* Packet k enters in the first ns by which the integral of the rate is k. */
static void
check_ramp(const char *device, double from, double to, double seconds)
{
	struct wf_source *s = source_of(device);
	wf_ns_t last = 0;

	for (uint64_t k = 0; k < 100000; k++) {
		wf_ns_t t = take(s);
		/* What is due at its own time is rounded down, and so is the time here. */
		for (int at = -1; at <= 0; at++) {
			long double x = ((long double)t + at) / 1e9L, T = seconds;
			long double sent = x <= T ? from * x + (to - from) * x * x / (2 * T)
						  : T * (from + to) / 2 + to * (x - T);
			long double slack = 2e-9L * (from > to ? from : to);

			if (at < 0 && t > 0)
				assert_true(sent < k + slack);
			if (at == 0)
				assert_true(sent > k - slack);
		}
		assert_true(t >= last);
		last = t;
	}
	wf_source_free(s);
}

static void
test_ramps(void **state)
{
	check_ramp("generator,pps=1000,ramp_pps=100000,ramp_time=1s", 1000, 100000, 1);
	check_ramp("generator,pps=90000,ramp_pps=7,ramp_time=2s", 90000, 7, 2);
	check_ramp("generator,pps=999983,ramp_pps=14880952,ramp_time=10ms", 999983, 14880952, 0.01);
	check_ramp("generator,size=60,rate=480kbit,ramp_rate=48Mbit,ramp_time=1s", 1000, 100000, 1);
}

/* The extremes do not overflow. */
static void
test_ramp_extremes(void **state)
{
	struct wf_pace p;

	wf_pace_init(&p, false, 0, 0, 1, 1000000000000ull, 3600 * WF_NS_PER_S);
	assert_int_equal(wf_pace_bend(&p, 0), 0);
	assert_true(wf_pace_bend(&p, 1000000) <= wf_pace_bend(&p, 1000001));
	assert_true(wf_pace_bend(&p, WF_NS_PER_S) < 3600 * WF_NS_PER_S);
	wf_pace_init(&p, false, 0, 0, 1000000000000ull, 1, 3600 * WF_NS_PER_S);
	assert_int_equal(wf_pace_bend(&p, 0), 0);
	assert_true(wf_pace_bend(&p, 3600 * WF_NS_PER_S) > 3600 * WF_NS_PER_S);
}

/* Exponential gaps: mean and deviation are the even gap, and the share of those beyond m means is
 * e^-m. */
static void
test_poisson(void **state)
{
	struct wf_source *s = source_of("generator,pps=1000000,arrival=poisson");
	struct wf_source *again = source_of("generator,pps=1000000,arrival=poisson");
	struct wf_source *other = source_of("generator,pps=1000000,arrival=poisson,seed=2");
	const uint32_t n = 1000000;
	double sum = 0, squares = 0;
	uint32_t beyond[6] = { 0 }, same = 0;
	wf_ns_t last = take(s);

	take(again);
	take(other);
	for (uint32_t i = 0; i < n; i++) {
		wf_ns_t t = take(s);
		double gap = (double)(t - last);

		assert_int_equal(take(again), t);
		same += take(other) == t;
		sum += gap;
		squares += gap * gap;
		for (uint32_t m = 0; m < 6; m++)
			beyond[m] += gap > m * 1000.0;
		last = t;
	}
	assert_true(fabs(sum / n - 1000) < 5);
	assert_true(fabs(sqrt(squares / n - sum / n * sum / n) - 1000) < 10);
	for (uint32_t m = 1; m < 6; m++) {
		double p = exp(-(double)m);

		assert_true(fabs(beyond[m] - n * p) < 5 * sqrt(n * p));
	}
	assert_true(same < 1000);
	wf_source_free(s);
	wf_source_free(again);
	wf_source_free(other);
}

/* Poisson in bursts: nothing is due while it rests. */
static void
test_poisson_in_bursts(void **state)
{
	struct wf_source *s = source_of("generator,pps=100000,arrival=poisson,on=1ms,off=3ms");

	for (uint32_t i = 0; i < 20000; i++)
		assert_true(take(s) % (4 * WF_NS_PER_MS) < WF_NS_PER_MS);
	wf_source_free(s);
}

/* Each flow's numbers, without a gap, with the times of the schedule. */
static void
test_probes(void **state)
{
	struct wf_source *s = source_of(
		"generator,flows=300,order=random,pps=1000003,probe=flow,stream=100,size=60+77");
	uint32_t next[300] = { 0 }, used = 0;
	struct wf_source_packet p[7];

	for (uint32_t i = 0; i < 3000; i += 7) {
		uint32_t n = wf_source_take(s, WF_SOURCE_END - 1, p, 7);

		for (uint32_t k = 0; k < n; k++) {
			struct wf_probe probe;

			assert_true(
				wf_probe_read(p[k].data + p[k].len_bytes - WF_PROBE_BYTES, &probe));
			assert_in_range(probe.stream, 100, 399);
			assert_int_equal(probe.sequence, next[probe.stream - 100]++);
			assert_int_equal(probe.sent_ns, p[k].time_ns);
			used += probe.sequence == 0;
		}
	}
	assert_true(used > 250);
	wf_source_free(s);
}

/* Parts of a generator, queues of a port: streams of their own. */
static void
test_streams_of_parts(void **state)
{
	static const char *const devices[] = { "generator,flows=10,probe=flow",
		"generator,flows=2,probe=flow", "generator,flows=9,probe=all" };

	for (size_t d = 0; d < WF_ARRAY_SIZE(devices); d++) {
		struct wf_generator_spec spec = spec_of(devices[d]);
		uint32_t streams = wf_generator_streams(&spec, 3), seen[16] = { 0 };
		uint64_t sent[16] = { 0 };

		for (uint32_t i = 0; i < 3; i++) {
			struct wf_generator *g = wf_generator_new(&spec, i, 3, START);

			for (uint32_t k = 0; k < 100 + i; k++) {
				struct wf_probe probe;
				uint8_t frame[128];

				wf_generator_write(g, frame);
				assert_true(wf_probe_read(frame + 48, &probe));
				assert_true(probe.stream < streams);
				assert_int_equal(probe.sequence, seen[probe.stream]++);
			}
			wf_generator_sent(g, sent);
			wf_generator_free(g);
		}
		for (uint32_t i = 0; i < streams; i++)
			assert_int_equal(sent[i], seen[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_layers),
		cmocka_unit_test(test_on_off),
		cmocka_unit_test(test_ramps),
		cmocka_unit_test(test_ramp_extremes),
		cmocka_unit_test(test_poisson),
		cmocka_unit_test(test_poisson_in_bursts),
		cmocka_unit_test(test_probes),
		cmocka_unit_test(test_streams_of_parts),
	};

	return cmocka_run_group_tests_name("pace", tests, NULL, NULL);
}
