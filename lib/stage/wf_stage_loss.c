/* SPDX-License-Identifier: BSD-3-Clause
 * Random loss: Bernoulli, or the Gilbert-Elliott chain with netem's names.
 *
 * States good and bad; p = P(good -> bad), r = P(bad -> good), 1-h = P(lost | bad),
 * 1-k = P(lost | good). Each packet is decided with the state before its transition; the first
 * state is drawn from the stationary distribution. (Gilbert 1960, Elliott 1963; Hasslinger,
 * Hohlfeld: "The Gilbert-Elliott model for packet loss", MMB 2008.)
 *	loss rate    [(1-k) r + (1-h) p] / (p + r)
 *	bad run      1 / r packets in the mean
 * From what users know: r = 1 / mean_burst, p = plr r / (1 - plr), h = 0, k = 1.
 */
#include <errno.h>

#include "wf_rng.h"
#include "wf_stages.h"

enum loss_model { BERNOULLI, GILBERT_ELLIOTT };
static const char *const model_names[] = { "bernoulli", "gilbert-elliott", NULL };

struct loss_params {
	uint64_t given;
	int model;
	double p, plr, mean_burst, r, h, k;
	bool exempt_neighbour;
};

enum { MODEL, P, PLR, MEAN_BURST, R, H, K, EXEMPT };

static const struct wf_param params[] = {
	[MODEL] = { .name = "model",
		.type = WF_PARAM_CHOICE,
		.offset = offsetof(struct loss_params, model),
		.fallback = "bernoulli",
		.choices = model_names,
		.help = "how losses depend on each other" },
	[P] = { .name = "p",
		.type = WF_PARAM_PROB,
		.offset = offsetof(struct loss_params, p),
		.belongs = 1 << BERNOULLI | 1 << GILBERT_ELLIOTT,
		.help = "bernoulli: probability of loss; gilbert-elliott: P(good -> bad)" },
	[PLR] = { .name = "plr",
		.type = WF_PARAM_PROB,
		.offset = offsetof(struct loss_params, plr),
		.belongs = 1 << GILBERT_ELLIOTT,
		.help = "gilbert-elliott: loss rate in the long run, instead of p" },
	[MEAN_BURST] = { .name = "mean_burst",
		.type = WF_PARAM_REAL,
		.offset = offsetof(struct loss_params, mean_burst),
		.min = "1",
		.max = "1000000",
		.belongs = 1 << GILBERT_ELLIOTT,
		.help = "gilbert-elliott: mean length of a run of losses in packets, instead of "
			"r" },
	[R] = { .name = "r",
		.type = WF_PARAM_PROB,
		.offset = offsetof(struct loss_params, r),
		.belongs = 1 << GILBERT_ELLIOTT,
		.help = "gilbert-elliott: P(bad -> good)" },
	[H] = { .name = "h",
		.type = WF_PARAM_PROB,
		.offset = offsetof(struct loss_params, h),
		.fallback = "0",
		.belongs = 1 << GILBERT_ELLIOTT,
		.help = "gilbert-elliott: P(delivered | bad)" },
	[K] = { .name = "k",
		.type = WF_PARAM_PROB,
		.offset = offsetof(struct loss_params, k),
		.fallback = "1",
		.belongs = 1 << GILBERT_ELLIOTT,
		.help = "gilbert-elliott: P(delivered | good)" },
	[EXEMPT] = { .name = "exempt_neighbour",
		.type = WF_PARAM_BOOL,
		.offset = offsetof(struct loss_params, exempt_neighbour),
		.fallback = "false",
		.help = "never lose ARP and IPv6 Neighbour Discovery" },
	{ 0 },
};

struct loss_cfg {
	uint64_t lost[2]; /* threshold, by state: good, bad; bernoulli uses the first */
	uint64_t step[2]; /* threshold of leaving the state */
	uint64_t start_bad;
	bool exempt_neighbour;
};

struct loss_state {
	uint64_t bad;
};

enum { VARIANT_BERNOULLI = 1, VARIANT_CHAIN = 2 };

static int
check_bernoulli(const struct loss_params *q, struct wf_stage_compile *c)
{
	static const int foreign[] = { PLR, MEAN_BURST, R, H, K };
	int rc = 0;

	for (size_t i = 0; i < WF_ARRAY_SIZE(foreign); i++)
		if (wf_param_given(q, foreign[i]))
			rc = wf_err_add(c->err, c->where,
				"Add model = \"gilbert-elliott\", or leave the key out",
				"\"%s\" does not belong to model \"bernoulli\"",
				params[foreign[i]].name);
	if (rc == 0 && !wf_param_given(q, P))
		rc = wf_err_add(c->err, c->where, "Write p = \"1%\"", "\"p\" is missing");
	return rc;
}

