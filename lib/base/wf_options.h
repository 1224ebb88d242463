/* SPDX-License-Identifier: BSD-3-Clause
 * Command-line options from a table: parsing, environment twins and help. Control threads only.
 */
#ifndef WF_OPTIONS_H
#define WF_OPTIONS_H

#include <stdio.h>

#include "wf_types.h"

struct wf_option {
	const char *name; /* long name, without dashes; NULL ends the table */
	char letter;      /* short name, or 0 */
	const char *arg;  /* what the value is called in the help; NULL: a flag */
	const char *help; /* one sentence without a full stop */
	bool no_twin;     /* the same name means something else with other verbs: not from there */
	bool many; /* may be given several times, and all count; at most one row of a table */
};

#define WF_OPTIONS_MAX  48
#define WF_OPTIONS_MANY 64

struct wf_option_values {
	const char *value[WF_OPTIONS_MAX]; /* by row; NULL: not given; "" for a flag */
	const char *many[WF_OPTIONS_MANY]; /* of the row that says `many`, in order */
	int n_many;
	int first_rest; /* argv index of the first word that is no option */
};

/* Reads argv[1..] (words may stand between options; they are moved behind them). What is not given
 * there is looked up in the environment as WIREFAULT_NAME, dashes as underscores (a flag: 1, yes or
 * true). 0, or -EINVAL after printing a line to err. */
int wf_options_parse(const struct wf_option *table, int argc, char **argv,
	struct wf_option_values *out, FILE *err);
/* One aligned line an option. */
void wf_options_help(const struct wf_option *table, FILE *out);

#endif
