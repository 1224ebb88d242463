/* SPDX-License-Identifier: BSD-3-Clause
 * Delay and jitter: each packet's own draw from a distribution by inverse CDF, then the order
 *policy.
 *
 *	t_n = q_n + d_n, d_n = F^-1(u_n)
 *	order "fifo": t_n = max(t_n, t_{n-1} of the class, or of the flow with scope = "flow")
 *	order "flow": t_n = max(t_n, t_{n-1} of the flow)
 *	order "free": no clamp; packets overtake
 *
 * Uniform by mean and stddev has the half-width sqrt(3) stddev: sd always means sd. The normal
 *comes from wf_quantile.h. Below zero is clamped, or redrawn: the same as F cut at zero, so one
 *draw does.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "wf_quantile.h"
#include "wf_rng.h"
#include "wf_stages.h"

enum delay_law { CONSTANT, UNIFORM, NORMAL };
static const char *const law_names[] = { "constant", "uniform", "normal", NULL };
enum delay_order { FIFO, FLOW, FREE };
static const char *const order_names[] = { "fifo", "flow", "free", NULL };
enum delay_below_zero { CLAMP, REDRAW };
static const char *const below_zero_names[] = { "clamp", "redraw", NULL };

struct delay_params {
	uint64_t given;
	wf_ns_t mean, stddev, min, max, cap;
	int law, below_zero, order;
};

enum { MEAN, STDDEV, LAW, MIN, MAX, CAP, BELOW_ZERO, ORDER };

#define LONGEST "1h"

static const struct wf_param params[] = {
	[MEAN] = { .name = "mean",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct delay_params, mean),
		.fallback = "0ms",
		.max = LONGEST,
		.help = "mean delay" },
	[STDDEV] = { .name = "stddev",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct delay_params, stddev),
		.fallback = "0ms",
		.max = LONGEST,
		.belongs = 1 << UNIFORM | 1 << NORMAL,
		.help = "standard deviation of the delay" },
	[LAW] = { .name = "distribution",
		.type = WF_PARAM_CHOICE,
		.offset = offsetof(struct delay_params, law),
		.choices = law_names,
		.help = "law of the delay; by default uniform with min and max, normal with a "
			"stddev, constant otherwise" },
	[MIN] = { .name = "min",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct delay_params, min),
		.max = LONGEST,
		.belongs = 1 << UNIFORM,
		.help = "uniform: the shortest delay" },
	[MAX] = { .name = "max",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct delay_params, max),
		.max = LONGEST,
		.belongs = 1 << UNIFORM,
		.help = "uniform: the longest delay" },
	[CAP] = { .name = "cap",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct delay_params, cap),
		.max = LONGEST,
		.help = "no delay is longer than this" },
	[BELOW_ZERO] = { .name = "below_zero",
		.type = WF_PARAM_CHOICE,
		.offset = offsetof(struct delay_params, below_zero),
		.fallback = "clamp",
		.choices = below_zero_names,
		.help = "what a draw below zero becomes: zero, or another draw" },
	[ORDER] = { .name = "order",
		.type = WF_PARAM_CHOICE,
		.offset = offsetof(struct delay_params, order),
		.fallback = "fifo",
		.choices = order_names,
		.help = "may packets overtake: never, only those of other flows, or freely" },
	{ 0 },
};

struct delay_cfg {
	int64_t mean_ns, stddev_ns; /* normal */
	int64_t low_ns;             /* constant, uniform */
	uint64_t span_ns;           /* uniform: number of values */
	uint64_t skip;              /* redraw: draws below it are never taken */
	int64_t cap_ns;
	uint8_t law, order;
};

struct delay_state {
	wf_ns_t last_due_ns;
};

static int64_t
sample(const struct delay_cfg *d, uint64_t u)
{
	int64_t ns;

	if (d->law == NORMAL) {
		if (d->skip != 0)
			u = d->skip + (uint64_t)(((unsigned __int128)u * (0 - d->skip)) >> 64);
		ns = wf_normal_draw(u, (wf_ns_t)d->mean_ns, (wf_ns_t)d->stddev_ns);
	} else {
		ns = d->low_ns + (int64_t)(((unsigned __int128)u * d->span_ns) >> 64);
	}
	if (ns < 0)
		ns = 0;
	return ns > d->cap_ns ? d->cap_ns : ns;
}

/* The law that the given keys mean. */
static int
choose_law(const struct delay_params *p)
{
	if (wf_param_given(p, LAW))
		return p->law;
	if (wf_param_given(p, MIN) || wf_param_given(p, MAX))
		return UNIFORM;
	return p->stddev > 0 ? NORMAL : CONSTANT;
}

