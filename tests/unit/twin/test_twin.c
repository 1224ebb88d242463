/* SPDX-License-Identifier: BSD-3-Clause
 * The offline twin against formulas: a configuration, packets at given times, and when they leave.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <rte_eal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wf_twin.h"

#define EPOCH   1700000000000000000ull
#define MAX     4096
#define TICK(t) (((t) + 255) & ~255ull)

static char dir[] = "/tmp/wf-test-twin.XXXXXX";

/* A run: what enters ab, and what leaves. */
struct rig {
	uint32_t n_in, n_out;
	struct wf_cap_packet in[MAX], out[MAX];
	struct wf_snapshot *snap;
};
static struct rig rig;
static uint8_t frame[1514];

static void
enter(wf_ns_t at_ns, uint32_t len_bytes)
{
	rig.in[rig.n_in++] = (struct wf_cap_packet){ .time_ns = EPOCH + at_ns,
		.cap_bytes = len_bytes,
		.len_bytes = len_bytes,
		.data = frame };
}

static const char *
path(const char *name)
{
	static char buf[64];

	snprintf(buf, sizeof(buf), "%s/%s", dir, name);
	return buf;
}

static void
write_input(struct wf_err *err)
{
	struct wf_cap_writer *w = wf_cap_create(path("in"), 65535, err);

	assert_non_null(w);
	for (uint32_t i = 0; i < rig.n_in; i++)
		wf_cap_write(w, &rig.in[i]);
	assert_int_equal(wf_cap_finish(w), 0);
}

static void
read_output(struct wf_err *err)
{
	struct wf_cap_reader *r = wf_cap_open(path("out"), err);

	assert_non_null(r);
	rig.n_out = 0;
	while (wf_cap_read(r, &rig.out[rig.n_out], err) == 1)
		rig.n_out++;
	wf_cap_close(r);
}

/* Sends what has entered through direction ab with these keys. */
static void
run(const char *ab, uint32_t burst)
{
	struct wf_err *err = wf_err_new();
	struct wf_twin_params q = { .burst = burst, .max_held = 1u << 16 };
	struct wf_node *tree;
	struct wf_conf *conf;
	struct wf_plan *plan;
	char text[1024];

	snprintf(text, sizeof(text),
		"ports = ( { name = \"a\"; device = \"net_null0\"; }, "
		"{ name = \"b\"; device = \"net_null1\"; } ); "
		"links = ( { name = \"l\"; ports = [ \"a\", \"b\" ]; ab = { %s }; } );",
		ab);
	tree = wf_conf_read_text(text, "test", false, err);
	conf = tree != NULL ? wf_conf_bind(tree, err) : NULL;
	plan = conf != NULL ? wf_plan_compile(conf, 7, NULL, err) : NULL;
	wf_err_print(err, stderr);
	assert_non_null(plan);
	assert_int_equal(wf_plan_arm(plan, err), 0);
	write_input(err);
	q.plan = plan;
	q.conf = conf;
	q.in[WF_AB] = wf_cap_open(path("in"), err);
	q.out[WF_AB] = wf_cap_create(path("out"), 65535, err);
	wf_snapshot_free(rig.snap);
	assert_int_equal(wf_twin_run(&q, &rig.snap, err), 0);
	wf_cap_close(q.in[WF_AB]);
	assert_int_equal(wf_cap_finish(q.out[WF_AB]), 0);
	read_output(err);
	assert_int_equal(rig.snap->links[0].dir[WF_AB].queued.packets, 0);
	assert_int_equal(wf_snapshot_unaccounted(rig.snap).packets, 0);
	assert_int_equal(wf_snapshot_unaccounted(rig.snap).bytes, 0);
	assert_true(rig.snap->trustworthy);
	wf_plan_free(plan);
	wf_conf_free(conf);
	wf_node_free(tree);
	wf_err_free(err);
}

static void
a_wire_keeps_every_stamp(void **state)
{
	for (uint32_t i = 0; i < 100; i++)
		enter(i * 1237, 60);
	run("", 32);
	assert_int_equal(rig.n_out, 100);
	for (uint32_t i = 0; i < 100; i++)
		assert_true(rig.out[i].time_ns == EPOCH + i * 1237);
}

static void
a_constant_delay_is_exact_to_the_tick(void **state)
{
	for (uint32_t i = 0; i < 1000; i++)
		enter(i * 9973, 60);
	run("delay = \"20ms\";", 32);
	assert_int_equal(rig.n_out, 1000);
	for (uint32_t i = 0; i < 1000; i++)
		assert_true(rig.out[i].time_ns == TICK(EPOCH + i * 9973 + 20000000));
}

