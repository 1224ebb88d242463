/* SPDX-License-Identifier: BSD-3-Clause
 * CoDel against RFC 8289: a model written from the text of its section 5, with a queue and a link
 * of its own, run beside ours. Every decision and every state variable must be the same.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fit.h"
#include "qrig.h"

#define N  40000
#define US 1000ull
#define MS 1000000ull

/* ---- The model. Times in ns; 0 is "not set", as in the RFC. ---- */

struct model {
	struct {
		uint64_t time;
		uint32_t bytes, id;
		bool capable;
	} queue[N];
	uint32_t head, tail, bytes;
	/* "Data elements of the codel_queue_t" */
	uint64_t first_above, drop_next;
	uint32_t count, lastcount;
	bool dropping;
	/* The link: 1 us a byte. */
	int64_t sending;
	uint64_t free_at;
	bool sending_marked, ecn;
	uint64_t target, interval;
	struct qrig_fate fate[N];
};

/* Pops; ok: "the sojourn time has been above target for at least interval". */
static int64_t
model_take(struct model *m, uint64_t now, bool *ok)
{
	uint64_t sojourn;

	*ok = false;
	if (m->head == m->tail) {
		m->first_above = 0;
		return -1;
	}
	m->bytes -= m->queue[m->head].bytes;
	sojourn = now - m->queue[m->head].time;
	if (sojourn < m->target || m->bytes <= 1514)
		m->first_above = 0;
	else if (m->first_above == 0)
		m->first_above = now + m->interval;
	else
		*ok = now >= m->first_above;
	return m->head++;
}

/* true: it was marked and goes. */
static bool
model_punish(struct model *m, int64_t p, uint64_t now)
{
	struct qrig_fate *f = &m->fate[m->queue[p].id];

	if (m->ecn && m->queue[p].capable) {
		f->marked = true;
		return true;
	}
	*f = (struct qrig_fate){ .what = QRIG_AQM, .when_ns = now };
	return false;
}

static uint64_t
model_law(const struct model *m, uint64_t t)
{
	return t + (uint64_t)((double)m->interval / sqrt((double)m->count));
}

static int64_t
model_dequeue(struct model *m, uint64_t now)
{
	bool ok;
	int64_t p = model_take(m, now, &ok);

	if (m->dropping) {
		if (!ok) {
			m->dropping = false;
			return p;
		}
		while (m->dropping && now >= m->drop_next) {
			bool marked;

			m->count++;
			marked = model_punish(m, p, now);
			if (!marked)
				p = model_take(m, now, &ok);
			if (!ok) {
				m->dropping = false;
				break;
			}
			m->drop_next = model_law(m, m->drop_next);
			if (marked)
				break;
		}
	} else if (ok) {
		uint32_t delta = m->count - m->lastcount;
		bool recent = now < m->drop_next + 16 * m->interval;

		if (!model_punish(m, p, now))
			p = model_take(m, now, &ok);
		m->dropping = true;
		m->count = delta > 1 && recent ? delta : 1;
		m->drop_next = model_law(m, now);
		m->lastcount = m->count;
	}
	return p;
}

static void
model_send(struct model *m, uint64_t now)
{
	m->sending = model_dequeue(m, now);
	if (m->sending >= 0)
		m->free_at = now + 1000 * m->queue[m->sending].bytes;
}

static void
model_until(struct model *m, uint64_t ns)
{
	while (m->sending >= 0 && m->free_at <= ns) {
		struct qrig_fate *f = &m->fate[m->queue[m->sending].id];

		f->what = QRIG_SENT;
		f->when_ns = m->free_at;
		model_send(m, m->free_at);
	}
}

static void
model_in(struct model *m, uint64_t now, uint32_t bytes, uint32_t id, bool capable)
{
	model_until(m, now);
	m->queue[m->tail].time = now;
	m->queue[m->tail].bytes = bytes;
	m->queue[m->tail].id = id;
	m->queue[m->tail].capable = capable;
	m->tail++;
	m->bytes += bytes;
	if (m->sending < 0)
		model_send(m, now);
}

/* ---- The comparison ---- */

/* After each of our events: the model, brought to the same instant, is in the same state. */
static void
compare(struct qrig *r, wf_ns_t now)
{
	struct model *m = r->ctx;
	const struct wf_codel *c = &r->q.codel;

	model_until(m, now);
	if (m->tail != r->n + 1 && m->tail != r->n)
		return;
	assert_int_equal(c->first_above_time, m->first_above);
	assert_int_equal(c->drop_next, m->drop_next);
	assert_int_equal(c->count, m->count);
	assert_int_equal(c->lastcount, m->lastcount);
	assert_int_equal(c->dropping, m->dropping);
	assert_int_equal(r->q.packets, m->tail - m->head);
	assert_int_equal(r->q.bytes, m->bytes);
}

