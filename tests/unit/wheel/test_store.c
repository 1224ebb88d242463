/* SPDX-License-Identifier: BSD-3-Clause
 * The store's contract, case by case: never early, at most one tick late, equal ticks in put order,
 * nothing lost; and the edges of the wheel's windows.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "wf_wheel.h"

#define LEVEL_NS(l) (WF_TICK_NS << ((l)*WF_WHEEL_BITS)) /* of a slot of the level */
#define ROOM        10000

static int
setup(void **state)
{
	*state = wf_store_new(ROOM, 0, 0);
	return *state == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	wf_store_free(*state);
	return 0;
}

static void
put(struct wf_store *s, wf_ns_t due_ns, uint32_t id)
{
	struct wf_held h = { .due_ns = due_ns, .len_bytes = id };

	assert_true(wf_store_put(s, &h));
}

/* The next packet out at now_ns is number `id`. */
static void
expect(struct wf_store *s, wf_ns_t now_ns, uint32_t id)
{
	struct wf_held h;

	assert_int_equal(wf_store_take(s, now_ns, &h, 1), 1);
	assert_int_equal(h.len_bytes, id);
}

static void
expect_none(struct wf_store *s, wf_ns_t now_ns)
{
	struct wf_held h;

	assert_int_equal(wf_store_take(s, now_ns, &h, 1), 0);
}

static void
an_empty_store_gives_nothing(void **state)
{
	struct wf_held h;

	expect_none(*state, 12345678);
	assert_false(wf_store_pop_any(*state, &h));
	assert_true(wf_store_next(*state) == UINT64_MAX);
	assert_int_equal(wf_store_held(*state), 0);
	assert_int_equal(wf_store_bytes(*state), 0);
}

static void
all_members_come_back(void **state)
{
	int packet;
	struct wf_held in = { 1000, 7, &packet, 1514, .tag = wf_held_tag(5, 99) }, out;

	assert_true(wf_store_put(*state, &in));
	assert_int_equal(wf_store_take(*state, 2000, &out, 1), 1);
	assert_memory_equal(&in, &out, sizeof(in));
}

static void
a_packet_leaves_at_the_first_tick_at_or_after_its_due(void **state)
{
	put(*state, 1000 * WF_TICK_NS, 1);
	put(*state, 1000 * WF_TICK_NS + 1, 2);
	expect_none(*state, 1000 * WF_TICK_NS - 1);
	expect(*state, 1000 * WF_TICK_NS, 1);
	expect_none(*state, 1001 * WF_TICK_NS - 1);
	expect(*state, 1001 * WF_TICK_NS, 2);
}

static void
a_due_time_in_the_past_counts_as_now(void **state)
{
	expect_none(*state, 50 * WF_NS_PER_MS);
	put(*state, 50 * WF_NS_PER_MS, 1);
	put(*state, 3, 2);
	expect(*state, 50 * WF_NS_PER_MS, 2);
	expect(*state, 51 * WF_NS_PER_MS, 1);
}

static void
equal_ticks_leave_in_put_order(void **state)
{
	for (uint32_t i = 0; i < 1000; i++)
		put(*state, 77 * WF_TICK_NS - i % 256, i);
	for (uint32_t i = 0; i < 1000; i++)
		expect(*state, 77 * WF_TICK_NS, i);
}

/* Put from far away, from near, and when its slot is the current one. */
static void
equal_ticks_keep_put_order_across_the_levels(void **state)
{
	wf_ns_t due = 0, at = 0;
	uint32_t n = 0;

	for (int level = 0; level <= WF_WHEEL_LEVELS; level++)
		due += (3 + (uint64_t)level) * LEVEL_NS(level);
	for (int level = WF_WHEEL_LEVELS; level >= 0; level--) {
		put(*state, due, n++);
		at += (3 + (uint64_t)level) * LEVEL_NS(level);
		expect_none(*state, level == 0 ? due - 1 : at + 1);
	}
	put(*state, due, n++);
	for (uint32_t i = 0; i < n; i++)
		expect(*state, due, i);
}

static void
a_half_read_slot_goes_on_where_it_stopped(void **state)
{
	struct wf_held out[30];

	for (uint32_t i = 0; i < 30; i++)
		put(*state, 1000, i);
	assert_int_equal(wf_store_take(*state, 2000, out, 10), 10);
	put(*state, 0, 30); /* overdue: behind those that wait */
	assert_int_equal(wf_store_held(*state), 21);
	for (uint32_t i = 10; i <= 30; i++)
		expect(*state, 2000, i);
	expect_none(*state, 3000);
}

