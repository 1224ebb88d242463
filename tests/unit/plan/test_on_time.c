/* SPDX-License-Identifier: BSD-3-Clause
 * What counts as on time: a hundredth of the shortest delay of the direction, 50 us at least.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "planner.h"
#include "wf_plan_on_time.h"
#include "wf_snapshot.h"

static wf_ns_t
on_time(const char *ab, const char *classes)
{
	struct wf_plan *p = plan_of(plan_text("", ab, "", classes), NULL);
	wf_ns_t ns = wf_plan_on_time_ns(&p->dir[0]);

	wf_plan_free(p);
	return ns;
}

static void
a_hundredth_of_the_delay(void **state)
{
	assert_int_equal(on_time("delay = \"20ms\";", ""), 200 * WF_NS_PER_US);
	assert_int_equal(
		on_time("delay = { mean = \"1s\"; stddev = \"1ms\"; };", ""), 10 * WF_NS_PER_MS);
}

static void
never_below_50_us(void **state)
{
	assert_int_equal(on_time("", ""), WF_ON_TIME_NS);
	assert_int_equal(on_time("delay = \"1ms\";", ""), WF_ON_TIME_NS);
	assert_int_equal(on_time("rate = \"50Mbit\"; queue = \"100ms\";", ""), WF_ON_TIME_NS);
	assert_int_equal(on_time("delay = \"5001us\";", ""), 50010);
}

static void
the_class_that_is_delayed_least_decides(void **state)
{
	assert_int_equal(on_time("delay = \"80ms\";",
				 "{ name = \"x\"; match = { dport = \"1\"; }; ab = { delay = "
				 "\"10ms\"; }; }"),
		100 * WF_NS_PER_US);
	assert_int_equal(on_time("delay = \"80ms\";",
				 "{ name = \"x\"; match = { dport = \"1\"; }; ab = { loss = "
				 "\"1%\"; delay = \"0ms\"; }; }"),
		WF_ON_TIME_NS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hundredth_of_the_delay),
		cmocka_unit_test(never_below_50_us),
		cmocka_unit_test(the_class_that_is_delayed_least_decides),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
