/* SPDX-License-Identifier: BSD-3-Clause
 * Loss: the keys of all models, and which model runs. The models are wf_loss_*.c.
 */
#include <errno.h>

#include "wf_ecn.h"
#include "wf_loss.h"
#include "wf_stages.h"

static const char *const model_names[] = { "bernoulli", "gilbert-elliott", "4-state", "markov",
	"fault-5state", "ber", "every", "list", "burst", "pattern", "trace", NULL };
static const char *const action_names[] = { "drop", "mark", NULL };
static const char *const incapable_names[] = { "drop", "pass", NULL };
static const char *const at_names[] = { "egress", "ingress", NULL };
static const char *const clock_names[] = { "packet", "time", NULL };

#define CHAINS                                                                                     \
	(1 << WF_LOSS_GILBERT_ELLIOTT | 1 << WF_LOSS_4STATE | 1 << WF_LOSS_MARKOV |                \
		1 << WF_LOSS_FAULT5)

static const struct wf_param params[] = {
	[WF_LOSS_ROW_MODEL] = { .name = "model",
		.type = WF_PARAM_CHOICE,
		.offset = offsetof(struct wf_loss_params, model),
		.fallback = "bernoulli",
		.choices = model_names,
		.help = "how losses depend on each other" },
	[WF_LOSS_ROW_P] = { .name = "p",
		.type = WF_PARAM_PROB,
		.offset = offsetof(struct wf_loss_params, p),
		.belongs = 1 << WF_LOSS_BERNOULLI | 1 << WF_LOSS_GILBERT_ELLIOTT,
		.help = "bernoulli: probability of loss; gilbert-elliott: P(good -> bad)" },
	[WF_LOSS_ROW_PLR] = { .name = "plr",
		.type = WF_PARAM_PROB,
		.offset = offsetof(struct wf_loss_params, plr),
		.belongs = 1 << WF_LOSS_GILBERT_ELLIOTT,
		.help = "gilbert-elliott: loss rate in the long run, instead of p" },
	[WF_LOSS_ROW_MEAN_BURST] = { .name = "mean_burst",
		.type = WF_PARAM_REAL,
		.offset = offsetof(struct wf_loss_params, mean_burst),
		.min = "1",
		.max = "1000000",
		.belongs = 1 << WF_LOSS_GILBERT_ELLIOTT,
		.help = "gilbert-elliott: mean length of a run of losses in packets, instead of "
			"r" },
	[WF_LOSS_ROW_R] = { .name = "r",
		.type = WF_PARAM_PROB,
		.offset = offsetof(struct wf_loss_params, r),
		.belongs = 1 << WF_LOSS_GILBERT_ELLIOTT,
		.help = "gilbert-elliott: P(bad -> good)" },
	[WF_LOSS_ROW_H] = { .name = "h",
		.type = WF_PARAM_PROB,
		.offset = offsetof(struct wf_loss_params, h),
		.fallback = "0",
		.belongs = 1 << WF_LOSS_GILBERT_ELLIOTT,
		.help = "gilbert-elliott: P(delivered | bad)" },
	[WF_LOSS_ROW_K] = { .name = "k",
		.type = WF_PARAM_PROB,
		.offset = offsetof(struct wf_loss_params, k),
		.fallback = "1",
		.belongs = 1 << WF_LOSS_GILBERT_ELLIOTT,
		.help = "gilbert-elliott: P(delivered | good)" },
	[WF_LOSS_ROW_P13] = { .name = "p13",
		.type = WF_PARAM_PROB,
		.offset = offsetof(struct wf_loss_params, p13),
		.belongs = 1 << WF_LOSS_4STATE,
		.help = "4-state: P(delivered in a gap -> lost in a burst)" },
	[WF_LOSS_ROW_P31] = { .name = "p31",
		.type = WF_PARAM_PROB,
		.offset = offsetof(struct wf_loss_params, p31),
		.belongs = 1 << WF_LOSS_4STATE,
		.help = "4-state: P(lost in a burst -> gap), 1 - p13 if not given" },
	[WF_LOSS_ROW_P32] = { .name = "p32",
		.type = WF_PARAM_PROB,
		.offset = offsetof(struct wf_loss_params, p32),
		.fallback = "0",
		.belongs = 1 << WF_LOSS_4STATE,
		.help = "4-state: P(lost in a burst -> delivered in it)" },
	[WF_LOSS_ROW_P23] = { .name = "p23",
		.type = WF_PARAM_PROB,
		.offset = offsetof(struct wf_loss_params, p23),
		.fallback = "1",
		.belongs = 1 << WF_LOSS_4STATE,
		.help = "4-state: P(delivered in a burst -> lost in it)" },
	[WF_LOSS_ROW_P14] = { .name = "p14",
		.type = WF_PARAM_PROB,
		.offset = offsetof(struct wf_loss_params, p14),
		.fallback = "0",
		.belongs = 1 << WF_LOSS_4STATE,
		.help = "4-state: P(delivered in a gap -> lost alone)" },
	[WF_LOSS_ROW_MATRIX] = { .name = "matrix",
		.type = WF_PARAM_STRING,
		.offset = offsetof(struct wf_loss_params, matrix),
		.belongs = 1 << WF_LOSS_MARKOV,
		.help = "markov: a row of probabilities for each state, as in 0.9 0.1; 0.5 0.5" },
	[WF_LOSS_ROW_STATE_LOSS] = { .name = "state_loss",
		.type = WF_PARAM_STRING,
		.offset = offsetof(struct wf_loss_params, state_loss),
		.belongs = 1 << WF_LOSS_MARKOV,
		.help = "markov: probability of loss in each state, as in 0% 100%" },
	[WF_LOSS_ROW_CLOCK] = { .name = "clock",
		.type = WF_PARAM_CHOICE,
		.offset = offsetof(struct wf_loss_params, clock),
		.fallback = "packet",
		.choices = clock_names,
		.belongs = CHAINS | 1 << WF_LOSS_PATTERN,
		.help = "chains and pattern: what makes a step, a packet or time" },
	[WF_LOSS_ROW_STEP] = { .name = "step",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct wf_loss_params, step_ns),
		.fallback = "1ms",
		.min = "1us",
		.max = "1h",
		.belongs = CHAINS | 1 << WF_LOSS_PATTERN,
		.help = "with clock = time: how long a step is" },
	[WF_LOSS_ROW_BER] = { .name = "ber",
		.type = WF_PARAM_PROB,
		.offset = offsetof(struct wf_loss_params, ber),
		.belongs = 1 << WF_LOSS_BER,
		.help = "ber: probability that a bit is hit; a frame with one such bit is lost" },
	[WF_LOSS_ROW_EVERY] = { .name = "every",
		.type = WF_PARAM_COUNT,
		.offset = offsetof(struct wf_loss_params, every),
		.min = "1",
		.max = "1000000000000",
		.belongs = 1 << WF_LOSS_EVERY,
		.help = "every: one of how many packets is lost" },
	[WF_LOSS_ROW_PACKETS] = { .name = "packets",
		.type = WF_PARAM_STRING,
		.offset = offsetof(struct wf_loss_params, packets),
		.belongs = 1 << WF_LOSS_LIST,
		.help = "list: numbers of the packets to lose, from 1, as in 1 5 17-20" },
	[WF_LOSS_ROW_BURST] = { .name = "burst",
		.type = WF_PARAM_COUNT,
		.offset = offsetof(struct wf_loss_params, burst),
		.min = "1",
		.max = "1000000000",
		.belongs = 1 << WF_LOSS_BURST,
		.help = "burst: how many packets in a row" },
	[WF_LOSS_ROW_PERIOD] = { .name = "period",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct wf_loss_params, period_ns),
		.min = "1us",
		.max = "24h",
		.belongs = 1 << WF_LOSS_BURST,
		.help = "burst: time from burst to burst" },
	[WF_LOSS_ROW_PATTERN] = { .name = "pattern",
		.type = WF_PARAM_STRING,
		.names_file = true,
		.offset = offsetof(struct wf_loss_params, pattern),
		.belongs = 1 << WF_LOSS_PATTERN,
		.help = "pattern: file of 0 (delivered) and 1 (lost), one for each step" },
	[WF_LOSS_ROW_LOOP] = { .name = "loop",
		.type = WF_PARAM_BOOL,
		.offset = offsetof(struct wf_loss_params, loop),
		.fallback = "true",
		.belongs = 1 << WF_LOSS_PATTERN | 1 << WF_LOSS_TRACE,
		.help = "again from its start at its end; otherwise nothing is lost behind a "
			"pattern, and a trace stays at its last row" },
	[WF_LOSS_ROW_CORRELATION] = { .name = "correlation",
		.type = WF_PARAM_PROB,
		.offset = offsetof(struct wf_loss_params, correlation),
		.fallback = "0%",
		.max = "99.99%",
		.belongs = 1 << WF_LOSS_BERNOULLI,
		.help = "bernoulli: correlation of a packet's loss with that of the packet "
			"before" },
	[WF_LOSS_ROW_ACTION] = { .name = "action",
		.type = WF_PARAM_CHOICE,
		.offset = offsetof(struct wf_loss_params, action),
		.fallback = "drop",
		.choices = action_names,
		.help = "what happens to a packet that the model loses: it is dropped, or marked "
			"(ECN CE) where it is ECN-capable" },
	[WF_LOSS_ROW_NOT_CAPABLE] = { .name = "not_capable",
		.type = WF_PARAM_CHOICE,
		.offset = offsetof(struct wf_loss_params, not_capable),
		.fallback = "drop",
		.choices = incapable_names,
		.help = "action = mark: what happens to packets that are not ECN-capable" },
	[WF_LOSS_ROW_EXEMPT] = { .name = "exempt_neighbour",
		.type = WF_PARAM_BOOL,
		.offset = offsetof(struct wf_loss_params, exempt_neighbour),
		.fallback = "false",
		.help = "never lose ARP and IPv6 Neighbour Discovery" },
	[WF_LOSS_ROW_AT] = { .name = "at",
		.type = WF_PARAM_CHOICE,
		.offset = offsetof(struct wf_loss_params, at),
		.fallback = "egress",
		.choices = at_names,
		.help = "where loss sits: behind rate and queue, so that what is lost has used the "
			"link, or before them and everything else but blackhole and outage" },
	[WF_LOSS_ROW_TRACE] = { .name = "trace",
		.type = WF_PARAM_STRING,
		.names_file = true,
		.offset = offsetof(struct wf_loss_params, trace),
		.belongs = 1 << WF_LOSS_TRACE,
		.help = "trace: file of rows, time and loss, or time, rate, delay and loss" },
	{ 0 },
};

