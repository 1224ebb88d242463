/* SPDX-License-Identifier: BSD-3-Clause
 * Delay and jitter: a draw from a law (wf_law.h) for each packet, burst or flow, then the order
 * policy.
 *
 *	t_n = q_n + d_n, d_n = F^-1(u_n)
 *	order "fifo": t_n = max(t_n, t_{n-1} of the class, or of the flow with scope = "flow")
 *	order "flow": t_n = max(t_n, t_{n-1} of the flow)
 *	order "free": no clamp; packets overtake
 */
#include <errno.h>
#include <stdlib.h>

#include "wf_law.h"
#include "wf_rng.h"
#include "wf_stages.h"

static const char *const law_names[] = { "constant", "uniform", "normal", "exponential",
	"lognormal", "gamma", "weibull", "pareto", "pareto-normal", "bimodal", "netem", "samples",
	NULL };
enum delay_order { FIFO, FLOW, FREE };
static const char *const order_names[] = { "fifo", "flow", "free", NULL };
enum delay_below_zero { CLAMP, REDRAW };
static const char *const below_zero_names[] = { "clamp", "redraw", NULL };
enum delay_draw { PER_PACKET, PER_BURST, PER_FLOW };
static const char *const draw_names[] = { "packet", "burst", "flow", NULL };

struct delay_params {
	uint64_t given;
	wf_ns_t mean, stddev, min, max, cap;
	int law, below_zero, order;
	double shape;
	wf_ns_t scale, mean2, stddev2;
	double share2;
	char *file;
	int draw;
	wf_ns_t gap;
};

enum {
	MEAN,
	STDDEV,
	LAW,
	MIN,
	MAX,
	CAP,
	BELOW_ZERO,
	ORDER,
	SHAPE,
	SCALE,
	MEAN2,
	STDDEV2,
	SHARE2,
	FILE_NAME,
	DRAW,
	GAP
};

#define LONGEST       "1h"
#define LAW_BIT(name) (1u << WF_LAW_##name)
#define SHAPED        (LAW_BIT(LOGNORMAL) | LAW_BIT(GAMMA) | LAW_BIT(WEIBULL) | LAW_BIT(PARETO))
#define BELOW_ZERO_LAWS                                                                            \
	(LAW_BIT(UNIFORM) | LAW_BIT(NORMAL) | LAW_BIT(PARETO_NORMAL) | LAW_BIT(BIMODAL) |          \
		LAW_BIT(NETEM))

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
		.belongs = SHAPED | BELOW_ZERO_LAWS,
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
		.belongs = LAW_BIT(UNIFORM),
		.help = "uniform: the shortest delay" },
	[MAX] = { .name = "max",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct delay_params, max),
		.max = LONGEST,
		.belongs = LAW_BIT(UNIFORM),
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
	[SHAPE] = { .name = "shape",
		.type = WF_PARAM_REAL,
		.offset = offsetof(struct delay_params, shape),
		.min = "0.1",
		.max = "1000",
		.belongs = SHAPED,
		.help = "with scale, instead of mean and stddev; lognormal: sd of the logarithm" },
	[SCALE] = { .name = "scale",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct delay_params, scale),
		.min = "1ns",
		.max = LONGEST,
		.belongs = SHAPED,
		.help = "with shape; lognormal: the median; pareto: the shortest delay" },
	[MEAN2] = { .name = "mean2",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct delay_params, mean2),
		.max = LONGEST,
		.belongs = LAW_BIT(BIMODAL),
		.help = "bimodal: mean of the second mode" },
	[STDDEV2] = { .name = "stddev2",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct delay_params, stddev2),
		.fallback = "0ms",
		.max = LONGEST,
		.belongs = LAW_BIT(BIMODAL),
		.help = "bimodal: standard deviation of the second mode" },
	[SHARE2] = { .name = "share2",
		.type = WF_PARAM_PROB,
		.offset = offsetof(struct delay_params, share2),
		.min = "0.1%",
		.max = "99.9%",
		.belongs = LAW_BIT(BIMODAL),
		.help = "bimodal: probability of the second mode" },
	[FILE_NAME] = { .name = "file",
		.type = WF_PARAM_STRING,
		.offset = offsetof(struct delay_params, file),
		.belongs = LAW_BIT(NETEM) | LAW_BIT(SAMPLES),
		.help = "netem: a .dist table; samples: durations, one a line" },
	[DRAW] = { .name = "draw",
		.type = WF_PARAM_CHOICE,
		.offset = offsetof(struct delay_params, draw),
		.fallback = "packet",
		.choices = draw_names,
		.help = "what gets a draw of its own: a packet, a burst of them, or a flow" },
	[GAP] = { .name = "gap",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct delay_params, gap),
		.fallback = "1ms",
		.min = "1us",
		.max = LONGEST,
		.help = "draw = burst: a packet this long after the one before begins a new "
			"burst" },
	{ 0 },
};

