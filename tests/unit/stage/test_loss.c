/* SPDX-License-Identifier: BSD-3-Clause
 * Loss: what each key means. The laws over many seeds are in tests/statistics.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fit.h"
#include "rig.h"
#include "wf_rng.h"

static bool
lost(struct rig *r)
{
	rig_one(r, 0, 100);
	return r->batch.drop[0] == WF_DROP_loss;
}

static uint64_t
count_lost(const char *keys, uint32_t n)
{
	struct rig *r = rig_new(WF_BLOCK_LOSS, keys);
	uint64_t hits = 0;

	for (uint32_t i = 0; i < n; i++)
		hits += lost(r);
	rig_free(r);
	return hits;
}

static void
p_is_the_probability_of_loss(void **state)
{
	assert_true(fabs(fit_binomial_z(count_lost("p=1%", 300000), 300000, 0.01)) < 4);
	assert_true(fabs(fit_binomial_z(count_lost("p=0.5", 300000), 300000, 0.5)) < 4);
	assert_true(fabs(fit_binomial_z(count_lost("p=0.0001", 1000000), 1000000, 1e-4)) < 4);
}

static void
p_1_loses_everything(void **state)
{
	assert_int_equal(count_lost("p=100%", 10000), 10000);
}

static void
p_0_is_left_out(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_LOSS, "p=0");

	assert_int_equal(r->variant, 0);
	rig_free(r);
}

static void
one_loss_says_nothing_of_the_next(void **state)
{
	static const struct fit_chain independent = { 0.1, 0.9, 0, 1 };
	struct rig *r = rig_new(WF_BLOCK_LOSS, "p=10%");
	uint64_t runs[20] = { 0 }, n = 0;
	double expected[20];
	unsigned length = 0;

	for (int i = 0; i < 300000; i++) {
		if (lost(r)) {
			length++;
		} else if (length > 0) {
			runs[length < 20 ? length - 1 : 19]++;
			n++;
			length = 0;
		}
	}
	fit_chain_runs(&independent, (double)n, expected, 20);
	assert_true(fit_chi2(runs, expected, 20, 1) > FIT_P);
	rig_free(r);
}

static void
the_same_packet_has_the_same_fate(void **state)
{
	struct rig *a = rig_new(WF_BLOCK_LOSS, "p=30%"), *b = rig_new(WF_BLOCK_LOSS, "p=30%");

	for (int i = 0; i < 100; i++) {
		for (int k = 0; k < 20; k++)
			rig_add(b, 0, 100);
		rig_run(b);
		for (int k = 0; k < 20; k++)
			assert_int_equal(lost(a), b->batch.drop[k] == WF_DROP_loss);
	}
	rig_free(a);
	rig_free(b);
}

static void
a_higher_p_loses_the_same_packets_and_more(void **state)
{
	struct rig *few = rig_new(WF_BLOCK_LOSS, "p=1%"), *many = rig_new(WF_BLOCK_LOSS, "p=20%");

	for (int i = 0; i < 10000; i++) {
		bool first = lost(few), second = lost(many);

		assert_true(second || !first);
	}
	rig_free(few);
	rig_free(many);
}

/* ---- Neighbour discovery ---- */

static void
exempt_neighbours_are_never_lost(void **state)
{
	static const char *const keys[] = { "p=100% exempt_neighbour=true",
		"model=gilbert-elliott p=1 r=0 exempt_neighbour=true" };

	for (size_t i = 0; i < WF_ARRAY_SIZE(keys); i++) {
		struct rig *r = rig_new(WF_BLOCK_LOSS, keys[i]);

		assert_true(r->compile.needs & WF_NEED_PARSE);
		rig_add(r, 0, 60);
		r->batch.flags[rig_add(r, 0, 60)] = WF_ROW_NEIGHBOUR;
		rig_add(r, 0, 60);
		rig_run(r);
		assert_int_equal(r->batch.drop[0], WF_DROP_loss);
		assert_int_equal(r->batch.drop[1], WF_DROP_NONE);
		assert_int_equal(r->batch.drop[2], WF_DROP_loss);
		rig_free(r);
	}
}

static void
neighbours_are_lost_by_default(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_LOSS, "p=100%");

	assert_false(r->compile.needs & WF_NEED_PARSE);
	r->batch.flags[rig_add(r, 0, 60)] = WF_ROW_NEIGHBOUR;
	rig_run(r);
	assert_int_equal(r->batch.drop[0], WF_DROP_loss);
	rig_free(r);
}

