/* SPDX-License-Identifier: BSD-3-Clause
 * Which packets were lost: independent of each other, or by a chain of two states. One thread.
 *
 * Bernoulli and Gilbert (all is lost in the bad state) have estimates in closed form; of
 * Gilbert-Elliott with deliveries in the bad state, the state is hidden: Baum and Welch, 1970. The
 * one with the least BIC = k ln n - 2 ln L wins (Schwarz, 1978).
 */
#include <math.h>
#include <stdlib.h>

#include "wf_fit_private.h"

#define ITERATIONS 200
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

/* P(good -> bad), P(bad -> good) when all in the bad state is lost, and the likelihood. */
static double
gilbert(const uint8_t *lost, uint32_t n, double *p, double *r)
{
	double c[2][2] = { { 0 } };

	for (uint32_t i = 1; i < n; i++)
		c[lost[i - 1]][lost[i]]++;
	*p = c[0][1] / (c[0][0] + c[0][1]);
	*r = c[1][0] / (c[1][0] + c[1][1]);
	return x_ln(c[0][0], 1 - *p) + x_ln(c[0][1], *p) + x_ln(c[1][0], *r) +
	       x_ln(c[1][1], 1 - *r);
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
	double(*alpha)[2] = malloc(n * sizeof(*alpha));
	double *scale = malloc(n * sizeof(*scale)), ln = NAN, before = -INFINITY;

	for (int k = 0; alpha != NULL && scale != NULL && k < ITERATIONS; k++) {
		ln = step(c, lost, n, alpha, scale);
		if (ln - before < 1e-4)
			break;
		before = ln;
	}
	free(alpha);
	free(scale);
	return ln;
}

static void
find_chain(struct wf_fit_losses *l, const uint8_t *lost)
{
	double n = (double)l->n, ln_n = log(n), rate = l->rate;
	double bernoulli =
		ln_n - 2 * (x_ln((double)l->lost, rate) + x_ln(n - (double)l->lost, 1 - rate));
	double bic = 2 * ln_n - 2 * gilbert(lost, (uint32_t)l->n, &l->p, &l->r);
	struct chain c = { l->p / 2, l->r / 3, 0.3 };
	double full;

	if (l->p <= 0 || l->r <= 0 || l->p >= 1)
		return;
	l->gain = bernoulli - bic;
	if (bic < bernoulli)
		l->model = WF_FIT_GILBERT;
	full = 3 * ln_n - 2 * hidden(lost, (uint32_t)l->n, &c);
	if (!(full < bic && full < bernoulli) || c.h < 0.01)
		return;
	l->model = WF_FIT_GILBERT_ELLIOTT;
	l->gain = bernoulli - full;
	l->p = c.p;
	l->r = c.r;
	l->h = c.h;
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
