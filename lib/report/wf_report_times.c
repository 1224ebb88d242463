/* SPDX-License-Identifier: BSD-3-Clause
 * Delays and how late packets were released, by direction and class. Any thread.
 */
#include "wf_report_private.h"
#include "wf_text.h"

/* Of a direction or a class. */
static void
print_time(const char *link, const char *what, const json_t *d, FILE *out)
{
	const json_t *delay = json_object_get(d, "delay_ns");
	const json_t *error = json_object_get(d, "release_error_ns");
	char mean[WF_TEXT_MAX], p50[WF_TEXT_MAX], p99[WF_TEXT_MAX];
	char e50[WF_TEXT_MAX], e99[WF_TEXT_MAX];

	fprintf(out, "  %-12.12s %-20.20s", link, what);
	if (wf_report_integer(delay, "count") == 0) {
		fprintf(out, " %12s\n", "no packets");
		return;
	}
	fprintf(out, " %12s %11s %11s    %11s %11s\n",
		wf_text_time(wf_report_integer(delay, "mean"), mean),
		wf_text_time(wf_report_integer(delay, "p50"), p50),
		wf_text_time(wf_report_integer(delay, "p99"), p99),
		wf_text_time(wf_report_integer(error, "p50"), e50),
		wf_text_time(wf_report_integer(error, "p99"), e99));
}

static void
print_direction_time(const json_t *link, int side, FILE *out)
{
	const json_t *d = json_object_get(link, wf_report_sides[side]);
	json_t *class;
	char text[64];
	size_t i;

	wf_report_direction(link, side, text, sizeof(text));
	print_time(side == 0 ? wf_report_string(link, "name") : "", text, d, out);
	json_array_foreach(json_object_get(d, "classes"), i, class)
	{
		if (json_object_get(class, "delay_ns") == NULL)
			continue;
		snprintf(text, sizeof(text), "    %s", wf_report_string(class, "name"));
		print_time("", text, class, out);
	}
}

/* Packets that waited for their predecessors: how far that moved the mean. */
static void
print_clamped(const json_t *link, int side, FILE *out)
{
	const json_t *c = json_object_get(json_object_get(link, wf_report_sides[side]), "clamped");
	char n[WF_TEXT_MAX], bias[WF_TEXT_MAX];

	if (wf_report_integer(c, "packets") == 0)
		return;
	fprintf(out,
		"  %s %s: %s packets waited to keep their order; that adds %s to the mean delay\n",
		wf_report_string(link, "name"), wf_report_sides[side],
		wf_text_count(wf_report_integer(c, "packets"), n),
		wf_text_time(wf_report_integer(c, "bias_mean_ns"), bias));
}

/* What the link has sent again. */
static void
print_resent(const json_t *link, int side, FILE *out)
{
	const json_t *c = json_object_get(json_object_get(link, wf_report_sides[side]), "resent");
	char n[WF_TEXT_MAX];

	if (wf_report_integer(c, "packets") != 0)
		fprintf(out, "  %s %s: lost frames were sent again %s times by the link\n",
			wf_report_string(link, "name"), wf_report_sides[side],
			wf_text_count(wf_report_integer(c, "packets"), n));
}

void
wf_report_print_times(const json_t *stats, FILE *out)
{
	const json_t *links = json_object_get(stats, "links");
	json_t *link;
	size_t i;

	fprintf(out,
		"\nTime           %-20s %37s   %24s\n"
		"  %-12s %-20s %12s %11s %11s    %11s %11s\n",
		"", "------ delay that packets got ------", "--- released late by ---", "link",
		"direction", "mean", "p50", "p99", "p50", "p99");
	json_array_foreach(links, i, link) for (int side = 0; side < 2; side++)
		print_direction_time(link, side, out);
	json_array_foreach(links, i, link) for (int side = 0; side < 2; side++)
		print_clamped(link, side, out);
	json_array_foreach(links, i, link) for (int side = 0; side < 2; side++)
		print_resent(link, side, out);
}
