/* SPDX-License-Identifier: BSD-3-Clause
 * What every imported configuration has: where it came from, ports, one link; values as text.
 */
#ifndef WF_IMPORT_TEXT_H
#define WF_IMPORT_TEXT_H

#include "wf_import_words.h"

/* A comment with the words behind `program` (NULL: they begin with one), on one line. */
void wf_import_origin(const char *program, const struct wf_import_words *w, FILE *out);
/* A comment behind `indent` blanks, in lines of at most 100 columns. */
void wf_import_note(FILE *out, int indent, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Ports a and b and a link "wan" between them, open: a direction's settings come next. */
void wf_import_link(FILE *out);
void wf_import_link_end(FILE *out);
/* Behind ab: how the other direction gets the same. */
void wf_import_other_direction(FILE *out);

/* A queue's limit in packets: no more than there can be, which is noted. */
double wf_import_packets(const char *name, double packets, FILE *notes);

/* A time in the largest unit that holds it. Four at once may be in use. */
const char *wf_import_time_text(double ns);
/* In quotes, with what libconfig would take for something else escaped. */
void wf_import_string(const char *text, FILE *out);

#endif
