/* SPDX-License-Identifier: BSD-3-Clause
 * All rows of a sweep beside each other: from the documents of its runs one document, a page and a
 * table. Control threads only.
 */
#ifndef WF_SWEEP_REPORT_H
#define WF_SWEEP_REPORT_H

#include <jansson.h>
#include <stdio.h>

#include "wf_scenario.h"

/* The document "wirefault.scenario-sweep/1" of the first n rows. NULL: out of memory. */
json_t *wf_sweep_json(const struct wf_scenario *s, json_t *const *docs, uint32_t n);
/* From it a page of Markdown or HTML. 0 or -errno. */
int wf_sweep_markdown(const json_t *doc, FILE *out);
int wf_sweep_html(const json_t *doc, FILE *out);
/* A line for each row and direction, for people. */
void wf_sweep_summary(const json_t *doc, FILE *out);

#endif