/* Every key that the model has no use for. */
static int
check_foreign(const struct wf_loss_params *q, const struct wf_block_compile *c)
{
	const struct wf_param_choice chosen = { params, WF_LOSS_ROW_MODEL, q->model,
		"Leave the key out, or choose the model that it belongs to" };
	int rc = wf_param_foreign(&chosen, 0, WF_PARAM_LAST, q, c->where, c->err);

	if (rc == 0 && wf_param_given(q, WF_LOSS_ROW_STEP) && q->clock != WF_LOSS_BY_TIME)
		rc = wf_err_add(c->err, c->where, "Add clock = \"time\"",
			"\"step\" is for what time clocks");
	if (rc == 0 && wf_param_given(q, WF_LOSS_ROW_NOT_CAPABLE) && q->action != WF_LOSS_MARKS)
		rc = wf_err_add(c->err, c->where, "Add action = \"mark\"",
			"\"not_capable\" is for losses that become marks");
	return rc;
}

/* Loss in front of nothing is a mistake. */
static int
check_place(const struct wf_loss_params *q, const struct wf_block_compile *c)
{
	if (q->at == WF_LOSS_AT_EGRESS)
		return 0;
	for (int id = WF_BLOCK_OUTAGE + 1; id < WF_BLOCK_LOSS; id++)
		if (c->blocks[id] != NULL)
			return 0;
	return wf_err_add(c->err, c->where, "Give it a rate, or leave \"at\" out",
		"at = \"ingress\" is before rate and queue, but there are none here");
}

