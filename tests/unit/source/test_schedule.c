/* SPDX-License-Identifier: BSD-3-Clause
 * The schedule against long division with as many digits as it takes, and words for paces.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wf_replay_pace.h"
#include "wf_schedule.h"

static uint64_t seed = 88172645463325252ull;

static uint64_t
draw(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

/* floor(units * mul / div) + anchor, bit by bit; WF_SCHEDULE_NEVER where it has more than 64. */
static wf_ns_t
reference(wf_ns_t anchor_ns, wf_u128 units, uint64_t mul, uint64_t div)
{
	uint32_t digit[6] = { 0 }; /* of 32 bits, the lowest first */
	uint64_t carry = 0, part[2] = { (uint32_t)mul, mul >> 32 };
	wf_u128 rest = 0, q = 0;

	for (int m = 0; m < 2; m++) {
		carry = 0;
		for (int i = 0; i < 4; i++) {
			uint64_t v = (uint32_t)(units >> (32 * i)) * part[m] + digit[i + m] + carry;

			digit[i + m] = (uint32_t)v;
			carry = v >> 32;
		}
		digit[4 + m] += (uint32_t)carry;
	}
	for (int bit = 191; bit >= 0; bit--) {
		rest = rest << 1 | (digit[bit / 32] >> (bit % 32) & 1);
		if ((q >> 126) != 0)
			return WF_SCHEDULE_NEVER;
		q = q << 1 | (rest >= div);
		rest -= rest >= div ? div : 0;
	}
	q += anchor_ns;
	return q < WF_SCHEDULE_NEVER ? (wf_ns_t)q : WF_SCHEDULE_NEVER;
}

/* A number of any size. */
static uint64_t
any(void)
{
	return (draw() >> (draw() % 64)) | 1;
}

static void
test_any_numbers(void **state)
{
	for (int i = 0; i < 300000; i++) {
		wf_u128 units = ((wf_u128)draw() << 64 | draw()) >> (draw() % 128);
		wf_u128 anchor = ((wf_u128)draw() << 64 | draw()) >> (draw() % 128);
		struct wf_schedule s = { .anchor_ns = any(), .mul = any(), .div = any() };

		assert_int_equal(
			wf_schedule_ns(&s, units), reference(s.anchor_ns, units, s.mul, s.div));
		s.anchor_units = anchor;
		assert_int_equal(wf_schedule_ns(&s, units),
			reference(s.anchor_ns, units > anchor ? units - anchor : 0, s.mul, s.div));
	}
}

/* 10^12 packets at each pace: exact at the end, and on the way there. */
static void
test_long_runs(void **state)
{
	static const char *const paces[] = { "x1", "x0.01", "x1000", "x3", "x0.123457", "7pps",
		"14880953pps", "999999937pps", "123456789bit", "9.999Gbit/l1", "1us", "333ns" };
	const uint64_t end = 1000000000000ull;

	for (size_t p = 0; p < WF_ARRAY_SIZE(paces); p++) {
		struct wf_replay_pace pace;
		struct wf_schedule s;
		wf_ns_t last_ns = 0;

		assert_int_equal(wf_replay_pace_parse(paces[p], &pace, NULL, NULL), 0);
		s = (struct wf_schedule){ .anchor_ns = 5, .mul = pace.mul, .div = pace.div };
		for (uint64_t k = 0; k <= end; k += end / 50000 - k % 7) {
			/* A capture of 1 s for each packet, frames of 1514 bytes. */
			wf_u128 units = pace.kind == WF_REPLAY_PACE_OWN ? (wf_u128)k * 1000000007
					: pace.kind == WF_REPLAY_PACE_PACKETS
						? k
						: (wf_u128)k * wf_replay_pace_bits(&pace, 1514);
			wf_ns_t at_ns = wf_schedule_ns(&s, units);

			assert_int_equal(at_ns, reference(5, units, pace.mul, pace.div));
			assert_true(at_ns >= last_ns);
			last_ns = at_ns;
			if (at_ns != WF_SCHEDULE_NEVER)
				assert_true(wf_schedule_units(&s, at_ns) <= units);
		}
	}
	/* A thousand times as fast, 10^12 seconds are 10^18 ns to the nanosecond. */
	assert_int_equal(wf_schedule_ns(&(struct wf_schedule){ .mul = 1, .div = 1000 },
				 (wf_u128)end * WF_NS_PER_S + 999),
		1000000000000000000ull);
}

static void
test_words(void **state)
{
	static const struct {
		const char *text, *again;
		enum wf_replay_pace_kind kind;
		uint64_t mul, div;
	} good[] = {
		{ "x1", "x1", WF_REPLAY_PACE_OWN, 1, 1 },
		{ "x0.01", "x0.01", WF_REPLAY_PACE_OWN, 100, 1 },
		{ "x1000", "x1000", WF_REPLAY_PACE_OWN, 1, 1000 },
		{ "x2.500", "x2.5", WF_REPLAY_PACE_OWN, 2, 5 },
		{ "1000pps", "1000pps", WF_REPLAY_PACE_PACKETS, 1000000, 1 },
		{ "3pps", "3pps", WF_REPLAY_PACE_PACKETS, 1000000000, 3 },
		{ "100Mbit", "100Mbit", WF_REPLAY_PACE_BITS, 10, 1 },
		{ "100Mbit/l2", "100Mbit", WF_REPLAY_PACE_BITS, 10, 1 },
		{ "1Gbit/l1", "1Gbit/l1", WF_REPLAY_PACE_L1_BITS, 1, 1 },
		{ "3ms", "3ms", WF_REPLAY_PACE_PACKETS, 3000000, 1 },
		{ "top", "top", WF_REPLAY_PACE_TOP, 1, 1 },
		{ "step", "step", WF_REPLAY_PACE_STEP, 1, 1 },
	};
	static const char *const bad[] = { "", "x", "x0", "x0.001", "x1001", "x1.0000001", "x-1",
		"x1x", "1", "0pps", "pps", "9999999999pps", "0Mbit", "fast", "0ms", "1pps/l1" };
	struct wf_replay_pace pace;
	char text[WF_REPLAY_PACE_TEXT];

	for (size_t i = 0; i < WF_ARRAY_SIZE(good); i++) {
		assert_int_equal(wf_replay_pace_parse(good[i].text, &pace, NULL, NULL), 0);
		assert_int_equal(pace.kind, good[i].kind);
		assert_int_equal(pace.mul, good[i].mul);
		assert_int_equal(pace.div, good[i].div);
		assert_string_equal(wf_replay_pace_text(&pace, text), good[i].again);
	}
	for (size_t i = 0; i < WF_ARRAY_SIZE(bad); i++) {
		struct wf_err *err = wf_err_new();

		assert_true(wf_replay_pace_parse(bad[i], &pace, NULL, err) < 0);
		assert_int_equal(wf_err_count(err), 1);
		wf_err_free(err);
	}
	/* 64 bytes with FCS are 84 on the wire. */
	pace.kind = WF_REPLAY_PACE_L1_BITS;
	assert_int_equal(wf_replay_pace_bits(&pace, 60), 8 * 84);
	assert_int_equal(wf_replay_pace_bits(&pace, 42), 8 * 84);
	pace.kind = WF_REPLAY_PACE_BITS;
	assert_int_equal(wf_replay_pace_bits(&pace, 42), 8 * 42);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_numbers),
		cmocka_unit_test(test_long_runs),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
