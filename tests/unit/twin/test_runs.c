/* SPDX-License-Identifier: BSD-3-Clause
 * Runs of the offline twin as wholes: the same again however packets are bundled, another with
 * another seed; inputs and outputs that fail on the way.
 */
#include "rig.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char wan_ab[] =
	"rate = \"20Mbit\"; queue = \"30pkt\"; duplicate = \"5%\"; "
	"delay = { mean = \"5ms\"; stddev = \"1ms\"; order = \"flow\"; }; "
	"loss = { model = \"gilbert-elliott\"; plr = \"5%\"; mean_burst = 4.0; };";
static const char wan_ba[] =
	"loss = \"10%\"; delay = { min = \"1ms\"; max = \"9ms\"; order = \"free\"; };";

/* Irregular, both ways, stamps that meet. */
static void
traffic(uint32_t n)
{
	wf_ns_t at[2] = { 0, 0 };
	uint32_t x = 12345;

	for (uint32_t i = 0; i < n; i++) {
		int side = (int)(x >> 30 & 1);

		x = x * 1664525 + 1013904223;
		at[side] += (x >> 16) % 8 * 50000;
		rig_enter(side, at[side], 60 + (x >> 8) % 1400, (x >> 24) % 200);
	}
}

/* What a run gave, to compare another with. */
struct result {
	size_t n[2];
	uint8_t *file[2];
	struct wf_dir_stats dir[2];
	struct wf_class_stats class[2][2];
	uint32_t n_classes;
};

static void
keep(struct result *r)
{
	const struct wf_snap_link *l = &rig.snap->links[0];

	for (int side = 0; side < 2; side++) {
		r->n[side] = rig.side[side].out_bytes;
		r->file[side] = rig.side[side].out_file;
		rig.side[side].out_file = NULL;
		r->dir[side] = l->dir[side].s;
		r->n_classes = l->dir[side].n_classes;
		assert_true(r->n_classes <= 2);
		for (uint32_t i = 0; i < r->n_classes; i++)
			r->class[side][i] = l->dir[side].classes[i].s;
	}
}

static void
is_the_same(const struct result *r)
{
	const struct wf_snap_link *l = &rig.snap->links[0];

	for (int side = 0; side < 2; side++) {
		assert_int_equal(rig.side[side].out_bytes, r->n[side]);
		assert_memory_equal(rig.side[side].out_file, r->file[side], r->n[side]);
		assert_memory_equal(&l->dir[side].s.c, &r->dir[side].c, sizeof(r->dir[side].c));
		assert_memory_equal(
			&l->dir[side].s.delay, &r->dir[side].delay, sizeof(r->dir[side].delay));
		for (uint32_t i = 0; i < r->n_classes; i++) {
			assert_memory_equal(&l->dir[side].classes[i].s.c, &r->class[side][i].c,
				sizeof(r->class[side][i].c));
			assert_int_equal(l->dir[side].classes[i].s.flows, r->class[side][i].flows);
		}
	}
}

static void
bursts_change_nothing(const char *ab, const char *ba)
{
	static const uint32_t bursts[] = { 1, 2, 7, 31 };
	struct result r;

	rig.burst = 32;
	rig_run(ab, ba);
	keep(&r);
	for (size_t i = 0; i < WF_ARRAY_SIZE(bursts); i++) {
		rig.burst = bursts[i];
		rig_run(ab, ba);
		is_the_same(&r);
	}
	free(r.file[0]);
	free(r.file[1]);
}

static void
bursts_change_nothing_of_a_wan(void **state)
{
	traffic(20000);
	bursts_change_nothing(wan_ab, wan_ba);
}

static void
bursts_change_nothing_of_flows(void **state)
{
	traffic(20000);
	rig.classes =
		"classes = ( { name = \"k\"; match = { proto = \"udp\"; sport = \"40000-40090\"; "
		"}; "
		"scope = \"flow\"; ab = { rate = \"1Mbit\"; loss = { model = \"gilbert-elliott\"; "
		"p = \"5%\"; r = \"20%\"; }; }; } );";
	bursts_change_nothing(wan_ab, wan_ba);
}

/* Flows that come back after they have been forgotten: the state that goes must not depend on the
 * turn of the loop in which somebody looked. */
