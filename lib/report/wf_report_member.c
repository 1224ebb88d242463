/* SPDX-License-Identifier: BSD-3-Clause
 * Members of the stats document. A member that is missing reads as 0 or as an empty list. Any
 * thread.
 */
#include "wf_report_private.h"

const char *const wf_report_sides[2] = { "ab", "ba" };

uint64_t
wf_report_integer(const json_t *j, const char *key)
{
	return (uint64_t)json_integer_value(json_object_get(j, key));
}

const char *
wf_report_string(const json_t *j, const char *key)
{
	const char *s = json_string_value(json_object_get(j, key));

	return s != NULL ? s : "";
}

uint64_t
wf_report_packets(const json_t *j, const char *key)
{
	return wf_report_integer(json_object_get(j, key), "packets");
}

uint64_t
wf_report_lost(const json_t *counts)
{
	json_t *by_cause = json_object_get(counts, "dropped"), *c;
	const char *name;
	uint64_t sum = 0;

	json_object_foreach(by_cause, name, c) sum += wf_report_integer(c, "packets");
	return sum;
}

/* "ab  a > b": the direction by its name and by its ports. */
void
wf_report_direction(const json_t *link, int side, char *out, size_t size)
{
	const json_t *ports = json_object_get(link, "ports");
	const char *from = json_string_value(json_array_get(ports, (size_t)side));
	const char *to = json_string_value(json_array_get(ports, (size_t)!side));

	snprintf(out, size, "%s  %.6s > %.6s", wf_report_sides[side], from ? from : "?",
		to ? to : "?");
}
