/* SPDX-License-Identifier: BSD-3-Clause
 * Delay: what each key means. The laws over many seeds are in tests/statistics.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fit.h"
#include "rig.h"

#define N 200000

static wf_ns_t sample[N];

struct moments {
	double mean, sd;
	wf_ns_t least, most;
};

/* N delays of one flow, drawn at moments far apart, so that order never clamps. */
static struct moments
draw(const char *keys)
{
	struct rig *r = rig_new(WF_BLOCK_DELAY, keys);
	struct moments m = { .least = UINT64_MAX };
	double squares = 0;

	for (int i = 0; i < N; i++) {
		wf_ns_t now = (wf_ns_t)i * 86400 * WF_NS_PER_S;

		rig_one(r, now, 100);
		sample[i] = r->batch.due_ns[0] - now;
		m.least = sample[i] < m.least ? sample[i] : m.least;
		m.most = sample[i] > m.most ? sample[i] : m.most;
		m.mean += (double)sample[i] / N;
	}
	for (int i = 0; i < N; i++)
		squares += ((double)sample[i] - m.mean) * ((double)sample[i] - m.mean) / N;
	m.sd = sqrt(squares);
	rig_free(r);
	return m;
}

static void
assert_near(double value, double expected, double off)
{
	if (fabs(value - expected) > off)
		fail_msg("%.9g instead of %.9g +- %.3g", value, expected, off);
}

static void
a_constant_delay_is_exact(void **state)
{
	struct moments m = draw("mean=20ms");

	assert_int_equal(m.least, 20000000);
	assert_int_equal(m.most, 20000000);
}

static void
a_delay_is_added_to_the_release_of_the_stages_before(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_DELAY, "mean=20ms");

	rig_add(r, 1000, 100);
	r->batch.due_ns[0] = 5000;
	rig_run(r);
	assert_int_equal(r->batch.due_ns[0], 20005000);
	rig_free(r);
}

static void
uniform_stays_within_min_and_max(void **state)
{
	struct moments m = draw("min=10ms max=30ms");

	assert_in_range(m.least, 10000000, 10001000);
	assert_in_range(m.most, 29999000, 30000000);
	assert_near(m.mean, 20e6, 4 * 20e6 / sqrt(12 * N));
	assert_near(m.sd, 20e6 / sqrt(12), 20e6 / sqrt(12) * 4 * 0.45 / sqrt(N));
}

/* Both ends belong to it: a die of nanoseconds. */
static void
uniform_has_every_value_equally_often(void **state)
{
	uint64_t count[6] = { 0 };
	double expected[6];

	draw("min=1ns max=6ns");
	for (int i = 0; i < N; i++) {
		assert_in_range(sample[i], 1, 6);
		count[sample[i] - 1]++;
	}
	for (int i = 0; i < 6; i++)
		expected[i] = N / 6.0;
	assert_true(fit_chi2(count, expected, 6, 1) > FIT_P);
}

/* sd always means sd: the half-width is sqrt(3) sd. */
static void
uniform_by_mean_and_stddev_has_that_stddev(void **state)
{
	struct moments m = draw("distribution=uniform mean=50ms stddev=10ms");

	assert_near(m.mean, 50e6, 4 * 10e6 / sqrt(N));
	assert_near(m.sd, 10e6, 10e6 * 4 * 0.45 / sqrt(N));
	assert_in_range(m.least, 32679491, 32680600);
	assert_in_range(m.most, 67319400, 67320509);
}

static void
uniform_of_one_value_is_constant(void **state)
{
	struct moments m = draw("min=7ms max=7ms");

	assert_int_equal(m.least, 7000000);
	assert_int_equal(m.most, 7000000);
}

static void
uniform_below_zero_is_clamped(void **state)
{
	/* -3 .. 5 ms: three eighths at zero. */
	struct moments m = draw("distribution=uniform mean=1ms stddev=2.309401ms");
	uint64_t zero = 0;

	for (int i = 0; i < N; i++)
		zero += sample[i] == 0;
	assert_true(fabs(fit_binomial_z(zero, N, 3.0 / 8)) < 4);
	assert_int_equal(m.least, 0);
}

static void
uniform_below_zero_is_redrawn(void **state)
{
	struct moments m =
		draw("distribution=uniform mean=1ms stddev=2.309401ms below_zero=redraw");

	assert_near(m.mean, 2.5e6, 4 * 5e6 / sqrt(12 * N));
	assert_in_range(m.most, 4999000, 5000100);
}

static void
normal_has_the_mean_and_stddev_that_were_asked_for(void **state)
{
	struct moments m = draw("mean=20ms stddev=2ms");

	assert_near(m.mean, 20e6, 4 * 2e6 / sqrt(N));
	assert_near(m.sd, 2e6, 4 * 2e6 / sqrt(2 * N));
}

static void
normal_below_zero_is_clamped(void **state)
{
	uint64_t zero = 0;
	struct moments m = draw("mean=1ms stddev=2ms");

	for (int i = 0; i < N; i++)
		zero += sample[i] == 0;
	assert_true(fabs(fit_binomial_z(zero, N, fit_phi(-0.5))) < 4);
	/* E max(0, X) = m Phi(m/s) + s phi(m/s) */
	assert_near(
		m.mean, 1e6 * fit_phi(0.5) + 2e6 * exp(-0.125) / sqrt(2 * M_PI), 4 * 2e6 / sqrt(N));
}

static double
truncated(double x, const void *ctx)
{
	double z = (x - 1e6) / 2e6;

	return x < 0 ? 0 : (fit_phi(z) - fit_phi(-0.5)) / fit_phi(0.5);
}

