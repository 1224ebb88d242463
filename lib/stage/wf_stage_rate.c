/* SPDX-License-Identifier: BSD-3-Clause
 * Rate: serialisation on wire bytes behind a tail-drop queue, as a virtual clock.
 *
 *	wire  = len + overhead; with cells: ceil(wire / cell) * (cell + cell_overhead)
 *	end_n = max(now - burst, end_{n-1}) + wire_n / rate		q_n = max(now, end_n)
 *
 * No packet is stored twice and nothing is dequeued: the release is known at arrival. The queue
 * limit acts on the sojourn q_n - now (time, wire bytes) or on the number of packets whose
 * serialisation has not ended. `police` drops what `shape` would let wait: a token bucket of depth
 * `burst`. Times are kept to 2^-32 ns, so the long-run error is below 1e-7 from 1 kbit/s to
 * 400 Gbit/s whatever the mix of lengths. With a bandwidth trace the clock counts work instead of
 * time: wf_rate_trace.c.
 */
#include <errno.h>

#include "wf_rate_run.h"

enum rate_mode { SHAPE, POLICE };
static const char *const mode_names[] = { "shape", "police", NULL };
static const char *const interpolation_names[] = { "hold", "linear", NULL };

static const struct wf_param params[] = {
	[WF_RATE_ROW_RATE] = { .name = "rate",
		.type = WF_PARAM_RATE,
		.offset = offsetof(struct wf_rate_params, rate_bps),
		.min = "1kbit",
		.max = "400Gbit",
		.help = "bits per second on the wire" },
	[WF_RATE_ROW_OVERHEAD] = { .name = "overhead",
		.type = WF_PARAM_OVERHEAD,
		.offset = offsetof(struct wf_rate_params, overhead),
		.fallback = "0",
		.min = "-64",
		.max = "1024",
		.help = "bytes added to each frame; \"ethernet\" = 24: preamble 8, FCS 4, gap 12" },
	[WF_RATE_ROW_BURST] = { .name = "burst",
		.type = WF_PARAM_LIMIT,
		.offset = offsetof(struct wf_rate_params, burst),
		.fallback = "0B",
		.help = "wire bytes or time (not packets) that may pass at once after idling" },
	[WF_RATE_ROW_MODE] = { .name = "mode",
		.type = WF_PARAM_CHOICE,
		.offset = offsetof(struct wf_rate_params, mode),
		.fallback = "shape",
		.choices = mode_names,
		.help = "shape queues what is over the rate, police drops it" },
	[WF_RATE_ROW_CELL] = { .name = "cell",
		.type = WF_PARAM_COUNT,
		.offset = offsetof(struct wf_rate_params, cell),
		.fallback = "0",
		.max = "65535",
		.help = "payload bytes of a cell (ATM: 48); 0: no cells" },
	[WF_RATE_ROW_CELL_OVERHEAD] = { .name = "cell_overhead",
		.type = WF_PARAM_COUNT,
		.offset = offsetof(struct wf_rate_params, cell_overhead),
		.fallback = "0",
		.max = "1024",
		.help = "bytes added to each cell (ATM: 5)" },
	[WF_RATE_ROW_TRACE] = { .name = "trace",
		.type = WF_PARAM_STRING,
		.names_file = true,
		.offset = offsetof(struct wf_rate_params, trace),
		.help = "file with the rate over time, in place of `rate`: mahimahi's format, or "
			"rows such as \"2.5s 10Mbit\"" },
	[WF_RATE_ROW_INTERPOLATION] = { .name = "interpolation",
		.type = WF_PARAM_CHOICE,
		.offset = offsetof(struct wf_rate_params, interpolation),
		.fallback = "hold",
		.choices = interpolation_names,
		.help = "rows of a trace: the rate stays until the next row, or goes straight to "
			"it" },
	[WF_RATE_ROW_LOOP] = { .name = "loop",
		.type = WF_PARAM_BOOL,
		.offset = offsetof(struct wf_rate_params, loop),
		.fallback = "true",
		.help = "rows of a trace: begin again at the time of the last row, or stay at its "
			"rate" },
	{ 0 },
};

#define LONGEST WF_FINE(1ll << 61) /* 73 years */

/* A size or time as the time that it takes, to 2^-32 ns: a limit of just n frames holds n, whatever
 * the rate. */
static wf_fine_t
limit_time(const struct wf_wire *w, const struct wf_limit *l)
{
	wf_fine_t time = l->kind == WF_LIMIT_BYTES ? wf_wire_time(w, l->value) : WF_FINE(l->value);

	return time < LONGEST ? time : LONGEST;
}

