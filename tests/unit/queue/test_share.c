/* SPDX-License-Identifier: BSD-3-Clause
 * Queues that share one server: strict priority never inverts, weights hold to less than a packet,
 * and the server is never idle while somebody waits.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fit.h"
#include "qrig.h"

#define US    1000ull
#define MOST  8
#define ROOM  400000
#define SLACK 3000.0 /* two packets' bytes, by weight 1 */

/* A byte takes 1 us. */
struct bench {
	struct wf_queue *q; /* [n]; the first is the server */
	struct wf_qpool pool;
	void *memory[MOST];
	uint32_t n;
	uint64_t bytes[MOST], packets[MOST], dropped[MOST];
	wf_ns_t last_ns;
	void (*before)(struct bench *b); /* each departure */
};

static struct bench *
bench(uint32_t n, const uint32_t *weight, const uint8_t *priority)
{
	struct bench *b = calloc(1, sizeof(*b));

	b->n = n;
	b->q = aligned_alloc(16, n * sizeof(*b->q));
	wf_qpool_init(&b->pool, calloc(ROOM, sizeof(struct wf_qentry)), ROOM);
	for (uint32_t i = 0; i < n; i++) {
		struct wf_queue_cfg cfg = qrig_cfg(WF_QUEUE_FIFO);

		cfg.shared = true;
		cfg.serve.limit_packets = ROOM;
		cfg.weight = weight != NULL ? weight[i] : 1;
		cfg.priority = priority != NULL ? priority[i] : 0;
		wf_queue_init(&b->q[i], &cfg, NULL, 0);
		if (i > 0)
			wf_queue_join(&b->q[i], &b->q[0]);
	}
	return b;
}

static void
end(struct bench *b)
{
	for (uint32_t i = 0; i < MOST; i++)
		free(b->memory[i]);
	free(b->pool.entry);
	free(b->q);
	free(b);
}

static void
clear(struct bench *b)
{
	uint32_t e;

	while ((e = wf_qpool_dropped(&b->pool)) != WF_QNONE) {
		b->dropped[b->pool.entry[e].queue]++;
		wf_qpool_put(&b->pool, e);
	}
}

static void
out(struct bench *b)
{
	uint32_t e, i;

	if (b->before != NULL)
		b->before(b);
	b->last_ns = b->q[0].event_ns;
	e = wf_queue_out(&b->q[0], &b->pool);
	i = b->pool.entry[e].queue;
	b->bytes[i] += b->pool.entry[e].len_bytes;
	b->packets[i]++;
	wf_qpool_put(&b->pool, e);
	clear(b);
}

static void
until(struct bench *b, wf_ns_t ns)
{
	while (b->q[0].event_ns <= ns)
		out(b);
}

static void
in(struct bench *b, wf_ns_t now, uint32_t i, uint32_t len)
{
	uint32_t e;

	until(b, now);
	e = wf_qpool_get(&b->pool);
	b->pool.entry[e] =
		(struct wf_qentry){ .pkt = b, .rx_ns = now, .len_bytes = len, .queue = i };
	wf_queue_in(&b->q[i], &b->pool, e, now);
	clear(b);
}

/* ---- Weights ---- */

static const uint32_t weights[] = { 1, 2, 5, 3 };

/* What two that wait got by their weights differs by less than a packet of each. */
static void
fair(struct bench *b)
{
	for (uint32_t i = 0; i < b->n; i++)
		for (uint32_t k = 0; k < i; k++) {
			double x = (double)b->bytes[i] / weights[i];
			double y = (double)b->bytes[k] / weights[k];
			double most = 1500.0 / weights[i] + 1500.0 / weights[k];

			/* and the one in transmission, which is counted when it is sent */
			assert_true(x - y <= 2 * most && y - x <= 2 * most);
		}
}

static void
weights_hold_at_every_moment(void **state)
{
	struct bench *b = bench(4, weights, NULL);
	struct fit_random random;
	uint64_t sum = 0;

	fit_seed(&random, 1);
	for (uint32_t k = 0; k < 80000; k++)
		for (uint32_t i = 0; i < 4; i++)
			/* Small packets against large ones: bytes count. */
			in(b, 0, i, i == 2 ? 64 : 64 + (uint32_t)fit_under(&random, 1437));
	b->before = fair;
	for (uint32_t k = 0; k < 60000; k++)
		out(b);
	for (uint32_t i = 0; i < 4; i++)
		sum += b->bytes[i];
	for (uint32_t i = 0; i < 4; i++) {
		double share = (double)b->bytes[i] / (double)sum * 11 / weights[i];

		assert_true(share > 0.999 && share < 1.001);
	}
	end(b);
}

