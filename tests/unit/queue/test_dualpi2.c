/* SPDX-License-Identifier: BSD-3-Clause
 * DualPI2 against a model of RFC 9332, appendix A, with queues, controller and scheduler of its
 * own: the fate and the time of every packet, and the state. And what the RFC promises.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fit.h"
#include "qrig.h"

#define N  30000
#define US 1000ull
#define MS 1000000ull

enum { NOT_ECT, ECT1, ECT0, CE };

static struct wf_queue_cfg
config(void)
{
	struct wf_queue_cfg cfg = qrig_cfg(WF_QUEUE_DUALPI2);

	cfg.dualpi2 = (struct wf_dualpi2_cfg){ .target = 0.015,
		.alpha = 0.15,
		.beta = 3,
		.k = 2,
		.p_cmax = 0.25,
		.update_ns = 15 * MS,
		.min_th_ns = 800 * US,
		.range_ns = 400 * US };
	return cfg;
}

/* ---- The model: names and steps of the RFC ---- */

struct packet {
	wf_ns_t at;
	uint32_t len;
	uint8_t ecn, what;
	bool marked;
	wf_ns_t when;
};

enum { LQ, CQ };

struct line { /* a queue: packets head..tail-1 of `p` */
	uint32_t p[N], head, tail;
	double count;
};

struct model {
	struct packet *pkt;
	struct line q[2];
	double p, prevq;
	int64_t turn;
	wf_ns_t update, done;
	int64_t sending; /* -1: idle */
};

static double
time_of(const struct model *m, int which, wf_ns_t now)
{
	const struct line *q = &m->q[which];

	return q->head < q->tail ? (double)(now - m->pkt[q->p[q->head]].at) / 1e9 : 0;
}

static void
dualpi2_update(struct model *m, wf_ns_t now)
{
	double curq = fmax(time_of(m, CQ, now), time_of(m, LQ, now));

	m->p = m->p + (0.15 * (curq - 0.015) + 3 * (curq - m->prevq));
	m->p = fmin(fmax(m->p, 0), 1);
	m->prevq = curq;
}

static bool
recur(struct line *q, double likelihood)
{
	q->count += likelihood;
	if (q->count > 1) {
		q->count -= 1;
		return true;
	}
	return false;
}

static double
laqm(double lqtime)
{
	if (lqtime >= 1200e-6)
		return 1;
	return lqtime > 800e-6 ? (lqtime - 800e-6) / 400e-6 : 0;
}

/* By turns of 15 bytes to one while both wait. */
static int
scheduler(struct model *m)
{
	const struct line *l = &m->q[LQ], *c = &m->q[CQ];

	if (l->head == l->tail || c->head == c->tail) {
		m->turn = 0;
		return l->head < l->tail ? LQ : CQ;
	}
	if (m->turn <= 0) {
		m->turn += m->pkt[l->p[l->head]].len;
		return LQ;
	}
	m->turn -= 15 * (int64_t)m->pkt[c->p[c->head]].len;
	return CQ;
}

static int64_t
dualpi2_dequeue(struct model *m, wf_ns_t now)
{
	double p_C = m->p * m->p, p_CL = 2 * m->p, p_L;

	while (m->q[LQ].head < m->q[LQ].tail || m->q[CQ].head < m->q[CQ].tail) {
		int which = scheduler(m);
		struct line *q = &m->q[which];
		uint32_t i = q->p[q->head++];
		struct packet *pkt = &m->pkt[i];
		bool drop = false;

		if (which == LQ) {
			if (p_CL < 1) {
				p_L = q->head < q->tail ? laqm((double)(now - pkt->at) / 1e9) : 0;
				pkt->marked = recur(q, fmax(p_L, p_CL));
			} else if (recur(q, p_C)) {
				drop = true;
			} else {
				pkt->marked = recur(q, 1);
			}
		} else if (recur(q, p_C)) {
			drop = pkt->ecn == NOT_ECT || p_C >= 0.25;
			pkt->marked = !drop;
		}
		if (!drop)
			return i;
		pkt->what = QRIG_AQM;
		pkt->when = now;
	}
	return -1;
}

static void
serve(struct model *m, wf_ns_t now)
{
	m->sending = dualpi2_dequeue(m, now);
	m->done = m->sending < 0 ? UINT64_MAX : now + 1000 * m->pkt[m->sending].len;
}

static void
until(struct model *m, wf_ns_t now)
{
	while (m->done <= now || m->update <= now) {
		if (m->update <= m->done) {
			dualpi2_update(m, m->update);
			m->update += 15 * MS;
			continue;
		}
		m->pkt[m->sending].what = QRIG_SENT;
		m->pkt[m->sending].when = m->done;
		serve(m, m->done);
	}
}

