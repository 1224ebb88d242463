/* SPDX-License-Identifier: BSD-3-Clause
 * Measured numbers as people read them: 1,234,567 and 20.01 ms. For tables only: rounded, unlike
 * the exact text of wf_units.h. Any thread.
 */
#ifndef WF_TEXT_H
#define WF_TEXT_H

#include "wf_types.h"

#define WF_TEXT_MAX 32

/* "1,234,567". Returns out. */
const char *wf_text_count(uint64_t n, char out[WF_TEXT_MAX]);
/* "213 ns", "20.01 ms", "62.3 s": three to four figures. Returns out. */
const char *wf_text_time(wf_ns_t ns, char out[WF_TEXT_MAX]);
/* A number a second, "98.7" or "1,234", and bits a second, "712 bit/s" or "9.87 Mbit/s". Return
 * out. */
const char *wf_text_per_second(double n, char out[WF_TEXT_MAX]);
const char *wf_text_rate(double bps, char out[WF_TEXT_MAX]);
/* Running times: "12.3 s", "4 min 05 s", "3 h 12 min", "2 d 03 h". Returns out. */
const char *wf_text_age(wf_ns_t ns, char out[WF_TEXT_MAX]);

#endif
