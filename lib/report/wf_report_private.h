/* SPDX-License-Identifier: BSD-3-Clause
 * What the files of the report share: members of the stats document, and the tables.
 */
#ifndef WF_REPORT_PRIVATE_H
#define WF_REPORT_PRIVATE_H

#include "wf_report.h"

#include "wf_types.h"

/* "ab" and "ba", by enum wf_side. */
extern const char *const wf_report_sides[2];

/* Members: 0 or "" where there is none. */
uint64_t wf_report_integer(const json_t *j, const char *key);
const char *wf_report_string(const json_t *j, const char *key);
/* The packets of a count of packets and bytes. */
uint64_t wf_report_packets(const json_t *j, const char *key);
/* Dropped packets of all causes, of a direction or a class. */
uint64_t wf_report_lost(const json_t *counts);
/* "ab  a > b": the direction by its name and by its ports. */
void wf_report_direction(const json_t *link, int side, char *out, size_t size);

void wf_report_print_packets(const json_t *stats, FILE *out);
void wf_report_print_rates(const json_t *stats, FILE *out);
void wf_report_print_lost(const json_t *stats, FILE *out);
void wf_report_print_replays(const json_t *stats, FILE *out);
void wf_report_print_times(const json_t *stats, FILE *out);

#endif
