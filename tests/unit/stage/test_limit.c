/* SPDX-License-Identifier: BSD-3-Clause
 * The queue limit in packets, bytes and time against brute force over the packets that wait.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fit.h"
#include "rig.h"

#define N 50000

/* All that was ever admitted; the queue is what has not ended. In ns x bit/s, exact. */
struct queue {
	__int128 end[N];
	uint32_t head, n;
};
static struct queue queue;

#define BITS_NS(bytes) ((__int128)(bytes)*8 * 1000000000)

struct verdict {
	uint32_t packets; /* that have not ended */
	__int128 wait;    /* sojourn of the new packet, its own serialisation included */
	__int128 end;
};

static struct verdict
look(uint64_t bps, wf_ns_t now, uint32_t len)
{
	__int128 from = (__int128)now * bps;
	struct verdict v;

	/* An end is known to the nanosecond above it. */
	while (queue.head < queue.n && queue.end[queue.head] <= from)
		queue.head++;
	v.packets = queue.n - queue.head;
	if (queue.n > 0 && queue.end[queue.n - 1] > from)
		from = queue.end[queue.n - 1];
	v.end = from + BITS_NS(len);
	v.wait = v.end - (__int128)now * bps;
	return v;
}

/* Feeds about twice what the rate carries, in bursts, and compares every decision. */
static void
compare(const char *rate, const char *limit, enum wf_limit_kind kind, uint64_t most)
{
	char keys[100];
	struct rig *r;
	struct fit_random random;
	uint32_t dropped = 0;
	wf_ns_t now = 0;
	uint64_t bps;

	snprintf(keys, sizeof(keys), "rate=%s queue.limit=%s", rate, limit);
	r = rig_new(WF_BLOCK_RATE, keys);
	bps = r->forecast.rate_bps;
	queue.head = queue.n = 0;
	fit_seed(&random, most);
	for (int i = 0; i < N; i++) {
		uint32_t len =
			fit_under(&random, 3) ? 1514 : 60 + (uint32_t)fit_under(&random, 500);
		struct verdict v;
		bool fits;

		if (fit_under(&random, 4) == 0)
			now += fit_under(&random, (uint64_t)(BITS_NS(5500) / bps));
		v = look(bps, now, len);
		fits = kind == WF_LIMIT_PACKETS ? v.packets < most
		       : kind == WF_LIMIT_BYTES ? v.wait <= BITS_NS(most)
						: v.wait <= (__int128)most * bps;
		rig_one(r, now, len);
		assert_int_equal(r->batch.drop[0], fits ? WF_DROP_NONE : WF_DROP_queue_full);
		if (fits)
			queue.end[queue.n++] = v.end;
		dropped += !fits;
	}
	assert_in_range(dropped, N / 10, N - 100);
	rig_free(r);
}

static void
packets_are_counted(void **state)
{
	compare("1Gbit", "1pkt", WF_LIMIT_PACKETS, 1);
	compare("8Mbit", "2pkt", WF_LIMIT_PACKETS, 2);
	compare("1Gbit", "37pkt", WF_LIMIT_PACKETS, 37);
	compare("100Mbit", "1000pkt", WF_LIMIT_PACKETS, 1000);
}

static void
bytes_are_counted(void **state)
{
	compare("1Gbit", "1514B", WF_LIMIT_BYTES, 1514);
	compare("8Mbit", "3028B", WF_LIMIT_BYTES, 3028);
	compare("100Mbit", "64kB", WF_LIMIT_BYTES, 64000);
	compare("10Mbit", "1MB", WF_LIMIT_BYTES, 1000000);
}

/* Where a byte's time has no end. */
static void
bytes_are_counted_at_any_rate(void **state)
{
	compare("3Mbit", "3028B", WF_LIMIT_BYTES, 3028);
	compare("7kbit", "15140B", WF_LIMIT_BYTES, 15140);
	compare("9999999bit", "1514B", WF_LIMIT_BYTES, 1514);
}

static void
time_is_counted(void **state)
{
	compare("1Gbit", "50us", WF_LIMIT_TIME, 50000);
	compare("8Mbit", "50ms", WF_LIMIT_TIME, 50000000);
	compare("100Mbit", "1ms", WF_LIMIT_TIME, 1000000);
}

static void
a_full_size_limit_in_bytes_holds_whole_frames(void **state)
{
	static const char *const rates[] = { "1kbit", "3Mbit", "7Mbit", "9999999bit", "1Gbit",
		"33333333333bit", "400Gbit" };

	for (size_t i = 0; i < WF_ARRAY_SIZE(rates); i++) {
		char keys[100];
		struct rig *r;

		snprintf(keys, sizeof(keys), "rate=%s queue.limit=15140B", rates[i]);
		r = rig_new(WF_BLOCK_RATE, keys);
		for (int k = 0; k < 11; k++) {
			rig_one(r, 1000, 1514);
			assert_int_equal(
				r->batch.drop[0], k < 10 ? WF_DROP_NONE : WF_DROP_queue_full);
		}
		rig_free(r);
	}
}

