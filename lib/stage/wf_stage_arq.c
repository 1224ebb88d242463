/* SPDX-License-Identifier: BSD-3-Clause
 * Link-layer retransmission (ARQ): a frame that is lost on the link is sent again by the link, one
 * `rtt` later, up to `max_retries` times. What the hosts see is delay instead of loss: WiFi, LTE's
 * HARQ and RLC, DOCSIS, satellites.
 *
 *	P(K >= k) = p q^(k-1), k = 1 .. m	times that a frame is sent again; q = p_retry, by
 *						default p: a truncated geometric law
 *	P(lost) = p q^m				none of its 1 + m tries arrives
 *	in order	t_n = max(r_n + K_n rtt, t_{n-1})	r_n: when the frame is ready
 *	otherwise	t_n = r_n + K_n rtt
 *
 * In order, later frames wait for an earlier one and then leave at the same instant as it: they
 * have arrived before it. For one that is lost they wait until its last try, m rtt. (Stop-and-wait
 * per frame, selective repeat over frames: Lin, Costello, "Error Control Coding", chapter 22; in
 * order: 3GPP TS 36.322, 5.1.3.) What the link sends again takes nothing of the configured rate.
 */
#include <errno.h>
#include <math.h>

#include "wf_choose.h"
#include "wf_stages.h"

struct arq_params {
	uint64_t given;
	double p, p_retry, correlation;
	wf_ns_t rtt;
	uint64_t max_retries;
	bool in_order;
};

enum { P, RTT, MAX_RETRIES, P_RETRY, CORRELATION, IN_ORDER };

#define LONGEST_NS (3600 * WF_NS_PER_S)

static const struct wf_param params[] = {
	[P] = { .name = "p",
		.type = WF_PARAM_PROB,
		.offset = offsetof(struct arq_params, p),
		.help = "probability that a frame is lost on the link when it is first sent" },
	[RTT] = { .name = "rtt",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct arq_params, rtt),
		.min = "1us",
		.max = "1h",
		.help = "time after which a lost frame is sent again: the round trip of the link, "
			"or its timeout" },
	[MAX_RETRIES] = { .name = "max_retries",
		.type = WF_PARAM_COUNT,
		.offset = offsetof(struct arq_params, max_retries),
		.fallback = "3",
		.max = "1000",
		.help = "how often a frame is sent again before it is given up" },
	[P_RETRY] = { .name = "p_retry",
		.type = WF_PARAM_PROB,
		.offset = offsetof(struct arq_params, p_retry),
		.help = "probability that a frame that is sent again is lost again; by default p "
			"(HARQ combines what it has received: lower)" },
	[CORRELATION] = { .name = "correlation",
		.type = WF_PARAM_PROB,
		.offset = offsetof(struct arq_params, correlation),
		.fallback = "0%",
		.max = "99.99%",
		.help = "correlation of the first loss of a frame with that of the frame before" },
	[IN_ORDER] = { .name = "in_order",
		.type = WF_PARAM_BOOL,
		.offset = offsetof(struct arq_params, in_order),
		.fallback = "true",
		.help = "later frames wait until an earlier one has arrived or is given up, then "
			"catch up" },
	{ 0 },
};

struct arq_cfg {
	struct wf_choice first; /* lost when it is first sent? */
	const uint64_t *again;  /* [max_retries] thresholds: lost k + 1 times more, q^(k+1) */
	wf_ns_t rtt_ns;
	uint32_t max_retries;
	bool in_order, correlated;
};
static_assert(sizeof(struct arq_cfg) <= WF_CACHE_LINE, "one line");

struct arq_state {
	uint64_t last; /* choice: enum wf_chosen */
	wf_ns_t last_due_ns;
};

static int
check(const struct arq_params *q, const struct wf_block_compile *c)
{
	int rc = 0;

	if (!wf_param_given(q, P))
		rc = wf_err_add(c->err, c->where, "Write p = \"10%\"", "\"p\" is missing");
	if (q->max_retries == 0) {
		for (int i = RTT; i <= IN_ORDER; i++)
			if (i != MAX_RETRIES && i != CORRELATION && wf_param_given(q, i))
				rc = wf_err_add(c->err, c->where, "Leave it out",
					"\"%s\" does not go with max_retries = 0: nothing is sent "
					"again",
					params[i].name);
		return rc;
	}
	if (!wf_param_given(q, RTT))
		rc = wf_err_add(c->err, c->where, "Write rtt = \"8ms\"", "\"rtt\" is missing");
	else if (q->max_retries > LONGEST_NS / q->rtt)
		rc = wf_err_add(c->err, c->where, "Lower one of them",
			"\"max_retries\" times \"rtt\" is more than an hour");
	if (!q->in_order && wf_delay_is_fifo(c->blocks))
		rc = wf_err_add(c->err, c->where,
			"Write delay.order = \"free\" or \"flow\", or leave in_order out",
			"in_order = false does not go with delay.order = \"fifo\", which would "
			"restore the order");
	return rc;
}

