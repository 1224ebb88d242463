/* SPDX-License-Identifier: BSD-3-Clause
 * The control core's server: HTTP/1.1 + JSON on a Unix socket (libevent's evhttp, jansson), in the
 * control thread's event loop. It knows the data path only through struct wf_ctl_ops.
 */
#ifndef WF_CTL_H
#define WF_CTL_H

#include "wf_capture.h"
#include "wf_changes.h"
#include "wf_event.h"
#include "wf_replay.h"
#include "wf_scenario_state.h"
#include "wf_setup.h"
#include "wf_snapshot.h"

struct event_base;
struct wf_flow_top;

/* How far changes have come. */
struct wf_ctl_progress {
	uint64_t generation; /* that every worker runs ... */
	wf_ns_t since_ns;    /* ... since then, by the wall clock */
};

#define WF_CTL_UNDO_LAST 0
#define WF_CTL_UNDO_ALL  UINT64_MAX

/* The replay of the port of that name, and the time by its clock. */
struct wf_ctl_replay {
	const char *port;
	struct wf_replay *replay;
	wf_ns_t now_ns;
};

/* Files of scenarios that are to run, one scenario after the other. */
struct wf_ctl_scenario {
	const char *name, *text; /* the name is for errors */
};
struct wf_ctl_run_order {
	uint32_t n_files;
	const struct wf_ctl_scenario *file;
	bool seed_given;
	uint64_t seed;   /* instead of the scenarios' */
	bool no_traffic; /* whoever is there sends, not what they say */
};

/* What the server asks of the program around it. Called in the control thread; nothing waits.
 *
 * apply, amend, change, schedule, undo and reload return 0 when the change is on its way, and it is
 * in force when progress says a generation of *generation or later; or, when nothing has changed:
 * -EINVAL with reasons, -ENOTSUP with reasons: it needs a restart, -ENOENT: there is nothing to
 * undo, -EBUSY with a reason: a scenario runs, -ENOMEM.
 */
