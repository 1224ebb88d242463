/* SPDX-License-Identifier: BSD-3-Clause
 * The verbs of wfctl and their options, in tables that the parser, the help and completions read.
 * One thread.
 */
#ifndef WFCTL_VERBS_H
#define WFCTL_VERBS_H

#include <stddef.h>

#include "wf_options.h"
#include "wfctl.h"

struct wfctl_verb {
	const char *name;
	const char *arguments;
	const char *summary;
	const char *help; /* what --help adds */
	int min, max;     /* number of arguments; max < 0: any */
	int (*run)(const struct wfctl_options *o, int argc, char **argv);
	const struct wf_option *options; /* NULL: those of all verbs */
	bool rows;                       /* it can print CSV */
};

enum wfctl_option {
	OPT_SOCKET,
	OPT_OUTPUT,
	OPT_JSON,
	OPT_HELP,
	OPT_VERSION,
	OPT_SINCE,
	OPT_FOLLOW,
	OPT_FOR,
	OPT_AT,
	OPT_HZ,
	OPT_COUNT,
	OPT_SEED,
	OPT_REPORT,
	OPT_NO_TRAFFIC
};

/* In the order of the help. */
extern const struct wfctl_verb wfctl_verb_list[];
extern const size_t wfctl_n_verbs;
/* Of every verb, and of any: what stands before one is known before it is. */
extern const struct wf_option wfctl_common_options[], wfctl_all_options[];

const struct wf_option *wfctl_options_of(const struct wfctl_verb *v);
/* NULL: there is none, and that has been said. */
const struct wfctl_verb *wfctl_find_verb(const char *name);
/* Does it take what was given? It says so if not. */
bool wfctl_fits(const struct wfctl_verb *v, const struct wfctl_options *o);

#endif