/* ---- The chain ---- */

static void
the_packet_is_decided_before_the_transition(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_LOSS, "model=gilbert-elliott p=1 r=1");
	bool first = lost(r);

	for (int i = 1; i < 100; i++)
		assert_int_equal(lost(r), i % 2 ? !first : first);
	rig_free(r);
}

/* Of a stationary chain the law cannot tell, so by the draws themselves. */
static void
the_first_packet_is_decided_by_the_first_state(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_LOSS, "model=gilbert-elliott p=0.2 r=0.3");

	for (uint64_t flow = 0; flow < 1000; flow++) {
		uint64_t start;

		rig_flow(r, 7, flow);
		start = wf_rng_draw(wf_rng_packet(r->flow.rng_key, 0), WF_RNG_LOSS_START);
		assert_int_equal(lost(r), start < wf_rng_threshold(0.4));
	}
	rig_free(r);
}

static void
the_first_state_is_stationary(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_LOSS, "model=gilbert-elliott p=0.01 r=0.04");
	const uint32_t n = 100000;
	uint64_t hits = 0;

	for (uint32_t flow = 0; flow < n; flow++) {
		rig_flow(r, 7, flow);
		hits += lost(r);
	}
	assert_true(fabs(fit_binomial_z(hits, n, 0.2)) < 4);
	rig_free(r);
}

/* The first two packets of many flows: four outcomes, independent samples. */
static void
pairs_follow_all_four_parameters(void **state)
{
	static const struct fit_chain c = { 0.1, 0.3, 0.2, 0.95 };
	struct rig *r = rig_new(WF_BLOCK_LOSS, "model=gilbert-elliott p=0.1 r=0.3 h=0.2 k=0.95");
	double loss = fit_chain_loss(&c), both = fit_chain_both(&c, 1), n = 200000;
	double expected[4] = { n * (1 - 2 * loss + both), n * (loss - both), n * (loss - both),
		n * both };
	uint64_t count[4] = { 0 };

	for (uint32_t flow = 0; flow < n; flow++) {
		unsigned outcome;

		rig_flow(r, 8, flow);
		outcome = lost(r);
		outcome = outcome * 2 + lost(r);
		count[outcome]++;
	}
	assert_true(fit_chi2(count, expected, 4, 1) > FIT_P);
	rig_free(r);
}

static void
plr_and_mean_burst_mean_p_and_r(void **state)
{
	/* r = 1/5, p = 0.02 * 0.2 / 0.98 */
	struct rig *known = rig_new(WF_BLOCK_LOSS, "model=gilbert-elliott plr=2% mean_burst=5");
	struct rig *chain = rig_new(
		WF_BLOCK_LOSS, "model=gilbert-elliott p=0.00408163265306122449 r=0.2 h=0 k=1");

	assert_true(fabs(known->forecast.loss - 0.02) < 1e-12);
	assert_true(fabs(known->forecast.mean_burst - 5) < 1e-12);
	assert_true(fabs(chain->forecast.loss - 0.02) < 1e-12);
	for (int i = 0; i < 50000; i++)
		assert_int_equal(lost(known), lost(chain));
	rig_free(known);
	rig_free(chain);
}

static void
the_forecast_is_the_theory(void **state)
{
	static const struct fit_chain c = { 0.1, 0.3, 0.2, 0.95 };
	struct rig *r = rig_new(WF_BLOCK_LOSS, "model=gilbert-elliott p=0.1 r=0.3 h=0.2 k=0.95");
	double expected[2000], mean = 0;

	fit_chain_runs(&c, 1, expected, 2000);
	for (int i = 0; i < 2000; i++)
		mean += (i + 1) * expected[i];
	assert_true(fabs(r->forecast.loss - fit_chain_loss(&c)) < 1e-12);
	assert_true(fabs(r->forecast.mean_burst - mean) < 1e-9);
	rig_free(r);
}

static void
the_forecast_of_bernoulli(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_LOSS, "p=20%");

	assert_true(fabs(r->forecast.loss - 0.2) < 1e-12);
	assert_true(fabs(r->forecast.mean_burst - 1.25) < 1e-12);
	rig_free(r);
}

