/* SPDX-License-Identifier: BSD-3-Clause
 * Documents as HTML that is well-formed XML, too.
 */
#include <errno.h>
#include <string.h>

#include "wf_doc_private.h"

static const char head[] =
	"<!DOCTYPE html>\n"
	"<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\">\n<head>\n"
	"<meta charset=\"utf-8\"/>\n"
	"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
	"<meta name=\"color-scheme\" content=\"light dark\"/>\n"
	"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
	"'unsafe-inline'\"/>\n";

static const char style[] =
	"<style>\n"
	":root { --back: #fff; --ink: #1b1f24; --dim: #667; --edge: #d5d9e0; --stripe: #f5f6f8;\n"
	"  --c0: #1769c0; --c1: #c2410c; --c2: #15803d; --c3: #9333ea; --c4: #b91c1c; --c5: "
	"#0e7490;\n"
	"  --c6: #a16207; --c7: #be185d; }\n"
	"@media (prefers-color-scheme: dark) { :root { --back: #14171c; --ink: #e4e7ec; --dim: "
	"#99a;\n"
	"  --edge: #363c46; --stripe: #1c2027; --c0: #6cb2ff; --c1: #ffa066; --c2: #6ddb8b; "
	"--c3: #c99cff;\n"
	"  --c4: #ff8585; --c5: #67d3e6; --c6: #e6c35c; --c7: #ff8fc4; } }\n"
	"body { background: var(--back); color: var(--ink); font: 15px/1.5 system-ui, sans-serif;\n"
	"  max-width: 64em; margin: 2em auto; padding: 0 1em; }\n"
	"h1 { font-size: 1.5em; } h2 { font-size: 1.15em; margin-top: 2em; }\n"
	".wide { overflow-x: auto; }\n"
	"table { border-collapse: collapse; font-variant-numeric: tabular-nums; }\n"
	"th, td { padding: .25em .7em; border-bottom: 1px solid var(--edge); text-align: left; }\n"
	"th { color: var(--dim); font-weight: 600; } tbody tr:nth-child(even) { background: "
	"var(--stripe); }\n"
	".n { text-align: right; }\n"
	"svg { width: 100%; height: auto; max-width: 48em; } svg text { fill: var(--dim); font: "
	"12px system-ui, sans-serif; }\n"
	"svg .t { fill: var(--ink); font-weight: 600; } svg .g { stroke: var(--edge); }\n"
	"svg .l { fill: none; stroke-width: 1.8; }\n"
	"</style>\n";

/* Bytes of the UTF-8 character at `s` that XML may hold; 0: there is none. */
static uint32_t
character(const unsigned char *s)
{
	uint32_t n = s[0] < 0x80   ? 1
		     : s[0] < 0xc2 ? 0
		     : s[0] < 0xe0 ? 2
		     : s[0] < 0xf0 ? 3
		     : s[0] < 0xf5 ? 4
				   : 0;
	uint32_t code = n == 1 ? s[0] : n == 0 ? 0 : s[0] & (0x7fu >> n);

	for (uint32_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (s[i] & 0x3f);
	}
	if ((n == 3 && code < 0x800) || (n == 4 && (code < 0x10000 || code > 0x10ffff)) ||
		(code >= 0xd800 && code < 0xe000) || code == 0xfffe || code == 0xffff ||
		(code < 0x20 && code != '\t' && code != '\n'))
		return 0;
	return n;
}

void
wf_doc_escape(const char *text, FILE *out)
{
	const unsigned char *s = (const unsigned char *)text;

	while (*s != 0) {
		uint32_t n = character(s);

		if (n == 0)
			fputc('?', out);
		else if (*s == '&')
			fputs("&amp;", out);
		else if (*s == '<')
			fputs("&lt;", out);
		else if (*s == '>')
			fputs("&gt;", out);
		else if (*s == '"')
			fputs("&quot;", out);
		else if (*s == '\'')
			fputs("&#39;", out);
		else
			fwrite(s, 1, n, out);
		s += n == 0 ? 1 : n;
	}
}

static void
put_row(const struct wf_doc_block *b, uint32_t row, FILE *out)
{
	fputs("<tr>", out);
	for (uint32_t i = 0; i < b->n_columns; i++) {
		const char *text = b->cell[row * b->n_columns + i];
		const char *tag = row == 0 ? "th" : "td";
		bool number = b->cell[i][0] == '>';

		fprintf(out, "<%s%s>", tag, number ? " class=\"n\"" : "");
		wf_doc_escape(row == 0 && number ? text + 1 : text, out);
		fprintf(out, "</%s>", tag);
	}
	fputs("</tr>\n", out);
}

static void
put_table(const struct wf_doc_block *b, FILE *out)
{
	fputs("<div class=\"wide\"><table>\n<thead>", out);
	put_row(b, 0, out);
	fputs("</thead>\n<tbody>\n", out);
	for (uint32_t row = 1; row <= b->n_rows; row++)
		put_row(b, row, out);
	fputs("</tbody>\n</table></div>\n", out);
}

int
wf_doc_html(const struct wf_doc *p, FILE *out)
{
	if (p->failed)
		return -ENOMEM;
	fputs(head, out);
	fputs("<title>", out);
	wf_doc_escape(p->title, out);
	fputs("</title>\n", out);
	fputs(style, out);
	fputs("</head>\n<body>\n<h1>", out);
	wf_doc_escape(p->title, out);
	fputs("</h1>\n", out);
	for (uint32_t i = 0; i < p->n; i++) {
		const struct wf_doc_block *b = &p->block[i];
		const char *tag = b->kind == WF_DOC_HEADING ? "h2" : "p";

		if (b->kind == WF_DOC_TABLE) {
			put_table(b, out);
		} else if (b->kind == WF_DOC_PLOT) {
			fputs(b->text, out);
		} else {
			fprintf(out, "<%s>", tag);
			wf_doc_escape(b->text, out);
			fprintf(out, "</%s>\n", tag);
		}
	}
	fputs("</body>\n</html>\n", out);
	return ferror(out) ? -EIO : 0;
}