static void
arrive(struct model *m, uint32_t i)
{
	struct line *q = &m->q[m->pkt[i].ecn % 2 == 0 ? CQ : LQ];

	q->p[q->tail++] = i;
	if (m->sending < 0)
		serve(m, m->pkt[i].at);
}

/* Load from too little to far too much, of all codepoints. */
static void
make_load(struct packet *pkt, uint64_t seed)
{
	static const uint32_t percent[] = { 60, 105, 130, 90, 250, 20 };
	struct fit_random random;
	wf_ns_t now = 0;

	fit_seed(&random, seed);
	for (uint32_t i = 0; i < N; i++) {
		now += fit_under(&random, 2 * 782 * US * 100 / percent[i / 2500 % 6]);
		pkt[i] = (struct packet){ .at = now,
			.len = 64 + (uint32_t)fit_under(&random, 1437),
			.ecn = (uint8_t)fit_under(&random, 4) };
	}
}

static void
every_fate_is_that_of_the_rfc(void **state)
{
	for (uint64_t seed = 1; seed <= 5; seed++) {
		struct wf_queue_cfg cfg = config();
		struct qrig *r = qrig_new(&cfg, N);
		struct model *m = calloc(1, sizeof(*m));
		uint32_t count[4] = { 0 }, marked = 0;

		m->pkt = calloc(N, sizeof(*m->pkt));
		m->update = 15 * MS;
		m->done = UINT64_MAX;
		m->sending = -1;
		make_load(m->pkt, seed);
		for (uint32_t i = 0; i < N; i++) {
			until(m, m->pkt[i].at);
			arrive(m, i);
			qrig_in(r, m->pkt[i].at, m->pkt[i].len, 0, m->pkt[i].ecn);
			assert_true(fabs(r->q.dualpi2.p - m->p) < 1e-12);
			assert_true(fabs(r->q.dualpi2.l4s_count - m->q[LQ].count) < 1e-9);
			assert_true(fabs(r->q.dualpi2.classic_count - m->q[CQ].count) < 1e-9);
			assert_int_equal(r->q.dualpi2.l4s.packets, m->q[LQ].tail - m->q[LQ].head);
			assert_int_equal(r->q.list.packets, m->q[CQ].tail - m->q[CQ].head);
		}
		until(m, m->pkt[N - 1].at + 100 * 1000 * MS);
		qrig_until(r, UINT64_MAX - 1);
		for (uint32_t i = 0; i < N; i++) {
			assert_int_equal(r->fate[i].what, m->pkt[i].what);
			assert_int_equal(r->fate[i].when_ns, m->pkt[i].when);
			assert_int_equal(r->fate[i].marked, m->pkt[i].marked);
			count[m->pkt[i].what]++;
			marked += m->pkt[i].marked;
		}
		assert_true(count[QRIG_AQM] > 500 && count[QRIG_SENT] > N / 2 && marked > 1000);
		free(m->pkt);
		free(m);
		qrig_free(r);
	}
}

/* ---- What it promises ---- */

/* L4S marks are k p and classic drops p^2, by count. */
static void
the_two_are_coupled(void **state)
{
	static const double ps[] = { 0.01, 0.1, 0.3, 0.45 };

	for (size_t k = 0; k < WF_ARRAY_SIZE(ps); k++) {
		struct wf_queue_cfg cfg = config();
		double n[2] = { 0 }, hit[2] = { 0 };
		struct qrig *r;

		cfg.dualpi2.update_ns = 1000000 * MS; /* p stays */
		cfg.dualpi2.min_th_ns = 1000000 * MS;
		cfg.serve.limit_packets = N + 1;
		r = qrig_new(&cfg, N);
		r->q.dualpi2.p = ps[k];
		for (uint32_t i = 0; i < N; i++)
			qrig_in(r, i * 1000 * US, 900, 0, i % 2 ? ECT1 : NOT_ECT);
		qrig_until(r, UINT64_MAX - 1);
		for (uint32_t i = 0; i < N; i++) {
			n[i % 2]++;
			hit[i % 2] += i % 2 ? r->fate[i].marked : r->fate[i].what == QRIG_AQM;
		}
		assert_true(fabs(hit[1] - 2 * ps[k] * n[1]) <= 1.01);
		assert_true(fabs(hit[0] - ps[k] * ps[k] * n[0]) <= 1.01);
		qrig_free(r);
	}
}

