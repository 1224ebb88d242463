/* SPDX-License-Identifier: BSD-3-Clause
 * Reordering: some packets overtake, or are overtaken.
 *
 *	netem	a chosen packet skips the delay, and so overtakes those that are on their way. Of
 * each `gap` packets in a row the first gap - 1 are never chosen (sch_netem). The share of all
 *packets is p / (1 + (gap - 1) p).
 *	hold	a chosen packet takes so much longer, and those behind it overtake, whatever the
 *		delay's order says of the others
 *	swap	a chosen packet lets exactly `distance` others pass, and leaves right behind the
 *		last of them; if they do not come in max_wait, it goes without. Nobody is chosen
 *		meanwhile, so the share is p / (1 + distance p)
 *
 * Choices may follow one another: wf_choose.h.
 */
#include <errno.h>
#include <inttypes.h>

#include "wf_choose.h"
#include "wf_stages.h"

enum reorder_model { NETEM, HOLD, SWAP };
static const char *const model_names[] = { "netem", "hold", "swap", NULL };

struct reorder_params {
	uint64_t given;
	int model;
	double p, correlation;
	uint64_t gap;
	wf_ns_t time, min, max;
	uint64_t distance;
	wf_ns_t max_wait;
	uint64_t min_bytes, max_bytes;
};

enum { MODEL, P, CORRELATION, GAP, TIME, MIN, MAX, DISTANCE, MAX_WAIT, MIN_BYTES, MAX_BYTES };

static const struct wf_param params[] = {
	[MODEL] = { .name = "model",
		.type = WF_PARAM_CHOICE,
		.offset = offsetof(struct reorder_params, model),
		.fallback = "netem",
		.choices = model_names,
		.help = "netem: chosen packets skip the delay; hold: they take longer; swap: they "
			"let so many others pass" },
	[P] = { .name = "p",
		.type = WF_PARAM_PROB,
		.offset = offsetof(struct reorder_params, p),
		.fallback = "0%",
		.help = "probability that a packet is chosen" },
	[CORRELATION] = { .name = "correlation",
		.type = WF_PARAM_PROB,
		.offset = offsetof(struct reorder_params, correlation),
		.fallback = "0%",
		.max = "99.99%",
		.help = "correlation of this choice with the one before" },
	[GAP] = { .name = "gap",
		.type = WF_PARAM_COUNT,
		.offset = offsetof(struct reorder_params, gap),
		.fallback = "1",
		.min = "1",
		.max = "1000000",
		.belongs = 1 << NETEM,
		.help = "netem: so many packets less one after a chosen one are not asked" },
	[TIME] = { .name = "time",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct reorder_params, time),
		.min = "1ns",
		.max = "1h",
		.belongs = 1 << HOLD,
		.help = "hold: how much longer a chosen packet takes" },
	[MIN] = { .name = "min",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct reorder_params, min),
		.max = "1h",
		.belongs = 1 << HOLD,
		.help = "hold: instead of time, the least of it; all up to max are equally "
			"likely" },
	[MAX] = { .name = "max",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct reorder_params, max),
		.min = "1ns",
		.max = "1h",
		.belongs = 1 << HOLD,
		.help = "hold: the most of it" },
	[DISTANCE] = { .name = "distance",
		.type = WF_PARAM_COUNT,
		.offset = offsetof(struct reorder_params, distance),
		.fallback = "1",
		.min = "1",
		.max = "1000000",
		.belongs = 1 << SWAP,
		.help = "swap: how many packets of the class, or of the flow with scope = "
			"\"flow\", pass a chosen one" },
	[MAX_WAIT] = { .name = "max_wait",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct reorder_params, max_wait),
		.fallback = "100ms",
		.min = "1us",
		.max = "1h",
		.belongs = 1 << SWAP,
		.help = "swap: how long a chosen one waits for them at most" },
	[MIN_BYTES] = { .name = "min_bytes",
		.type = WF_PARAM_COUNT,
		.offset = offsetof(struct reorder_params, min_bytes),
		.fallback = "0",
		.max = "4294967295",
		.help = "only frames of at least this length, without FCS" },
	[MAX_BYTES] = { .name = "max_bytes",
		.type = WF_PARAM_COUNT,
		.offset = offsetof(struct reorder_params, max_bytes),
		.fallback = "4294967295",
		.max = "4294967295",
		.help = "only frames of at most this length, without FCS" },
	{ 0 },
};

