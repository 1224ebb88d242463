/* SPDX-License-Identifier: BSD-3-Clause
 * Numbers with units: exact, strict, and the same after a round trip.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "wf_units.h"

typedef int reader(const char *text, uint64_t *out);
typedef const char *writer(uint64_t value, char out[WF_UNITS_TEXT]);

#define UNTOUCHED 0xdeadbeefull

struct reading {
	const char *text;
	uint64_t value;
};

static void
reads(reader *read, const struct reading *r, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t value = UNTOUCHED;

		if (read(r[i].text, &value) != 0 || value != r[i].value)
			fail_msg("\"%s\" is read as %llu", r[i].text, (unsigned long long)value);
	}
}

static void
refuses(reader *read, int why, const char *const *texts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t value = UNTOUCHED;
		int rc = read(texts[i], &value);

		if (rc != why || value != UNTOUCHED)
			fail_msg("\"%s\" gives %d and %llu", texts[i], rc,
				(unsigned long long)value);
	}
}

static void
durations_are_exact(void **state)
{
	static const struct reading r[] = { { "20ms", 20000000 }, { "0.1ms", 100000 },
		{ "0.000001ms", 1 }, { "1.234567ms", 1234567 }, { "3ns", 3 }, { "2.5us", 2500 },
		{ "1.5s", 1500000000 }, { "2m", 120000000000 }, { "1h", 3600000000000 },
		{ ".5s", 500000000 }, { "5.s", 5000000000 }, { " 20 ms ", 20000000 }, { "0", 0 },
		{ "0.0", 0 }, { "0ns", 0 },
		/* What a double would have lost. */
		{ "9007199254740993ns", 9007199254740993 },
		{ "18446744073.709551615s", UINT64_MAX },
		{ "18446744073709551615ns", UINT64_MAX } };

	reads(wf_units_duration, r, WF_ARRAY_SIZE(r));
}

static void
finer_than_a_base_unit_goes_to_the_nearest(void **state)
{
	static const struct reading r[] = { { "0.4ns", 0 }, { "0.5ns", 1 }, { "1.4999ns", 1 },
		{ "0.0000000006s", 1 } };

	reads(wf_units_duration, r, WF_ARRAY_SIZE(r));
}

static void
durations_need_a_known_unit(void **state)
{
	static const char *const t[] = { "", " ", "20", "ms", "20 sec", "20MS", "20mS", "20 ms ms",
		"20msx", "-5ms", "+5ms", "1e3ms", "1..5ms", "1.2.3ms", ".", ".ms", "0x10ms", "1,5s",
		"20m s", "nan", "infs", "20\nms", "20ms\n", "20Mbit", "5kB" };

	refuses(wf_units_duration, -EINVAL, t, WF_ARRAY_SIZE(t));
}

static void
what_does_not_fit_is_out_of_range(void **state)
{
	static const char *const t[] = { "18446744073709551616ns", "18446744073.709551616s",
		"99999999999999999999h", "9999999999999999999999999999999999999999s" };

	refuses(wf_units_duration, -ERANGE, t, WF_ARRAY_SIZE(t));
}

static void
rates_are_decimal(void **state)
{
	static const struct reading r[] = { { "1bit", 1 }, { "100Mbit", 100000000 },
		{ "1.5Gbit", 1500000000 }, { "56kbit", 56000 }, { "100mbit", 100000000 },
		{ "100Mbit/s", 100000000 }, { "10 gbit/s", 10000000000 }, { "1Bps", 8 },
		{ "1kBps", 8000 }, { "12.5MBps", 100000000 }, { "1GBps", 8000000000 },
		{ "0.125Bps", 1 }, { "0", 0 } };

	reads(wf_units_rate, r, WF_ARRAY_SIZE(r));
}

static void
ambiguous_rates_are_refused(void **state)
{
	static const char *const t[] = { "100", "100kbps", "100Mbps", "100mbps", "100M", "100MB",
		"100mBps", "100MBIT", "10Bps/s", "10MBps/s", "10bit/", "10bit/s/s", "10bit /s" };

	refuses(wf_units_rate, -EINVAL, t, WF_ARRAY_SIZE(t));
}

static void
sizes_are_decimal_or_binary(void **state)
{
	static const struct reading r[] = { { "64B", 64 }, { "64kB", 64000 }, { "64KB", 64000 },
		{ "1.5MB", 1500000 }, { "2GB", 2000000000 }, { "64KiB", 65536 },
		{ "0.5MiB", 524288 }, { "2GiB", 2147483648 }, { "0", 0 },
		{ "18446744073709551615B", UINT64_MAX } };
	static const char *const bad[] = { "64", "64b", "64kb", "64mb", "64k", "64kib", "64Kbit" };

	reads(wf_units_size, r, WF_ARRAY_SIZE(r));
	refuses(wf_units_size, -EINVAL, bad, WF_ARRAY_SIZE(bad));
}

