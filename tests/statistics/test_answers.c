/* SPDX-License-Identifier: BSD-3-Clause
 * Which packets are rewritten and which DNS queries are answered, against theory, over many seeds;
 * and that random addresses are even, and have nothing to do with the choice.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fit.h"
#include "rig.h"

#define CELLS 128

static uint64_t
packets(void)
{
	return fit_seeds() > 10 ? 1000000 : 50000;
}

/* Asks for the address of "a", from 10.0.0.1 port 4096. */
static const uint8_t query[] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45, 0, 0, 47, 0, 0, 0,
	0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 16, 0, 0, 53, 0, 27, 0, 0, 0, 1, 1, 0, 0, 1, 0,
	0, 0, 0, 0, 0, 1, 'a', 0, 0, 1, 0, 1 };
#define ADDRESS (14 + 20 + 8 + 12 + 7 + 12) /* where it stands in the answer */

static void
next(struct rig *r)
{
	r->batch.n = 0;
	rig_add_frame(r, 0, query, sizeof(query));
	rig_run(r);
}

static void
as_many_are_chosen_as_p_says(void **state)
{
	static const struct {
		enum wf_block_id id;
		const char *keys;
		double p;
	} v[] = {
		{ WF_BLOCK_REWRITE, "p=0.1% dscp=9", 0.001 },
		{ WF_BLOCK_REWRITE, "p=35% ecn=ce", 0.35 },
		{ WF_BLOCK_DNS, "p=0.1% answer=timeout", 0.001 },
		{ WF_BLOCK_DNS, "p=35% qtype=A", 0.35 },
	};

	for (size_t k = 0; k < WF_ARRAY_SIZE(v); k++)
		for (uint64_t seed = 0; seed < fit_seeds(); seed++) {
			struct rig *r = rig_new(v[k].id, v[k].keys);
			uint64_t hits = 0, n = packets();

			rig_flow(r, seed, 1);
			for (uint64_t i = 0; i < n; i++) {
				next(r);
				hits += r->batch.edits[0] != 0 || r->batch.drop[0] != 0;
			}
			assert_true(fabs(fit_binomial_z(hits, n, v[k].p)) < 4.5);
			rig_free(r);
		}
}

/* The share p; after a packet that was chosen, p + rho (1 - p). */
static void
correlated_choices_are_those_of_the_chain(void **state)
{
	const double p = 0.2, rho = 0.7;
	const struct fit_chain chain = { p * (1 - rho), (1 - p) * (1 - rho), 0, 1 };

	for (uint64_t seed = 0; seed < fit_seeds(); seed++) {
		struct rig *r = rig_new(WF_BLOCK_REWRITE, "p=20% correlation=70% ttl=9");
		uint64_t hits = 0, given = 0, both = 0, last = 0, n = packets();

		rig_flow(r, seed, 1);
		for (uint64_t i = 0; i < n; i++) {
			uint64_t hit;

			next(r);
			hit = r->batch.edits[0] != 0;
			hits += hit;
			given += last;
			both += hit & last;
			last = hit;
		}
		assert_true(fabs((double)hits / (double)n - p) <
			    4.5 * fit_chain_loss_sd(&chain, (double)n));
		assert_true(fabs(fit_binomial_z(both, given, p + rho * (1 - p))) < 4.5);
		rig_free(r);
	}
}

/* Each of its 17 bits counts once: in the cells of the upper 7, and of the lower 7. */
static void
random_addresses_are_even(void **state)
{
	for (uint64_t seed = 0; seed < fit_seeds(); seed++) {
		struct rig *r = rig_new(WF_BLOCK_DNS, "p=50% answer=random-a");
		uint64_t upper[CELLS] = { 0 }, lower[CELLS] = { 0 }, n = 0;
		struct wf_forged out[WF_FORGED_MAX];
		double even[CELLS];

		rig_flow(r, seed, 1);
		for (uint64_t i = 0; i < packets() / 2; i++) {
			struct wf_frame f = { .data = (uint8_t *)(uintptr_t)query,
				.readable_bytes = sizeof(query),
				.len_bytes = sizeof(query),
				.parsed = &r->parsed[0] };
			const uint8_t *a = out[0].data + ADDRESS;

			next(r);
			if (r->batch.forges[0] == 0)
				continue;
			f.rng = r->batch.rng[0];
			assert_int_equal(r->ops->stage->forge(r->cfg, &f, out), 1);
			assert_true(a[0] == 198 && (a[1] & ~1) == 18);
			upper[(a[1] & 1) << 6 | a[2] >> 2]++;
			lower[a[3] & 127]++;
			n++;
		}
		for (int i = 0; i < CELLS; i++)
			even[i] = (double)n / CELLS;
		assert_true(fit_chi2(upper, even, CELLS, 1) > FIT_P);
		assert_true(fit_chi2(lower, even, CELLS, 1) > FIT_P);
		rig_free(r);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_many_are_chosen_as_p_says),
		cmocka_unit_test(correlated_choices_are_those_of_the_chain),
		cmocka_unit_test(random_addresses_are_even),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
