/* SPDX-License-Identifier: BSD-3-Clause
 * Numbers as `wirefault check` prints them, short rather than exact: "-" for nothing.
 */
#ifndef CHECK_TEXT_H
#define CHECK_TEXT_H

#define WF_CHECK_TEXT 24

/* So many significant digits, in the largest unit that keeps them below 1000. */
const char *wf_check_time(double ns, int digits, char out[WF_CHECK_TEXT]);
const char *wf_check_bytes(double bytes, int digits, char out[WF_CHECK_TEXT]);
const char *wf_check_rate(double bps, int digits, char out[WF_CHECK_TEXT]);
const char *wf_check_number(double x, double scale, const char *unit, char out[WF_CHECK_TEXT]);

#endif
