/* SPDX-License-Identifier: BSD-3-Clause
 * The data path as the control thread holds it: shared by wf_dp.c (life), wf_dp_stats.c (numbers)
 * and others. Nothing here is touched by workers but what their own structs point to.
 */
#ifndef WF_DP_PRIVATE_H
#define WF_DP_PRIVATE_H

#include "wf_cores.h"
#include "wf_dp.h"
#include "wf_eal.h"
#include "wf_hostif.h"
#include "wf_memory.h"
#include "wf_pool.h"
#include "wf_port.h"
#include "wf_worker.h"

/* A link's names and ports, kept for snapshots. */
struct wf_dp_link {
	char name[WF_NAME_MAX];
	uint32_t port[2];
};

/* What had passed at some time. */
struct wf_dp_mark {
	wf_ns_t time_ns;
	struct wf_passed *dir;   /* [n_dirs] */
	struct wf_passed *class; /* [WF_PLAN_MAX_SLOTS] */
};

/* wf_dp_rates.c: at the start or reset, and at two snapshots at least a second apart. */
enum { WF_MARK_RESET, WF_MARK_BEFORE, WF_MARK_LAST, WF_MARKS };

/* What has been added up over workers and turns. */
struct wf_dp_totals {
	struct wf_dir_stats *dir;       /* [n_dirs] */
	wf_ns_t *on_time_ns;            /* [n_dirs]: strictest of the plans that were run */
	struct wf_class_stats *class;   /* [WF_PLAN_MAX_SLOTS] */
	struct wf_class_times **times;  /* [WF_PLAN_MAX_SLOTS]; NULL: not kept */
	uint32_t *class_uid;            /* [WF_PLAN_MAX_SLOTS]: whose counters these are */
	struct wf_worker_stats *worker; /* [n_workers] */
	wf_ns_t *cpu_ns;                /* [n_workers]: what each had had at the last reset */
	struct wf_dp_mark mark[WF_MARKS];
	uint32_t n_slots;  /* slots that any plan has used */
	bool asked;        /* a turn of the banks is under way */
	wf_ns_t looked_ns; /* when somebody has last looked whether it is done */
};

struct wf_dp {
	/* Set by wf_dp_new. */
	struct wf_clock clock;
	struct wf_cores cores;
	int core_claim[WF_CONF_MAX_WORKERS]; /* descriptors; 0: none */
	struct wf_memory memory;
	uint32_t n_ports, n_links, n_dirs, max_flows, by_value_bytes;
	wf_ns_t flow_idle_ns;
	bool count_flows; /* from the start */
	enum wf_idle_kind idle;
	struct wf_port *ports;
	struct wf_dp_link *links;
	struct wf_hostif *hostif;
	struct wf_eal_args eal_args;
	bool eal_runs, telemetry, drop_rights;
	uint64_t rights;     /* that are kept then */
	bool holds_messages; /* of drivers that start, unless they fail */
	struct wf_pool pool;
	struct wf_event_log *events; /* NULL: nobody wants to know */

	/* Set by wf_dp_start. */
	struct wf_swap *swap;
	struct wf_orders orders;
	struct wf_worker **workers; /* [cores.n_workers] */
	struct wf_capture *capture; /* of workers that are made; NULL: none */
	bool running;               /* between start and stop */
	const struct wf_tap *tap;   /* of the pipelines; NULL: none */
	wf_ns_t start_ns;           /* of the run, for all workers; no packet arrives before */
	wf_ns_t flowing_ns;         /* when every worker polled */
	struct wf_dp_totals totals;
	uint32_t stalls_told[WF_CONF_MAX_WORKERS];
};

/* wf_dp_stats.c */
/* 0 or -ENOMEM. */
int wf_dp_totals_init(struct wf_dp *dp);
void wf_dp_totals_fini(struct wf_dp *dp);
/* Turns the banks of all workers and adds them to the totals. 0 or -ETIMEDOUT. */
int wf_dp_collect(struct wf_dp *dp);
/* The first half of it, which waits for nobody: adds what an earlier one has not, and asks. */
void wf_dp_collect_begin(struct wf_dp *dp);
/* Makes room for what will be counted under the plan, in the totals and at every worker. 0 or
 * -ENOMEM. */
int wf_dp_totals_prepare(struct wf_dp *dp, const struct wf_plan *plan);
/* Counters of slots that now belong to another class start again. */
void wf_dp_totals_adopt(struct wf_dp *dp, const struct wf_plan *plan);

/* wf_dp_rates.c */
/* 0 or -ENOMEM. */
int wf_dp_marks_init(struct wf_dp *dp);
void wf_dp_marks_fini(struct wf_dp *dp);
/* Rates begin anew: of everything, or of a class slot whose counters have become 0. */
void wf_dp_marks_restart(struct wf_dp *dp, wf_ns_t now_ns);
void wf_dp_marks_restart_class(struct wf_dp *dp, uint32_t slot);
/* Fills in the snapshot's times and what has passed in them; the totals are of now, the classes of
 * this plan. */
void wf_dp_marks_fill(
	struct wf_dp *dp, const struct wf_plan *plan, wf_ns_t now_ns, struct wf_snapshot *snap);

/* wf_dp_run.c */
int wf_dp_make_workers(struct wf_dp *dp, struct wf_err *err);
void wf_dp_free_workers(struct wf_dp *dp);

#endif
