/* SPDX-License-Identifier: BSD-3-Clause
 * What is added to a delay's draws or changes them: correlation in bursts and over live changes,
 * waves, spikes, and bias that is cancelled. How well correlation fits is in tests/statistics.
 */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "refused.h"

#define MS WF_NS_PER_MS
#define US 1000

static int64_t
delay_at(struct rig *r, wf_ns_t now_ns)
{
	rig_one(r, now_ns, 100);
	return (int64_t)(r->batch.due_ns[0] - now_ns);
}

static void
near(int64_t got, int64_t wanted)
{
	if (llabs(got - wanted) > 20)
		fail_msg("%lld ns instead of %lld", (long long)got, (long long)wanted);
}

static void
waves_have_their_forms(void **state)
{
	struct rig *r = rig_new(
		WF_BLOCK_DELAY, "mean=5ms amplitude=1ms frequency=1000 waveform=sine order=free");

	near(delay_at(r, 0), 5 * MS);
	near(delay_at(r, 250 * US), 6 * MS);
	near(delay_at(r, 500 * US), 5 * MS);
	near(delay_at(r, 750 * US), 4 * MS);
	near(delay_at(r, 1000 * MS + 83333), 5 * MS + 500000);
	for (uint32_t i = 0; i < 1000; i++)
		near(delay_at(r, 2000 * MS + i * US),
			(int64_t)(5e6 + 1e6 * sin(2 * M_PI * i / 1000)));
	rig_change(r, "mean=5ms amplitude=1ms frequency=1000 waveform=square order=free");
	near(delay_at(r, 10 * MS + 1 * US), 6 * MS);
	near(delay_at(r, 10 * MS + 499 * US), 6 * MS);
	near(delay_at(r, 10 * MS + 501 * US), 4 * MS);
	rig_change(r, "mean=5ms amplitude=1ms frequency=1000 waveform=saw order=free");
	near(delay_at(r, 20 * MS + 1 * US), 4 * MS + 2 * US);
	near(delay_at(r, 20 * MS + 500 * US), 5 * MS);
	near(delay_at(r, 20 * MS + 999 * US), 6 * MS - 2 * US);
	rig_free(r);
}

/* Days later a wave is where it should be. */
static void
waves_keep_their_time(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_DELAY, "mean=5ms amplitude=1ms frequency=50 order=free");

	near(delay_at(r, 7 * 86400 * WF_NS_PER_S + 5 * MS), 6 * MS);
	rig_free(r);
}

static void
delays_never_go_below_zero_nor_above_the_cap(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_DELAY,
		"mean=1ms amplitude=3ms frequency=1000 waveform=square cap=2ms order=free");

	near(delay_at(r, 100 * US), 2 * MS);
	near(delay_at(r, 600 * US), 0);
	rig_free(r);
}

static void
spikes_come_on_top(void **state)
{
	struct rig *r = rig_new(
		WF_BLOCK_DELAY, "mean=5ms spike_p=10% spike_min=20ms spike_max=30ms order=free");
	uint32_t spikes = 0, low = 0;

	for (uint32_t i = 0; i < 100000; i++) {
		int64_t d = delay_at(r, i * US);

		assert_true(d == 5 * MS || (d >= 25 * MS && d <= 35 * MS));
		spikes += d != 5 * MS;
		low += d != 5 * MS && d < 30 * MS;
	}
	assert_true(fabs(spikes - 10000.0) < 4 * sqrt(9000));
	assert_true(fabs(low - spikes / 2.0) < 4 * sqrt(spikes / 4.0));
	rig_change(r, "mean=5ms spike_p=100% spike_min=20ms spike_max=20ms order=free");
	assert_int_equal(delay_at(r, 1), 25 * MS);
	rig_free(r);
}

/* Mean of n delays, 10 us apart. */
static double
mean_of(struct rig *r, uint32_t n)
{
	double sum = 0;
	wf_ns_t last = 0;

	for (uint32_t i = 0; i < n; i++) {
		wf_ns_t now = i * 10ull * US;

		sum += (double)delay_at(r, now);
		assert_true(r->batch.due_ns[0] >= last && r->batch.due_ns[0] >= now);
		last = r->batch.due_ns[0];
	}
	return sum / n;
}

