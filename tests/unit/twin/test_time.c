/* SPDX-License-Identifier: BSD-3-Clause
 * The offline twin against formulas: when packets leave, to the nanosecond.
 */
#include "rig.h"

static void
a_wire_keeps_every_stamp(void **state)
{
	for (uint32_t i = 0; i < 1000; i++)
		rig_enter(WF_AB, i * 1237, 60, 0);
	rig_run("", "");
	assert_int_equal(rig.side[WF_AB].n_out, 1000);
	for (uint32_t i = 0; i < 1000; i++)
		assert_int_equal(rig_out(WF_AB, i), i * 1237);
	assert_int_equal(rig_stats(WF_AB)->error.max_ns, 0);
	assert_true(rig.snap->trustworthy);
}

static void
a_loss_that_holds_nothing_keeps_every_stamp(void **state)
{
	for (uint32_t i = 0; i < 1000; i++)
		rig_enter(WF_AB, i * 1237, 60, 0);
	rig_run("loss = \"50%\"; duplicate = \"50%\";", "");
	for (uint32_t i = 0; i < rig.side[WF_AB].n_out; i++)
		assert_int_equal(rig_out(WF_AB, i) % 1237, 0);
}

static void
constant_delay_is_exact_to_the_nanosecond(const char *key, wf_ns_t delay_ns)
{
	rig_clear(NULL);
	for (uint32_t i = 0; i < 1000; i++)
		rig_enter(WF_AB, i * 9973, 60, 0);
	rig_run(key, "");
	assert_int_equal(rig.side[WF_AB].n_out, 1000);
	for (uint32_t i = 0; i < 1000; i++)
		assert_int_equal(
			rig.side[WF_AB].out[i].time_ns, rig.side[WF_AB].in[i].time_ns + delay_ns);
	assert_int_equal(rig_stats(WF_AB)->error.max_ns, 0);
}

static void
a_constant_delay_is_exact_to_the_nanosecond(void **state)
{
	constant_delay_is_exact_to_the_nanosecond("delay = \"20ms\";", 20 * WF_NS_PER_MS);
	constant_delay_is_exact_to_the_nanosecond("delay = \"1us\";", 1000);
	constant_delay_is_exact_to_the_nanosecond("delay = \"1h\";", 3600 * WF_NS_PER_S);
}

/* Whatever comes out of one tick leaves in order of due time, and at equal times in order of
 * arrival. */
static void
packets_of_one_tick_leave_in_order_of_due_time(void **state)
{
	wf_ns_t before_ns = 0;

	for (uint32_t i = 0; i < 20000; i++)
		rig_enter(WF_AB, i / 2 * 10, 60 + i % 1000, 0);
	rig_run("delay = { distribution = \"uniform\"; min = \"10us\"; max = \"20us\"; order = "
		"\"free\"; };",
		"");
	assert_int_equal(rig.side[WF_AB].n_out, 20000);
	for (uint32_t i = 0; i < 20000; i++) {
		assert_true(rig.side[WF_AB].out[i].time_ns >= before_ns);
		before_ns = rig.side[WF_AB].out[i].time_ns;
	}
	assert_int_equal(rig_stats(WF_AB)->error.max_ns, 0);
	assert_true(rig_stats(WF_AB)->delay.min_ns >= 10000);
	assert_true(rig_stats(WF_AB)->delay.max_ns <= 20000);
}

static void
the_clock_may_jump_by_years(void **state)
{
	wf_ns_t year_ns = 365 * 86400 * WF_NS_PER_S;

	rig.side[WF_AB].n_in = 0;
	for (uint32_t i = 0; i < 20; i++)
		rig_enter(WF_AB, i * year_ns, 60, 0);
	rig_run("delay = \"3s\";", "");
	assert_int_equal(rig.side[WF_AB].n_out, 20);
	for (uint32_t i = 0; i < 20; i++)
		assert_int_equal(
			rig.side[WF_AB].out[i].time_ns, EPOCH + i * year_ns + 3 * WF_NS_PER_S);
}

