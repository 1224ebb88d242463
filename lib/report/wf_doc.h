/* SPDX-License-Identifier: BSD-3-Clause
 * A report as a document: headings, text, tables and plots, put together once, and written as
 * Markdown or as one HTML file that needs nothing else: no script, font or image from anywhere;
 * readable on a dark and on a light screen. Whatever text it is given is escaped. Control thread.
 */
#ifndef WF_DOC_H
#define WF_DOC_H

#include <stdio.h>

#include "wf_types.h"

/* A line of a plot. */
struct wf_doc_line {
	const char *name;
	const double *x, *y; /* [n] */
	uint32_t n;
};

/* What lasts for a while: behind the lines over all of the height, or in a lane at the foot. */
struct wf_doc_band {
	const char *name;
	double from, to; /* on the x axis, which is as long as they are */
	uint8_t colour;  /* 0 .. WF_DOC_LINES - 1 */
	uint8_t lane;    /* 0: all of the height; 1 .. WF_DOC_LANES, from below */
};
#define WF_DOC_LANES 8

struct wf_doc_plot {
	const char *title, *x_name, *y_name;
	const struct wf_doc_line *line;
	uint32_t n_lines;               /* 1 .. WF_DOC_LINES */
	bool log_x;                     /* what is not above 0 is left out */
	bool points;                    /* marks, not a line */
	const struct wf_doc_band *band; /* [n_bands], not with log_x */
	uint32_t n_bands;
};

#define WF_DOC_LINES 8

struct wf_doc;

/* NULL: out of memory. */
struct wf_doc *wf_doc_new(const char *title);
void wf_doc_free(struct wf_doc *p);

/* Everything is copied. What there is no memory for makes both writers fail. */
void wf_doc_heading(struct wf_doc *p, const char *text);
void wf_doc_text(struct wf_doc *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Columns' titles, NULL at the end; a '>' in front: numbers, aligned to the right. Rows follow. */
void wf_doc_table(struct wf_doc *p, const char *const *titles);
/* As many cells as the table has columns. */
void wf_doc_row(struct wf_doc *p, const char *const *cells);
/* In Markdown it is left out: what matters stands in tables. */
void wf_doc_plot(struct wf_doc *p, const struct wf_doc_plot *plot);

/* 0, -ENOMEM or -EIO. */
int wf_doc_markdown(const struct wf_doc *p, FILE *out);
int wf_doc_html(const struct wf_doc *p, FILE *out);

/* Text as HTML and XML want it: & < > " ' escaped, what no XML may hold and what is no UTF-8
 * replaced. */
void wf_doc_escape(const char *text, FILE *out);

#endif
