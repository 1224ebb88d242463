/* SPDX-License-Identifier: BSD-3-Clause
 * `wfctl reset` and `wfctl reload`: the daemon is told to start again with its counters, or with
 * its file. One thread.
 */
#include <stdio.h>

#include "client.h"

/* Posts to `path`. */
static int
post(const struct wfctl_options *o, const char *path, json_t **reply)
{
	const struct client_request r = { .method = "POST", .path = path, .body = "" };

	return client_json(o, &r, reply);
}

int
wfctl_reset(const struct wfctl_options *o, int argc, char **argv)
{
	json_t *reply = NULL;
	int rc = post(o, "/v1/reset", &reply);

	if (rc == WFCTL_OK && o->json)
		rc = client_print_json(reply);
	else if (rc == WFCTL_OK)
		puts("Counters and histograms start again from zero.");
	json_decref(reply);
	return rc;
}

static void
print_list(const char *title, const json_t *list)
{
	const json_t *o;
	size_t i;

	if (json_array_size(list) > 0)
		puts(title);
	json_array_foreach(list, i, o)
		printf("  %s\n", json_string_value(json_object_get(o, "change")));
}

static void
print_reload(const json_t *reply)
{
	puts("The file has been read again.");
	print_list("These changes still stand above it (wfctl config undo all takes them back):",
		json_object_get(reply, "overrides"));
	print_list("These are undone, as the file has not what they change:",
		json_object_get(reply, "dropped"));
	client_print_generation(reply);
}

int
wfctl_reload(const struct wfctl_options *o, int argc, char **argv)
{
	json_t *reply = NULL;
	int rc = post(o, "/v1/config/reload", &reply);

	if (rc == WFCTL_OK && o->json)
		rc = client_print_json(reply);
	else if (rc == WFCTL_OK)
		print_reload(reply);
	json_decref(reply);
	return rc;
}
