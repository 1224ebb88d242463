/* SPDX-License-Identifier: BSD-3-Clause
 * Loss: bit errors, counted losses and chains of many states; what each key means, and against
 * theory over a million packets.
 */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fit.h"
#include "refused.h"

#define MS 1000000ull

static bool
lost(struct rig *r, wf_ns_t now_ns, uint32_t len_bytes)
{
	rig_one(r, now_ns, len_bytes);
	return r->batch.drop[0] == WF_DROP_loss;
}

/* The numbers, from 1, of the packets lost among the first n. */
static void
assert_lost(const char *keys, unsigned n, const char *wanted)
{
	struct rig *r = rig_new(WF_BLOCK_LOSS, keys);
	char got[200] = "";

	for (unsigned i = 1; i <= n; i++)
		if (lost(r, 0, 100))
			snprintf(got + strlen(got), sizeof(got) - strlen(got), "%u ", i);
	assert_string_equal(got, wanted);
	rig_free(r);
}

static void
bit_errors_hit_long_frames_more(void **state)
{
	static const uint32_t length[] = { 60, 255, 256, 1514, 9018 };
	const int n = 300000;

	for (size_t k = 0; k < WF_ARRAY_SIZE(length); k++) {
		struct rig *r = rig_new(WF_BLOCK_LOSS, "model=ber ber=0.00001");
		uint64_t hits = 0;

		for (int i = 0; i < n; i++)
			hits += lost(r, 0, length[k]);
		assert_true(fabs(fit_binomial_z(hits, n, 1 - pow(1 - 1e-5, 8 * length[k]))) < 4);
		rig_free(r);
	}
}

static void
bit_errors_at_the_ends(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_LOSS, "model=ber ber=1");

	assert_true(lost(r, 0, 60) && lost(r, 0, 256) && lost(r, 0, 1514));
	assert_false(r->compile.needs & WF_NEED_OWNER);
	rig_free(r);
	r = rig_new(WF_BLOCK_LOSS, "model=ber ber=0");
	assert_int_equal(r->variant, 0);
	rig_free(r);
	refused(WF_BLOCK_LOSS, "model=ber", "\"ber\" is missing");
}

static void
every_nth_is_lost(void **state)
{
	assert_lost("model=every every=4", 13, "4 8 12 ");
	assert_lost("model=every every=1", 3, "1 2 3 ");
	refused(WF_BLOCK_LOSS, "model=every", "\"every\" is missing");
}

static void
listed_packets_are_lost(void **state)
{
	assert_lost("model=list packets=1,5,7-9,12", 20, "1 5 7 8 9 12 ");
	refused(WF_BLOCK_LOSS, "model=list", "\"packets\" is missing");
	refused(WF_BLOCK_LOSS, "model=list packets=,", "lists nothing");
	refused(WF_BLOCK_LOSS, "model=list packets=0", "no packet number");
	refused(WF_BLOCK_LOSS, "model=list packets=3,x", "no packet number");
	refused(WF_BLOCK_LOSS, "model=list packets=5-3", "no packet number");
	refused(WF_BLOCK_LOSS, "model=list packets=5-", "no packet number");
	refused(WF_BLOCK_LOSS, "model=list packets=5a", "no packet number");
	refused(WF_BLOCK_LOSS, "model=list packets=3-6,6", "packet 6 is listed behind packet 6");
}

static void
exempt_neighbours_are_not_counted(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_LOSS, "model=list packets=2 exempt_neighbour=true");

	rig_add(r, 0, 60);
	r->batch.flags[rig_add(r, 0, 60)] = WF_ROW_NEIGHBOUR;
	rig_add(r, 0, 60);
	rig_run(r);
	assert_int_equal(r->batch.drop[1], WF_DROP_NONE);
	assert_int_equal(r->batch.drop[2], WF_DROP_loss);
	rig_free(r);
}

static void
bursts_come_once_a_period(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_LOSS, "model=burst burst=3 period=10ms");

	for (unsigned i = 0; i < 100; i++) /* a packet a ms, from 5 ms on */
		assert_int_equal(lost(r, (i + 5) * MS, 100), i >= 10 && i % 10 < 3);
	/* What was missed in a silence does not add up. */
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(lost(r, 1000 * MS, 100), i < 3);
	assert_false(lost(r, 1005 * MS - 1, 100));
	assert_true(lost(r, 1005 * MS, 100));
	rig_free(r);
	refused(WF_BLOCK_LOSS, "model=burst period=1s", "\"burst\" is missing");
	refused(WF_BLOCK_LOSS, "model=burst burst=2", "\"period\" is missing");
}

