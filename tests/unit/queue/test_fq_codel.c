/* SPDX-License-Identifier: BSD-3-Clause
 * FQ-CoDel against RFC 8290: a model of its section 4 in plain arrays, run beside ours; and what it
 * is there for.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fit.h"
#include "qrig.h"

#define N     30000
#define FLOWS 8
#define US    1000ull
#define MS    1000000ull

/* ---- The model: lists are arrays of flow numbers, queues arrays of packet numbers. ---- */

struct flow {
	uint32_t queue[N], head, tail, bytes;
	int32_t credits;
	uint64_t first_above, drop_next;
	uint32_t count, lastcount;
	bool dropping;
};

struct model {
	struct flow flow[FLOWS];
	int list[2][4 * FLOWS], n[2]; /* new, old */
	uint64_t time[N], free_at;
	uint32_t len[N];
	int64_t sending;
	uint32_t waiting, limit;
	struct qrig_fate fate[N];
};
enum { NEW, OLD };

static void
list_shift(struct model *m, int l)
{
	memmove(m->list[l], m->list[l] + 1, (size_t)--m->n[l] * sizeof(int));
}

static int64_t
flow_take(struct model *m, struct flow *f, uint64_t now, bool *ok)
{
	uint32_t p;

	*ok = false;
	if (f->head == f->tail) {
		f->first_above = 0;
		return -1;
	}
	p = f->queue[f->head++];
	f->bytes -= m->len[p];
	m->waiting--;
	if (now - m->time[p] < 5 * MS || f->bytes <= 1514)
		f->first_above = 0;
	else if (f->first_above == 0)
		f->first_above = now + 100 * MS;
	else
		*ok = now >= f->first_above;
	return p;
}

static uint64_t
law(uint64_t t, uint32_t count)
{
	return t + (uint64_t)(100e6 / sqrt((double)count));
}

static int64_t
flow_codel(struct model *m, struct flow *f, uint64_t now)
{
	bool ok;
	int64_t p = flow_take(m, f, now, &ok);

	if (f->dropping && !ok) {
		f->dropping = false;
	} else if (f->dropping) {
		while (f->dropping && now >= f->drop_next) {
			m->fate[p] = (struct qrig_fate){ QRIG_AQM, false, now };
			f->count++;
			p = flow_take(m, f, now, &ok);
			f->dropping = ok;
			if (ok)
				f->drop_next = law(f->drop_next, f->count);
		}
	} else if (ok) {
		uint32_t delta = f->count - f->lastcount;

		m->fate[p] = (struct qrig_fate){ QRIG_AQM, false, now };
		p = flow_take(m, f, now, &ok);
		f->dropping = true;
		f->count = delta > 1 && now < f->drop_next + 1600 * MS ? delta : 1;
		f->lastcount = f->count;
		f->drop_next = law(now, f->count);
	}
	return p;
}

static void
model_send(struct model *m, uint64_t now)
{
	m->sending = -1;
	while (m->sending < 0 && m->n[NEW] + m->n[OLD] > 0) {
		int l = m->n[NEW] > 0 ? NEW : OLD, i = m->list[l][0];
		struct flow *f = &m->flow[i];

		if (f->credits <= 0) {
			f->credits += 1514;
			list_shift(m, l);
			m->list[OLD][m->n[OLD]++] = i;
			continue;
		}
		m->sending = flow_codel(m, f, now);
		if (m->sending >= 0) {
			f->credits -= (int32_t)m->len[m->sending];
			m->free_at = now + 1000 * m->len[m->sending];
			return;
		}
		list_shift(m, l);
		if (l == NEW)
			m->list[OLD][m->n[OLD]++] = i;
	}
}

static void
model_until(struct model *m, uint64_t ns)
{
	while (m->sending >= 0 && m->free_at <= ns) {
		m->fate[m->sending] = (struct qrig_fate){ QRIG_SENT, false, m->free_at };
		model_send(m, m->free_at);
	}
}

static void
model_in(struct model *m, uint64_t now, uint32_t id, uint32_t len, uint32_t i)
{
	struct flow *f = &m->flow[i];
	bool listed = false;

	model_until(m, now);
	if (m->sending >= 0 && m->waiting + 1 >= m->limit) { /* 4.1: half of the fattest */
		struct flow *fat = &m->flow[0];
		uint32_t half;

		for (int k = 1; k < FLOWS; k++)
			fat = m->flow[k].bytes > fat->bytes ? &m->flow[k] : fat;
		half = (fat->tail - fat->head) / 2;
		half = half == 0 ? 1 : half > 64 ? 64 : half;
		for (uint32_t k = 0; k < half; k++) {
			uint32_t p = fat->queue[fat->head++];

			m->fate[p] = (struct qrig_fate){ QRIG_FULL, false, now };
			fat->bytes -= m->len[p];
			m->waiting--;
		}
	}
	m->time[id] = now;
	m->len[id] = len;
	f->queue[f->tail++] = id;
	f->bytes += len;
	m->waiting++;
	for (int l = 0; l < 2; l++)
		for (int k = 0; k < m->n[l]; k++)
			listed |= m->list[l][k] == (int)i;
	if (!listed) {
		f->credits = 1514;
		m->list[NEW][m->n[NEW]++] = (int)i;
	}
	if (m->sending < 0)
		model_send(m, now);
}