static int
check(const struct delay_params *p, int law, struct wf_stage_compile *c)
{
	bool bounds = wf_param_given(p, MIN) || wf_param_given(p, MAX);
	bool moments = wf_param_given(p, MEAN) || wf_param_given(p, STDDEV);
	int rc = 0;

	if (bounds && law != UNIFORM)
		rc = wf_err_add(c->err, c->where, "Use cap to bound other distributions",
			"\"min\" and \"max\" belong to distribution \"uniform\", not \"%s\"",
			law_names[law]);
	if (bounds && law == UNIFORM && moments)
		rc = wf_err_add(c->err, c->where, "Use min and max, or mean and stddev",
			"two descriptions of one uniform distribution are given");
	if (bounds && law == UNIFORM && !wf_param_given(p, MAX))
		rc = wf_err_add(c->err, c->where, "Write max = \"30ms\"", "\"max\" is missing");
	if (bounds && law == UNIFORM && p->min > p->max && wf_param_given(p, MAX))
		rc = wf_err_add(c->err, c->where, "Swap them", "\"min\" is above \"max\"");
	if (law == CONSTANT && p->stddev > 0)
		rc = wf_err_add(c->err, c->where, "Choose distribution \"normal\" or \"uniform\"",
			"distribution \"constant\" has no \"stddev\"");
	return rc;
}

/* Mean, sd and p99 of what will really be drawn, by the midpoint rule over the quantiles. */
static void
forecast(const struct delay_cfg *d, struct wf_forecast *f)
{
	enum { POINTS = 20000 };
	double mean = 0, squares = 0, base, p99 = 0;

	base = (double)sample(d, UINT64_MAX / 2);
	for (int i = 0; i < POINTS; i++) {
		double x = (double)sample(d,
				   UINT64_MAX / POINTS * (uint64_t)i + UINT64_MAX / (2 * POINTS)) -
			   base;

		mean += x / POINTS;
		squares += x * x / POINTS;
		if (i == POINTS / 100 * 99)
			p99 = x + base;
	}
	f->delay_mean_ns = base + mean;
	f->delay_stddev_ns = sqrt(squares > mean * mean ? squares - mean * mean : 0);
	f->delay_p99_ns = p99;
	f->delay_max_ns = (double)sample(d, UINT64_MAX);
}

static int
compile(const void *block, struct wf_stage_compile *c, void *cfg)
{
	const struct delay_params *p = block;
	struct delay_cfg *d = cfg;
	int law = choose_law(p);

	if (check(p, law, c) < 0)
		return -EINVAL;
	if (p->stddev == 0 && law == NORMAL)
		law = CONSTANT;
	d->law = (uint8_t)law;
	d->order = (uint8_t)p->order;
	d->cap_ns = wf_param_given(p, CAP) ? (int64_t)p->cap : INT64_MAX;
	d->mean_ns = (int64_t)p->mean;
	d->stddev_ns = (int64_t)p->stddev;
	d->low_ns = (int64_t)p->mean;
	d->span_ns = 1;
	wf_normal_init();
	if (law == NORMAL && p->below_zero == REDRAW)
		d->skip = wf_normal_zero(p->mean, p->stddev);
	if (law == UNIFORM) {
		bool bounds = wf_param_given(p, MAX);
		int64_t half = (int64_t)(sqrt(3.0) * (double)p->stddev + 0.5);
		int64_t high = bounds ? (int64_t)p->max : d->mean_ns + half;

		d->low_ns = bounds ? (int64_t)p->min : d->mean_ns - half;
		if (d->low_ns < 0 && p->below_zero == REDRAW)
			d->low_ns = 0;
		d->span_ns = (uint64_t)(high - d->low_ns) + 1;
	}
	forecast(d, c->forecast);
	if (c->forecast->delay_max_ns <= 0)
		return 0;
	c->needs |= WF_NEED_HOLD;
	if (law != CONSTANT || p->order == FLOW)
		c->needs |= WF_NEED_FLOW;
	if (law != CONSTANT && p->order == FIFO && !c->flow_scope)
		c->needs |= WF_NEED_OWNER;
	if (law != CONSTANT && (p->order != FIFO || c->flow_scope))
		c->needs |= WF_NEED_SORT;
	return 1;
}

static inline void
order(wf_ns_t *last_due_ns, wf_ns_t *due_ns, struct wf_stage_env *env)
{
	if (WF_UNLIKELY(*due_ns < *last_due_ns)) {
		env->clamped++;
		env->clamped_ns += *last_due_ns - *due_ns;
		*due_ns = *last_due_ns;
	}
	*last_due_ns = *due_ns;
}

static void
run(const void *cfg, uint32_t state_offset, struct wf_batch *b, uint16_t first, uint16_t end,
	struct wf_stage_env *env)
{
	const struct delay_cfg *d = cfg;

	for (uint16_t i = first; i < end; i++) {
		uint64_t u;

		if (b->drop[i] != WF_DROP_NONE)
			continue;
		u = d->law == CONSTANT ? 0 : wf_rng_draw(b->rng[i], WF_RNG_DELAY);
		b->due_ns[i] += (uint64_t)sample(d, u);
		if (d->order == FREE || (b->flags[i] & WF_ROW_LATE))
			continue;
		if (d->order == FLOW)
			order(&b->flow[i]->last_due_ns, &b->due_ns[i], env);
		else
			order(&((struct delay_state *)(b->state[i] + state_offset))->last_due_ns,
				&b->due_ns[i], env);
	}
}

const struct wf_stage_ops wf_stage_delay = {
	.name = "delay",
	.summary = "Delays packets, each by its own draw, keeping their order or not",
	.main_key = "mean",
	.selector = "distribution",
	.params = params,
	.params_size = sizeof(struct delay_params),
	.cfg_size = sizeof(struct delay_cfg),
	.state_size = sizeof(struct delay_state),
	.compile = compile,
	.run = run,
};
