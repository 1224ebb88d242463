/* SPDX-License-Identifier: BSD-3-Clause
 * Measured numbers as people read them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wf_text.h"

static void
test_counts_have_thousands_separators(void **state)
{
	char out[WF_TEXT_MAX];

	assert_string_equal(wf_text_count(0, out), "0");
	assert_string_equal(wf_text_count(999, out), "999");
	assert_string_equal(wf_text_count(1000, out), "1,000");
	assert_string_equal(wf_text_count(1234567, out), "1,234,567");
	assert_string_equal(wf_text_count(UINT64_MAX, out), "18,446,744,073,709,551,615");
}

static void
test_times_take_the_unit_that_fits(void **state)
{
	char out[WF_TEXT_MAX];

	assert_string_equal(wf_text_time(0, out), "0 ns");
	assert_string_equal(wf_text_time(999, out), "999 ns");
	assert_string_equal(wf_text_time(1000, out), "1.00 us");
	assert_string_equal(wf_text_time(20014000, out), "20.01 ms");
	assert_string_equal(wf_text_time(123456789, out), "123.5 ms");
	assert_string_equal(wf_text_time(999949, out), "999.9 us");
	assert_string_equal(wf_text_time(999950, out), "1.00 ms");
	assert_string_equal(wf_text_time(3600 * WF_NS_PER_S, out), "3600.0 s");
}

static void
test_ages_take_two_units(void **state)
{
	char out[WF_TEXT_MAX];

	assert_string_equal(wf_text_age(1990 * WF_NS_PER_MS, out), "1.9 s");
	assert_string_equal(wf_text_age(65 * WF_NS_PER_S, out), "1 min 05 s");
	assert_string_equal(wf_text_age(11520 * WF_NS_PER_S, out), "3 h 12 min");
	assert_string_equal(wf_text_age(183600 * WF_NS_PER_S, out), "2 d 03 h");
}

static void
test_rates_have_three_figures_or_more(void **state)
{
	char out[WF_TEXT_MAX];

	assert_string_equal(wf_text_per_second(0, out), "0.0");
	assert_string_equal(wf_text_per_second(99.94, out), "99.9");
	assert_string_equal(wf_text_per_second(99.96, out), "100");
	assert_string_equal(wf_text_per_second(81274.5, out), "81,275");
	assert_string_equal(wf_text_rate(0, out), "0 bit/s");
	assert_string_equal(wf_text_rate(999, out), "999 bit/s");
	assert_string_equal(wf_text_rate(999.6, out), "1.00 kbit/s");
	assert_string_equal(wf_text_rate(9.996e6, out), "10.0 Mbit/s");
	assert_string_equal(wf_text_rate(99.96e6, out), "100 Mbit/s");
	assert_string_equal(wf_text_rate(400e9, out), "400 Gbit/s");
	assert_string_equal(wf_text_rate(12.34e12, out), "12340 Gbit/s");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counts_have_thousands_separators),
		cmocka_unit_test(test_times_take_the_unit_that_fits),
		cmocka_unit_test(test_rates_have_three_figures_or_more),
		cmocka_unit_test(test_ages_take_two_units),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
