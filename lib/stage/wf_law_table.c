/* SPDX-License-Identifier: BSD-3-Clause
 * Laws drawn from a table of their quantiles: parameters from mean and stddev where they are not
 * given, and the inverse distribution functions, exact in both tails. Own arithmetic only.
 */
#include <errno.h>
#include <math.h>

#include "wf_law.h"
#include "wf_maths.h"

struct shape {
	double shape, scale; /* scale in ns; pareto-normal: sd; also its mean */
	double mean;
	double root; /* gamma: the quantile found last, in units of scale */
};

/* The quantile of probability v, or of 1 - v if upper, in ns; v <= 1/2. */
typedef double quantile(struct shape *s, double v, bool upper);

/* -ln of the probability to be longer. */
static double
exponent(double v, bool upper)
{
	return upper ? -wf_ln(v) : -wf_ln(1 - v);
}

static double
normal(double v, bool upper)
{
	return upper ? -wf_normal_inverse(v) : wf_normal_inverse(v);
}

static double
exponential(struct shape *s, double v, bool upper)
{
	return s->scale * exponent(v, upper);
}

static double
lognormal(struct shape *s, double v, bool upper)
{
	return s->scale * wf_exp(s->shape * normal(v, upper));
}

static double
weibull(struct shape *s, double v, bool upper)
{
	return s->scale * wf_pow(exponent(v, upper), 1 / s->shape);
}

static double
pareto(struct shape *s, double v, bool upper)
{
	return s->scale * wf_exp(exponent(v, upper) / s->shape);
}

/* As iproute2's paretonormal table: a quarter of the normal's quantile and three quarters of that
 * of a Pareto law of shape 3, less its mean. `mean` and `shape` make it mean 0, sd 1. */
static double
pareto_normal(struct shape *s, double v, bool upper)
{
	double x = 0.25 * normal(v, upper) + 0.75 * (wf_exp(exponent(v, upper) / 3) - 1.5);

	return s->mean + s->scale / s->shape * x;
}

/* Newton on the logarithm of the tail probability over y = ln x. Both are concave in y, so that
 * after one step all others come from the same side; v falls from call to call. */
static double
gamma_law(struct shape *s, double v, bool upper)
{
	double a = s->shape, target = wf_ln(v), norm = wf_ln_gamma(a), y;

	/* Lower tail: P(a, x) <= x^a / Gamma(a + 1), so this is below the root. */
	y = upper ? wf_ln(s->root) : (target + wf_ln_gamma(a + 1)) / a;
	/* So far down the bound is the root. */
	for (int i = 0; i < 200 && y > -50; i++) {
		double x = wf_exp(y);
		double tail = upper ? wf_ln_gamma_q(a, x) : wf_ln_gamma_p(a, x);
		double slope = wf_exp(a * y - x - norm - tail), step;

		step = (target - tail) / (upper ? -slope : slope);
		y += step < 1 ? step : 1; /* where the tail is flat, a step can be huge */
		if (step < 1e-12 && step > -1e-12)
			break;
	}
	s->root = wf_exp(y);
	return s->scale * s->root;
}

/* Lower half, then upper half. */
static void
fill(int64_t *table, quantile *f, struct shape *s)
{
	const uint32_t steps = 1u << WF_LAW_SUB_BITS;

	for (int upper = 0; upper < 2; upper++, table += WF_LAW_ROWS) {
		if (upper) /* start again from the median */
			(void)f(s, 0.5, false);
		for (uint32_t row = 0; row < WF_LAW_ROWS; row++) {
			uint32_t o = row / steps;
			double v = 0.5 / (double)(1ull << o) * (1 - 0.5 * (row % steps) / steps);
			double x = f(s, v, upper);

			x = x > (double)WF_LAW_LONGEST ? (double)WF_LAW_LONGEST : x;
			x = x < -(double)WF_LAW_LONGEST ? -(double)WF_LAW_LONGEST : x;
			table[row] = (int64_t)(x < 0 ? x - 0.5 : x + 0.5);
		}
	}
}

/* sd of pareto_normal with scale / shape = 1: E P = 3/2 and E P^2 = 3 for shape 3, and E Z P by the
 * midpoint rule over the octaves of both tails. */
