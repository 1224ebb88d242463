/* SPDX-License-Identifier: BSD-3-Clause
 * The delays: which of them tell of the law, who skipped it, and how they follow one another. One
 * thread.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "wf_fit_private.h"

/* Came out so close behind the one before: it could not overtake. */
#define TOGETHER_NS 300
/* Those that skip the delay take less than this part of the median. */
#define SKIPS 0.05
#define NEAR  0.5
/* A correlation is one from so many standard errors on. */
#define SIGNIFICANT 4

struct series {
	double *x;
	bool *clamped;
	uint32_t *index; /* of the packet */
	uint32_t n;
};

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

bool
wf_fit_together(const struct wf_fit *f, const double *left_ns, uint32_t before, uint32_t i)
{
	return f->packet[i].out_ns - f->packet[before].out_ns <= TOGETHER_NS &&
	       left_ns[i] > left_ns[before] + TOGETHER_NS;
}

/* Copies have delays of their own, of which only the shortest is known to be the first; what looks
 * like others may be another. */
static void
collect(const struct wf_fit *f, const double *left_ns, struct series *s)
{
	uint32_t before = UINT32_MAX;

	for (uint32_t i = 0; i < f->n; i++) {
		const struct wf_fit_packet *p = &f->packet[i];

		if (p->copies == 0)
			continue;
		if (p->copies == 1 && !p->unsure) {
			s->x[s->n] = (double)p->out_ns - left_ns[i];
			s->clamped[s->n] = !f->delay.free_order && before != UINT32_MAX &&
					   (!f->rate.found || f->rate.by_load) &&
					   wf_fit_together(f, left_ns, before, i);
			s->index[s->n++] = i;
		}
		before = i;
	}
}

/* netem's reordering: some skip the delay, and none is in between. */
static void
take_skipped(struct wf_fit *f, struct series *s, double *scratch)
{
	double median;
	uint32_t few = 0, between = 0, n = 0;

	for (uint32_t i = 0; i < s->n; i++)
		scratch[i] = s->x[i];
	qsort(scratch, s->n, sizeof(*scratch), by_value);
	median = s->n > 0 ? scratch[s->n / 2] : 0;
	for (uint32_t i = 0; i < s->n; i++) {
		few += s->x[i] < SKIPS * median;
		between += s->x[i] >= SKIPS * median && s->x[i] < NEAR * median;
	}
	if (few == 0 || between > 0 || f->reordered == 0 || f->offset_guessed)
		return;
	f->skipped = few;
	f->skip_p = (double)few / s->n;
	for (uint32_t i = 0; i < s->n; i++) {
		if (s->x[i] < SKIPS * median)
			continue;
		s->x[n] = s->x[i];
		s->index[n] = s->index[i];
		s->clamped[n++] = false;
	}
	s->n = n;
}

/* Do packets overtake, apart from those that skip the delay? */
static bool
overtake(const struct wf_fit *f, const struct series *s)
{
	uint32_t last = 0;

	for (uint32_t i = 0; i < s->n; i++) {
		uint32_t rank = f->packet[s->index[i]].rank;

		if (i > 0 && rank < last)
			return true;
		last = rank;
	}
	return false;
}

/* Normal scores of neighbours: what the copula's rho is, whatever the law. */
static void
find_rho(const struct wf_fit *f, struct wf_fit_delay *d, const struct series *s, double *scratch)
{
	double sum = 0, squares = 0, *score = malloc((s->n + 1ull) * sizeof(*score));
	uint64_t pairs = 0;

	if (score == NULL)
		return;
	for (uint32_t i = 0; i < s->n; i++)
		scratch[i] = s->x[i];
	qsort(scratch, s->n, sizeof(*scratch), by_value);
	for (uint32_t i = 0; i < s->n; i++) {
		const double *at = bsearch(&s->x[i], scratch, s->n, sizeof(*scratch), by_value);

		score[i] = wf_fit_normal_quantile(((double)(at - scratch) + 0.5) / s->n);
	}
	for (uint32_t i = 1; i < s->n; i++) {
		if (s->index[i] != s->index[i - 1] + 1 || s->clamped[i] || s->clamped[i - 1])
			continue;
		sum += score[i] * score[i - 1];
		squares += (score[i] * score[i] + score[i - 1] * score[i - 1]) / 2;
		pairs++;
	}
	d->pairs = pairs;
	if (pairs > 30 && fabs(sum / squares) > SIGNIFICANT / sqrt((double)pairs))
		d->rho = sum / squares;
	free(score);
}

/* The trend of the shortest delays of each of 16 parts of the time. */
static void
find_drift(struct wf_fit *f, const struct series *s)
{
	double sx = 0, sy = 0, sxx = 0, sxy = 0, n = 0, least[16];
	double begin, span;

	if (s->n < 16 * 16)
		return;
	begin = (double)f->packet[0].in_ns;
	span = (double)f->packet[f->n - 1].in_ns - begin;
	for (int k = 0; k < 16; k++)
		least[k] = INFINITY;
	for (uint32_t i = 0; i < s->n; i++) {
		double at = (double)f->packet[s->index[i]].in_ns - begin;
		int k = span > 0 ? (int)(at / span * 15.999) : 0;

		least[k] = s->x[i] < least[k] ? s->x[i] : least[k];
	}
	for (int k = 0; k < 16; k++) {
		double x = (k + 0.5) / 16 * span;

		if (!isfinite(least[k]))
			continue;
		sx += x;
		sy += least[k];
		sxx += x * x;
		sxy += x * least[k];
		n++;
	}
	if (n * sxx - sx * sx > 0)
		f->drift_ppm = (n * sxy - sx * sy) / (n * sxx - sx * sx) * 1e6;
}

int
wf_fit_find_delay(struct wf_fit *f, const double *left_ns)
{
	size_t n = f->n + 1ull;
	struct series s = { malloc(n * sizeof(double)), calloc(n, sizeof(bool)),
		malloc(n * sizeof(uint32_t)), 0 };
	double *scratch = malloc(n * sizeof(*scratch));
	bool good = s.x != NULL && s.clamped != NULL && s.index != NULL && scratch != NULL;

	if (good) {
		f->delay.free_order = f->reordered > 0;
		collect(f, left_ns, &s);
		take_skipped(f, &s, scratch);
		f->delay.free_order = overtake(f, &s);
		for (uint32_t i = 0; i < s.n; i++)
			f->delay.clamped += s.clamped[i];
		f->delay.n = s.n;
		wf_fit_find_law(&f->delay, s.x, s.clamped, s.n);
		/* What is left of clamped ones is chosen by their neighbours. */
		if (f->delay.law != WF_FIT_CONSTANT && f->delay.clamped == 0)
			find_rho(f, &f->delay, &s, scratch);
		wf_fit_delay_errors(&f->delay);
		find_drift(f, &s);
	}
	free(s.x);
	free(s.clamped);
	free(s.index);
	free(scratch);
	return good ? 0 : -ENOMEM;
}