struct reorder_cfg {
	struct wf_choice choice;
	wf_ns_t min_ns, span_ns; /* hold */
	uint32_t gap;
	uint32_t min_bytes, max_bytes;
	uint32_t distance;   /* swap */
	wf_ns_t max_wait_ns; /* swap */
	bool correlated;
	uint8_t model;
};

struct reorder_state {
	uint64_t last;           /* enum wf_chosen */
	uint64_t since;          /* packets since the last chosen one, as far as gap - 1 */
	wf_ns_t until_ns;        /* swap: so long the chosen one waits ... */
	uint32_t to_pass;        /* ... for so many; 0: nobody waits */
	struct wf_park_ref park; /* where it is */
	uint32_t pad;
};

static int
check(const struct reorder_params *p, const struct wf_block_compile *c)
{
	bool time = wf_param_given(p, TIME), max = wf_param_given(p, MAX);
	const struct wf_param_choice chosen = { params, MODEL, p->model,
		"Leave the key out, or choose the model that it belongs to" };
	int rc = wf_param_foreign(&chosen, 0, WF_PARAM_LAST, p, c->where, c->err);

	if (rc < 0)
		return rc;
	if (p->model == HOLD && !time && !max)
		rc = wf_err_add(c->err, c->where, "Write time = \"10ms\", or min and max",
			"how much longer do held packets take?");
	if (time && (max || wf_param_given(p, MIN)))
		rc = wf_err_add(c->err, c->where, "Use time, or min and max",
			"two descriptions of one time are given");
	if (max && p->min > p->max)
		rc = wf_err_add(c->err, c->where, "Swap them", "\"min\" is above \"max\"");
	if (p->min_bytes > p->max_bytes)
		rc = wf_err_add(
			c->err, c->where, "Swap them", "\"min_bytes\" is above \"max_bytes\"");
	if (p->model == NETEM && p->p > 0 && c->blocks[WF_BLOCK_DELAY] == NULL)
		rc = wf_err_add(c->err, c->where, "Add delay = \"10ms\", or use model = \"hold\"",
			"packets can skip a delay only where there is one");
	return rc;
}

static int
reorder_compile(const void *block, struct wf_block_compile *c, void *cfg)
{
	const struct reorder_params *p = block;
	struct reorder_cfg *out = cfg;

	if (check(p, c) < 0)
		return -EINVAL;
	if (!(p->p > 0))
		return 0;
	out->choice = wf_choice(p->p, p->correlation);
	out->correlated = p->correlation > 0;
	out->gap = (uint32_t)p->gap;
	out->model = (uint8_t)p->model;
	out->distance = (uint32_t)p->distance;
	out->max_wait_ns = p->max_wait;
	out->min_ns = wf_param_given(p, TIME) ? p->time : p->min;
	out->span_ns = wf_param_given(p, TIME) ? 1 : p->max - p->min + 1;
	out->min_bytes = (uint32_t)p->min_bytes;
	out->max_bytes = (uint32_t)p->max_bytes;
	c->needs |= WF_NEED_FLOW | WF_NEED_SORT | (p->model != NETEM ? WF_NEED_HOLD : 0) |
		    (p->model == SWAP ? WF_NEED_PARK : 0);
	if ((out->correlated || p->gap > 1 || p->model == SWAP) && !c->flow_scope)
		c->needs |= WF_NEED_OWNER;
	if (p->model == HOLD)
		c->forecast->held_max_ns = (double)(out->min_ns + out->span_ns - 1);
	if (p->model == HOLD)
		wf_stage_note(c, WF_BLOCK_REORDER,
			"%.4g%% of packets are held back, for others to overtake them", 100 * p->p);
	else if (p->model == SWAP)
		wf_stage_note(c, WF_BLOCK_REORDER, "%.4g%% of packets let %" PRIu64 " others pass",
			100 * p->p / (1 + (double)p->distance * p->p), p->distance);
	else
		wf_stage_note(c, WF_BLOCK_REORDER, "%.4g%% of packets skip the delay and overtake",
			100 * p->p / (1 + (double)(p->gap - 1) * p->p));
	return 1;
}

