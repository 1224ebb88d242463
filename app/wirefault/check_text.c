/* SPDX-License-Identifier: BSD-3-Clause
 * Numbers for the tables of `wirefault check`.
 */
#include "check_text.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "wf_wrap.h"

/* A thousand of each unit is one of the next. */
static const char *
scaled(double x, const char *const *units, int digits, char out[WF_CHECK_TEXT])
{
	double top = 1000 - 0.5 * pow(10, 3 - digits);

	if (x <= 0) {
		snprintf(out, WF_CHECK_TEXT, "-");
		return out;
	}
	for (; x >= top && units[1] != NULL; units++)
		x /= 1e3;
	if (x >= top)
		snprintf(out, WF_CHECK_TEXT, "%.0f%s", x, *units);
	else
		snprintf(out, WF_CHECK_TEXT, "%.*g%s", digits, x, *units);
	return out;
}

const char *
wf_check_time(double ns, int digits, char out[WF_CHECK_TEXT])
{
	static const char *const units[] = { "ns", "us", "ms", "s", NULL };

	return scaled(ns, units, digits, out);
}

const char *
wf_check_bytes(double bytes, int digits, char out[WF_CHECK_TEXT])
{
	static const char *const units[] = { "kB", "MB", "GB", "TB", NULL };

	return scaled(bytes / 1e3, units, digits, out);
}

const char *
wf_check_rate(double bps, int digits, char out[WF_CHECK_TEXT])
{
	static const char *const units[] = { "bit/s", "kbit/s", "Mbit/s", "Gbit/s", NULL };

	return scaled(bps, units, digits, out);
}

const char *
wf_check_number(double x, double scale, const char *unit, char out[WF_CHECK_TEXT])
{
	if (x <= 0)
		snprintf(out, WF_CHECK_TEXT, "-");
	else
		snprintf(out, WF_CHECK_TEXT, "%.4g%s", x * scale, unit);
	return out;
}

void
wf_check_note(FILE *out, unsigned indent, const char *fmt, ...)
{
	char *text;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	fprintf(out, "%*s", (int)indent, "");
	if (text != NULL)
		wf_wrap(text, indent, indent + (indent > 0 ? 2 : 0), out);
	fputc('\n', out);
	free(text);
}
