/* SPDX-License-Identifier: BSD-3-Clause
 * A link-wide rate and its queue are one, however many workers feed it: what one worker lets
 * through, drops and delays, two and three do, packet for packet, where they process packets in the
 * order of arrival; and where they do not, because some are behind, the link still never carries
 * more than its rate, nor less while there is a backlog.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "eal.h"
#include "several.h"
#include "wf_rng.h"

#define N        6000
#define RATE_BPS 100000000ull
#define FIRST_NS (1000 * WF_NS_PER_S + 1)

/* One and a half times the rate in each direction, in one train after the other; flows and queues
 * by chance. */
static struct several_packet packets[N];

static int
start(void **state)
{
	wf_ns_t ns = FIRST_NS;

	for (uint32_t i = 0; i < N; i++) {
		uint64_t chance = wf_rng_mix(i);
		struct several_packet *p = &packets[i];

		*p = (struct several_packet){ .ns = ns,
			.dir = chance >> 8 & 1,
			.flow = chance >> 16 & 63,
			.len = 64 + (uint32_t)(chance >> 24) % 1451,
			/* for some packets on end, as a card that batches does it */
			.worker = (uint32_t)(wf_rng_mix(i / 3) >> 40) };
		/* Of both directions together, so twice as many as one would have. */
		ns += (chance >> 56 == 0 ? 500 * WF_NS_PER_US : 0) +
		      p->len * 8 * WF_NS_PER_S / RATE_BPS / 3 * (chance >> 50 & 1) * 2;
	}
	return eal_start(state);
}

struct how {
	const char *dir, *classes;
};

#define RATE "rate = \"100Mbit\"; "

static const struct how hows[] = {
	{ RATE "queue = \"5ms\"; ", "" },
	{ RATE "queue = \"20kB\"; ", "" },
	{ RATE "queue = \"25pkt\"; ", "" },
	{ RATE "queue = { limit = \"25pkt\"; drop = \"head\"; }; ", "" },
	{ RATE "queue = { aqm = \"codel\"; target = \"1ms\"; interval = \"5ms\"; }; ", "" },
	{ RATE "queue = { aqm = \"fq-codel\"; limit = \"50pkt\"; target = \"1ms\"; "
	       "interval = \"5ms\"; }; ",
		"" },
	{ RATE "queue = \"5ms\"; loss = { model = \"gilbert-elliott\"; plr = \"5%\"; "
	       "mean_burst = 3.0; }; delay = { mean = \"3ms\"; stddev = \"1ms\"; }; ",
		"" },
	{ RATE "queue = \"60pkt\"; ",
		"{ name = \"some\"; match = { sport = \"0-15\"; }; "
		"ab = { share = 3; }; ba = { share = { priority = 1; }; }; }" },
	{ "rate = { rate = \"100Mbit\"; mode = \"police\"; burst = \"20kB\"; }; ", "" },
};

/* Everything, one burst after the other, each of which is processed where it belongs before the
 * next comes. */
static void
run_in_order(struct several *s, const struct how *how, uint32_t n_workers)
{
	struct wf_dir_stats sum[2];

	several_start(s, n_workers, how->dir, how->classes, packets, N);
	for (uint32_t bursts = 0; s->n_in < N; bursts++) {
		several_receive(s, 1 + (uint32_t)wf_rng_mix(bursts) % 8);
		for (uint32_t i = 0; i < n_workers; i++)
			several_turn(s, i);
		if (bursts % 100 == 0)
			several_sum(s, sum);
	}
	several_drain(s);
}

static void
assert_same_count(const struct wf_count *a, const struct wf_count *b)
{
	assert_int_equal(a->packets, b->packets);
	assert_int_equal(a->bytes, b->bytes);
}

static void
assert_same_sum(const struct wf_dir_stats *a, const struct wf_dir_stats *b)
{
	assert_same_count(&a->c.rx, &b->c.rx);
	assert_same_count(&a->c.tx, &b->c.tx);
	for (int cause = 1; cause < WF_DROP_COUNT; cause++)
		assert_same_count(&a->c.dropped[cause], &b->c.dropped[cause]);
	assert_int_equal(a->delay.count, b->delay.count);
	assert_int_equal(a->held.packets, 0);
	assert_int_equal(b->held.packets, 0);
	assert_same_count(&b->handed_in, &b->handed_out);
}

static uint64_t
dropped(const struct wf_dir_stats *d)
{
	uint64_t n = 0;

	for (int cause = 1; cause < WF_DROP_COUNT; cause++)
		n += d->c.dropped[cause].packets;
	return n;
}

