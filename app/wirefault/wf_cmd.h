/* SPDX-License-Identifier: BSD-3-Clause
 * The verbs of wirefault, one file each, and what they share.
 */
#ifndef WF_CMD_H
#define WF_CMD_H

#include <stdio.h>

#include "bridge.h"
#include "wf_conf.h"
#include "wf_options.h"
#include "wf_plan.h"

/* Behind the path of the control socket: what was changed on the host, to be put back. */
#define WF_CMD_STATE_SUFFIX ".host"
/* The same of scenarios, which have no socket: in this folder, scenario-PID.host. */
#define WF_CMD_STATE_FOLDER   "/run/wirefault"
#define WF_CMD_STATE_SCENARIO WF_CMD_STATE_FOLDER "/scenario-"

/* Exit codes: ok, the run failed, bad usage or configuration; of a gate: neither kept nor missed;
 * of a load test: we could not keep up ourselves.
 */
enum wf_exit {
	WF_EXIT_OK = 0,
	WF_EXIT_FAILED = 1,
	WF_EXIT_USAGE = 2,
	WF_EXIT_UNSHOWN = 3,
	WF_EXIT_LIMITED = 4
};

struct wf_cmd {
	const char *name;
	const char *arguments;             /* for the usage line */
	const char *summary;               /* one sentence without a full stop */
	int (*run)(int argc, char **argv); /* argv[0] is the verb; returns enum wf_exit */
	const struct wf_option *options;
	bool words; /* it takes words besides options */
};

extern const struct wf_cmd wf_cmd_run, wf_cmd_check, wf_cmd_offline, wf_cmd_fit, wf_cmd_gate,
	wf_cmd_import, wf_cmd_reference, wf_cmd_replay, wf_cmd_test, wf_cmd_doctor, wf_cmd_restore,
	wf_cmd_completion, wf_cmd_scenario;
/* The tests of wf_cmd_test that put load on something. */
extern const struct wf_cmd wf_cmd_load;
/* Of wf_cmd_test: what this machine itself adds. */
extern const struct wf_cmd wf_cmd_calibrate;
/* All of them, in the order of the help; NULL ends it. */
extern const struct wf_cmd *const wf_cmds[];

/* Prints a verb's help: usage, what it does, options. */
void wf_cmd_help(const struct wf_cmd *cmd, FILE *out);
/* Parses a verb's options; --help is answered here. -1: go on; otherwise the exit code. */
int wf_cmd_options(const struct wf_cmd *cmd, int argc, char **argv, struct wf_option_values *v);
/* Value of option `name`, or NULL. */
const char *wf_cmd_value(
	const struct wf_cmd *cmd, const struct wf_option_values *v, const char *name);

/* Two rows of the table of a verb that prints a document: one habit for all verbs. */
#define WF_CMD_JSON_OPTIONS                                                                        \
	{ "output", 'o', "FORMAT", "table (default) or json" },                                    \
	{                                                                                          \
		"json", 0, NULL, "the same as -o json"                                             \
	}
/* Does it print JSON? 0, or -EINVAL with a reason for a format that there is not. */
int wf_cmd_json(
	const struct wf_cmd *cmd, const struct wf_option_values *v, bool *json, struct wf_err *err);

/* Rows of the table of a verb that takes a configuration, or a profile by its name. */
#define WF_CMD_FROM_OPTIONS                                                                        \
	{ "config", 'c', "FILE", "the configuration (this or --profile)" },                        \
		{ "profile", 'p', "NAME", "the configuration of a known network, such as lte" },   \
	{                                                                                          \
		"set", 0, "KEY=VALUE",                                                             \
			"another value for both directions (ab.KEY: one), several times",          \
			.many = true                                                               \
	}
/* Where the configuration comes from; `ports` is NULL. 0 or -EINVAL with a reason. */
int wf_cmd_from(const struct wf_cmd *cmd, const struct wf_option_values *v, struct wf_bridge *out,
	struct wf_err *err);

/* A configuration as it was read, checked and typed. */
struct wf_loaded {
	struct wf_node *tree;
	struct wf_conf *conf;
	uint64_t seed; /* --seed, else the file's, else the system's */
};

/* Reads and checks a configuration; seed_text (may be NULL) overrides the file's. 0 or -EINVAL with
 * all reasons in err. */
int wf_load(const struct wf_bridge *from, const char *seed_text, struct wf_loaded *out,
	struct wf_err *err);
/* The same of a tree that was read already (NULL: that failed), which it takes. */
int wf_load_tree(
	struct wf_node *tree, const char *seed_text, struct wf_loaded *out, struct wf_err *err);
void wf_unload(struct wf_loaded *l);

/* Prints the errors and returns WF_EXIT_USAGE. */
int wf_cmd_refuse(const struct wf_err *err);

#endif
