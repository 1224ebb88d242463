/* SPDX-License-Identifier: BSD-3-Clause
 * Commands as they stand in a shell script or a terminal: one or more, each with its line.
 */
#ifndef WF_IMPORT_SCRIPT_H
#define WF_IMPORT_SCRIPT_H

#include "wf_import_words.h"

#define WF_IMPORT_COMMANDS_MAX 64

struct wf_import_command {
	struct wf_import_words words;
	struct wf_where where; /* its line, when there are several */
};

struct wf_import_script {
	int n;
	struct wf_import_command *command; /* as many as may be */
	char *text;
};

/* Parts commands at newlines, `;`, `&&`, `||` and `&`; joins lines at a backslash; leaves out
 * comments and redirections, and a command "true" or ":". A line whose first word is none of
 * `heads` (NULL at the end) goes on with the command before. A "|" is refused. 0, or -EINVAL with
 * a reason. */
int wf_import_script_read(
	struct wf_import_script *s, const char *text, const char *const *heads, struct wf_err *err);
void wf_import_script_fini(struct wf_import_script *s);

/* Comments with the commands as they were, behind `program` where a command does not begin with
 * one of `heads`. */
void wf_import_script_origin(
	const char *program, const struct wf_import_script *s, const char *const *heads, FILE *out);

#endif
