/* SPDX-License-Identifier: BSD-3-Clause
 * The queue in front of a rate. A tail-drop queue is part of the rate's virtual clock
 * (wf_stage_rate.c) and this file only has its parameters; what decides at departure is compiled
 * here into a real queue (lib/queue), in which lib/pipe keeps the packets.
 */
#include <errno.h>

#include "wf_rate.h"
#include "wf_stages.h"

static const char *const drop_names[] = { "tail", "head", NULL };

enum aqm { NONE, CODEL, FQ_CODEL, PIE, RED, DUALPI2 };
static const char *const aqm_names[] = { "none", "codel", "fq-codel", "pie", "red", "dualpi2",
	NULL };

enum {
	LIMIT,
	DROP,
	AQM,
	ECN,
	TARGET,
	INTERVAL,
	QUANTUM,
	FLOWS,
	UPDATE,
	BURST,
	MIN,
	MAX,
	PROBABILITY,
	WEIGHT,
	THRESHOLD,
	RANGE,
	COUPLING,
	DERANDOMIZE
};

static const struct wf_param params[] = {
	[LIMIT] = { .name = "limit",
		.type = WF_PARAM_LIMIT,
		.offset = offsetof(struct wf_queue_params, limit),
		.fallback = "1000pkt",
		.help = "the most that may wait for the rate, as packets, wire bytes or time; a "
			"packet "
			"in transmission counts" },
	[DROP] = { .name = "drop",
		.type = WF_PARAM_CHOICE,
		.offset = offsetof(struct wf_queue_params, drop),
		.choices = drop_names,
		.help = "which packet goes when the limit is reached: the arriving one, or the one "
			"that has waited longest; by default tail, with fq-codel head, which takes "
			"the older half of the longest flow" },
	[AQM] = { .name = "aqm",
		.type = WF_PARAM_CHOICE,
		.offset = offsetof(struct wf_queue_params, aqm),
		.fallback = "none",
		.choices = aqm_names,
		.help = "active queue management: drops early to keep the wait short" },
	[ECN] = { .name = "ecn",
		.type = WF_PARAM_BOOL,
		.offset = offsetof(struct wf_queue_params, ecn),
		.fallback = "false",
		.belongs = 1 << CODEL | 1 << FQ_CODEL | 1 << PIE | 1 << RED,
		.help = "mark packets that are capable of ECN instead of dropping them" },
	[TARGET] = { .name = "target",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct wf_queue_params, target),
		.min = "1us",
		.max = "1h",
		.belongs = 1 << CODEL | 1 << FQ_CODEL | 1 << PIE | 1 << DUALPI2,
		.help = "the wait to aim at; by default 5 ms, with pie and dualpi2 15 ms" },
	[INTERVAL] = { .name = "interval",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct wf_queue_params, interval),
		.fallback = "100ms",
		.min = "1us",
		.max = "1h",
		.belongs = 1 << CODEL | 1 << FQ_CODEL | 1 << DUALPI2,
		.help = "codel: how long the wait may be above the target; about a round-trip "
			"time. dualpi2: the longest round-trip time" },
	[QUANTUM] = { .name = "quantum",
		.type = WF_PARAM_SIZE,
		.offset = offsetof(struct wf_queue_params, quantum),
		.fallback = "1514B",
		.min = "1B",
		.max = "1MB",
		.belongs = 1 << FQ_CODEL,
		.help = "fq-codel: wire bytes that a flow may send in its turn" },
	[FLOWS] = { .name = "flows",
		.type = WF_PARAM_COUNT,
		.offset = offsetof(struct wf_queue_params, flows),
		.fallback = "1024",
		.min = "1",
		.max = "65536",
		.belongs = 1 << FQ_CODEL,
		.help = "fq-codel: queues that flows are hashed into; a power of two" },
	[UPDATE] = { .name = "update",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct wf_queue_params, update),
		.min = "100us",
		.max = "10s",
		.belongs = 1 << PIE | 1 << DUALPI2,
		.help = "pie, dualpi2: time between two updates of the drop probability; by "
			"default 15 ms, with dualpi2 no more than target and a third of interval" },
	[BURST] = { .name = "burst",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct wf_queue_params, burst),
		.fallback = "150ms",
		.max = "1h",
		.belongs = 1 << PIE,
		.help = "pie: for how long a queue that was empty may fill without drops" },
	[MIN] = { .name = "min",
		.type = WF_PARAM_SIZE,
		.offset = offsetof(struct wf_queue_params, min),
		.min = "1B",
		.max = "10GB",
		.belongs = 1 << RED,
		.help = "red: average wire bytes in the queue from which on packets are dropped" },
	[MAX] = { .name = "max",
		.type = WF_PARAM_SIZE,
		.offset = offsetof(struct wf_queue_params, max),
		.min = "1B",
		.max = "10GB",
		.belongs = 1 << RED,
		.help = "red: average at which probability is reached; at twice that all are "
			"dropped" },
	[PROBABILITY] = { .name = "probability",
		.type = WF_PARAM_PROB,
		.offset = offsetof(struct wf_queue_params, probability),
		.fallback = "10%",
		.belongs = 1 << RED,
		.help = "red: probability of a drop at max" },
	[WEIGHT] = { .name = "weight",
		.type = WF_PARAM_REAL,
		.offset = offsetof(struct wf_queue_params, weight),
		.fallback = "0.002",
		.min = "0.000001",
		.max = "1",
		.belongs = 1 << RED,
		.help = "red: weight of each packet in the average" },
	[THRESHOLD] = { .name = "threshold",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct wf_queue_params, threshold),
		.fallback = "800us",
		.max = "1h",
		.belongs = 1 << DUALPI2,
		.help = "dualpi2: wait from which on L4S packets are marked" },
	[RANGE] = { .name = "range",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct wf_queue_params, range),
		.fallback = "400us",
		.max = "1h",
		.belongs = 1 << DUALPI2,
		.help = "dualpi2: so much above that all of them are; 0: a step" },
	[COUPLING] = { .name = "coupling",
		.type = WF_PARAM_REAL,
		.offset = offsetof(struct wf_queue_params, coupling),
		.fallback = "2",
		.min = "0.1",
		.max = "64",
		.belongs = 1 << DUALPI2,
		.help = "dualpi2: marks of L4S for the square root of the drops of the classic "
			"queue" },
	[DERANDOMIZE] = { .name = "derandomize",
		.type = WF_PARAM_BOOL,
		.offset = offsetof(struct wf_queue_params, derandomize),
		.fallback = "false",
		.belongs = 1 << PIE,
		.help = "pie: spread drops more evenly, as Linux does" },
	{ 0 },
};

