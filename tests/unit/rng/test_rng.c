/* SPDX-License-Identifier: BSD-3-Clause
 * The counter-based generator: known answers, uniformity, and that what must not matter does not.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fit.h"
#include "wf_rng.h"

#define N 1000000

/* Published: SplitMix64 seeded with 1234567. */
static void
the_mixer_is_splitmix64(void **state)
{
	assert_true(wf_rng_mix(1234567 + WF_RNG_STEP) == 6457827717110365317ull);
	assert_true(wf_rng_mix(1234567 + 2 * WF_RNG_STEP) == 3203168211198807973ull);
	assert_true(wf_rng_mix(1234567 + 3 * WF_RNG_STEP) == 9817491932198370423ull);
}

/* "Same seed, same fate" over versions: these never change. Computed apart, with big integers. */
static void
keys_are_pinned(void **state)
{
	assert_true(wf_rng_dir(42, 0) == 0x42361fbc3495a5f2);
	assert_true(wf_rng_dir(42, 1) == 0x6bab517a662c8827);
	assert_true(wf_rng_dir(0, 0) == 0x47a64b6263c34241);
	assert_true(wf_rng_flow(wf_rng_dir(42, 0), 0x0123456789abcdef) == 0xfbb725d2fb6b570e);
}

static void
draws_are_pinned(void **state)
{
	static const uint64_t first[] = { 0xc3a1c0be457d1678, 0x54045de00f48b163,
		0x4f4bb77a73849895, 0xa396d44a9cf223ba, 0xf83af05190ae27de, 0x05922d61e609a954 };
	uint64_t flow = wf_rng_flow(wf_rng_dir(42, 0), 0x0123456789abcdef);
	uint64_t later = wf_rng_packet(flow, 1000000);

	for (int i = 0; i < 6; i++)
		assert_true(wf_rng_draw(wf_rng_packet(flow, 0), (enum wf_rng_purpose)(i + 1)) ==
			    first[i]);
	assert_true(wf_rng_draw(later, WF_RNG_DELAY) == 0x52258a7d08ee50e4);
	assert_true(wf_rng_copy(wf_rng_packet(flow, 0), 1) == 0xa3c9a71b65542569);
	assert_true(wf_rng_draw(wf_rng_copy(wf_rng_packet(flow, 0), 2), WF_RNG_DELAY) ==
		    0x4ae556cc6a59e871);
}

static void
purposes_keep_their_numbers(void **state)
{
	assert_int_equal(WF_RNG_LOSS, 1);
	assert_int_equal(WF_RNG_LOSS_STEP, 2);
	assert_int_equal(WF_RNG_LOSS_START, 3);
	assert_int_equal(WF_RNG_DUPLICATE, 4);
	assert_int_equal(WF_RNG_DELAY, 5);
	assert_int_equal(WF_RNG_COPY, 6);
}

/* ---- Uniform and independent: pairs of draws that differ in one thing only ---- */

enum differ { ORDINALS, FAR_ORDINALS, PURPOSES, FLOWS, DIRECTIONS, SEEDS, COPIES, COPY_AND_SELF };

static void
pair(enum differ what, uint64_t i, uint64_t *a, uint64_t *b)
{
	uint64_t dir = wf_rng_dir(7, 3), flow = wf_rng_flow(dir, 99);
	uint64_t packet = wf_rng_packet(flow, i), other = packet;
	enum wf_rng_purpose purpose = WF_RNG_DELAY;

	switch (what) {
	case ORDINALS:
		other = wf_rng_packet(flow, i + 1);
		break;
	case FAR_ORDINALS:
		other = wf_rng_packet(flow, i + (1ull << 32));
		break;
	case PURPOSES:
		purpose = WF_RNG_LOSS;
		break;
	case FLOWS: /* hashes one apart, the first packet of each */
		packet = wf_rng_packet(wf_rng_flow(dir, i), 0);
		other = wf_rng_packet(wf_rng_flow(dir, i + 1), 0);
		break;
	case DIRECTIONS: /* the same flow hash in both */
		other = wf_rng_packet(wf_rng_flow(wf_rng_dir(7, 2), 99), i);
		break;
	case SEEDS: /* one apart */
		packet = wf_rng_packet(wf_rng_flow(wf_rng_dir(i, 0), 99), 0);
		other = wf_rng_packet(wf_rng_flow(wf_rng_dir(i + 1, 0), 99), 0);
		break;
	case COPIES:
		other = wf_rng_copy(packet, 2);
		packet = wf_rng_copy(packet, 1);
		break;
	case COPY_AND_SELF:
		other = wf_rng_copy(packet, 1);
		break;
	}
	*a = wf_rng_draw(packet, WF_RNG_DELAY);
	*b = wf_rng_draw(other, purpose);
}

/* Both uniform, all 64 x 64 pairs equally often in the top bits and in the bottom bits, and no
 * correlation. */
