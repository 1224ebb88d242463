/* SPDX-License-Identifier: BSD-3-Clause
 * Link-layer retransmission: when each frame arrives, exactly, and which never does.
 */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rig.h"
#include "wf_rng.h"

#define MS WF_NS_PER_MS

static void
a_frame_that_is_lost_once_comes_an_rtt_later(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_ARQ, "p=100% p_retry=0% rtt=8ms");

	for (wf_ns_t i = 0; i < 100; i++) {
		rig_one(r, i * MS, 100);
		assert_int_equal(r->batch.drop[0], 0);
		assert_int_equal(r->batch.due_ns[0], (i + 8) * MS);
	}
	assert_int_equal(r->env.resent, 100);
	assert_int_equal(r->env.resent_bytes, 10000);
	assert_int_equal(r->env.clamped, 0);
	rig_free(r);
}

static void
a_frame_that_is_always_lost_is_given_up(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_ARQ, "p=1 rtt=8ms max_retries=5");

	for (int i = 0; i < 100; i++) {
		rig_one(r, 0, 100);
		assert_int_equal(r->batch.drop[0], WF_DROP_arq);
	}
	assert_int_equal(r->env.resent, 500);
	assert_true(r->forecast.given_up == 1);
	rig_free(r);
}

static void
without_retries_it_is_plain_loss(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_ARQ, "p=30% max_retries=0");
	int lost = 0;

	for (int i = 0; i < 10000; i++) {
		rig_one(r, 1000, 100);
		lost += r->batch.drop[0] == WF_DROP_arq;
		assert_int_equal(r->batch.due_ns[0], 1000);
	}
	assert_in_range(lost, 2800, 3200);
	assert_int_equal(r->env.resent, 0);
	assert_int_equal(r->compile.needs, WF_NEED_FLOW);
	rig_free(r);
}

static void
rows_that_are_lost_already_are_left_alone(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_ARQ, "p=100% p_retry=0% rtt=8ms");

	rig_add(r, 0, 100);
	rig_add(r, 0, 100);
	r->batch.drop[0] = WF_DROP_loss;
	rig_run(r);
	assert_int_equal(r->batch.drop[0], WF_DROP_loss);
	assert_int_equal(r->batch.due_ns[0], 0);
	assert_int_equal(r->batch.due_ns[1], 8 * MS);
	assert_int_equal(r->env.resent, 1);
	rig_free(r);
}

/* ---- Against the formulas, packet by packet ---- */

/* Losses of the frame with this randomness, from p and q as numbers. */
static unsigned
losses(uint64_t rng, double p, double q, unsigned retries)
{
	double u = (double)wf_rng_draw(rng, WF_RNG_ARQ) / 0x1p64;
	double v = (double)wf_rng_draw(rng, WF_RNG_ARQ_RETRY) / 0x1p64;
	unsigned k = 1;

	if (u >= p)
		return 0;
	while (k <= retries && v < pow(q, k))
		k++;
	return k;
}

static void
compare(const char *keys, double p, double q, unsigned retries, wf_ns_t rtt, bool in_order)
{
	struct rig *r = rig_new(WF_BLOCK_ARQ, keys);
	wf_ns_t last = 0, waited = 0;
	uint64_t resent = 0, waiting = 0;

	for (uint64_t i = 0; i < 20000; i++) {
		wf_ns_t ready = i * MS + (i % 3) * 1000, due; /* behind a rate: not the arrival */
		unsigned k = losses(wf_rng_packet(r->flow.rng_key, i), p, q, retries), sent;

		sent = k > retries ? retries : k;
		resent += sent;
		due = ready + sent * rtt;
		if (in_order && due < last) {
			waiting += k <= retries;
			waited += k <= retries ? last - due : 0;
			due = last;
		}
		last = due;
		r->batch.n = 0;
		rig_add(r, i * MS, 100);
		r->batch.due_ns[0] = ready;
		rig_run(r);
		assert_int_equal(r->batch.drop[0], k > retries ? WF_DROP_arq : 0);
		if (k <= retries)
			assert_int_equal(r->batch.due_ns[0], due);
	}
	assert_int_equal(r->env.resent, resent);
	assert_int_equal(r->env.clamped, waiting);
	assert_int_equal(r->env.clamped_ns, waited);
	assert_true(in_order == (waiting > 0));
	rig_free(r);
}

static void
later_frames_wait_and_catch_up(void **state)
{
	compare("p=20% rtt=8ms", 0.2, 0.2, 3, 8 * MS, true);
	compare("p=10% rtt=30ms max_retries=1", 0.1, 0.1, 1, 30 * MS, true);
	compare("p=40% p_retry=10% rtt=5ms max_retries=7", 0.4, 0.1, 7, 5 * MS, true);
}

static void
out_of_order_nobody_waits(void **state)
{
	compare("p=20% rtt=8ms in_order=false", 0.2, 0.2, 3, 8 * MS, false);
	compare("p=50% rtt=3ms max_retries=20 in_order=false", 0.5, 0.5, 20, 3 * MS, false);
}

static void
frames_behind_one_that_is_given_up_wait_until_its_last_try(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_ARQ, "p=100% rtt=10ms max_retries=2");

	rig_one(r, 0, 100); /* tried at 0, 10 and 20 ms */
	assert_int_equal(r->batch.drop[0], WF_DROP_arq);
	rig_change(r, "p=100% p_retry=0% rtt=1ms max_retries=2");
	rig_one(r, 5 * MS, 100);
	assert_int_equal(r->batch.due_ns[0], 20 * MS);
	rig_one(r, 21 * MS, 100);
	assert_int_equal(r->batch.due_ns[0], 22 * MS);
	rig_free(r);
}

/* ---- What it asks for and says ---- */

