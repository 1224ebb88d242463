/* SPDX-License-Identifier: BSD-3-Clause
 * The judgement of a snapshot: the arithmetic of `unaccounted`, and each reason not to trust.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wf_snapshot.h"

static int
setup(void **state)
{
	struct wf_snapshot *s = wf_snapshot_new(2, 2, 1);

	*state = s;
	if (s == NULL)
		return -1;
	s->live = true;
	snprintf(s->links[0].name, WF_NAME_MAX, "wan");
	snprintf(s->links[1].name, WF_NAME_MAX, "lan");
	snprintf(s->ports[0].name, WF_NAME_MAX, "a");
	snprintf(s->ports[1].name, WF_NAME_MAX, "b");
	return 0;
}

static int
teardown(void **state)
{
	wf_snapshot_free(*state);
	return 0;
}

static void
set(struct wf_count *c, uint64_t packets)
{
	c->packets = packets;
	c->bytes = 100 * packets;
}

/* The verdict is no, for one reason that contains `text`. */
static void
expect_reason(struct wf_snapshot *s, const char *text)
{
	wf_snapshot_judge(s);
	assert_false(s->trustworthy);
	assert_int_equal(s->n_reasons, 1);
	assert_true(strlen(s->reasons[0].remedy) > 20);
	assert_true(strlen(s->reasons[0].remedy) + 1 < sizeof(s->reasons[0].remedy));
	assert_non_null(strstr(s->reasons[0].text, text));
}

static void
expect_trust(struct wf_snapshot *s)
{
	wf_snapshot_judge(s);
	assert_true(s->trustworthy);
	assert_int_equal(s->n_reasons, 0);
	assert_int_equal(wf_snapshot_unaccounted(s).packets, 0);
	assert_int_equal(wf_snapshot_unaccounted(s).bytes, 0);
}

static void
an_idle_bridge_is_trusted(void **state)
{
	expect_trust(*state);
}

/* rx + dup + forged = tx + drops + held + ring */
static void
the_balance_counts_every_term(void **state)
{
	struct wf_snapshot *s = *state;
	struct wf_dir_stats *d = &s->links[1].dir[1].s;

	set(&d->c.rx, 1000);
	set(&d->c.dup_created, 20);
	set(&d->c.forged, 3);
	set(&d->c.tx, 800);
	set(&d->c.dropped[WF_DROP_loss], 90);
	set(&d->c.dropped[WF_DROP_queue_full], 10);
	set(&d->c.dropped[WF_DROP_policed], 1);
	set(&d->c.dropped[WF_DROP_blackhole], 2);
	set(&d->c.dropped[WF_DROP_too_long], 4);
	set(&d->c.dropped[WF_DROP_shutdown], 6);
	set(&d->held, 60);
	set(&d->handed_out, 200);
	set(&d->handed_in, 150);
	expect_trust(s);
	assert_int_equal(s->links[1].dir[1].queued.packets, 110);
	assert_int_equal(s->links[1].dir[1].queued.bytes, 11000);
}

static void
a_missing_packet_is_unaccounted(void **state)
{
	struct wf_snapshot *s = *state;
	struct wf_snap_dir *d = &s->links[0].dir[0];

	set(&d->s.c.rx, 10);
	set(&d->s.c.tx, 9);
	expect_reason(s, "wan ab: the books do not balance: +1 packets");
	assert_int_equal(d->unaccounted_packets, 1);
	assert_int_equal(d->unaccounted_bytes, 100);
}

static void
a_packet_too_many_is_unaccounted(void **state)
{
	struct wf_snapshot *s = *state;
	struct wf_snap_dir *d = &s->links[0].dir[1];

	set(&d->s.c.tx, 2);
	expect_reason(s, "wan ba: the books do not balance: -2 packets");
	assert_int_equal(d->unaccounted_bytes, -200);
}

static void
bytes_alone_may_be_unaccounted(void **state)
{
	struct wf_snapshot *s = *state;

	s->links[1].dir[0].s.c.rx.bytes = 1;
	expect_reason(s, "lan ab");
	assert_int_equal(wf_snapshot_unaccounted(s).bytes, 1);
}

static void
opposite_errors_do_not_cancel(void **state)
{
	struct wf_snapshot *s = *state;

	set(&s->links[0].dir[0].s.c.rx, 5);
	set(&s->links[1].dir[1].s.c.tx, 5);
	wf_snapshot_judge(s);
	assert_int_equal(s->n_reasons, 2);
	assert_int_equal(wf_snapshot_unaccounted(s).packets, 10);
	assert_int_equal(wf_snapshot_unaccounted(s).bytes, 1000);
}

static void
only_drops_of_the_emulator_are_a_reason(void **state)
{
	for (int cause = 1; cause < WF_DROP_COUNT; cause++) {
		struct wf_snapshot *s;

		assert_int_equal(setup((void **)&s), 0);
		set(&s->links[0].dir[0].s.c.rx, 7);
		set(&s->links[0].dir[0].s.c.dropped[cause], 7);
		if (wf_drop_info[cause].by == WF_DROP_BY_EMULATOR)
			expect_reason(s, wf_drop_info[cause].name);
		else
			expect_trust(s);
		wf_snapshot_free(s);
	}
}

static void
late_releases_are_a_reason(void **state)
{
	struct wf_snapshot *s = *state;
	struct wf_hist *error = &s->links[0].dir[0].s.error;

	for (int i = 0; i < 980; i++)
		wf_hist_add(error, 300);
	for (int i = 0; i < 20; i++)
		wf_hist_add(error, 60000);
	expect_reason(s, "wan ab: 1 % of the 1,000 packets sent left 60.");
	assert_non_null(strstr(s->reasons[0].text, "up to 50.00 us is on time"));
}

