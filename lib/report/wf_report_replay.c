/* SPDX-License-Identifier: BSD-3-Clause
 * The part of the report on captures that were sent. Control threads only.
 */
#include <string.h>

#include "wf_report_private.h"
#include "wf_text.h"

static void
print_notes(const json_t *replay, FILE *out)
{
	char n[WF_TEXT_MAX];
	const char *key;
	json_t *v;

	json_object_foreach(json_object_get(replay, "notes"), key, v) if (json_integer_value(v) > 0)
		fprintf(out, "    of a loop: %s %s\n",
			wf_text_count((uint64_t)json_integer_value(v), n), key);
}

static void
print_replay(const json_t *port, const json_t *r, FILE *out)
{
	const json_t *late = json_object_get(r, "lateness_ns");
	char a[WF_TEXT_MAX], b[WF_TEXT_MAX], c[WF_TEXT_MAX];

	fprintf(out, "  port %-8.8s  %s after %s packets in %s, pace %s\n",
		wf_report_string(port, "name"), wf_report_string(r, "state"),
		wf_text_count(wf_report_integer(r, "packets"), a),
		wf_text_age(wf_report_integer(r, "elapsed_ns"), b), wf_report_string(r, "pace"));
	if (wf_report_integer(late, "count") > 0)
		fprintf(out, "    late by p50 %s, p99 %s, at most %s\n",
			wf_text_time(wf_report_integer(late, "p50"), a),
			wf_text_time(wf_report_integer(late, "p99"), b),
			wf_text_time(wf_report_integer(late, "max"), c));
	if (wf_report_integer(r, "late_dropped") + wf_report_integer(r, "slipped_ns") +
			wf_report_integer(r, "underruns") >
		0)
		fprintf(out, "    %s dropped as late, slipped by %s, %s times not read in time\n",
			wf_text_count(wf_report_integer(r, "late_dropped"), a),
			wf_text_time(wf_report_integer(r, "slipped_ns"), b),
			wf_text_count(wf_report_integer(r, "underruns"), c));
	print_notes(r, out);
}

void
wf_report_print_replays(const json_t *stats, FILE *out)
{
	bool any = false;
	json_t *p;
	size_t i;

	json_array_foreach(json_object_get(stats, "ports"), i, p)
	{
		const json_t *r = json_object_get(p, "replay");

		if (r == NULL)
			continue;
		if (!any)
			fprintf(out, "\nReplay\n");
		any = true;
		print_replay(p, r, out);
	}
}
