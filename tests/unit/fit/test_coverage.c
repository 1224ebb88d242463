/* SPDX-License-Identifier: BSD-3-Clause
 * Intervals that are printed hold what was true as often as they say: 95 % of many networks, whose
 * packets are few, so that an interval matters.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rig.h"
#include "wf_units.h"

#define N 3000

/* Normal delays of 20 ms, sd 3 ms. */
struct network {
	double rho, z;
	bool in_order;
	double p, r; /* of losses; r 0: each by itself */
	bool bad;
	int64_t last_ns;
};

static int64_t
draw(void *ctx, uint32_t i)
{
	struct network *m = ctx;
	double z = rig_normal();
	int64_t now_ns = (int64_t)i * 1000000, ns;

	m->z = i == 0 ? z : m->rho * m->z + sqrt(1 - m->rho * m->rho) * z;
	ns = (int64_t)((20 + 3 * m->z) * 1e6);
	if (m->in_order && now_ns + ns < m->last_ns)
		ns = m->last_ns - now_ns;
	m->last_ns = now_ns + ns;
	if (m->r == 0)
		m->bad = rig_uniform() < m->p;
	else
		m->bad = m->bad ? rig_uniform() >= m->r : rig_uniform() < m->p;
	return m->bad ? RIG_LOST : ns;
}

static uint32_t
copies(void *ctx, uint32_t i)
{
	return rig_uniform() < 0.05 ? 2 : 1;
}

/* Does "A% to B%" behind the words hold it? */
static bool
holds_share(const char *text, const char *words, double want)
{
	const char *at = strstr(text, words);
	double low = 0, high = 0;

	if (at == NULL || sscanf(at + strlen(words), "%lf%% to %lf%%", &low, &high) != 2)
		fail_msg("no interval behind \"%s\": %s", words, text);
	return low <= 100 * want && 100 * want <= high;
}

static bool
holds_mean(const char *text, double want_ns)
{
	const char *at = strstr(text, "mean ");
	char mean[32], half[32];
	wf_ns_t mean_ns = 0, half_ns = 0;

	if (at == NULL || sscanf(at, "mean %31s +- %31[0-9.a-z]", mean, half) != 2 ||
		wf_units_duration(mean, &mean_ns) < 0 || wf_units_duration(half, &half_ns) < 0)
		fail_msg("no interval of the mean: %s", text);
	return fabs((double)mean_ns - want_ns) <= (double)half_ns;
}

static uint32_t
seeds(void)
{
	return getenv("WF_TEST_LONG") != NULL ? 400 : 25;
}

/* By 4 standard errors of so many seeds. */
static void
often(const char *what, uint32_t held)
{
	double n = seeds(), least = 0.95 * n - 4 * sqrt(n * 0.95 * 0.05);

	print_message("# %s: %u of %u\n", what, held, seeds());
	if (held < least)
		fail_msg("%s: %u of %u intervals hold it", what, held, seeds());
}

static const char *
text_of(struct network *m, uint64_t seed, bool twice)
{
	struct rig_network net = {
		.n = N, .gap_ns = 1000000, .delay = draw, .copies = twice ? copies : NULL, .ctx = m
	};
	struct wf_fit_options o = { 0 };
	struct wf_fit f;
	const char *text;

	rig_seed(seed);
	m->last_ns = INT64_MIN;
	m->bad = false;
	rig_fit(&net, &o, &f);
	text = rig_text(&o, &f);
	wf_fit_free(&f);
	return text;
}

static void
test_means(void **state)
{
	static const struct {
		const char *what;
		double rho;
		bool in_order;
	} cases[] = { { "mean", 0, false }, { "mean, rho = 0.8", 0.8, false },
		{ "mean, in order", 0, true } };

	for (size_t i = 0; i < WF_ARRAY_SIZE(cases); i++) {
		uint32_t held = 0;

		for (uint64_t seed = 1; seed <= seeds(); seed++) {
			struct network m = { .rho = cases[i].rho, .in_order = cases[i].in_order };

			held += holds_mean(text_of(&m, seed, false), 20e6);
		}
		often(cases[i].what, held);
	}
}

static void
test_shares(void **state)
{
	uint32_t loss = 0, twice = 0, p = 0, r = 0;

	for (uint64_t seed = 1; seed <= seeds(); seed++) {
		struct network alone = { .p = 0.03 }, bursts = { .p = 0.02, .r = 0.3 };
		const char *text = text_of(&alone, seed, true);

		text = strstr(text, "ab = {");
		assert_non_null(text);
		loss += holds_share(text, " packets, ", 0.03);
		text = strstr(text, "loss = ");
		assert_non_null(text);
		twice += holds_share(text, " packets, ", 0.05);
		text = text_of(&bursts, seed, false);
		p += holds_share(text, "; p ", 0.02);
		r += holds_share(text, ", r ", 0.3);
	}
	often("loss", loss);
	often("duplicate", twice);
	often("p", p);
	often("r", r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_means),
		cmocka_unit_test(test_shares),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
