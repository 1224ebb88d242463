/* SPDX-License-Identifier: BSD-3-Clause
 * The plan: a configuration compiled for the data path. Immutable once published; made and freed by
 * the control core, read by the workers. Compiling needs no EAL; arming (rte_acl) does.
 */
#ifndef WF_PLAN_H
#define WF_PLAN_H

#include <stdatomic.h>

#include "wf_conf.h"
#include "wf_filter.h"
#include "wf_rules.h"

/* One compiled stage of a class. */
struct wf_plan_step {
	wf_stage_run *run;
	const void *cfg;
	void (*edit)(const void *cfg, struct wf_frame *frame);
	uint32_t (*forge)(const void *cfg, const struct wf_frame *cause, struct wf_forged *out);
	uint32_t state_offset;
	uint8_t stage; /* enum wf_block_id */
	uint8_t variant;
	bool copies;             /* rows are inserted behind it ... */
	wf_ns_t copy_spacing_ns; /* ... the k-th due k * this later */
};

struct wf_plan_pack;

/* What the data path hardly asks of a class. */
struct wf_plan_about {
	char name[WF_NAME_MAX];
	struct wf_plan_pack *pack;     /* what it was compiled to; NULL: another plan's */
	uint8_t variant[WF_BLOCK_MAX]; /* of each stage that keeps state; 0: none */
	struct wf_forecast forecast;
	bool stale; /* its files can't be read as they are now: what was read of them before stands
		     */
};

/* One cache line. Its packets go through the steps before the queue, wait in it if there is one,
 * and go through the steps behind it when they depart, at once where there is none. (A queue that a
 * change has taken away drains: what waited in it goes through the steps behind.) */
struct wf_plan_class {
	uint32_t uid;       /* never used twice: state of another class is never taken for ours */
	uint32_t run_uid;   /* the same, and state of another run is not */
	uint32_t state_uid; /* changes with the set of variants */
	uint16_t slot;      /* index of its counters and class state; kept over live changes */
	bool flow_scope;
	bool needs_state; /* some stage keeps state */
	bool shares;      /* its packets wait for the server of the default class's queue */
	uint8_t n_before, n_behind;
	uint8_t state_lines;   /* bits of the cache lines of a state block that its packets touch */
	uint16_t state_bytes;  /* of its state block */
	uint16_t queue_offset; /* of the queue's state in it */
	uint64_t layout;       /* wf_state_layout */
	const struct wf_plan_step *before;
	const struct wf_queue_cfg *queue;  /* NULL: none */
	const struct wf_plan_step *behind; /* in memory behind `before`: see wf_plan_steps */
	struct wf_plan_about *about;
} __attribute__((aligned(WF_CACHE_LINE)));
static_assert(sizeof(struct wf_plan_class) == WF_CACHE_LINE, "one line");

/* All steps of the class in their order: before[0] to before[n - 1]. */
static inline uint8_t
wf_plan_steps(const struct wf_plan_class *k)
{
	return (uint8_t)(k->n_before + k->n_behind);
}

/* What may be another in each packet of a flow. */
#define WF_PLAN_PER_PACKET ((uint32_t)(WF_MATCH_MAC | WF_MATCH_DSCP))

/* A class whose packets are picked one by one, by their bytes: what its match and its filter say of
 * a packet can't be remembered by the flow. Packets of such a class are flows of their own (`tag`
 * tells them apart from the flow that they were picked from), so that neither disturbs the state of
 * the other. */
struct wf_plan_pick {
	struct wf_rule rule;
	struct wf_rules *rules; /* the match but for WF_PLAN_PER_PACKET, armed; NULL: any packet */
	struct wf_filter *filter; /* NULL: none */
	uint8_t tag[4];           /* of the class's name */
};

/* What a burst goes through: decided here, not packet by packet. */
enum wf_path {
	WF_PATH_GENERAL,  /* anything */
	WF_PATH_STRAIGHT, /* packets are dropped or released, not copied or changed, and wait for
			   * nothing but their time */
	WF_PATH_WIRE      /* nothing is done to packets */
};