static void
forecast(const struct arq_params *q, double again, struct wf_block_compile *c)
{
	struct wf_forecast *f = c->forecast;
	double at_least = q->p, resent = 0, sum = 0, squares = 0, rtt = (double)q->rtt, mean;

	for (uint64_t k = 1; k <= q->max_retries; k++) {
		double just = at_least - at_least * again; /* P(K = k) */

		resent += at_least; /* P(K >= k) */
		sum += (double)k * just;
		squares += (double)k * (double)k * just;
		at_least *= again;
	}
	f->given_up = at_least;
	f->resend_max_ns = (double)q->max_retries * rtt;
	if (at_least < 1) {
		mean = sum / (1 - at_least);
		f->resend_mean_ns = mean * rtt;
		f->resend_stddev_ns = sqrt(squares / (1 - at_least) - mean * mean) * rtt;
	}
	wf_stage_note(c, WF_BLOCK_ARQ,
		"%.4g retransmissions for 100 frames add %.4g ms to the mean delay and at most "
		"%.4g "
		"ms%s; %.4g %% are given up",
		100 * resent, f->resend_mean_ns / 1e6, f->resend_max_ns / 1e6,
		q->in_order && q->max_retries > 0 ? ", and later frames wait" : "",
		100 * f->given_up);
}

static int
arq_compile(const void *block, struct wf_block_compile *c, void *cfg)
{
	const struct arq_params *q = block;
	struct arq_cfg *a = cfg;
	double again = wf_param_given(q, P_RETRY) ? q->p_retry : q->p, power = 1;
	uint64_t *table;

	if (check(q, c) < 0)
		return -EINVAL;
	if (!(q->p > 0))
		return 0;
	table = wf_stage_reserve(c, (q->max_retries + 1) * sizeof(*table));
	if (table == NULL)
		return -EINVAL;
	for (uint64_t k = 0; k < q->max_retries; k++)
		table[k] = wf_rng_threshold(power *= again);
	a->first = wf_choice(q->p, q->correlation);
	a->again = table;
	a->rtt_ns = q->rtt;
	a->max_retries = (uint32_t)q->max_retries;
	a->in_order = q->in_order && q->max_retries > 0;
	a->correlated = q->correlation > 0;
	forecast(q, again, c);
	c->needs |= WF_NEED_FLOW;
	if (q->max_retries > 0)
		c->needs |= WF_NEED_HOLD;
	if ((a->in_order || a->correlated) && !c->flow_scope)
		c->needs |= WF_NEED_OWNER;
	if (q->max_retries > 0 && (!a->in_order || c->flow_scope))
		c->needs |= WF_NEED_SORT;
	return 1;
}

/* How many times the row's frame is lost: more than max_retries when for good. */
static inline uint32_t
losses(const struct arq_cfg *a, struct arq_state *s, const struct wf_batch *b, uint16_t i)
{
	uint64_t draw = wf_rng_draw(b->rng[i], WF_RNG_ARQ);
	uint32_t k = 0;

	if (!(a->correlated ? wf_choose(&a->first, &s->last, draw)
			    : wf_rng_below(draw, a->first.first)))
		return 0;
	draw = wf_rng_draw(b->rng[i], WF_RNG_ARQ_RETRY);
	while (k < a->max_retries && wf_rng_below(draw, a->again[k]))
		k++;
	return k + 1;
}

static inline void
one(const struct arq_cfg *a, struct arq_state *s, struct wf_batch *b, uint16_t i,
	struct wf_stage_env *env)
{
	uint32_t lost = losses(a, s, b, i);
	uint32_t resent = lost < a->max_retries ? lost : a->max_retries;
	wf_ns_t due_ns = b->due_ns[i] + resent * a->rtt_ns;

	env->resent += resent;
	env->resent_bytes += (uint64_t)resent * b->len_bytes[i];
	if (lost > a->max_retries)
		b->drop[i] = WF_DROP_arq;
	if (a->in_order) {
		if (due_ns < s->last_due_ns) {
			if (b->drop[i] == WF_DROP_NONE)
				wf_stage_clamped(env, &b->flags[i], s->last_due_ns - due_ns);
			due_ns = s->last_due_ns;
		}
		s->last_due_ns = due_ns;
	}
	b->due_ns[i] = due_ns;
}

static void
arq_run(const void *cfg, uint32_t state_offset, struct wf_batch *b, uint16_t first, uint16_t end,
	struct wf_stage_env *env)
{
	for (uint16_t i = first; i < end; i++)
		if (b->drop[i] == WF_DROP_NONE)
			one(cfg, (struct arq_state *)(b->state[i] + state_offset), b, i, env);
}

const struct wf_block wf_block_arq = {
	.stage = &(const struct wf_stage_ops){ .run = arq_run },
	.name = "arq",
	.summary = "Sends lost frames again, as a radio link does: delay that conceals loss",
	.main_key = "p",
	.params = params,
	.params_size = sizeof(struct arq_params),
	.cfg_size = sizeof(struct arq_cfg),
	.state_size = sizeof(struct arq_state),
	.compile = arq_compile,
};
