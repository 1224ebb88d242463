/* SPDX-License-Identifier: BSD-3-Clause
 * The stage: the one interface that matters. An impairment is one file with a struct wf_block,
 * whose `stage` acts on packets, plus one line in the registry (wf_block_registry.c);
 * configuration, checks, JSON, command line and manual follow from its parameter table.
 *
 * Stages mark (drop, due, copies), the epilogue in lib/pipe acts. Time, length and randomness come
 * in the batch's columns; a stage never fetches them.
 */
#ifndef WF_STAGE_H
#define WF_STAGE_H

#include "wf_arena.h"
#include "wf_batch.h"
#include "wf_drop.h"
#include "wf_frame.h"
#include "wf_param.h"

/* Registry order is pipeline order. */
enum wf_block_id {
	WF_BLOCK_BLACKHOLE,
	WF_BLOCK_OUTAGE,
	WF_BLOCK_RESET,
	WF_BLOCK_UNREACHABLE,
	WF_BLOCK_DNS,
	WF_BLOCK_MTU,
	WF_BLOCK_REWRITE,
	WF_BLOCK_RATE,
	WF_BLOCK_QUEUE, /* parameters only: the rate stage acts on them */
	WF_BLOCK_SHARE, /* parameters only: lib/plan acts on them */
	WF_BLOCK_SLOT,
	WF_BLOCK_TARGET,
	WF_BLOCK_LOSS,
	WF_BLOCK_ARQ,
	WF_BLOCK_CORRUPT,
	WF_BLOCK_DUPLICATE,
	WF_BLOCK_REORDER,
	WF_BLOCK_DELAY,
	WF_BLOCK_COUNT
};
#define WF_BLOCK_MAX 32 /* one bit of struct wf_batch.edits each */
static_assert(WF_BLOCK_COUNT <= WF_BLOCK_MAX, "raise it, and the types of the bit masks");

/* What a compiled stage asks of the direction that it is part of. */
enum wf_stage_need {
	WF_NEED_FLOW = 1 << 0,   /* flow and rng columns: random draws, order per flow */
	WF_NEED_PARSE = 1 << 1,  /* row flags: which packets are neighbour discovery */
	WF_NEED_OWNER = 1 << 2,  /* state shared by a class: one worker must own it */
	WF_NEED_HOLD = 1 << 3,   /* may release later than arrival */
	WF_NEED_COPIES = 1 << 4, /* sets copies[]: rows are inserted behind this stage; at most
				  * max_copies for a packet */
	WF_NEED_BYTES = 1 << 5,  /* columns data, readable_bytes and parsed; edits and forges */
	WF_NEED_SORT = 1 << 6,   /* releases need not be in the order of arrivals */
	WF_NEED_QUEUE = 1 << 7,  /* cfg is a struct wf_queue_cfg: packets wait here in a real queue,
				  * and the stages behind run when they depart; `run` is NULL */
	WF_NEED_PARK = 1 << 9,   /* sets WF_ROW_PARK and WF_ROW_UNPARK */
	WF_NEED_CARRIER = 1 << 8, /* cfg is for wf_outage_is_down: while it is, the host that sends
				   * has no carrier */
};

/* Predictions for `wirefault check`, filled stage by stage in pipeline order. Where a length counts
 * they are for frames of this many bytes. */
#define WF_FORECAST_FRAME 1514
struct wf_forecast {
	double delay_mean_ns, delay_stddev_ns; /* without queueing; order's clamp not included */
	double delay_p99_ns, delay_max_ns;
	double delay_p50_ns;
	wf_ns_t half_life_ns;  /* of the likeness of delays; 0: none, or by packet (delay_rho) */
	double delay_rho;      /* from packet to packet, of the copula; NaN: not one number */
	double delay_kurtosis; /* fourth central moment / sd^4: how rare what makes the sd is */
	double corrupted;      /* of packets that reach the stage */
	double down;           /* of the time, by outages that come again and again */
	/* The share that each stage which goes by chance alone acts on, of what it looks for: UDP,
	 * TCP segments with data, DNS queries. 0: none, or not by chance alone. */
	double acts[WF_BLOCK_COUNT];
	/* What it takes to see that in traffic. */
	wf_ns_t step_ns;   /* what goes by time changes in steps of this; 0: nothing does */
	wf_ns_t gap_ns;    /* packets this far apart have delays of their own */
	bool flows;        /* only flows have delays of their own */
	double loss;       /* of packets that reach the loss stage */
	double mean_burst; /* packets in a row */
	double duplicated; /* copies per packet */
	double given_up;   /* by a link that sends again, of packets that reach that stage */
	double resend_mean_ns, resend_stddev_ns, resend_max_ns; /* what that adds to the delay */
	double held_max_ns;  /* that reordering holds a packet longer */
	uint64_t rate_bps;   /* 0: not limited */
	double queue_max_ns; /* longest wait that the limit allows; 0: no queue or unknown */
	bool blackhole;
	const char *note[WF_BLOCK_COUNT]; /* in words: wf_stage_note; NULL: nothing to say */
};

struct wf_stage_env;

/* Rows first..end-1 of one class; there is one at least. Rows already dropped are skipped. May set
 * the stage's bit in edits[] and forges[] of a row, having asked for WF_NEED_BYTES. */
typedef void wf_stage_run(const void *cfg, uint32_t state_offset, struct wf_batch *b,
	uint16_t first, uint16_t end, struct wf_stage_env *env);

