/* SPDX-License-Identifier: BSD-3-Clause
 * The data path: EAL, ports, pools and workers. The control thread calls everything here; what runs
 * on a worker is in wf_worker.c.
 */
#ifndef WF_DP_H
#define WF_DP_H

#include "wf_conf.h"
#include "wf_event.h"
#include "wf_pipe.h"
#include "wf_plan.h"
#include "wf_snapshot.h"
#include "wf_watch.h"

struct wf_capture;
struct wf_flow_accounts;
struct wf_dp;
struct wf_replay;

enum wf_dp_huge { WF_DP_HUGE_AUTO, WF_DP_HUGE_YES, WF_DP_HUGE_NO };

struct wf_dp_options {
	enum wf_dp_huge huge;
	bool force;     /* take a NIC even if it carries the default route or the SSH session */
	int extra_argc; /* more arguments for EAL, after ours */
	char **extra_argv;
	bool quiet;
	const char *state_file;      /* of what is changed on the host; NULL: none */
	struct wf_event_log *events; /* where it is told what happens; NULL: nowhere */
	bool telemetry;              /* DPDK's own, with commands of ours */
	bool drop_rights; /* with the workers' start, all capabilities that aren't needed any more
			   */
	bool follows_clocks; /* wf_dp_second will be called: devices may stamp frames by theirs */
	bool claim_cores;    /* and refuse those on which another wirefault polls, but for force */
	const struct wf_tap *tap; /* told of each packet's fate, by the workers; NULL: nobody is */
};

/* What the machine will give: workers' cores, control core, hugepages; starts EAL and the ports.
 * The ladder: host checks -> EAL -> pools -> ports -> (wf_dp_start) workers. NULL with reasons. */
struct wf_dp *wf_dp_new(
	const struct wf_conf *conf, const struct wf_dp_options *opt, struct wf_err *err);
/* Mirror of new: stops ports, gives the host back as it was found. */
void wf_dp_free(struct wf_dp *dp);

/* Starts the workers with `plan` (armed; dp owns it from here). 0 or -errno with reasons. Returns
 * when every worker polls: packets flow. */
int wf_dp_start(struct wf_dp *dp, struct wf_plan *plan, struct wf_err *err);
/* After wf_dp_start with drop_rights, when nothing more is opened: of the other threads, too. 0 or
 * -EINVAL with a reason. */
int wf_dp_drop_rights(struct wf_dp *dp, struct wf_err *err);
/* Stops receiving, lets what is held leave for at most drain_ns, drops the rest (cause shutdown),
 * and joins the workers. The snapshot still works afterwards. */
void wf_dp_stop(struct wf_dp *dp, wf_ns_t drain_ns);

uint32_t wf_dp_workers(const struct wf_dp *dp);
/* What flows is to go to `c`, which has a tap for each worker; NULL: nowhere. Before the start:
 * from the first packet on. */
void wf_dp_capture(struct wf_dp *dp, struct wf_capture *c);
/* Does it so in every worker? Until then, what they had before must stay. */
bool wf_dp_captures(const struct wf_dp *dp);

/* Offers `next` (armed; owned from here in every case) to every worker, from next->from_ns on or as
 * wf_swap_offer says. Waits for nobody. 0; or -ENOMEM: nothing has changed. */
int wf_dp_offer(struct wf_dp *dp, struct wf_plan *next);
/* How far workers have come. */
struct wf_dp_adoption {
	uint64_t generation; /* that every worker has adopted */
	wf_ns_t from_ns;     /* when it came into force, by wf_dp_now */
	wf_ns_t last_ns; /* when the last worker noted so: packets in between went by their times */
	bool more;       /* something is still to come: ask again, after a millisecond or so */
};
struct wf_dp_adoption wf_dp_poll(struct wf_dp *dp);
/* Time as plans have it, and what it is by the wall clock. */
wf_ns_t wf_dp_now(const struct wf_dp *dp);
wf_ns_t wf_dp_wall(const struct wf_dp *dp, wf_ns_t ns);
/* The same by CLOCK_MONOTONIC, as events have it. */
wf_ns_t wf_dp_monotonic(const struct wf_dp *dp, wf_ns_t ns);
/* Ticks a second of the TSC, by which it goes. */
double wf_dp_tsc_hz(const struct wf_dp *dp);
/* The plan offered last. */
const struct wf_plan *wf_dp_plan(const struct wf_dp *dp);

/* Can the ports do what the plan's outages ask of them? 0 or -EINVAL with reasons. */
int wf_dp_check_carrier(struct wf_dp *dp, const struct wf_plan *plan, struct wf_err *err);
/* Pulls the cables that are out now, and plugs in those that are not. Returns the time until that
 * changes next; UINT64_MAX: not with this plan. What went wrong goes to err. */
wf_ns_t wf_dp_carrier(struct wf_dp *dp, struct wf_err *err);

/* The interface of the host that a port stands on, to be watched, name "" if none; the name lives
 * as long as dp. false: no such port. */
bool wf_dp_hostif(struct wf_dp *dp, uint32_t port, struct wf_watch_want *want);
/* It is so now: packets into a port that is down end as port_down; one that is there again is taken
 * hold of. `before` NULL: it is told for the first time. What went wrong goes to err. */
void wf_dp_host(struct wf_dp *dp, uint32_t port, const struct wf_watch_state *before,
	const struct wf_watch_state *now, struct wf_err *err);

/* Once a second or so: tells of workers that did not poll for long since it was last called, and of
 * files that can't be written any more; follows the clocks of devices that stamp frames. */
void wf_dp_second(struct wf_dp *dp);
/* Tells of files of ports that can't be written any more, once each: at the end of a run, too. */
void wf_dp_tell_files(struct wf_dp *dp);
/* Makes taps anew that were gone and could not be at once. true: some still can't; then it is worth
 * to ask again in a second. */
bool wf_dp_host_again(struct wf_dp *dp);

/* An exact snapshot of everything. NULL: out of memory, or a worker did not answer within 1 s. */
struct wf_snapshot *wf_dp_snapshot(struct wf_dp *dp);
/* Port number `port`'s replay, and its name; NULL: it has none. */
struct wf_replay *wf_dp_replay(struct wf_dp *dp, uint32_t port, const char **name);
/* The same, and does not wait. NULL: out of memory, or a worker has not answered yet; then ask
 * again after a millisecond or so. */
struct wf_snapshot *wf_dp_snapshot_now(struct wf_dp *dp);
/* What DPDK's telemetry tells from now on. */
void wf_dp_telemetry(struct wf_dp *dp, const struct wf_snapshot *snap);
/* What worker number `worker` counts of flows, if the plan says so. NULL: there are fewer. */
const struct wf_flow_accounts *wf_dp_flow_accounts(const struct wf_dp *dp, uint32_t worker);
/* Counters and histograms start again; what is held counts as received. */
int wf_dp_reset(struct wf_dp *dp);
/* The same, and does not wait: -EAGAIN as above. */
int wf_dp_reset_now(struct wf_dp *dp);

/* One line for the user on what was chosen: cores, hugepages, pool. Returns out. */
const char *wf_dp_describe(const struct wf_dp *dp, char *out, size_t size);

#endif
