/* SPDX-License-Identifier: BSD-3-Clause
 * Delay and jitter: a draw from a law (wf_law.h) for each packet, burst or flow, with what waves
 *and spikes add to it; then the order policy.
 *
 *	t_n = q_n + d_n, d_n = F^-1(u_n) + wave(now) + spike
 *	order "fifo": t_n = max(t_n, t_{n-1} of the class, or of the flow with scope = "flow")
 *	order "flow": t_n = max(t_n, t_{n-1} of the flow)
 *	order "free": no clamp; packets overtake
 */
#include <errno.h>
#include <math.h>

#include "wf_delay_run.h"
#include "wf_stages.h"
#include "wf_units.h"

/* Packets over which bias is taken off: the error of the mean falls as this over their number. */
#define BIAS_SHIFT 6

static int
trace_delay(const char *text, uint64_t *ns)
{
	return wf_units_duration(text, ns) < 0 || *ns > WF_LAW_LONGEST ? -EINVAL : 0;
}

static int
read_trace(const struct wf_delay_params *p, struct wf_block_compile *c, struct wf_delay_shape *s)
{
	struct wf_rows_options o = { .column = WF_ROWS_DELAY,
		.by_packet = p->clock == WF_DELAY_BY_PACKET,
		.linear = p->interpolation != 0,
		.once = !p->loop,
		.parse = trace_delay,
		.what = "a delay",
		.example = "Write a delay of at most 1h, as in 20ms" };

	s->by_packet = o.by_packet;
	s->trace = wf_rows_read(p->file, &o, c);
	return s->trace == NULL ? -EINVAL : 0;
}

/* Correlation, waves, spikes and bias into *d. 0, or -EINVAL with reasons. */
static int
compile_shape(const struct wf_delay_params *p, int law, struct wf_block_compile *c,
	struct wf_delay_cfg *d)
{
	bool rho = wf_param_given(p, WF_DELAY_RHO) && p->rho != 0;
	bool half_life = wf_param_given(p, WF_DELAY_HALF_LIFE);
	struct wf_forecast *f = c->forecast;
	struct wf_delay_shape *s;

	if (!rho && !half_life && p->amplitude == 0 && p->spike_p == 0 && !p->cancel_bias &&
		law != WF_LAW_TRACE)
		return 0;
	s = wf_stage_reserve(c, sizeof(*s));
	if (s == NULL)
		return -EINVAL;
	wf_copula_init();
	s->correlated = rho || half_life;
	s->copula = half_life ? wf_copula_by_time(p->half_life) : wf_copula_by_packet(p->rho);
	if (p->amplitude > 0)
		s->wave = wf_wave_make(p->amplitude, p->frequency, p->waveform);
	if (p->spike_p > 0) {
		s->spike_threshold = wf_rng_threshold(p->spike_p);
		s->spike_min_ns = p->spike_min;
		s->spike_span_ns = p->spike_max - p->spike_min + 1;
	}
	s->cap_ns = (int64_t)(wf_param_given(p, WF_DELAY_CAP) ? p->cap : WF_LAW_LONGEST);
	if (law == WF_LAW_TRACE && read_trace(p, c, s) < 0)
		return -EINVAL;
	if (p->amplitude > 0 || p->spike_p > 0 || s->trace != NULL)
		wf_delay_shape_forecast(&d->law, s, f);
	s->cancel_bias = p->cancel_bias;
	s->most_ns = (int64_t)f->delay_mean_ns << BIAS_SHIFT;
	f->delay_rho = rho ? p->rho : 0;
	f->half_life_ns = half_life ? p->half_life : 0;
	if (p->amplitude > 0) { /* phases spread evenly; but one says what the next will be */
		f->gap_ns = (wf_ns_t)(1.6180339887 * 1e9 / p->frequency) + f->gap_ns;
		f->delay_rho = NAN;
	}
	if (s->trace != NULL && s->trace->n > 1) {
		f->gap_ns += (wf_ns_t)(1.6180339887 * (double)s->trace->period_ns);
		f->delay_rho = NAN;
	}
	d->shape = s;
	return 0;
}

