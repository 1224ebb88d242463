/* SPDX-License-Identifier: BSD-3-Clause
 * Rows of JSON objects as CSV (RFC 4180, with \n). One thread.
 */
#ifndef WFCTL_CSV_H
#define WFCTL_CSV_H

#include <jansson.h>

/* A column: its heading, and the dotted path of its value below a row. */
struct csv_column {
	const char *name, *path; /* a NULL name ends the list */
};

/* The headings, which begin with `before` (may be "" or end with a comma). */
void csv_head(const char *before, const struct csv_column *columns);
/* A row; `before` as it is to be printed. */
void csv_row(const char *before, const struct csv_column *columns, const json_t *row);
/* One value, quoted where it has to be. */
void csv_value(const json_t *j);
void csv_text(const char *text);

#endif
