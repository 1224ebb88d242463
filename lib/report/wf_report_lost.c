/* SPDX-License-Identifier: BSD-3-Clause
 * What was lost, by cause. Any thread.
 */
#include "wf_report_private.h"

#include <string.h>

#include "wf_drop.h"
#include "wf_text.h"

static const char *
cause_help(const char *name)
{
	for (int i = 1; i < WF_DROP_COUNT; i++)
		if (strcmp(wf_drop_info[i].name, name) == 0)
			return wf_drop_info[i].help;
	return "";
}

/* Causes of one direction under its heading; shares are of all packets that came in or were made.
 */
static void
print_causes(const char *link, const char *side, const json_t *d, FILE *out)
{
	uint64_t all = wf_report_packets(d, "rx") + wf_report_packets(d, "dup_created") +
		       wf_report_packets(d, "forged");
	json_t *by_cause = json_object_get(d, "dropped"), *c;
	const char *name;

	if (wf_report_lost(d) == 0)
		return;
	fprintf(out, "  %.40s %s\n", link, side);
	json_object_foreach(by_cause, name, c)
	{
		uint64_t n = wf_report_integer(c, "packets");
		char text[WF_TEXT_MAX];

		if (n == 0)
			continue;
		fprintf(out, "%15s %8.3f %%  %-12s %s\n", wf_text_count(n, text),
			all != 0 ? 100.0 * (double)n / (double)all : 0.0, name, cause_help(name));
	}
}

void
wf_report_print_lost(const json_t *stats, FILE *out)
{
	const json_t *links = json_object_get(stats, "links");
	uint64_t sum = 0;
	json_t *link;
	size_t i;

	json_array_foreach(links, i, link) for (int side = 0; side < 2; side++) sum +=
		wf_report_lost(json_object_get(link, wf_report_sides[side]));
	if (sum == 0)
		return;
	fprintf(out, "\nLost, by cause\n");
	json_array_foreach(links, i, link) for (int side = 0; side < 2; side++)
		print_causes(wf_report_string(link, "name"), wf_report_sides[side],
			json_object_get(link, wf_report_sides[side]), out);
}