static bool
choose(const struct reorder_cfg *d, struct reorder_state *s, uint64_t draw)
{
	bool chosen;

	if (s->since + 1 < d->gap) {
		s->since++;
		return false;
	}
	chosen = d->correlated ? wf_choose(&d->choice, &s->last, draw)
			       : wf_rng_below(draw, d->choice.first);
	if (chosen)
		s->since = 0;
	return chosen;
}

/* A packet comes while a chosen one waits for others to pass it. */
static void
pass(struct reorder_state *s, struct wf_batch *b, uint16_t i)
{
	if (--s->to_pass > 0)
		return;
	b->flags[i] |= WF_ROW_UNPARK;
	b->park[i] = &s->park;
}

/* The row's packet lets others pass. */
static void
wait(const struct reorder_cfg *d, struct reorder_state *s, struct wf_batch *b, uint16_t i)
{
	s->to_pass = d->distance;
	s->until_ns = b->rx_ns[i] + d->max_wait_ns;
	b->flags[i] |= WF_ROW_PARK | WF_ROW_LATE;
	b->park[i] = &s->park;
	b->due_ns[i] += d->max_wait_ns;
}

/* The row's packet is chosen. */
static void
displace(const struct reorder_cfg *d, struct reorder_state *s, struct wf_batch *b, uint16_t i)
{
	if (d->model == NETEM) {
		b->flags[i] |= WF_ROW_EARLY;
		return;
	}
	if (d->model == SWAP) {
		wait(d, s, b, i);
		return;
	}
	b->flags[i] |= WF_ROW_LATE;
	b->due_ns[i] += d->min_ns +
			(wf_ns_t)(((unsigned __int128)wf_rng_draw(b->rng[i], WF_RNG_REORDER_TIME) *
					  d->span_ns) >>
				  64);
}

static void
reorder_run(const void *cfg, uint32_t state_offset, struct wf_batch *b, uint16_t first,
	uint16_t end, struct wf_stage_env *env)
{
	const struct reorder_cfg *d = cfg;

	for (uint16_t i = first; i < end; i++) {
		struct reorder_state *s = (struct reorder_state *)(b->state[i] + state_offset);

		if (b->drop[i] != WF_DROP_NONE)
			continue;
		if (s->to_pass > 0 && b->rx_ns[i] <= s->until_ns) {
			pass(s, b, i);
			continue;
		}
		s->to_pass = 0;
		if (b->len_bytes[i] < d->min_bytes || b->len_bytes[i] > d->max_bytes)
			continue;
		if (choose(d, s, wf_rng_draw(b->rng[i], WF_RNG_REORDER)))
			displace(d, s, b, i);
	}
}

const struct wf_block wf_block_reorder = {
	.stage = &(const struct wf_stage_ops){ .run = reorder_run },
	.name = "reorder",
	.summary = "Lets some packets overtake, or be overtaken",
	.main_key = "p",
	.selector = "model",
	.params = params,
	.params_size = sizeof(struct reorder_params),
	.cfg_size = sizeof(struct reorder_cfg),
	.state_size = sizeof(struct reorder_state),
	.compile = reorder_compile,
};
