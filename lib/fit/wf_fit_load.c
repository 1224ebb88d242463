/* SPDX-License-Identifier: BSD-3-Clause
 * The bit rate behind which there is jitter that moves packets by more than one takes to be sent:
 * pairs tell nothing then, but load does. For a rate, when each packet leaves the queue follows
 * from when it came and how long it is (Lindley, 1952); the rate by which least is left to jitter
 * is the one. One thread.
 *
 * What is left is the variance of the delays behind the queue, about one mean for packets that
 * waited and another for those that did not: where order is kept, packets that come in a row have
 * longer delays than those that come alone. With half of the logarithm of it, times their number,
 * as a likelihood (of normal delays, the worst of all with that variance), its curvature says how
 * sure the rate is. Where order is kept that is only near: then rate and law are found together,
 * with delays known only to be at most what was seen (wf_fit_censored.c).
 */
#include <math.h>
#include <stdlib.h>

#include "wf_fit_private.h"

#define LEAST_WAITED 30
/* Queues that have become empty again: a drift of clocks fills one slowly, and empties none. */
#define LEAST_ENDS 5
/* What a rate must explain of the variance. */
#define EXPLAINS 0.1
/* From half of the mean rate in steps of this. */
#define STEP   1.05
#define STEPS  170
#define GOLDEN 40
/* Lost behind so much of the longest wait: there was no room. */
#define FULL 0.9

struct queue {
	const struct wf_fit *f;
	double bps;
	double limit_ns; /* who would wait for longer and is lost, took no time of the line */
	double *left_ns; /* [f->n] when it leaves the queue; NULL: not wanted */
	struct wf_fit_packet *mark; /* [f->n] that are lost in it; NULL: not wanted */
	/* Found: */
	double variance; /* within both */
	double alike;    /* correlation of what is left with that of the packet before */
	double longest_ns;
	uint32_t n, waited, ends, refused;
};

struct group {
	double n, sum, squares;
};

static void
add(struct group *g, double x)
{
	g->n++;
	g->sum += x;
	g->squares += x * x;
}

static double
within(const struct group *g)
{
	return g->n > 0 ? g->squares - g->sum * g->sum / g->n : 0;
}

/* All packets through the queue. Returns the variance. */
static double
simulate(struct queue *q)
{
	const struct wf_fit *f = q->f;
	double free_at = 0, base = 0, before = NAN, products = 0, all = 0;
	struct group group[2] = { { 0 } };
	bool busy = false;

	q->n = q->waited = q->ends = q->refused = 0;
	q->longest_ns = 0;
	for (uint32_t i = 0; i < f->n; i++) {
		const struct wf_fit_packet *p = &f->packet[i];
		double in = (double)p->in_ns, wait = free_at > in ? free_at - in : 0, x;

		if (p->copies == 0 && wait > q->limit_ns) {
			q->refused++;
			if (q->mark != NULL)
				q->mark[i].lost_in_queue = true;
			continue;
		}
		q->ends += busy && wait == 0;
		busy = wait > 0;
		free_at = in + wait + p->len_bytes * 8e9 / q->bps;
		if (q->left_ns != NULL)
			q->left_ns[i] = free_at;
		if (p->copies != 1 || p->unsure)
			continue;
		x = (double)p->out_ns - free_at;
		if (q->n++ == 0)
			base = x;
		x -= base;
		q->waited += wait > 0;
		q->longest_ns = fmax(q->longest_ns, wait);
		add(&group[wait > 0], x);
		if (isfinite(before))
			products += x * before;
		before = x;
		all += x;
	}
	if (q->n < 2)
		return q->variance = NAN;
	q->variance = (within(&group[0]) + within(&group[1])) / q->n;
	q->alike = (products / q->n - (all / q->n) * (all / q->n)) / q->variance;
	return q->variance;
}

/* The best rate between low and high, by golden sections of the logarithm. */
static void
search(struct queue *q, double low, double high)
{
	static const double part = 0.6180339887498949;
	double a = log(low), b = log(high), x[2] = { b - part * (b - a), a + part * (b - a) }, s[2];

	for (int k = 0; k < 2; k++) {
		q->bps = exp(x[k]);
		s[k] = simulate(q);
	}
	for (int i = 0; i < GOLDEN; i++) {
		int k = s[0] < s[1] ? 0 : 1; /* the better one stays */

		if (k == 0)
			b = x[1];
		else
			a = x[0];
		x[!k] = x[k];
		s[!k] = s[k];
		x[k] = k == 0 ? b - part * (b - a) : a + part * (b - a);
		q->bps = exp(x[k]);
		s[k] = simulate(q);
	}
	q->bps = exp(s[0] < s[1] ? x[0] : x[1]);
	simulate(q);
}

/* All rates, for packets that are lost behind the queue (no limit), or all in it (0). */
static void
scan(struct queue *q, double mean_bps)
{
	double best = INFINITY, at = 0;

	for (int i = 0; i < STEPS; i++) {
		q->bps = mean_bps / 2 * pow(STEP, i);
		if (simulate(q) < best) {
			best = q->variance;
			at = q->bps;
		}
	}
	search(q, at / STEP, at * STEP);
}

/* Half of the 95 % interval of the rate: where the likelihood is two less, packets that are alike
 * in a row telling less. */
