/* SPDX-License-Identifier: BSD-3-Clause
 * PIE against RFC 8033: a model written from its sections 4 and 5, with a queue and a link of its
 * own, run beside ours: every variable, fate and time must be the same. And what PIE is there for.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fit.h"
#include "qrig.h"
#include "wf_rng.h"

#define N  40000
#define US 1000ull
#define MS 1000000ull

static struct wf_queue_cfg
config(void)
{
	struct wf_queue_cfg cfg = qrig_cfg(WF_QUEUE_PIE);

	cfg.pie = (struct wf_pie_cfg){ .target_ns = 15 * MS,
		.update_ns = 15 * MS,
		.burst_ns = 150 * MS,
		.alpha = 0.125,
		.beta = 1.25,
		.small_bytes = 3028 };
	return cfg;
}

/* ---- The model: a queue and a link of its own, times in ns, controller in milliseconds ---- */

struct model {
	bool ecn, derandomize;
	double p, accu, wait, wait_before, burst; /* the RFC's PIE->*, current_qdelay */
	uint64_t at[N], due, update;              /* due: of the packet in transmission */
	uint32_t line[N], len[N], head, tail, bytes;
	int64_t sending; /* -1: idle */
	struct qrig_fate fate[N];
};

/* 4.2, 5.5 and 4.4, in the order of the pseudo-code. */
static void
model_tick(struct model *m)
{
	double step, part = 1;

	if (m->sending < 0 && m->head == m->tail)
		m->wait = 0; /* nothing has left since: the last measured wait is not of now */
	step = 0.125 * (m->wait - 15) / 1000 + 1.25 * (m->wait - m->wait_before) / 1000;
	for (double limit = 0.1, div = 2; limit > 0.5e-6; limit /= 10) {
		if (m->p < limit)
			part = 1 / div;
		div *= 4;
	}
	step *= part;
	if (m->p >= 0.1)
		step = fmin(step, 0.02);
	m->p += step;
	if (m->wait == 0 && m->wait_before == 0)
		m->p *= 0.98;
	m->p = fmin(fmax(m->p, 0), 1);
	m->burst = fmax(m->burst - 15, 0);
	if (m->p == 0 && m->wait < 7.5 && m->wait_before < 7.5)
		m->burst = 150;
	m->wait_before = m->wait;
}

static void
model_send(struct model *m, uint64_t now)
{
	m->sending = m->head < m->tail ? (int64_t)m->line[m->head++] : -1;
	m->wait = m->sending < 0 ? 0 : (double)(now - m->at[m->sending]) / 1e6;
	if (m->sending >= 0) {
		m->bytes -= m->len[m->sending];
		m->due = now + 1000 * m->len[m->sending];
	}
}

/* An update comes before what happens at the same time. */
static void
model_until(struct model *m, uint64_t now)
{
	while (m->update <= now || (m->sending >= 0 && m->due <= now)) {
		if (m->sending < 0 || m->update <= m->due) {
			model_tick(m);
			m->update += 15 * MS;
			continue;
		}
		m->fate[m->sending].what = QRIG_SENT;
		m->fate[m->sending].when_ns = m->due;
		model_send(m, m->due);
	}
}

/* drop_early() of 4.1 and 5.4. */
static bool
model_early(struct model *m, uint32_t id)
{
	double u = (double)wf_rng_draw(id, WF_RNG_AQM) * 0x1p-64;

	if (m->burst > 0)
		return false;
	if ((m->wait_before < 7.5 && m->p < 0.2) || m->bytes <= 3028)
		return false;
	if (m->derandomize) {
		if (m->p == 0)
			m->accu = 0;
		m->accu += m->p;
		if (m->accu < 0.85)
			return false;
		if (m->accu < 8.5 && u >= m->p)
			return false;
		m->accu = 0;
		return true;
	}
	return u < m->p;
}

static void
model_in(struct model *m, uint64_t now, uint32_t id, uint32_t len, bool capable)
{
	model_until(m, now);
	m->at[id] = now;
	m->len[id] = len;
	if (model_early(m, id)) {
		if (!m->ecn || !capable || m->p > 0.1) { /* 5.1 */
			m->fate[id] = (struct qrig_fate){ .what = QRIG_AQM, .when_ns = now };
			return;
		}
		m->fate[id].marked = true;
	}
	m->line[m->tail++] = id;
	m->bytes += len;
	if (m->sending < 0)
		model_send(m, now);
}

