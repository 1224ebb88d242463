/* SPDX-License-Identifier: BSD-3-Clause
 * The stats document as a table for people: final report of `run`, and `wfctl stats`.
 */
#ifndef WF_REPORT_H
#define WF_REPORT_H

#include <jansson.h>
#include <stdio.h>

/* Prints a document "wirefault.stats/1" (from wf_json_stats or from the API). */
void wf_report_table(const json_t *stats, FILE *out);

#endif