static void
a_take_of_nothing_loses_nothing(void **state)
{
	struct wf_held out;

	put(*state, 1000, 1);
	assert_int_equal(wf_store_take(*state, 2000, &out, 0), 0);
	assert_int_equal(wf_store_held(*state), 1);
	expect(*state, 2000, 1);
}

/* One tick before, at, and one after each level's boundary, seen from two ticks before it. */
static void
boundaries_of_every_level(void **state)
{
	for (int level = 1; level <= WF_WHEEL_LEVELS; level++) {
		for (uint64_t times = 1; times <= 3; times++) {
			wf_ns_t edge = times * LEVEL_NS(level);
			struct wf_store *s = wf_store_new(10, 0, edge - 2 * WF_TICK_NS);

			assert_non_null(s);
			put(s, edge + WF_TICK_NS, 3);
			put(s, edge, 2);
			put(s, edge - WF_TICK_NS, 1);
			put(s, edge + LEVEL_NS(level), 4);
			expect_none(s, edge - WF_TICK_NS - 1);
			expect(s, edge - WF_TICK_NS, 1);
			expect_none(s, edge - 1);
			expect(s, edge, 2);
			expect_none(s, edge + WF_TICK_NS - 1);
			expect(s, edge + WF_TICK_NS, 3);
			expect_none(s, edge + LEVEL_NS(level) - 1);
			expect(s, edge + LEVEL_NS(level), 4);
			wf_store_free(s);
		}
	}
}

static void
one_take_crosses_all_levels_in_order(void **state)
{
	struct wf_held out[16];
	uint32_t n = 0;

	for (int level = WF_WHEEL_LEVELS; level >= 0; level--)
		put(*state, 2 * LEVEL_NS(level), (uint32_t)level);
	n = wf_store_take(*state, 100 * LEVEL_NS(WF_WHEEL_LEVELS), out, 16);
	assert_int_equal(n, WF_WHEEL_LEVELS + 1);
	for (uint32_t i = 0; i < n; i++)
		assert_int_equal(out[i].len_bytes, i);
}

static void
a_long_idle_time_costs_nothing_and_loses_nothing(void **state)
{
	wf_ns_t week = 7 * 86400 * WF_NS_PER_S;

	expect_none(*state, week);
	put(*state, week + 20 * WF_NS_PER_MS, 1);
	expect_none(*state, week + 20 * WF_NS_PER_MS - 1);
	expect(*state, week + 20 * WF_NS_PER_MS + WF_TICK_NS, 1);
	put(*state, 2 * week, 2);
	expect_none(*state, week + 50 * WF_NS_PER_MS);
	expect(*state, 3 * week, 2);
}

static void
it_starts_at_any_time(void **state)
{
	wf_ns_t epoch = 1790000000 * WF_NS_PER_S;
	struct wf_store *s = wf_store_new(10, 0, epoch);

	assert_non_null(s);
	put(s, epoch + 1, 1);
	put(s, epoch + 6 * 3600 * WF_NS_PER_S, 2);
	expect_none(s, epoch);
	expect(s, epoch + WF_TICK_NS, 1);
	expect(s, epoch + 6 * 3600 * WF_NS_PER_S + WF_TICK_NS, 2);
	wf_store_free(s);
}

static void
next_is_exact_within_the_lowest_level(void **state)
{
	put(*state, (WF_WHEEL_SLOTS - 2) * WF_TICK_NS + 10, 1);
	assert_int_equal(wf_store_next(*state), (WF_WHEEL_SLOTS - 1) * WF_TICK_NS);
}

static void
next_leads_to_the_exact_time(void **state)
{
	wf_ns_t due = 5 * WF_TICK_NS, at = 0, next;
	struct wf_held h;
	int asked = 0;

	for (int level = 1; level <= WF_WHEEL_LEVELS; level++)
		due += 2 * LEVEL_NS(level);
	put(*state, due, 1);
	for (; (next = wf_store_next(*state)) < due; asked++) {
		assert_true(next >= at);
		at = next;
		assert_int_equal(wf_store_take(*state, at, &h, 1), 0);
	}
	assert_int_equal(next, due);
	assert_in_range(asked, 1, WF_WHEEL_LEVELS + 1);
	expect(*state, due, 1);
}

static void
no_more_than_max_held_go_in(void **state)
{
	struct wf_held h = { .due_ns = 1000 };

	for (uint32_t i = 0; i < ROOM; i++)
		put(*state, 1000 + i * 7919ull * WF_TICK_NS, i);
	assert_false(wf_store_put(*state, &h));
	assert_int_equal(wf_store_held(*state), ROOM);
	expect(*state, 2000, 0);
	put(*state, 1000, 1);
	assert_false(wf_store_put(*state, &h));
}

