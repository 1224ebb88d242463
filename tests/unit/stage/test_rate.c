/* SPDX-License-Identifier: BSD-3-Clause
 * The rate against the formula in exact integers, and what is charged for a frame.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fit.h"
#include "rig.h"

typedef __int128 exact_t; /* an instant or a length, in ns x bit/s */

#define BITS_NS(bytes) ((exact_t)(bytes)*8 * 1000000000)

static wf_ns_t
ceil_ns(exact_t x, uint64_t rate_bps)
{
	return (wf_ns_t)((x + rate_bps - 1) / rate_bps);
}

static struct rig *rate(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static struct rig *
rate(const char *fmt, ...)
{
	char keys[200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(keys, sizeof(keys), fmt, ap);
	va_end(ap);
	return rig_new(WF_BLOCK_RATE, keys);
}

/* ---- One packet ---- */

static void
a_packet_leaves_when_its_last_bit_has(void **state)
{
	struct rig *r = rate("rate=1Mbit");

	rig_one(r, 5000, 125);
	assert_int_equal(r->batch.due_ns[0], 5000 + 1000000);
	rig_free(r);
}

static void
packets_are_serialised_one_after_the_other(void **state)
{
	struct rig *r = rate("rate=1Mbit");

	for (int i = 0; i < 5; i++)
		rig_add(r, 100 + (wf_ns_t)i, 125);
	rig_run(r);
	for (int i = 0; i < 5; i++)
		assert_int_equal(r->batch.due_ns[i], 100 + (wf_ns_t)(i + 1) * 1000000);
	rig_free(r);
}

static void
an_idle_link_saves_nothing_up(void **state)
{
	struct rig *r = rate("rate=1Mbit");

	rig_one(r, 0, 125);
	rig_one(r, 3600 * WF_NS_PER_S, 125);
	assert_int_equal(r->batch.due_ns[0], 3600 * WF_NS_PER_S + 1000000);
	rig_one(r, 3600 * WF_NS_PER_S, 125);
	assert_int_equal(r->batch.due_ns[0], 3600 * WF_NS_PER_S + 2000000);
	rig_free(r);
}

static void
the_end_is_rounded_up_never_early(void **state)
{
	struct rig *r = rate("rate=3Gbit");

	/* 1 byte = 2.67 ns; the fraction is carried. */
	rig_one(r, 0, 1);
	assert_int_equal(r->batch.due_ns[0], 3);
	rig_one(r, 0, 1);
	assert_int_equal(r->batch.due_ns[0], 6);
	rig_one(r, 0, 1);
	assert_int_equal(r->batch.due_ns[0], 8);
	rig_free(r);
}

/* ---- The formula, over all rates and lengths ---- */

static const char *const rates[] = { "1kbit", "7kbit", "56kbit", "1Mbit", "3Mbit", "9999999bit",
	"50Mbit", "1Gbit", "2.5Gbit", "10Gbit", "33333333333bit", "100Gbit", "400Gbit" };

/* Frames of len_bytes, or 64..9000 at random with 0, arriving so that the queue is never empty. */
static void
long_run(const char *text, uint32_t len_bytes, uint32_t n)
{
	struct rig *r = rate("rate=%s", text);
	uint64_t bps = r->forecast.rate_bps;
	wf_ns_t due[2] = { 0, 0 };
	struct fit_random random;
	exact_t end = 0;

	fit_seed(&random, bps);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t len = len_bytes != 0 ? len_bytes : 64 + (uint32_t)fit_under(&random, 8937);

		rig_one(r, due[i & 1], len); /* as the one before the last leaves */
		assert_int_equal(r->batch.drop[0], WF_DROP_NONE);
		end += BITS_NS(len);
		due[i & 1] = r->batch.due_ns[0];
	}
	/* 1e-7 is promised in wf_stage_rate.c; 1e-4 in the design. */
	assert_true(fabs((double)due[(n - 1) & 1] / ((double)end / (double)bps) - 1) <
		    1e-7 + 1 / ((double)end / (double)bps));
	rig_free(r);
}

static void
the_long_run_rate_is_exact_for_small_frames(void **state)
{
	for (size_t i = 0; i < WF_ARRAY_SIZE(rates); i++)
		long_run(rates[i], 64, 200000);
}

static void
the_long_run_rate_is_exact_for_large_frames(void **state)
{
	for (size_t i = 0; i < WF_ARRAY_SIZE(rates); i++)
		long_run(rates[i], 9000, 50000);
}

static void
the_long_run_rate_is_exact_for_any_mix(void **state)
{
	for (size_t i = 0; i < WF_ARRAY_SIZE(rates); i++)
		long_run(rates[i], 0, 100000);
}

/* end_n = max(now, end_{n-1}) + wire / rate, at random loads; within 1 ns and 2^-32 ns a byte. */
static void
every_release_follows_the_formula(void **state)
{
	for (size_t i = 0; i < WF_ARRAY_SIZE(rates); i++) {
		struct rig *r = rate("rate=%s queue.limit=1h", rates[i]);
		uint64_t bps = r->forecast.rate_bps;
		exact_t end = 0;
		wf_ns_t now = 0;
		struct fit_random random;
		uint64_t busy_bytes = 0;

		fit_seed(&random, i);
		for (int n = 0; n < 20000; n++) {
			uint32_t len = 64 + (uint32_t)fit_under(&random, 1451);
			wf_ns_t exact;

			now += fit_under(&random, 3 * (uint64_t)BITS_NS(len) / bps + 2);
			if (end < (exact_t)now * bps) {
				end = (exact_t)now * bps;
				busy_bytes = 0;
			}
			rig_one(r, now, len);
			if (r->batch.drop[0] != WF_DROP_NONE)
				continue;
			end += BITS_NS(len);
			busy_bytes += len;
			exact = ceil_ns(end, bps);
			assert_true(r->batch.due_ns[0] <= exact);
			assert_true(exact - r->batch.due_ns[0] <= 1 + (busy_bytes >> 32));
		}
		rig_free(r);
	}
}

/* ---- What is charged ---- */

/* At 8 Gbit/s a byte takes a nanosecond. */
static uint32_t
charged(const char *keys, uint32_t len_bytes)
{
	struct rig *r = rate("rate=8Gbit %s", keys);
	uint32_t bytes;

	rig_one(r, 0, len_bytes);
	bytes = (uint32_t)r->batch.due_ns[0];
	rig_free(r);
	return bytes;
}

static void
without_overhead_the_frame_is_charged(void **state)
{
	assert_int_equal(charged("", 1500), 1500);
	assert_int_equal(charged("", 60), 60);
}

static void
ethernet_adds_24_bytes(void **state)
{
	assert_int_equal(charged("overhead=ethernet", 60), 84);
	assert_int_equal(charged("overhead=ethernet", 1514), 1538);
}

static void
overhead_may_be_negative(void **state)
{
	assert_int_equal(charged("overhead=-14", 1514), 1500);
	assert_int_equal(charged("overhead=-64", 60), 1); /* at least a byte */
}

static void
atm_cells_are_charged_whole(void **state)
{
	assert_int_equal(charged("cell=48 cell_overhead=5", 1), 53);
	assert_int_equal(charged("cell=48 cell_overhead=5", 48), 53);
	assert_int_equal(charged("cell=48 cell_overhead=5", 49), 106);
	/* PPPoA over AAL5, LLC: 1500 bytes + 10 + 8 in 32 cells. */
	assert_int_equal(charged("overhead=18 cell=48 cell_overhead=5", 1500), 32 * 53);
}

static void
cells_of_every_size_are_divided_exactly(void **state)
{
	static const uint32_t lens[] = { 1, 47, 48, 60, 61, 1499, 1514, 8999, 9000, 65535 };

	for (uint32_t cell = 1; cell <= 65535; cell += cell < 300 ? 1 : 977) {
		char keys[64];
		struct rig *r;

		snprintf(keys, sizeof(keys), "rate=8Gbit cell=%u cell_overhead=7 queue.limit=1h",
			cell);
		r = rig_new(WF_BLOCK_RATE, keys);
		for (size_t i = 0; i < WF_ARRAY_SIZE(lens); i++) {
			wf_ns_t now = (i + 1) * WF_NS_PER_S;

			rig_one(r, now, lens[i]);
			assert_int_equal(
				r->batch.due_ns[0] - now, (lens[i] + cell - 1) / cell * (cell + 7));
		}
		rig_free(r);
	}
}

static void
the_largest_cell_with_the_largest_overhead(void **state)
{
	assert_int_equal(charged("cell=65535 cell_overhead=1024", 100), 65535 + 1024);
}

/* ---- Burst ---- */

static void
a_burst_passes_at_once_after_idling(void **state)
{
	struct rig *r = rate("rate=8Mbit burst=15000B");

	for (int i = 0; i < 12; i++)
		rig_add(r, WF_NS_PER_S, 1500);
	rig_run(r);
	for (int i = 0; i < 10; i++)
		assert_int_equal(r->batch.due_ns[i], WF_NS_PER_S);
	assert_int_equal(r->batch.due_ns[10], WF_NS_PER_S + 1500000);
	assert_int_equal(r->batch.due_ns[11], WF_NS_PER_S + 3000000);
	rig_free(r);
}

/* Where a byte's time has no end: 3 Mbit/s. */
static void
a_burst_of_any_rate_holds_exactly_its_bytes(void **state)
{
	for (size_t i = 0; i < WF_ARRAY_SIZE(rates); i++) {
		struct rig *r = rate("rate=%s burst=4542B", rates[i]);
		wf_ns_t now = 100000 * WF_NS_PER_S;

		for (int k = 0; k < 4; k++)
			rig_add(r, now, 1514);
		rig_run(r);
		for (int k = 0; k < 3; k++)
			assert_int_equal(r->batch.due_ns[k], now);
		assert_true(r->batch.due_ns[3] > now);
		rig_free(r);
	}
}

/* A capture may begin at time 0. */
static void
the_bucket_is_full_at_the_start_of_time(void **state)
{
	struct rig *shape = rate("rate=8Mbit burst=3000B");
	struct rig *police = rate("rate=8Mbit mode=police burst=3000B");

	for (int i = 0; i < 3; i++) {
		rig_add(shape, 0, 1500);
		rig_add(police, 0, 1500);
	}
	rig_run(shape);
	rig_run(police);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(shape->batch.due_ns[i], i < 2 ? 0 : 1500000);
		assert_int_equal(police->batch.drop[i], i < 2 ? WF_DROP_NONE : WF_DROP_policed);
	}
	rig_free(shape);
	rig_free(police);
}