static void
from_the_epoch_to_the_end_of_pcap(void **state)
{
	rig_enter(WF_AB, 0, 60, 0);
	rig_enter(WF_AB, 0, 61, 0);
	rig.side[WF_AB].in[0].time_ns = 0;
	rig.side[WF_AB].in[1].time_ns = UINT32_MAX * WF_NS_PER_S;
	rig_run("delay = \"256ns\";", "");
	assert_int_equal(rig.side[WF_AB].n_out, 2);
	assert_int_equal(rig.side[WF_AB].out[0].time_ns, 256);
	assert_int_equal(rig.side[WF_AB].out[1].time_ns, UINT32_MAX * WF_NS_PER_S + 256);
}

static void
a_rate_spaces_packets_by_their_wire_bytes(void **state)
{
	/* 1000 + 24 bytes at 8.192 Mbit/s: 1 ms each. */
	for (uint32_t i = 0; i < 1000; i++)
		rig_enter(WF_AB, 0, 1000, 0);
	rig_run("rate = { rate = \"8192kbit\"; overhead = \"ethernet\"; };", "");
	assert_int_equal(rig.side[WF_AB].n_out, 1000);
	for (uint32_t i = 0; i < 1000; i++)
		assert_int_equal(rig.side[WF_AB].out[i].time_ns, EPOCH + (i + 1) * WF_NS_PER_MS);
}

static void
an_idle_rate_starts_with_the_packet(void **state)
{
	for (uint32_t i = 0; i < 10; i++)
		rig_enter(WF_AB, i * WF_NS_PER_S, 1000, 0);
	rig_run("rate = \"8Mbit\";", "");
	for (uint32_t i = 0; i < 10; i++)
		assert_int_equal(
			rig.side[WF_AB].out[i].time_ns, EPOCH + i * WF_NS_PER_S + WF_NS_PER_MS);
}

static void
delay_comes_behind_the_rate(void **state)
{
	for (uint32_t i = 0; i < 100; i++)
		rig_enter(WF_AB, 0, 1000, 0);
	rig_run("rate = \"8Mbit\"; delay = \"20ms\";", "");
	for (uint32_t i = 0; i < 100; i++)
		assert_int_equal(rig.side[WF_AB].out[i].time_ns, EPOCH + (i + 21) * WF_NS_PER_MS);
}

static void
a_full_queue_drops_the_tail(void **state)
{
	for (uint32_t i = 0; i < 50; i++)
		rig_enter(WF_AB, 0, 1000 + i, 0);
	rig_run("rate = \"8Mbit\"; queue = \"10pkt\";", "");
	assert_int_equal(rig.side[WF_AB].n_out, 10);
	for (uint32_t i = 0; i < 10; i++)
		assert_int_equal(rig.side[WF_AB].out[i].len_bytes, 1000 + i);
	assert_int_equal(rig_stats(WF_AB)->c.dropped[WF_DROP_queue_full].packets, 40);
}

static void
a_cut_frame_is_charged_with_its_original_length(void **state)
{
	for (uint32_t i = 0; i < 5; i++) {
		rig_enter(WF_AB, 0, 60, 0);
		rig.side[WF_AB].in[i].len_bytes = 1000;
	}
	rig_run("rate = \"8Mbit\";", "");
	for (uint32_t i = 0; i < 5; i++) {
		assert_int_equal(rig.side[WF_AB].out[i].time_ns, EPOCH + (i + 1) * WF_NS_PER_MS);
		assert_int_equal(rig.side[WF_AB].out[i].cap_bytes, 60);
		assert_int_equal(rig.side[WF_AB].out[i].len_bytes, 1000);
	}
	assert_int_equal(rig_stats(WF_AB)->c.rx.bytes, 5000);
	assert_int_equal(rig_stats(WF_AB)->c.tx.bytes, 5000);
}

