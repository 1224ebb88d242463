/* SPDX-License-Identifier: BSD-3-Clause
 * Completions for shells, printed from the tables of options. Control threads only.
 */
#ifndef WF_COMPLETION_H
#define WF_COMPLETION_H

#include "wf_options.h"

struct wf_completion_verb {
	const char *name, *summary; /* a NULL name ends the list */
	const struct wf_option *options;
};

/* Prints the completions of `program` for "bash", "zsh" or "fish". 0, or -EINVAL: another shell. */
int wf_completion_print(
	const char *shell, const char *program, const struct wf_completion_verb *verbs, FILE *out);

#endif