/* Completes p and r of the chain. */
static int
check_chain(struct loss_params *q, struct wf_stage_compile *c)
{
	bool known = wf_param_given(q, PLR) || wf_param_given(q, MEAN_BURST);

	if (known && (wf_param_given(q, P) || wf_param_given(q, R) || wf_param_given(q, H) ||
			     wf_param_given(q, K)))
		return wf_err_add(c->err, c->where, "Use plr and mean_burst, or p, r, h and k",
			"two descriptions of one chain are given");
	if (known) {
		if (!wf_param_given(q, PLR) || !wf_param_given(q, MEAN_BURST))
			return wf_err_add(c->err, c->where, "Give plr and mean_burst together",
				"\"%s\" is missing", wf_param_given(q, PLR) ? "mean_burst" : "plr");
		q->r = 1 / q->mean_burst;
		if (q->plr >= 1 || q->plr * q->r / (1 - q->plr) > 1)
			return wf_err_add(c->err, c->where,
				"A chain with bursts of mean b loses at most b / (b + 1)",
				"plr %g is out of reach with mean_burst %g", q->plr, q->mean_burst);
		q->p = q->plr * q->r / (1 - q->plr);
		return 0;
	}
	if (!wf_param_given(q, P) || !wf_param_given(q, R))
		return wf_err_add(c->err, c->where, "Give plr and mean_burst, or p and r",
			"\"%s\" is missing", wf_param_given(q, P) ? "r" : "p");
	if (q->p + q->r <= 0)
		return wf_err_add(c->err, c->where, "Give p or r a value above 0",
			"the chain never leaves its first state, which is then undefined");
	return 0;
}

static void
forecast(const struct loss_params *q, struct wf_forecast *f)
{
	double bad = q->p / (q->p + q->r), l[2] = { 1 - q->k, 1 - q->h };
	double both; /* P(this and the next packet are lost) */

	f->loss = (1 - bad) * l[0] + bad * l[1];
	both = (1 - bad) * l[0] * ((1 - q->p) * l[0] + q->p * l[1]) +
	       bad * l[1] * (q->r * l[0] + (1 - q->r) * l[1]);
	f->mean_burst = f->loss > both ? f->loss / (f->loss - both) : 0;
}

static int
compile(const void *block, struct wf_stage_compile *c, void *cfg)
{
	struct loss_params q = *(const struct loss_params *)block;
	struct loss_cfg *out = cfg;

	if ((q.model == BERNOULLI ? check_bernoulli(&q, c) : check_chain(&q, c)) < 0)
		return -EINVAL;
	c->needs |= WF_NEED_FLOW;
	out->exempt_neighbour = q.exempt_neighbour;
	if (q.exempt_neighbour)
		c->needs |= WF_NEED_PARSE;
	if (q.model == BERNOULLI) {
		out->lost[0] = wf_rng_threshold(q.p);
		c->forecast->loss = q.p;
		c->forecast->mean_burst = q.p < 1 && q.p > 0 ? 1 / (1 - q.p) : 0;
		return q.p > 0 ? VARIANT_BERNOULLI : 0;
	}
	out->lost[0] = wf_rng_threshold(1 - q.k);
	out->lost[1] = wf_rng_threshold(1 - q.h);
	out->step[0] = wf_rng_threshold(q.p);
	out->step[1] = wf_rng_threshold(q.r);
	out->start_bad = wf_rng_threshold(q.p / (q.p + q.r));
	forecast(&q, c->forecast);
	if (!c->flow_scope)
		c->needs |= WF_NEED_OWNER;
	return c->forecast->loss > 0 ? VARIANT_CHAIN : 0;
}

static void
start(const void *cfg, void *state, uint64_t packet_rng, wf_ns_t now_ns)
{
	const struct loss_cfg *l = cfg;
	struct loss_state *s = state;

	s->bad = wf_rng_below(wf_rng_draw(packet_rng, WF_RNG_LOSS_START), l->start_bad);
}

static inline void
mark(const struct loss_cfg *l, struct wf_batch *b, uint16_t i, uint64_t threshold)
{
	if (wf_rng_below(wf_rng_draw(b->rng[i], WF_RNG_LOSS), threshold) &&
		!(l->exempt_neighbour && (b->flags[i] & WF_ROW_NEIGHBOUR)))
		b->drop[i] = WF_DROP_loss;
}

static void
run_bernoulli(const struct loss_cfg *l, struct wf_batch *b, uint16_t first, uint16_t end)
{
	for (uint16_t i = first; i < end; i++)
		if (b->drop[i] == WF_DROP_NONE)
			mark(l, b, i, l->lost[0]);
}

static void
run(const void *cfg, uint32_t state_offset, struct wf_batch *b, uint16_t first, uint16_t end,
	struct wf_stage_env *env)
{
	const struct loss_cfg *l = cfg;

	if (l->step[0] == 0 && l->step[1] == 0) {
		run_bernoulli(l, b, first, end);
		return;
	}
	for (uint16_t i = first; i < end; i++) {
		struct loss_state *s = (struct loss_state *)(b->state[i] + state_offset);

		if (b->drop[i] != WF_DROP_NONE)
			continue;
		mark(l, b, i, l->lost[s->bad]);
		s->bad ^= wf_rng_below(wf_rng_draw(b->rng[i], WF_RNG_LOSS_STEP), l->step[s->bad]);
	}
}

const struct wf_stage_ops wf_stage_loss = {
	.name = "loss",
	.summary = "Loses packets at random, one by one or in bursts",
	.main_key = "p",
	.selector = "model",
	.scalar_choice = "bernoulli",
	.params = params,
	.params_size = sizeof(struct loss_params),
	.cfg_size = sizeof(struct loss_cfg),
	.state_size = sizeof(struct loss_state),
	.compile = compile,
	.start = start,
	.run = run,
};