static void
who_does_not_wait_leaves_the_rest_to_others(void **state)
{
	struct bench *b = bench(3, weights, NULL);

	/* 0 and 2 always wait; 1 sends 10 % of the rate, far less than its share. */
	for (uint32_t k = 0; k < 20000; k++) {
		in(b, k * 1000 * US, 0, 1000);
		in(b, k * 1000 * US, 2, 1000);
		if (k % 10 == 0)
			in(b, k * 1000 * US, 1, 1000);
		if (k > 0)
			assert_true(b->q[0].sending != WF_QNONE);
	}
	assert_true(b->q[1].packets <= 1); /* it waits for a packet or so */
	assert_int_equal(b->bytes[0] + b->bytes[1] + b->bytes[2], 19999 * 1000);
	assert_in_range(b->bytes[1], 1998000, 2000000);
	assert_in_range(b->bytes[0], 2990000, 3010000); /* 1 of 6 of the rest */
	end(b);
}

static void
idling_saves_nothing_up(void **state)
{
	struct bench *b = bench(2, NULL, NULL);

	/* 1 alone, for long; then both: they are equal from there on. */
	for (uint32_t k = 0; k < 5000; k++)
		in(b, 0, 1, 1000);
	until(b, 2000 * 1000 * US);
	b->bytes[1] = 0;
	for (uint32_t k = 0; k < 1000; k++)
		in(b, 2000 * 1000 * US, 0, 1000);
	until(b, 2500 * 1000 * US);
	assert_in_range(b->bytes[0], 248000, 251000);
	assert_in_range(b->bytes[1], 249000, 252000);
	/* And after all have been idle. */
	until(b, UINT64_MAX - 1);
	b->bytes[0] = b->bytes[1] = 0;
	for (uint32_t k = 0; k < 1000; k++) {
		in(b, 9000000 * US, 0, 1000);
		in(b, 9000000 * US, 1, 1000);
	}
	until(b, 9000000 * US + 500 * 1000 * US);
	assert_in_range(b->bytes[0], 249000, 251000);
	end(b);
}

/* ---- Priority ---- */

static const uint8_t priorities[] = { 3, 0, 7, 3 };

/* Nobody who waits is above who is taken. */
static struct bench *watched;
static void
watch(struct bench *b)
{
	const struct wf_queue *s = b->q[0].serving;

	/* When it was taken: no arrival has come since, as the test sends none in between. */
	for (uint32_t i = 0; i < b->n; i++)
		if (watched == b && b->q[i].packets > 0)
			assert_true(b->q[i].cfg.priority <= s->cfg.priority);
}

static void
priority_never_inverts(void **state)
{
	struct bench *b = bench(4, NULL, priorities);
	struct fit_random random;

	fit_seed(&random, 3);
	for (uint32_t k = 0; k < 20000; k++)
		in(b, 0, (uint32_t)fit_under(&random, 4), 64 + (uint32_t)fit_under(&random, 1437));
	out(b); /* taken before others came */
	watched = b;
	b->before = watch;
	until(b, UINT64_MAX - 1);
	assert_int_equal(b->packets[0] + b->packets[1] + b->packets[2] + b->packets[3], 20000);
	end(b);
}

static void
the_highest_waits_for_one_packet_at_most(void **state)
{
	struct bench *b = bench(3, NULL, priorities);
	struct fit_random random;

	fit_seed(&random, 4);
	for (uint32_t k = 0; k < 50000; k++)
		in(b, 0, k % 2, 1500);
	for (uint32_t k = 1; k < 1500; k++) {
		wf_ns_t now = k * 20000 * US + fit_under(&random, 5000 * US);
		uint64_t sent = b->packets[2];

		in(b, now, 2, 100);
		until(b, now + 1600 * US);
		assert_int_equal(b->packets[2], sent + 1);
	}
	assert_int_equal(b->packets[1], 0); /* starved, as it is to be */
	end(b);
}

static void
equals_share_what_is_above_others(void **state)
{
	const uint32_t w[] = { 3, 1, 1, 1 };
	struct bench *b = bench(4, w, priorities);

	for (uint32_t k = 0; k < 10000; k++) {
		in(b, 0, 0, 1000);
		in(b, 0, 1, 1000);
		in(b, 0, 3, 1000);
	}
	until(b, 10000 * 1000 * US);
	assert_in_range(b->packets[0], 7499, 7501);
	assert_in_range(b->packets[3], 2499, 2501);
	assert_int_equal(b->packets[1], 0);
	end(b);
}

