/* SPDX-License-Identifier: BSD-3-Clause
 * Two workers: net_ring has no notion of flows, so packets arrive at the wrong worker and are
 * handed over.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "rig.h"
#include "wf_dp_private.h"

static struct rig rig;

static int
start(void **state)
{
	/* The test feeds the first queue of port a, worker 0's. */
	rig_start(&rig, 2,
		(const char *const[]){
			"loss.p=0.0001", "delay.mean=1ms", "delay.order=flow", NULL });
	return 0;
}

static int
end(void **state)
{
	rig_end(&rig);
	return 0;
}

static void
flows_are_handed_to_their_owners(void **state)
{
	struct wf_snapshot *s;
	const struct wf_snap_dir *ab;

	for (uint32_t i = 0; i < 100; i++)
		rig_send(&rig, 10, 64, i);
	s = rig_empty(&rig);
	ab = &s->links[0].dir[WF_AB];
	assert_int_equal(ab->s.c.rx.packets, 1000);
	assert_int_equal(ab->s.handed_in.packets, ab->s.handed_out.packets);
	assert_true(ab->s.handed_out.packets > 100 && ab->s.handed_out.packets < 900);
	assert_int_equal(ab->classes[0].s.flows, 100);
	wf_snapshot_free(s);
}

/* The worker that received them stood still, and not the one that releases them. */
static void
handed_packets_are_as_late(void **state)
{
	const struct timespec stall = { .tv_nsec = 100 * WF_NS_PER_MS };
	const struct wf_dir_stats *ab;
	struct wf_snapshot *s;

	rig.sent_packets = 0;
	assert_int_equal(wf_dp_reset(rig.dp), 0);
	rig_stop(&rig, 0);
	for (uint32_t i = 0; i < 100; i++)
		rig_send(&rig, 2, 64, i);
	nanosleep(&stall, NULL);
	rig_go_on();
	s = rig_empty(&rig);
	ab = &s->links[0].dir[WF_AB].s;
	assert_true(ab->handed_out.packets > 20);
	assert_true(ab->error.count > 150);
	assert_true(ab->error.min_ns >= 100 * WF_NS_PER_MS);
	wf_snapshot_free(s);
	assert_int_equal(wf_dp_reset(rig.dp), 0);
	rig.sent_packets = 0;
}

/* See test_layout.c for what stands in them. */
static void
each_worker_writes_on_lines_of_its_own(void **state)
{
	for (uint32_t i = 0; i < 2; i++) {
		const struct wf_worker *w = rig.dp->workers[i];
		const void *block[] = { w, w->rxq, w->txq, w->busy, w->stats, w->stats->bank[0].dir,
			w->stats->bank[1].dir, w->stats->bank[0].class, w->stats->bank[1].class,
			w->pipe, w->in[!i] };

		for (size_t b = 0; b < WF_ARRAY_SIZE(block); b++)
			assert_int_equal((uintptr_t)block[b] % WF_CACHE_LINE, 0);
		for (uint32_t q = 0; q < w->n_rxqs; q++)
			assert_int_equal((uintptr_t)w->rxq[q].queue % WF_CACHE_LINE, 0);
	}
}

/* Every one of many snapshots under traffic cuts through both workers and the rings exactly. */
static void
snapshots_are_exact_while_packets_change_hands(void **state)
{
	struct wf_snapshot *s;

	for (uint32_t i = 0; i < 2000; i++) {
		rig_send(&rig, 20, 64 + i % 100, i % 64);
		s = wf_dp_snapshot(rig.dp);
		assert_non_null(s);
		assert_int_equal(wf_snapshot_unaccounted(s).packets, 0);
		assert_int_equal(wf_snapshot_unaccounted(s).bytes, 0);
		assert_true((int64_t)(s->links[0].dir[WF_AB].s.handed_out.packets -
				      s->links[0].dir[WF_AB].s.handed_in.packets) >= 0);
		wf_snapshot_free(s);
	}
	s = rig_empty(&rig);
	assert_int_equal(s->links[0].dir[WF_AB].s.c.rx.packets, 40000);
	wf_snapshot_free(s);
}

static void
a_plan_that_nobody_owns_needs_no_hand_over(void **state)
{
	struct wf_plan *wire = rig_plan(&rig, (const char *const[]){ NULL });
	struct wf_snapshot *s;

	rig_publish(&rig, wire);
	assert_int_equal(wf_dp_reset(rig.dp), 0);
	rig.sent_packets = 0;
	rig_send(&rig, 1000, 64, 1);
	s = rig_empty(&rig);
	assert_int_equal(s->links[0].dir[WF_AB].s.handed_out.packets, 0);
	assert_int_equal(s->links[0].dir[WF_AB].s.c.tx.packets, 1000);
	wf_snapshot_free(s);
}

