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

int
wfctl_reload(const struct wfctl_options *o, int argc, char **argv)
{
	json_t *reply = NULL;
	int rc = post(o, "/v1/config/reload", &reply);

	if (rc == WFCTL_OK && o->json)
		rc = client_print_json(reply);
	else if (rc == WFCTL_OK)
		printf("The file is in force: every worker runs generation %lld.\n",
			(long long)json_integer_value(json_object_get(reply, "generation")));
	json_decref(reply);
	return rc;
}
