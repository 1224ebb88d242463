/* SPDX-License-Identifier: BSD-3-Clause
 * Reports of scenarios into a folder: NAME.json, NAME.md and NAME.html of each and of each
 * sweep, junit.xml of all.
 */
#ifndef SCENARIO_REPORTS_H
#define SCENARIO_REPORTS_H

#include <jansson.h>

#include "wf_err.h"

/* Makes the folder if it isn't there. 0 or -EINVAL with reasons. */
int scenario_reports_folder(const char *folder, struct wf_err *err);
/* The document of a sweep, NAME.json, NAME.md and NAME.html. */
int scenario_reports_sweep(const char *folder, const json_t *doc, struct wf_err *err);
int scenario_reports_write(const char *folder, json_t *const *docs, uint32_t n, struct wf_err *err);

#endif
