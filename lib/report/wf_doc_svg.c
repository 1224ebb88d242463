/* SPDX-License-Identifier: BSD-3-Clause
 * Plots as SVG, to stand in a page: colours are the page's.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wf_doc_private.h"

#define WIDTH  720
#define HEIGHT 300
#define LEFT   70
#define RIGHT  20
#define TOP    36
#define BOTTOM 64
#define TICKS  6
#define LANE   14 /* pixels, of a line of text */
#define LETTER 7
/* Points of a line: more than there are columns of pixels show nothing. */
#define MOST 2000

struct axis {
	double low, high; /* of values, logarithms on a logarithmic one */
	bool log;
	int from, to; /* pixels */
};

static double
value(const struct axis *a, double v)
{
	return a->log ? log10(v) : v;
}

static double
place(const struct axis *a, double v)
{
	return a->from + (value(a, v) - a->low) / (a->high - a->low) * (a->to - a->from);
}

static bool
shown(const struct axis *x, double vx, double vy)
{
	return isfinite(vx) && isfinite(vy) && (!x->log || vx > 0);
}

static void
fit(struct axis *a, double v)
{
	double at = value(a, v);

	a->low = at < a->low ? at : a->low;
	a->high = at > a->high ? at : a->high;
}

static void
measure(const struct wf_doc_plot *p, struct axis *x, struct axis *y)
{
	for (uint32_t i = 0; i < p->n_lines; i++)
		for (uint32_t k = 0; k < p->line[i].n; k++)
			if (shown(x, p->line[i].x[k], p->line[i].y[k])) {
				fit(x, p->line[i].x[k]);
				fit(y, p->line[i].y[k]);
			}
	for (uint32_t i = 0; i < p->n_bands && x->low <= x->high; i++) {
		fit(x, p->band[i].from);
		fit(x, p->band[i].to);
	}
	if (!(x->low <= x->high)) /* nothing is shown */
		x->low = y->low = 0, x->high = y->high = 1;
	if (x->low == x->high)
		x->low -= 0.5, x->high += 0.5;
	if (y->low == y->high)
		y->low -= 0.5, y->high += 0.5;
}

/* 1, 2 or 5 times a power of ten. */
static double
step_of(double range)
{
	double raw = range / TICKS, power = pow(10, floor(log10(raw)));

	return raw <= power       ? power
	       : raw <= 2 * power ? 2 * power
	       : raw <= 5 * power ? 5 * power
				  : 10 * power;
}

static void
tick(FILE *out, const struct axis *a, double at, bool across)
{
	double v = a->log ? pow(10, at) : at;
	double px = a->from + (at - a->low) / (a->high - a->low) * (a->to - a->from);

	if (fabs(v) < 1e-12 * (a->high - a->low))
		v = 0; /* what is left of it by rounding */
	if (across)
		fprintf(out,
			"<line class=\"g\" x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\"/>"
			"<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%.6g</text>\n",
			px, TOP, px, HEIGHT - BOTTOM, px, HEIGHT - BOTTOM + 16, v);
	else
		fprintf(out,
			"<line class=\"g\" x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\"/>"
			"<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%.6g</text>\n",
			LEFT, px, WIDTH - RIGHT, px, LEFT - 6, px + 4, v);
}

static void
ticks(FILE *out, const struct axis *a, bool across)
{
	double step = a->log && a->high - a->low > 2 ? 1 : step_of(a->high - a->low);

	for (int i = 0; i <= 2 * TICKS + 20; i++) {
		double at = (ceil(a->low / step) + i) * step;

		if (at > a->high + 1e-9 * step)
			break;
		tick(out, a, at, across);
	}
}