static void
normal_below_zero_is_redrawn(void **state)
{
	draw("mean=1ms stddev=2ms below_zero=redraw");
	assert_true(fit_ks_int(sample, N, truncated, NULL) > FIT_P);
}

static void
a_redraw_may_have_only_the_tail_left(void **state)
{
	/* Half of the law of mean 0 is cut: the half-normal, mean sd sqrt(2/pi). */
	struct moments m = draw("distribution=normal stddev=5ms below_zero=redraw");

	assert_near(m.mean, 5e6 * sqrt(2 / M_PI), 4 * 3.1e6 / sqrt(N));
}

static void
cap_bounds_every_law(void **state)
{
	assert_int_equal(draw("mean=20ms stddev=5ms cap=21ms").most, 21000000);
	assert_int_equal(draw("min=1ms max=9ms cap=4ms").most, 4000000);
	assert_int_equal(draw("mean=20ms cap=7ms").least, 7000000);
}

static void
a_capped_draw_is_not_drawn_again(void **state)
{
	uint64_t capped = 0;

	draw("mean=20ms stddev=5ms cap=20ms");
	for (int i = 0; i < N; i++)
		capped += sample[i] == 20000000;
	assert_true(fabs(fit_binomial_z(capped, N, 0.5)) < 4);
}

/* ---- Which law ---- */

static void
the_keys_choose_the_law(void **state)
{
	assert_true(draw("mean=5ms").sd == 0);
	assert_true(draw("mean=50ms stddev=5ms").most > 50000000 + 4 * 4000000);
	assert_true(draw("min=1ms max=2ms").most <= 2000000);
	assert_true(draw("max=2ms").most <= 2000000);
	assert_true(draw("distribution=normal mean=5ms").sd == 0);
}

static void
no_delay_is_left_out(void **state)
{
	static const char *const keys[] = { "", "mean=0ms", "mean=20ms cap=0ms",
		"min=0ms max=0ms" };

	for (size_t i = 0; i < WF_ARRAY_SIZE(keys); i++) {
		struct rig *r = rig_new(WF_BLOCK_DELAY, keys[i]);

		assert_int_equal(r->variant, 0);
		rig_free(r);
	}
}

static void
needs(const char *keys, bool flow_scope, uint32_t expected)
{
	struct rig *r = flow_scope ? rig_new_flow_scope(WF_BLOCK_DELAY, keys)
				   : rig_new(WF_BLOCK_DELAY, keys);

	assert_int_equal(r->compile.needs, expected);
	rig_free(r);
}

static void
only_what_is_needed_is_asked_for(void **state)
{
	needs("mean=5ms", false, WF_NEED_HOLD);
	needs("mean=5ms order=free", false, WF_NEED_HOLD);
	needs("mean=5ms order=flow", false, WF_NEED_HOLD | WF_NEED_FLOW);
	needs("mean=5ms stddev=1ms", false, WF_NEED_HOLD | WF_NEED_FLOW | WF_NEED_OWNER);
	needs("mean=5ms stddev=1ms", true, WF_NEED_HOLD | WF_NEED_FLOW | WF_NEED_SORT);
	needs("mean=5ms stddev=1ms order=flow", false, WF_NEED_HOLD | WF_NEED_FLOW | WF_NEED_SORT);
	needs("mean=5ms stddev=1ms order=free", false, WF_NEED_HOLD | WF_NEED_FLOW | WF_NEED_SORT);
}

/* ---- What `check` prints ---- */

static void
the_forecast_is_what_is_drawn(void **state)
{
	static const char *const keys[] = { "mean=20ms stddev=2ms", "mean=1ms stddev=2ms",
		"mean=1ms stddev=2ms below_zero=redraw", "min=10ms max=30ms",
		"mean=20ms stddev=5ms cap=21ms", "distribution=uniform mean=1ms stddev=2ms" };

	for (size_t i = 0; i < WF_ARRAY_SIZE(keys); i++) {
		struct rig *r = rig_new(WF_BLOCK_DELAY, keys[i]);
		struct moments m = draw(keys[i]);
		uint64_t above = 0;

		for (int k = 0; k < N; k++)
			above += (double)sample[k] > r->forecast.delay_p99_ns;
		assert_near(m.mean, r->forecast.delay_mean_ns, 4 * m.sd / sqrt(N));
		assert_near(m.sd, r->forecast.delay_stddev_ns, 0.01 * m.sd);
		assert_true((double)m.most <= r->forecast.delay_max_ns);
		if (r->forecast.delay_p99_ns < (double)m.most)
			assert_near((double)above / N, 0.01, 0.002);
		rig_free(r);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_constant_delay_is_exact),
		cmocka_unit_test(a_delay_is_added_to_the_release_of_the_stages_before),
		cmocka_unit_test(uniform_stays_within_min_and_max),
		cmocka_unit_test(uniform_has_every_value_equally_often),
		cmocka_unit_test(uniform_by_mean_and_stddev_has_that_stddev),
		cmocka_unit_test(uniform_of_one_value_is_constant),
		cmocka_unit_test(uniform_below_zero_is_clamped),
		cmocka_unit_test(uniform_below_zero_is_redrawn),
		cmocka_unit_test(normal_has_the_mean_and_stddev_that_were_asked_for),
		cmocka_unit_test(normal_below_zero_is_clamped),
		cmocka_unit_test(normal_below_zero_is_redrawn),
		cmocka_unit_test(a_redraw_may_have_only_the_tail_left),
		cmocka_unit_test(cap_bounds_every_law),
		cmocka_unit_test(a_capped_draw_is_not_drawn_again),
		cmocka_unit_test(the_keys_choose_the_law),
		cmocka_unit_test(no_delay_is_left_out),
		cmocka_unit_test(only_what_is_needed_is_asked_for),
		cmocka_unit_test(the_forecast_is_what_is_drawn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