static void
a_rate_spaces_packets_by_their_wire_bytes(void **state)
{
	/* 1000 + 24 bytes at 8.192 Mbit/s: 1 ms each. */
	for (uint32_t i = 0; i < 50; i++)
		enter(0, 1000);
	run("rate = { rate = \"8192kbit\"; overhead = \"ethernet\"; };", 7);
	for (uint32_t i = 0; i < 50; i++)
		assert_true(rig.out[i].time_ns == TICK(EPOCH + (i + 1) * WF_NS_PER_MS));
}

static void
a_full_queue_drops_the_tail(void **state)
{
	for (uint32_t i = 0; i < 50; i++)
		enter(0, 1000);
	run("rate = \"8Mbit\"; queue = \"10pkt\";", 32);
	assert_int_equal(rig.n_out, 10);
	assert_int_equal(rig.snap->links[0].dir[WF_AB].s.c.dropped[WF_DROP_queue_full].packets, 40);
}

static void
fifo_never_overtakes_and_free_does(void **state)
{
	uint32_t inversions = 0;

	for (uint32_t i = 0; i < MAX / 2; i++)
		enter(i * 10000, 60 + i % 1000);
	run("delay = { mean = \"5ms\"; stddev = \"1ms\"; };", 32);
	for (uint32_t i = 0; i < rig.n_out; i++)
		assert_int_equal(rig.out[i].len_bytes, 60 + i % 1000);
	run("delay = { mean = \"5ms\"; stddev = \"1ms\"; order = \"free\"; };", 32);
	for (uint32_t i = 0; i < rig.n_out; i++)
		inversions += rig.out[i].len_bytes != 60 + i % 1000;
	assert_true(inversions > MAX / 4);
}

static void
time_that_goes_backwards_is_clamped_and_counted(void **state)
{
	enter(5000, 60);
	enter(1000, 61);
	enter(9000, 62);
	run("", 32);
	assert_int_equal(rig.snap->time_clamped, 1);
	assert_true(rig.out[1].time_ns == EPOCH + 5000);
	assert_true(rig.out[2].time_ns == EPOCH + 9000);
}

static void
a_cut_frame_is_charged_with_its_original_length(void **state)
{
	enter(0, 60);
	rig.in[0].len_bytes = 1000;
	run("rate = \"8Mbit\";", 32);
	assert_true(rig.out[0].time_ns == TICK(EPOCH + WF_NS_PER_MS));
	assert_int_equal(rig.out[0].cap_bytes, 60);
	assert_int_equal(rig.out[0].len_bytes, 1000);
	assert_int_equal(rig.snap->links[0].dir[WF_AB].s.c.tx.bytes, 1000);
}

static void
copies_leave_beside_their_original(void **state)
{
	for (uint32_t i = 0; i < 20; i++)
		enter(i * 1000000, 60 + i);
	run("duplicate = { p = \"100%\"; copies = 2; };", 32);
	assert_int_equal(rig.n_out, 60);
	for (uint32_t i = 0; i < 60; i++)
		assert_int_equal(rig.out[i].len_bytes, 60 + i / 3);
	assert_int_equal(rig.snap->links[0].dir[WF_AB].s.c.dup_created.packets, 40);
}

static int
clear(void **state)
{
	rig.n_in = rig.n_out = 0;
	return 0;
}

static int
start(void **state)
{
	char *argv[] = { "test", "--no-huge", "--no-shconf", "--no-pci", "-m", "512",
		"--log-level=error", NULL };

	return mkdtemp(dir) != NULL && rte_eal_init(7, argv) >= 0 ? 0 : -1;
}

static int
end(void **state)
{
	wf_snapshot_free(rig.snap);
	unlink(path("in"));
	unlink(path("out"));
	return rmdir(dir) + rte_eal_cleanup();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_wire_keeps_every_stamp, clear),
		cmocka_unit_test_setup(a_constant_delay_is_exact_to_the_tick, clear),
		cmocka_unit_test_setup(a_rate_spaces_packets_by_their_wire_bytes, clear),
		cmocka_unit_test_setup(a_full_queue_drops_the_tail, clear),
		cmocka_unit_test_setup(fifo_never_overtakes_and_free_does, clear),
		cmocka_unit_test_setup(time_that_goes_backwards_is_clamped_and_counted, clear),
		cmocka_unit_test_setup(a_cut_frame_is_charged_with_its_original_length, clear),
		cmocka_unit_test_setup(copies_leave_beside_their_original, clear),
	};

	return cmocka_run_group_tests(tests, start, end);
}