static int
check(const struct wf_queue_params *q, struct wf_block_compile *c)
{
	const struct wf_param_choice chosen = { params, AQM, q->aqm,
		"Choose another aqm, or leave the key out" };
	int rc;

	if (c->blocks[WF_BLOCK_RATE] == NULL)
		return wf_err_add(c->err, c->where, "Add rate = \"100Mbit\", or leave queue out",
			"a queue without a \"rate\" never fills");
	rc = wf_param_foreign(&chosen, 0, WF_PARAM_LAST, q, c->where, c->err);
	if (q->aqm == FQ_CODEL && (q->flows & (q->flows - 1)) != 0)
		rc = wf_err_add(
			c->err, c->where, "Write flows = 1024", "\"flows\" is not a power of two");
	if (q->aqm == FQ_CODEL && c->flow_scope)
		rc = wf_err_add(c->err, c->where, "Write aqm = \"codel\", or scope = \"class\"",
			"with scope \"flow\" each flow has a queue of its own already");
	if (q->aqm == RED && (q->min == 0 || q->max == 0))
		rc = wf_err_add(c->err, c->where, "Write min = \"30kB\"; max = \"90kB\"",
			"aqm \"red\" needs \"min\" and \"max\"");
	else if (q->aqm == RED && q->min >= q->max)
		rc = wf_err_add(c->err, c->where, "A max of three times min is usual",
			"\"min\" is not below \"max\"");
	return rc;
}

#define FULL_SIZE 1514

static void
fill_codel(const struct wf_queue_params *q, const struct wf_wire *w, struct wf_codel_cfg *out)
{
	*out = (struct wf_codel_cfg){
		.target_ns = wf_param_given(q, TARGET) ? q->target : 5 * WF_NS_PER_MS,
		.interval_ns = q->interval,
		.max_packet = (uint32_t)wf_wire_bytes(w, FULL_SIZE),
		.quantum = (uint32_t)q->quantum,
		.n_flows = (uint32_t)q->flows,
	};
}

/* RFC 8033 4.2: alpha 1/8 and beta 5/4 per second, for updates every 15 ms. */
static void
fill_pie(const struct wf_queue_params *q, const struct wf_wire *w, struct wf_pie_cfg *out)
{
	*out = (struct wf_pie_cfg){
		.target_ns = wf_param_given(q, TARGET) ? q->target : 15 * WF_NS_PER_MS,
		.update_ns = wf_param_given(q, UPDATE) ? q->update : 15 * WF_NS_PER_MS,
		.burst_ns = q->burst,
		.derandomize = q->derandomize,
		.alpha = 0.125,
		.beta = 1.25,
		.small_bytes = 2 * (uint32_t)wf_wire_bytes(w, FULL_SIZE),
	};
}

static void
fill_red(const struct wf_queue_params *q, const struct wf_wire *w, struct wf_red_cfg *out)
{
	uint64_t ns = (uint64_t)(wf_wire_time(w, wf_wire_bytes(w, FULL_SIZE)) >> 32);

	*out = (struct wf_red_cfg){
		.min_bytes = (double)q->min,
		.max_bytes = (double)q->max,
		.probability = q->probability,
		.weight = q->weight,
		.packet_ns = ns > 0 ? ns : 1,
	};
}