/* The worst for the chunks: one entry in every slot of every level, then all of a long chain spread
 * out. */
static void
room_for_max_held_wherever_they_stand(void **state)
{
	const uint32_t room = WF_WHEEL_SLOTS * (WF_WHEEL_LEVELS + 1);
	struct wf_store *s = wf_store_new(room, 0, 0);
	struct wf_held h;
	uint32_t n = 0;

	assert_non_null(s);
	for (int level = 0; level < WF_WHEEL_LEVELS; level++)
		for (uint32_t slot = 1; slot < WF_WHEEL_SLOTS; slot++, n++)
			put(s, slot * LEVEL_NS(level), n);
	for (; n < room; n++) /* all into one slot of level 1, which will spread over level 0 */
		put(s, 5 * LEVEL_NS(1) + (n % WF_WHEEL_SLOTS) * WF_TICK_NS, n);
	for (wf_ns_t next; (next = wf_store_next(s)) != UINT64_MAX;)
		while (wf_store_take(s, next, &h, 1) == 1)
			n--;
	assert_int_equal(n, 0);
	wf_store_free(s);
}

static void
a_store_without_room_takes_nothing(void **state)
{
	struct wf_store *s = wf_store_new(0, 0, 0);
	struct wf_held h = { 0 };

	assert_non_null(s);
	assert_false(wf_store_put(s, &h));
	wf_store_free(s);
}

static void
pop_any_gives_back_every_packet_once(void **state)
{
	static bool seen[ROOM];
	struct wf_held h;
	uint32_t left = ROOM;

	for (uint32_t i = 0; i < ROOM; i++)
		put(*state, (uint64_t)i * i * i * 1000, i);
	for (int i = 0; i < 3; i++) /* leaves a slot half read */
		assert_int_equal(wf_store_take(*state, 0, &h, 1), i == 0);
	left--;
	seen[h.len_bytes] = true;
	for (; wf_store_pop_any(*state, &h); left--) {
		assert_false(seen[h.len_bytes]);
		seen[h.len_bytes] = true;
	}
	assert_int_equal(left, 0);
	assert_int_equal(wf_store_held(*state), 0);
	assert_int_equal(wf_store_bytes(*state), 0);
}

static void
pop_any_goes_on_in_a_half_read_slot(void **state)
{
	struct wf_held h;
	uint32_t seen = 0;

	for (uint32_t i = 0; i < 20; i++)
		put(*state, 1000, i);
	for (uint32_t i = 0; i < 5; i++)
		expect(*state, 2000, i);
	while (wf_store_pop_any(*state, &h)) {
		assert_in_range(h.len_bytes, 5, 19);
		assert_false(seen & 1u << h.len_bytes);
		seen |= 1u << h.len_bytes;
	}
	assert_int_equal(seen, 0xfffff & ~0x1f);
}

static void
memory_in_use_follows_what_is_held(void **state)
{
	uint64_t some;

	for (uint32_t i = 0; i < 700; i++)
		put(*state, 1000, i);
	some = wf_store_bytes(*state);
	assert_in_range(some, 700 * sizeof(struct wf_held), 100 * sizeof(struct wf_chunk));
	for (uint32_t i = 0; i < 700; i++)
		expect(*state, 2000, i);
	assert_int_equal(wf_store_bytes(*state), 0);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(an_empty_store_gives_nothing),
		CASE(all_members_come_back),
		CASE(a_packet_leaves_at_the_first_tick_at_or_after_its_due),
		CASE(a_due_time_in_the_past_counts_as_now),
		CASE(equal_ticks_leave_in_put_order),
		CASE(equal_ticks_keep_put_order_across_the_levels),
		CASE(a_half_read_slot_goes_on_where_it_stopped),
		CASE(a_take_of_nothing_loses_nothing),
		CASE(boundaries_of_every_level),
		CASE(one_take_crosses_all_levels_in_order),
		CASE(a_long_idle_time_costs_nothing_and_loses_nothing),
		CASE(it_starts_at_any_time),
		CASE(next_is_exact_within_the_lowest_level),
		CASE(next_leads_to_the_exact_time),
		CASE(no_more_than_max_held_go_in),
		CASE(room_for_max_held_wherever_they_stand),
		CASE(a_store_without_room_takes_nothing),
		CASE(pop_any_gives_back_every_packet_once),
		CASE(pop_any_goes_on_in_a_half_read_slot),
		CASE(memory_in_use_follows_what_is_held),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
