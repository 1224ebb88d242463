/* SPDX-License-Identifier: BSD-3-Clause
 * Packets through a running data path: one worker, the cases in order on one start, because EAL
 * starts once a process.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "rig.h"

static struct rig rig;
static uint64_t idle_buffers; /* in use with nothing under way */

#define WITH(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void
publish(const char *const *assignments)
{
	rig_publish(&rig, rig_plan(&rig, assignments));
}

static int
start(void **state)
{
	struct wf_snapshot *s;

	rig_start(&rig, 1, WITH("delay.mean=0ms"));
	s = rig_empty(&rig);
	idle_buffers = s->pool_in_use;
	wf_snapshot_free(s);
	return 0;
}

static int
end(void **state)
{
	rig_end(&rig);
	return 0;
}

static void
packets_cross_and_are_counted(void **state)
{
	struct wf_snapshot *s;
	const struct wf_snap_dir *ab, *ba;

	rig_send(&rig, 1000, 64, 1);
	s = rig_empty(&rig);
	ab = &s->links[0].dir[WF_AB];
	ba = &s->links[0].dir[WF_BA];
	assert_int_equal(ab->s.c.rx.packets, 1000);
	assert_int_equal(ab->s.c.rx.bytes, 64000);
	assert_int_equal(ab->s.c.tx.packets, 1000);
	assert_int_equal(ab->s.c.tx.bytes, 64000);
	assert_int_equal(ab->s.delay.count, 1000);
	assert_int_equal(ba->s.c.dropped[WF_DROP_blackhole].packets, 1000);
	assert_int_equal(s->pool_in_use, idle_buffers);
	wf_snapshot_free(s);
}

static void
the_snapshot_names_things(void **state)
{
	struct wf_snapshot *s = rig_empty(&rig);

	assert_true(s->live);
	assert_string_equal(s->links[0].name, "wan");
	assert_string_equal(s->links[0].port[1], "b");
	assert_string_equal(s->ports[0].device, "net_ring0");
	assert_true(s->ports[0].link_up);
	assert_int_equal(s->workers[0].lcore, rig.conf.workers[0]);
	assert_true(s->workers[0].loops > 0);
	assert_true(s->workers[0].busy_ratio >= 0 && s->workers[0].busy_ratio <= 1);
	/* It polls, so it takes what it is given of its core: never more than there was. */
	assert_in_range(s->workers[0].cpu_ns, 1, s->uptime_ns + WF_NS_PER_S);
	assert_string_equal(s->links[0].dir[0].classes[0].name, "default");
	assert_int_equal(s->links[0].dir[0].classes[0].s.c.rx.packets, 1000);
	assert_int_equal(s->seed, 42);
	wf_snapshot_free(s);
}

static void
what_waits_is_queued_and_leaves_late_enough(void **state)
{
	struct wf_snapshot *s;

	publish(WITH("delay.mean=300ms"));
	assert_int_equal(wf_dp_reset(rig.dp), 0);
	rig.sent_packets = 0;
	rig_send(&rig, 500, 100, 2);
	s = rig_settled(&rig);
	assert_int_equal(s->links[0].dir[WF_AB].queued.packets, 500);
	assert_int_equal(s->links[0].dir[WF_AB].queued.bytes, 50000);
	assert_int_equal(s->pool_in_use, idle_buffers + 500);
	wf_snapshot_free(s);
	s = rig_empty(&rig);
	assert_int_equal(s->links[0].dir[WF_AB].s.c.tx.packets, 500);
	assert_true(s->links[0].dir[WF_AB].s.delay.min_ns >= 300 * WF_NS_PER_MS);
	assert_int_equal(s->pool_in_use, idle_buffers);
	wf_snapshot_free(s);
}

static void
a_reset_counts_what_waits_as_received(void **state)
{
	struct wf_snapshot *s;

	rig.sent_packets = 0;
	assert_int_equal(wf_dp_reset(rig.dp), 0);
	rig_send(&rig, 70, 100, 3);
	wf_snapshot_free(rig_settled(&rig));
	assert_int_equal(wf_dp_reset(rig.dp), 0);
	s = rig_settled(&rig);
	assert_int_equal(s->links[0].dir[WF_AB].s.c.rx.packets, 70);
	assert_int_equal(s->links[0].dir[WF_AB].s.c.rx.bytes, 7000);
	wf_snapshot_free(s);
	s = rig_empty(&rig);
	assert_int_equal(s->links[0].dir[WF_AB].s.c.tx.packets, 70);
	wf_snapshot_free(s);
}

static void
a_change_under_traffic_loses_nothing(void **state)
{
	static const char *const delays[] = { "delay.mean=0ms", "delay.mean=1ms", "delay.mean=5ms",
		"delay.mean=200us" };
	struct wf_snapshot *s;

	rig.sent_packets = 0;
	assert_int_equal(wf_dp_reset(rig.dp), 0);
	for (int i = 0; i < 400; i++) {
		/* In all no more than the ring behind port b holds. The first wait for as long as
		 * the case before has left the delay, and what comes behind them leaves no sooner:
		 * all may be due at once, while nobody empties the ring but this same worker. */
		rig_send(&rig, 2, 64, (uint32_t)i);
		publish(WITH(delays[i % 4]));
		s = wf_dp_snapshot(rig.dp);
		assert_int_equal(wf_snapshot_unaccounted(s).packets, 0);
		wf_snapshot_free(s);
	}
	s = rig_empty(&rig);
	assert_int_equal(s->links[0].dir[WF_AB].s.c.tx.packets, 800);
	assert_int_equal(s->pool_in_use, idle_buffers);
	wf_snapshot_free(s);
}