static wf_stage_run *const by_model[] = {
	[WF_LOSS_BERNOULLI] = wf_loss_run_bernoulli,
	[WF_LOSS_GILBERT_ELLIOTT] = wf_loss_run_chain,
	[WF_LOSS_MARKOV] = wf_loss_run_markov,
	[WF_LOSS_BER] = wf_loss_run_ber,
	[WF_LOSS_EVERY] = wf_loss_run_counted,
	[WF_LOSS_LIST] = wf_loss_run_counted,
	[WF_LOSS_BURST] = wf_loss_run_counted,
	[WF_LOSS_PATTERN] = wf_loss_run_pattern,
	[WF_LOSS_TRACE] = wf_loss_run_trace,
	[WF_LOSS_CORRELATED] = wf_loss_run_correlated,
};

static int
loss_compile(const void *block, struct wf_block_compile *c, void *cfg)
{
	struct wf_loss_params q = *(const struct wf_loss_params *)block;
	struct wf_loss_cfg *out = cfg;
	bool idle = false;
	int rc;

	if (check_foreign(&q, c) < 0 || check_place(&q, c) < 0)
		return -EINVAL;
	c->early = q.at == WF_LOSS_AT_INGRESS;
	c->needs |= WF_NEED_FLOW;
	out->exempt_neighbour = q.exempt_neighbour;
	out->marks = q.action == WF_LOSS_MARKS;
	out->pass_incapable = q.not_capable == WF_LOSS_INCAPABLE_PASS;
	if (out->marks)
		c->needs |= WF_NEED_BYTES;
	if (q.exempt_neighbour)
		c->needs |= WF_NEED_PARSE;
	switch (q.model) {
	case WF_LOSS_BERNOULLI:
	case WF_LOSS_GILBERT_ELLIOTT:
		rc = wf_loss_compile_chain(&q, c, out, &idle);
		break;
	case WF_LOSS_BER:
		rc = wf_loss_compile_ber(&q, c, out, &idle);
		break;
	case WF_LOSS_EVERY:
	case WF_LOSS_LIST:
	case WF_LOSS_BURST:
		rc = wf_loss_compile_counted(&q, c, out, &idle);
		break;
	case WF_LOSS_TRACE:
		rc = wf_loss_compile_trace(&q, c, out, &idle);
		break;
	case WF_LOSS_PATTERN:
		rc = wf_loss_compile_pattern(&q, c, out, &idle);
		break;
	default:
		rc = wf_loss_compile_markov(&q, c, out, &idle);
	}
	out->model = (uint8_t)q.model;
	if (q.model == WF_LOSS_4STATE || q.model == WF_LOSS_FAULT5 ||
		(q.model == WF_LOSS_GILBERT_ELLIOTT && q.clock == WF_LOSS_BY_TIME))
		out->model = WF_LOSS_MARKOV;
	if (q.model == WF_LOSS_BERNOULLI && q.correlation > 0)
		out->model = WF_LOSS_CORRELATED;
	if (rc < 0)
		return -EINVAL;
	if (!out->marks)
		c->run = out->model == WF_LOSS_GILBERT_ELLIOTT
				 ? wf_loss_choose_chain(out, c->flow_scope)
				 : by_model[out->model];
	if (c->run != NULL && out->model == WF_LOSS_GILBERT_ELLIOTT)
		c->hot_bytes = sizeof(((struct wf_loss_state *)0)->n);
	if (c->run != NULL && out->model == WF_LOSS_BERNOULLI)
		c->hot_bytes = 0;
	if (q.model == WF_LOSS_BERNOULLI && q.p == 1)
		wf_stage_note_certain(c, WF_BLOCK_LOSS, "every packet is lost");
	else if (c->early && !idle)
		wf_stage_note(c, WF_BLOCK_LOSS,
			"at the ingress: what is lost takes nothing of rate and queue");
	return idle ? 0 : out->model + 1;
}

