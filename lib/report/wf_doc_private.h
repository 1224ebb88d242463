/* SPDX-License-Identifier: BSD-3-Clause
 * What the files of documents share: one in memory.
 */
#ifndef WF_DOC_PRIVATE_H
#define WF_DOC_PRIVATE_H

#include "wf_doc.h"

enum wf_doc_kind { WF_DOC_HEADING, WF_DOC_TEXT, WF_DOC_TABLE, WF_DOC_PLOT };

struct wf_doc_block {
	uint8_t kind; /* enum wf_doc_kind */
	char *text;   /* of headings and texts; SVG of a plot */
	uint32_t n_columns, n_rows;
	char **cell; /* [n_columns * (n_rows + 1)]: titles, then rows */
};

struct wf_doc {
	char *title;
	struct wf_doc_block *block; /* [n] */
	uint32_t n;
	bool failed; /* something of it is missing */
};

/* Heap; NULL: out of memory. */
char *wf_doc_svg(const struct wf_doc_plot *plot);

#endif
