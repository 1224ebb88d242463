/* SPDX-License-Identifier: BSD-3-Clause
 * `wfctl workers`: how busy each is, and how long it was away. One thread.
 */
#include <stdio.h>

#include "client.h"
#include "tables.h"
#include "wf_text.h"

static const struct csv_column columns[] = {
	{ "core", "lcore" },
	{ "busy_ratio", "busy_ratio" },
	{ "loops", "loops" },
	{ "stall_max_ns", "stall_max_ns" },
	{ "cpu_ns", "cpu_ns" },
	{ "shares_core", "shares_core" },
	{ 0 },
};

static void
print_worker(const json_t *w)
{
	char loops[WF_TEXT_MAX], stall[WF_TEXT_MAX], cpu[WF_TEXT_MAX];

	printf("%4lld %6.1f %% %20s %14s %14s%s\n",
		(long long)json_integer_value(json_object_get(w, "lcore")),
		100 * json_number_value(json_object_get(w, "busy_ratio")),
		wf_text_count((uint64_t)json_integer_value(json_object_get(w, "loops")), loops),
		wf_text_time(
			(wf_ns_t)json_integer_value(json_object_get(w, "stall_max_ns")), stall),
		wf_text_time((wf_ns_t)json_integer_value(json_object_get(w, "cpu_ns")), cpu),
		json_is_true(json_object_get(w, "shares_core"))
			? "  shares its core with the control thread"
			: "");
}

int
wfctl_workers(const struct wfctl_options *o, int argc, char **argv)
{
	json_t *reply = NULL, *w;
	int rc = client_get(o, "/v1/workers", &reply);
	size_t i;

	if (rc == WFCTL_OK && o->json) {
		rc = client_print_json(reply);
	} else if (rc == WFCTL_OK && o->csv) {
		wfctl_csv_list(json_object_get(reply, "workers"), columns);
	} else if (rc == WFCTL_OK) {
		printf("%4s %8s %20s %14s %14s\n", "core", "busy", "loops", "longest stall",
			"core time");
		json_array_foreach(json_object_get(reply, "workers"), i, w) print_worker(w);
	}
	json_decref(reply);
	return rc;
}
