/* SPDX-License-Identifier: BSD-3-Clause
 * What the files of wfctl share: options, exit codes, verbs. One thread.
 */
#ifndef WFCTL_H
#define WFCTL_H

#include <stdbool.h>

enum wfctl_exit {
	WFCTL_OK = 0,
	WFCTL_FAILED = 1,      /* wirefault refused, or the output could not be written */
	WFCTL_USAGE = 2,       /* the command line is wrong; nothing was sent */
	WFCTL_UNREACHABLE = 3, /* no answer from wirefault */
};

struct wf_completion_verb;

struct wfctl_options {
	const char *socket;
	bool json, csv;
	const char *at_time;    /* of `set` and `apply`; NULL: at once */
	const char *for_time;   /* of `set` and `bypass`; NULL: it stays */
	const char *hz, *count; /* of `top`; NULL: as usual, without an end */
	const char *since;      /* of events: NULL: all */
	bool follow;
	const char *seed, *report; /* of `scenario run`; NULL: as it says; none */
	bool no_traffic;
};

/* A verb gets its own arguments (argc of them) and returns an enum wfctl_exit. */
int wfctl_status(const struct wfctl_options *o, int argc, char **argv);
int wfctl_stats(const struct wfctl_options *o, int argc, char **argv);
int wfctl_ports(const struct wfctl_options *o, int argc, char **argv);
int wfctl_events(const struct wfctl_options *o, int argc, char **argv);
int wfctl_links(const struct wfctl_options *o, int argc, char **argv);
int wfctl_config(const struct wfctl_options *o, int argc, char **argv);
int wfctl_config_diff(const struct wfctl_options *o);
int wfctl_config_undo(const struct wfctl_options *o, const char *word);
int wfctl_set(const struct wfctl_options *o, int argc, char **argv);
int wfctl_replay(const struct wfctl_options *o, int argc, char **argv);
int wfctl_scenario(const struct wfctl_options *o, int argc, char **argv);
int wfctl_apply(const struct wfctl_options *o, int argc, char **argv);
int wfctl_fault(const struct wfctl_options *o, int argc, char **argv);
int wfctl_bypass(const struct wfctl_options *o, int argc, char **argv);
int wfctl_flows(const struct wfctl_options *o, int argc, char **argv);
int wfctl_workers(const struct wfctl_options *o, int argc, char **argv);
int wfctl_top(const struct wfctl_options *o, int argc, char **argv);
int wfctl_reset(const struct wfctl_options *o, int argc, char **argv);
int wfctl_reload(const struct wfctl_options *o, int argc, char **argv);

int wfctl_capture(const struct wfctl_options *o, int argc, char **argv);

int wfctl_completion(const struct wfctl_options *o, int argc, char **argv);

/* All verbs with their options, for completions. */
const struct wf_completion_verb *wfctl_verbs(void);

#endif
