/* SPDX-License-Identifier: BSD-3-Clause
 * Queues that share one server and have caps: no window of time sees more than the cap and its
 * credit, a busy queue gets its cap, and what it leaves is not lost to the others.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fit.h"
#include "qrig.h"

#define US     1000ull
#define MS     1000000ull
#define ROOM   100000
#define QUEUES 3
#define LEN    1000
#define BYTE   (1000ull << 32) /* the server's: 8 Mbit/s */

struct bench {
	struct wf_queue *q; /* [QUEUES]; the first is the server */
	struct wf_qpool pool;
	uint64_t bytes[QUEUES], sum;
	wf_ns_t busy_ns; /* end of the last packet */
	struct {
		wf_ns_t end_ns;
		uint32_t queue, bytes;
	} log[ROOM];
	uint32_t n;
};

static struct wf_queue_cfg
config(uint64_t cap, uint8_t priority)
{
	struct wf_queue_cfg cfg = qrig_cfg(WF_QUEUE_FIFO);

	cfg.shared = true;
	cfg.serve.limit_packets = ROOM;
	cfg.cap = cap;
	cfg.cap_credit = (wf_fine_t)cap * 2 * 1514;
	cfg.priority = priority;
	return cfg;
}

static struct bench *
bench(const uint64_t *cap, const uint8_t *priority)
{
	struct bench *b = calloc(1, sizeof(*b));

	b->q = aligned_alloc(16, QUEUES * sizeof(*b->q));
	wf_qpool_init(&b->pool, calloc(ROOM, sizeof(struct wf_qentry)), ROOM);
	for (uint32_t i = 0; i < QUEUES; i++) {
		struct wf_queue_cfg cfg = config(cap[i], priority != NULL ? priority[i] : 0);

		wf_queue_init(&b->q[i], &cfg, NULL, 0);
		if (i > 0)
			wf_queue_join(&b->q[i], &b->q[0]);
	}
	return b;
}

static void
end(struct bench *b)
{
	free(b->pool.entry);
	free(b->q);
	free(b);
}

static void
until(struct bench *b, wf_ns_t ns)
{
	while (b->q[0].event_ns <= ns) {
		wf_ns_t now = b->q[0].event_ns;
		uint32_t e = wf_queue_out(&b->q[0], &b->pool);
		const struct wf_qentry *p = &b->pool.entry[e];

		if (e == WF_QNONE) { /* it has slept */
			assert_true(b->q[0].event_ns > now || b->q[0].sending != WF_QNONE);
			continue;
		}
		/* Never faster than the server. */
		assert_true(now >= b->busy_ns + p->wire_bytes * US);
		b->busy_ns = now;
		b->log[b->n].end_ns = now;
		b->log[b->n].queue = p->queue;
		b->log[b->n++].bytes = p->wire_bytes;
		b->bytes[p->queue] += p->wire_bytes;
		b->sum += p->wire_bytes;
		wf_qpool_put(&b->pool, e);
	}
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
}

/* n packets in each queue of the mask, at once. */
static void
fill(struct bench *b, unsigned mask, uint32_t n)
{
	for (uint32_t k = 0; k < n; k++)
		for (uint32_t i = 0; i < QUEUES; i++)
			if (mask >> i & 1)
				in(b, 0, i, LEN);
}

/* From the start of any packet on, no more than credit, one packet and the cap. */
static void
never_above(const struct bench *b, uint32_t queue, double ns_per_byte)
{
	for (uint32_t from = 0; from < b->n; from += 7) {
		double bytes = 0;

		for (uint32_t i = from; i < b->n; i++) {
			double ns = (double)(b->log[i].end_ns - b->log[from].end_ns);

			if (b->log[i].queue != queue)
				continue;
			bytes += b->log[i].bytes;
			assert_true(bytes <= ns / ns_per_byte + 3 * 1514 + 1514);
		}
	}
}

static void
close_to(double x, double wanted, double slack)
{
	if (fabs(x - wanted) > slack)
		fail_msg("%f instead of %f", x, wanted);
}

/* 2 of 8 Mbit/s, though it has priority; the other gets the rest. */
static void
a_cap_leaves_the_rest_to_others(void **state)
{
	struct bench *b = bench((uint64_t[]){ 0, 4 * BYTE, 0 }, (uint8_t[]){ 0, 7, 0 });

	fill(b, 3, 2000);
	until(b, 2000 * MS);
	close_to((double)b->bytes[1], 500000, 4 * 1514);
	close_to((double)b->bytes[0], 1500000, 4 * 1514);
	assert_true(b->sum >= 2000000 - LEN); /* never idle */
	never_above(b, 1, 4000);
	end(b);
}

