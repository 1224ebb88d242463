/* SPDX-License-Identifier: BSD-3-Clause
 * Documents in memory, and as Markdown.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "wf_doc_private.h"

struct wf_doc *
wf_doc_new(const char *title)
{
	struct wf_doc *p = calloc(1, sizeof(*p));

	if (p != NULL)
		p->title = strdup(title);
	if (p == NULL || p->title != NULL)
		return p;
	free(p);
	return NULL;
}

void
wf_doc_free(struct wf_doc *p)
{
	if (p == NULL)
		return;
	for (uint32_t i = 0; i < p->n; i++) {
		struct wf_doc_block *b = &p->block[i];

		for (uint32_t k = 0; b->cell != NULL && k < b->n_columns * (b->n_rows + 1); k++)
			free(b->cell[k]);
		free(b->cell);
		free(b->text);
	}
	free(p->block);
	free(p->title);
	free(p);
}

/* NULL: out of memory, which is remembered. */
static struct wf_doc_block *
add(struct wf_doc *p, enum wf_doc_kind kind)
{
	struct wf_doc_block *more = realloc(p->block, (p->n + 1) * sizeof(*more));

	if (more == NULL) {
		p->failed = true;
		return NULL;
	}
	p->block = more;
	more += p->n++;
	*more = (struct wf_doc_block){ .kind = (uint8_t)kind };
	return more;
}

void
wf_doc_heading(struct wf_doc *p, const char *text)
{
	struct wf_doc_block *b = add(p, WF_DOC_HEADING);

	if (b != NULL && (b->text = strdup(text)) == NULL)
		p->failed = true;
}

void
wf_doc_text(struct wf_doc *p, const char *fmt, ...)
{
	struct wf_doc_block *b = add(p, WF_DOC_TEXT);
	va_list args;

	if (b == NULL)
		return;
	va_start(args, fmt);
	if (vasprintf(&b->text, fmt, args) < 0) {
		b->text = NULL;
		p->failed = true;
	}
	va_end(args);
}

/* One more row of cells in the last block. */
static void
add_row(struct wf_doc *p, uint32_t row, const char *const *cells)
{
	struct wf_doc_block *b = &p->block[p->n - 1];
	char **more = realloc(b->cell, (size_t)b->n_columns * (row + 1) * sizeof(*more));

	if (more == NULL) {
		p->failed = true;
		return;
	}
	b->cell = more;
	b->n_rows = row;
	for (uint32_t i = 0; i < b->n_columns; i++) {
		more[row * b->n_columns + i] = strdup(cells[i]);
		p->failed |= more[row * b->n_columns + i] == NULL;
	}
}

void
wf_doc_table(struct wf_doc *p, const char *const *titles)
{
	struct wf_doc_block *b = add(p, WF_DOC_TABLE);

	if (b == NULL)
		return;
	while (titles[b->n_columns] != NULL)
		b->n_columns++;
	add_row(p, 0, titles);
}

void
wf_doc_row(struct wf_doc *p, const char *const *cells)
{
	if (p->failed)
		return;
	assert(p->n > 0 && p->block[p->n - 1].kind == WF_DOC_TABLE);
	add_row(p, p->block[p->n - 1].n_rows + 1, cells);
}

void
wf_doc_plot(struct wf_doc *p, const struct wf_doc_plot *plot)
{
	struct wf_doc_block *b = add(p, WF_DOC_PLOT);

	if (b != NULL && (b->text = wf_doc_svg(plot)) == NULL)
		p->failed = true;
}

/* In a cell nothing may end it; elsewhere nothing may begin what it does not mean. */
static void
put_markdown(const char *text, FILE *out)
{
	for (; *text != 0; text++) {
		if (strchr("\\`*_[]<>|#", *text) != NULL)
			fputc('\\', out);
		fputc(*text == '\n' || *text == '\r' ? ' ' : *text, out);
	}
}

static void
put_table(const struct wf_doc_block *b, FILE *out)
{
	for (uint32_t row = 0; row <= b->n_rows; row++) {
		for (uint32_t i = 0; i < b->n_columns; i++) {
			const char *text = b->cell[row * b->n_columns + i];

			fputs("| ", out);
			put_markdown(row == 0 && *text == '>' ? text + 1 : text, out);
			fputc(' ', out);
		}
		fputs("|\n", out);
		for (uint32_t i = 0; i < b->n_columns && row == 0; i++)
			fputs(b->cell[i][0] == '>' ? "|---:" : "|---", out);
		if (row == 0)
			fputs("|\n", out);
	}
	fputc('\n', out);
}

int
wf_doc_markdown(const struct wf_doc *p, FILE *out)
{
	if (p->failed)
		return -ENOMEM;
	fputs("# ", out);
	put_markdown(p->title, out);
	fputs("\n\n", out);
	for (uint32_t i = 0; i < p->n; i++) {
		const struct wf_doc_block *b = &p->block[i];

		if (b->kind == WF_DOC_TABLE) {
			put_table(b, out);
		} else if (b->kind != WF_DOC_PLOT) {
			fputs(b->kind == WF_DOC_HEADING ? "## " : "", out);
			put_markdown(b->text, out);
			fputs("\n\n", out);
		}
	}
	return ferror(out) ? -EIO : 0;
}
