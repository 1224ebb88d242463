/* SPDX-License-Identifier: BSD-3-Clause
 * The offline twin: which packets leave, in which order, how many times.
 */
#include "rig.h"

#include <math.h>
#include <stdlib.h>

#define N 50000

/* Is a count of n trials of probability p believable? 5 standard deviations: once in 1.7 million,
 * and the seed is fixed. */
static void
binomial(double count, double n, double p, double variance_factor)
{
	double sd = sqrt(n * p * (1 - p) * variance_factor);

	assert_true(fabs(count - n * p) <= 5 * sd);
}

static void
traffic(int side, uint32_t n, wf_ns_t gap_ns)
{
	for (uint32_t i = 0; i < n; i++)
		rig_enter(side, i * gap_ns, 60 + i % 1000, i % 8);
}

/* Out's lengths tell the order in which packets had come in. */
static uint32_t
overtakings(int side)
{
	const struct rig_side *s = &rig.side[side];
	uint32_t n = 0;

	assert_int_equal(s->n_out, s->n_in);
	for (uint32_t i = 0; i < s->n_out; i++)
		n += s->out[i].len_bytes != s->in[i].len_bytes;
	return n;
}

static void
fifo_never_overtakes(void **state)
{
	traffic(WF_AB, 20000, 10000);
	rig_run("delay = { mean = \"5ms\"; stddev = \"2ms\"; };", "");
	assert_int_equal(overtakings(WF_AB), 0);
	for (uint32_t i = 1; i < 20000; i++)
		assert_true(rig_out(WF_AB, i) >= rig_out(WF_AB, i - 1));
}

static void
free_overtakes_but_time_goes_on(void **state)
{
	traffic(WF_AB, 20000, 10000);
	rig_run("delay = { mean = \"5ms\"; stddev = \"1ms\"; order = \"free\"; };", "");
	assert_true(overtakings(WF_AB) > 10000);
	for (uint32_t i = 1; i < 20000; i++)
		assert_true(rig_out(WF_AB, i) >= rig_out(WF_AB, i - 1));
}

static void
a_uniform_delay_stays_within_its_bounds(void **state)
{
	double sum = 0;

	traffic(WF_AB, N, 100 * WF_NS_PER_MS);
	rig_run("delay = { min = \"10ms\"; max = \"30ms\"; order = \"free\"; };", "");
	assert_int_equal(overtakings(WF_AB), 0); /* too far apart */
	for (uint32_t i = 0; i < N; i++) {
		wf_ns_t delay = rig_out(WF_AB, i) - i * 100 * WF_NS_PER_MS;

		assert_true(delay >= 10 * WF_NS_PER_MS && delay <= 30 * WF_NS_PER_MS);
		sum += (double)delay;
	}
	/* sd of the mean: 20 ms / sqrt(12 N) */
	assert_true(fabs(sum / N - 20e6) < 5 * 20e6 / sqrt(12.0 * N));
}

static void
independent_losses_are_as_many_as_asked_for(void **state)
{
	traffic(WF_AB, N, 1000);
	rig_run("loss = \"5%\";", "");
	binomial((double)rig_stats(WF_AB)->c.dropped[WF_DROP_loss].packets, N, 0.05, 1);
	assert_int_equal(
		rig.side[WF_AB].n_out, N - rig_stats(WF_AB)->c.dropped[WF_DROP_loss].packets);
}

/* Losses are whole bursts of mean length 4: p = plr r / (1 - plr), and the variance of the count
 * is that of independent ones times (1 + rho) / (1 - rho), rho = 1 - p - r. */
static void
losses_in_bursts_are_as_many_and_as_long_as_asked_for(void **state)
{
	double r = 0.25, p = 0.05 * r / 0.95, rho = 1 - p - r;
	double lost, bursts = 0, run_variance = (1 - r) / (r * r);
	uint32_t out = 0;
	bool lossy = false;

	/* One flow; lengths tell which are missing, as no burst is a thousand long. */
	for (uint32_t i = 0; i < N; i++)
		rig_enter(WF_AB, i * 1000, 60 + i % 1000, 0);
	rig_run("loss = { model = \"gilbert-elliott\"; plr = \"5%\"; mean_burst = 4.0; };", "");
	lost = (double)rig_stats(WF_AB)->c.dropped[WF_DROP_loss].packets;
	binomial(lost, N, 0.05, (1 + rho) / (1 - rho));
	for (uint32_t i = 0; i < N; i++) {
		bool here = out < rig.side[WF_AB].n_out && rig_out(WF_AB, out) == i * 1000;

		out += here;
		bursts += !here && !lossy;
		lossy = !here;
	}
	assert_int_equal(out, rig.side[WF_AB].n_out);
	assert_true(fabs(lost / bursts - 4) < 5 * sqrt(run_variance / bursts));
}

