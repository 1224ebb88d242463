/* SPDX-License-Identifier: BSD-3-Clause
 * What the files of pages share: a page in memory.
 */
#ifndef WF_PAGE_PRIVATE_H
#define WF_PAGE_PRIVATE_H

#include "wf_page.h"

enum wf_page_kind { WF_PAGE_HEADING, WF_PAGE_TEXT, WF_PAGE_TABLE, WF_PAGE_PLOT };

struct wf_page_block {
	uint8_t kind; /* enum wf_page_kind */
	char *text;   /* of headings and texts; SVG of a plot */
	uint32_t n_columns, n_rows;
	char **cell; /* [n_columns * (n_rows + 1)]: titles, then rows */
};

struct wf_page {
	char *title;
	struct wf_page_block *block; /* [n] */
	uint32_t n;
	bool failed; /* something of it is missing */
};

/* Heap; NULL: out of memory. */
char *wf_page_svg(const struct wf_page_plot *plot);

#endif