static double
error_of(const struct queue *best)
{
	double drop[2] = { 0 }, h = 1e-7, longer;

	for (; h < 0.5; h *= 2) {
		for (int side = 0; side < 2; side++) {
			struct queue q = *best;

			q.bps *= exp(side == 0 ? h : -h);
			drop[side] = q.n / 2.0 * log(simulate(&q) / best->variance);
		}
		if (drop[0] + drop[1] > 4)
			break;
	}
	longer = best->alike > 0 ? (1 + best->alike) / (1 - best->alike) : 1;
	return WF_FIT_SIGMAS * best->bps * h / sqrt((drop[0] + drop[1])) * sqrt(longer);
}

/* Delays behind a queue of that rate, in order. */
struct ordered {
	struct queue *q;
	struct wf_fit_sample *s;
	double *x;
	bool *clamped;
	enum wf_fit_law law;
};

static void
delays_behind(const struct ordered *o)
{
	const struct wf_fit *f = o->q->f;
	uint32_t before = UINT32_MAX, n = 0;

	simulate(o->q);
	o->s->n_clamped = 0;
	for (uint32_t i = 0; i < f->n; i++) {
		if (f->packet[i].copies == 0)
			continue;
		if (f->packet[i].copies == 1 && !f->packet[i].unsure) {
			o->x[n] = (double)f->packet[i].out_ns - o->q->left_ns[i];
			o->clamped[n] = before != UINT32_MAX &&
					wf_fit_together(f, o->q->left_ns, before, i);
			o->s->n_clamped += o->clamped[n++];
		}
		before = i;
	}
	o->s->n = n;
}

static double
by_rate_and_law(const void *ctx, const double *at)
{
	const struct ordered *o = ctx;
	double q[2] = { exp(at[1]), exp(at[2]) };

	o->q->bps = exp(at[0]);
	delays_behind(o);
	return wf_fit_likelihood(o->s, o->law, q);
}

/* The likelier law of those with derivatives, and then all three parameters together. */
static bool
search_together(struct ordered *o, struct wf_fit_peak *peak)
{
	struct wf_fit_delay d = { 0 };

	delays_behind(o);
	wf_fit_find_law(&d, o->x, o->clamped, o->s->n);
	if ((d.law != WF_FIT_NORMAL && d.law != WF_FIT_LOGNORMAL) || !(d.a > 0 && d.b > 0))
		return false;
	o->law = d.law;
	*peak = (struct wf_fit_peak){ .ln = by_rate_and_law,
		.ctx = o,
		.n = 3,
		.at = { log(o->q->bps), log(d.a), log(d.b) },
		.step = { 0.002, 0.01, 0.01 } };
	wf_fit_newton(peak);
	return peak->sure;
}

/* Returns half of the 95 % interval; NAN: it stays as it is. */
static double
search_in_order(struct queue *best)
{
	size_t n = best->f->n + 1ull;
	struct queue q = *best;
	struct wf_fit_sample s = { 0 };
	struct ordered o = { &q, &s, malloc(n * sizeof(double)), malloc(n * sizeof(bool)),
		WF_FIT_NORMAL };
	struct wf_fit_peak peak;
	double error = NAN;

	q.left_ns = malloc(n * sizeof(double));
	if (o.x != NULL && o.clamped != NULL && q.left_ns != NULL) {
		s.x = o.x;
		s.clamped = o.clamped;
		if (search_together(&o, &peak)) {
			best->bps = exp(peak.at[0]);
			error = WF_FIT_SIGMAS * best->bps * sqrt(peak.covariance[0][0]);
		}
	}
	free(o.x);
	free(o.clamped);
	free(q.left_ns);
	return error;
}

static double
mean_bps(const struct wf_fit *f)
{
	double bits = 0;

	for (uint32_t i = 0; i < f->n; i++)
		bits += f->packet[i].copies > 0 ? f->packet[i].len_bytes * 8e9 : 0;
	return bits / ((double)f->packet[f->n - 1].in_ns + 1);
}

void
wf_fit_find_rate_by_load(struct wf_fit *f, double *left_ns)
{
	struct queue none = { .f = f, .bps = 1e15, .limit_ns = INFINITY }, behind = none, in = none;
	struct queue best, some;
	double error;

	if (f->n < 3 * LEAST_WAITED || !(simulate(&none) > 0))
		return;
	scan(&behind, mean_bps(f));
	in.limit_ns = 0;
	scan(&in, mean_bps(f));
	best = in.variance < behind.variance ? in : behind;
	some = best;
	some.limit_ns = FULL * best.longest_ns;
	search(&some, best.bps / STEP, best.bps * STEP);
	if (some.variance < best.variance)
		best = some;
	if (!(best.variance < (1 - EXPLAINS) * none.variance) || best.waited < LEAST_WAITED ||
		(best.ends < LEAST_ENDS && best.refused < LEAST_WAITED))
		return;
	error = f->reordered == 0 ? search_in_order(&best) : NAN;
	error = isnan(error) ? error_of(&best) : error;
	best.left_ns = left_ns;
	best.mark = f->packet;
	simulate(&best);
	f->rate = (struct wf_fit_rate){ .found = true,
		.by_load = true,
		.bps = best.bps,
		.error_bps = error,
		.waited = best.waited,
		.queued = best.refused,
		.limit_ns = best.longest_ns };
}
