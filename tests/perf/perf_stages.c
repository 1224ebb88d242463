/* SPDX-License-Identifier: BSD-3-Clause
 * Every stage alone, on full bursts of one flow. The columns that a stage writes are made ready for
 * each burst; what that costs is the case "stage/none".
 */
#include <stdlib.h>
#include <string.h>

#include "perf.h"
#include "rig.h"
#include "wf_rng.h"

#define NONE UINT64_MAX

struct stages {
	struct rig *rig;
	bool none;
	wf_ns_t now_ns;
	uint64_t ordinal;
	uint8_t frame[64];
};

/* The columns as intake leaves them. */
static void
make_ready(struct stages *s)
{
	struct wf_batch *b = &s->rig->batch;

	for (uint32_t i = 0; i < WF_BURST; i++) {
		b->rx_ns[i] = b->due_ns[i] = s->now_ns;
		b->rng[i] = wf_rng_packet(s->rig->flow.rng_key, s->ordinal++);
	}
	memset(b->drop, 0, WF_BURST);
	memset(b->copies, 0, WF_BURST);
	memset(b->edits, 0, WF_BURST * sizeof(b->edits[0]));
	memset(b->forges, 0, WF_BURST * sizeof(b->forges[0]));
	s->now_ns += WF_BURST * 100;
}

static uint64_t
stages_run(void *state, uint64_t n)
{
	struct stages *s = state;
	struct rig *r = s->rig;
	uint64_t done = 0;

	for (; done < n; done += WF_BURST) {
		make_ready(s);
		if (!s->none)
			r->run(r->cfg, 0, &r->batch, 0, WF_BURST, &r->env);
	}
	return done;
}

static void
stages_close(void *state)
{
	struct stages *s = state;

	rig_free(s->rig);
	free(s);
}

/* number: the stage; text: its keys. */
static void *
stages_open(const struct perf_case *c)
{
	struct stages *s = perf_memory(sizeof(*s));

	s->none = c->number == NONE;
	s->rig = rig_new(s->none ? WF_BLOCK_DELAY : (enum wf_block_id)c->number, c->text);
	s->now_ns = WF_NS_PER_S;
	perf_frame(s->frame, 1);
	for (uint32_t i = 0; i < WF_BURST; i++)
		rig_add_frame(s->rig, s->now_ns, s->frame, 64);
	rig_run(s->rig); /* starts its state */
	return s;
}

#define STAGE(name, id, keys)                                                                      \
	{                                                                                          \
		"stage/" name, stages_open, stages_run, stages_close, keys, id                     \
	}

const struct perf_case perf_stages[] = {
	STAGE("none", NONE, "mean=1ms"),
	STAGE("blackhole", WF_BLOCK_BLACKHOLE, "on=true"),
	STAGE("outage", WF_BLOCK_OUTAGE, "period=1s down=1ms"),
	STAGE("reset", WF_BLOCK_RESET, "p=1%"),
	STAGE("unreachable", WF_BLOCK_UNREACHABLE, "p=1%"),
	STAGE("dns", WF_BLOCK_DNS, "p=1%"),
	STAGE("mtu", WF_BLOCK_MTU, "mtu=1400"),
	STAGE("rewrite", WF_BLOCK_REWRITE, "dscp=10"),
	STAGE("rate", WF_BLOCK_RATE, "rate=400Gbit queue.limit=100ms"),
	STAGE("police", WF_BLOCK_RATE, "rate=400Gbit mode=police burst=15kB"),
	STAGE("slot", WF_BLOCK_SLOT, "min=1ms max=2ms"),
	STAGE("target", WF_BLOCK_TARGET, "p=1%"),
	STAGE("loss-bernoulli", WF_BLOCK_LOSS, "p=1%"),
	STAGE("loss-gilbert-elliott", WF_BLOCK_LOSS, "model=gilbert-elliott plr=1% mean_burst=4"),
	STAGE("loss-ber", WF_BLOCK_LOSS, "model=ber ber=1e-6"),
	STAGE("corrupt", WF_BLOCK_CORRUPT, "p=1%"),
	STAGE("duplicate", WF_BLOCK_DUPLICATE, "p=1%"),
	STAGE("reorder-hold", WF_BLOCK_REORDER, "model=hold p=1% time=5ms"),
	STAGE("delay-constant", WF_BLOCK_DELAY, "mean=10ms"),
	STAGE("delay-uniform", WF_BLOCK_DELAY, "distribution=uniform min=9ms max=11ms"),
	STAGE("delay-normal-fifo", WF_BLOCK_DELAY, "mean=10ms stddev=1ms"),
	STAGE("delay-normal-flow", WF_BLOCK_DELAY, "mean=10ms stddev=1ms order=flow"),
	STAGE("delay-normal-free", WF_BLOCK_DELAY, "mean=10ms stddev=1ms order=free"),
	STAGE("delay-rho", WF_BLOCK_DELAY, "mean=10ms stddev=1ms order=free rho=0.5"),
	STAGE("delay-half-life", WF_BLOCK_DELAY, "mean=10ms stddev=1ms order=free half_life=1ms"),
	STAGE("delay-gamma-free", WF_BLOCK_DELAY,
		"distribution=gamma mean=10ms stddev=5ms order=free"),
	STAGE("delay-pareto-free", WF_BLOCK_DELAY,
		"distribution=pareto shape=2.5 scale=5ms order=free"),
	{ NULL },
};
