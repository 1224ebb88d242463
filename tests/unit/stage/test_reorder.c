/* SPDX-License-Identifier: BSD-3-Clause
 * Reordering marks and postpones; that packets really overtake is tested with lib/pipe.
 */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fit.h"
#include "refused.h"

#define MS WF_NS_PER_MS
#define N  200000

/* A rig with a delay beside it, as the netem model wants. */
static struct rig *
netem(const char *keys)
{
	char all[200];

	snprintf(all, sizeof(all), "%s delay.mean=10ms", keys);
	return rig_new(WF_BLOCK_REORDER, all);
}

static bool
early(struct rig *r)
{
	rig_one(r, 5 * MS, 100);
	assert_int_equal(r->batch.due_ns[0], 5 * MS);
	return r->batch.flags[0] & WF_ROW_EARLY;
}

static void
p_is_the_probability(void **state)
{
	struct rig *r = netem("p=3%");
	uint64_t hits = 0;

	assert_string_equal(rig_error(r), "");
	for (uint32_t i = 0; i < N; i++)
		hits += early(r);
	assert_true(fabs(fit_binomial_z(hits, N, 0.03)) < 4);
	assert_false(r->compile.needs & WF_NEED_OWNER);
	rig_free(r);
}

/* Between two chosen packets there are at least gap - 1 others, and p / (1 + (gap - 1) p) of all
 * are chosen. */
static void
gaps_are_kept(void **state)
{
	struct rig *r = netem("p=40% gap=5");
	uint32_t since = 0, hits = 0, least = UINT32_MAX;

	assert_true(r->compile.needs & WF_NEED_OWNER);
	for (uint32_t i = 0; i < N; i++) {
		since++;
		if (!early(r))
			continue;
		hits++;
		least = since < least ? since : least;
		since = 0;
	}
	assert_int_equal(least, 5);
	assert_true(fabs((double)hits / N / (0.4 / (1 + 4 * 0.4)) - 1) < 0.01);
	rig_free(r);
	r = netem("p=100% gap=4"); /* every fourth, from the fourth on */
	for (uint32_t i = 1; i <= 40; i++)
		assert_int_equal(early(r), i % 4 == 0);
	rig_free(r);
}

static void
choices_follow_one_another(void **state)
{
	struct rig *r = netem("p=10% correlation=60%");
	uint64_t hits = 0, both = 0;
	bool before = false;

	for (uint32_t i = 0; i < 2 * N; i++) {
		bool hit = early(r);

		hits += hit;
		both += hit && before;
		before = hit;
	}
	assert_true(fabs((double)hits / (2 * N) - 0.1) < 4 * sqrt(0.09 / (2 * N) * 4));
	assert_true(fabs((double)both / (double)hits - 0.64) < 0.02);
	rig_free(r);
}

static void
held_packets_take_longer(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_REORDER, "model=hold p=20% min=10ms max=30ms");
	uint32_t hits = 0, low = 0;

	assert_true(r->compile.needs & WF_NEED_HOLD);
	for (uint32_t i = 0; i < N; i++) {
		wf_ns_t longer;

		rig_one(r, MS, 100);
		longer = r->batch.due_ns[0] - MS;
		assert_true(longer == 0 || (longer >= 10 * MS && longer <= 30 * MS));
		assert_int_equal(!!(r->batch.flags[0] & WF_ROW_LATE), longer > 0);
		hits += longer > 0;
		low += longer > 0 && longer < 20 * MS;
	}
	assert_true(fabs(fit_binomial_z(hits, N, 0.2)) < 4);
	assert_true(fabs(fit_binomial_z(low, hits, 0.5)) < 4);
	rig_change(r, "model=hold p=100% time=7ms");
	rig_one(r, MS, 100);
	assert_int_equal(r->batch.due_ns[0], 8 * MS);
	rig_free(r);
}