/* Does a draw depend on those before it? */
static bool
keeps_state(const struct wf_delay_cfg *d)
{
	const struct wf_delay_shape *s = d->shape;

	return d->draw == WF_DELAY_PER_BURST ||
	       (s != NULL && (s->correlated || s->cancel_bias || s->by_packet));
}

#define VARIANT(form, keep)                                                                        \
	static void run_##form##_##keep(const void *cfg, uint32_t state_offset,                    \
		struct wf_batch *b, uint16_t first, uint16_t end, struct wf_stage_env *env)        \
	{                                                                                          \
		wf_delay_rows(cfg, state_offset, b, first, end, env, WF_DELAY_##form,              \
			WF_DELAY_KEEP_##keep);                                                     \
	}
#define VARIANTS(form)                                                                             \
	VARIANT(form, CLASS)                                                                       \
	VARIANT(form, STATE)                                                                       \
	VARIANT(form, FLOW)                                                                        \
	VARIANT(form, NONE)
VARIANTS(CONSTANT)
VARIANTS(LINEAR)
VARIANTS(NORMAL)
VARIANTS(TABLE)

#define VARIANTS_OF(form)                                                                          \
	[WF_DELAY_##form] = { run_##form##_CLASS, run_##form##_STATE, run_##form##_FLOW,           \
		run_##form##_NONE }

/* The loop for just this configuration, or NULL. */
static wf_stage_run *
choose_run(const struct wf_delay_cfg *d, bool flow_scope)
{
	static wf_stage_run *const variants[][4] = { VARIANTS_OF(CONSTANT), VARIANTS_OF(LINEAR),
		VARIANTS_OF(NORMAL), VARIANTS_OF(TABLE) };
	static const enum wf_delay_form forms[] = { [WF_FORM_LINEAR] = WF_DELAY_LINEAR,
		[WF_FORM_NORMAL] = WF_DELAY_NORMAL,
		[WF_FORM_TABLE] = WF_DELAY_TABLE };
	enum wf_delay_keep keep = d->order == WF_DELAY_FREE   ? WF_DELAY_KEEP_NONE
				  : d->order == WF_DELAY_FLOW ? WF_DELAY_KEEP_FLOW
				  : flow_scope                ? WF_DELAY_KEEP_STATE
							      : WF_DELAY_KEEP_CLASS;

	if (d->shape != NULL || d->law.skip != 0 || d->law.form > WF_FORM_TABLE)
		return NULL;
	if (d->constant)
		return variants[WF_DELAY_CONSTANT][keep];
	return d->draw == WF_DELAY_PER_PACKET ? variants[forms[d->law.form]][keep] : NULL;
}

static int
delay_compile(const void *block, struct wf_block_compile *c, void *cfg)
{
	const struct wf_delay_params *p = block;
	struct wf_delay_cfg *d = cfg;
	int law = wf_delay_law(p);
	bool varies;
	struct wf_law_params q = {
		.mean = p->mean,
		.stddev = p->stddev,
		.shape = p->shape,
		.scale = p->scale,
		.low = p->min,
		.high = p->max,
		.bounds = wf_param_given(p, WF_DELAY_MAX),
		.mean2 = p->mean2,
		.stddev2 = p->stddev2,
		.share2 = p->share2,
		.file = p->file,
		.capped = wf_param_given(p, WF_DELAY_CAP),
		.redraw = p->below_zero == WF_DELAY_REDRAW,
		.cap = p->cap,
	};

	if (wf_delay_check(p, law, c) < 0)
		return -EINVAL;
	if (p->stddev == 0 && law == WF_LAW_NORMAL)
		law = WF_LAW_CONSTANT;
	q.law = law == WF_LAW_TRACE ? WF_LAW_CONSTANT : law;
	if (wf_law_compile(&q, c, &d->law) < 0)
		return -EINVAL;
	d->constant = q.law == WF_LAW_CONSTANT;
	d->order = (uint8_t)p->order;
	d->draw = (uint8_t)p->draw;
	d->gap_ns = p->gap;
	wf_law_forecast(&d->law, c->forecast);
	c->forecast->gap_ns = p->draw == WF_DELAY_PER_BURST ? p->gap : 0;
	c->forecast->flows = p->draw == WF_DELAY_PER_FLOW;
	if (compile_shape(p, law, c, d) < 0)
		return -EINVAL;
	if (c->forecast->delay_max_ns <= 0)
		return 0;
	varies = !d->constant || d->shape != NULL;
	c->run = choose_run(d, c->flow_scope);
	if (c->run != NULL) /* the order's, if it is of the class or the block */
		c->hot_bytes = p->order == WF_DELAY_FIFO
				       ? sizeof(((struct wf_delay_state *)0)->last_due_ns)
				       : 0;
	c->needs |= WF_NEED_HOLD;
	if (varies || p->order == WF_DELAY_FLOW)
		c->needs |= WF_NEED_FLOW;
	if (varies && !c->flow_scope && (p->order == WF_DELAY_FIFO || keeps_state(d)))
		c->needs |= WF_NEED_OWNER;
	if (varies && (p->order != WF_DELAY_FIFO || c->flow_scope))
		c->needs |= WF_NEED_SORT;
	return 1;
}

static inline void
order(wf_ns_t *last_due_ns, struct wf_batch *b, uint16_t i, struct wf_stage_env *env)
{
	wf_ns_t *due_ns = &b->due_ns[i];

	if (WF_UNLIKELY(*due_ns < *last_due_ns)) {
		wf_stage_clamped(env, &b->flags[i], *last_due_ns - *due_ns);
		*due_ns = *last_due_ns;
	}
	*last_due_ns = *due_ns;
}

static inline struct wf_delay_state *
state_of(const struct wf_batch *b, uint16_t i, uint32_t state_offset)
{
	return (struct wf_delay_state *)(b->state[i] + state_offset);
}

/* The next of a correlated sequence of quantiles. */
static uint64_t
follow(const struct wf_copula *c, struct wf_delay_state *s, const struct wf_batch *b, uint16_t i)
{
	wf_ns_t now = b->rx_ns[i], dt = now > s->z_ns ? now - s->z_ns : 0;
	uint64_t u = wf_copula_next(c, &s->z, !s->has_z, dt, wf_rng_draw(b->rng[i], WF_RNG_DELAY));

	s->z_ns = now;
	s->has_z = true;
	return u;
}

/* The quantile at which the row's delay is drawn. */
static inline uint64_t
quantile(const struct wf_delay_cfg *d, const struct wf_batch *b, uint16_t i, uint32_t state_offset)
{
	struct wf_delay_state *s;
	bool correlated = d->shape != NULL && d->shape->correlated;

	if (d->draw == WF_DELAY_PER_PACKET && !correlated)
		return wf_rng_draw(b->rng[i], WF_RNG_DELAY);
	if (d->draw == WF_DELAY_PER_FLOW)
		return wf_rng_draw(b->flow[i]->rng_key, WF_RNG_DELAY_FLOW);
	s = state_of(b, i, state_offset);
	if (d->draw == WF_DELAY_PER_PACKET)
		return follow(&d->shape->copula, s, b, i);
	/* A packet that another worker has handed over may be older than the one before. */
	if (s->u == 0 || (b->rx_ns[i] > s->last_rx_ns && b->rx_ns[i] - s->last_rx_ns >= d->gap_ns))
		s->u = (correlated ? follow(&d->shape->copula, s, b, i)
				   : wf_rng_draw(b->rng[i], WF_RNG_DELAY)) |
		       1;
	if (b->rx_ns[i] > s->last_rx_ns)
		s->last_rx_ns = b->rx_ns[i];
	return s->u;
}

/* Keeps the row in its order, if it has to. */
static inline void
keep_order(const struct wf_delay_cfg *d, uint32_t state_offset, struct wf_batch *b, uint16_t i,
	struct wf_stage_env *env)
{
	if (d->order == WF_DELAY_FREE || (b->flags[i] & WF_ROW_LATE))
		return;
	if (d->order == WF_DELAY_FLOW)
		order(&b->flow[i]->last_due_ns, b, i, env);
	else
		order(&state_of(b, i, state_offset)->last_due_ns, b, i, env);
}

/* What the trace says of the instant, or of the next packet. */
static inline uint64_t
traced(const struct wf_delay_shape *shape, struct wf_delay_state *s, wf_ns_t since_start_ns)
{
	return shape->by_packet ? wf_rows_of_packet(shape->trace, s->packets++)
				: wf_rows_at(shape->trace, since_start_ns);
}

/* With a trace, waves, spikes, correlation or bias. What order has added so far, less what was
 * taken off for it, is taken off bit by bit: an integral controller, after which nothing but the
 * last packets' share is left in the mean. */
static void
run_shaped(const struct wf_delay_cfg *d, uint32_t state_offset, struct wf_batch *b, uint16_t first,
	uint16_t end, struct wf_stage_env *env)
{
	const struct wf_delay_shape *shape = d->shape;

	for (uint16_t i = first; i < end; i++) {
		struct wf_delay_state *s = state_of(b, i, state_offset);
		wf_ns_t came_ns = b->due_ns[i], since_ns = wf_stage_since(env, b->rx_ns[i]);
		int64_t drawn_ns, ns;

		if (b->drop[i] != WF_DROP_NONE || (b->flags[i] & WF_ROW_EARLY))
			continue;
		drawn_ns =
			(int64_t)(shape->trace != NULL
					  ? traced(shape, s, since_ns)
					  : wf_law_sample(&d->law,
						    d->constant ? 0
								: quantile(d, b, i, state_offset)));
		ns = drawn_ns = wf_delay_shaped(shape, drawn_ns, since_ns, b->rng[i]);
		if (shape->cancel_bias)
			ns -= s->bias_ns >> BIAS_SHIFT;
		b->due_ns[i] += (wf_ns_t)(ns > 0 ? ns : 0);
		keep_order(d, state_offset, b, i, env);
		if (shape->cancel_bias && !(b->flags[i] & WF_ROW_LATE)) {
			s->bias_ns += (int64_t)(b->due_ns[i] - came_ns) - drawn_ns;
			s->bias_ns = s->bias_ns < 0                ? 0
				     : s->bias_ns > shape->most_ns ? shape->most_ns
								   : s->bias_ns;
		}
	}
}

static void
delay_run(const void *cfg, uint32_t state_offset, struct wf_batch *b, uint16_t first, uint16_t end,
	struct wf_stage_env *env)
{
	const struct wf_delay_cfg *d = cfg;

	if (d->shape != NULL) {
		run_shaped(d, state_offset, b, first, end, env);
		return;
	}
	for (uint16_t i = first; i < end; i++) {
		if (b->drop[i] != WF_DROP_NONE || (b->flags[i] & WF_ROW_EARLY))
			continue;
		b->due_ns[i] +=
			wf_law_sample(&d->law, d->constant ? 0 : quantile(d, b, i, state_offset));
		keep_order(d, state_offset, b, i, env);
	}
}

const struct wf_block wf_block_delay = {
	.stage = &(const struct wf_stage_ops){ .run = delay_run },
	.name = "delay",
	.summary = "Delays packets, each by its own draw, keeping their order or not",
	.main_key = "mean",
	.selector = "distribution",
	.params = wf_delay_params,
	.params_size = sizeof(struct wf_delay_params),
	.cfg_size = sizeof(struct wf_delay_cfg),
	.state_size = sizeof(struct wf_delay_state),
	.compile = delay_compile,
};
