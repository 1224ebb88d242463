/* SPDX-License-Identifier: BSD-3-Clause
 * All scenarios of a command line, each with the configuration that it begins with and its script;
 * one with a sweep is as many as it has rows. Control thread.
 */
#ifndef SCENARIO_SET_H
#define SCENARIO_SET_H

#include "wf_cmd.h"
#include "wf_script.h"

struct scenario {
	struct wf_scenario *s;
	const struct wf_scenario *of; /* the sweep of which it is a row; NULL: of none */
	uint32_t row;
	struct wf_loaded loaded; /* with the seed of the run */
	struct wf_script script;
};

struct scenario_set {
	uint32_t n_files, n;
	struct wf_scenarios *file; /* [n_files] */
	struct scenario *at;       /* [n], by file, and as they stand there */
};

struct scenario_options {
	struct wf_bridge from; /* nothing in it: what the scenarios say */
	const char *seed;      /* NULL: the scenario's, else the configuration's */
	bool live;             /* generators and replays stand in the place of ports */
	bool no_traffic;       /* what scenarios say of traffic is not to be */
};

/* A file's text, and its name for errors. */
struct scenario_text {
	const char *name, *text;
};

/* Reads files, and folders with files *.conf, in order of their names. 0; or with all reasons in
 * err -errno, and then nothing is to be started. */
int scenario_set_read(struct scenario_set *set, char *const *paths, int n,
	const struct scenario_options *o, struct wf_err *err);
/* The same of texts. */
int scenario_set_read_texts(struct scenario_set *set, const struct scenario_text *texts, uint32_t n,
	const struct scenario_options *o, struct wf_err *err);
/* The scenario of a report, with its configuration and seed, as it was run: *live if it was. */
int scenario_set_read_report(struct scenario_set *set, const char *path,
	const struct scenario_options *o, bool *live, struct wf_err *err);
/* Reports are files by the name of the scenario: would one be written over another? 0, or -EINVAL
 * with reasons. */
int scenario_set_check_reports(const struct scenario_set *set, struct wf_err *err);
/* The port of the configuration from which its packets would come. NULL: there is no such link. */
struct wf_node *scenario_port(const struct wf_node *tree, const struct wf_traffic *t);
void scenario_set_free(struct scenario_set *set);

#endif
