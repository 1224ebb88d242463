/* SPDX-License-Identifier: BSD-3-Clause
 * `wfctl flows`: the largest flows; counting them or not. One thread.
 */
#include <stdio.h>
#include <string.h>

#include "client.h"
#include "tables.h"
#include "wf_text.h"

static const struct csv_column columns[] = {
	{ "link", "link" },
	{ "direction", "direction" },
	{ "class", "class" },
	{ "protocol", "protocol" },
	{ "source", "source" },
	{ "source_port", "source_port" },
	{ "destination", "destination" },
	{ "destination_port", "destination_port" },
	{ "identifier", "identifier" },
	{ "vlan", "vlan" },
	{ "packets", "packets" },
	{ "bytes", "bytes" },
	{ "dropped", "dropped" },
	{ "delayed", "delay_ns.packets" },
	{ "delay_mean_ns", "delay_ns.mean" },
	{ "delay_max_ns", "delay_ns.max" },
	{ "age_ns", "age_ns" },
	{ "idle_ns", "idle_ns" },
	{ 0 },
};

static uint64_t
number(const json_t *j, const char *name)
{
	return (uint64_t)json_integer_value(json_object_get(j, name));
}

/* "10.77.0.1:5201", "[2001:db8::1]:53", "10.77.0.1#7" of an echo */
static const char *
end_of(const json_t *flow, const char *end, char *out, size_t size)
{
	const char *address = json_string_value(json_object_get(flow, end));
	char port[32];

	snprintf(port, sizeof(port), "%s_port", end);
	if (address == NULL)
		address = "?";
	if (json_object_get(flow, port) != NULL)
		snprintf(out, size, strchr(address, ':') != NULL ? "[%s]:%llu" : "%s:%llu", address,
			(unsigned long long)number(flow, port));
	else if (json_object_get(flow, "identifier") != NULL)
		snprintf(out, size, "%s#%llu", address,
			(unsigned long long)number(flow, "identifier"));
	else
		snprintf(out, size, "%s", address);
	return out;
}

static void
print_flow(const json_t *f)
{
	const json_t *delay = json_object_get(f, "delay_ns");
	const char *link = json_string_value(json_object_get(f, "link"));
	const char *side = json_string_value(json_object_get(f, "direction"));
	const char *class = json_string_value(json_object_get(f, "class"));
	const char *protocol = json_string_value(json_object_get(f, "protocol"));
	char from[80], to[80], where[160];
	char packets[WF_TEXT_MAX], bytes[WF_TEXT_MAX], lost[WF_TEXT_MAX], mean[WF_TEXT_MAX],
		max[WF_TEXT_MAX];

	if (link == NULL || side == NULL || protocol == NULL)
		return;
	snprintf(where, sizeof(where), "%s %s %s", link, side, class != NULL ? class : "-");
	printf("%-20s %-6s %-24s %-24s %12s %16s %10s %11s %11s\n", where, protocol,
		end_of(f, "source", from, sizeof(from)), end_of(f, "destination", to, sizeof(to)),
		wf_text_count(number(f, "packets"), packets),
		wf_text_count(number(f, "bytes"), bytes), wf_text_count(number(f, "dropped"), lost),
		wf_text_time(number(delay, "mean"), mean), wf_text_time(number(delay, "max"), max));
}

static void
print_table(const json_t *reply)
{
	const json_t *total = json_object_get(reply, "total"),
		     *others = json_object_get(reply, "others"), *f;
	char flows[WF_TEXT_MAX], packets[WF_TEXT_MAX], bytes[WF_TEXT_MAX];
	size_t i;

	printf("%-20s %-6s %-24s %-24s %12s %16s %10s %11s %11s\n", "link", "proto", "from", "to",
		"packets", "bytes", "lost", "mean delay", "max delay");
	json_array_foreach(json_object_get(reply, "flows"), i, f) print_flow(f);
	printf("%s flows in all: %s packets, %s bytes.\n",
		wf_text_count(number(total, "flows"), flows),
		wf_text_count(number(total, "packets"), packets),
		wf_text_count(number(total, "bytes"), bytes));
	if (number(others, "packets") > 0)
		printf("%s packets more are of flows that found no room: raise max_flows.\n",
			wf_text_count(number(others, "packets"), packets));
	if (json_is_false(json_object_get(reply, "complete")))
		printf("Not all were looked at within a second.\n");
}

static int
list(const struct wfctl_options *o, const char *path)
{
	json_t *reply = NULL;
	int rc = client_get(o, path, &reply);
	bool counted = json_is_true(json_object_get(reply, "counted"));

	if (rc == WFCTL_OK && o->json) {
		rc = client_print_json(reply);
	} else if (rc == WFCTL_OK && !counted) {
		fprintf(stderr, "wfctl: flows are not counted. `wfctl flows on` counts them from "
				"now on.\n");
		rc = WFCTL_FAILED;
	} else if (rc == WFCTL_OK && o->csv) {
		wfctl_csv_list(json_object_get(reply, "flows"), columns);
	} else if (rc == WFCTL_OK) {
		print_table(reply);
	}
	json_decref(reply);
	return rc;
}

static int
count(const struct wfctl_options *o, bool on)
{
	struct client_request r = { .method = "PATCH",
		.path = "/v1/flows",
		.media = "application/json",
		.body = on ? "{\"counted\": true}" : "{\"counted\": false}" };
	json_t *reply = NULL;
	int rc = client_json(o, &r, &reply);

	if (rc == WFCTL_OK && o->json)
		rc = client_print_json(reply);
	else if (rc == WFCTL_OK)
		puts(on ? "Flows are counted from now on." : "Flows are not counted any more.");
	json_decref(reply);
	return rc;
}

/* "top=10" or "by=loss", whose values need no escaping: the server says what they may be. */
static bool
is_key(const char *word)
{
	const char *value = strchr(word, '=');

	return value != NULL && (strncmp(word, "top=", 4) == 0 || strncmp(word, "by=", 3) == 0) &&
	       value[1] != 0 &&
	       value[1 + strspn(value + 1, "abcdefghijklmnopqrstuvwxyz0123456789")] == 0;
}

int
wfctl_flows(const struct wfctl_options *o, int argc, char **argv)
{
	char path[128] = "/v1/flows";

	if (argc == 1 && strcmp(argv[0], "on") == 0)
		return count(o, true);
	if (argc == 1 && strcmp(argv[0], "off") == 0)
		return count(o, false);
	for (int i = 0; i < argc; i++) {
		size_t used = strlen(path);

		if (!is_key(argv[i]) || strlen(argv[i]) > 40) {
			fprintf(stderr,
				"wfctl: flows takes top=N, by=bytes|packets|loss|delay, on "
				"or off, not \"%s\".\n",
				argv[i]);
			return WFCTL_USAGE;
		}
		snprintf(path + used, sizeof(path) - used, "%c%s", i == 0 ? '?' : '&', argv[i]);
	}
	return list(o, path);
}