static void
copies_leave_beside_their_original(void **state)
{
	traffic(WF_AB, 100, 1000000);
	rig_run("duplicate = { p = \"100%\"; copies = 2; };", "");
	assert_int_equal(rig.side[WF_AB].n_out, 300);
	for (uint32_t i = 0; i < 300; i++) {
		assert_int_equal(rig.side[WF_AB].out[i].len_bytes, 60 + i / 3);
		assert_int_equal(rig_out(WF_AB, i), i / 3 * 1000000);
	}
	assert_int_equal(rig_stats(WF_AB)->c.dup_created.packets, 200);
}

static void
copies_follow_at_their_spacing(void **state)
{
	traffic(WF_AB, 10, WF_NS_PER_S);
	rig_run("duplicate = { p = \"100%\"; copies = 7; spacing = \"1ms\"; };", "");
	assert_int_equal(rig.side[WF_AB].n_out, 80);
	for (uint32_t i = 0; i < 80; i++)
		assert_int_equal(rig.side[WF_AB].out[i].time_ns,
			EPOCH + i / 8 * WF_NS_PER_S + i % 8 * WF_NS_PER_MS);
}

static void
duplicates_are_as_many_as_asked_for(void **state)
{
	traffic(WF_AB, N, 1000);
	rig_run("duplicate = \"10%\";", "");
	binomial((double)rig_stats(WF_AB)->c.dup_created.packets, N, 0.1, 1);
}

/* The link that sends again and the delay both keep an order. */
static void
a_packet_that_waits_twice_counts_once(void **state)
{
	for (uint32_t i = 0; i < 2000; i++)
		rig_enter(WF_AB, i * 1000, 60, 0);
	rig_run("arq = { p = \"20%\"; p_retry = \"0%\"; rtt = \"8ms\"; };"
		"delay = { mean = \"20ms\"; stddev = \"5ms\"; order = \"fifo\"; };",
		"");
	assert_int_equal(rig.side[WF_AB].n_out, 2000);
	/* All but the first few have waited for the slowest so far. */
	assert_in_range(rig_stats(WF_AB)->clamped, 1900, 2000);
}

/* The histograms of a direction's classes add up to its own, bucket by bucket. */
static void
classes_have_times_of_their_own(void **state)
{
	const struct wf_snap_dir *d;
	struct wf_class_times *sum;

	rig.classes = "classes = ( { name = \"k\"; match = { sport = \"39936-39939\"; }; "
		      "ab = { delay = \"1ms\"; }; }, { name = \"none\"; match = { vlan = 7; }; ab "
		      "= { loss = \"1%\"; }; } );";
	traffic(WF_AB, 20000, 10000);
	traffic(WF_BA, 10, 10000);
	rig_run("delay = { mean = \"5ms\"; stddev = \"1ms\"; }; loss = \"1%\";", "");
	d = &rig.snap->links[0].dir[WF_AB];
	assert_int_equal(d->n_classes, 3);
	sum = wf_class_times_new();
	for (uint32_t i = 0; i < 3; i++) {
		const struct wf_class_times *t = d->classes[i].times;

		assert_int_equal(t->delay.count, d->classes[i].s.c.tx.packets);
		wf_class_times_merge(sum, t);
	}
	assert_memory_equal(&sum->delay, &d->s.delay, sizeof(sum->delay));
	assert_memory_equal(&sum->error, &d->s.error, sizeof(sum->error));
	assert_true(d->classes[0].times->delay.count > 1000);
	assert_true(d->classes[1].times->delay.count > 1000);
	assert_int_equal(d->classes[2].times->delay.count, 0);
	assert_int_equal(wf_hist_mean(&d->classes[1].times->delay), WF_NS_PER_MS);
	free(sum);
}

static void
a_direction_without_classes_keeps_one_set_of_times(void **state)
{
	traffic(WF_AB, 100, 1000);
	rig_run("delay = \"20ms\";", "");
	assert_int_equal(rig.snap->links[0].dir[WF_AB].n_classes, 1);
	assert_null(rig.snap->links[0].dir[WF_AB].classes[0].times);
}