static void
counts_are_whole(void **state)
{
	static const struct reading r[] = { { "0", 0 }, { "1000", 1000 }, { "1000pkt", 1000 },
		{ "7 pkt", 7 }, { " 5 ", 5 }, { "18446744073709551615", UINT64_MAX } };
	static const char *const bad[] = { "", "1.5", "1.0", "-1", "1e3", "0x10", "5 packets",
		"5pk", "5ms" };
	static const char *const big[] = { "18446744073709551616" };

	reads(wf_units_count, r, WF_ARRAY_SIZE(r));
	refuses(wf_units_count, -EINVAL, bad, WF_ARRAY_SIZE(bad));
	refuses(wf_units_count, -ERANGE, big, WF_ARRAY_SIZE(big));
}

static void
probabilities_are_percent_or_fractions(void **state)
{
	static const struct {
		const char *text;
		double p;
	} r[] = { { "1%", 0.01 }, { "0.01", 0.01 }, { "100%", 1 }, { "1", 1 }, { "0", 0 },
		{ "0%", 0 }, { "50 %", 0.5 }, { "1e-3", 0.001 }, { ".5", 0.5 }, { "1e-7%", 1e-9 } };

	for (size_t i = 0; i < WF_ARRAY_SIZE(r); i++) {
		double p = -1;

		assert_int_equal(wf_units_prob(r[i].text, &p), 0);
		if (p != r[i].p)
			fail_msg("\"%s\" is read as %.17g", r[i].text, p);
	}
}

static void
what_is_no_probability_is_refused(void **state)
{
	static const char *const bad[] = { "", "%", "-1%", "-0.5", "nan", "inf", "0x1", "1%%",
		"1 % 2", "one", "1e", "1e%", "50 percent", "+1%" };
	static const char *const out[] = { "101%", "1.01", "5", "1e999" };
	double p = 42;

	for (size_t i = 0; i < WF_ARRAY_SIZE(bad); i++)
		if (wf_units_prob(bad[i], &p) != -EINVAL)
			fail_msg("\"%s\" is taken", bad[i]);
	for (size_t i = 0; i < WF_ARRAY_SIZE(out); i++)
		if (wf_units_prob(out[i], &p) != -ERANGE)
			fail_msg("\"%s\" is taken", out[i]);
	assert_true(p == 42);
}

static void
writers_choose_the_natural_unit(void **state)
{
	char out[WF_UNITS_TEXT];

	assert_string_equal(wf_units_format_duration(20000000, out), "20ms");
	assert_string_equal(wf_units_format_duration(0, out), "0ns");
	assert_string_equal(wf_units_format_duration(1500, out), "1.5us");
	assert_string_equal(wf_units_format_duration(999, out), "999ns");
	assert_string_equal(wf_units_format_duration(1234567, out), "1234.567us");
	assert_string_equal(wf_units_format_duration(90 * WF_NS_PER_S, out), "90s");
	assert_string_equal(wf_units_format_rate(1500000000, out), "1.5Gbit");
	assert_string_equal(wf_units_format_rate(100000000, out), "100Mbit");
	assert_string_equal(wf_units_format_rate(1001, out), "1.001kbit");
	assert_string_equal(wf_units_format_size(64000, out), "64kB");
	assert_string_equal(wf_units_format_size(65536, out), "65.536kB");
	assert_string_equal(wf_units_format_prob(0.01, out), "1%");
	assert_string_equal(wf_units_format_prob(0.001, out), "0.1%");
	assert_string_equal(wf_units_format_prob(1, out), "100%");
	assert_string_equal(wf_units_format_prob(0, out), "0%");
}

