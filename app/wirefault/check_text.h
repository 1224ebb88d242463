/* SPDX-License-Identifier: BSD-3-Clause
 * Numbers and notes as `wirefault check` prints them, short rather than exact: "-" for nothing.
 */
#ifndef CHECK_TEXT_H
#define CHECK_TEXT_H

#include <stdio.h>

#define WF_CHECK_TEXT 24

/* So many significant digits, in the largest unit that keeps them below 1000. */
const char *wf_check_time(double ns, int digits, char out[WF_CHECK_TEXT]);
const char *wf_check_bytes(double bytes, int digits, char out[WF_CHECK_TEXT]);
const char *wf_check_rate(double bps, int digits, char out[WF_CHECK_TEXT]);
const char *wf_check_number(double x, double scale, const char *unit, char out[WF_CHECK_TEXT]);

/* A sentence below a table, in lines that fit; it begins in column `indent`. Ends the line. */
void wf_check_note(FILE *out, unsigned indent, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