/* Frames cut before, in and behind each header; read from heap blocks of just that size. */
static void
frames_cut_anywhere_are_forwarded(void **state)
{
	rig.classes = "classes = ( { name = \"k\"; match = { proto = \"udp\"; dport = \"5001\"; }; "
		      "ab = { delay = \"1ms\"; }; } );";
	for (uint32_t i = 0; i <= 64; i++) {
		rig_enter(WF_AB, i, i, 0);
		rig.side[WF_AB].in[i].len_bytes = 1514;
	}
	rig_run("", "");
	assert_int_equal(rig.side[WF_AB].n_out, 65);
	/* 14 + 20 + 4: ports are there from 38 bytes. */
	assert_int_equal(rig.snap->links[0].dir[WF_AB].classes[1].s.c.rx.packets, 65 - 38);
}

static void
a_frame_of_four_gigabytes_overflows_nothing(void **state)
{
	rig_enter(WF_AB, 0, 60, 0);
	rig_enter(WF_AB, 1, 60, 0);
	rig.side[WF_AB].in[0].len_bytes = UINT32_MAX;
	rig_run("rate = { rate = \"1kbit\"; overhead = 1024; }; queue = \"100pkt\";", "");
	assert_int_equal(rig.side[WF_AB].n_out, 2);
	assert_true(rig_out(WF_AB, 0) >= UINT32_MAX * 8ull * WF_NS_PER_MS);
	assert_true(rig_out(WF_AB, 1) > rig_out(WF_AB, 0));
}

static void
time_that_goes_backwards_is_clamped_and_counted(void **state)
{
	rig_enter(WF_AB, 5000, 60, 0);
	rig_enter(WF_AB, 1000, 61, 0);
	rig_enter(WF_AB, 4999, 62, 0);
	rig_enter(WF_AB, 9000, 63, 0);
	rig_enter(WF_BA, 2000, 60, 0); /* directions have clocks of their own */
	rig_enter(WF_BA, 1000, 60, 0);
	rig_run("", "");
	assert_int_equal(rig.snap->input.clamped, 3);
	assert_int_equal(rig_out(WF_AB, 1), 5000);
	assert_int_equal(rig_out(WF_AB, 2), 5000);
	assert_int_equal(rig_out(WF_AB, 3), 9000);
	assert_int_equal(rig_out(WF_BA, 0), 2000);
	assert_int_equal(rig_out(WF_BA, 1), 2000);
}

/* A run lasts from the first arrival to the last, though nothing leaves. */
static void
a_run_without_departures_has_its_length(void **state)
{
	for (uint32_t i = 0; i <= 10; i++)
		rig_enter(WF_AB, i * WF_NS_PER_S, 60, 0);
	rig_run("blackhole = true;", "");
	assert_int_equal(rig.side[WF_AB].n_out, 0);
	assert_int_equal(rig.snap->uptime_ns, 10 * WF_NS_PER_S);
}

static void
no_packets_at_all_are_a_run(void **state)
{
	rig_run("delay = \"20ms\"; loss = \"1%\";", "");
	assert_int_equal(rig.side[WF_AB].out_bytes, 24);
	assert_int_equal(rig.snap->uptime_ns, 0);
}

#define TEST(f) cmocka_unit_test_setup(f, rig_clear)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_wire_keeps_every_stamp),
		TEST(a_loss_that_holds_nothing_keeps_every_stamp),
		TEST(a_constant_delay_is_exact_to_the_nanosecond),
		TEST(packets_of_one_tick_leave_in_order_of_due_time),
		TEST(the_clock_may_jump_by_years),
		TEST(from_the_epoch_to_the_end_of_pcap),
		TEST(a_rate_spaces_packets_by_their_wire_bytes),
		TEST(an_idle_rate_starts_with_the_packet),
		TEST(delay_comes_behind_the_rate),
		TEST(a_full_queue_drops_the_tail),
		TEST(a_cut_frame_is_charged_with_its_original_length),
		TEST(frames_cut_anywhere_are_forwarded),
		TEST(a_frame_of_four_gigabytes_overflows_nothing),
		TEST(time_that_goes_backwards_is_clamped_and_counted),
		TEST(a_run_without_departures_has_its_length),
		TEST(no_packets_at_all_are_a_run),
	};

	return cmocka_run_group_tests(tests, rig_start, rig_end);
}