static void
counted_losses_of_a_class_have_one_owner(void **state)
{
	struct rig *class = rig_new(WF_BLOCK_LOSS, "model=every every=3");
	struct rig *flow = rig_new_flow_scope(WF_BLOCK_LOSS, "model=every every=3");

	assert_true(class->compile.needs & WF_NEED_OWNER);
	assert_false(flow->compile.needs & WF_NEED_OWNER);
	rig_free(class);
	rig_free(flow);
}

/* Loss rate and mean burst of a million packets of many flows, against the forecast and theory. */
static void
check(const char *keys, wf_ns_t gap_ns, double loss, double mean_burst)
{
	struct rig *r = rig_new(WF_BLOCK_LOSS, keys);
	uint64_t n = 0, runs = 0, first = 0;
	const int flows = 2000, length = 500;
	double squares = 0, mean, sd;

	assert_true(r->variant > 0);
	assert_true(fabs(r->forecast.loss - loss) < 1e-9);
	if (gap_ns == 0)
		assert_true(fabs(r->forecast.mean_burst - mean_burst) < 1e-9);
	for (int flow = 0; flow < flows; flow++) {
		bool before = true;
		uint64_t here = 0;

		rig_flow(r, 5, (uint64_t)flow);
		for (int i = 0; i < length; i++) {
			bool now = lost(r, (uint64_t)i * gap_ns, 100);

			here += now;
			first += i == 0 && now;
			runs += i > 0 && now && !before;
			before = now;
		}
		n += here;
		squares += (double)here * (double)here;
	}
	mean = (double)n / flows;
	sd = sqrt((squares / flows - mean * mean) / flows);
	if (fabs(mean - loss * length) > 4.5 * sd)
		fail_msg("%s: loss rate %g, not %g", keys, mean / length, loss);
	if (fabs(fit_binomial_z(first, (uint64_t)flows, loss)) > 4)
		fail_msg("%s: the first state is not stationary", keys);
	if (mean_burst > 0 &&
		fabs(((double)n / flows - loss) * flows / (double)runs / mean_burst - 1) > 0.03)
		fail_msg("%s: mean burst %g, not %g", keys, (double)n / (double)runs, mean_burst);
	rig_free(r);
}

static void
four_states_follow_the_theory(void **state)
{
	/* s = p14 + p13 / p31, t = p13 p32 / (p31 p23) */
	double s = 0.02 + 0.05 / 0.2, t = 0.05 * 0.3 / (0.2 * 0.6);

	/* Runs: from state 3 one goes on with 1 - p31 - p32; from 4 never. Starts of runs:
	 * pi1 (p13 + p14) + pi2 p23. */
	check("model=4-state p13=5% p31=20% p32=30% p23=60% p14=2%", 0, s / (1 + s + t),
		s / (0.05 + 0.02 + t * 0.6));
	/* netem's defaults: p31 = 1 - p13, the rest never. */
	check("model=4-state p13=10%", 0, 0.1, 1 / 0.9);
}

static void
a_chain_of_two_states_is_gilberts(void **state)
{
	struct rig *a = rig_new(WF_BLOCK_LOSS, "model=gilbert-elliott p=0.02 r=0.25 h=0.1 k=0.99");
	struct rig *b =
		rig_new(WF_BLOCK_LOSS, "model=markov matrix=0.98,0.02;25%,75% state_loss=1%,0.9");

	assert_true(fabs(a->forecast.loss - b->forecast.loss) < 1e-12);
	assert_true(fabs(a->forecast.mean_burst - b->forecast.mean_burst) < 1e-9);
	check("model=markov matrix=0.98,0.02;25%,75% state_loss=0,1", 0, 0.02 / 0.27, 4);
	rig_free(a);
	rig_free(b);
}

static void
the_chain_of_fault(void **state)
{
	/* Weights 1, 2, 1, 1/2, 1/6 by balance of flows between neighbours. */
	check("model=fault-5state", 0, 0.95 / (14.0 / 3), 0.95 / (0.95 - 0.4065));
}

