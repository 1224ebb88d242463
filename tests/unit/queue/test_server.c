/* SPDX-License-Identifier: BSD-3-Clause
 * The server and the limit of a real queue, with nothing but a FIFO in it, against brute force; and
 * drop head.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fit.h"
#include "qrig.h"

#define N  20000
#define US 1000ull

/* The virtual clock: with drop tail a real queue must not be told from it. */
struct clock {
	wf_fine_t end;
	wf_ns_t ends[N]; /* of packets admitted that waited */
	uint32_t head, tail;
};

static bool
admit(struct clock *c, const struct wf_serve *s, wf_ns_t now, uint32_t len, wf_ns_t *due)
{
	wf_fine_t end = c->end, floor = WF_FINE(now) - s->burst;

	if (end < floor)
		end = floor;
	end += (wf_fine_t)s->wire.ns_per_byte * len;
	*due = now;
	while (c->head < c->tail && c->ends[c->head] <= now)
		c->head++;
	if (wf_fine_ceil(end) > (int64_t)now) {
		if (s->limit_packets ? c->tail - c->head >= s->limit_packets
				     : end - WF_FINE(now) > s->limit_wait)
			return false;
		*due = (wf_ns_t)wf_fine_ceil(end);
		c->ends[c->tail++] = *due;
	}
	c->end = end;
	return true;
}

static void
same_as_a_virtual_clock(const struct wf_serve *serve, uint64_t mean_gap)
{
	struct wf_queue_cfg cfg = qrig_cfg(WF_QUEUE_FIFO);
	struct clock *c = calloc(1, sizeof(*c));
	wf_ns_t now = 1000000, *due = calloc(N, sizeof(*due));
	struct fit_random random;
	struct qrig *r;
	bool *in = calloc(N, sizeof(*in));
	uint32_t lost = 0;

	cfg.serve = *serve;
	r = qrig_new(&cfg, N);
	c->end = -serve->burst;
	fit_seed(&random, 5);
	for (uint32_t i = 0; i < N; i++) {
		uint32_t len = 64 + (uint32_t)fit_under(&random, 1437);

		now += fit_under(&random, 2 * mean_gap);
		in[i] = admit(c, serve, now, len, &due[i]);
		qrig_in(r, now, len, 0, 0);
	}
	qrig_until(r, UINT64_MAX - 1);
	for (uint32_t i = 0; i < N; i++) {
		assert_int_equal(r->fate[i].what, in[i] ? QRIG_SENT : QRIG_FULL);
		if (in[i])
			assert_int_equal(r->fate[i].when_ns, due[i]);
		lost += !in[i];
	}
	assert_in_range(lost, N / 100, N / 2);
	qrig_free(r);
	free(in);
	free(due);
	free(c);
}

static void
with_drop_tail_it_is_the_virtual_clock(void **state)
{
	/* 7.77 ns/byte and a fraction; offered: about 1.2 of the rate. */
	const uint64_t rate = (7ull << 32) + 3307124816u, gap = 5000;
	struct wf_serve s = { .wire = { .ns_per_byte = rate }, .limit_packets = 20 };

	same_as_a_virtual_clock(&s, gap);
	s.burst = WF_FINE(50000);
	same_as_a_virtual_clock(&s, gap);
	s.limit_packets = 0;
	s.limit_wait = WF_FINE(100000);
	same_as_a_virtual_clock(&s, gap);
	s.burst = 0;
	same_as_a_virtual_clock(&s, gap);
}

static void
the_rate_is_exact_over_mixed_lengths(void **state)
{
	/* 1 kbit/s, 1 Gbit/s - 1, 400 Gbit/s: 2^-32 ns a byte are lost at most. */
	static const uint64_t bps[] = { 1000, 999999999, 400000000000ull };

	for (size_t k = 0; k < WF_ARRAY_SIZE(bps); k++) {
		struct wf_queue_cfg cfg = qrig_cfg(WF_QUEUE_FIFO);
		struct fit_random random;
		struct qrig *r;
		double want = 0, got;

		cfg.serve.wire.ns_per_byte =
			(uint64_t)(((wf_fine_t)(8 * WF_NS_PER_S) << 32) / bps[k]);
		cfg.serve.limit_packets = N;
		r = qrig_new(&cfg, N);
		fit_seed(&random, k + 1);
		for (uint32_t i = 0; i < 9000; i++) {
			uint32_t len = 64 + (uint32_t)fit_under(&random, 8937);

			qrig_in(r, 0, len, 0, 0);
			want += 8e9 * len / (double)bps[k];
		}
		qrig_until(r, UINT64_MAX - 1);
		got = (double)r->fate[8999].when_ns;
		assert_true(got / want > 0.9999 && got / want < 1.0001);
		qrig_free(r);
	}
}

