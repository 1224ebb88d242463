/* SPDX-License-Identifier: BSD-3-Clause
 * Packets held by value: which are, how many there is room for, and what happens when there are no
 * buffers, to put them in or to make packets of them again. Each is accounted for in every case.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bench.h"

#define MS         WF_NS_PER_MS
#define CUT        128
#define PER_PACKET 16 /* by value in the room of one: 32 lines, two each */
#define ROOM       100u
#define MANY       400
#define IDLE       80 /* of MANY, one by one: buffers that the pipeline has kept for later */

static const struct bench_options by_value = { .by_value_bytes = CUT },
				  few = { .by_value_bytes = CUT, .max_held = ROOM };

static void
send(struct bench *b, uint32_t n, uint32_t len)
{
	for (uint32_t i = 0; i < n; i++)
		bench_one(b, 0, i % 7, len);
	bench_check(b);
}

static uint64_t
lost(const struct bench *b)
{
	return b->total[0].c.dropped[WF_DROP_no_buffer].packets;
}

static void
end(struct bench *b)
{
	bench_drain(b);
	bench_check(b);
	assert_int_equal(b->n_out + lost(b), b->n_in);
	bench_free(b);
}

static void
short_packets_are_held_by_value_and_others_are_not(void **state)
{
	struct bench *b = bench_new(bench_text("delay = \"5ms\";", "", ""), &by_value);

	send(b, 10, CUT + 1);
	assert_int_equal(b->alive, 10);
	assert_int_equal(b->buffers, 0);
	send(b, MANY, CUT);
	assert_int_equal(b->buffers, MANY / PER_PACKET);
	assert_int_equal(b->alive, 10 + b->buffers + IDLE); /* their own buffers are free */
	bench_drain(b);
	assert_int_equal(b->by_value, MANY);
	end(b);
}

static void
what_is_not_held_is_not_copied(void **state)
{
	struct bench *b = bench_new(bench_text("loss = \"10%\";", "", ""), &by_value);

	send(b, 1000, 60);
	assert_int_equal(b->buffers, 0);
	bench_drain(b);
	assert_int_equal(b->by_value, 0);
	bench_free(b);
}

/* Such as a mark of how long it waited to be received. */
static void
a_packet_that_is_more_than_its_bytes_stays_what_it_is(void **state)
{
	struct bench *b = bench_new(bench_text("delay = \"5ms\";", "", ""), &by_value);
	struct bench_packet p[32] = { 0 };

	b->special = 3;
	for (uint32_t i = 0; i < WF_ARRAY_SIZE(p); i++)
		p[i] = (struct bench_packet){ .ns = b->now_ns, .flow = i % 3, .len = 60 };
	bench_in(b, 0, p, 32, 32);
	assert_true(b->alive - b->buffers >= 11);
	bench_drain(b);
	for (uint32_t i = 0; i < b->n_out; i++)
		assert_int_equal(b->out[i].id, i);
	end(b);
}

/* One behind the other, of whatever kind: none overtakes, in one call or in many. */
static void
order_holds_across_both(void **state)
{
	static const char *const dir[] = { "delay = \"5ms\";",
		"delay = { mean = \"5ms\"; stddev = \"2ms\"; };",
		"delay = { mean = \"5ms\"; stddev = \"2ms\"; }; duplicate = \"0.1%\";" };

	for (size_t d = 0; d < WF_ARRAY_SIZE(dir); d++) {
		struct bench *b = bench_new(bench_text(dir[d], "", ""), &by_value);
		uint32_t last = 0;

		for (uint32_t i = 0; i < 5000; i++) {
			b->now_ns += 10000;
			bench_one(b, 0, 1, 60 + i * i % 140);
			bench_until(b, b->now_ns);
		}
		bench_drain(b);
		assert_in_range(b->by_value, 1000, 4000);
		for (uint32_t i = 0; i < b->n_out; i++) {
			assert_true(b->out[i].id >= last);
			last = b->out[i].id;
		}
		bench_check(b);
		bench_free(b);
	}
}

static void
room_is_for_more_of_them(void **state)
{
	for (int general = 0; general < 2; general++) {
		struct bench_options o = few;
		struct bench *b;

		o.general = general;
		b = bench_new(bench_text("delay = \"1s\";", "", ""), &o);
		send(b, ROOM * PER_PACKET + 10, 60);
		assert_int_equal(lost(b), 10);
		end(b);
		b = bench_new(bench_text("delay = \"1s\";", "", ""), &o);
		send(b, ROOM + 10, CUT + 1); /* and for as many as before of the others */
		assert_int_equal(lost(b), 10);
		end(b);
	}
}

/* Half of the room by reference, half of it by value. */
static void
both_share_the_room(void **state)
{
	struct bench *b = bench_new(bench_text("delay = \"1s\";", "", ""), &few);

	send(b, ROOM / 2, 1000);
	send(b, ROOM / 2 * PER_PACKET + 1, 60);
	assert_int_equal(lost(b), 1);
	send(b, 1, 1000);
	assert_int_equal(lost(b), 2);
	end(b);
}

/* It has a buffer of its own again, until it has been sent. */
static void
what_leaves_takes_the_room_of_a_packet(void **state)
{
	struct bench *b = bench_new(bench_text("delay = \"1s\";", "", ""), &few);
	struct wf_held h[PER_PACKET];

	send(b, ROOM * PER_PACKET, 60);
	b->now_ns += 1001 * MS;
	assert_int_equal(wf_pipe_take(b->pipe, b->now_ns, h, PER_PACKET), PER_PACKET);
	for (uint32_t i = 0; i < PER_PACKET; i++)
		assert_int_equal(h[i].kind, WF_HELD_PACKET);
	send(b, 1, 60);
	assert_int_equal(lost(b), 1);
	wf_pipe_drop(b->pipe, h, PER_PACKET, WF_DROP_tx_full);
	send(b, PER_PACKET + 1, 60);
	assert_int_equal(lost(b), 2);
	bench_drain(b);
	bench_check(b);
	bench_free(b);
}