/* Seen every `gap` steps, a chain of two states with eigenvalue l has eigenvalue l^gap. */
static void
time_moves_the_chain(void **state)
{
	static const unsigned gap[] = { 1, 2, 7 };

	for (size_t i = 0; i < WF_ARRAY_SIZE(gap); i++) {
		double back = 0.8 * (1 - pow(0.75, gap[i])); /* P(bad -> good) in so many steps */

		check("model=gilbert-elliott p=5% r=20% clock=time step=1ms", gap[i] * MS, 0.2,
			1 / back);
	}
	check("model=fault-5state clock=time step=1ms", 100000 * MS, 0.95 / (14.0 / 3), 0);
}

static void
packets_of_one_step_share_its_state(void **state)
{
	struct rig *r =
		rig_new(WF_BLOCK_LOSS, "model=gilbert-elliott p=50% r=50% clock=time step=10ms");

	for (unsigned i = 0; i < 1000; i++) {
		bool one = lost(r, i * 10 * MS, 100);

		for (unsigned k = 1; k < 10; k++)
			assert_int_equal(lost(r, (i * 10 + k) * MS, 100), one);
	}
	/* A silence of more steps than the powers reach. */
	lost(r, 1ull << 62, 100);
	rig_free(r);
}

static void
a_live_change_to_fewer_states(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_LOSS, "model=fault-5state");

	lost(r, 0, 100);
	rig_change(r, "model=markov matrix=1 state_loss=1");
	assert_true(lost(r, 0, 100));
	rig_free(r);
}

static void
a_chain_that_makes_no_sense(void **state)
{
	refused(WF_BLOCK_LOSS, "model=4-state p14=1%", "\"p13\" is missing");
	refused(WF_BLOCK_LOSS, "model=4-state p13=60% p14=50%", "p13 + p14 is above 1");
	refused(WF_BLOCK_LOSS, "model=4-state p13=10% p31=60% p32=50%", "p31 + p32 is above 1");
	refused(WF_BLOCK_LOSS, "model=4-state p13=10% p31=0", "never gets back to state 1");
	refused(WF_BLOCK_LOSS, "model=markov matrix=1", "\"state_loss\" is missing");
	refused(WF_BLOCK_LOSS, "model=markov state_loss=1", "\"matrix\" is missing");
	refused(WF_BLOCK_LOSS, "model=markov matrix=0.5,0.6;1,0 state_loss=0,1", "adds up to 1.1");
	refused(WF_BLOCK_LOSS, "model=markov matrix=0.5,0.5;1 state_loss=0,1",
		"has 1 entries, not 2");
	refused(WF_BLOCK_LOSS, "model=markov matrix=0.5,0.5 state_loss=0,1",
		"has 1 rows of 2 entries");
	refused(WF_BLOCK_LOSS, "model=markov matrix=0.5,x;1,0 state_loss=0,1", "is not 1 to 16");
	refused(WF_BLOCK_LOSS, "model=markov matrix=0.5,0.5;1,0 state_loss=0,1,1",
		"is not 2 probabilities");
	refused(WF_BLOCK_LOSS, "model=markov matrix=0.5,0.5;0,1 state_loss=0,1",
		"state 2 never gets back");
	refused(WF_BLOCK_LOSS, "model=fault-5state step=1ms", "\"step\" is for what time clocks");
	refused(WF_BLOCK_LOSS, "p=1% clock=time",
		"\"clock\" does not belong to model \"bernoulli\"");
	refused(WF_BLOCK_LOSS, "model=every every=3 ber=0.1",
		"\"ber\" does not belong to model \"every\"");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bit_errors_hit_long_frames_more),
		cmocka_unit_test(bit_errors_at_the_ends),
		cmocka_unit_test(every_nth_is_lost),
		cmocka_unit_test(listed_packets_are_lost),
		cmocka_unit_test(exempt_neighbours_are_not_counted),
		cmocka_unit_test(bursts_come_once_a_period),
		cmocka_unit_test(counted_losses_of_a_class_have_one_owner),
		cmocka_unit_test(four_states_follow_the_theory),
		cmocka_unit_test(a_chain_of_two_states_is_gilberts),
		cmocka_unit_test(the_chain_of_fault),
		cmocka_unit_test(time_moves_the_chain),
		cmocka_unit_test(packets_of_one_step_share_its_state),
		cmocka_unit_test(a_live_change_to_fewer_states),
		cmocka_unit_test(a_chain_that_makes_no_sense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