static void
compare(const struct qrig *r, const struct model *m)
{
	const struct wf_pie *s = &r->q.pie;

	assert_true(fabs(s->drop_prob - m->p) < 1e-9);
	assert_true(fabs(s->accu_prob - m->accu) < 1e-6);
	assert_true(fabs((double)s->burst_allowance / 1e6 - m->burst) < 1e-6);
	assert_true(fabs((double)s->current_qdelay / 1e6 - m->wait) < 1e-6);
	assert_true(fabs((double)s->qdelay_old / 1e6 - m->wait_before) < 1e-6);
	assert_int_equal(r->q.packets, m->tail - m->head);
	assert_int_equal(r->q.bytes, m->bytes);
}

/* Too much, too little, nothing at all, and too much at once. Returns how many were hit. */
static uint32_t
run(uint64_t seed, bool ecn, bool derandomize)
{
	static const uint64_t gap[] = { 830, 1700, 400, 1000 };
	struct wf_queue_cfg cfg = config();
	struct model *m = calloc(1, sizeof(*m));
	struct fit_random random;
	struct qrig *r;
	uint32_t hit = 0;
	wf_ns_t now = 0;

	cfg.ecn = ecn;
	cfg.pie.derandomize = derandomize;
	r = qrig_new(&cfg, N);
	*m = (struct model){ .ecn = ecn,
		.derandomize = derandomize,
		.burst = 150,
		.update = 15 * MS,
		.sending = -1 };
	fit_seed(&random, seed);
	for (uint32_t i = 0; i < N; i++) {
		bool capable = fit_under(&random, 4) != 0;
		uint32_t len = 500 + (uint32_t)fit_under(&random, 1001);

		now += i % 10000 == 0 ? 3000 * MS : fit_under(&random, 2 * gap[i / 2500 % 4] * US);
		model_in(m, now, i, len, capable);
		qrig_in(r, now, len, 0, capable ? 2 : 0);
		compare(r, m);
	}
	qrig_until(r, now + 100000 * MS);
	model_until(m, now + 100000 * MS);
	for (uint32_t i = 0; i < N; i++) {
		assert_int_equal(r->fate[i].what, m->fate[i].what);
		assert_int_equal(r->fate[i].when_ns, m->fate[i].when_ns);
		assert_int_equal(r->fate[i].marked, m->fate[i].marked);
		hit += m->fate[i].what == QRIG_AQM || m->fate[i].marked;
	}
	qrig_free(r);
	free(m);
	return hit;
}

static void
every_state_and_fate_is_that_of_the_rfc(void **state)
{
	for (uint64_t seed = 1; seed <= 5; seed++)
		for (int i = 0; i < 4; i++)
			assert_in_range(run(seed, i & 1, i & 2), 1000, N / 2);
}

/* A constant overload: the wait settles at the target and the drops at the excess. */
static void
the_wait_meets_the_target(void **state)
{
	struct wf_queue_cfg cfg = config();
	struct qrig *r = qrig_new(&cfg, N);
	struct fit_random random;
	double wait = 0, sent = 0;
	wf_ns_t *in = calloc(N, sizeof(*in)), now = 0;

	fit_seed(&random, 7);
	for (uint32_t i = 0; i < N; i++) {
		now += fit_under(&random, 1600 * US); /* 125 % */
		in[i] = now;
		qrig_in(r, now, 1000, 0, 0);
	}
	qrig_until(r, UINT64_MAX - 1);
	for (uint32_t i = N / 2; i < N; i++)
		if (r->fate[i].what == QRIG_SENT) {
			wait += (double)(r->fate[i].when_ns - in[i]) / 1e6 - 1;
			sent++;
		}
	assert_true(fabs(wait / sent - 15) < 3);
	assert_true(fabs(sent / (N / 2) - 0.8) < 0.02);
	free(in);
	qrig_free(r);
}

static void
marks_come_before_drops_while_they_are_few(void **state)
{
	struct wf_queue_cfg cfg = config();
	struct qrig *r;
	struct fit_random random;
	uint32_t marked = 0;
	wf_ns_t now = 0;

	cfg.ecn = true;
	r = qrig_new(&cfg, N);
	fit_seed(&random, 8);
	for (uint32_t i = 0; i < 4000; i++) { /* 105 % */
		now += fit_under(&random, 1900 * US);
		qrig_in(r, now, 1000, 0, 2);
	}
	qrig_until(r, UINT64_MAX - 1);
	for (uint32_t i = 0; i < 4000 && r->fate[i].what != QRIG_AQM; i++)
		marked += r->fate[i].marked;
	/* Senders here do not listen, so in the end the probability may pass 10 %. */
	assert_in_range(marked, 20, 1000);
	qrig_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_state_and_fate_is_that_of_the_rfc),
		cmocka_unit_test(the_wait_meets_the_target),
		cmocka_unit_test(marks_come_before_drops_while_they_are_few),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
