/* SPDX-License-Identifier: BSD-3-Clause
 * Text in lines that fit: on a terminal its width, and never more than 100 columns. Any thread.
 */
#ifndef WF_WRAP_H
#define WF_WRAP_H

#include <stdio.h>

#define WF_WRAP_MAX 100
#define WF_WRAP_MIN 30 /* on what is narrower than this, words are legible and lines are not */

/* Columns that text for `out` may take: WF_WRAP_MAX, or what a narrower terminal has. */
unsigned wf_wrap_width(FILE *out);
/* Writes words; the cursor stands in column `at` (from 0), and later lines begin at `indent`. Line
 * breaks in the text stay; lines that begin with a blank or have a run of blanks are set by their
 * author and are left alone. */
void wf_wrap(const char *text, unsigned at, unsigned indent, FILE *out);
/* The same for a width that the caller knows. */
void wf_wrap_to(const char *text, unsigned at, unsigned indent, unsigned width, FILE *out);

/* One message behind `at` columns, and a newline: wrapped for people on a terminal, one line for
 * grep and editors where `out` is a file or a pipe. */
void wf_wrap_message(const char *text, unsigned at, FILE *out);

#endif