struct delay_cfg {
	struct wf_law law;
	wf_ns_t gap_ns;
	bool constant;
	uint8_t order, draw;
};

struct delay_state {
	wf_ns_t last_due_ns;
	wf_ns_t last_rx_ns; /* draw = "burst" */
	uint64_t u;         /* of the burst; 0: none yet */
};

/* The law that the given keys mean. */
static int
choose_law(const struct delay_params *p)
{
	if (wf_param_given(p, LAW))
		return p->law;
	if (wf_param_given(p, MIN) || wf_param_given(p, MAX))
		return WF_LAW_UNIFORM;
	return p->stddev > 0 ? WF_LAW_NORMAL : WF_LAW_CONSTANT;
}

/* Keys that the law has no use for. */
static int
check_foreign(const struct delay_params *p, int law, struct wf_stage_compile *c)
{
	int rc = 0;

	for (size_t i = SHAPE; i <= FILE_NAME; i++)
		if (wf_param_given(p, i) && !(params[i].belongs >> law & 1))
			rc = wf_err_add(c->err, c->where,
				"Leave the key out, or choose a distribution that has it",
				"\"%s\" does not belong to distribution \"%s\"", params[i].name,
				law_names[law]);
	if (wf_param_given(p, STDDEV) && p->stddev > 0 && law != WF_LAW_CONSTANT &&
		!(params[STDDEV].belongs >> law & 1))
		rc = wf_err_add(c->err, c->where, "Leave it out",
			"distribution \"%s\" has no \"stddev\" of its own", law_names[law]);
	if (p->mean > 0 && law == WF_LAW_SAMPLES)
		rc = wf_err_add(c->err, c->where, "Leave it out",
			"distribution \"samples\" has no \"mean\" but that of its file");
	if (p->below_zero == REDRAW && wf_param_given(p, BELOW_ZERO) && law > WF_LAW_NORMAL &&
		!(BELOW_ZERO_LAWS >> law & 1))
		rc = wf_err_add(c->err, c->where, "Leave below_zero out",
			"distribution \"%s\" never draws below zero", law_names[law]);
	if (wf_param_given(p, GAP) && p->draw != PER_BURST)
		rc = wf_err_add(c->err, c->where, "Add draw = \"burst\"",
			"\"gap\" is for delays drawn per burst");
	if (p->draw != PER_PACKET && law == WF_LAW_CONSTANT)
		rc = wf_err_add(c->err, c->where, "Choose a distribution",
			"\"draw\" has no meaning for a constant delay");
	return rc;
}

/* Keys that the law must have. */
static int
check_complete(const struct delay_params *p, int law, struct wf_stage_compile *c)
{
	bool shape = wf_param_given(p, SHAPE), scale = wf_param_given(p, SCALE);
	bool moments = p->mean > 0 || p->stddev > 0;
	int rc = 0;

	if ((SHAPED >> law & 1) && moments && (shape || scale))
		rc = wf_err_add(c->err, c->where, "Use mean and stddev, or shape and scale",
			"two descriptions of one %s distribution are given", law_names[law]);
	else if ((SHAPED >> law & 1) && !(shape && scale) && !(p->mean > 0 && p->stddev > 0))
		rc = wf_err_add(c->err, c->where, "Give mean and stddev, or shape and scale",
			"distribution \"%s\" needs two parameters", law_names[law]);
	if (law == WF_LAW_EXPONENTIAL && p->mean == 0)
		rc = wf_err_add(c->err, c->where, "Write mean = \"10ms\"",
			"distribution \"exponential\" needs a \"mean\"");
	if ((law == WF_LAW_PARETO_NORMAL || law == WF_LAW_NETEM) && p->stddev == 0)
		rc = wf_err_add(c->err, c->where, "Write stddev = \"5ms\"",
			"distribution \"%s\" needs a \"stddev\"", law_names[law]);
	if (law == WF_LAW_BIMODAL && !(wf_param_given(p, MEAN2) && wf_param_given(p, SHARE2)))
		rc = wf_err_add(c->err, c->where, "Write mean2 = \"80ms\" and share2 = \"20%\"",
			"distribution \"bimodal\" needs \"mean2\" and \"share2\"");
	if ((law == WF_LAW_NETEM || law == WF_LAW_SAMPLES) && p->file == NULL)
		rc = wf_err_add(c->err, c->where, "Write file = \"delays.txt\"",
			"distribution \"%s\" needs a \"file\"", law_names[law]);
	return rc;
}