static void
a_burst_beyond_all_time_lets_everything_pass(void **state)
{
	struct rig *r = rate("rate=1kbit burst=18000000000GB");

	for (wf_ns_t now = 0; now < 100 * WF_NS_PER_S; now += WF_NS_PER_S) {
		rig_one(r, now, 9000);
		assert_int_equal(r->batch.due_ns[0], now);
	}
	rig_free(r);
}

static void
a_burst_may_be_a_time(void **state)
{
	struct rig *r = rate("rate=8Mbit burst=15ms");

	for (int i = 0; i < 11; i++)
		rig_add(r, WF_NS_PER_S, 1500);
	rig_run(r);
	assert_int_equal(r->batch.due_ns[9], WF_NS_PER_S);
	assert_true(r->batch.due_ns[10] > WF_NS_PER_S);
	rig_free(r);
}

/* Over every interval no more than burst + rate x time leaves: what is over drains by the rate and
 * never exceeds the burst. */
static void
no_interval_carries_more_than_burst_and_rate(void **state)
{
	static const char *const some[] = { "3Mbit", "1Gbit", "9999999bit", "33333333333bit" };

	for (size_t i = 0; i < WF_ARRAY_SIZE(some); i++) {
		struct rig *r = rate("rate=%s burst=9000B queue.limit=1h", some[i]);
		uint64_t bps = r->forecast.rate_bps;
		exact_t over = 0, most = 0;
		wf_ns_t now = WF_NS_PER_S, last = 0;
		struct fit_random random;

		fit_seed(&random, i);
		for (int n = 0; n < 50000; n++) {
			uint32_t len = 64 + (uint32_t)fit_under(&random, 1451);
			wf_ns_t due;

			now += fit_under(&random, 20)
				       ? 0
				       : fit_under(&random, (uint64_t)(BITS_NS(40000) / bps));
			rig_one(r, now, len);
			due = r->batch.due_ns[0];
			assert_true(due >= last);
			over -= (exact_t)(due - last) * bps;
			over = (over > 0 ? over : 0) + BITS_NS(len);
			most = over > most ? over : most;
			last = due;
		}
		/* A release is rounded up to the nanosecond, so two may be one closer. */
		assert_true(most <= BITS_NS(9000) + 2 * (exact_t)bps);
		assert_true(most > BITS_NS(9000 - 1514));
		rig_free(r);
	}
}