static void
loss_start(const void *cfg, void *state, uint64_t packet_rng, wf_ns_t now_ns)
{
	const struct wf_loss_cfg *l = cfg;
	struct wf_loss_state *s = state;
	uint64_t draw = wf_rng_draw(packet_rng, WF_RNG_LOSS_START);

	if (l->model == WF_LOSS_GILBERT_ELLIOTT)
		s->n = wf_rng_below(draw, l->chain.start_bad);
	else if (l->model == WF_LOSS_MARKOV)
		s->n = wf_loss_markov_start(l, draw);
	s->at_ns = now_ns;
	if (l->model == WF_LOSS_BURST)
		s->at_ns += l->burst.period_ns;
}

/* What the model has lost and can be marked is alive again. Nobody before has dropped with this
 * cause. */
static void
mark(const struct wf_loss_cfg *l, struct wf_batch *b, uint16_t first, uint16_t end)
{
	for (uint16_t i = first; i < end; i++) {
		if (b->drop[i] != WF_DROP_loss)
			continue;
		if (b->parsed[i]->ecn != 0) {
			b->drop[i] = WF_DROP_NONE;
			b->edits[i] |= 1u << WF_BLOCK_LOSS;
		} else if (l->pass_incapable) {
			b->drop[i] = WF_DROP_NONE;
		}
	}
}

static void
loss_edit(const void *cfg, struct wf_frame *f)
{
	struct wf_parsed now;

	/* An edit before this one may have moved the IP header. */
	wf_parse(f->data, f->readable_bytes, &now);
	wf_ecn_mark(f->data, &now);
	f->marked = true;
}

static void
loss_run(const void *cfg, uint32_t state_offset, struct wf_batch *b, uint16_t first, uint16_t end,
	struct wf_stage_env *env)
{
	const struct wf_loss_cfg *l = cfg;

	by_model[l->model](l, state_offset, b, first, end, env);
	if (l->marks)
		mark(l, b, first, end);
}

const struct wf_block wf_block_loss = {
	.stage = &(const struct wf_stage_ops){ .run = loss_run, .edit = loss_edit },
	.name = "loss",
	.summary = "Loses packets at random, one by one or in bursts, or by a plan",
	.main_key = "p",
	.selector = "model",
	.scalar_choice = "bernoulli",
	.params = params,
	.params_size = sizeof(struct wf_loss_params),
	.cfg_size = sizeof(struct wf_loss_cfg),
	.state_size = sizeof(struct wf_loss_state),
	.compile = loss_compile,
	.start = loss_start,
};
