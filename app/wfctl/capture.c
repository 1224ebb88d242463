/* SPDX-License-Identifier: BSD-3-Clause
 * `wfctl capture start|set|stop|status`: packets to a file while wirefault runs. One thread.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "wf_conf.h"
#include "wf_json.h"
#include "wf_text.h"

static uint64_t
integer(const json_t *j, const char *key)
{
	return (uint64_t)json_integer_value(json_object_get(j, key));
}

static void
print_capture(const json_t *c)
{
	const char *error = json_string_value(json_object_get(c, "error"));
	const char *filter = json_string_value(json_object_get(c, "filter"));
	char packets[WF_TEXT_MAX], missed[WF_TEXT_MAX], bytes[WF_TEXT_MAX];

	printf("%s: %s, %s packets in %s bytes, %s missed",
		json_string_value(json_object_get(c, "file")),
		json_string_value(json_object_get(c, "state")),
		wf_text_count(integer(c, "captured"), packets),
		wf_text_count(integer(c, "bytes"), bytes),
		wf_text_count(integer(c, "capture_missed"), missed));
	if (filter != NULL)
		printf("; only %s", filter);
	if (integer(c, "files") > 1)
		printf("; file %llu", (unsigned long long)integer(c, "files"));
	printf("%s%s\n", error != NULL ? "; " : "", error != NULL ? error : "");
}

static int
print_reply(const struct wfctl_options *o, const json_t *reply)
{
	const json_t *list = json_object_get(reply, "captures"), *c;
	size_t i;

	if (o->json)
		return client_print_json(reply);
	if (json_array_size(list) == 0)
		puts("There is no capture. wfctl capture start FILE.pcapng begins one.");
	json_array_foreach(list, i, c) print_capture(c);
	return WFCTL_OK;
}

/* The file (NULL: none) and the assignments as one body, heap. NULL: what is wrong has been
 * printed.
 */
static char *
body_of(const char *file, int argc, char **argv)
{
	struct wf_node *group = wf_node_new(WF_NODE_GROUP, NULL);
	struct wf_err *err = wf_err_new();
	json_t *j = NULL;
	char *body = NULL;

	if (group != NULL && err != NULL) {
		for (int i = 0; i < argc; i++)
			wf_conf_patch_set(group, argv[i], err);
		if (wf_err_count(err) == 0)
			j = wf_json_from_node(group);
		else
			wf_err_print(err, stderr);
	}
	if (j != NULL && (file == NULL || json_object_set_new(j, "file", json_string(file)) == 0))
		body = json_dumps(j, JSON_COMPACT);
	json_decref(j);
	wf_err_free(err);
	wf_node_free(group);
	return body;
}

static int
ask(const struct wfctl_options *o, const char *method, const char *body)
{
	const struct client_request r = { .method = method,
		.path = "/v1/captures",
		.media = body != NULL ? "application/json" : NULL,
		.body = body };
	json_t *reply = NULL;
	int rc = client_json(o, &r, &reply);

	if (rc == WFCTL_OK)
		rc = print_reply(o, reply);
	json_decref(reply);
	return rc;
}

static int
usage(void)
{
	fprintf(stderr,
		"usage: wfctl capture start FILE.pcapng [KEY=VALUE...] | set filter=EXPRESSION "
		"| stop | status\n"
		"wfctl capture --help says more.\n");
	return WFCTL_USAGE;
}

int
wfctl_capture(const struct wfctl_options *o, int argc, char **argv)
{
	bool start = strcmp(argv[0], "start") == 0;
	char *body;
	int rc;

	if (strcmp(argv[0], "stop") == 0 && argc == 1)
		return ask(o, "DELETE", NULL);
	if (strcmp(argv[0], "status") == 0 && argc == 1)
		return ask(o, "GET", NULL);
	if ((!start && strcmp(argv[0], "set") != 0) || argc < 2)
		return usage();
	body = start ? body_of(argv[1], argc - 2, argv + 2) : body_of(NULL, argc - 1, argv + 1);
	rc = body != NULL ? ask(o, start ? "POST" : "PATCH", body) : WFCTL_USAGE;
	free(body);
	return rc;
}
