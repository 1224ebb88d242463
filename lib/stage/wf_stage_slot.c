/* SPDX-License-Identifier: BSD-3-Clause
 * Slots: a shared medium (WiFi, DOCSIS, LTE) lets the link send in windows only. A packet that
 * finds nobody waiting asks for one, which opens a while later; all that wait when it opens leave
 * with it, up to `packets` or `bytes`; for those that find no room in it the next window opens a
 * while after it. As in netem, whose `slot` this is.
 *
 *	T = r_n + X	when the last window is over (T < r_n): n asks for one
 *	T = T + X	when it is not, but full
 *	t_n = T		r_n: when the packet is ready: its arrival, or when the rate lets it go
 *
 * with X = U(min, max) or of another law. The window is known when the packet comes, so nothing
 * waits in a queue; the packet that opens a window draws its time.
 */
#include <errno.h>

#include "wf_backlog.h"
#include "wf_rng.h"
#include "wf_slot_law.h"
#include "wf_stages.h"

struct slot_params {
	struct wf_slot_law_params law;
	uint64_t packets, bytes;
	struct wf_limit limit;
};

enum { PACKETS = WF_SLOT_LAW_KEYS, BYTES, LIMIT };

#define LONGEST "1h"

#define OF(law) (1u << WF_LAW_##law)
#define SHAPED  (OF(LOGNORMAL) | OF(GAMMA) | OF(WEIBULL) | OF(PARETO))
#define MOMENTS (OF(NORMAL) | OF(PARETO_NORMAL) | OF(BIMODAL) | OF(NETEM) | SHAPED)

static const struct wf_param params[] = {
	[WF_SLOT_MIN] = { .name = "min",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct slot_params, law.min),
		.belongs = OF(CONSTANT) | OF(UNIFORM),
		.max = LONGEST,
		.help = "shortest time until a window opens" },
	[WF_SLOT_MAX] = { .name = "max",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct slot_params, law.max),
		.belongs = OF(UNIFORM),
		.max = LONGEST,
		.help = "longest time; all between them are equally likely; by default the same as "
			"min" },
	[WF_SLOT_LAW] = { .name = "distribution",
		.type = WF_PARAM_CHOICE,
		.offset = offsetof(struct slot_params, law.law),
		.fallback = "uniform",
		.choices = wf_slot_law_names,
		.help = "law of the time until a window opens; uniform has min and max, the others "
			"have the keys that they have in delay" },
	[WF_SLOT_MEAN] = { .name = "mean",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct slot_params, law.mean),
		.belongs = OF(CONSTANT) | OF(EXPONENTIAL) | MOMENTS,
		.max = LONGEST,
		.help = "mean time until a window opens" },
	[WF_SLOT_STDDEV] = { .name = "stddev",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct slot_params, law.stddev),
		.belongs = MOMENTS,
		.max = LONGEST,
		.help = "its standard deviation" },
	[WF_SLOT_SHAPE] = { .name = "shape",
		.type = WF_PARAM_REAL,
		.offset = offsetof(struct slot_params, law.shape),
		.belongs = SHAPED,
		.min = "0.1",
		.max = "1000",
		.help = "with scale, instead of mean and stddev; lognormal: sd of the logarithm" },
	[WF_SLOT_SCALE] = { .name = "scale",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct slot_params, law.scale),
		.belongs = SHAPED,
		.min = "1ns",
		.max = LONGEST,
		.help = "with shape; lognormal: the median; pareto: the shortest time" },
	[WF_SLOT_MEAN2] = { .name = "mean2",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct slot_params, law.mean2),
		.belongs = OF(BIMODAL),
		.max = LONGEST,
		.help = "bimodal: mean of the second mode" },
	[WF_SLOT_STDDEV2] = { .name = "stddev2",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct slot_params, law.stddev2),
		.belongs = OF(BIMODAL),
		.max = LONGEST,
		.help = "bimodal: standard deviation of the second mode" },
	[WF_SLOT_SHARE2] = { .name = "share2",
		.type = WF_PARAM_PROB,
		.offset = offsetof(struct slot_params, law.share2),
		.belongs = OF(BIMODAL),
		.min = "0.1%",
		.max = "99.9%",
		.help = "bimodal: probability of the second mode" },
	[WF_SLOT_FILE] = { .name = "file",
		.type = WF_PARAM_STRING,
		.names_file = true,
		.offset = offsetof(struct slot_params, law.file),
		.belongs = OF(NETEM) | OF(SAMPLES),
		.help = "netem: a .dist table; samples: times, one a line" },
	[WF_SLOT_CAP] = { .name = "cap",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct slot_params, law.cap),
		.max = LONGEST,
		.help = "no time is longer than this" },
	[PACKETS] = { .name = "packets",
		.type = WF_PARAM_COUNT,
		.offset = offsetof(struct slot_params, packets),
		.fallback = "0",
		.max = "1000000",
		.help = "the most that leave in one window; 0: no bound" },
	[BYTES] = { .name = "bytes",
		.type = WF_PARAM_SIZE,
		.offset = offsetof(struct slot_params, bytes),
		.fallback = "0B",
		.max = "1GB",
		.help = "the most bytes that leave in one window; a packet longer than that has "
			"one "
			"of its own; 0: no bound" },
	[LIMIT] = { .name = "limit",
		.type = WF_PARAM_LIMIT,
		.offset = offsetof(struct slot_params, limit),
		.fallback = "1000pkt",
		.help = "the most that may wait for windows, as packets or time" },
	{ 0 },
};