static void
rates_are_those_of_the_run(void **state)
{
	const struct wf_snap_dir *d;

	traffic(WF_AB, 100, 1000);
	rig_run("loss = \"50%\";", "");
	d = &rig.snap->links[0].dir[WF_AB];
	assert_int_equal(rig.snap->since_reset_ns, 99 * 1000);
	assert_int_equal(d->since_reset.rx.packets, 100);
	assert_int_equal(d->since_reset.tx.packets, d->s.c.tx.packets);
	assert_int_equal(d->since_reset.tx.bytes, d->s.c.tx.bytes);
	assert_int_equal(d->classes[0].since_reset.rx.bytes, d->s.c.rx.bytes);
}

static void
directions_do_not_meet(void **state)
{
	traffic(WF_AB, 5000, 1000);
	traffic(WF_BA, 5000, 1500);
	rig_run("delay = \"20ms\";", "blackhole = true;");
	assert_int_equal(rig.side[WF_AB].n_out, 5000);
	assert_int_equal(rig.side[WF_BA].n_out, 0);
	assert_int_equal(rig_stats(WF_BA)->c.dropped[WF_DROP_blackhole].packets, 5000);
	assert_int_equal(rig_stats(WF_AB)->c.dropped[WF_DROP_blackhole].packets, 0);
	for (uint32_t i = 0; i < 5000; i++)
		assert_int_equal(
			rig.side[WF_AB].out[i].time_ns, EPOCH + i * 1000 + 20 * WF_NS_PER_MS);
}

/* What a direction does to its packets is not changed by traffic the other way. */
static void
a_direction_alone_has_the_same_fates(void **state)
{
	static wf_ns_t alone[4000];
	uint32_t n;

	traffic(WF_AB, 4000, 1000);
	rig_run("loss = \"20%\"; delay = { mean = \"5ms\"; stddev = \"1ms\"; };",
		"loss = \"20%\";");
	n = rig.side[WF_AB].n_out;
	for (uint32_t i = 0; i < n; i++)
		alone[i] = rig_out(WF_AB, i);
	traffic(WF_BA, 4000, 1100);
	rig_run("loss = \"20%\"; delay = { mean = \"5ms\"; stddev = \"1ms\"; };",
		"loss = \"20%\";");
	assert_int_equal(rig.side[WF_AB].n_out, n);
	for (uint32_t i = 0; i < n; i++)
		assert_int_equal(rig_out(WF_AB, i), alone[i]);
}

/* The one place in memory goes to who comes first. */
static void
at_equal_times_ab_comes_before_ba(void **state)
{
	rig.max_held = 1;
	for (uint32_t i = 0; i < 10; i++) {
		rig_enter(WF_BA, i * WF_NS_PER_S, 60, 0);
		rig_enter(WF_AB, i * WF_NS_PER_S, 60, 0);
	}
	rig_run("delay = \"20ms\";", "delay = \"20ms\";");
	assert_int_equal(rig.side[WF_AB].n_out, 10);
	assert_int_equal(rig.side[WF_BA].n_out, 0);
	assert_int_equal(rig_stats(WF_BA)->c.dropped[WF_DROP_no_buffer].packets, 10);
	assert_false(rig.snap->trustworthy);
}

#define TEST(f) cmocka_unit_test_setup(f, rig_clear)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(fifo_never_overtakes),
		TEST(free_overtakes_but_time_goes_on),
		TEST(a_uniform_delay_stays_within_its_bounds),
		TEST(independent_losses_are_as_many_as_asked_for),
		TEST(losses_in_bursts_are_as_many_and_as_long_as_asked_for),
		TEST(copies_leave_beside_their_original),
		TEST(copies_follow_at_their_spacing),
		TEST(duplicates_are_as_many_as_asked_for),
		TEST(a_packet_that_waits_twice_counts_once),
		TEST(classes_have_times_of_their_own),
		TEST(a_direction_without_classes_keeps_one_set_of_times),
		TEST(rates_are_those_of_the_run),
		TEST(directions_do_not_meet),
		TEST(a_direction_alone_has_the_same_fates),
		TEST(at_equal_times_ab_comes_before_ba),
	};

	return cmocka_run_group_tests(tests, rig_start, rig_end);
}
