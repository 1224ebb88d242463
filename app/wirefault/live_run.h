/* SPDX-License-Identifier: BSD-3-Clause
 * One run of a scenario in a running wirefault. The steps of its script are overrides above the
 * configuration, each of which ends by itself; so nothing stays, whatever becomes of the run.
 * Control thread; nothing waits.
 */
#ifndef WF_LIVE_RUN_H
#define WF_LIVE_RUN_H

#include <jansson.h>

#include "live.h"
#include "scenario_look.h"
#include "scenario_set.h"
#include "scenario_until.h"
#include "wf_scenario_state.h"

/* What was asked for at once, shared by its runs. */
struct live_run_set {
	uint32_t references;
	struct scenario_set scenarios;
};

struct live_run {
	uint64_t id;
	struct live_run_set *set; /* a reference */
	struct scenario *c;       /* of the set */
	enum wf_scenario_stage stage;
	struct scenario_look look;
	struct scenario_until until;
	wf_ns_t *in_force_ns;    /* [script.n], since the start; UINT64_MAX: it has not begun */
	uint32_t fed;            /* steps that are overrides, or were */
	uint32_t passed;         /* steps whose time has come: their phases have been told */
	uint64_t first_override; /* number of the first step's */
	bool counting;           /* from the start of the run on */
	bool stopped;            /* before its end */
	wf_ns_t asked_ns;        /* workers are asked for a snapshot since; 0: they are not */
	wf_ns_t patience_ns;     /* and have answered by then; 0: nothing is waited for */
	wf_ns_t wall_ns;         /* of the start, by the wall clock */
	wf_ns_t stop_ns;         /* nothing of it stands any more; if it is stopped */
	wf_ns_t over_ns;         /* it went on for so long */
	json_t *report;
	char why[160]; /* "": it has not failed */
};

/* live_run_traffic.c: can it be run here? Adds all that speaks against it. 0 or -EINVAL. */
int live_run_check(const struct wf_live *live, const struct scenario *c, struct wf_err *err);
/* Replays begin, or end, with it. */
void live_run_replays(const struct wf_live *live, const struct live_run *run, bool start);

/* live_run_steps.c: its steps are by its seed. */
void live_run_seed(struct scenario *c);
/* Those that come next become overrides, if only few are to come. 0, or -errno with reasons. */
int live_run_feed(struct live_run *run, struct wf_live *live, struct wf_err *err);
/* A phase ends so long after the start, before its time, and the script has been made again: what
 * stands ends then, and other steps follow. 0, or -errno with reasons. */
int live_run_cut(struct live_run *run, struct wf_live *live, wf_ns_t end_ns, struct wf_err *err);
/* Before its end: nothing of it stands from here on. 0; or -ENOMEM: it goes on. */
int live_run_stop(struct live_run *run, struct wf_live *live);
/* It is its turn. If it can't begin it has failed. */
void live_run_begin(struct live_run *run, struct wf_live *live);
/* Goes on as far as can be. When is there more to do, if it isn't over? */
wf_ns_t live_run_turn(struct live_run *run, struct wf_live *live);
/* It breaks off without a report, at once or when what stands of it can be taken away. */
void live_run_fail(struct live_run *run, struct wf_live *live, const char *why);
void live_run_fini(struct live_run *run);

static inline bool
live_run_over(const struct live_run *run)
{
	return run->stage == WF_SCENARIO_DONE || run->stage == WF_SCENARIO_FAILED;
}

#endif
