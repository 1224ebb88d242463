/* SPDX-License-Identifier: BSD-3-Clause
 * What is chosen before EAL starts: cores, memory, and the arguments that say so.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wf_cores.h"
#include "wf_memory.h"

#define MIB ((uint64_t)1024 * 1024)

static cpu_set_t
cores(unsigned first, unsigned last)
{
	cpu_set_t s;

	CPU_ZERO(&s);
	for (unsigned c = first; c <= last; c++)
		CPU_SET(c, &s);
	return s;
}

/* Chooses for `workers` out of `allowed`; what EAL is told, "" when refused. */
static void
chooses(unsigned first, unsigned last, uint32_t n, const unsigned *workers, const char *lcores)
{
	struct wf_conf conf = { .n_workers = n };
	struct wf_err *err = wf_err_new();
	cpu_set_t allowed = cores(first, last);
	struct wf_cores c;
	char *text;

	if (n)
		memcpy(conf.workers, workers, n * sizeof(*workers));
	if (wf_cores_choose(&conf, &allowed, &c, err) < 0) {
		assert_string_equal("", lcores);
		assert_true(wf_err_count(err) > 0);
	} else {
		text = wf_cores_eal(&c);
		assert_string_equal(text, lcores);
		free(text);
	}
	wf_err_free(err);
}

static void
by_default_the_last_core_works(void **state)
{
	chooses(0, 3, 0, NULL, "0@(0-2),1@3");
	chooses(4, 5, 0, NULL, "0@(4),1@5");
}

static void
control_has_the_cores_that_workers_leave(void **state)
{
	chooses(0, 5, 2, (unsigned[]){ 1, 4 }, "0@(0,2-3,5),1@1,2@4");
}

static void
on_one_core_control_shares_it(void **state)
{
	cpu_set_t allowed = cores(0, 0);
	struct wf_conf conf = { 0 };
	struct wf_err *err = wf_err_new();
	struct wf_cores c;

	assert_int_equal(wf_cores_choose(&conf, &allowed, &c, err), 0);
	assert_true(c.shared);
	wf_err_free(err);
	chooses(0, 0, 0, NULL, "0@(0),1@0");
	chooses(0, 1, 2, (unsigned[]){ 0, 1 }, "0@(0-1),1@0,2@1");
}

static void
two_workers_on_one_core_are_refused(void **state)
{
	chooses(0, 3, 2, (unsigned[]){ 1, 1 }, "");
}

static void
a_core_that_is_not_ours_is_refused(void **state)
{
	chooses(0, 1, 1, (unsigned[]){ 2 }, "");
	chooses(0, 1, 1, (unsigned[]){ 100000 }, "");
}

/* Chooses memory; -1 when refused, else hold MiB, negative sign for ordinary memory. */
static int
memory_and_tables(uint64_t wanted_mib, enum wf_dp_huge huge, uint64_t free_mib, uint64_t ram_mib,
	uint64_t table_mib)
{
	struct wf_conf conf = { .memory_bytes = wanted_mib * MIB };
	struct wf_memory_has has = { free_mib * MIB, ram_mib * MIB };
	struct wf_err *err = wf_err_new();
	struct wf_memory m;
	int ret = wf_memory_choose(&conf, huge, &has, 100 * MIB, table_mib * MIB, &m, err);

	if (ret < 0)
		assert_true(wf_err_count(err) == 1);
	wf_err_free(err);
	if (ret < 0)
		return -1;
	return (int)(m.hold_bytes / MIB) * (m.huge ? 1 : -1);
}

static int
memory(uint64_t wanted_mib, enum wf_dp_huge huge, uint64_t free_mib, uint64_t ram_mib)
{
	return memory_and_tables(wanted_mib, huge, free_mib, ram_mib, 0);
}

static void
hugepages_are_taken_when_enough_are_free(void **state)
{
	assert_int_equal(memory(0, WF_DP_HUGE_AUTO, 1024, 4096), 924);
	assert_int_equal(memory(500, WF_DP_HUGE_AUTO, 1024, 4096), 500);
}

static void
too_few_hugepages_mean_ordinary_memory(void **state)
{
	assert_int_equal(memory(0, WF_DP_HUGE_AUTO, 0, 1024), -256);
	assert_int_equal(memory(0, WF_DP_HUGE_AUTO, 0, 65536), -512);
	assert_int_equal(memory(2000, WF_DP_HUGE_AUTO, 1024, 65536), -2000);
	assert_int_equal(memory(0, WF_DP_HUGE_NO, 1024, 65536), -512);
}

static void
hugepages_asked_for_and_absent_are_an_error(void **state)
{
	assert_int_equal(memory(0, WF_DP_HUGE_YES, 64, 65536), -1);
	assert_int_equal(memory(2000, WF_DP_HUGE_YES, 1024, 65536), -1);
}

static void
more_than_the_machine_has_is_an_error(void **state)
{
	assert_int_equal(memory(4096, WF_DP_HUGE_AUTO, 0, 2048), -1);
}

static void
flow_tables_count(void **state)
{
	assert_int_equal(memory_and_tables(500, WF_DP_HUGE_NO, 0, 4096, 3496), -500);
	assert_int_equal(memory_and_tables(500, WF_DP_HUGE_NO, 0, 4096, 3497), -1);
	assert_int_equal(memory_and_tables(0, WF_DP_HUGE_AUTO, 1024, 4096, 3072), 924);
	assert_int_equal(memory_and_tables(0, WF_DP_HUGE_AUTO, 1024, 4096, 3073), -1);
	assert_int_equal(memory_and_tables(0, WF_DP_HUGE_AUTO, 0, 1024, 800), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_default_the_last_core_works),
		cmocka_unit_test(control_has_the_cores_that_workers_leave),
		cmocka_unit_test(on_one_core_control_shares_it),
		cmocka_unit_test(two_workers_on_one_core_are_refused),
		cmocka_unit_test(a_core_that_is_not_ours_is_refused),
		cmocka_unit_test(hugepages_are_taken_when_enough_are_free),
		cmocka_unit_test(too_few_hugepages_mean_ordinary_memory),
		cmocka_unit_test(hugepages_asked_for_and_absent_are_an_error),
		cmocka_unit_test(more_than_the_machine_has_is_an_error),
		cmocka_unit_test(flow_tables_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
