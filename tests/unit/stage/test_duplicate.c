/* SPDX-License-Identifier: BSD-3-Clause
 * Duplication marks; that copies are made and spaced is tested with lib/pipe.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fit.h"
#include "rig.h"

static void
p_is_the_probability_of_a_copy(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_DUPLICATE, "p=2%");
	const uint32_t n = 300000;
	uint64_t hits = 0;

	for (uint32_t i = 0; i < n; i++) {
		rig_one(r, 0, 100);
		assert_in_range(r->batch.copies[0], 0, 1);
		hits += r->batch.copies[0];
	}
	assert_true(fabs(fit_binomial_z(hits, n, 0.02)) < 4);
	rig_free(r);
}

/* Share p exactly, correlation rho^k over k packets, mean run 1 / ((1 - rho)(1 - p)). */
static void
choices_follow_one_another(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_DUPLICATE, "p=10% correlation=60%");
	const uint32_t n = 400000;
	uint64_t hits = 0, both = 0, runs = 0;
	bool before = false;

	assert_true(r->compile.needs & WF_NEED_OWNER);
	for (uint32_t i = 0; i < n; i++) {
		bool hit;

		rig_one(r, 0, 100);
		hit = r->batch.copies[0] == 1;
		hits += hit;
		both += hit && before;
		runs += hit && !before;
		before = hit;
	}
	assert_true(fabs((double)hits / n - 0.1) < 4 * sqrt(0.09 / n * (1.6 / 0.4)));
	assert_true(fabs((double)both / (double)hits - (0.1 + 0.6 * 0.9)) < 0.02);
	assert_true(fabs((double)hits / (double)runs - 1 / (0.4 * 0.9)) < 0.06);
	rig_free(r);
}

static void
a_duplicated_packet_has_all_its_copies(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_DUPLICATE, "p=30% copies=7");
	bool some = false, none = false;

	for (int i = 0; i < 1000; i++) {
		rig_one(r, 0, 100);
		assert_true(r->batch.copies[0] == 0 || r->batch.copies[0] == 7);
		some |= r->batch.copies[0] == 7;
		none |= r->batch.copies[0] == 0;
	}
	assert_true(some && none);
	rig_free(r);
}

static void
p_1_duplicates_everything_p_0_is_left_out(void **state)
{
	struct rig *all = rig_new(WF_BLOCK_DUPLICATE, "p=1"),
		   *none = rig_new(WF_BLOCK_DUPLICATE, "");

	for (int i = 0; i < 1000; i++) {
		rig_one(all, 0, 100);
		assert_int_equal(all->batch.copies[0], 1);
	}
	assert_int_equal(none->variant, 0);
	rig_free(all);
	rig_free(none);
}

static void
copies_are_announced(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_DUPLICATE, "p=1% copies=3");

	assert_true(r->compile.needs & WF_NEED_COPIES);
	assert_true(r->compile.needs & WF_NEED_FLOW);
	assert_false(r->compile.needs & WF_NEED_HOLD);
	assert_int_equal(r->compile.copy_spacing_ns, 0);
	assert_true(fabs(r->forecast.duplicated - 0.03) < 1e-12);
	rig_free(r);
}

static void
spaced_copies_must_be_held(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_DUPLICATE, "p=1% spacing=5ms");

	assert_true(r->compile.needs & WF_NEED_HOLD);
	assert_int_equal(r->compile.copy_spacing_ns, 5000000);
	rig_free(r);
}

static void
the_draw_is_its_own(void **state)
{
	/* With p = 50 % each, loss and duplication agree half of the time. */
	struct rig *dup = rig_new(WF_BLOCK_DUPLICATE, "p=50%");
	struct rig *loss = rig_new(WF_BLOCK_LOSS, "p=50%");
	uint64_t same = 0;

	for (int i = 0; i < 100000; i++) {
		rig_one(dup, 0, 100);
		rig_one(loss, 0, 100);
		same += (dup->batch.copies[0] == 1) == (loss->batch.drop[0] != WF_DROP_NONE);
	}
	assert_true(fabs(fit_binomial_z(same, 100000, 0.5)) < 4);
	rig_free(dup);
	rig_free(loss);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(p_is_the_probability_of_a_copy),
		cmocka_unit_test(choices_follow_one_another),
		cmocka_unit_test(a_duplicated_packet_has_all_its_copies),
		cmocka_unit_test(p_1_duplicates_everything_p_0_is_left_out),
		cmocka_unit_test(copies_are_announced),
		cmocka_unit_test(spaced_copies_must_be_held),
		cmocka_unit_test(the_draw_is_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
