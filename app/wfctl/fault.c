/* SPDX-License-Identifier: BSD-3-Clause
 * `wfctl fault` and `wfctl bypass`: what a link does for a while, or not at all. One thread.
 */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"

/* Sends `body` (stolen) to `path`. */
static int
post(const struct wfctl_options *o, const char *path, json_t *body, json_t **reply)
{
	char *text = body != NULL ? json_dumps(body, JSON_COMPACT) : NULL;
	const struct client_request r = {
		.method = "POST", .path = path, .media = "application/json", .body = text
	};
	int rc = text != NULL ? client_json(o, &r, reply) : WFCTL_FAILED;

	free(text);
	json_decref(body);
	return rc;
}

/* "side=ab", "delay=300ms": a word of the body. False: what is wrong has been printed. */
static bool
add_word(json_t *body, const char *word)
{
	const char *equals = strchr(word, '=');
	char key[32];

	if (strcmp(word, "ab") == 0 || strcmp(word, "ba") == 0 || strcmp(word, "both") == 0)
		return json_object_set_new(body, "side", json_string(word)) == 0;
	if (equals == NULL || equals == word || equals - word >= (int)sizeof(key)) {
		fprintf(stderr,
			"wfctl: ab, ba, both or KEY=VALUE (period, down, delay) is expected, not "
			"\"%s\".\n",
			word);
		return false;
	}
	snprintf(key, sizeof(key), "%.*s", (int)(equals - word), word);
	return json_object_set_new(body, key, json_string(equals + 1)) == 0;
}

int
wfctl_fault(const struct wfctl_options *o, int argc, char **argv)
{
	json_t *body = json_pack("{s:s,s:s}", "type", argv[1], "duration", argv[2]);
	char *link, *path = NULL;
	json_t *reply = NULL;
	int rc = WFCTL_FAILED;

	for (int i = 3; i < argc; i++)
		if (!add_word(body, argv[i])) {
			json_decref(body);
			return WFCTL_USAGE;
		}
	link = curl_easy_escape(NULL, argv[0], 0);
	if (link != NULL && asprintf(&path, "/v1/links/%s/fault", link) < 0)
		path = NULL;
	curl_free(link);
	if (path != NULL)
		rc = post(o, path, body, &reply);
	else
		json_decref(body);
	if (rc == WFCTL_OK && o->json) {
		rc = client_print_json(reply);
	} else if (rc == WFCTL_OK) {
		printf("%s: %s for %s.\n", argv[0], argv[1], argv[2]);
		client_print_generation(reply);
	}
	free(path);
	json_decref(reply);
	return rc;
}

static int
show_bypass(const struct wfctl_options *o)
{
	json_t *reply = NULL;
	int rc = client_get(o, "/v1/bypass", &reply);

	if (rc == WFCTL_OK && o->json)
		rc = client_print_json(reply);
	else if (rc == WFCTL_OK)
		puts(json_is_true(json_object_get(reply, "bypass"))
				? "on: every link is a plain wire"
				: "off: links do what they are told");
	json_decref(reply);
	return rc;
}

int
wfctl_bypass(const struct wfctl_options *o, int argc, char **argv)
{
	bool on = argc > 0 && strcmp(argv[0], "on") == 0;
	json_t *body, *reply = NULL;
	int rc;

	if (argc == 0)
		return show_bypass(o);
	if (!on && (strcmp(argv[0], "off") != 0 || o->for_time != NULL)) {
		fprintf(stderr, "usage: wfctl bypass [on [--for TIME] | off]\n");
		return WFCTL_USAGE;
	}
	body = json_pack("{s:b,s:s*}", "on", on, "for", o->for_time);
	rc = post(o, "/v1/bypass", body, &reply);
	if (rc == WFCTL_OK && o->json) {
		rc = client_print_json(reply);
	} else if (rc == WFCTL_OK) {
		if (on)
			puts("Every link is a plain wire.");
		else if (json_is_true(json_object_get(json_object_get(reply, "config"), "bypass")))
			puts("What was bypassed by wfctl is no more; the configuration itself "
			     "bypasses the rest.");
		else
			puts("Links do what they are told.");
		client_print_generation(reply);
	}
	json_decref(reply);
	return rc;
}