static double
pareto_normal_sd(void)
{
	double cross = 0, top = 0.5;

	for (int o = 0; o < 60; o++, top /= 2)
		for (int i = 0; i < 256; i++) {
			double v = top / 2 * (1 + (i + 0.5) / 256);
			double low = wf_exp(exponent(v, false) / 3);
			double high = wf_exp(exponent(v, true) / 3);

			cross += top / 512 * normal(v, true) * (high - low);
		}
	return sqrt(0.0625 + 0.5625 * 0.75 + 2 * 0.25 * 0.75 * cross);
}

/* The Weibull shape with this sd / mean: cv^2 = Gamma(1 + 2/k) / Gamma(1 + 1/k)^2 - 1 falls in k.
 */
static double
weibull_shape(double cv)
{
	double low = 0.1, high = 1000;

	for (int i = 0; i < 60; i++) {
		double k = (low + high) / 2;
		double ratio = wf_ln_gamma(1 + 2 / k) - 2 * wf_ln_gamma(1 + 1 / k);

		if (wf_exp(ratio) - 1 > cv * cv)
			low = k;
		else
			high = k;
	}
	return high;
}

static void
from_moments(const struct wf_law_params *p, struct shape *s)
{
	double mean = (double)p->mean, cv = (double)p->stddev / mean;

	switch (p->law) {
	case WF_LAW_LOGNORMAL:
		s->shape = sqrt(wf_ln(1 + cv * cv));
		s->scale = mean / sqrt(1 + cv * cv);
		break;
	case WF_LAW_GAMMA:
		s->shape = 1 / (cv * cv);
		s->scale = mean * cv * cv;
		break;
	case WF_LAW_WEIBULL:
		s->shape = weibull_shape(cv);
		s->scale = mean / wf_exp(wf_ln_gamma(1 + 1 / s->shape));
		break;
	default: /* pareto: cv^2 = 1 / (a (a - 2)) */
		s->shape = 1 + sqrt(1 + 1 / (cv * cv));
		s->scale = mean * (s->shape - 1) / s->shape;
	}
}

static int
find_shape(const struct wf_law_params *p, const struct wf_block_compile *c, struct shape *s)
{
	double cv = p->mean == 0 ? 0 : (double)p->stddev / (double)p->mean;
	bool infinite;

	if (p->law == WF_LAW_EXPONENTIAL) {
		s->scale = (double)p->mean;
		return 0;
	}
	if (p->law == WF_LAW_PARETO_NORMAL) {
		s->mean = (double)p->mean;
		s->scale = (double)p->stddev;
		s->shape = pareto_normal_sd();
		return 0;
	}
	s->shape = p->shape;
	s->scale = (double)p->scale;
	if (p->shape == 0 && !(cv >= 0.01 && cv <= 10))
		return wf_err_add(c->err, c->where,
			"Use distribution \"normal\" for a narrow law, shape and scale for a wide "
			"one",
			"\"stddev\" must be 1 %% to 1000 %% of \"mean\"");
	if (p->shape == 0)
		from_moments(p, s);
	infinite = p->law == WF_LAW_PARETO && s->shape <= 1;
	if (infinite && !p->capped)
		return wf_err_add(c->err, c->where, "Add cap = \"1s\"",
			"a Pareto law of shape 1 or less has an infinite mean: it needs a \"cap\"");
	return 0;
}

int
wf_law_compile_table(const struct wf_law_params *p, struct wf_block_compile *c, struct wf_law *out)
{
	static quantile *const by_law[] = {
		[WF_LAW_EXPONENTIAL] = exponential,
		[WF_LAW_LOGNORMAL] = lognormal,
		[WF_LAW_GAMMA] = gamma_law,
		[WF_LAW_WEIBULL] = weibull,
		[WF_LAW_PARETO] = pareto,
		[WF_LAW_PARETO_NORMAL] = pareto_normal,
	};
	struct shape s = { 0 };
	int64_t *table;

	if (find_shape(p, c, &s) < 0)
		return -EINVAL;
	table = wf_stage_reserve(c, 2 * WF_LAW_ROWS * sizeof(*table));
	if (table == NULL)
		return -EINVAL;
	fill(table, by_law[p->law], &s);
	out->form = WF_FORM_TABLE;
	out->table = table;
	return 0;
}