struct wf_ctl_ops {
	void *ctx;
	/* NULL: workers have not answered yet; then it is asked for again after a millisecond, for
	 * a second at most. The caller frees it. */
	struct wf_snapshot *(*snapshot)(void *ctx);
	/* What was asked for last. Its tree is normalised. The callee's, until it is called again
	 * for a change. */
	const struct wf_setup *(*setup)(void *ctx);
	/* What packets go by now, if that is another. */
	const struct wf_setup *(*in_force)(void *ctx);
	/* Replaces the base by `tree` (taken over in every case); no override stays. */
	int (*apply)(void *ctx, struct wf_node *tree, uint64_t *generation, struct wf_err *err);
	/* The same, but what overrides fit stays above it. */
	int (*amend)(void *ctx, struct wf_node *tree, uint64_t *generation, struct wf_err *err);
	/* Adds an override, which takes a reference. */
	int (*change)(
		void *ctx, struct wf_change *change, uint64_t *generation, struct wf_err *err);
	/* Drops the override of this id, or WF_CTL_UNDO_... */
	int (*undo)(void *ctx, uint64_t id, uint64_t *generation, struct wf_err *err);
	/* Reads the file again, for another base. */
	int (*reload)(void *ctx, uint64_t *generation, struct wf_err *err);
	struct wf_ctl_progress (*progress)(void *ctx);
	/* Time as plans and overrides have it, by the wall clock. */
	wf_ns_t (*wall)(void *ctx, wf_ns_t ns);
	/* -EAGAIN: likewise. -EBUSY: a scenario runs. */
	int (*reset)(void *ctx);
	/* Adds overrides, all or none, which take references. Each begins at its at_ns, or as soon
	 * as may be if that is earlier. */
	int (*schedule)(void *ctx, const struct wf_changes *changes, uint64_t *generation,
		struct wf_err *err);
	/* Now, as plans and overrides have it. */
	wf_ns_t (*clock)(void *ctx);
	/* Every second, the snapshot that is taken then; NULL: nobody wants it. */
	void (*observe)(void *ctx, const struct wf_snapshot *snap);
	/* What happens is read here, and changes by requests are added. It outlives the server. */
	struct wf_event_log *events;
	/* Begins a capture: 0, and it is there when capture_settled says so; -EBUSY: one is
	 * running, -EINVAL with reasons, -ENOMEM. */
	int (*capture_start)(void *ctx, const struct wf_conf_capture *what, struct wf_err *err);
	bool (*capture_settled)(void *ctx);
	/* Another filter of the one that runs; NULL: none. 0, -ENOENT: none is running, -EINVAL,
	 * -ENOSPC with reasons. */
	int (*capture_change)(void *ctx, const char *filter, struct wf_err *err);
	/* Ends it: 0, -ENOENT: none is running, -EAGAIN: a worker still writes to it, -EINPROGRESS:
	 * the disk still takes what was captured; then likewise. */
	int (*capture_stop)(void *ctx);
	/* Of the last one. false: there has been none. */
	bool (*capture_status)(void *ctx, struct wf_capture_status *out);
	/* Puts what is counted of flows into the list, going on where it stands, after looking at
	 * so many places at most. True: it has seen all. */
	bool (*flows)(void *ctx, struct wf_flow_top *list, uint32_t budget);
	/* Replay number `index` of all. false: there are fewer. NULL: there are none. */
	bool (*replay)(void *ctx, uint32_t index, struct wf_ctl_replay *out);
	/* Runs are begun, whose numbers are *first and those that follow: 0; or with all reasons
	 * -EINVAL, or -EBUSY: another one is not over, or what stands ends by itself; -ENOMEM. */
	int (*run_start)(
		void *ctx, const struct wf_ctl_run_order *o, uint64_t *first, struct wf_err *err);
	/* Ends that one (0: all) before its time; nothing of it stands from here on. 0, -ENOENT:
	 * there is none of that number, -EALREADY: it is over, -ENOMEM: it goes on. */
	int (*run_stop)(void *ctx, uint64_t id);
	/* Triggers the end of a phase of that one that waits for it: 0; -EALREADY: none does. */
	int (*run_trigger)(void *ctx, uint64_t id);
	/* Number `index` of the runs that are known, the oldest first. false: there are fewer. */
	bool (*run)(void *ctx, uint32_t index, struct wf_scenario_state *out);
};

struct wf_ctl;

/* Where files are that requests name. */
struct wf_ctl_dirs {
	const char *own_profiles;              /* that may be written; NULL: none */
	const char *profiles;                  /* that came with the program; NULL: none */
	const char *own_scenarios, *scenarios; /* the same of scenarios */
};

/* Where it is reached. */
struct wf_ctl_options {
	const char *socket;      /* path of the Unix socket */
	const char *http;        /* "127.0.0.1:8474"; NULL: not by TCP */
	const char *token_file;  /* who may come by TCP */
	const char *hosts;       /* more names that clients call us by, with commas; NULL: none */
	bool allow_remote;       /* http may be another address than loopback's */
	struct wf_ctl_dirs dirs; /* their strings outlive the server */
};

/* Listens on the socket (mode 0660, umask before bind; the directory is made; a stale socket is
 * removed, a live one is -EADDRINUSE), and on TCP. NULL with reasons. */
struct wf_ctl *wf_ctl_new(struct event_base *base, const struct wf_ctl_options *opt,
	const struct wf_ctl_ops *ops, struct wf_err *err);
/* "127.0.0.1:8474", with the port that was bound; NULL: no TCP. */
const char *wf_ctl_http(const struct wf_ctl *c);
/* Reads the file of tokens again, if there is one. 0; or -EINVAL with reasons, and those from
 * before stay. */
int wf_ctl_reread_tokens(struct wf_ctl *c, struct wf_err *err);
/* Before the end: who waits for an event that has come is answered. */
void wf_ctl_flush(struct wf_ctl *c);
/* Closes and removes the socket. */
void wf_ctl_free(struct wf_ctl *c);

#endif