static struct wf_limit
queue_limit(const struct wf_queue_params *q)
{
	static const struct wf_limit fallback = { WF_LIMIT_PACKETS, 1000 };

	return q != NULL && q->limit.kind != WF_LIMIT_NONE ? q->limit : fallback;
}

static uint64_t
mean_bps(const struct wf_rate_params *p)
{
	return p->curve != NULL ? p->curve->mean_bps : p->rate_bps;
}

void
wf_rate_serve(void *const *blocks, struct wf_serve *s)
{
	const struct wf_rate_params *p = blocks[WF_BLOCK_RATE];
	struct wf_limit limit = queue_limit(blocks[WF_BLOCK_QUEUE]);

	s->trace = p->curve;
	if (mean_bps(p) != 0) /* 0: an error, said elsewhere */
		s->wire.ns_per_byte =
			(uint64_t)(((wf_fine_t)(8 * WF_NS_PER_S) << 32) / mean_bps(p));
	s->wire.overhead = (int32_t)p->overhead;
	if (p->cell != 0) {
		s->wire.cell = (uint32_t)p->cell;
		s->wire.cell_total = (uint32_t)(p->cell + p->cell_overhead);
	}
	s->burst = limit_time(&s->wire, &p->burst);
	if (limit.kind == WF_LIMIT_PACKETS)
		s->limit_packets = limit.value;
	else
		s->limit_wait = limit_time(&s->wire, &limit);
	if (limit.kind == WF_LIMIT_BYTES)
		s->limit_bytes = limit.value;
}

/* What does not go with a trace. */
static int
check_trace(const struct wf_rate_params *p, struct wf_block_compile *c)
{
	bool loop = wf_param_given(p, WF_RATE_ROW_LOOP);

	if (p->trace == NULL && (loop || wf_param_given(p, WF_RATE_ROW_INTERPOLATION)))
		return wf_err_add(c->err, c->where, "Write trace = \"lte.trace\", or leave it out",
			"\"%s\" belongs to \"trace\"", loop ? "loop" : "interpolation");
	if (p->trace == NULL)
		return 0;
	if (wf_param_given(p, WF_RATE_ROW_RATE))
		return wf_err_add(c->err, c->where,
			"Leave one of them out (wfctl: rate.trace=null)",
			"both \"rate\" and \"trace\" are given");
	if (p->mode == POLICE || p->burst.value != 0)
		return wf_err_add(c->err, c->where, "Leave it out, or use a constant rate",
			"\"%s\" does not go with \"trace\": what is offered while nothing waits is "
			"lost",
			p->mode == POLICE ? "police" : "burst");
	return 0;
}

static int
check(const struct wf_rate_params *p, struct wf_block_compile *c)
{
	const struct wf_queue_params *q = c->blocks[WF_BLOCK_QUEUE];
	struct wf_limit limit = queue_limit(q);

	if (check_trace(p, c) < 0)
		return -EINVAL;
	if (!wf_param_given(p, WF_RATE_ROW_RATE) && p->trace == NULL)
		return wf_err_add(
			c->err, c->where, "Write rate = \"100Mbit\"", "\"rate\" is missing");
	if (p->cell == 0 && p->cell_overhead != 0)
		return wf_err_add(c->err, c->where, "Write cell = 48; cell_overhead = 5 for ATM",
			"\"cell_overhead\" without \"cell\"");
	if (p->burst.kind == WF_LIMIT_PACKETS)
		return wf_err_add(c->err, c->where, "Write burst = \"15kB\" or burst = \"5ms\"",
			"\"burst\" is a size or a time, not a number of packets");
	if (p->mode == POLICE && p->burst.value == 0)
		return wf_err_add(c->err, c->where, "Write burst = \"15kB\"",
			"mode \"police\" without a \"burst\" would drop every packet");
	if (p->mode == POLICE && wf_queue_is_real(c->blocks))
		return wf_err_add(c->err, c->where, "Use mode \"shape\", or leave drop and aqm out",
			"mode \"police\" has no queue that \"drop\", \"aqm\" or a \"share\" could "
			"act on");
	if (limit.value == 0)
		return wf_err_add(c->err, c->where, "Use blackhole = true to drop everything",
			"a queue limit of 0 lets no packet through");
	if (limit.kind == WF_LIMIT_PACKETS && limit.value > 1ull << WF_ARENA_MAX_BITS)
		return wf_err_add(c->err, c->where, "Give the limit as bytes or time",
			"a queue limit above %llu packets is not supported",
			1ull << WF_ARENA_MAX_BITS);
	return 0;
}

