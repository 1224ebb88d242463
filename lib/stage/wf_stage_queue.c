/* SPDX-License-Identifier: BSD-3-Clause
 * The queue in front of a rate. A tail-drop queue is part of the rate's virtual clock
 * (wf_stage_rate.c) and this file only has its parameters; what decides at departure is compiled
 * here into a real queue (lib/queue), in which lib/pipe keeps the packets.
 */
#include <errno.h>

#include "wf_stages.h"

static const char *const drop_names[] = { "tail", "head", NULL };

enum aqm { NONE, CODEL, FQ_CODEL };
static const char *const aqm_names[] = { "none", "codel", "fq-codel", NULL };

enum { LIMIT, DROP, AQM, ECN, TARGET, INTERVAL, QUANTUM, FLOWS };

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
		.fallback = "tail",
		.choices = drop_names,
		.help = "which packet goes when the limit is reached: the arriving one, or the one "
			"that has waited longest (of the longest flow, with fq-codel)" },
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
		.belongs = 1 << CODEL | 1 << FQ_CODEL,
		.help = "mark packets that are capable of ECN instead of dropping them" },
	[TARGET] = { .name = "target",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct wf_queue_params, target),
		.min = "1us",
		.max = "1h",
		.belongs = 1 << CODEL | 1 << FQ_CODEL,
		.help = "the wait to aim at; by default 5 ms" },
	[INTERVAL] = { .name = "interval",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct wf_queue_params, interval),
		.fallback = "100ms",
		.min = "1us",
		.max = "1h",
		.belongs = 1 << CODEL | 1 << FQ_CODEL,
		.help = "codel: how long the wait may be above the target; about a round-trip "
			"time" },
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
	{ 0 },
};

static int
check(const struct wf_queue_params *q, struct wf_stage_compile *c)
{
	int rc = 0;

	if (c->blocks[WF_STAGE_RATE] == NULL)
		return wf_err_add(c->err, c->where, "Add rate = \"100Mbit\", or leave queue out",
			"a queue without a \"rate\" never fills");
	for (int i = 0; params[i].name != NULL; i++)
		if (wf_param_given(q, (size_t)i) && params[i].belongs != 0 &&
			(params[i].belongs & 1u << q->aqm) == 0)
			rc = wf_err_add(c->err, c->where,
				"Choose another aqm, or leave the key out",
				"\"%s\" does not belong to aqm \"%s\"", params[i].name,
				aqm_names[q->aqm]);
	if (q->aqm == FQ_CODEL && (q->flows & (q->flows - 1)) != 0)
		rc = wf_err_add(
			c->err, c->where, "Write flows = 1024", "\"flows\" is not a power of two");
	if (q->aqm == FQ_CODEL && c->flow_scope)
		rc = wf_err_add(c->err, c->where, "Write aqm = \"codel\", or scope = \"class\"",
			"with scope \"flow\" each flow has a queue of its own already");
	return rc;
}

static int
compile(const void *block, struct wf_stage_compile *c, void *cfg)
{
	static const uint8_t kind[] = {
		[NONE] = WF_QUEUE_FIFO, [CODEL] = WF_QUEUE_CODEL, [FQ_CODEL] = WF_QUEUE_FQ_CODEL
	};
	const struct wf_queue_params *q = block;
	struct wf_queue_cfg *out = cfg;

	if (check(q, c) < 0)
		return -EINVAL;
	if (!wf_queue_is_real(q))
		return 0;
	wf_rate_serve(c->blocks, &out->serve);
	out->kind = kind[q->aqm];
	out->head = q->drop == WF_QUEUE_HEAD;
	out->ecn = q->ecn;
	out->codel = (struct wf_codel_cfg){
		.target_ns = wf_param_given(q, TARGET) ? q->target : 5 * WF_NS_PER_MS,
		.interval_ns = q->interval,
		.max_packet = (uint32_t)wf_wire_bytes(&out->serve.wire, 1514),
		.quantum = (uint32_t)q->quantum,
		.n_flows = (uint32_t)q->flows,
	};
	c->needs |= WF_NEED_QUEUE | WF_NEED_HOLD | WF_NEED_SORT;
	if (q->aqm == FQ_CODEL)
		c->needs |= WF_NEED_FLOW;
	if (q->ecn)
		c->needs |= WF_NEED_BYTES;
	if (!c->flow_scope)
		c->needs |= WF_NEED_OWNER;
	return 1;
}

const struct wf_stage_ops wf_stage_queue = {
	.name = "queue",
	.summary = "Limits how much may wait for the rate, and says which packets go",
	.main_key = "limit",
	.selector = "aqm",
	.params = params,
	.params_size = sizeof(struct wf_queue_params),
	.cfg_size = sizeof(struct wf_queue_cfg),
	.state_size = sizeof(uint64_t), /* lib/pipe's: which queue */
	.compile = compile,
};