static void
bias_is_cancelled(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_DELAY, "mean=20ms stddev=2ms");

	assert_true(mean_of(r, 100000) > 23e6);
	rig_free(r);
	r = rig_new(WF_BLOCK_DELAY, "mean=20ms stddev=2ms cancel_bias=true");
	assert_true(fabs(mean_of(r, 100000) - 20e6) < 0.05e6);
	rig_free(r);
	/* There is more bias than delay: then it stays above zero, and comes back from it. */
	r = rig_new(WF_BLOCK_DELAY, "mean=1ms stddev=2ms cancel_bias=true");
	assert_true(mean_of(r, 100000) > 1e6);
	rig_free(r);
}

static void
bursts_follow_bursts(void **state)
{
	struct rig *r = rig_new(
		WF_BLOCK_DELAY, "mean=50ms stddev=5ms order=free draw=burst gap=1ms rho=0.95");
	int64_t before = 0, changes = 0;
	double products = 0, squares = 0, last = 0;

	for (uint32_t burst = 0; burst < 20000; burst++) {
		int64_t first = delay_at(r, burst * 10ull * MS), d;

		for (uint32_t i = 1; i < 4; i++)
			assert_int_equal(delay_at(r, burst * 10ull * MS + i * US), first);
		d = first - 50 * MS;
		products += last * (double)d;
		squares += (double)d * (double)d;
		last = (double)d;
		changes += first != before;
		before = first;
	}
	assert_int_equal(changes, 20000);
	assert_true(fabs(products / squares - 0.95) < 0.02);
	rig_free(r);
}

/* A live change of the law keeps the place in the sequence: the quantile goes on. */
static void
a_change_goes_on_where_it_was(void **state)
{
	static const char keys[] = "mean=50ms stddev=5ms order=free rho=0.999";
	struct rig *r = rig_new(WF_BLOCK_DELAY, keys);
	double z, z2;

	for (uint32_t i = 0; i < 100; i++)
		delay_at(r, i);
	z = (double)(delay_at(r, 100) - 50 * MS) / 5e6;
	rig_change(r, "mean=80ms stddev=1ms order=free rho=0.999");
	z2 = (double)(delay_at(r, 101) - 80 * MS) / 1e6;
	assert_true(fabs(z2 - z) < 0.3);
	rig_free(r);
}

static void
what_makes_no_sense_is_refused(void **state)
{
	refused(WF_BLOCK_DELAY, "mean=5ms stddev=1ms rho=0.5 half_life=1ms", "not both");
	refused(WF_BLOCK_DELAY, "mean=5ms rho=0.5", "nothing to correlate");
	refused(WF_BLOCK_DELAY, "mean=5ms half_life=1s", "nothing to correlate");
	refused(WF_BLOCK_DELAY, "mean=5ms stddev=1ms order=free draw=flow rho=0.5",
		"do not follow");
	refused(WF_BLOCK_DELAY, "mean=5ms amplitude=1ms", "needs a \"frequency\"");
	refused(WF_BLOCK_DELAY, "mean=5ms frequency=10", "needs an \"amplitude\"");
	refused(WF_BLOCK_DELAY, "mean=5ms waveform=saw", "needs an \"amplitude\"");
	refused(WF_BLOCK_DELAY, "mean=5ms spike_p=1%", "need a \"spike_max\"");
	refused(WF_BLOCK_DELAY, "mean=5ms spike_max=10ms", "need a probability");
	refused(WF_BLOCK_DELAY, "mean=5ms spike_p=1% spike_min=2ms spike_max=1ms", "is above");
	refused(WF_BLOCK_DELAY, "mean=5ms cancel_bias=true", "the delay is constant");
	refused(WF_BLOCK_DELAY, "mean=5ms stddev=1ms order=free cancel_bias=true",
		"need not keep their order");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(waves_have_their_forms),
		cmocka_unit_test(waves_keep_their_time),
		cmocka_unit_test(delays_never_go_below_zero_nor_above_the_cap),
		cmocka_unit_test(spikes_come_on_top),
		cmocka_unit_test(bias_is_cancelled),
		cmocka_unit_test(bursts_follow_bursts),
		cmocka_unit_test(a_change_goes_on_where_it_was),
		cmocka_unit_test(what_makes_no_sense_is_refused),
	};

	return cmocka_run_group_tests_name("delay_shape", tests, NULL, NULL);
}