static void
a_class_has_one_owner_a_flow_needs_none(void **state)
{
	struct rig *class = rate("rate=8Mbit");
	struct rig *flow = rig_new_flow_scope(WF_BLOCK_RATE, "rate=8Mbit");

	assert_true(class->compile.needs & WF_NEED_OWNER);
	assert_false(class->compile.needs & WF_NEED_SORT);
	assert_false(flow->compile.needs & WF_NEED_OWNER);
	assert_true(flow->compile.needs & WF_NEED_SORT);
	rig_free(class);
	rig_free(flow);
}

/* ---- A live change ---- */

static void
a_raised_rate_keeps_the_backlog_that_has_a_time(void **state)
{
	struct rig *r = rate("rate=1Mbit");

	for (int i = 0; i < 3; i++)
		rig_one(r, 0, 125);
	assert_int_equal(r->batch.due_ns[0], 3000000);
	rig_change(r, "rate=10Mbit");
	rig_one(r, 10, 125);
	assert_int_equal(r->batch.due_ns[0], 3000000 + 100000);
	rig_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_packet_leaves_when_its_last_bit_has),
		cmocka_unit_test(packets_are_serialised_one_after_the_other),
		cmocka_unit_test(an_idle_link_saves_nothing_up),
		cmocka_unit_test(the_end_is_rounded_up_never_early),
		cmocka_unit_test(the_long_run_rate_is_exact_for_small_frames),
		cmocka_unit_test(the_long_run_rate_is_exact_for_large_frames),
		cmocka_unit_test(the_long_run_rate_is_exact_for_any_mix),
		cmocka_unit_test(every_release_follows_the_formula),
		cmocka_unit_test(without_overhead_the_frame_is_charged),
		cmocka_unit_test(ethernet_adds_24_bytes),
		cmocka_unit_test(overhead_may_be_negative),
		cmocka_unit_test(atm_cells_are_charged_whole),
		cmocka_unit_test(cells_of_every_size_are_divided_exactly),
		cmocka_unit_test(the_largest_cell_with_the_largest_overhead),
		cmocka_unit_test(a_burst_passes_at_once_after_idling),
		cmocka_unit_test(a_burst_of_any_rate_holds_exactly_its_bytes),
		cmocka_unit_test(the_bucket_is_full_at_the_start_of_time),
		cmocka_unit_test(a_burst_beyond_all_time_lets_everything_pass),
		cmocka_unit_test(a_burst_may_be_a_time),
		cmocka_unit_test(no_interval_carries_more_than_burst_and_rate),
		cmocka_unit_test(a_class_has_one_owner_a_flow_needs_none),
		cmocka_unit_test(a_raised_rate_keeps_the_backlog_that_has_a_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
