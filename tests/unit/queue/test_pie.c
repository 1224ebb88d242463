/* SPDX-License-Identifier: BSD-3-Clause
 * PIE against a model of RFC 8033, section 4, run over the log of our own queue; and its purpose.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fit.h"
#include "qrig.h"

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

/* The controller of 4.2, in milliseconds. */
struct model {
	double p, wait, wait_before, burst;
	uint64_t ticks;
};

static void
model_tick(struct model *m)
{
	double step = 0.125 * (m->wait - 15) / 1000 + 1.25 * (m->wait - m->wait_before) / 1000;
	double part = 1;

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
	m->ticks++;
}

/* Brings the model to the time of the queue's last update, and compares. */
static void
compare(struct qrig *r, wf_ns_t now)
{
	struct model *m = r->ctx;
	const struct wf_pie *s = &r->q.pie;

	while ((m->ticks + 1) * 15 * MS <= s->update_at - 15 * MS)
		model_tick(m);
	assert_true(fabs(s->drop_prob - m->p) < 1e-9);
	assert_true(fabs((double)s->burst_allowance / 1e6 - m->burst) < 1e-6);
	assert_true(fabs((double)s->qdelay_old / 1e6 - m->wait_before) < 1e-6);
	m->wait = (double)s->current_qdelay / 1e6;
}

static void
every_state_is_that_of_the_rfc(void **state)
{
	for (uint64_t seed = 1; seed <= 5; seed++) {
		struct wf_queue_cfg cfg = config();
		struct model m = { .burst = 150 };
		struct qrig *r = qrig_new(&cfg, N);
		struct fit_random random;
		uint32_t dropped = 0;
		wf_ns_t now = 0;

		r->after = compare;
		r->ctx = &m;
		fit_seed(&random, seed);
		for (uint32_t i = 0; i < N; i++) {
			/* 120 % of the rate and 60 % by turns: 1 ms to send each. */
			now += fit_under(&random, (i / 4000 % 2 ? 3400 : 1660) * US);
			qrig_in(r, now, 1000, 0, 0);
		}
		for (uint32_t i = 0; i < N; i++)
			dropped += r->fate[i].what == QRIG_AQM;
		assert_in_range(dropped, 1000, N / 5);
		qrig_free(r);
	}
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
		cmocka_unit_test(every_state_is_that_of_the_rfc),
		cmocka_unit_test(the_wait_meets_the_target),
		cmocka_unit_test(marks_come_before_drops_while_they_are_few),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