/* RFC 9332 A.1: Tupdate = min(target, RTT_max / 3); not below what the key allows. */
static wf_ns_t
dualpi2_update(const struct wf_queue_params *q, wf_ns_t target_ns)
{
	wf_ns_t third = q->interval / 3, ns = target_ns < third ? target_ns : third;

	if (wf_param_given(q, UPDATE))
		return q->update;
	return ns < WF_NS_PER_MS / 10 ? WF_NS_PER_MS / 10 : ns;
}

/* RFC 9332 A.1. */
static void
fill_dualpi2(const struct wf_queue_params *q, struct wf_dualpi2_cfg *out)
{
	wf_ns_t target_ns = wf_param_given(q, TARGET) ? q->target : 15 * WF_NS_PER_MS;
	wf_ns_t update_ns = dualpi2_update(q, target_ns);
	double update = (double)update_ns / 1e9, rtt_max = (double)q->interval / 1e9;

	*out = (struct wf_dualpi2_cfg){
		.target = (double)target_ns / 1e9,
		.alpha = 0.1 * update / (rtt_max * rtt_max),
		.beta = 0.3 / rtt_max,
		.k = q->coupling,
		.p_cmax = q->coupling > 1 ? 1 / (q->coupling * q->coupling) : 1,
		.update_ns = update_ns,
		.min_th_ns = q->threshold,
		.range_ns = q->range,
	};
}

/* The cap: two full-size frames late is nothing lost, which is about what others may be in the way
 * of a class that is near to it. */
static void
fill_share(const struct wf_share_params *share, const struct wf_block_compile *c,
	struct wf_queue_cfg *out)
{
	const struct wf_rate_params *whole = c->blocks[WF_BLOCK_RATE];

	out->weight = (uint32_t)share->weight;
	out->priority = (uint8_t)share->priority;
	c->forecast->rate_bps = whole->curve != NULL ? whole->curve->mean_bps : whole->rate_bps;
	c->forecast->queue_max_ns = wf_rate_longest_ns(&out->serve);
	if (share->rate_bps == 0)
		return;
	out->cap = (uint64_t)(((wf_fine_t)(8 * WF_NS_PER_S) << 32) / share->rate_bps);
	out->cap_credit =
		(wf_fine_t)out->cap * (wf_fine_t)(2 * wf_wire_bytes(&out->serve.wire, FULL_SIZE));
	c->forecast->queue_max_ns *= (double)c->forecast->rate_bps / (double)share->rate_bps;
	c->forecast->rate_bps = share->rate_bps;
}

static int
queue_compile(const void *block, struct wf_block_compile *c, void *cfg)
{
	static const uint8_t kind[] = { [NONE] = WF_QUEUE_FIFO,
		[CODEL] = WF_QUEUE_CODEL,
		[FQ_CODEL] = WF_QUEUE_FQ_CODEL,
		[PIE] = WF_QUEUE_PIE,
		[RED] = WF_QUEUE_RED,
		[DUALPI2] = WF_QUEUE_DUALPI2 };
	const struct wf_share_params *share = c->blocks[WF_BLOCK_SHARE];
	const struct wf_queue_params *q = block;
	struct wf_queue_cfg *out = cfg;

	if (check(q, c) < 0)
		return -EINVAL;
	if (!wf_queue_is_real(c->blocks))
		return 0;
	wf_rate_serve(c->blocks, &out->serve);
	out->kind = kind[q->aqm];
	out->head = wf_param_given(q, DROP) ? q->drop == WF_QUEUE_HEAD : q->aqm == FQ_CODEL;
	out->ecn = q->ecn;
	out->shared = share != NULL;
	if (share != NULL)
		fill_share(share, c, out);
	if (q->aqm == PIE)
		fill_pie(q, &out->serve.wire, &out->pie);
	else if (q->aqm == RED)
		fill_red(q, &out->serve.wire, &out->red);
	else if (q->aqm == DUALPI2)
		fill_dualpi2(q, &out->dualpi2);
	else
		fill_codel(q, &out->serve.wire, &out->codel);
	c->needs |= WF_NEED_QUEUE | WF_NEED_HOLD | WF_NEED_SORT;
	if (q->aqm == FQ_CODEL || q->aqm == PIE || q->aqm == RED)
		c->needs |= WF_NEED_FLOW;
	if (q->ecn || q->aqm == DUALPI2)
		c->needs |= WF_NEED_BYTES;
	if (!c->flow_scope)
		c->needs |= WF_NEED_OWNER;
	return 1;
}

static void
queue_stop(void *state, struct wf_stage_env *env)
{
	uint64_t name = *(uint64_t *)state;

	if (name != 0 && env->end_queue != NULL)
		env->end_queue(env->end_queue_ctx, name);
}

const struct wf_block wf_block_queue = {
	.name = "queue",
	.summary = "Limits how much may wait for the rate, and says which packets go",
	.main_key = "limit",
	.selector = "aqm",
	.params = params,
	.params_size = sizeof(struct wf_queue_params),
	.cfg_size = sizeof(struct wf_queue_cfg),
	.state_size = sizeof(uint64_t), /* lib/pipe's: which queue */
	.compile = queue_compile,
	.stop = queue_stop,
};