/* ---- Each its own ---- */

static void
limits_are_of_each_queue(void **state)
{
	struct bench *b = bench(2, NULL, NULL);

	b->q[0].cfg.serve.limit_packets = 3;
	b->q[1].cfg.serve.limit_packets = 0;
	b->q[1].cfg.serve.limit_wait = WF_FINE(2000 * US); /* 2000 bytes */
	for (int i = 0; i < 10; i++)
		in(b, 0, 0, 1000);
	for (int i = 0; i < 10; i++)
		in(b, 0, 1, 500);
	assert_int_equal(b->dropped[0], 7); /* the one in transmission counts */
	assert_int_equal(b->dropped[1], 6);
	until(b, UINT64_MAX - 1);
	assert_int_equal(b->packets[0], 3);
	assert_int_equal(b->packets[1], 4);
	assert_int_equal(b->last_ns, 5000 * US);
	end(b);
}

/* A discipline may drop all that waits: the turn is another's. */
static void
disciplines_are_of_each_queue(void **state)
{
	struct bench *b = bench(2, NULL, priorities + 1); /* 0 and 7 */
	struct wf_queue_cfg cfg = b->q[1].cfg;

	cfg.kind = WF_QUEUE_CODEL;
	cfg.codel.max_packet = 0;
	wf_queue_change(&b->q[1], &b->pool, &cfg, NULL, 0);
	for (int i = 0; i < 2000; i++) {
		in(b, 0, 0, 1000);
		in(b, 0, 1, 1000);
	}
	until(b, UINT64_MAX - 1);
	assert_int_equal(b->packets[0], 2000);
	assert_true(b->dropped[1] > 50);
	assert_int_equal(b->packets[1] + b->dropped[1], 2000);
	assert_int_equal(b->last_ns, (b->packets[0] + b->packets[1]) * 1000 * US);
	end(b);
}

static void
another_priority_counts_at_once(void **state)
{
	struct bench *b = bench(3, NULL, NULL);
	struct wf_queue_cfg cfg = b->q[1].cfg;

	for (uint32_t k = 0; k < 3000; k++)
		in(b, 0, k % 3, 1000);
	until(b, 300 * 1000 * US);
	cfg.priority = 5;
	wf_queue_change(&b->q[1], &b->pool, &cfg, NULL, 300 * 1000 * US);
	until(b, 400 * 1000 * US);
	assert_in_range(b->packets[1], 199, 200);
	cfg.priority = 0;
	wf_queue_change(&b->q[1], &b->pool, &cfg, NULL, 400 * 1000 * US);
	b->packets[0] = b->packets[1] = b->packets[2] = 0;
	until(b, 700 * 1000 * US);
	for (int i = 0; i < 3; i++)
		assert_in_range(b->packets[i], 99, 101);
	end(b);
}

static void
a_queue_may_begin_to_share_while_it_is_full(void **state)
{
	struct bench *b = bench(2, NULL, NULL);
	struct wf_queue_cfg cfg = b->q[0].cfg;

	cfg.shared = false;
	wf_queue_change(&b->q[0], &b->pool, &cfg, NULL, 0);
	for (int i = 0; i < 30; i++)
		in(b, 0, 0, 1000);
	assert_null(b->q[0].waiting); /* nobody else is there */
	cfg.shared = true;
	wf_queue_change(&b->q[0], &b->pool, &cfg, NULL, 0);
	for (int i = 0; i < 30; i++)
		in(b, 0, 1, 1000);
	until(b, 20 * 1000 * US);
	assert_in_range(b->packets[0], 10, 11);
	cfg.shared = false; /* the other is still served */
	wf_queue_change(&b->q[0], &b->pool, &cfg, NULL, 20 * 1000 * US);
	until(b, UINT64_MAX - 1);
	assert_int_equal(b->packets[0], 30);
	assert_int_equal(b->packets[1], 30);
	end(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(weights_hold_at_every_moment),
		cmocka_unit_test(who_does_not_wait_leaves_the_rest_to_others),
		cmocka_unit_test(idling_saves_nothing_up),
		cmocka_unit_test(priority_never_inverts),
		cmocka_unit_test(the_highest_waits_for_one_packet_at_most),
		cmocka_unit_test(equals_share_what_is_above_others),
		cmocka_unit_test(limits_are_of_each_queue),
		cmocka_unit_test(disciplines_are_of_each_queue),
		cmocka_unit_test(another_priority_counts_at_once),
		cmocka_unit_test(a_queue_may_begin_to_share_while_it_is_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