static void
draw(FILE *out, const struct wf_doc_plot *p, uint32_t i, const struct axis *x, const struct axis *y)
{
	const struct wf_doc_line *l = &p->line[i];
	uint32_t every = l->n / MOST + 1;
	bool begun = false;

	if (!p->points)
		fprintf(out, "<path class=\"l\" style=\"stroke: var(--c%u)\" d=\"", i);
	for (uint32_t k = 0; k < l->n; k++) {
		if (!shown(x, l->x[k], l->y[k]) || (k % every != 0 && k != l->n - 1))
			continue;
		if (p->points)
			fprintf(out,
				"<circle style=\"fill: var(--c%u)\" cx=\"%.1f\" cy=\"%.1f\" "
				"r=\"3\"/>\n",
				i, place(x, l->x[k]), place(y, l->y[k]));
		else
			fprintf(out, "%c%.1f %.1f", begun ? 'L' : 'M', place(x, l->x[k]),
				place(y, l->y[k]));
		begun = true;
	}
	if (!p->points)
		fprintf(out, "%s\"/>\n", begun ? "" : "M0 0");
}

/* Its name stands in it where there is room, and in a tooltip. */
static void
band(FILE *out, const struct wf_doc_band *b, const struct axis *x)
{
	double from = place(x, b->from), width = place(x, b->to) - from;
	int top = b->lane == 0 ? TOP : HEIGHT - BOTTOM - LANE * b->lane;
	int height = b->lane == 0 ? HEIGHT - BOTTOM - TOP : LANE - 1;

	fprintf(out,
		"<rect style=\"fill: var(--c%u); fill-opacity: %s\" x=\"%.1f\" y=\"%d\" "
		"width=\"%.1f\" height=\"%d\"><title>",
		b->colour, b->lane == 0 ? ".1" : ".35", from, top, width, height);
	wf_doc_escape(b->name, out);
	fputs("</title></rect>\n", out);
	if (width < LETTER * (double)strlen(b->name))
		return;
	fprintf(out, "<text x=\"%.1f\" y=\"%d\">", from + 3, top + LANE - 2);
	wf_doc_escape(b->name, out);
	fputs("</text>\n", out);
}

static void
text(FILE *out, int x, int y, const char *more, const char *what)
{
	fprintf(out, "<text x=\"%d\" y=\"%d\"%s>", x, y, more);
	wf_doc_escape(what, out);
	fputs("</text>\n", out);
}

static void
legend(FILE *out, const struct wf_doc_plot *p)
{
	int step = (WIDTH - LEFT - RIGHT) / (int)p->n_lines;

	for (uint32_t i = 0; i < p->n_lines && p->n_lines > 1; i++) {
		int at = LEFT + (int)i * step;

		fprintf(out,
			"<rect style=\"fill: var(--c%u)\" x=\"%d\" y=\"%d\" width=\"10\" "
			"height=\"10\"/>\n",
			i, at, HEIGHT - 13);
		text(out, at + 14, HEIGHT - 4, "", p->line[i].name);
	}
}

char *
wf_doc_svg(const struct wf_doc_plot *p)
{
	struct axis x = { INFINITY, -INFINITY, p->log_x, LEFT, WIDTH - RIGHT };
	struct axis y = { INFINITY, -INFINITY, false, HEIGHT - BOTTOM, TOP };
	char *svg = NULL;
	size_t size;
	FILE *out = open_memstream(&svg, &size);

	assert(p->n_lines >= 1 && p->n_lines <= WF_DOC_LINES);
	if (out == NULL)
		return NULL;
	measure(p, &x, &y);
	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\">\n"
		"<title>",
		WIDTH, HEIGHT);
	wf_doc_escape(p->title, out);
	fputs("</title>\n", out);
	text(out, LEFT, 16, " class=\"t\"", p->title);
	text(out, LEFT, TOP - 6, "", p->y_name);
	text(out, WIDTH - RIGHT, HEIGHT - BOTTOM + 34, " text-anchor=\"end\"", p->x_name);
	for (uint32_t i = 0; i < p->n_bands; i++)
		band(out, &p->band[i], &x);
	ticks(out, &x, true);
	ticks(out, &y, false);
	for (uint32_t i = 0; i < p->n_lines; i++)
		draw(out, p, i, &x, &y);
	legend(out, p);
	fputs("</svg>\n", out);
	if (ferror(out) | fclose(out)) {
		free(svg);
		return NULL;
	}
	return svg;
}
