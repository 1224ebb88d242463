/* SPDX-License-Identifier: BSD-3-Clause
 * Bit errors against theory, over many seeds: how many packets are hit, how many bits, and where.
 * The chain of correlated choices, which corrupt, duplicate and reorder share.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fit.h"
#include "rig.h"

#define LEN  200
#define BITS (LEN * 8)

static uint64_t
packets(void)
{
	return fit_seeds() > 10 ? 1000000 : 30000;
}

static void
next(struct rig *r, uint8_t f[LEN])
{
	memset(f, 0, LEN);
	r->batch.n = 0;
	rig_add_frame(r, 0, f, LEN);
	rig_run(r);
	rig_edit(r, 0, f, LEN);
}

/* Bits are independent: their number in a packet is binomial, each place is as likely as any. */
static void
errors_of_a_bit_error_rate_are_independent(void **state)
{
	static const double rates[] = { 0.0001, 0.003 };

	for (size_t k = 0; k < WF_ARRAY_SIZE(rates); k++)
		for (uint64_t seed = 0; seed < fit_seeds(); seed++) {
			struct rig *r =
				rig_new(WF_BLOCK_CORRUPT, k == 0 ? "ber=0.0001" : "ber=0.003");
			uint64_t number[20] = { 0 }, place[LEN / 8] = { 0 }, n = packets(), sum = 0;
			double expected[20], even[LEN / 8], p = pow(1 - rates[k], BITS);
			uint8_t f[LEN];

			rig_flow(r, seed, 1);
			for (uint64_t i = 0; i < n; i++) {
				uint32_t hits = 0;

				next(r, f);
				for (uint32_t at = 0; at < LEN; at++)
					if (f[at]) {
						uint32_t bits = (uint32_t)__builtin_popcount(f[at]);

						hits += bits;
						place[at / 8] += bits;
					}
				number[hits < 20 ? hits : 19]++;
				sum += hits;
			}
			for (uint32_t i = 0; i < 20; i++) {
				expected[i] = p * (double)n;
				p *= (BITS - i) / (i + 1.0) * rates[k] / (1 - rates[k]);
			}
			for (uint32_t i = 0; i < LEN / 8; i++)
				even[i] = (double)sum / (LEN / 8);
			assert_true(fit_chi2(number, expected, 20, 1) > FIT_P);
			assert_true(fit_chi2(place, even, LEN / 8, 1) > FIT_P);
			assert_true(fabs(fit_binomial_z(sum, n * BITS, rates[k])) < 4.5);
			rig_free(r);
		}
}

/* P(hit) = 1 - (1 - ber)^(8 len), also where ber is far below what 1 - ber can hold. */
static void
a_tiny_rate_is_exact(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_CORRUPT, "ber=0.0000001"); /* 1.6e-4 a packet */
	uint64_t n = fit_seeds() > 10 ? 10000000 : 2000000, hits = 0;
	uint8_t f[LEN] = { 0 };

	for (uint64_t i = 0; i < n; i++) {
		r->batch.n = 0;
		rig_add_frame(r, 0, f, LEN);
		rig_run(r);
		hits += r->batch.edits[0] != 0;
	}
	assert_true(fabs(fit_binomial_z(hits, n, 1 - exp(BITS * log1p(-1e-7)))) < 4.5);
	rig_free(r);
}

/* The chain of Gilbert's states with the same share and correlation; a "loss" is a choice. */
static void
correlated_choices_have_their_share_and_their_runs(void **state)
{
	const double p = 0.1, rho = 0.6;
	const struct fit_chain chain = { p * (1 - rho), (1 - p) * (1 - rho), 0, 1 };

	for (uint64_t seed = 0; seed < fit_seeds(); seed++) {
		struct rig *r = rig_new(WF_BLOCK_CORRUPT, "p=10% correlation=60%");
		uint64_t n = packets() * 3, hits = 0, both = 0, runs[30] = { 0 }, length = 0,
			 total = 0;
		double expected[30];
		uint8_t f[LEN] = { 0 };

		rig_flow(r, seed, 1);
		for (uint64_t i = 0; i < n; i++) {
			bool hit;

			r->batch.n = 0;
			rig_add_frame(r, 0, f, LEN);
			rig_run(r);
			hit = r->batch.edits[0] != 0;
			hits += hit;
			both += hit && length > 0;
			if (!hit && length > 0) {
				runs[length < 30 ? length - 1 : 29]++;
				total++;
			}
			length = hit ? length + 1 : 0;
		}
		assert_true(fabs((double)hits / (double)n - p) <
			    4.5 * fit_chain_loss_sd(&chain, (double)n));
		assert_true(fabs(((double)both / (double)n - p * p) / (p * (1 - p)) - rho) < 0.02);
		fit_chain_runs(&chain, (double)total, expected, 30);
		assert_true(fit_chi2(runs, expected, 30, 1) > FIT_P);
		rig_free(r);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(errors_of_a_bit_error_rate_are_independent),
		cmocka_unit_test(a_tiny_rate_is_exact),
		cmocka_unit_test(correlated_choices_have_their_share_and_their_runs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