static void
independent(enum differ what)
{
	static uint64_t high[4096], low[4096], coarse[1024];
	static double even[4096], even_coarse[1024];
	double xy = 0;

	for (int i = 0; i < 4096; i++) {
		high[i] = low[i] = 0;
		even[i] = N / 4096.0;
	}
	for (int i = 0; i < 1024; i++) {
		coarse[i] = 0;
		even_coarse[i] = N / 1024.0;
	}
	for (uint64_t i = 0; i < N; i++) {
		uint64_t a, b;

		pair(what, i, &a, &b);
		high[(a >> 58) << 6 | b >> 58]++;
		low[(a & 63) << 6 | (b & 63)]++;
		coarse[a >> 54]++;
		xy += ((double)a * 0x1p-64 - 0.5) * ((double)b * 0x1p-64 - 0.5);
	}
	assert_true(fit_chi2(high, even, 4096, 1) > FIT_P);
	assert_true(fit_chi2(low, even, 4096, 1) > FIT_P);
	assert_true(fit_chi2(coarse, even_coarse, 1024, 1) > FIT_P);
	/* Correlation of N pairs: sd 1/sqrt(N). */
	assert_true(fabs(xy * 12 / N) < 4 / sqrt(N));
}

#define INDEPENDENT(name, what)                                                                    \
	static void name(void **state)                                                             \
	{                                                                                          \
		independent(what);                                                                 \
	}
INDEPENDENT(packets_of_a_flow_are_independent, ORDINALS)
INDEPENDENT(packets_far_apart_are_independent, FAR_ORDINALS)
INDEPENDENT(purposes_are_independent, PURPOSES)
INDEPENDENT(flows_are_independent, FLOWS)
INDEPENDENT(directions_are_independent, DIRECTIONS)
INDEPENDENT(seeds_are_independent, SEEDS)
INDEPENDENT(copies_are_independent, COPIES)
INDEPENDENT(a_copy_is_independent_of_its_original, COPY_AND_SELF)

static void
each_bit_is_set_half_of_the_time(void **state)
{
	uint64_t set[64] = { 0 }, key = wf_rng_flow(wf_rng_dir(1, 0), 1);

	for (uint64_t i = 0; i < N; i++) {
		uint64_t u = wf_rng_draw(wf_rng_packet(key, i), WF_RNG_LOSS);

		for (int bit = 0; bit < 64; bit++)
			set[bit] += (u >> bit) & 1;
	}
	for (int bit = 0; bit < 64; bit++)
		assert_true(fabs(fit_binomial_z(set[bit], N, 0.5)) < 4.5);
}

static int
by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void
flows_of_a_million_hashes_have_a_million_keys(void **state)
{
	uint64_t *key = malloc(N * sizeof(*key)), dir = wf_rng_dir(1, 0);

	assert_non_null(key);
	for (uint64_t i = 0; i < N; i++)
		key[i] = wf_rng_flow(dir, i);
	qsort(key, N, sizeof(*key), by_value);
	for (int i = 1; i < N; i++)
		assert_true(key[i] != key[i - 1]);
	free(key);
}

/* ---- Thresholds ---- */

static void
probability_zero_never_happens(void **state)
{
	assert_true(wf_rng_threshold(0) == 0);
	assert_true(wf_rng_threshold(-1) == 0);
	assert_true(wf_rng_threshold(NAN) == 0);
	assert_false(wf_rng_below(0, wf_rng_threshold(0)));
}

static void
probability_one_always_happens(void **state)
{
	assert_true(wf_rng_below(UINT64_MAX, wf_rng_threshold(1)));
	assert_true(wf_rng_below(0, wf_rng_threshold(1)));
	assert_true(wf_rng_below(UINT64_MAX, wf_rng_threshold(1.5)));
}

static void
the_threshold_is_p_of_all_draws(void **state)
{
	assert_true(wf_rng_threshold(0.5) == 1ull << 63);
	assert_true(wf_rng_threshold(0.25) == 1ull << 62);
	assert_true(wf_rng_threshold(0x1p-64) == 1);
	assert_true(wf_rng_below((1ull << 63) - 1, wf_rng_threshold(0.5)));
	assert_false(wf_rng_below(1ull << 63, wf_rng_threshold(0.5)));
}

static void
almost_one_is_not_one(void **state)
{
	double p = nextafter(1, 0);

	assert_true(wf_rng_threshold(p) < UINT64_MAX);
	assert_false(wf_rng_below(UINT64_MAX, wf_rng_threshold(p)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_mixer_is_splitmix64),
		cmocka_unit_test(keys_are_pinned),
		cmocka_unit_test(draws_are_pinned),
		cmocka_unit_test(purposes_keep_their_numbers),
		cmocka_unit_test(packets_of_a_flow_are_independent),
		cmocka_unit_test(packets_far_apart_are_independent),
		cmocka_unit_test(purposes_are_independent),
		cmocka_unit_test(flows_are_independent),
		cmocka_unit_test(directions_are_independent),
		cmocka_unit_test(seeds_are_independent),
		cmocka_unit_test(copies_are_independent),
		cmocka_unit_test(a_copy_is_independent_of_its_original),
		cmocka_unit_test(each_bit_is_set_half_of_the_time),
		cmocka_unit_test(flows_of_a_million_hashes_have_a_million_keys),
		cmocka_unit_test(probability_zero_never_happens),
		cmocka_unit_test(probability_one_always_happens),
		cmocka_unit_test(the_threshold_is_p_of_all_draws),
		cmocka_unit_test(almost_one_is_not_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