/* Bursts, overload, silence, small packets and large ones. Returns the packets dropped or marked.
 */
static uint32_t
run(uint64_t seed, bool ecn, uint64_t target, uint64_t interval)
{
	struct wf_queue_cfg cfg = qrig_cfg(WF_QUEUE_CODEL);
	struct model *m = calloc(1, sizeof(*m));
	struct fit_random random;
	wf_ns_t now = MS;
	uint32_t hits = 0;
	struct qrig *r;

	cfg.serve.limit_packets = N;
	cfg.ecn = ecn;
	cfg.codel.target_ns = m->target = target;
	cfg.codel.interval_ns = m->interval = interval;
	m->ecn = ecn;
	m->sending = -1;
	r = qrig_new(&cfg, N);
	r->after = compare;
	r->ctx = m;
	fit_seed(&random, seed);
	for (uint32_t i = 0; i < N; i++) {
		uint32_t bytes = 64 + (uint32_t)fit_under(&random, 1437);
		/* Phases of about a second: 60 %, 105 %, 150 % of the rate, or nothing. */
		static const uint64_t gap[] = { 1300, 745, 520, 745 };
		uint64_t phase = i / 1500 % 4;
		bool capable = ecn && fit_under(&random, 4) != 0;

		now += i % 1500 == 0 && phase == 3 ? 2000 * MS
						   : fit_under(&random, 2 * gap[phase] * US);
		qrig_until(r, now);
		model_in(m, now, bytes, i, capable);
		qrig_in(r, now, bytes, 0, capable ? 2 : 0);
	}
	qrig_until(r, UINT64_MAX - 1);
	model_until(m, UINT64_MAX - 1);
	for (uint32_t i = 0; i < N; i++) {
		assert_int_equal(r->fate[i].what, m->fate[i].what);
		assert_int_equal(r->fate[i].when_ns, m->fate[i].when_ns);
		assert_int_equal(r->fate[i].marked, m->fate[i].marked);
		hits += m->fate[i].what == QRIG_AQM || m->fate[i].marked;
	}
	qrig_free(r);
	free(m);
	return hits;
}

static void
every_state_is_that_of_the_rfc(void **state)
{
	for (uint64_t seed = 1; seed <= 5; seed++) {
		assert_in_range(run(seed, false, 5 * MS, 100 * MS), 100, N / 2);
		assert_in_range(run(seed, false, MS, 20 * MS), 100, N / 2);
	}
}

static void
with_ecn_too(void **state)
{
	for (uint64_t seed = 1; seed <= 5; seed++)
		assert_in_range(run(seed, true, 5 * MS, 100 * MS), 100, N);
}

/* RFC 8289 4.3: a persistent queue is dropped from first after an interval above the target, then
 * after interval / sqrt(count) each. */
static void
the_first_drops_come_at_the_times_of_the_control_law(void **state)
{
	struct wf_queue_cfg cfg = qrig_cfg(WF_QUEUE_CODEL);
	struct qrig *r;
	double law = 0;
	uint32_t k = 0;
	wf_ns_t first = 0;

	cfg.serve.limit_packets = N;
	r = qrig_new(&cfg, N);
	for (uint32_t i = 0; i < 2000; i++) /* 1 ms to send each; two come */
		qrig_in(r, i * MS / 2, 1000, 0, 0);
	for (uint32_t i = 0; i < 2000 && k < 10; i++) {
		if (r->fate[i].what != QRIG_AQM)
			continue;
		if (k == 0)
			first = r->fate[i].when_ns;
		/* Drops happen when a packet is taken, so up to 1 ms late. */
		assert_in_range(
			r->fate[i].when_ns, first + (wf_ns_t)law, first + (wf_ns_t)law + MS);
		law += 100e6 / sqrt(++k);
	}
	assert_int_equal(k, 10);
	/* The wait reaches 5 ms when 10 ms have passed. */
	assert_in_range(first, 108 * MS, 113 * MS);
	qrig_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_state_is_that_of_the_rfc),
		cmocka_unit_test(with_ecn_too),
		cmocka_unit_test(the_first_drops_come_at_the_times_of_the_control_law),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
