/* SPDX-License-Identifier: BSD-3-Clause
 * Y.1564 against services that keep what was agreed, and that break each of it. Frames of 1250
 * bytes: 10,000 bits, so that 100 Mbit/s are 10,000 packets a second.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "model.h"

#define OPTIONS(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define AGREED       "sizes=1250", "cir=100Mbit", "total=2s"

static uint32_t
failed(const struct wf_load *l, const char *part)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < l->n_findings; i++)
		if (l->finding[i].outcome == WF_LOAD_FAILED) {
			assert_non_null(strstr(l->finding[i].name, part));
			assert_non_null(strstr(l->finding[i].text, "agreed: "));
			n++;
		}
	return n;
}

static void
test_kept(void **state)
{
	struct model m = { .capacity_pps = 15000, .delay_ns = 5000000, .spread_ns = 1000 };
	struct wf_load l;

	model_load(&l, &m, "y1564", "",
		OPTIONS(AGREED, "eir=50Mbit", "max-delay=6ms", "max-variation=1us",
			"availability=99%"));
	model_run(&l);
	assert_int_equal(failed(&l, ""), 0);
	assert_int_equal(wf_load_verdict(&l), WF_LOAD_PASSED);
	/* 4 steps with loss, delay and variation; the excess; beyond; 2 trials; availability. */
	assert_int_equal(l.n_findings, 4 * 3 + 1 + 1 + 2 * 3 + 1);
	assert_int_equal(l.n_trials, 4 + 1 + 1 + 2);
	assert_int_equal(l.trial[4]->pps, 15000);
	assert_int_equal(l.trial[5]->pps, 16250);
	model_found(&l, 12, "CIR + EIR: received", 150e6, WF_LOAD_PASSED);
	wf_load_fini(&l);
}

/* Less than what was committed. */
static void
test_too_slow(void **state)
{
	struct model m = { .capacity_pps = 9000 };
	struct wf_load l;

	model_load(&l, &m, "y1564", "", OPTIONS(AGREED));
	model_run(&l);
	assert_int_equal(failed(&l, "loss"), 1 + 2);
	wf_load_fini(&l);
	model_load(&l, &m, "y1564", "", OPTIONS(AGREED, "max-loss=11%"));
	model_run(&l);
	assert_int_equal(failed(&l, ""), 0);
	wf_load_fini(&l);
}

static void
test_too_late(void **state)
{
	struct model m = { .capacity_pps = 1e9, .delay_ns = 5000000, .spread_ns = 1000 };
	struct wf_load l;

	model_load(&l, &m, "y1564", "", OPTIONS(AGREED, "max-delay=5ms"));
	model_run(&l);
	assert_int_equal(failed(&l, "delay"), 4 + 2);
	wf_load_fini(&l);
	model_load(&l, &m, "y1564", "", OPTIONS(AGREED, "max-variation=999ns"));
	model_run(&l);
	assert_int_equal(failed(&l, "variation"), 4 + 2);
	wf_load_fini(&l);
}

/* No policer: what is beyond comes as well. Only where an excess rate was agreed is it asked for.
 */
static void
test_not_policed(void **state)
{
	struct model m = { .capacity_pps = 1e9 },
		     police = { .capacity_pps = 1e9, .police_pps = 10000 };
	struct wf_load l;

	model_load(&l, &m, "y1564", "", OPTIONS(AGREED));
	model_run(&l);
	assert_int_equal(failed(&l, ""), 0);
	wf_load_fini(&l);
	model_load(&l, &m, "y1564", "", OPTIONS(AGREED, "eir=0"));
	model_run(&l);
	assert_int_equal(failed(&l, "beyond: received"), 1);
	wf_load_fini(&l);
	model_load(&l, &police, "y1564", "", OPTIONS(AGREED, "eir=0"));
	model_run(&l);
	assert_int_equal(failed(&l, ""), 0);
	wf_load_fini(&l);
}

static void
test_availability(void **state)
{
	struct model m = { .capacity_pps = 1e9, .fail_at = 6 };
	struct wf_load l;

	model_load(&l, &m, "y1564", "",
		OPTIONS(AGREED, "max-loss=100%", "availability=60%", "duration=500ms"));
	model_run(&l);
	assert_int_equal(failed(&l, ""), 0);
	model_found(&l, l.n_findings - 1, "performance: availability", 0.75, WF_LOAD_PASSED);
	wf_load_fini(&l);
	m.trials = 0;
	model_load(&l, &m, "y1564", "",
		OPTIONS(AGREED, "max-loss=100%", "availability=80%", "duration=500ms"));
	model_run(&l);
	assert_int_equal(failed(&l, "availability"), 1);
	wf_load_fini(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_too_slow),
		cmocka_unit_test(test_too_late),
		cmocka_unit_test(test_not_policed),
		cmocka_unit_test(test_availability),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
