/* SPDX-License-Identifier: BSD-3-Clause
 * Link-layer retransmission against theory: how often a frame is sent again is a truncated
 * geometric law, what is given up is p q^m, and both are what `wirefault check` predicts.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fit.h"
#include "rig.h"

#define MOST 12
#define RTT  WF_NS_PER_MS

static uint64_t
samples(void)
{
	return fit_seeds() > 10 ? 1000000 : 50000;
}

struct seen {
	uint64_t times[MOST + 2]; /* sent again so often; the last: given up */
	uint64_t first, both;     /* lost at first; and the frame before, too */
};

static void
look(struct rig *r, uint64_t seed, uint32_t retries, struct seen *s)
{
	bool before = false;

	*s = (struct seen){ 0 };
	rig_flow(r, seed, 1);
	for (uint64_t i = 0; i < samples(); i++) {
		uint32_t k;
		bool lost;

		rig_one(r, 0, 100);
		k = (uint32_t)(r->batch.due_ns[0] / RTT);
		if (r->batch.drop[0] != 0)
			k = retries + 1;
		s->times[k]++;
		lost = k > 0;
		s->first += lost;
		s->both += lost && before;
		before = lost;
	}
}

static void
fits(double p, double q, uint32_t retries)
{
	double expected[MOST + 2], n = (double)samples(), at_least = p;
	char keys[128];

	snprintf(keys, sizeof(keys), "p=%g p_retry=%g rtt=1ms in_order=false max_retries=%u", p, q,
		retries);
	expected[0] = n * (1 - p);
	for (uint32_t k = 1; k <= retries; k++, at_least *= q)
		expected[k] = n * at_least * (1 - q);
	expected[retries + 1] = n * at_least;
	for (uint64_t seed = 1; seed <= fit_seeds(); seed++) {
		struct rig *r = rig_new(WF_BLOCK_ARQ, keys);
		struct seen s;
		double sum = 0, squares = 0, arrived, mean, sd;

		look(r, seed, retries, &s);
		assert_true(fit_chi2(s.times, expected, retries + 2, 1) > FIT_P);
		arrived = n - (double)s.times[retries + 1];
		for (uint32_t k = 0; k <= retries; k++) {
			sum += (double)s.times[k] * k;
			squares += (double)s.times[k] * k * k;
		}
		mean = sum / arrived;
		sd = sqrt(squares / arrived - mean * mean);
		assert_true(fabs(mean - r->forecast.resend_mean_ns / (double)RTT) <
			    4 * sd / sqrt(arrived));
		assert_true(fabs(fit_binomial_z(s.times[retries + 1], (uint64_t)n,
				    r->forecast.given_up)) < 4.5);
		rig_free(r);
	}
}

static void
retransmissions_are_a_truncated_geometric_law(void **state)
{
	fits(0.1, 0.1, 3);
	fits(0.5, 0.5, 7);
	fits(0.3, 0.3, 1);
	fits(0.3, 0.05, 2); /* HARQ */
	fits(0.05, 0.7, MOST);
}

/* Runs of first losses: the share stays p, the correlation of neighbours is what was asked for. */
static void
correlation_keeps_the_share(void **state)
{
	const double p = 0.2, rho = 0.4;

	for (uint64_t seed = 1; seed <= fit_seeds(); seed++) {
		struct rig *r = rig_new(WF_BLOCK_ARQ,
			"p=20% rtt=1ms correlation=40% max_retries=12 in_order=false");
		struct fit_chain chain = { .p = p * (1 - rho), .r = (1 - p) * (1 - rho), .k = 1 };
		double n = (double)samples(), share, yes;
		struct seen s;

		look(r, seed, MOST, &s);
		share = (double)s.first / n;
		yes = (double)s.both / (double)s.first;
		assert_true(fabs(share - p) < 4 * fit_chain_loss_sd(&chain, n));
		assert_true(fabs((yes - share) / (1 - share) - rho) < 0.02);
		rig_free(r);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(retransmissions_are_a_truncated_geometric_law),
		cmocka_unit_test(correlation_keeps_the_share),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