static void
a_few_late_releases_are_not(void **state)
{
	struct wf_snapshot *s = *state;

	for (int i = 0; i < 995; i++)
		wf_hist_add(&s->links[0].dir[0].s.error, 300);
	for (int i = 0; i < 5; i++)
		wf_hist_add(&s->links[0].dir[0].s.error, 60000000);
	expect_trust(s);
}

/* 60 us are nothing to packets that are delayed by 10 ms. */
static void
what_is_late_depends_on_the_delay(void **state)
{
	struct wf_snapshot *s = *state;

	for (int i = 0; i < 100; i++)
		wf_hist_add(&s->links[0].dir[0].s.error, 60000);
	s->links[0].dir[0].on_time_ns = 100000;
	expect_trust(s);
	s->links[0].dir[0].on_time_ns = 59000;
	expect_reason(s, "up to 59.00 us is on time");
}

static void
offline_nothing_is_late(void **state)
{
	struct wf_snapshot *s = *state;

	s->live = false;
	for (int i = 0; i < 100; i++)
		wf_hist_add(&s->links[0].dir[0].s.error, 90000);
	expect_trust(s);
}

static void
packets_that_a_port_missed_are_a_reason(void **state)
{
	struct wf_snapshot *s = *state;

	s->ports[1].rx_missed = 4;
	s->ports[1].rx_nombuf = 3;
	expect_reason(s, "port b: 7 packets missed");
}

static void
what_counts_as_sent_and_was_not_is_a_reason(void **state)
{
	struct wf_snapshot *s = *state;

	s->ports[1].tx_errors = 50;
	s->ports[1].kind = "packet"; /* these are drops, with a cause */
	expect_trust(s);
	s->ports[1].kind = "dpdk";
	expect_reason(s, "port b: 50 packets count as sent, but were not");
	s->ports[1].tx_errors = 0;
	expect_trust(s);
}

static void
an_mtu_that_has_changed_is_a_reason(void **state)
{
	struct wf_snapshot *s = *state;

	s->ports[1].mtu = s->ports[1].mtu_before = 1500;
	expect_trust(s);
	s->ports[1].mtu = 1400;
	expect_reason(s, "port b: the MTU has changed from 1500 to 1400");
}

static void
a_worker_that_stood_still_is_a_reason(void **state)
{
	struct wf_snapshot *s = *state;

	s->workers[0].stall_max_ns = WF_STALL_NS;
	expect_trust(s);
	s->workers[0].stall_max_ns = 500 * WF_NS_PER_MS;
	expect_reason(s, "the worker on core 0 stood still for 500.0 ms");
	s->live = false;
	expect_trust(s);
}

static void
reasons_do_not_pile_up_when_judged_again(void **state)
{
	struct wf_snapshot *s = *state;

	s->ports[0].rx_missed = 1;
	expect_reason(s, "port a");
	expect_reason(s, "port a");
	s->ports[0].rx_missed = 0;
	expect_trust(s);
}

static void
all_reasons_are_given(void **state)
{
	struct wf_snapshot *s = *state;

	s->ports[0].rx_missed = 1;
	set(&s->links[0].dir[0].s.c.rx, 8);
	set(&s->links[0].dir[0].s.c.dropped[WF_DROP_no_buffer], 3);
	set(&s->links[0].dir[0].s.c.dropped[WF_DROP_tx_full], 4);
	wf_snapshot_judge(s);
	assert_int_equal(s->n_reasons, 4);
}

static void
a_snapshot_of_nothing_is_fine(void **state)
{
	struct wf_snapshot *s = wf_snapshot_new(0, 0, 0);

	assert_non_null(s);
	expect_trust(s);
	wf_snapshot_free(s);
	wf_snapshot_free(NULL);
}

static void
classes_are_freed_with_it(void **state)
{
	struct wf_snapshot *s = *state;

	assert_int_equal(wf_snapshot_classes(&s->links[0].dir[0], 3), 0);
	assert_int_equal(wf_snapshot_classes(&s->links[1].dir[1], 0), 0);
	assert_int_equal(s->links[0].dir[0].n_classes, 3);
	assert_int_equal(s->links[0].dir[0].classes[2].s.flows, 0);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(an_idle_bridge_is_trusted),
		CASE(the_balance_counts_every_term),
		CASE(a_missing_packet_is_unaccounted),
		CASE(a_packet_too_many_is_unaccounted),
		CASE(bytes_alone_may_be_unaccounted),
		CASE(opposite_errors_do_not_cancel),
		cmocka_unit_test(only_drops_of_the_emulator_are_a_reason),
		CASE(late_releases_are_a_reason),
		CASE(a_few_late_releases_are_not),
		CASE(what_is_late_depends_on_the_delay),
		CASE(offline_nothing_is_late),
		CASE(packets_that_a_port_missed_are_a_reason),
		CASE(what_counts_as_sent_and_was_not_is_a_reason),
		CASE(an_mtu_that_has_changed_is_a_reason),
		CASE(a_worker_that_stood_still_is_a_reason),
		CASE(reasons_do_not_pile_up_when_judged_again),
		CASE(all_reasons_are_given),
		cmocka_unit_test(a_snapshot_of_nothing_is_fine),
		CASE(classes_are_freed_with_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
