/* SPDX-License-Identifier: BSD-3-Clause
 * The common parts of an imported configuration.
 */
#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "wf_import_text.h"

#define WIDTH        100
#define MOST_PACKETS 16777216.0 /* of a queue or a slot */

void
wf_import_origin(const char *program, const struct wf_import_words *w, FILE *out)
{
	fprintf(out, "# Imported from:");
	if (program != NULL)
		fprintf(out, " %s", program);
	for (int i = 0; i < w->n; i++)
		fprintf(out, " %s", w->word[i]);
	fprintf(out, "\n");
}

void
wf_import_note(FILE *out, int indent, const char *fmt, ...)
{
	char text[1000], *at = text;
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	while (*at != 0) {
		const size_t room = (size_t)(WIDTH - 2 - indent);
		size_t n = strlen(at), cut = n;

		if (n > room)
			for (cut = room; cut > 0 && at[cut] != ' ';)
				cut--;
		if (cut == 0) /* a word that is longer than a line */
			cut = strcspn(at, " ");
		fprintf(out, "%*s# %.*s\n", indent, "", (int)cut, at);
		at += cut;
		at += strspn(at, " ");
	}
}

void
wf_import_link(FILE *out)
{
	fprintf(out, "ports = (\n  { name = \"a\"; device = \"net_tap0,iface=wfa\"; },\n"
		     "  { name = \"b\"; device = \"net_tap1,iface=wfb\"; }\n);\n"
		     "links = ( {\n  name = \"wan\"; ports = [ \"a\", \"b\" ];\n");
}

void
wf_import_other_direction(FILE *out)
{
	fprintf(out, "  # Take the # away from the next line for the same in the other direction:\n"
		     "  # ba = { copy = \"ab\"; };\n");
}

void
wf_import_link_end(FILE *out)
{
	fprintf(out, "} );\n");
}

double
wf_import_packets(const char *name, double packets, FILE *notes)
{
	if (packets <= MOST_PACKETS)
		return packets;
	wf_import_note(notes, 0, "%s %.0f is taken as %.0f, the most that a queue here counts.",
		name, packets, MOST_PACKETS);
	return MOST_PACKETS;
}

const char *
wf_import_time_text(double ns)
{
	static char text[4][32];
	static unsigned next;
	char *out = text[next++ % 4];

	ns = floor(ns + 0.5);
	if (fmod(ns, 1e6) == 0)
		snprintf(out, sizeof(text[0]), "%.0fms", ns / 1e6);
	else if (fmod(ns, 1e3) == 0)
		snprintf(out, sizeof(text[0]), "%.0fus", ns / 1e3);
	else
		snprintf(out, sizeof(text[0]), "%.0fns", ns);
	return out;
}

void
wf_import_string(const char *text, FILE *out)
{
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', out);
		fputc(*text, out);
	}
	fputc('"', out);
}
