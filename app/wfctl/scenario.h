/* SPDX-License-Identifier: BSD-3-Clause
 * What the files of `wfctl scenario` share. One thread.
 */
#ifndef WFCTL_SCENARIO_H
#define WFCTL_SCENARIO_H

#include <stdint.h>

#include "client.h"

/* scenario_files.c: files, folders and names as the list `files` of POST /v1/runs. NULL: what is
 * wrong has been said; *rc is the exit code. */
json_t *scenario_files(const struct wfctl_options *o, int argc, char **argv, int *rc);
/* The reports of a run into a folder, which is made. */
int scenario_save(const struct wfctl_options *o, const json_t *run, const char *folder);
/* In this form; "text", "json" ... Heap. */
int scenario_report(const struct wfctl_options *o, const char *id, const char *form, char **text);

/* scenario_watch.c: from here on INT and TERM stop the runs that are watched. */
void scenario_catch(void);
/* Goes with these runs, an array, until all are over, and prints what comes of them. WFCTL_FAILED
 * if one has not passed. */
int scenario_watch(const struct wfctl_options *o, const json_t *runs);

/* Members of a run; "?" where there is no such text. */
const char *scenario_string(const json_t *run, const char *key);
uint64_t scenario_number(const json_t *run, const char *key);
/* Has it come to its end, in whatever way? */
bool scenario_over(const json_t *run);

#endif
