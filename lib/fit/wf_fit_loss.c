/* SPDX-License-Identifier: BSD-3-Clause
 * Which packets were lost: independent of each other, or by a chain of two states. One thread.
 *
 * Bernoulli and Gilbert (all is lost in the bad state) have estimates in closed form; of
 * Gilbert-Elliott with deliveries in the bad state, the state is hidden: Baum and Welch, 1970, as
 * far as that gets (it comes ever closer, ever more slowly), and Newton's steps from there. The one
 * with the least BIC = k ln n - 2 ln L wins (Schwarz, 1978).
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wf_fit_private.h"

#define ITERATIONS 60
/* Losses below which no chain is looked for. */
#define CHAIN_LOSSES 20

static double
x_ln(double x, double p)
{
	return x > 0 ? x * log(p) : 0;
}

/* Lost or not, packet after packet. Those that the queue lost are left out. Returns how many. */
static uint32_t
losses(const struct wf_fit *f, uint8_t *lost)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < f->n; i++)
		if (!f->packet[i].lost_in_queue)
			lost[n++] = f->packet[i].copies == 0;
	return n;
}

/* How often each state (0: good) was followed by each, when all in the bad one is lost; and the
 * likelihood. */
static double
gilbert(const uint8_t *lost, uint32_t n, double c[2][2])
{
	double p, r;

	memset(c, 0, 4 * sizeof(**c));
	for (uint32_t i = 1; i < n; i++)
		c[lost[i - 1]][lost[i]]++;
	p = c[0][1] / (c[0][0] + c[0][1]);
	r = c[1][0] / (c[1][0] + c[1][1]);
	return x_ln(c[0][0], 1 - p) + x_ln(c[0][1], p) + x_ln(c[1][0], r) + x_ln(c[1][1], 1 - r);
}

struct chain {
	double p, r, h; /* h: delivered though bad */
};

/* One step of Baum and Welch, with scaled forward variables in alpha[n][2]. Returns ln L. */
static double
step(struct chain *c, const uint8_t *lost, uint32_t n, double (*alpha)[2], double *scale)
{
	double to_bad = 0, to_good = 0, good = 0, bad = 0, bad_all = 0, bad_through = 0;
	double pi_bad = c->p / (c->p + c->r), beta[2] = { 1, 1 }, ln = 0;

	for (uint32_t i = 0; i < n; i++) {
		double g = lost[i] ? 0 : 1, b = lost[i] ? 1 - c->h : c->h;
		double from_g =
			i == 0 ? 1 - pi_bad : alpha[i - 1][0] * (1 - c->p) + alpha[i - 1][1] * c->r;
		double from_b =
			i == 0 ? pi_bad : alpha[i - 1][0] * c->p + alpha[i - 1][1] * (1 - c->r);

		alpha[i][0] = from_g * g;
		alpha[i][1] = from_b * b;
		scale[i] = alpha[i][0] + alpha[i][1];
		alpha[i][0] /= scale[i];
		alpha[i][1] /= scale[i];
		ln += log(scale[i]);
	}
	for (uint32_t i = n; i-- > 0;) {
		double in_bad = alpha[i][1] * beta[1];
		double g = lost[i] ? 0 : 1, b = lost[i] ? 1 - c->h : c->h, next[2];

		bad_all += in_bad;
		bad_through += lost[i] ? 0 : in_bad;
		if (i == 0)
			break;
		good += alpha[i - 1][0] * ((1 - c->p) * g * beta[0] + c->p * b * beta[1]) /
			scale[i];
		bad += alpha[i - 1][1] * (c->r * g * beta[0] + (1 - c->r) * b * beta[1]) / scale[i];
		to_bad += alpha[i - 1][0] * c->p * b * beta[1] / scale[i];
		to_good += alpha[i - 1][1] * c->r * g * beta[0] / scale[i];
		next[0] = ((1 - c->p) * g * beta[0] + c->p * b * beta[1]) / scale[i];
		next[1] = (c->r * g * beta[0] + (1 - c->r) * b * beta[1]) / scale[i];
		beta[0] = next[0];
		beta[1] = next[1];
	}
	c->p = fmin(fmax(to_bad / good, 1e-9), 1 - 1e-9);
	c->r = fmin(fmax(to_good / bad, 1e-9), 1 - 1e-9);
	c->h = fmin(fmax(bad_through / bad_all, 1e-9), 1 - 1e-9);
	return ln;
}