static void
bursts_change_nothing_of_flows_that_age(void **state)
{
	uint32_t x = 1;

	for (uint32_t i = 0; i < 30000; i++) {
		x = x * 1664525 + 1013904223;
		rig_enter(WF_AB, i * 100 * WF_NS_PER_MS, 1000, (x >> 24) % 64);
	}
	rig.top = "flow_idle = \"5s\"; max_flows = 100;";
	rig.classes = "classes = ( { name = \"k\"; match = { proto = \"udp\"; }; scope = \"flow\"; "
		      "ab = { loss = { model = \"gilbert-elliott\"; p = \"10%\"; r = \"10%\"; }; "
		      "rate = \"1kbit\"; queue = \"2pkt\"; }; } );";
	bursts_change_nothing("", "");
	/* It has been about that. */
	assert_true(rig.snap->links[0].dir[WF_AB].classes[1].s.flows < 64);
}

static void
another_seed_has_other_fates(void **state)
{
	struct result r;

	traffic(5000);
	rig_run(wan_ab, wan_ba);
	keep(&r);
	rig_run(wan_ab, wan_ba);
	is_the_same(&r);
	rig.seed = 8;
	rig_run(wan_ab, wan_ba);
	for (int side = 0; side < 2; side++) {
		assert_true(rig.side[side].out_bytes != r.n[side] ||
			    memcmp(rig.side[side].out_file, r.file[side], r.n[side]) != 0);
		free(r.file[side]);
	}
}

/* 99 packets of ab are good, and all of ba. */
static void
damaged_input(const char *ab, uint32_t burst)
{
	rig_clear(NULL);
	for (uint32_t i = 0; i < 100; i++)
		rig_enter(WF_AB, i * 1000, 60, 0);
	for (uint32_t i = 0; i < 300; i++)
		rig_enter(WF_BA, i * 1000, 60, 0);
	rig.side[WF_AB].cut_bytes = 10;
	rig.burst = burst;
	rig_try(ab, ab);
	assert_int_equal(rig.rc, -EINVAL);
	assert_int_equal(wf_err_count(rig.err), 1);
	assert_int_equal(rig.side[WF_AB].n_out, 99);
	assert_int_equal(rig.side[WF_BA].n_out, 300);
	assert_non_null(rig.snap);
	assert_int_equal(rig_stats(WF_AB)->c.rx.packets, 99);
	assert_int_equal(rig_stats(WF_AB)->c.tx.packets, 99);
	assert_int_equal(wf_snapshot_unaccounted(rig.snap).packets, 0);
}

static void
what_came_before_damage_leaves(void **state)
{
	damaged_input("", 32);
	damaged_input("", 1);
	damaged_input("delay = \"20ms\";", 32);
	damaged_input("delay = \"20ms\";", 7);
	damaged_input("delay = \"20ms\";", 1);
}

static void
an_output_that_fails_ends_the_run_once(void **state)
{
	for (uint32_t i = 0; i < 5000; i++)
		rig_enter(WF_AB, i * 1000, 1500, 0);
	rig.side[WF_AB].out_path = "/dev/full";
	rig_try("delay = \"1ms\";", "");
	assert_true(rig.rc < 0);
	assert_int_equal(wf_err_count(rig.err), 1);
}

/* Copies share their bytes; what the limit of memory turns away is counted, not lost. */
static void
memory_that_runs_out_is_accounted_for(void **state)
{
	for (uint32_t i = 0; i < 20000; i++)
		rig_enter(WF_AB, i * 1000, 200, i % 8);
	rig.max_held = 500;
	rig_run("duplicate = { p = \"50%\"; copies = 7; }; "
		"delay = { mean = \"5ms\"; stddev = \"1ms\"; order = \"free\"; };",
		"");
	assert_true(rig_stats(WF_AB)->c.dropped[WF_DROP_no_buffer].packets > 1000);
	assert_false(rig.snap->trustworthy);
}

#define TEST(f) cmocka_unit_test_setup(f, rig_clear)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(bursts_change_nothing_of_a_wan),
		TEST(bursts_change_nothing_of_flows),
		TEST(bursts_change_nothing_of_flows_that_age),
		TEST(another_seed_has_other_fates),
		TEST(what_came_before_damage_leaves),
		TEST(an_output_that_fails_ends_the_run_once),
		TEST(memory_that_runs_out_is_accounted_for),
	};

	return cmocka_run_group_tests(tests, rig_start, rig_end);
}