static void
several_do_what_one_does(void **state)
{
	for (size_t h = 0; h < WF_ARRAY_SIZE(hows); h++) {
		struct several one, more;
		struct wf_dir_stats sum_one[2], sum[2];

		run_in_order(&one, &hows[h], 1);
		several_sum(&one, sum_one);
		for (uint32_t n = 2; n <= SEVERAL_MOST; n++) {
			run_in_order(&more, &hows[h], n);
			several_sum(&more, sum);
			for (uint32_t dir = 0; dir < 2; dir++) {
				assert_same_sum(&sum_one[dir], &sum[dir]);
				/* There was something to decide, and somebody to ask. */
				assert_in_range(dropped(&sum[dir]), N / 50, N / 3);
				assert_true(sum[dir].handed_in.packets > N / 6);
			}
			for (uint32_t i = 0; i < N; i++) {
				assert_true(more.fate[i].ended);
				assert_int_equal(more.fate[i].cause, one.fate[i].cause);
				assert_int_equal(more.fate[i].due_ns, one.fate[i].due_ns);
				assert_int_equal(more.fate[i].worker, packets[i].dir % n);
			}
			several_end(&more);
		}
		several_end(&one);
	}
}

static int
by_due(const void *a, const void *b)
{
	const struct several_fate *x = *(const struct several_fate *const *)a,
				  *y = *(const struct several_fate *const *)b;

	return (x->due_ns > y->due_ns) - (x->due_ns < y->due_ns);
}

/* What left in one direction stands in a row without overlap. Returns when the last was through;
 * *busy_ns is how long they took in all. */
static wf_ns_t
check_spacing(const struct several *s, uint32_t dir, wf_ns_t *busy_ns)
{
	const struct several_fate *left[N];
	uint32_t n = 0;
	wf_ns_t before_ns = 0;

	for (uint32_t i = 0; i < N; i++)
		if (packets[i].dir == dir && s->fate[i].cause == WF_DROP_NONE)
			left[n++] = &s->fate[i];
	qsort(left, n, sizeof(left[0]), by_due);
	*busy_ns = 0;
	for (uint32_t i = 0; i < n; i++) {
		wf_ns_t wire_ns = packets[left[i] - s->fate].len * 8 * WF_NS_PER_S / RATE_BPS;

		assert_true(left[i]->due_ns >= before_ns + wire_ns);
		before_ns = left[i]->due_ns;
		*busy_ns += wire_ns;
	}
	return before_ns;
}

/* Workers are behind one another by some turns, as threads are: packets of one direction are
 * processed out of order. */
static void
the_rate_holds_when_workers_are_behind(void **state)
{
	for (size_t h = 0; h < 6; h++) { /* those without a delay behind the rate */
		for (uint32_t n = 2; n <= SEVERAL_MOST; n++) {
			struct wf_dir_stats sum[2];
			struct several s;

			several_start(&s, n, hows[h].dir, hows[h].classes, packets, N);
			for (uint64_t bursts = 0; s.n_in < N; bursts++) {
				several_receive(&s, 1 + (uint32_t)wf_rng_mix(bursts) % 8);
				several_turn(&s, (uint32_t)(wf_rng_mix(~bursts) % n));
				if (bursts % 100 == 0) /* some are in the rings */
					several_sum(&s, sum);
			}
			several_drain(&s);
			several_sum(&s, sum);
			for (uint32_t dir = 0; dir < 2; dir++) {
				wf_ns_t busy_ns, end_ns = check_spacing(&s, dir, &busy_ns);

				assert_int_equal(sum[dir].c.rx.packets,
					sum[dir].c.tx.packets + dropped(&sum[dir]));
				assert_int_equal(sum[dir].held.packets, 0);
				/* It was busy nearly all the time. */
				assert_in_range(
					busy_ns, (end_ns - FIRST_NS) / 100 * 98, end_ns - FIRST_NS);
			}
			several_end(&s);
		}
	}
}

/* An owner that stands still loses what the ring has no room for, which is counted as the
 * emulator's own loss, where it happened. */
static void
what_the_ring_has_no_room_for_is_counted(void **state)
{
	struct wf_dir_stats sum[2];
	struct several s;

	several_start(&s, 2, RATE, "", packets, N);
	while (s.n_in < N) {
		several_receive(&s, 8);
		several_turn(&s, 1); /* never worker 0, which owns direction 0 */
	}
	several_sum(&s, sum);
	assert_true(sum[0].handed_out.packets > sum[0].handed_in.packets);
	several_drain(&s);
	several_sum(&s, sum);
	assert_true(sum[0].c.dropped[WF_DROP_handoff_full].packets > 100);
	assert_int_equal(sum[0].c.rx.packets, sum[0].c.tx.packets + dropped(&sum[0]));
	assert_int_equal(dropped(&sum[1]), 0);
	assert_int_equal(sum[0].handed_in.bytes, sum[0].handed_out.bytes);
	several_end(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(several_do_what_one_does),
		cmocka_unit_test(the_rate_holds_when_workers_are_behind),
		cmocka_unit_test(what_the_ring_has_no_room_for_is_counted),
	};

	return cmocka_run_group_tests(tests, start, eal_stop);
}