static void
mean_burst_1_is_the_shortest_that_there_is(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_LOSS, "model=gilbert-elliott plr=50% mean_burst=1");
	bool last = lost(r);

	/* Bad for exactly one packet, then good for exactly one. */
	for (int i = 0; i < 100; i++) {
		bool now = lost(r);

		assert_true(now != last);
		last = now;
	}
	rig_free(r);
}

static void
a_chain_that_never_loses_is_left_out(void **state)
{
	static const char *const keys[] = { "model=gilbert-elliott plr=0 mean_burst=3",
		"model=gilbert-elliott p=0 r=0.5", "model=gilbert-elliott p=0.2 r=0.5 h=1" };

	for (size_t i = 0; i < WF_ARRAY_SIZE(keys); i++) {
		struct rig *r = rig_new(WF_BLOCK_LOSS, keys[i]);

		assert_int_equal(r->variant, 0);
		rig_free(r);
	}
}

static void
a_chain_that_never_recovers_loses_on(void **state)
{
	assert_int_equal(count_lost("model=gilbert-elliott p=0.5 r=0", 1000), 1000);
}

static void
a_chain_of_a_class_has_one_owner_a_flows_needs_none(void **state)
{
	struct rig *class = rig_new(WF_BLOCK_LOSS, "model=gilbert-elliott plr=1% mean_burst=3");
	struct rig *flow =
		rig_new_flow_scope(WF_BLOCK_LOSS, "model=gilbert-elliott plr=1% mean_burst=3");
	struct rig *bernoulli = rig_new(WF_BLOCK_LOSS, "p=1%");

	assert_true(class->compile.needs & WF_NEED_OWNER);
	assert_false(flow->compile.needs & WF_NEED_OWNER);
	assert_false(bernoulli->compile.needs & WF_NEED_OWNER);
	assert_true(class->compile.needs & flow->compile.needs & bernoulli->compile.needs &
		    WF_NEED_FLOW);
	rig_free(class);
	rig_free(flow);
	rig_free(bernoulli);
}

static void
a_live_change_keeps_the_chains_state(void **state)
{
	for (uint64_t flow = 0; flow < 200; flow++) {
		/* Stays for ever where it began; then only loses in that state. */
		struct rig *r = rig_new(WF_BLOCK_LOSS, "model=gilbert-elliott p=1e-9 r=1e-9");
		bool bad;

		rig_flow(r, 3, flow);
		bad = lost(r);
		rig_change(r, "model=gilbert-elliott p=1e-9 r=1e-9 h=0 k=0.999999999");
		assert_int_equal(lost(r), bad);
		rig_free(r);
	}
}

static void
the_models_have_different_variants(void **state)
{
	struct rig *a = rig_new(WF_BLOCK_LOSS, "p=1%");
	struct rig *b = rig_new(WF_BLOCK_LOSS, "model=gilbert-elliott plr=1% mean_burst=3");

	assert_int_not_equal(a->variant, b->variant);
	rig_free(a);
	rig_free(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(p_is_the_probability_of_loss),
		cmocka_unit_test(p_1_loses_everything),
		cmocka_unit_test(p_0_is_left_out),
		cmocka_unit_test(one_loss_says_nothing_of_the_next),
		cmocka_unit_test(the_same_packet_has_the_same_fate),
		cmocka_unit_test(a_higher_p_loses_the_same_packets_and_more),
		cmocka_unit_test(exempt_neighbours_are_never_lost),
		cmocka_unit_test(neighbours_are_lost_by_default),
		cmocka_unit_test(the_packet_is_decided_before_the_transition),
		cmocka_unit_test(the_first_packet_is_decided_by_the_first_state),
		cmocka_unit_test(the_first_state_is_stationary),
		cmocka_unit_test(pairs_follow_all_four_parameters),
		cmocka_unit_test(plr_and_mean_burst_mean_p_and_r),
		cmocka_unit_test(the_forecast_is_the_theory),
		cmocka_unit_test(the_forecast_of_bernoulli),
		cmocka_unit_test(mean_burst_1_is_the_shortest_that_there_is),
		cmocka_unit_test(a_chain_that_never_loses_is_left_out),
		cmocka_unit_test(a_chain_that_never_recovers_loses_on),
		cmocka_unit_test(a_chain_of_a_class_has_one_owner_a_flows_needs_none),
		cmocka_unit_test(a_live_change_keeps_the_chains_state),
		cmocka_unit_test(the_models_have_different_variants),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