static void
a_direction_keeps_its_share_from_the_small_ones_of_another(void **state)
{
	struct bench *b = bench_new(bench_text("delay = \"1s\";", "delay = \"1s\";", ""), &few);

	send(b, ROOM * PER_PACKET, 60);
	assert_true(lost(b) > 0);
	for (uint32_t i = 0; i < ROOM / 8 / 2; i++)
		bench_one(b, 1, 1, 1000);
	bench_check(b);
	assert_int_equal(b->total[1].c.dropped[WF_DROP_no_buffer].packets, 0);
	bench_drain(b);
	bench_free(b);
}

/* For each n: the n-th buffer to be shared is not to be had, nor any after it. */
static void
without_a_buffer_to_share_packets_stay_in_their_own(void **state)
{
	for (int64_t n = 0; n < 4; n++) {
		struct bench *b = bench_new(bench_text("delay = \"5ms\";", "", ""), &by_value);

		b->buffers_left = n;
		send(b, 200, 60);
		assert_int_equal(b->buffers, n);
		assert_int_equal(b->alive, 200 + n); /* n * 33 are idle */
		bench_drain(b);
		assert_int_equal(b->by_value, n * 33);
		assert_int_equal(lost(b), 0);
		for (uint32_t i = 0; i < b->n_out; i++)
			assert_int_equal(b->out[i].id, i);
		end(b);
	}
}

/* For each n: no packet can be made for the n-th, for less than a millisecond. It leaves late, and
 * so does what is behind it. */
static void
without_a_buffer_to_leave_in_packets_wait(void **state)
{
	for (int64_t n = 0; n < MANY; n += 37) {
		struct bench *b = bench_new(bench_text("delay = \"5ms\";", "", ""), &by_value);
		wf_ns_t due_ns = b->now_ns + 5 * MS;

		b->again_left = n;
		send(b, MANY, 60);
		send(b, 20, 500);
		bench_until(b, due_ns + MS / 2);
		assert_int_equal(b->n_out, IDLE + n < MANY ? IDLE + n : MANY + 20);
		bench_check(b);
		b->again_left = -1;
		bench_until(b, due_ns + MS / 2 + 1);
		assert_int_equal(b->n_out, MANY + 20);
		for (uint32_t i = 0; i < b->n_out; i++)
			assert_int_equal(b->out[i].id, i);
		end(b);
	}
}

/* Not for ever: what can be sent without a buffer is not held up by what can't. */
static void
and_end_after_a_while(void **state)
{
	for (int64_t n = 0; n < MANY - IDLE; n += 37) {
		struct bench *b = bench_new(bench_text("delay = \"5ms\";", "", ""), &by_value);

		b->again_left = n;
		send(b, MANY, 60);
		send(b, 20, 500);
		bench_until(b, b->now_ns + 7 * MS);
		bench_check(b);
		assert_int_equal(lost(b), MANY - IDLE - n);
		assert_int_equal(b->n_out, IDLE + n + 20);
		b->again_left = -1; /* and then all is as before */
		send(b, 10, 60);
		end(b);
	}
}

static void
what_still_waits_at_the_end_is_freed(void **state)
{
	struct bench *b = bench_new(bench_text("delay = \"5ms\";", "", ""), &by_value);

	send(b, MANY, 60);
	send(b, 10, 500);
	b->again_left = 3;
	bench_until(b, b->now_ns + 5 * MS); /* some have come out of the store */
	send(b, 50, 60);
	bench_free(b);
}

static void
copies_are_made_of_whole_packets(void **state)
{
	struct bench *b = bench_new(
		bench_text("duplicate = { p = \"50%\"; copies = 3; }; delay = \"1ms\";", "", ""),
		&by_value);

	for (uint32_t i = 0; i < 400; i++) {
		bench_one(b, 0, 1, 60);
		b->now_ns += 1000;
	}
	bench_drain(b);
	bench_check(b);
	assert_int_equal(b->total[0].c.tx.packets, 400 + b->total[0].c.dup_created.packets);
	assert_in_range(b->total[0].c.dup_created.packets, 3 * 150, 3 * 250);
	bench_free(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(short_packets_are_held_by_value_and_others_are_not),
		cmocka_unit_test(what_is_not_held_is_not_copied),
		cmocka_unit_test(a_packet_that_is_more_than_its_bytes_stays_what_it_is),
		cmocka_unit_test(order_holds_across_both),
		cmocka_unit_test(room_is_for_more_of_them),
		cmocka_unit_test(both_share_the_room),
		cmocka_unit_test(what_leaves_takes_the_room_of_a_packet),
		cmocka_unit_test(a_direction_keeps_its_share_from_the_small_ones_of_another),
		cmocka_unit_test(without_a_buffer_to_share_packets_stay_in_their_own),
		cmocka_unit_test(without_a_buffer_to_leave_in_packets_wait),
		cmocka_unit_test(and_end_after_a_while),
		cmocka_unit_test(what_still_waits_at_the_end_is_freed),
		cmocka_unit_test(copies_are_made_of_whole_packets),
	};

	return cmocka_run_group_tests(tests, bench_eal, NULL);
}