static void
the_forecast_is_that_of_the_truncated_geometric_law(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_ARQ, "p=10% rtt=10ms max_retries=2");
	double lost = 0.001, mean = (1 * 0.09 + 2 * 0.009) / (1 - lost) * 10e6;

	assert_true(fabs(r->forecast.given_up - lost) < 1e-12);
	assert_true(fabs(r->forecast.resend_mean_ns - mean) < 1e-3);
	assert_true(r->forecast.resend_max_ns == 20e6);
	assert_string_equal(r->forecast.note[WF_BLOCK_ARQ],
		"11 retransmissions for 100 frames add 1.081 ms to the mean delay and at most 20 "
		"ms, and later frames wait; 0.1 % are given up");
	rig_free(r);
	r = rig_new(WF_BLOCK_ARQ, "p=10% p_retry=50% rtt=10ms max_retries=1 correlation=50%");
	assert_true(fabs(r->forecast.given_up - 0.05) < 1e-12);
	/* 0 or 10 ms with P = 0.05 / 0.95 */
	assert_true(fabs(r->forecast.resend_stddev_ns -
			    10e6 * sqrt(0.05 / 0.95 * (1 - 0.05 / 0.95))) < 1);
	rig_free(r);
}

static void
only_an_order_or_a_correlation_needs_an_owner(void **state)
{
	static const struct {
		const char *keys;
		bool flow_scope;
		uint32_t needs;
	} cases[] = {
		{ "p=1% rtt=1ms", false, WF_NEED_FLOW | WF_NEED_HOLD | WF_NEED_OWNER },
		{ "p=1% rtt=1ms", true, WF_NEED_FLOW | WF_NEED_HOLD | WF_NEED_SORT },
		{ "p=1% rtt=1ms in_order=false", false,
			WF_NEED_FLOW | WF_NEED_HOLD | WF_NEED_SORT },
		{ "p=1% rtt=1ms in_order=false correlation=10%", false,
			WF_NEED_FLOW | WF_NEED_HOLD | WF_NEED_SORT | WF_NEED_OWNER },
		{ "p=1% max_retries=0 correlation=10%", false, WF_NEED_FLOW | WF_NEED_OWNER },
	};

	for (size_t i = 0; i < WF_ARRAY_SIZE(cases); i++) {
		struct rig *r = cases[i].flow_scope
					? rig_new_flow_scope(WF_BLOCK_ARQ, cases[i].keys)
					: rig_new(WF_BLOCK_ARQ, cases[i].keys);

		assert_int_equal(r->variant, 1);
		assert_int_equal(r->compile.needs, cases[i].needs);
		rig_free(r);
	}
}

static void
nothing_is_lost_with_p_0(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_ARQ, "p=0% rtt=1ms");

	assert_int_equal(r->variant, 0);
	assert_null(r->forecast.note[WF_BLOCK_ARQ]);
	rig_free(r);
}

static void
what_makes_no_sense_is_refused(void **state)
{
	static const struct {
		const char *keys, *error;
	} cases[] = {
		{ "rtt=1ms", "\"p\" is missing" },
		{ "p=1%", "\"rtt\" is missing" },
		{ "p=1% max_retries=4 rtt=30m",
			"\"max_retries\" times \"rtt\" is more than an hour" },
		{ "p=1% max_retries=0 rtt=1ms",
			"\"rtt\" does not go with max_retries = 0: nothing is sent again" },
		{ "p=1% max_retries=0 in_order=false",
			"\"in_order\" does not go with max_retries = 0: nothing is sent again" },
		{ "p=1% max_retries=0 p_retry=1%",
			"\"p_retry\" does not go with max_retries = 0: nothing is sent again" },
		{ "p=1% rtt=1ms in_order=false delay.mean=5ms",
			"in_order = false does not go with delay.order = \"fifo\", which would "
			"restore the order" },
	};

	for (size_t i = 0; i < WF_ARRAY_SIZE(cases); i++) {
		struct rig *r = rig_new(WF_BLOCK_ARQ, cases[i].keys);

		assert_int_equal(r->variant, -EINVAL);
		assert_int_equal(wf_err_count(r->err), 1);
		assert_string_equal(rig_error(r), cases[i].error);
		assert_non_null(wf_err_item(r->err, 0)->hint);
		rig_free(r);
	}
}

static void
other_orders_of_delay_go_with_it(void **state)
{
	static const char *const keys[] = { "p=1% rtt=1ms in_order=false delay.order=free",
		"p=1% rtt=1ms in_order=false delay.order=flow", "p=1% rtt=1ms delay.mean=5ms",
		"p=1% max_retries=4 rtt=15m" };

	for (size_t i = 0; i < WF_ARRAY_SIZE(keys); i++) {
		struct rig *r = rig_new(WF_BLOCK_ARQ, keys[i]);

		assert_int_equal(r->variant, 1);
		rig_free(r);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_frame_that_is_lost_once_comes_an_rtt_later),
		cmocka_unit_test(a_frame_that_is_always_lost_is_given_up),
		cmocka_unit_test(without_retries_it_is_plain_loss),
		cmocka_unit_test(rows_that_are_lost_already_are_left_alone),
		cmocka_unit_test(later_frames_wait_and_catch_up),
		cmocka_unit_test(out_of_order_nobody_waits),
		cmocka_unit_test(frames_behind_one_that_is_given_up_wait_until_its_last_try),
		cmocka_unit_test(the_forecast_is_that_of_the_truncated_geometric_law),
		cmocka_unit_test(only_an_order_or_a_correlation_needs_an_owner),
		cmocka_unit_test(nothing_is_lost_with_p_0),
		cmocka_unit_test(what_makes_no_sense_is_refused),
		cmocka_unit_test(other_orders_of_delay_go_with_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