double
wf_rate_longest_ns(const struct wf_serve *s)
{
	uint64_t bytes = s->limit_packets * wf_wire_bytes(&s->wire, 1514);

	return 0x1p-32 * (double)(bytes != 0 ? wf_wire_time(&s->wire, bytes) : s->limit_wait);
}

static enum wf_rate_limit
limit_of(const struct wf_rate_cfg *r)
{
	if (r->police)
		return WF_RATE_POLICE;
	return r->serve.limit_packets != 0 ? WF_RATE_PACKETS : WF_RATE_WAIT;
}

static void
rate_run(const void *cfg, uint32_t state_offset, struct wf_batch *b, uint16_t first, uint16_t end,
	struct wf_stage_env *env)
{
	const struct wf_rate_cfg *r = cfg;

	if (r->serve.trace == NULL) {
		wf_rate_rows(r, state_offset, b, first, end, env, limit_of(r),
			r->serve.wire.cell != 0, false);
		return;
	}
	for (uint16_t i = first; i < end; i++)
		if (b->drop[i] == WF_DROP_NONE)
			wf_rate_by_trace(
				&r->serve, wf_rate_state_of(b, i, state_offset), b, i, env);
}

#define VARIANT(limit, cells, one)                                                                 \
	static void run_##limit##_##cells##_##one(const void *cfg, uint32_t state_offset,          \
		struct wf_batch *b, uint16_t first, uint16_t end, struct wf_stage_env *env)        \
	{                                                                                          \
		wf_rate_rows(cfg, state_offset, b, first, end, env, WF_RATE_##limit, cells, one);  \
	}
#define VARIANTS(limit)                                                                            \
	VARIANT(limit, false, false)                                                               \
	VARIANT(limit, false, true)                                                                \
	VARIANT(limit, true, false)                                                                \
	VARIANT(limit, true, true)
#define VARIANTS_OF(limit)                                                                         \
	[WF_RATE_##limit] = { { run_##limit##_false_false, run_##limit##_false_true },             \
		{ run_##limit##_true_false, run_##limit##_true_true } }
VARIANTS(WAIT)
VARIANTS(PACKETS)
VARIANTS(POLICE)

/* The loop for just this configuration, or NULL. */
static wf_stage_run *
choose_run(const struct wf_rate_cfg *r, bool flow_scope)
{
	static wf_stage_run *const variants[][2][2] = { VARIANTS_OF(WAIT), VARIANTS_OF(PACKETS),
		VARIANTS_OF(POLICE) };

	if (r->serve.trace != NULL)
		return NULL;
	return variants[limit_of(r)][r->serve.wire.cell != 0][!flow_scope];
}

static int
rate_compile(const void *block, struct wf_block_compile *c, void *cfg)
{
	struct wf_rate_params *p = c->blocks[WF_BLOCK_RATE];
	struct wf_rate_cfg *r = cfg;

	p->curve = NULL;
	if (check(p, c) < 0 || (p->trace != NULL && wf_rate_read_trace(p, c) < 0))
		return -EINVAL;
	wf_rate_serve(c->blocks, &r->serve);
	r->police = p->mode == POLICE;
	c->forecast->rate_bps = mean_bps(p);
	if (!r->police)
		c->forecast->queue_max_ns = wf_rate_longest_ns(&r->serve);
	if (wf_queue_is_real(c->blocks))
		return 0;
	if (!r->police)
		c->needs |= WF_NEED_HOLD;
	c->needs |= c->flow_scope ? WF_NEED_SORT : WF_NEED_OWNER;
	c->run = choose_run(r, c->flow_scope);
	if (c->run != NULL && limit_of(r) != WF_RATE_PACKETS)
		c->hot_bytes = offsetof(struct wf_rate_state, backlog);
	return 1;
}

/* The bucket is full. */
static void
rate_start(const void *cfg, void *state, uint64_t packet_rng, wf_ns_t now_ns)
{
	const struct wf_rate_cfg *r = cfg;
	struct wf_rate_state *s = state;

	s->end_ns = (int64_t)((WF_FINE(now_ns) - r->serve.burst) >> 32);
}

static void
rate_stop(void *state, struct wf_stage_env *env)
{
	wf_backlog_fini(&((struct wf_rate_state *)state)->backlog, &env->arena);
}

const struct wf_block wf_block_rate = {
	.stage = &(const struct wf_stage_ops){ .run = rate_run },
	.name = "rate",
	.summary = "Limits the bit rate: packets are serialised one after the other",
	.main_key = "rate",
	.params = params,
	.params_size = sizeof(struct wf_rate_params),
	.cfg_size = sizeof(struct wf_rate_cfg),
	.state_size = sizeof(struct wf_rate_state),
	.compile = rate_compile,
	.start = rate_start,
	.stop = rate_stop,
};