/* A cap above what the weight gives changes nothing. */
static void
a_cap_that_is_not_reached_is_as_none(void **state)
{
	struct bench *capped = bench((uint64_t[]){ 0, BYTE * 3 / 2, 0 }, NULL);
	struct bench *free_one = bench((uint64_t[]){ 0, 0, 0 }, NULL);

	fill(capped, 3, 2000);
	fill(free_one, 3, 2000);
	until(capped, 2000 * MS);
	until(free_one, 2000 * MS);
	assert_int_equal(capped->n, free_one->n);
	for (uint32_t i = 0; i < capped->n; i++) {
		assert_int_equal(capped->log[i].queue, free_one->log[i].queue);
		assert_int_equal(capped->log[i].end_ns, free_one->log[i].end_ns);
	}
	end(capped);
	end(free_one);
}

static void
when_all_are_capped_the_server_sleeps(void **state)
{
	struct bench *b =
		bench((uint64_t[]){ 8 * BYTE, 4 * BYTE, 16 * BYTE }, (uint8_t[]){ 0, 1, 0 });

	fill(b, 7, 2000);
	until(b, 4000 * MS);
	close_to((double)b->bytes[0], 500000, 4 * 1514);
	close_to((double)b->bytes[1], 1000000, 4 * 1514);
	close_to((double)b->bytes[2], 250000, 4 * 1514);
	for (uint32_t i = 0; i < QUEUES; i++)
		never_above(b, i, (double)(b->q[i].cfg.cap >> 32));
	/* What sleeps does not stop others: a newcomer without a cap is sent at once. */
	end(b);
	b = bench((uint64_t[]){ 0, 1000 * BYTE, 0 }, NULL);
	fill(b, 2, 10);
	until(b, 100 * MS);
	assert_int_equal(b->q[0].sending, WF_QNONE);
	in(b, 100 * MS, 2, LEN);
	assert_int_equal(b->q[0].event_ns, 101 * MS);
	end(b);
}

/* Random lengths, arrivals, silence; a cap between weight's share and the whole. */
static void
caps_hold_whatever_comes(void **state)
{
	for (uint64_t seed = 1; seed <= 5; seed++) {
		struct bench *b = bench((uint64_t[]){ 0, 3 * BYTE, 5 * BYTE },
			(uint8_t[]){ 1, (uint8_t)(seed % 3), 1 });
		struct fit_random random;
		wf_ns_t now = 0;

		fit_seed(&random, seed);
		for (uint32_t i = 0; i < 3000; i++) {
			now += i % 1000 == 0 ? 500 * MS : fit_under(&random, 1000 * US);
			in(b, now, (uint32_t)fit_under(&random, QUEUES),
				64 + (uint32_t)fit_under(&random, 1451));
		}
		until(b, UINT64_MAX - 1);
		assert_int_equal(b->n, 3000);
		never_above(b, 1, 3000);
		never_above(b, 2, 5000);
		end(b);
	}
}

/* 1 kbit/s to 400 Gbit/s: a class alone gets its cap. */
static void
a_class_alone_gets_its_cap(void **state)
{
	static const uint64_t factor[] = { 2, 3, 10, 1000, 100000 };

	for (size_t k = 0; k < WF_ARRAY_SIZE(factor); k++) {
		struct bench *b = bench((uint64_t[]){ 0, factor[k] * BYTE, 0 }, NULL);
		const uint32_t n = 20000;

		fill(b, 2, n);
		until(b, UINT64_MAX - 1);
		assert_int_equal(b->n, n);
		/* Less the credit. */
		close_to((double)b->busy_ns / ((double)n * LEN * 1000 * (double)factor[k]), 1,
			5e3 / (n * LEN));
		end(b);
	}
}

static void
another_cap_counts_with_the_next_packet(void **state)
{
	struct bench *b = bench((uint64_t[]){ 0, 1000000 * BYTE, 0 }, NULL);
	struct wf_queue_cfg cfg = config(2 * BYTE, 0);

	fill(b, 2, 100);
	until(b, 50 * MS);
	assert_in_range(b->n, 1, 5);
	wf_queue_change(&b->q[1], &b->pool, &cfg, NULL, 50 * MS);
	in(b, 50 * MS, 1, LEN);
	until(b, 400 * MS);
	assert_int_equal(b->n, 101);
	end(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cap_leaves_the_rest_to_others),
		cmocka_unit_test(a_cap_that_is_not_reached_is_as_none),
		cmocka_unit_test(when_all_are_capped_the_server_sleeps),
		cmocka_unit_test(caps_hold_whatever_comes),
		cmocka_unit_test(a_class_alone_gets_its_cap),
		cmocka_unit_test(another_cap_counts_with_the_next_packet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
