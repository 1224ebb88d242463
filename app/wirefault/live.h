/* SPDX-License-Identifier: BSD-3-Clause
 * The running configuration of `wirefault run`: setups of lib/change, made when somebody asks or
 * when a change begins or ends, go to the data path. Control thread; nothing waits.
 */
#ifndef WF_LIVE_H
#define WF_LIVE_H

#include "bridge.h"
#include "capture.h"
#include "wf_cmd.h"
#include "wf_ctl.h"
#include "wf_dp.h"
#include "wf_event.h"
#include "wf_offered.h"

/* What begins or ends by itself is made so long before. */
#define WF_LIVE_LEAD_NS (50 * WF_NS_PER_MS)
/* How often workers are looked at while something is under way. */
#define WF_LIVE_LOOK_EVERY_NS WF_NS_PER_MS

struct event;
struct event_base;
struct live_runs;

struct wf_live {
	struct wf_bridge from;         /* what is read at the start, and again at a reload */
	struct wf_loaded start;        /* the data path keeps its conf */
	struct wf_node *replaced_seed; /* the file's, that --seed has replaced; NULL: none */
	struct wf_setup *setup;        /* what was asked for last */
	struct wf_offered before;      /* until its time has come */
	struct wf_setup *ready; /* for what begins or ends next, not yet offered; NULL: none */
	wf_ns_t again_ns;       /* that could not be made: not tried before */
	bool failing;           /* and it has been said */
	struct wf_dp *dp;
	struct wf_live_capture capture;
	struct event *timer;
	struct live_runs *runs; /* of scenarios; NULL: the loop has not begun */
	struct wf_event_log *events;
	uint64_t told; /* generation that `changed` was called for */
	/* Called when every worker has adopted another generation. */
	void (*changed)(void *ctx, uint64_t generation);
	void *changed_ctx;
};

/* live.c: from the start to the end. */
/* Writes the seed that was chosen into the tree, so that what is saved of it gives the same fates,
 * and makes the first setup. Once, when `start` has been loaded. 0, or -errno with reasons. */
int wf_live_init(struct wf_live *live, struct wf_err *err);
/* From here on the loop follows changes. 0 or -ENOMEM. */
int wf_live_begin(struct wf_live *live, struct event_base *base);
/* Before the loop is freed; and the rest, but for dp. */
void wf_live_end(struct wf_live *live);
void wf_live_fini(struct wf_live *live);

/* live_ops.c: the operations for lib/ctl, over a struct wf_live. */
struct wf_ctl_ops wf_live_ops(struct wf_live *live);
/* Reads the file again: 0, or as wf_ctl_ops.reload with reasons in err. */
int wf_live_reload(struct wf_live *live, uint64_t *generation, struct wf_err *err);
/* What the last reload has left of overrides, and what not: "; stays above the file: ...". Returns
 * out. */
const char *wf_live_standing(const struct wf_live *live, char *out, size_t size);

/* live_changes.c: what stands above the file is one more, or several, at once or at instants to
 * come: wf_ctl_ops.change, and schedule. */
int wf_live_change(void *ctx, struct wf_change *change, uint64_t *generation, struct wf_err *err);
int wf_live_schedule(
	void *ctx, const struct wf_changes *changes, uint64_t *generation, struct wf_err *err);
/* live_replay.c and live_flows.c: of struct wf_ctl_ops. */
bool wf_live_replay(void *live, uint32_t index, struct wf_ctl_replay *out);
bool wf_live_flows(void *live, struct wf_flow_top *list, uint32_t budget);

/* live_edges.c: makes and offers what begins or ends next, when it is time. When is there more to
 * do? UINT64_MAX: nothing is to come. */
wf_ns_t wf_live_follow_edges(struct wf_live *live);

/* live_offer.c: how all of these get to the workers. A setup that can be offered: another base
 * (taken in every case; NULL: the same), these overrides. */
int wf_live_make(const struct wf_live *live, struct wf_node *base,
	const struct wf_overrides *overrides, wf_ns_t from_ns, struct wf_setup **next,
	struct wf_err *err);
/* To the workers; on any error nothing changes, and it is the caller's. 0 or -ENOMEM. */
int wf_live_offer(struct wf_live *live, struct wf_setup *next);
/* Makes and offers. Takes base in every case. */
int wf_live_step(struct wf_live *live, struct wf_node *base, const struct wf_overrides *overrides,
	wf_ns_t from_ns, struct wf_err *err);
/* What packets go by now: the last one that was asked for is a little ahead of its time. */
const struct wf_setup *wf_live_in_force(const struct wf_live *live);
/* From when on a change is in force that is asked for now; not before what is offered already. */
wf_ns_t wf_live_soon(const struct wf_live *live);
/* The timer, of changes or of runs, goes off in so long. */
void wf_live_look_in(struct event *timer, wf_ns_t ns);

/* live_tell.c: says what begins by itself with the setup to come. */
void wf_live_tell_begun(const struct wf_live *live, const struct wf_setup *next);
/* What is merged no more in the next one, as its time is over. */
void wf_live_tell_ended(const struct wf_live *live, const struct wf_setup *next);
/* The machine let this thread stand between the choice of an instant and the offer: packets of the
 * time between went by the plan before. */
void wf_live_tell_late(const struct wf_live *live, const struct wf_setup *next);
/* Warns of each class of the plan to come that stands on what was read of its files
 * before, as they can't be read now. */
void wf_live_tell_stale(const struct wf_live *live, const struct wf_plan *plan);

/* live_seed.c: a tree without a seed gets the one in force; one with that which --seed replaced,
 * --seed's. 0 or -ENOMEM. */
int wf_live_take_seed(const struct wf_live *live, struct wf_node *tree);

#endif