struct slot_cfg {
	struct wf_law law;
	bool drawn;
	uint64_t packets, bytes; /* a window; UINT64_MAX: no bound */
	uint64_t limit_packets;  /* or 0 */
	wf_ns_t limit_ns;
};

struct slot_state {
	wf_ns_t open_ns; /* of the last window; valid when `open` */
	uint64_t bytes;  /* that it still has room for */
	uint32_t packets;
	bool open;
	struct wf_backlog backlog;
};
static_assert(sizeof(struct slot_state) == 40, "within a line");

static int
check(const struct slot_params *p, const struct wf_block_compile *c)
{
	if (p->limit.kind == WF_LIMIT_BYTES)
		return wf_err_add(c->err, c->where, "Write limit = \"1000pkt\" or \"200ms\"",
			"\"limit\" is a number of packets or a time here");
	if (p->limit.value == 0)
		return wf_err_add(c->err, c->where, "Use blackhole = true to drop everything",
			"a limit of 0 lets no packet through");
	if (p->limit.kind == WF_LIMIT_PACKETS && p->limit.value > 1ull << WF_ARENA_MAX_BITS)
		return wf_err_add(c->err, c->where, "Give the limit as a time",
			"a limit above %llu packets is not supported", 1ull << WF_ARENA_MAX_BITS);
	return 0;
}

static int
slot_compile(const void *block, struct wf_block_compile *c, void *cfg)
{
	const struct slot_params *p = block;
	struct slot_cfg *s = cfg;
	wf_ns_t longest_ns;

	if (check(p, c) < 0 || wf_slot_law(&p->law, c, &s->law, &longest_ns) < 0)
		return -EINVAL;
	s->drawn = s->law.form != WF_FORM_LINEAR || s->law.linear.span_ns > 1;
	s->packets = p->packets != 0 ? p->packets : UINT64_MAX;
	s->bytes = p->bytes != 0 ? p->bytes : UINT64_MAX;
	if (p->limit.kind == WF_LIMIT_TIME)
		s->limit_ns = p->limit.value;
	else
		s->limit_packets = p->limit.value;
	/* The longest wait. What cannot be said of a bound in bytes, or of a law without end, is
	 * left out. */
	if (s->limit_packets == 0)
		c->forecast->queue_max_ns += (double)s->limit_ns;
	else if (p->bytes == 0)
		c->forecast->queue_max_ns +=
			(double)longest_ns * (1 + (double)s->limit_packets / (double)s->packets);
	c->needs |= WF_NEED_HOLD;
	if (s->drawn)
		c->needs |= WF_NEED_FLOW;
	c->needs |= c->flow_scope ? WF_NEED_SORT : WF_NEED_OWNER;
	return 1;
}

static inline void
one(const struct slot_cfg *c, struct slot_state *s, struct wf_batch *b, uint16_t i,
	struct wf_stage_env *env)
{
	wf_ns_t ready = b->due_ns[i], open = s->open_ns;
	uint64_t packets = s->packets, bytes = s->bytes, len = b->len_bytes[i];

	if (!s->open || open < ready || packets == 0 || bytes < len) {
		open = !s->open || open < ready ? ready : open;
		open += wf_law_sample(&c->law, c->drawn ? wf_rng_draw(b->rng[i], WF_RNG_SLOT) : 0);
		packets = c->packets < UINT32_MAX ? c->packets : UINT32_MAX;
		bytes = c->bytes;
	}
	if (c->limit_packets != 0
			? wf_backlog_count(&s->backlog, &env->arena, ready) >= c->limit_packets
			: open - ready > c->limit_ns) {
		b->drop[i] = WF_DROP_queue_full;
		return;
	}
	if (c->limit_packets != 0 && !wf_backlog_add(&s->backlog, &env->arena, open)) {
		b->drop[i] = WF_DROP_no_buffer;
		return;
	}
	s->open = true;
	s->open_ns = open;
	s->packets = (uint32_t)(packets - 1);
	s->bytes = bytes > len ? bytes - len : 0;
	b->due_ns[i] = open;
}

static void
slot_run(const void *cfg, uint32_t state_offset, struct wf_batch *b, uint16_t first, uint16_t end,
	struct wf_stage_env *env)
{
	for (uint16_t i = first; i < end; i++)
		if (b->drop[i] == WF_DROP_NONE)
			one(cfg, (struct slot_state *)(b->state[i] + state_offset), b, i, env);
}

static void
slot_stop(void *state, struct wf_stage_env *env)
{
	wf_backlog_fini(&((struct slot_state *)state)->backlog, &env->arena);
}

const struct wf_block wf_block_slot = {
	.stage = &(const struct wf_stage_ops){ .run = slot_run },
	.name = "slot",
	.summary = "Lets packets leave in windows only, as a shared medium does",
	.main_key = "min",
	.selector = "distribution",
	.params = params,
	.params_size = sizeof(struct slot_params),
	.cfg_size = sizeof(struct slot_cfg),
	.state_size = sizeof(struct slot_state),
	.compile = slot_compile,
	.stop = slot_stop,
};
