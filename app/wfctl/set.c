/* SPDX-License-Identifier: BSD-3-Clause
 * `wfctl set LINK [CLASS] ab|ba|both KEY=VALUE...`: patches one direction, or both at once, and
 * says what that changed. With `and`, or at an instant: see changes.c. One thread.
 */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "changes.h"
#include "client.h"
#include "target.h"
#include "wf_wrap.h"

/* "/v1/links/LINK/ab" or "/v1/links/LINK/classes/CLASS/ab", heap. */
static char *
address(const struct wfctl_target *t)
{
	char *link = curl_easy_escape(NULL, t->link, 0);
	char *class = t->class != NULL ? curl_easy_escape(NULL, t->class, 0) : NULL;
	char *path = NULL;

	if (link != NULL && (class != NULL || t->class == NULL) &&
		asprintf(&path, "/v1/links/%s%s%s/%s", link, class ? "/classes/" : "",
			class ? class : "", t->side) < 0)
		path = NULL;
	curl_free(link);
	curl_free(class);
	return path;
}

static int print_changes(const char *prefix, const json_t *old, const json_t *new);

static int
print_change(const char *prefix, const char *key, const json_t *old, const json_t *new)
{
	char path[256];

	if (json_equal(old, new))
		return 0;
	snprintf(path, sizeof(path), "%s%s%s", prefix, *prefix != '\0' ? "." : "", key);
	if ((old == NULL || json_is_object(old)) && (new == NULL || json_is_object(new)))
		return print_changes(path, old, new);
	printf("  %s: ", path);
	client_print_value(old);
	fputs(" -> ", stdout);
	client_print_value(new);
	putchar('\n');
	return 1;
}

/* Every leaf that differs, a line each; either side may be NULL. Returns how many. */
static int
print_changes(const char *prefix, const json_t *old, const json_t *new)
{
	const char *key;
	json_t *value;
	int n = 0;

	json_object_foreach((json_t *)old, key, value) n +=
		print_change(prefix, key, value, json_object_get(new, key));
	json_object_foreach((json_t *)new, key, value) if (json_object_get(old, key) == NULL) n +=
		print_change(prefix, key, NULL, value);
	return n;
}

static void
print_result(const struct wfctl_target *t, const char *for_time, const json_t *before,
	const json_t *reply)
{
	const char *note = json_string_value(json_object_get(reply, "note"));

	printf("%s%s%s %s:\n", t->link, t->class ? " " : "", t->class ? t->class : "", t->side);
	if (print_changes("", before, json_object_get(reply, "config")) == 0)
		printf("  nothing differs from before\n");
	client_print_generation(reply);
	if (for_time != NULL)
		printf("It ends by itself after %s.\n", for_time);
	if (note != NULL) {
		fputs("Note: ", stdout);
		wf_wrap(note, 6, 6, stdout);
		putchar('\n');
	}
}

static int
send_patch(const struct wfctl_options *o, const char *path, const json_t *patch, json_t **reply)
{
	char *body = json_dumps(patch, JSON_COMPACT | JSON_REAL_PRECISION(17));
	const struct client_request r = {
		.method = "PATCH",
		.path = path,
		.media = "application/merge-patch+json",
		.body = body,
	};
	int rc = body != NULL ? client_json(o, &r, reply) : WFCTL_FAILED;

	free(body);
	return rc;
}

static bool
is_list(int argc, char **argv)
{
	for (int i = 3; i < argc; i++)
		if (strcmp(argv[i], "and") == 0)
			return true;
	return false;
}

int
wfctl_set(const struct wfctl_options *o, int argc, char **argv)
{
	json_t *patch, *before = NULL, *reply = NULL;
	struct wfctl_target t;
	char *path;
	int rc, n;

	if (o->at_time != NULL || is_list(argc, argv))
		return wfctl_set_all(o, argc, argv);
	n = wfctl_read_target(argc, argv, &t);
	if (n == 0)
		return WFCTL_USAGE;
	patch = wfctl_patch(argc - n, argv + n);
	if (patch == NULL)
		return WFCTL_USAGE;
	if (o->for_time != NULL)
		json_object_set_new(patch, "for", json_string(o->for_time));
	path = address(&t);
	rc = path != NULL ? client_get(o, path, &before) : WFCTL_FAILED;
	if (rc == WFCTL_OK)
		rc = send_patch(o, path, patch, &reply);
	if (rc == WFCTL_OK && o->json)
		rc = client_print_json(reply);
	else if (rc == WFCTL_OK)
		print_result(&t, o->for_time, before, reply);
	free(path);
	json_decref(patch);
	json_decref(before);
	json_decref(reply);
	return rc;
}