/* NAN: out of memory. */
static double
hidden(const uint8_t *lost, uint32_t n, struct chain *c)
{
	double(*alpha)[2] = malloc((n + 1ull) * sizeof(*alpha));
	double *scale = malloc((n + 1ull) * sizeof(*scale)), ln = NAN, before = -INFINITY;

	for (int k = 0; alpha != NULL && scale != NULL && k < ITERATIONS; k++) {
		ln = step(c, lost, n, alpha, scale);
		if (ln - before < 1e-2)
			break;
		before = ln;
	}
	free(alpha);
	free(scale);
	return ln;
}

static double
odds(double p)
{
	return log(p / (1 - p));
}

static double
share(double odds)
{
	return 1 / (1 + exp(-odds));
}

struct of_losses {
	const uint8_t *lost;
	uint32_t n;
};

/* By the log-odds of p, r and h, which have no bounds. */
static double
by_odds(const void *ctx, const double *at)
{
	const struct of_losses *o = ctx;
	struct chain c = { share(at[0]), share(at[1]), share(at[2]) };
	double bad = c.p / (c.p + c.r), good = 1 - bad, ln = 0, product = 1;

	for (uint32_t i = 0; i < o->n; i++) {
		double g = o->lost[i] ? 0 : good, b = (o->lost[i] ? 1 - c.h : c.h) * bad;
		double sum = g + b;

		/* One logarithm for many: they are slow. */
		product *= sum;
		if (product < 1e-200) {
			ln += log(product);
			product = 1;
		}
		g /= sum;
		b /= sum;
		good = g * (1 - c.p) + b * c.r;
		bad = g * c.p + b * (1 - c.r);
	}
	return ln + log(product);
}

static struct wf_fit_share
interval_of(const struct wf_fit_peak *p, int i)
{
	double half = p->sure ? WF_FIT_SIGMAS * sqrt(p->covariance[i][i]) : NAN;

	return (struct wf_fit_share){ share(p->at[i]), share(p->at[i] - half),
		share(p->at[i] + half) };
}

/* Wilson's. */
static struct wf_fit_share
counted(double k, double n)
{
	double p = k / n, z = WF_FIT_SIGMAS * WF_FIT_SIGMAS / n, middle = (p + z / 2) / (1 + z);
	double half = WF_FIT_SIGMAS * sqrt(p * (1 - p) / n + z / (4 * n)) / (1 + z);

	return (struct wf_fit_share){ p, middle - half, middle + half };
}

static void
take_hidden(struct wf_fit_losses *l, const uint8_t *lost, const struct chain *c, double bernoulli)
{
	struct of_losses o = { lost, (uint32_t)l->n };
	struct wf_fit_peak peak = { .ln = by_odds,
		.ctx = &o,
		.n = 3,
		.at = { odds(c->p), odds(c->r), odds(c->h) },
		.step = { 0.05, 0.05, 0.05 } };

	wf_fit_newton(&peak);
	l->model = WF_FIT_GILBERT_ELLIOTT;
	l->gain = bernoulli - (3 * log((double)l->n) - 2 * peak.best);
	l->p = interval_of(&peak, 0);
	l->r = interval_of(&peak, 1);
	l->h = interval_of(&peak, 2);
}

static void
find_chain(struct wf_fit_losses *l, const uint8_t *lost)
{
	double n = (double)l->n, ln_n = log(n), rate = l->rate, c[2][2], full, bic;
	double bernoulli =
		ln_n - 2 * (x_ln((double)l->lost, rate) + x_ln(n - (double)l->lost, 1 - rate));
	struct chain at;

	bic = 2 * ln_n - 2 * gilbert(lost, (uint32_t)l->n, c);
	l->p = counted(c[0][1], c[0][0] + c[0][1]);
	l->r = counted(c[1][0], c[1][0] + c[1][1]);
	if (l->p.is <= 0 || l->r.is <= 0 || l->p.is >= 1)
		return;
	l->gain = bernoulli - bic;
	if (bic < bernoulli)
		l->model = WF_FIT_GILBERT;
	at = (struct chain){ l->p.is / 2, l->r.is / 3, 0.3 };
	full = 3 * ln_n - 2 * hidden(lost, (uint32_t)l->n, &at);
	if (full < bic && full < bernoulli && at.h >= 0.01)
		take_hidden(l, lost, &at, bernoulli);
}

void
wf_fit_find_loss(struct wf_fit *f)
{
	struct wf_fit_losses *l = &f->loss;
	uint8_t *lost = malloc(f->n + 1ull);

	if (lost == NULL)
		return;
	l->n = losses(f, lost);
	for (uint64_t i = 0; i < l->n; i++)
		l->lost += lost[i];
	l->rate = l->n > 0 ? (double)l->lost / (double)l->n : 0;
	if (l->lost >= CHAIN_LOSSES && l->n - l->lost >= CHAIN_LOSSES)
		find_chain(l, lost);
	free(lost);
}
