/* SPDX-License-Identifier: BSD-3-Clause
 * Laws of delay: each a compiled inverse distribution function, from 64 uniform bits to integer
 * nanoseconds. Where the bits come from (a draw, a correlated sequence) is the caller's matter; the
 * function never falls in u, but for bimodal where its modes overlap.
 *
 * The table of a law is log-linear in the tail probability v = min(u, 1-u), as the normal's of
 * wf_quantile.h: each octave of v has 64 steps, linear in between, down to v = 2^-41. The quantile
 * drawn for u is that of a probability which differs from u by less than 1e-4 of v.
 */
#ifndef WF_LAW_H
#define WF_LAW_H

#include "wf_quantile.h"
#include "wf_stage.h"

#define WF_LAW_SUB_BITS 6
#define WF_LAW_OCTAVES  40
#define WF_LAW_ROWS     ((WF_LAW_OCTAVES << WF_LAW_SUB_BITS) + 1)
#define WF_LAW_LONGEST  (3600 * WF_NS_PER_S) /* no delay is longer */

/* Values of the key `distribution`: append only. */
enum wf_law_name {
	WF_LAW_CONSTANT,
	WF_LAW_UNIFORM,
	WF_LAW_NORMAL,
	WF_LAW_EXPONENTIAL,
	WF_LAW_LOGNORMAL,
	WF_LAW_GAMMA,
	WF_LAW_WEIBULL,
	WF_LAW_PARETO,
	WF_LAW_PARETO_NORMAL,
	WF_LAW_BIMODAL,
	WF_LAW_NETEM,
	WF_LAW_SAMPLES,
	WF_LAW_TRACE, /* no law: wf_rows.h */
};

/* What the keys say of a law. */
struct wf_law_params {
	int law; /* enum wf_law_name */
	wf_ns_t mean, stddev;
	double shape;  /* 0: not given; lognormal: sd of the logarithm */
	wf_ns_t scale; /* lognormal: median; pareto: the shortest */
	wf_ns_t low, high;
	bool bounds; /* uniform: by low and high */
	wf_ns_t mean2, stddev2;
	double share2; /* of the second mode */
	const char *file;
	bool capped, redraw;
	wf_ns_t cap;
};

enum wf_law_form { WF_FORM_LINEAR, WF_FORM_NORMAL, WF_FORM_TABLE, WF_FORM_VALUES, WF_FORM_MODES };

struct wf_law_mode {
	uint64_t inverse; /* 2^117 / its share of 2^64 */
	uint64_t skip;    /* redraw: quantiles below it are never taken */
	wf_ns_t mean_ns, stddev_ns;
};

struct wf_law_modes {
	uint64_t split; /* quantiles below it are those of the first mode */
	struct wf_law_mode mode[2];
};

struct wf_law {
	uint64_t skip; /* redraw: quantiles below it are never taken */
	int64_t cap_ns;
	uint8_t form;
	uint32_t n; /* values */
	union {
		struct {
			int64_t low_ns;
			uint64_t span_ns; /* number of values */
		} linear;
		struct {
			wf_ns_t mean_ns, stddev_ns;
		} normal;
		const int64_t *table; /* WF_LAW_ROWS of v falling from 1/2, for u below 1/2, then
				       * as many for u above */
		const int64_t *value; /* n of them, equally likely, rising */
		const struct wf_law_modes *modes;
	};
};

static inline uint64_t
wf_law_skip(uint64_t u, uint64_t skip)
{
	return skip + (uint64_t)(((unsigned __int128)u * (0 - skip)) >> 64);
}

static inline int64_t
wf_law_from_table(const int64_t *table, uint64_t u)
{
	const uint64_t last = 1ull << (63 - WF_LAW_OCTAVES);
	uint64_t upper = u >> 63, v = upper ? ~u : u, fraction;
	uint32_t octave, row;

	v = v < last ? last : v;
	octave = (uint32_t)__builtin_clzll(v) - 1;
	v <<= octave + 2; /* its leading 1 falls off: place in the octave */
	row = (octave << WF_LAW_SUB_BITS) + (uint32_t)(~v >> (64 - WF_LAW_SUB_BITS));
	fraction = (~v << WF_LAW_SUB_BITS) >> 32; /* of a step, to the next row */
	table += upper ? WF_LAW_ROWS : 0;
	return table[row] +
	       (int64_t)(((__int128)(table[row + 1] - table[row]) * (int64_t)fraction) >> 32);
}

static inline int64_t
wf_law_from_modes(const struct wf_law_modes *m, uint64_t u)
{
	const struct wf_law_mode *mode = &m->mode[u >= m->split];

	u -= u >= m->split ? m->split : 0;
	u = (uint64_t)(((unsigned __int128)u * mode->inverse) >> 53);
	return wf_normal_draw(
		mode->skip ? wf_law_skip(u, mode->skip) : u, mode->mean_ns, mode->stddev_ns);
}

/* F^-1(u / 2^64), before clamp and cap. */
static inline int64_t
wf_law_raw(const struct wf_law *l, uint64_t u)
{
	switch (l->form) {
	case WF_FORM_LINEAR:
		return l->linear.low_ns +
		       (int64_t)(((unsigned __int128)u * l->linear.span_ns) >> 64);
	case WF_FORM_NORMAL:
		return wf_normal_draw(u, l->normal.mean_ns, l->normal.stddev_ns);
	case WF_FORM_TABLE:
		return wf_law_from_table(l->table, u);
	case WF_FORM_VALUES:
		return l->value[((unsigned __int128)u * l->n) >> 64];
	default:
		return wf_law_from_modes(l->modes, u);
	}
}

/* The delay for 64 uniform bits. */
static inline uint64_t
wf_law_sample(const struct wf_law *l, uint64_t u)
{
	int64_t ns = wf_law_raw(l, l->skip ? wf_law_skip(u, l->skip) : u);

	ns = ns < 0 ? 0 : ns;
	return (uint64_t)(ns > l->cap_ns ? l->cap_ns : ns);
}

/* Compiles a law. 0 or -EINVAL with reasons in c->err. */
int wf_law_compile(const struct wf_law_params *p, struct wf_block_compile *c, struct wf_law *out);
/* Mean, sd, p99 and longest of what will be drawn. */
void wf_law_forecast(const struct wf_law *l, struct wf_forecast *f);

/* The parts: each as wf_law_compile. */
int wf_law_compile_table(
	const struct wf_law_params *p, struct wf_block_compile *c, struct wf_law *out);
int wf_law_compile_file(
	const struct wf_law_params *p, struct wf_block_compile *c, struct wf_law *out);

#endif