static void
frames_too_long_for_the_output_are_counted(void **state)
{
	struct wf_snapshot *s;

	rig.sent_packets = 0;
	assert_int_equal(wf_dp_reset(rig.dp), 0);
	rig_send(&rig, 3, 1514, 1);
	rig_send(&rig, 2, 1515, 1);
	s = rig_empty(&rig);
	assert_int_equal(s->links[0].dir[WF_AB].s.c.tx.packets, 3);
	assert_int_equal(s->links[0].dir[WF_AB].s.c.dropped[WF_DROP_too_long].packets, 2);
	assert_int_equal(s->links[0].dir[WF_AB].s.c.dropped[WF_DROP_too_long].bytes, 3030);
	wf_snapshot_free(s);
}

static void
a_stripped_vlan_tag_is_put_back(void **state)
{
	struct wf_snapshot *s;

	rig.sent_packets = rig.sent_bytes = 0;
	assert_int_equal(wf_dp_reset(rig.dp), 0);
	/* With its tag, a full-size frame is longer than the MTU and the header, and still goes. */
	rig_send_stripped(&rig, 1514, 100);
	s = rig_empty(&rig);
	assert_int_equal(s->links[0].dir[WF_AB].s.c.rx.bytes, 1518);
	assert_int_equal(s->links[0].dir[WF_AB].s.c.tx.bytes, 1518);
	wf_snapshot_free(s);
}

static void
copies_are_made_and_given_back(void **state)
{
	struct wf_snapshot *s;

	publish(WITH("duplicate.p=100%"));
	rig.sent_packets = 0;
	assert_int_equal(wf_dp_reset(rig.dp), 0);
	rig_send(&rig, 100, 64, 1);
	s = rig_empty(&rig);
	assert_int_equal(s->links[0].dir[WF_AB].s.c.dup_created.packets, 100);
	assert_int_equal(s->links[0].dir[WF_AB].s.c.tx.packets, 200);
	assert_int_equal(s->pool_in_use, idle_buffers);
	wf_snapshot_free(s);
}

/* Sends n packets to a worker that stands still. Returns how long each of them waited at least. */
static wf_ns_t
send_and_stall(uint32_t n)
{
	const struct timespec stall = { .tv_nsec = 100 * WF_NS_PER_MS };
	struct timespec from, to;

	assert_int_equal(wf_dp_reset(rig.dp), 0);
	rig.sent_packets = 0;
	rig_stop(&rig, 0);
	rig_send(&rig, n, 64, 1);
	clock_gettime(CLOCK_MONOTONIC, &from);
	nanosleep(&stall, NULL);
	clock_gettime(CLOCK_MONOTONIC, &to);
	rig_go_on();
	return (wf_ns_t)((to.tv_sec - from.tv_sec) * (int64_t)WF_NS_PER_S + to.tv_nsec -
			 from.tv_nsec);
}

/* A ring has no stamps, yet what waited in it is late: the first of a burst, the last of several
 * bursts, copies; and nobody is early. */
static void
what_waited_in_the_ring_is_late(void **state)
{
	const struct {
		const char *const *with;
		wf_ns_t delay_ns;
		uint32_t sent;
	} cases[] = {
		{ WITH("delay.mean=0ms"), 0, 200 },
		{ WITH("delay.mean=30ms"), 30 * WF_NS_PER_MS, 200 },
		{ WITH("duplicate.p=100%"), 0, 400 },
		{ WITH("rate.rate=1Gbit"), 0, 200 },
	};

	for (size_t i = 0; i < WF_ARRAY_SIZE(cases); i++) {
		const struct wf_dir_stats *ab;
		struct wf_snapshot *s;
		wf_ns_t waited_ns;

		publish(cases[i].with);
		waited_ns = send_and_stall(200);
		s = rig_empty(&rig);
		ab = &s->links[0].dir[WF_AB].s;
		assert_int_equal(ab->error.count, cases[i].sent);
		assert_true(ab->error.min_ns >= waited_ns);
		assert_true(ab->delay.min_ns >= waited_ns + cases[i].delay_ns);
		/* Due times count from the poll. */
		assert_true(ab->delay.min_ns >= ab->error.min_ns + cases[i].delay_ns);
		wf_snapshot_free(s);
	}
}

static void
stopping_lets_what_waits_leave(void **state)
{
	struct wf_snapshot *s;

	publish(WITH("delay.mean=200ms"));
	rig.sent_packets = 0;
	assert_int_equal(wf_dp_reset(rig.dp), 0);
	rig_send(&rig, 300, 64, 1);
	wf_snapshot_free(rig_settled(&rig));
	wf_dp_stop(rig.dp, 2 * WF_NS_PER_S);
	s = wf_dp_snapshot(rig.dp);
	assert_int_equal(s->links[0].dir[WF_AB].s.c.tx.packets, 300);
	assert_int_equal(s->links[0].dir[WF_AB].queued.packets, 0);
	assert_int_equal(wf_snapshot_unaccounted(s).packets, 0);
	wf_snapshot_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packets_cross_and_are_counted),
		cmocka_unit_test(the_snapshot_names_things),
		cmocka_unit_test(what_waits_is_queued_and_leaves_late_enough),
		cmocka_unit_test(a_reset_counts_what_waits_as_received),
		cmocka_unit_test(a_change_under_traffic_loses_nothing),
		cmocka_unit_test(frames_too_long_for_the_output_are_counted),
		cmocka_unit_test(a_stripped_vlan_tag_is_put_back),
		cmocka_unit_test(copies_are_made_and_given_back),
		cmocka_unit_test(what_waited_in_the_ring_is_late),
		cmocka_unit_test(stopping_lets_what_waits_leave),
	};

	return cmocka_run_group_tests(tests, start, end);
}