/* SplitMix64, so that a failure is the same on every run. */
static uint64_t
next(uint64_t *s)
{
	uint64_t z = *s += 0x9e3779b97f4a7c15ull;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

static void
round_trips(writer *write, reader *read)
{
	static const uint64_t edges[] = { 0, 1, 999, 1000, 1001, 999999, 1000000, 1000000000,
		UINT64_MAX / 2, UINT64_MAX - 1, UINT64_MAX };
	char out[WF_UNITS_TEXT];
	uint64_t seed = 1, back;

	for (size_t i = 0; i < 200000; i++) {
		/* Every magnitude equally often, every third one round. */
		uint64_t bits = next(&seed), v = next(&seed) >> (bits & 63);

		if (i < WF_ARRAY_SIZE(edges))
			v = edges[i];
		else if (i % 3 == 0)
			v -= v % 1000;
		if (read(write(v, out), &back) != 0 || back != v)
			fail_msg("%llu is written as \"%s\"", (unsigned long long)v, out);
	}
}

static void
durations_round_trip(void **state)
{
	round_trips(wf_units_format_duration, wf_units_duration);
}

static void
rates_round_trip(void **state)
{
	round_trips(wf_units_format_rate, wf_units_rate);
}

static void
sizes_round_trip(void **state)
{
	round_trips(wf_units_format_size, wf_units_size);
}

static void
probabilities_round_trip(void **state)
{
	char out[WF_UNITS_TEXT];
	uint64_t seed = 2;

	for (int i = 0; i < 100000; i++) {
		uint64_t bits = next(&seed);
		double p = (double)(bits >> 11) * 0x1p-53 / (double)(1ull << (bits & 63)), back;

		if (wf_units_prob(wf_units_format_prob(p, out), &back) != 0 || back != p)
			fail_msg("%.17g is written as \"%s\"", p, out);
	}
}

static void
hint_is(enum wf_units_kind kind, const char *text, const char *want)
{
	char hint[WF_UNITS_HINT] = "";

	if (wf_units_hint(kind, text, hint) != (*want != 0) || strcmp(hint, want) != 0)
		fail_msg("%s: %s, not %s", text, hint, want);
}

/* As other programs spell units. */
static void
what_other_programs_write_is_told_with_ours(void **state)
{
	hint_is(WF_UNITS_RATE, "1Gbps", "Did you mean \"1Gbit\" or \"1GBps\"?");
	hint_is(WF_UNITS_RATE, "1.5 mbps", "Did you mean \"1.5Mbit\" or \"1.5MBps\"?");
	hint_is(WF_UNITS_RATE, "100M", "Did you mean \"100Mbit\" or \"100MBps\"?");
	hint_is(WF_UNITS_RATE, "100MB/s", "Did you mean \"100Mbit\" or \"100MBps\"?");
	hint_is(WF_UNITS_RATE, "64kbits/s", "Did you mean \"64kbit\"?");
	hint_is(WF_UNITS_RATE, "64KByte/s", "Did you mean \"64kBps\"?");
	hint_is(WF_UNITS_RATE, "9600 bps", "Did you mean \"9600bit\" or \"9600Bps\"?");
	hint_is(WF_UNITS_RATE, "1parsec", "");
	hint_is(WF_UNITS_RATE, "fast", "");
	hint_is(WF_UNITS_RATE, "10", "");
	hint_is(WF_UNITS_SIZE, "64k", "Did you mean \"64kB\" or \"64KiB\"?");
	hint_is(WF_UNITS_SIZE, "64Mb", "Did you mean \"64MB\" or \"64MiB\"?");
	hint_is(WF_UNITS_SIZE, "64kib", "Did you mean \"64KiB\"?");
	hint_is(WF_UNITS_SIZE, "64 bytes", "Did you mean \"64B\"?");
	hint_is(WF_UNITS_DURATION, "20 msec ", "Did you mean \"20ms\"?");
	hint_is(WF_UNITS_DURATION, "20MS", "Did you mean \"20ms\"?");
	hint_is(WF_UNITS_DURATION, "5min", "Did you mean \"5m\"?");
	hint_is(WF_UNITS_DURATION, "20\302\265s", "Did you mean \"20us\"?");
	hint_is(WF_UNITS_LIMIT, "100packets", "Did you mean \"100pkt\"?");
	hint_is(WF_UNITS_LIMIT, "100m", "Did you mean \"100MB\" or \"100MiB\"?");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(durations_are_exact),
		cmocka_unit_test(finer_than_a_base_unit_goes_to_the_nearest),
		cmocka_unit_test(durations_need_a_known_unit),
		cmocka_unit_test(what_does_not_fit_is_out_of_range),
		cmocka_unit_test(rates_are_decimal),
		cmocka_unit_test(ambiguous_rates_are_refused),
		cmocka_unit_test(sizes_are_decimal_or_binary),
		cmocka_unit_test(counts_are_whole),
		cmocka_unit_test(probabilities_are_percent_or_fractions),
		cmocka_unit_test(what_is_no_probability_is_refused),
		cmocka_unit_test(writers_choose_the_natural_unit),
		cmocka_unit_test(durations_round_trip),
		cmocka_unit_test(rates_round_trip),
		cmocka_unit_test(sizes_round_trip),
		cmocka_unit_test(probabilities_round_trip),
		cmocka_unit_test(what_other_programs_write_is_told_with_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