/* What is held at a reset counts as received, but has not come since. */
static void
rates_begin_at_the_reset(void **state)
{
	struct wf_plan *delay = rig_plan(&rig, (const char *const[]){ "delay.mean=3s", NULL });
	const struct wf_snap_dir *ab;
	struct wf_snapshot *s;

	rig_publish(&rig, delay);
	rig_send(&rig, 500, 64, 1);
	s = rig_settled(&rig);
	wf_snapshot_free(s);
	assert_int_equal(wf_dp_reset(rig.dp), 0);
	s = wf_dp_snapshot(rig.dp);
	ab = &s->links[0].dir[WF_AB];
	rig.sent_packets = ab->s.c.rx.packets;
	assert_int_equal(ab->since_reset.rx.packets, 0);
	assert_true(s->since_reset_ns < s->uptime_ns);
	assert_int_equal(s->interval_ns, s->since_reset_ns); /* no snapshot before */
	wf_snapshot_free(s);

	rig_send(&rig, 300, 100, 1);
	s = rig_settled(&rig);
	ab = &s->links[0].dir[WF_AB];
	assert_int_equal(ab->since_reset.rx.packets, 300);
	assert_int_equal(ab->since_reset.rx.bytes, 30000);
	assert_int_equal(ab->classes[0].since_reset.rx.packets, 300);
	wf_snapshot_free(s);
}

/* However often it is asked for, an interval is a second at least, and then moves on. */
static void
an_interval_is_a_second_at_least(void **state)
{
	wf_ns_t before_ns = 0;
	struct wf_snapshot *s;
	bool moved = false;

	while (!moved) {
		s = wf_dp_snapshot(rig.dp);
		assert_non_null(s);
		assert_true(s->interval_ns <= s->since_reset_ns);
		moved = s->interval_ns < before_ns; /* it has begun later */
		if (moved) {
			assert_true(s->interval_ns >= WF_NS_PER_S);
			assert_int_equal(s->links[0].dir[WF_AB].lately.rx.packets, 0);
			assert_int_equal(s->links[0].dir[WF_AB].since_reset.rx.packets, 300);
		}
		before_ns = s->interval_ns;
		wf_snapshot_free(s);
	}
	s = rig_empty(&rig);
	wf_snapshot_free(s);
}

/* Who asks a worker that stands still goes on, and is answered when that does. */
static void
a_worker_that_stands_still_holds_up_nobody(void **state)
{
	wf_ns_t begin_ns, end_ns;
	struct wf_snapshot *s = NULL;

	rig_stop(&rig, 0);
	begin_ns = wf_dp_now(rig.dp);
	assert_null(wf_dp_snapshot_now(rig.dp));
	assert_int_equal(wf_dp_reset_now(rig.dp), -EAGAIN);
	end_ns = wf_dp_now(rig.dp);
	assert_true(end_ns - begin_ns < WF_NS_PER_S / 2);
	rig_go_on();
	while (s == NULL)
		s = wf_dp_snapshot_now(rig.dp);
	assert_true(s->uptime_ns > 0);
	wf_snapshot_free(s);
	while (wf_dp_reset_now(rig.dp) < 0)
		;
	s = wf_dp_snapshot(rig.dp);
	assert_int_equal(wf_snapshot_unaccounted(s).packets, 0);
	rig.sent_packets = s->links[0].dir[WF_AB].s.c.rx.packets;
	wf_snapshot_free(s);
}

static void
stopping_empties_the_rings_too(void **state)
{
	struct wf_plan *delay = rig_plan(&rig, (const char *const[]){ "delay.mean=100ms", NULL });
	struct wf_snapshot *s;

	rig_publish(&rig, delay);
	rig_send(&rig, 2000, 64, 1);
	wf_dp_stop(rig.dp, 2 * WF_NS_PER_S);
	s = wf_dp_snapshot(rig.dp);
	assert_int_equal(wf_snapshot_unaccounted(s).packets, 0);
	assert_int_equal(s->links[0].dir[WF_AB].queued.packets, 0);
	assert_int_equal(s->links[0].dir[WF_AB].s.c.dropped[WF_DROP_shutdown].packets, 0);
	wf_snapshot_free(s);
}

/* It is not in force yet: what is told is of the one that is. The last test: its time never comes.
 */
static void
a_plan_that_is_offered_ahead_is_not_told_of(void **state)
{
	struct wf_plan *ahead = rig_plan(&rig, (const char *const[]){ "delay.mean=1ms", NULL });
	uint64_t seed = ahead->seed;
	struct wf_snapshot *s;

	ahead->seed = seed + 1;
	ahead->from_ns = wf_dp_now(rig.dp) + 3600 * WF_NS_PER_S;
	snprintf(ahead->dir[0].classes[0].about->name, WF_NAME_MAX, "another");
	assert_int_equal(wf_dp_offer(rig.dp, ahead), 0);
	s = wf_dp_snapshot(rig.dp);
	assert_non_null(s);
	assert_int_equal(s->seed, seed);
	assert_string_equal(s->links[0].dir[WF_AB].classes[0].name, "default");
	wf_snapshot_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_worker_writes_on_lines_of_its_own),
		cmocka_unit_test(flows_are_handed_to_their_owners),
		cmocka_unit_test(handed_packets_are_as_late),
		cmocka_unit_test(snapshots_are_exact_while_packets_change_hands),
		cmocka_unit_test(a_plan_that_nobody_owns_needs_no_hand_over),
		cmocka_unit_test(rates_begin_at_the_reset),
		cmocka_unit_test(an_interval_is_a_second_at_least),
		cmocka_unit_test(a_worker_that_stands_still_holds_up_nobody),
		cmocka_unit_test(stopping_empties_the_rings_too),
		cmocka_unit_test(a_plan_that_is_offered_ahead_is_not_told_of),
	};

	rig_need_cores(2);
	return cmocka_run_group_tests(tests, start, end);
}
