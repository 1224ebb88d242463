/* SPDX-License-Identifier: BSD-3-Clause
 * Laws in closed form, and what all laws have in common: the cut at zero, the cap, the forecast.
 */
#include "wf_law.h"

#include <errno.h>
#include <math.h>

/* Smallest u whose quantile is not below zero; -EINVAL if there is none. */
static int
cut_at_zero(struct wf_law *l, const struct wf_block_compile *c)
{
	uint64_t u = 0;

	if (wf_law_raw(l, UINT64_MAX) < 0)
		return wf_err_add(c->err, c->where, "Raise \"mean\"",
			"every draw would be below zero, and redrawn");
	if (wf_law_raw(l, 0) >= 0)
		return 0;
	for (uint64_t bit = 1ull << 63; bit != 0; bit >>= 1)
		if (wf_law_raw(l, u | bit) < 0)
			u |= bit;
	l->skip = u + 1;
	return 0;
}

static void
uniform(const struct wf_law_params *p, struct wf_law *out)
{
	int64_t half = (int64_t)(sqrt(3.0) * (double)p->stddev + 0.5);
	int64_t low = p->bounds ? (int64_t)p->low : (int64_t)p->mean - half;
	int64_t high = p->bounds ? (int64_t)p->high : (int64_t)p->mean + half;

	if (low < 0 && p->redraw)
		low = 0;
	out->linear.low_ns = low;
	out->linear.span_ns = (uint64_t)(high - low) + 1;
}

static int
modes(const struct wf_law_params *p, struct wf_block_compile *c, struct wf_law *out)
{
	struct wf_law_modes *m = wf_stage_reserve(c, sizeof(*m));
	double weight[2] = { 1 - p->share2, p->share2 };

	if (m == NULL)
		return -EINVAL;
	m->mode[0] = (struct wf_law_mode){ .mean_ns = p->mean, .stddev_ns = p->stddev };
	m->mode[1] = (struct wf_law_mode){ .mean_ns = p->mean2, .stddev_ns = p->stddev2 };
	if (p->redraw) {
		/* Each mode cut at zero, and fewer of the one that loses more. */
		for (int i = 0; i < 2; i++) {
			m->mode[i].skip = wf_normal_zero(m->mode[i].mean_ns, m->mode[i].stddev_ns);
			weight[i] *= 1 - (double)m->mode[i].skip * 0x1p-64;
		}
	}
	m->split = (uint64_t)(weight[0] / (weight[0] + weight[1]) * 0x1p64);
	m->mode[0].inverse = (uint64_t)(((unsigned __int128)1 << 117) / m->split);
	m->mode[1].inverse = (uint64_t)(((unsigned __int128)1 << 117) / (0 - m->split));
	out->form = WF_FORM_MODES;
	out->modes = m;
	return 0;
}

int
wf_law_compile(const struct wf_law_params *p, struct wf_block_compile *c, struct wf_law *out)
{
	int rc = 0;

	*out = (struct wf_law){ .cap_ns = p->capped ? (int64_t)p->cap : INT64_MAX };
	wf_normal_init();
	switch (p->law) {
	case WF_LAW_CONSTANT:
		out->linear.low_ns = (int64_t)p->mean;
		out->linear.span_ns = 1;
		return 0;
	case WF_LAW_UNIFORM:
		uniform(p, out);
		return 0;
	case WF_LAW_NORMAL:
		out->form = WF_FORM_NORMAL;
		out->normal.mean_ns = p->mean;
		out->normal.stddev_ns = p->stddev;
		break;
	case WF_LAW_BIMODAL:
		return modes(p, c, out);
	case WF_LAW_NETEM:
	case WF_LAW_SAMPLES:
		rc = wf_law_compile_file(p, c, out);
		break;
	default:
		rc = wf_law_compile_table(p, c, out);
	}
	return rc == 0 && p->redraw ? cut_at_zero(out, c) : rc;
}

struct sums {
	double base, mean, squares, cubes, fourths;
};

static void
add(struct sums *s, const struct wf_law *l, double p, double weight)
{
	double x = (double)wf_law_sample(
			   l, p < 0.5 ? (uint64_t)(p * 0x1p64) : ~(uint64_t)((1 - p) * 0x1p64)) -
		   s->base;

	s->mean += weight * x;
	s->squares += weight * x * x;
	s->cubes += weight * x * x * x;
	s->fourths += weight * x * x * x * x;
}

/* By the midpoint rule over the quantiles: many equal steps in the body, octaves in the tails. */
void
wf_law_forecast(const struct wf_law *l, struct wf_forecast *f)
{
	enum { POINTS = 20000, TAIL = 64, FIRST = 7, LAST = 50 };
	struct sums s = { .base = (double)wf_law_sample(l, UINT64_MAX / 2) };
	double edge = 1.0 / (1 << FIRST), top = edge, m, variance;

	for (int i = 0; i < POINTS; i++)
		add(&s, l, edge + (i + 0.5) / POINTS * (1 - 2 * edge), (1 - 2 * edge) / POINTS);
	for (int o = FIRST; o < LAST; o++, top /= 2) {
		double step = top / 2 / TAIL;

		for (int i = 0; i < TAIL; i++) {
			double v = top / 2 + (i + 0.5) * step;

			add(&s, l, v, step);
			add(&s, l, 1 - v, step);
		}
	}
	m = s.mean;
	variance = s.squares > m * m ? s.squares - m * m : 0;
	f->delay_mean_ns = s.base + m;
	f->delay_stddev_ns = sqrt(variance);
	f->delay_kurtosis = 0;
	if (variance > 0)
		f->delay_kurtosis =
			(s.fourths - 4 * m * s.cubes + 6 * m * m * s.squares - 3 * m * m * m * m) /
			(variance * variance);
	f->delay_p50_ns = (double)wf_law_sample(l, (uint64_t)(0.5 * 0x1p64));
	f->delay_p99_ns = (double)wf_law_sample(l, (uint64_t)(0.99 * 0x1p64));
	f->delay_max_ns = (double)wf_law_sample(l, UINT64_MAX);
}
