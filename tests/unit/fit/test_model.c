/* SPDX-License-Identifier: BSD-3-Clause
 * Models and their parameters, from draws of the test's own: each estimate is within 4.5 of its
 * standard errors, over several seeds.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "rig.h"

#define N      20000
#define SEEDS  5
#define SIGMAS 4.5

struct model {
	enum wf_fit_law law;
	double a, b; /* in ms */
	double rho;
	bool in_order;
	double p, r, h; /* of loss: p alone: each by itself */
	double z;
	bool bad;
	int64_t last_ns;
};

static int64_t
draw(void *ctx, uint32_t i)
{
	struct model *m = ctx;
	double z = rig_normal(), u, ms;
	int64_t ns, now_ns = (int64_t)i * 1000000;
	bool lost;

	m->z = i == 0 ? z : m->rho * m->z + sqrt(1 - m->rho * m->rho) * z;
	u = 0.5 * erfc(-m->z / M_SQRT2);
	ms = m->law == WF_FIT_UNIFORM     ? m->a + (m->b - m->a) * u
	     : m->law == WF_FIT_NORMAL    ? m->a + m->b * m->z
	     : m->law == WF_FIT_LOGNORMAL ? m->b * exp(m->a * m->z)
	     : m->law == WF_FIT_PARETO    ? m->b * pow(1 - u, -1 / m->a)
					  : m->a;
	ns = (int64_t)(ms * 1e6);
	if (m->in_order && now_ns + ns < m->last_ns)
		ns = m->last_ns - now_ns;
	m->last_ns = now_ns + ns;
	if (m->r == 0) {
		lost = rig_uniform() < m->p;
	} else {
		m->bad = m->bad ? rig_uniform() >= m->r : rig_uniform() < m->p;
		lost = m->bad && rig_uniform() >= m->h;
	}
	return lost ? RIG_LOST : ns;
}

static void
fit(struct model *m, uint64_t seed, struct wf_fit *f)
{
	struct rig_network net = { .n = N, .gap_ns = 1000000, .delay = draw, .ctx = m };
	struct wf_fit_options o = { 0 };

	rig_seed(seed);
	m->last_ns = INT64_MIN;
	m->bad = false;
	rig_fit(&net, &o, f);
	rig_text(&o, f);
}

static void
near(double got, double want, double error)
{
	if (!(fabs(got - want) <= SIGMAS * error))
		fail_msg("%g is not within %g of %g", got, SIGMAS * error, want);
}

static void
test_laws(void **state)
{
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct model normal = { WF_FIT_NORMAL, 20, 3 }, uniform = { WF_FIT_UNIFORM, 5, 25 };
		struct model lognormal = { WF_FIT_LOGNORMAL, 0.3, 15 };
		struct model pareto = { WF_FIT_PARETO, 4, 10 };
		struct wf_fit f;

		fit(&normal, seed, &f);
		assert_int_equal(f.delay.law, WF_FIT_NORMAL);
		assert_true(f.delay.free_order);
		near(f.delay.mean, 20e6, 3e6 / sqrt(N));
		near(f.delay.sd, 3e6, 3e6 / sqrt(2.0 * N));
		assert_true(f.delay.distance < 1.95 / sqrt(N)); /* P < 0.001 */
		assert_true(f.delay.rho == 0);
		wf_fit_free(&f);
		fit(&uniform, seed, &f);
		assert_int_equal(f.delay.law, WF_FIT_UNIFORM);
		near(f.delay.a, 5e6, 20e6 / N * 3);
		near(f.delay.b, 25e6, 20e6 / N * 3);
		wf_fit_free(&f);
		fit(&lognormal, seed, &f);
		assert_int_equal(f.delay.law, WF_FIT_LOGNORMAL);
		near(f.delay.a, 0.3, 0.3 / sqrt(2.0 * N));
		near(log(f.delay.b), log(15e6), 0.3 / sqrt(N));
		wf_fit_free(&f);
		fit(&pareto, seed, &f);
		assert_int_equal(f.delay.law, WF_FIT_PARETO);
		near(f.delay.a, 4, 4 / sqrt(N));
		near(f.delay.b, 10e6, 10e6 / (4.0 * N) * 3);
		wf_fit_free(&f);
	}
}

/* Where nothing overtakes, half of the delays are hidden behind others'. */
static void
test_in_order(void **state)
{
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct model normal = { WF_FIT_NORMAL, 20, 3, .in_order = true };
		struct model pareto = { WF_FIT_PARETO, 4, 10, .in_order = true };
		struct wf_fit f;

		fit(&normal, seed, &f);
		assert_int_equal(f.delay.law, WF_FIT_NORMAL);
		assert_false(f.delay.free_order);
		assert_true(f.delay.clamped > N / 4);
		near(f.delay.mean, 20e6, 0.01 * 20e6 / SIGMAS);
		near(f.delay.sd, 3e6, 0.05 * 3e6 / SIGMAS);
		wf_fit_free(&f);
		fit(&pareto, seed, &f);
		assert_int_equal(f.delay.law, WF_FIT_PARETO);
		near(f.delay.a, 4, 0.05 * 4 / SIGMAS);
		wf_fit_free(&f);
	}
}

static void
test_correlation(void **state)
{
	static const double rhos[] = { 0.8, 0.3, -0.4 };

	for (uint64_t seed = 1; seed <= SEEDS; seed++)
		for (size_t i = 0; i < WF_ARRAY_SIZE(rhos); i++) {
			struct model m = { WF_FIT_PARETO, 4, 10, .rho = rhos[i] };
			struct wf_fit f;

			fit(&m, seed, &f);
			near(f.delay.rho, rhos[i], 1.5 / sqrt(N));
			wf_fit_free(&f);
		}
}

static void
test_losses(void **state)
{
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct model alone = { WF_FIT_CONSTANT, 10, .p = 0.03 };
		struct model bursts = { WF_FIT_CONSTANT, 10, .p = 0.02, .r = 0.3 };
		struct model hidden = { WF_FIT_CONSTANT, 10, .p = 0.01, .r = 0.05, .h = 0.6 };
		double pi = 0.02 / 0.32;
		struct wf_fit f;

		fit(&alone, seed, &f);
		assert_int_equal(f.loss.model, WF_FIT_BERNOULLI);
		near(f.loss.rate, 0.03, sqrt(0.03 * 0.97 / N));
		wf_fit_free(&f);
		fit(&bursts, seed, &f);
		assert_int_equal(f.loss.model, WF_FIT_GILBERT);
		near(f.loss.p.is, 0.02, sqrt(0.02 * 0.98 / (N * (1 - pi))));
		near(f.loss.r.is, 0.3, sqrt(0.3 * 0.7 / (N * pi)));
		wf_fit_free(&f);
		fit(&hidden, seed, &f);
		assert_int_equal(f.loss.model, WF_FIT_GILBERT_ELLIOTT);
		near(f.loss.h.is, 0.6, 0.02);
		near(f.loss.p.is, 0.01, 0.002);
		near(f.loss.r.is, 0.05, 0.01);
		wf_fit_free(&f);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_laws),
		cmocka_unit_test(test_in_order),
		cmocka_unit_test(test_correlation),
		cmocka_unit_test(test_losses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