static int
check(const struct delay_params *p, int law, struct wf_stage_compile *c)
{
	bool bounds = wf_param_given(p, MIN) || wf_param_given(p, MAX);
	bool moments = wf_param_given(p, MEAN) || wf_param_given(p, STDDEV);
	int rc = 0;

	if (bounds && law != WF_LAW_UNIFORM)
		rc = wf_err_add(c->err, c->where, "Use cap to bound other distributions",
			"\"min\" and \"max\" belong to distribution \"uniform\", not \"%s\"",
			law_names[law]);
	if (bounds && law == WF_LAW_UNIFORM && moments)
		rc = wf_err_add(c->err, c->where, "Use min and max, or mean and stddev",
			"two descriptions of one uniform distribution are given");
	if (bounds && law == WF_LAW_UNIFORM && !wf_param_given(p, MAX))
		rc = wf_err_add(c->err, c->where, "Write max = \"30ms\"", "\"max\" is missing");
	if (bounds && law == WF_LAW_UNIFORM && p->min > p->max && wf_param_given(p, MAX))
		rc = wf_err_add(c->err, c->where, "Swap them", "\"min\" is above \"max\"");
	if (law == WF_LAW_CONSTANT && p->stddev > 0)
		rc = wf_err_add(c->err, c->where, "Choose distribution \"normal\" or \"uniform\"",
			"distribution \"constant\" has no \"stddev\"");
	return rc;
}

bool
wf_delay_is_fifo(void *const *blocks)
{
	const struct delay_params *p = blocks[WF_STAGE_DELAY];

	return p != NULL && p->order == FIFO;
}

static int
compile(const void *block, struct wf_stage_compile *c, void *cfg)
{
	const struct delay_params *p = block;
	struct delay_cfg *d = cfg;
	int law = choose_law(p), bad;
	struct wf_law_params q = {
		.mean = p->mean,
		.stddev = p->stddev,
		.shape = p->shape,
		.scale = p->scale,
		.low = p->min,
		.high = p->max,
		.bounds = wf_param_given(p, MAX),
		.mean2 = p->mean2,
		.stddev2 = p->stddev2,
		.share2 = p->share2,
		.file = p->file,
		.capped = wf_param_given(p, CAP),
		.redraw = p->below_zero == REDRAW,
		.cap = p->cap,
	};

	bad = check(p, law, c);
	bad |= check_foreign(p, law, c);
	bad |= check_complete(p, law, c);
	if (bad)
		return -EINVAL;
	if (p->stddev == 0 && law == WF_LAW_NORMAL)
		law = WF_LAW_CONSTANT;
	q.law = law;
	if (wf_law_compile(&q, c, &d->law) < 0)
		return -EINVAL;
	d->constant = law == WF_LAW_CONSTANT;
	d->order = (uint8_t)p->order;
	d->draw = (uint8_t)p->draw;
	d->gap_ns = p->gap;
	wf_law_forecast(&d->law, c->forecast);
	c->forecast->gap_ns = p->draw == PER_BURST ? p->gap : 0;
	c->forecast->flows = p->draw == PER_FLOW;
	if (c->forecast->delay_max_ns <= 0)
		return 0;
	c->needs |= WF_NEED_HOLD;
	if (!d->constant || p->order == FLOW)
		c->needs |= WF_NEED_FLOW;
	if (!d->constant && (p->order == FIFO || p->draw == PER_BURST) && !c->flow_scope)
		c->needs |= WF_NEED_OWNER;
	if (!d->constant && (p->order != FIFO || c->flow_scope))
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

static inline struct delay_state *
state_of(const struct wf_batch *b, uint16_t i, uint32_t state_offset)
{
	return (struct delay_state *)(b->state[i] + state_offset);
}

/* The quantile at which the row's delay is drawn. */
static inline uint64_t
quantile(const struct delay_cfg *d, const struct wf_batch *b, uint16_t i, uint32_t state_offset)
{
	struct delay_state *s;

	if (d->draw == PER_PACKET)
		return wf_rng_draw(b->rng[i], WF_RNG_DELAY);
	if (d->draw == PER_FLOW)
		return wf_rng_draw(b->flow[i]->rng_key, WF_RNG_DELAY_FLOW);
	s = state_of(b, i, state_offset);
	if (s->u == 0 || b->rx_ns[i] - s->last_rx_ns >= d->gap_ns)
		s->u = wf_rng_draw(b->rng[i], WF_RNG_DELAY) | 1;
	s->last_rx_ns = b->rx_ns[i];
	return s->u;
}

static void
run(const void *cfg, uint32_t state_offset, struct wf_batch *b, uint16_t first, uint16_t end,
	struct wf_stage_env *env)
{
	const struct delay_cfg *d = cfg;

	for (uint16_t i = first; i < end; i++) {
		if (b->drop[i] != WF_DROP_NONE)
			continue;
		b->due_ns[i] +=
			wf_law_sample(&d->law, d->constant ? 0 : quantile(d, b, i, state_offset));
		if (d->order == FREE || (b->flags[i] & WF_ROW_LATE))
			continue;
		if (d->order == FLOW)
			order(&b->flow[i]->last_due_ns, &b->due_ns[i], env);
		else
			order(&state_of(b, i, state_offset)->last_due_ns, &b->due_ns[i], env);
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