struct wf_block_compile {
	void *const *blocks; /* [WF_BLOCK_COUNT] parameter structs of the direction, NULL: absent */
	bool flow_scope;     /* state per flow, not per class */
	const struct wf_where *where; /* of the stage's own block */
	struct wf_err *err;
	struct wf_forecast *forecast;
	void *(*reserve)(void *ctx, size_t bytes); /* see wf_stage_reserve */
	void *reserve_ctx;
	wf_stage_run *run;  /* out: does what the stage's `run` does, but for this cfg and scope
			     * only, and faster; NULL: there is none */
	uint32_t needs;     /* out: enum wf_stage_need */
	uint32_t hot_bytes; /* in: of its state, from its beginning; out: what packets touch */
	bool early;         /* out: run right behind outage, before all other stages */
	uint8_t max_copies; /* out, with WF_NEED_COPIES: 1 to 7 */
	wf_ns_t copy_spacing_ns; /* out, with WF_NEED_COPIES: the k-th copy is due k * this later */
};

/* Memory for a table that the compiled form points to: zeroed, aligned to a cache line, const once
 * compile has returned, freed with the plan. NULL adds an error. */
static inline void *
wf_stage_reserve(const struct wf_block_compile *c, size_t bytes)
{
	return c->reserve(c->reserve_ctx, bytes);
}

/* A sentence without a full stop for `wirefault check`: what the stage will do. Longer ones are
 * cut. */
#define WF_STAGE_NOTE 256
void wf_stage_note(const struct wf_block_compile *c, enum wf_block_id id, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The same for a probability of 1, which is what some write for 1 %. */
void wf_stage_note_certain(const struct wf_block_compile *c, enum wf_block_id id, const char *what);

/* What a worker lends its stages. */
struct wf_stage_env {
	wf_ns_t start_ns; /* what outages, waves and traces count from: see wf_stage_since */
	struct wf_arena arena;
	uint64_t clamped;    /* packets released later than their own delay to keep an order */
	uint64_t clamped_ns; /* by how much in all */
	uint64_t resent, resent_bytes; /* by the link */
				       /* All four are read and cleared by lib/pipe. */
	/* The queue that the state of the queue block names is needed no more. NULL: there are none
	 * any more. */
	void (*end_queue)(void *ctx, uint64_t name);
	void *end_queue_ctx;
};

/* How long after the start; a packet that still came before it counts as come with it. */
static inline wf_ns_t
wf_stage_since(const struct wf_stage_env *env, wf_ns_t ns)
{
	return ns > env->start_ns ? ns - env->start_ns : 0;
}

/* The row of these flags waits for ns more, to keep its order. A packet counts once, however many
 * stages it waits for. */
static inline void
wf_stage_clamped(struct wf_stage_env *env, uint8_t *flags, wf_ns_t ns)
{
	env->clamped += (*flags & WF_ROW_CLAMPED) == 0;
	env->clamped_ns += ns;
	*flags |= WF_ROW_CLAMPED;
}

/* What a stage does to packets. */
struct wf_stage_ops {
	/* For every cfg and scope. */
	wf_stage_run *run;
	/* Changes the bytes of a packet whose bit in edits[] is set, if it leaves. NULL: never. */
	void (*edit)(const void *cfg, struct wf_frame *frame);
	/* Makes packets because of one whose bit in forges[] is set, dropped or not; returns how
	 * many of WF_FORGED_MAX. NULL: never. */
	uint32_t (*forge)(const void *cfg, const struct wf_frame *cause, struct wf_forged *out);
};

/* A block of keys of a direction. Most are stages; `queue` is a place where packets wait, and
 * `share` says for whose rate. */
struct wf_block {
	const struct wf_stage_ops *stage; /* NULL: it is none */
	const char *name;                 /* config key = JSON key = manual heading */
	const char *summary;              /* one sentence without a full stop */
	const char *main_key;             /* a scalar for the block sets this key ... */
	const char *selector; /* key that chooses the model or distribution; NULL: there is none */
	const char *scalar_choice; /* ... and the selector to this; NULL: leaves it alone */
	const struct wf_param *params;
	size_t params_size;
	uint32_t cfg_size;   /* compiled form: const, shared by all workers */
	uint32_t state_size; /* per class or flow; at most 64, a multiple of 8. Nobody may keep its
			      * address: it moves when the plan changes */
	/* Human units to thresholds, reciprocals and tables. `cfg` is zeroed. Returns the variant
	 * (1..15) whose state it uses, 0 if the stage does nothing and is to be left out, or
	 * -EINVAL with the reasons in c->err. */
	int (*compile)(const void *params, struct wf_block_compile *c, void *cfg);
	/* First packet of a class or flow under this variant. `state` is zeroed. NULL: zeroes. */
	void (*start)(const void *cfg, void *state, uint64_t packet_rng, wf_ns_t now_ns);
	/* Class or flow ends: give back what the state took from the arena. NULL: nothing. */
	void (*stop)(void *state, struct wf_stage_env *env);
};

/* [WF_BLOCK_COUNT] */
extern const struct wf_block *const wf_block_registry[WF_BLOCK_COUNT];

/* Block id of a configuration key, -1 if it is none. */
int wf_block_find(const char *name);

/* Of a state block, at most: wf_state_layout.h. */
#define WF_STATE_MAX 448

#endif
