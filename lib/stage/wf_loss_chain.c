/* SPDX-License-Identifier: BSD-3-Clause
 * Random loss: Bernoulli, or the Gilbert-Elliott chain with netem's names.
 * Losses by Bernoulli may be correlated: see wf_choose.h.
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

#include "wf_loss_run.h"

/* Completes p and r of the chain. */
static int
check_chain(struct wf_loss_params *q, struct wf_block_compile *c)
{
	bool known =
		wf_param_given(q, WF_LOSS_ROW_PLR) || wf_param_given(q, WF_LOSS_ROW_MEAN_BURST);

	if (known && (wf_param_given(q, WF_LOSS_ROW_P) || wf_param_given(q, WF_LOSS_ROW_R) ||
			     wf_param_given(q, WF_LOSS_ROW_H) || wf_param_given(q, WF_LOSS_ROW_K)))
		return wf_err_add(c->err, c->where, "Use plr and mean_burst, or p, r, h and k",
			"two descriptions of one chain are given");
	if (known) {
		if (!wf_param_given(q, WF_LOSS_ROW_PLR) ||
			!wf_param_given(q, WF_LOSS_ROW_MEAN_BURST))
			return wf_err_add(c->err, c->where, "Give plr and mean_burst together",
				"\"%s\" is missing",
				wf_param_given(q, WF_LOSS_ROW_PLR) ? "mean_burst" : "plr");
		q->r = 1 / q->mean_burst;
		if (q->plr >= 1 || q->plr * q->r / (1 - q->plr) > 1)
			return wf_err_add(c->err, c->where,
				"A chain with bursts of mean b loses at most b / (b + 1)",
				"plr %g is out of reach with mean_burst %g", q->plr, q->mean_burst);
		q->p = q->plr * q->r / (1 - q->plr);
		return 0;
	}
	if (!wf_param_given(q, WF_LOSS_ROW_P) || !wf_param_given(q, WF_LOSS_ROW_R))
		return wf_err_add(c->err, c->where, "Give plr and mean_burst, or p and r",
			"\"%s\" is missing", wf_param_given(q, WF_LOSS_ROW_P) ? "r" : "p");
	if (q->p + q->r <= 0)
		return wf_err_add(c->err, c->where, "Give p or r a value above 0",
			"the chain never leaves its first state, which is then undefined");
	return 0;
}

static void
forecast(const struct wf_loss_params *q, struct wf_forecast *f)
{
	double bad = q->p / (q->p + q->r), l[2] = { 1 - q->k, 1 - q->h };
	double both; /* P(this and the next packet are lost) */

	f->loss = (1 - bad) * l[0] + bad * l[1];
	both = (1 - bad) * l[0] * ((1 - q->p) * l[0] + q->p * l[1]) +
	       bad * l[1] * (q->r * l[0] + (1 - q->r) * l[1]);
	f->mean_burst = f->loss > both ? f->loss / (f->loss - both) : 0;
}

int
wf_loss_compile_chain(
	struct wf_loss_params *q, struct wf_block_compile *c, struct wf_loss_cfg *out, bool *idle)
{
	if (q->model == WF_LOSS_BERNOULLI) {
		if (!wf_param_given(q, WF_LOSS_ROW_P))
			return wf_err_add(c->err, c->where, "Write p = \"1%\"", "\"p\" is missing");
		out->chain.lost[0] = wf_rng_threshold(q->p);
		c->forecast->loss = q->p;
		c->forecast->mean_burst =
			q->p < 1 && q->p > 0 ? 1 / ((1 - q->correlation) * (1 - q->p)) : 0;
		if (q->correlation > 0) {
			out->choice = wf_choice(q->p, q->correlation);
			if (!c->flow_scope)
				c->needs |= WF_NEED_OWNER;
		}
		*idle = !(q->p > 0);
		return 0;
	}
	if (check_chain(q, c) < 0)
		return -EINVAL;
	if (q->clock == WF_LOSS_BY_TIME)
		return wf_loss_compile_markov(q, c, out, idle);
	out->chain.lost[0] = wf_rng_threshold(1 - q->k);
	out->chain.lost[1] = wf_rng_threshold(1 - q->h);
	out->chain.step[0] = wf_rng_threshold(q->p);
	out->chain.step[1] = wf_rng_threshold(q->r);
	out->chain.start_bad = wf_rng_threshold(q->p / (q->p + q->r));
	forecast(q, c->forecast);
	if (!c->flow_scope)
		c->needs |= WF_NEED_OWNER;
	*idle = !(c->forecast->loss > 0);
	return 0;
}

void
wf_loss_run_bernoulli(const void *cfg, uint32_t state_offset, struct wf_batch *b, uint16_t first,
	uint16_t end, struct wf_stage_env *env)
{
	wf_loss_bernoulli_rows(cfg, b, first, end);
}

void
wf_loss_run_correlated(const void *cfg, uint32_t state_offset, struct wf_batch *b, uint16_t first,
	uint16_t end, struct wf_stage_env *env)
{
	const struct wf_loss_cfg *l = cfg;

	for (uint16_t i = first; i < end; i++) {
		struct wf_loss_state *s = (struct wf_loss_state *)(b->state[i] + state_offset);

		if (b->drop[i] == WF_DROP_NONE && !wf_loss_spared(l, b, i) &&
			wf_choose(&l->choice, &s->n, wf_rng_draw(b->rng[i], WF_RNG_LOSS)))
			b->drop[i] = WF_DROP_loss;
	}
}

void
wf_loss_run_chain(const void *cfg, uint32_t state_offset, struct wf_batch *b, uint16_t first,
	uint16_t end, struct wf_stage_env *env)
{
	wf_loss_chain_rows(cfg, state_offset, b, first, end, false, false);
}

static void
run_chain_of_class(const void *cfg, uint32_t state_offset, struct wf_batch *b, uint16_t first,
	uint16_t end, struct wf_stage_env *env)
{
	wf_loss_chain_rows(cfg, state_offset, b, first, end, false, true);
}

static void
run_simple(const void *cfg, uint32_t state_offset, struct wf_batch *b, uint16_t first, uint16_t end,
	struct wf_stage_env *env)
{
	wf_loss_chain_rows(cfg, state_offset, b, first, end, true, false);
}

static void
run_simple_of_class(const void *cfg, uint32_t state_offset, struct wf_batch *b, uint16_t first,
	uint16_t end, struct wf_stage_env *env)
{
	wf_loss_chain_rows(cfg, state_offset, b, first, end, true, true);
}

wf_stage_run *
wf_loss_choose_chain(const struct wf_loss_cfg *l, bool flow_scope)
{
	if (l->chain.lost[0] == 0 && l->chain.lost[1] == UINT64_MAX)
		return flow_scope ? run_simple : run_simple_of_class;
	return flow_scope ? wf_loss_run_chain : run_chain_of_class;
}