static void
lengths_choose(void **state)
{
	struct rig *r =
		rig_new(WF_BLOCK_REORDER, "model=hold p=100% time=1ms min_bytes=200 max_bytes=300");

	for (uint32_t len = 199; len <= 301; len++) {
		rig_one(r, 0, len);
		assert_int_equal(r->batch.due_ns[0], len >= 200 && len <= 300 ? MS : 0);
	}
	rig_free(r);
}

static void
what_makes_no_sense_is_refused(void **state)
{
	refused(WF_BLOCK_REORDER, "p=1%", "only where there is one");
	refused(WF_BLOCK_REORDER, "model=hold p=1%", "how much longer");
	refused(WF_BLOCK_REORDER, "model=hold p=1% time=1ms max=2ms", "two descriptions");
	refused(WF_BLOCK_REORDER, "model=hold p=1% min=3ms max=2ms", "is above");
	refused(WF_BLOCK_REORDER, "model=hold p=1% time=1ms gap=3", "does not belong");
	refused(WF_BLOCK_REORDER, "p=1% time=1ms", "does not belong");
	refused(WF_BLOCK_REORDER, "model=hold p=1% time=1ms min_bytes=9 max_bytes=8", "is above");
}

/* ---- swap ---- */

static uint8_t
swap_flags(struct rig *r, wf_ns_t now_ns)
{
	rig_one(r, now_ns, 100);
	return r->batch.flags[0] & (WF_ROW_PARK | WF_ROW_UNPARK | WF_ROW_LATE);
}

static void
a_chosen_packet_waits_for_so_many(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_REORDER, "model=swap p=100% distance=3 max_wait=50ms");

	assert_true(r->compile.needs & WF_NEED_PARK);
	assert_true(r->compile.needs & WF_NEED_OWNER);
	for (uint32_t i = 0; i < 100; i++) {
		assert_int_equal(swap_flags(r, i * 4 * MS), WF_ROW_PARK | WF_ROW_LATE);
		assert_int_equal(r->batch.due_ns[0], i * 4 * MS + 50 * MS);
		assert_int_equal(swap_flags(r, i * 4 * MS + MS), 0);
		assert_int_equal(swap_flags(r, i * 4 * MS + 2 * MS), 0);
		assert_int_equal(swap_flags(r, i * 4 * MS + 3 * MS), WF_ROW_UNPARK);
		assert_int_equal(r->batch.due_ns[0], i * 4 * MS + 3 * MS);
	}
	rig_free(r);
}

static void
it_waits_no_longer_than_max_wait(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_REORDER, "model=swap p=100% distance=2 max_wait=5ms");

	assert_int_equal(swap_flags(r, 0), WF_ROW_PARK | WF_ROW_LATE);
	assert_int_equal(swap_flags(r, 5 * MS), 0); /* just in time */
	assert_int_equal(swap_flags(r, 5 * MS + 1), WF_ROW_PARK | WF_ROW_LATE);
	rig_free(r);
}

/* Nobody is chosen while one waits: p / (1 + distance p) of all are. */
static void
swaps_do_not_interleave(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_REORDER, "model=swap p=10% distance=5");
	uint64_t hits = 0;

	for (uint32_t i = 0; i < N; i++)
		hits += (swap_flags(r, i * 1000) & WF_ROW_PARK) != 0;
	assert_true(fabs(fit_binomial_z(hits, N, 0.1 / 1.5)) < 4);
	rig_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(p_is_the_probability),
		cmocka_unit_test(gaps_are_kept),
		cmocka_unit_test(choices_follow_one_another),
		cmocka_unit_test(held_packets_take_longer),
		cmocka_unit_test(lengths_choose),
		cmocka_unit_test(what_makes_no_sense_is_refused),
		cmocka_unit_test(a_chosen_packet_waits_for_so_many),
		cmocka_unit_test(it_waits_no_longer_than_max_wait),
		cmocka_unit_test(swaps_do_not_interleave),
	};

	return cmocka_run_group_tests_name("reorder", tests, NULL, NULL);
}