static void
a_packet_in_transmission_counts(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_RATE, "rate=1Mbit queue.limit=1pkt");

	rig_one(r, 0, 125);
	rig_one(r, 999999, 125);
	assert_int_equal(r->batch.drop[0], WF_DROP_queue_full);
	rig_one(r, 1000000, 125);
	assert_int_equal(r->batch.drop[0], WF_DROP_NONE);
	rig_free(r);
}

static void
the_default_limit_is_1000_packets(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_RATE, "rate=1kbit");

	for (int i = 0; i < 1000; i++) {
		rig_one(r, 0, 1500);
		assert_int_equal(r->batch.drop[0], WF_DROP_NONE);
	}
	rig_one(r, 0, 1500);
	assert_int_equal(r->batch.drop[0], WF_DROP_queue_full);
	rig_free(r);
}

static void
a_dropped_packet_takes_no_capacity(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_RATE, "rate=1Mbit queue.limit=2pkt");

	for (int i = 0; i < 50; i++)
		rig_one(r, 0, 125);
	rig_one(r, 1000000, 125);
	assert_int_equal(r->batch.due_ns[0], 3000000);
	rig_free(r);
}

static void
what_passes_in_a_burst_does_not_wait(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_RATE, "rate=8Mbit burst=15000B queue.limit=1pkt");

	for (int i = 0; i < 12; i++)
		rig_add(r, WF_NS_PER_S, 1500);
	rig_run(r);
	assert_int_equal(r->batch.drop[9], WF_DROP_NONE);
	assert_int_equal(r->batch.drop[10], WF_DROP_NONE);
	assert_int_equal(r->batch.drop[11], WF_DROP_queue_full);
	rig_free(r);
}

static void
an_exhausted_arena_is_a_counted_drop(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_RATE, "rate=1kbit queue.limit=100pkt");
	uint32_t n = 0;

	wf_arena_fini(&r->env.arena);
	assert_int_equal(wf_arena_init(&r->env.arena, 40), 0);
	for (; n < 100; n++) {
		rig_one(r, 0, 1500);
		if (r->batch.drop[0] != WF_DROP_NONE)
			break;
	}
	assert_int_equal(n, 16);
	assert_int_equal(r->batch.drop[0], WF_DROP_no_buffer);
	rig_free(r);
}

static void
the_state_gives_its_backlog_back(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_RATE, "rate=1kbit");
	uint32_t used = 0;

	for (int flow = 0; flow < 20; flow++) {
		rig_flow(r, 1, (uint64_t)flow);
		for (int i = 0; i < 500; i++)
			rig_one(r, 0, 1500);
		used = flow == 0 ? r->env.arena.used_words : used;
		assert_int_equal(r->env.arena.used_words, used);
	}
	rig_free(r);
}

static void
the_forecast_knows_the_longest_wait(void **state)
{
	struct rig *time = rig_new(WF_BLOCK_RATE, "rate=8Mbit queue.limit=50ms");
	struct rig *bytes = rig_new(WF_BLOCK_RATE, "rate=8Mbit queue.limit=50kB");
	struct rig *packets = rig_new(WF_BLOCK_RATE, "rate=8Mbit queue.limit=100pkt");
	struct rig *police = rig_new(WF_BLOCK_RATE, "rate=8Mbit mode=police burst=1ms");

	assert_true(time->forecast.queue_max_ns == 50e6);
	assert_true(bytes->forecast.queue_max_ns == 50e6);
	assert_true(packets->forecast.queue_max_ns == 151.4e6);
	assert_true(police->forecast.queue_max_ns == 0);
	rig_free(time);
	rig_free(bytes);
	rig_free(packets);
	rig_free(police);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packets_are_counted),
		cmocka_unit_test(bytes_are_counted),
		cmocka_unit_test(bytes_are_counted_at_any_rate),
		cmocka_unit_test(time_is_counted),
		cmocka_unit_test(a_full_size_limit_in_bytes_holds_whole_frames),
		cmocka_unit_test(a_packet_in_transmission_counts),
		cmocka_unit_test(the_default_limit_is_1000_packets),
		cmocka_unit_test(a_dropped_packet_takes_no_capacity),
		cmocka_unit_test(what_passes_in_a_burst_does_not_wait),
		cmocka_unit_test(an_exhausted_arena_is_a_counted_drop),
		cmocka_unit_test(the_state_gives_its_backlog_back),
		cmocka_unit_test(the_forecast_knows_the_longest_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