static void
classic_ecn_is_marked_until_there_are_too_many(void **state)
{
	for (int over = 0; over < 2; over++) {
		struct wf_queue_cfg cfg = config();
		uint32_t marked = 0, dropped = 0;
		struct qrig *r;

		cfg.dualpi2.update_ns = 1000000 * MS;
		r = qrig_new(&cfg, 1000);
		r->q.dualpi2.p = over ? 0.6 : 0.4;
		for (uint32_t i = 0; i < 1000; i++)
			qrig_in(r, i * 1000 * US, 900, 0, ECT0);
		qrig_until(r, UINT64_MAX - 1);
		for (uint32_t i = 0; i < 1000; i++) {
			marked += r->fate[i].marked;
			dropped += r->fate[i].what == QRIG_AQM;
		}
		assert_in_range(over ? dropped : marked, over ? 359 : 159, over ? 360 : 160);
		assert_int_equal(over ? marked : dropped, 0);
		qrig_free(r);
	}
}

static void
a_step_marks_who_has_waited_so_long(void **state)
{
	struct wf_queue_cfg cfg = config();
	struct qrig *r;

	cfg.dualpi2.range_ns = 0;
	cfg.dualpi2.min_th_ns = 1000 * US;
	r = qrig_new(&cfg, 100);
	for (uint32_t i = 0; i < 8; i++) /* waits of 0, 300, 600 ... us */
		qrig_in(r, 0, 300, 0, i == 5 ? CE : ECT1);
	qrig_until(r, UINT64_MAX - 1);
	for (uint32_t i = 0; i < 8; i++) /* the first mark needs a count above 1 */
		assert_int_equal(r->fate[i].marked, i >= 5 && i < 7);
	qrig_free(r);
}

static void
l4s_hardly_waits_for_classic(void **state)
{
	struct wf_queue_cfg cfg = config();
	struct qrig *r = qrig_new(&cfg, 3000);
	wf_ns_t in[1000];

	cfg.dualpi2.target = 1; /* the classic queue may grow */
	qrig_change(r, &cfg, 0);
	for (uint32_t i = 0; i < 1000; i++) {
		in[i] = i * 1500 * US;
		qrig_in(r, in[i], 1000, 0, NOT_ECT);
		qrig_in(r, in[i], 1000, 0, NOT_ECT);
		qrig_in(r, in[i], 100, 0, ECT1);
	}
	qrig_until(r, UINT64_MAX - 1);
	for (uint32_t i = 0; i < 1000; i++) { /* for the one in transmission, at most one more */
		assert_int_equal(r->fate[3 * i + 2].what, QRIG_SENT);
		assert_true(r->fate[3 * i + 2].when_ns <= in[i] + 2200 * US);
	}
	qrig_free(r);
}

static void
who_both_wait_share_15_to_1(void **state)
{
	struct wf_queue_cfg cfg = config();
	struct qrig *r;
	uint32_t classic = 0;

	cfg.dualpi2.update_ns = 1000000 * MS;
	r = qrig_new(&cfg, 4000);
	for (uint32_t i = 0; i < 4000; i++)
		qrig_in(r, 0, 1000, 0, i % 2 ? ECT1 : NOT_ECT);
	qrig_until(r, 1600 * MS);
	for (uint32_t i = 0; i < 4000; i += 2)
		classic += r->fate[i].what == QRIG_SENT;
	assert_in_range(classic, 99, 102);
	qrig_free(r);
}

static void
changes_keep_both_queues(void **state)
{
	struct wf_queue_cfg dual = config(), fifo = qrig_cfg(WF_QUEUE_FIFO);
	struct qrig *r = qrig_new(&dual, 1000);

	dual.head = true;
	dual.serve.limit_packets = 600;
	qrig_change(r, &dual, 0);
	for (uint32_t i = 0; i < 700; i++)
		qrig_in(r, 0, 10, 0, i % 3 ? ECT1 : NOT_ECT);
	assert_int_equal(r->q.packets, 599);
	qrig_change(r, &fifo, 0);
	assert_int_equal(r->q.packets, 599);
	qrig_change(r, &dual, 0);
	assert_int_equal(r->q.packets, 599);
	assert_int_equal(r->q.bytes, 5990);
	assert_int_equal(r->q.list.packets + r->q.dualpi2.l4s.packets, 599);
	qrig_until(r, UINT64_MAX - 1);
	for (uint32_t i = 0; i < 700; i++)
		assert_int_not_equal(r->fate[i].what, QRIG_WAITS);
	qrig_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_fate_is_that_of_the_rfc),
		cmocka_unit_test(the_two_are_coupled),
		cmocka_unit_test(classic_ecn_is_marked_until_there_are_too_many),
		cmocka_unit_test(a_step_marks_who_has_waited_so_long),
		cmocka_unit_test(l4s_hardly_waits_for_classic),
		cmocka_unit_test(who_both_wait_share_15_to_1),
		cmocka_unit_test(changes_keep_both_queues),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