/* Ours has the same flows in the same order. */
static void
compare_list(const struct qrig *r, const struct wf_fq_list *ours, const struct model *m, int l)
{
	uint32_t f = ours->head;

	for (int k = 0; k < m->n[l]; k++) {
		assert_int_equal(f, m->list[l][k]);
		assert_true(r->q.fq.flow[f].listed);
		assert_int_equal(r->q.fq.flow[f].deficit, m->flow[f].credits);
		f = r->q.fq.flow[f].next;
	}
	assert_int_equal(f, WF_QNONE);
}

static void
compare_state(const struct qrig *r, const struct model *m)
{
	uint32_t listed = 0;

	compare_list(r, &r->q.fq.fresh, m, NEW);
	compare_list(r, &r->q.fq.old, m, OLD);
	for (int k = 0; k < FLOWS; k++) {
		const struct wf_fq_flow *f = &r->q.fq.flow[k];

		assert_int_equal(f->list.bytes, m->flow[k].bytes);
		assert_int_equal(f->list.packets, m->flow[k].tail - m->flow[k].head);
		assert_int_equal(f->codel.first_above_time, m->flow[k].first_above);
		assert_int_equal(f->codel.count, m->flow[k].count);
		assert_int_equal(f->codel.lastcount, m->flow[k].lastcount);
		assert_int_equal(f->codel.drop_next, m->flow[k].drop_next);
		assert_int_equal(f->codel.dropping, m->flow[k].dropping);
		listed += f->listed;
	}
	assert_int_equal(listed, m->n[NEW] + m->n[OLD]);
}

static void
compare(uint64_t seed, uint32_t limit)
{
	struct wf_queue_cfg cfg = qrig_cfg(WF_QUEUE_FQ_CODEL);
	struct model *m = calloc(1, sizeof(*m));
	uint32_t dropped = 0, full = 0;
	struct fit_random random;
	wf_ns_t now = MS;
	struct qrig *r;

	cfg.serve.limit_packets = limit;
	cfg.codel.n_flows = FLOWS;
	cfg.head = true;
	m->limit = limit;
	m->sending = -1;
	r = qrig_new(&cfg, N);
	fit_seed(&random, seed);
	for (uint32_t i = 0; i < N; i++) {
		uint32_t len = 64 + (uint32_t)fit_under(&random, 1437);
		uint32_t flow = (uint32_t)fit_under(&random, FLOWS);

		flow = fit_under(&random, 2) ? flow : 3; /* one is greedy */
		now += fit_under(&random, (i / 2000 % 3 ? 1000 : 3000) * US);
		model_in(m, now, i, len, flow);
		qrig_in(r, now, len, flow, 0);
		compare_state(r, m);
	}
	qrig_until(r, UINT64_MAX - 1);
	model_until(m, UINT64_MAX - 1);
	for (uint32_t i = 0; i < N; i++) {
		assert_int_equal(r->fate[i].what, m->fate[i].what);
		assert_int_equal(r->fate[i].when_ns, m->fate[i].when_ns);
		dropped += m->fate[i].what == QRIG_AQM;
		full += m->fate[i].what == QRIG_FULL;
	}
	assert_in_range(limit < 1000 ? full : dropped, 100, N / 2);
	qrig_free(r);
	free(m);
}

static void
every_state_is_that_of_the_rfc(void **state)
{
	for (uint64_t seed = 1; seed <= 5; seed++) {
		compare(seed, N);
		compare(seed, 20);
		compare(seed, 400);
	}
}

/* A flow that sends little goes past one that fills the queue. */
static void
a_sparse_flow_does_not_wait_for_a_greedy_one(void **state)
{
	struct wf_queue_cfg cfg = qrig_cfg(WF_QUEUE_FQ_CODEL);
	struct qrig *r = qrig_new(&cfg, 10000);

	for (uint32_t i = 0; i < 2000; i++) {
		qrig_in(r, i * MS, 1500, 1, 0);
		if (i % 50 == 49) {
			uint32_t id = qrig_in(r, i * MS + 1, 100, 2, 0);

			/* At most the packet in transmission and its own time. */
			qrig_until(r, i * MS + 1601 * US + 1);
			assert_int_equal(r->fate[id].what, QRIG_SENT);
			i += 2;
		}
	}
	qrig_free(r);
}

/* Three greedy flows with packets of 300, 600 and 1200 bytes get the same share in bytes. */
static void
shares_are_equal_in_bytes(void **state)
{
	struct wf_queue_cfg cfg = qrig_cfg(WF_QUEUE_FQ_CODEL);
	struct qrig *r;
	uint64_t sent[3] = { 0 };

	cfg.codel.target_ns = 1000 * WF_NS_PER_S;
	r = qrig_new(&cfg, 10000);
	for (uint32_t i = 0; i < 9000; i++)
		qrig_in(r, 0, 300u << i % 3, i % 3, 0);
	qrig_until(r, 2400 * MS);
	for (uint32_t i = 0; i < 9000; i++)
		if (r->fate[i].what == QRIG_SENT)
			sent[i % 3] += 300u << i % 3;
	for (int k = 0; k < 3; k++)
		assert_in_range(sent[k], 800000 - 2 * 1514, 800000 + 2 * 1514);
	qrig_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_state_is_that_of_the_rfc),
		cmocka_unit_test(a_sparse_flow_does_not_wait_for_a_greedy_one),
		cmocka_unit_test(shares_are_equal_in_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