struct wf_plan_dir {
	uint8_t path;    /* enum wf_path */
	uint8_t copies;  /* of a packet, at most */
	bool needs_flow; /* headers are read: flow table, rng column, row flags */
	bool owned;      /* all its packets belong to the worker `dir number % workers` */
	bool holds;      /* some class may release later than arrival; else the store is bypassed */
	bool parks;      /* some class parks packets */
	bool in_order;   /* releases are in the order of arrivals */
	bool inner;      /* flows and rules are of what is in a tunnel */
	bool needs_bytes; /* some class edits or forges packets */
	/* When a packet enters a real queue that has no event, the first is no sooner than this.
	 * UINT64_MAX: there is no real queue. */
	wf_ns_t soonest_ns;
	uint8_t flow_lines;  /* bits of the lines of state in flows' records that packets touch */
	const void *carrier; /* for wf_outage_is_down; NULL: the carrier stays */
	uint32_t epoch; /* changes when the rules do: cached classes are then looked up again */
	uint64_t rng_key;
	uint32_t run;      /* counts up when flows and classes begin anew: wf_plan_begin_run */
	wf_ns_t origin_ns; /* outages, waves and traces count from it, or from the start if later */
	uint16_t n_classes;
	struct wf_plan_class *classes; /* [0] is "default" */
	uint16_t neighbours; /* class of ARP and Neighbour Discovery; 0: none of their own */
	uint32_t n_picks;
	struct wf_plan_pick *pick; /* in order of priority */
	uint32_t n_rules;
	struct wf_rule *rule;   /* of classes that flows can remember */
	struct wf_rules *rules; /* NULL without classes, or not armed */
};

struct wf_plan {
	uint64_t generation;
	wf_ns_t from_ns; /* packets that are received then or later are its ... */
	/* ... and those before, of this one; NULL: there is none any more. lib/swap's: control
	 * stores, release; partner: wf_plan_at. */
	const struct wf_plan *_Atomic older;
	uint32_t holders; /* besides the first; control thread */
	uint64_t seed;
	uint64_t run_key; /* with which draws are keyed, too; 0: not */
	uint32_t n_links;
	uint32_t n_dirs;    /* 2 * n_links */
	uint32_t n_slots;   /* counters that must exist: slots are below it */
	uint16_t next_slot; /* where to look for one for the next class that is new */
	uint32_t next_uid;
	bool flow_states; /* some class has scope = "flow" */
	bool count_flows; /* for lists of the largest: then each direction needs its flows */
	struct wf_plan_dir *dir;
	char (*link_name)[WF_NAME_MAX];
	void *memory; /* all of the above is in it: wf_plan_memory.c */
};

/* Whose a packet is that was received then. */
static inline const struct wf_plan *
wf_plan_at(const struct wf_plan *newest, wf_ns_t rx_ns)
{
	while (WF_UNLIKELY(rx_ns < newest->from_ns)) {
		const struct wf_plan *older =
			atomic_load_explicit(&newest->older, memory_order_acquire);

		if (older == NULL)
			break;
		newest = older;
	}
	return newest;
}

#define WF_PLAN_MAX_SLOTS 2048

/* Compiles. `before` (may be NULL) is the plan it will replace: classes of the same direction and
 * name keep slot and uid, and what is compiled from the same. Of a class whose keys are the same
 * and whose files can't be read any more, what was read before. Another seed begins another run.
 * NULL with reasons in err. */
struct wf_plan *wf_plan_compile(const struct wf_conf *conf, uint64_t seed,
	const struct wf_plan *before, struct wf_err *err);
/* The same, of a configuration that changes above `base` (may be NULL): what was compiled for that
 * one, and its files, can be had again. */
struct wf_plan *wf_plan_compile_over(const struct wf_conf *conf, uint64_t seed,
	const struct wf_plan *before, const struct wf_plan *base, struct wf_err *err);
/* wf_plan_run.c: with the plan's first packet a run begins: flows count from 0 again, states are
 * fresh, and draws are keyed by run_key besides the seed. So the same run gives the same fates,
 * however often it is repeated, and offline. Plans that follow go on with it. Before the plan is
 * offered. */
void wf_plan_begin_run(struct wf_plan *plan, uint64_t run_key);
/* Outages, waves and traces of the direction count from here, at most plan->from_ns. Plans that
 * follow go on with it. Before the plan is offered. */
void wf_plan_set_origin(struct wf_plan *plan, uint32_t dir, wf_ns_t origin_ns);

/* The class of a direction that has this name; NULL: there is none, or no plan. */
const struct wf_plan_class *wf_plan_class_of(
	const struct wf_plan *p, uint32_t dir, const char *name);
/* Builds the rules (needs EAL). 0 or -EINVAL with reasons. */
int wf_plan_arm(struct wf_plan *plan, struct wf_err *err);
/* One holder more, and one less: the last one frees it. */
struct wf_plan *wf_plan_hold(struct wf_plan *plan);
void wf_plan_free(struct wf_plan *plan);

/* An empty plan, and zeroed memory (aligned to a cache line) that is freed with it. NULL: none. */
struct wf_plan *wf_plan_new(void);
void *wf_plan_reserve(struct wf_plan *plan, size_t bytes);

#endif