static void
drop_head_keeps_the_newest(void **state)
{
	struct wf_queue_cfg cfg = qrig_cfg(WF_QUEUE_FIFO);
	struct qrig *r;

	cfg.head = true;
	cfg.serve.limit_packets = 4;
	r = qrig_new(&cfg, 100);
	for (uint32_t i = 0; i < 10; i++)
		qrig_in(r, i, 1000, 0, 0);
	/* Packet 0 is being sent and stays; three of the others may wait. */
	for (uint32_t i = 1; i < 7; i++) {
		assert_int_equal(r->fate[i].what, QRIG_FULL);
		assert_int_equal(r->fate[i].when_ns, i + 3); /* when the one too many came */
	}
	qrig_until(r, UINT64_MAX - 1);
	assert_int_equal(r->fate[0].when_ns, 1000 * US);
	for (uint32_t i = 7; i < 10; i++)
		assert_int_equal(r->fate[i].when_ns, (i - 5) * 1000 * US);
	qrig_free(r);
}

static void
drop_head_in_bytes_frees_what_is_needed(void **state)
{
	struct wf_queue_cfg cfg = qrig_cfg(WF_QUEUE_FIFO);
	struct qrig *r;

	cfg.head = true;
	cfg.serve.limit_packets = 0;
	cfg.serve.limit_wait = WF_FINE(2000 * US); /* 2000 bytes */
	r = qrig_new(&cfg, 100);
	qrig_in(r, 0, 500, 0, 0); /* being sent */
	for (uint32_t i = 1; i <= 5; i++)
		qrig_in(r, 0, 300, 0, 0);
	qrig_in(r, 0, 700, 0, 0); /* needs the room of three */
	for (uint32_t i = 1; i <= 5; i++)
		assert_int_equal(r->fate[i].what, i <= 3 ? QRIG_FULL : QRIG_WAITS);
	qrig_in(r, 0, 1600, 0, 0); /* fits nowhere, and takes all with it that wait */
	for (uint32_t i = 4; i <= 7; i++)
		assert_int_equal(r->fate[i].what, QRIG_FULL);
	qrig_until(r, UINT64_MAX - 1);
	assert_int_equal(r->fate[0].what, QRIG_SENT);
	qrig_free(r);
}

static void
another_rate_counts_from_the_next_packet(void **state)
{
	struct wf_queue_cfg cfg = qrig_cfg(WF_QUEUE_FIFO);
	struct qrig *r = qrig_new(&cfg, 100);

	for (uint32_t i = 0; i < 4; i++)
		qrig_in(r, 0, 1000, 0, 0);
	qrig_until(r, 1500 * US); /* in the middle of packet 1 */
	cfg.serve.wire.ns_per_byte /= 10;
	qrig_change(r, &cfg, 1500 * US);
	qrig_until(r, UINT64_MAX - 1);
	assert_int_equal(r->fate[1].when_ns, 2000 * US);
	assert_int_equal(r->fate[2].when_ns, 2100 * US);
	assert_int_equal(r->fate[3].when_ns, 2200 * US);
	qrig_free(r);
}

static void
another_discipline_keeps_what_waits(void **state)
{
	static const enum wf_qkind kinds[] = { WF_QUEUE_FQ_CODEL, WF_QUEUE_CODEL, WF_QUEUE_FIFO,
		WF_QUEUE_FQ_CODEL, WF_QUEUE_FIFO };
	struct wf_queue_cfg cfg = qrig_cfg(WF_QUEUE_FIFO);
	struct qrig *r = qrig_new(&cfg, 1000);

	for (uint32_t i = 0; i < 500; i++)
		qrig_in(r, i, 10, i % 7, 0);
	for (size_t k = 0; k < WF_ARRAY_SIZE(kinds); k++) {
		cfg.kind = (uint8_t)kinds[k];
		qrig_until(r, 500 * (k + 1) * US);
		qrig_change(r, &cfg, 500 * (k + 1) * US);
		assert_int_equal(r->q.packets, 500 - 50 * (k + 1) - 1);
		assert_int_equal(r->q.bytes, 10 * r->q.packets);
	}
	qrig_until(r, UINT64_MAX - 1);
	for (uint32_t i = 0; i < 500; i++)
		assert_int_equal(r->fate[i].what, QRIG_SENT);
	for (uint32_t i = 7; i < 500; i++) /* in order within each flow */
		assert_true(r->fate[i].when_ns > r->fate[i - 7].when_ns);
	qrig_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(with_drop_tail_it_is_the_virtual_clock),
		cmocka_unit_test(the_rate_is_exact_over_mixed_lengths),
		cmocka_unit_test(drop_head_keeps_the_newest),
		cmocka_unit_test(drop_head_in_bytes_frees_what_is_needed),
		cmocka_unit_test(another_rate_counts_from_the_next_packet),
		cmocka_unit_test(another_discipline_keeps_what_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
