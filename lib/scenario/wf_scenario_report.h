/* SPDX-License-Identifier: BSD-3-Clause
 * What came of a run of a scenario, judged, in every form. All that is needed to repeat it is in
 * the JSON. Control threads only.
 */
#ifndef WF_SCENARIO_REPORT_H
#define WF_SCENARIO_REPORT_H

#include <jansson.h>
#include <stdio.h>

#include "wf_expect.h"
#include "wf_script.h"
#include "wf_snapshot.h"

struct wf_seen;

enum wf_scenario_outcome {
	WF_SCENARIO_PASS,
	WF_SCENARIO_FAIL,          /* an expectation was missed */
	WF_SCENARIO_TOO_FEW,       /* one can't be shown by so few packets */
	WF_SCENARIO_UNTRUSTWORTHY, /* the run's own verdict doesn't trust it, or a step was late */
	WF_SCENARIO_COMMAND,       /* a command has failed */
	WF_SCENARIO_CUT,           /* it was stopped before its end */
};
extern const char *const wf_scenario_outcomes[]; /* "pass" ... */

/* A command that ran. */
struct wf_scenario_command {
	const struct wf_traffic *traffic;
	int status; /* exit code; 128 + signal; -1: it did not end */
	char *output;
};

struct wf_scenario_result {
	/* By the caller. */
	const struct wf_scenario *s;
	const struct wf_script *script;
	const struct wf_node *base; /* the configuration */
	const struct wf_plan *plan; /* names of links */
	uint64_t seed;
	const char *mode; /* "offline", "live" */
	double tsc_hz;    /* by which a live one went */
	/* [script->n] of a live one, since the start: from when on whatever came went by the step;
	 * its own time, or later if it was told too late. NULL: all at their times. */
	const wf_ns_t *in_force_ns;
	struct wf_seen *seen;
	const struct wf_snapshot *snap;
	wf_ns_t duration_ns;
	bool cut;
	uint32_t n_commands;
	struct wf_scenario_command *command;
	/* By wf_scenario_judge. */
	struct wf_expect_result *judged; /* [s->n_expects]; freed by the caller */
	enum wf_scenario_outcome outcome;
	uint32_t late;       /* steps that were told too late ... */
	wf_ns_t late_max_ns; /* ... and by how much at most */
};

/* 0 or -ENOMEM. */
int wf_scenario_judge(struct wf_scenario_result *r);
/* The document "wirefault.scenario/1". NULL: out of memory. */
json_t *wf_scenario_json(const struct wf_scenario_result *r);
/* An expectation and how it went, of this link. NULL: out of memory. */
json_t *wf_scenario_expectation_json(
	const struct wf_expect *e, const struct wf_expect_result *x, const char *link);
/* From the document a page of Markdown or HTML. 0 or -errno. */
int wf_scenario_markdown(const json_t *doc, FILE *out);
int wf_scenario_html(const json_t *doc, FILE *out);
/* Of several documents, JUnit XML: each expectation is a case, and so is each scenario as a whole.
 * 0 or -errno. */
int wf_scenario_junit(json_t *const *docs, uint32_t n, FILE *out);
/* A summary: a line for each expectation and one for the whole. */
void wf_scenario_summary(const json_t *doc, FILE *out);

#endif
