/* SPDX-License-Identifier: BSD-3-Clause
 * mode = "police" against a token bucket in exact integers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "fit.h"
#include "rig.h"

typedef __int128 exact_t; /* an instant or a length, in ns x bit/s */

#define BITS_NS(bytes) ((exact_t)(bytes)*8 * 1000000000)

static const char *const rates[] = { "1kbit", "7kbit", "56kbit", "1Mbit", "3Mbit", "9999999bit",
	"50Mbit", "1Gbit", "2.5Gbit", "10Gbit", "33333333333bit", "100Gbit", "400Gbit" };

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

/* A token bucket in exact integers: a packet passes when the bucket holds its bytes. */
static void
police_like_a_bucket(const char *text, const char *burst, uint64_t burst_bytes)
{
	struct rig *r = rate("rate=%s mode=police burst=%s", text, burst);
	uint64_t bps = r->forecast.rate_bps;
	exact_t full = BITS_NS(burst_bytes), tokens = full;
	wf_ns_t now = 1000000 * WF_NS_PER_S, last = now;
	struct fit_random random;
	uint32_t passed = 0;

	fit_seed(&random, bps);
	for (int n = 0; n < 20000; n++) {
		uint32_t len = 64 + (uint32_t)fit_under(&random, 1451);
		bool pass;

		now += fit_under(&random, (uint64_t)(2 * BITS_NS(800) / bps) + 2);
		tokens += (exact_t)(now - last) * bps;
		tokens = tokens > full ? full : tokens;
		last = now;
		pass = tokens >= BITS_NS(len);
		if (pass)
			tokens -= BITS_NS(len);
		rig_one(r, now, len);
		assert_int_equal(r->batch.drop[0], pass ? WF_DROP_NONE : WF_DROP_policed);
		assert_int_equal(r->batch.due_ns[0], now);
		passed += pass;
	}
	assert_in_range(passed, 100, 19900);
	rig_free(r);
}

static void
police_is_a_token_bucket(void **state)
{
	police_like_a_bucket("8Mbit", "15kB", 15000);
	police_like_a_bucket("1Gbit", "3028B", 3028);
	police_like_a_bucket("10Gbit", "1514B", 1514);
	police_like_a_bucket("56kbit", "1515B", 1515);
	police_like_a_bucket("1Mbit", "100ms", 12500);
}

/* A byte's time does not end in binary: whether the bucket holds exactly enough must not depend on
 * the last bit. */
static void
police_lets_a_frame_of_just_the_burst_pass(void **state)
{
	for (size_t i = 0; i < WF_ARRAY_SIZE(rates); i++) {
		struct rig *r = rate("rate=%s mode=police burst=1514B", rates[i]);

		rig_one(r, 1000000 * WF_NS_PER_S, 1514);
		assert_int_equal(r->batch.drop[0], WF_DROP_NONE);
		rig_one(r, 1000000 * WF_NS_PER_S, 1);
		assert_int_equal(r->batch.drop[0], WF_DROP_policed);
		rig_free(r);
	}
}

static void
what_is_policed_takes_no_capacity(void **state)
{
	struct rig *r = rate("rate=8Mbit mode=police burst=1500B");

	rig_one(r, WF_NS_PER_S, 1500);
	for (int i = 0; i < 100; i++) {
		rig_one(r, WF_NS_PER_S + 1, 1500);
		assert_int_equal(r->batch.drop[0], WF_DROP_policed);
	}
	rig_one(r, WF_NS_PER_S + 1500000, 1500);
	assert_int_equal(r->batch.drop[0], WF_DROP_NONE);
	rig_free(r);
}

static void
police_holds_nothing_and_shape_does(void **state)
{
	struct rig *police = rate("rate=8Mbit mode=police burst=15kB"), *shape = rate("rate=8Mbit");

	assert_false(police->compile.needs & WF_NEED_HOLD);
	assert_true(shape->compile.needs & WF_NEED_HOLD);
	rig_free(police);
	rig_free(shape);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(police_is_a_token_bucket),
		cmocka_unit_test(police_lets_a_frame_of_just_the_burst_pass),
		cmocka_unit_test(what_is_policed_takes_no_capacity),
		cmocka_unit_test(police_holds_nothing_and_shape_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
