/* SPDX-License-Identifier: BSD-3-Clause
 * What the loss models share: the keys, their compiled form and the state. Each model is a file
 * wf_loss_*.c; wf_stage_loss.c puts them together.
 */
#ifndef WF_LOSS_H
#define WF_LOSS_H

#include "wf_choose.h"
#include "wf_rows.h"
#include "wf_stage.h"

/* The variant of the state is the model's number + 1: append only. */
enum wf_loss_model {
	WF_LOSS_BERNOULLI,
	WF_LOSS_GILBERT_ELLIOTT,
	WF_LOSS_4STATE,
	WF_LOSS_MARKOV, /* also what the other chains become when time clocks them */
	WF_LOSS_FAULT5,
	WF_LOSS_BER,
	WF_LOSS_EVERY,
	WF_LOSS_LIST,
	WF_LOSS_BURST,
	WF_LOSS_PATTERN,
	WF_LOSS_TRACE,
	WF_LOSS_CORRELATED, /* what bernoulli becomes with a correlation */
};

enum wf_loss_action { WF_LOSS_DROPS, WF_LOSS_MARKS };
enum wf_loss_incapable { WF_LOSS_INCAPABLE_DROP, WF_LOSS_INCAPABLE_PASS };
enum wf_loss_at { WF_LOSS_AT_EGRESS, WF_LOSS_AT_INGRESS };
enum wf_loss_clock { WF_LOSS_BY_PACKET, WF_LOSS_BY_TIME };

struct wf_loss_params {
	uint64_t given;
	int model;
	double p, plr, mean_burst, r, h, k;
	double p13, p31, p32, p23, p14;
	char *matrix, *state_loss;
	int clock;
	wf_ns_t step_ns;
	double ber;
	uint64_t every;
	char *packets;
	uint64_t burst;
	wf_ns_t period_ns;
	char *pattern, *trace;
	bool loop;
	double correlation;
	int action, not_capable;
	bool exempt_neighbour;
	int at;
};

/* Rows of the table, in its order. */
enum wf_loss_row {
	WF_LOSS_ROW_MODEL,
	WF_LOSS_ROW_P,
	WF_LOSS_ROW_PLR,
	WF_LOSS_ROW_MEAN_BURST,
	WF_LOSS_ROW_R,
	WF_LOSS_ROW_H,
	WF_LOSS_ROW_K,
	WF_LOSS_ROW_P13,
	WF_LOSS_ROW_P31,
	WF_LOSS_ROW_P32,
	WF_LOSS_ROW_P23,
	WF_LOSS_ROW_P14,
	WF_LOSS_ROW_MATRIX,
	WF_LOSS_ROW_STATE_LOSS,
	WF_LOSS_ROW_CLOCK,
	WF_LOSS_ROW_STEP,
	WF_LOSS_ROW_BER,
	WF_LOSS_ROW_EVERY,
	WF_LOSS_ROW_PACKETS,
	WF_LOSS_ROW_BURST,
	WF_LOSS_ROW_PERIOD,
	WF_LOSS_ROW_PATTERN,
	WF_LOSS_ROW_LOOP,
	WF_LOSS_ROW_CORRELATION,
	WF_LOSS_ROW_ACTION,
	WF_LOSS_ROW_NOT_CAPABLE,
	WF_LOSS_ROW_EXEMPT,
	WF_LOSS_ROW_AT,
	WF_LOSS_ROW_TRACE,
};

/* Ordinals first..last, from 1. */
struct wf_loss_range {
	uint64_t first, last;
};

struct wf_loss_cfg {
	uint8_t model; /* enum wf_loss_model */
	bool exempt_neighbour;
	bool marks;          /* Congestion Experienced instead of loss ... */
	bool pass_incapable; /* ... and what can't be marked passes */
	uint32_t n_ranges;
	union {
		struct {
			uint64_t lost[2]; /* threshold, by state: good, bad; bernoulli: the first */
			uint64_t step[2]; /* threshold of leaving the state */
			uint64_t start_bad;
		} chain;
		struct {
			const struct wf_loss_markov *m;
			wf_ns_t step_ns; /* 0: packets are the clock */
		} markov;
		const struct wf_loss_ber *ber;
		uint64_t every;
		const struct wf_loss_range *range;
		struct {
			uint64_t packets;
			wf_ns_t period_ns;
		} burst;
		const struct wf_loss_pattern *pattern;
		const struct wf_rows *trace; /* of thresholds */
		struct wf_choice choice;
	};
};

struct wf_loss_state {
	uint64_t n;    /* state of the chain, last choice, packets so far or still to lose */
	wf_ns_t at_ns; /* last step of a chain clocked by time, next burst, start of pattern */
};

/* Each returns 0, or -EINVAL with reasons in c->err, and sets c->forecast and what the model needs.
 * *idle: nothing is ever lost. */
int wf_loss_compile_chain(
	struct wf_loss_params *q, struct wf_block_compile *c, struct wf_loss_cfg *out, bool *idle);
int wf_loss_compile_markov(
	struct wf_loss_params *q, struct wf_block_compile *c, struct wf_loss_cfg *out, bool *idle);
int wf_loss_compile_ber(
	struct wf_loss_params *q, struct wf_block_compile *c, struct wf_loss_cfg *out, bool *idle);
int wf_loss_compile_counted(
	struct wf_loss_params *q, struct wf_block_compile *c, struct wf_loss_cfg *out, bool *idle);
int wf_loss_compile_pattern(
	struct wf_loss_params *q, struct wf_block_compile *c, struct wf_loss_cfg *out, bool *idle);
int wf_loss_compile_trace(
	struct wf_loss_params *q, struct wf_block_compile *c, struct wf_loss_cfg *out, bool *idle);

/* By model: the chains of two states and Bernoulli for every scope. */
wf_stage_run wf_loss_run_bernoulli, wf_loss_run_chain, wf_loss_run_markov, wf_loss_run_ber,
	wf_loss_run_counted, wf_loss_run_pattern, wf_loss_run_correlated, wf_loss_run_trace;
/* The loop of the chain of two states for just this configuration. */
wf_stage_run *wf_loss_choose_chain(const struct wf_loss_cfg *l, bool flow_scope);

/* First state of a chain of many states, stationary. */
uint64_t wf_loss_markov_start(const struct wf_loss_cfg *l, uint64_t draw);

static inline bool
wf_loss_spared(const struct wf_loss_cfg *l, const struct wf_batch *b, uint16_t i)
{
	return l->exempt_neighbour && (b->flags[i] & WF_ROW_NEIGHBOUR);
}

/* Loses the row with this probability. */
static inline void
wf_loss_draw(const struct wf_loss_cfg *l, struct wf_batch *b, uint16_t i, uint64_t threshold)
{
	if (wf_rng_below(wf_rng_draw(b->rng[i], WF_RNG_LOSS), threshold) &&
		!wf_loss_spared(l, b, i))
		b->drop[i] = WF_DROP_loss;
}

#endif
