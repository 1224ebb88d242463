/* SPDX-License-Identifier: BSD-3-Clause
 * `wfctl config diff` and `wfctl config undo [ID|all]`: what stands above the configuration as it
 * was read, and its undoing. One thread.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client.h"
#include "wf_text.h"

/* ", ends in 42.0 s": how far an instant by the wall clock is. */
static void
print_instant(const char *what, const json_t *ns)
{
	char age[WF_TEXT_MAX];
	struct timespec now;
	json_int_t left_ns;

	clock_gettime(CLOCK_REALTIME, &now);
	left_ns = json_integer_value(ns) -
		  ((json_int_t)now.tv_sec * (json_int_t)WF_NS_PER_S + now.tv_nsec);
	if (left_ns > 0 || strcmp(what, "ends") == 0)
		printf(", %s in %s", what, wf_text_age(left_ns > 0 ? (wf_ns_t)left_ns : 0, age));
}

/* "  3  wan ab loss.p=1%, begins in 2.0 s, ends in 42.0 s" */
void
client_print_override(const json_t *o)
{
	const json_t *until = json_object_get(o, "until_ns");

	printf("  %-3lld %s", (long long)json_integer_value(json_object_get(o, "id")),
		json_string_value(json_object_get(o, "change")));
	print_instant("begins", json_object_get(o, "from_ns"));
	if (until != NULL)
		print_instant("ends", until);
	putchar('\n');
}

static void
print_overrides(const char *title, const json_t *list)
{
	const json_t *o;
	size_t i;

	if (json_array_size(list) == 0)
		return;
	printf("%s\n", title);
	json_array_foreach(list, i, o) client_print_override(o);
}

static void
print_diff(const json_t *reply)
{
	const json_t *differences = json_object_get(reply, "differences"), *d;
	size_t i;

	print_overrides("Changes above what was read, in the order in which they begin:",
		json_object_get(reply, "overrides"));
	if (json_array_size(differences) == 0) {
		puts("Nothing differs from what was read.");
		return;
	}
	puts("What differs from what was read:");
	json_array_foreach(differences, i, d)
	{
		printf("  %s: ", json_string_value(json_object_get(d, "path")));
		client_print_value(json_object_get(d, "base"));
		fputs(" -> ", stdout);
		client_print_value(json_object_get(d, "now"));
		putchar('\n');
	}
}

int
wfctl_config_diff(const struct wfctl_options *o)
{
	json_t *reply = NULL;
	int rc = client_get(o, "/v1/config/diff", &reply);

	if (rc == WFCTL_OK && o->json)
		rc = client_print_json(reply);
	else if (rc == WFCTL_OK)
		print_diff(reply);
	json_decref(reply);
	return rc;
}

/* The body that says which. NULL: it makes no sense. */
static const char *
which(const char *word, char *body, size_t size)
{
	unsigned long long id;
	char *end;

	if (word == NULL)
		return "{}";
	if (strcmp(word, "all") == 0)
		return "{\"all\": true}";
	id = strtoull(word, &end, 10);
	if (*end != 0 || *word < '0' || *word > '9' || id == 0)
		return NULL;
	snprintf(body, size, "{\"id\": %llu}", id);
	return body;
}

int
wfctl_config_undo(const struct wfctl_options *o, const char *word)
{
	char body[64];
	const struct client_request r = { .method = "POST",
		.path = "/v1/config/undo",
		.media = "application/json",
		.body = which(word, body, sizeof(body)) };
	json_t *reply = NULL;
	int rc;

	if (r.body == NULL) {
		fprintf(stderr,
			"wfctl: \"%s\" is not a change: the number that wfctl config diff shows, "
			"or all.\n",
			word);
		return WFCTL_USAGE;
	}
	rc = client_json(o, &r, &reply);
	if (rc == WFCTL_OK && o->json) {
		rc = client_print_json(reply);
	} else if (rc == WFCTL_OK) {
		print_overrides("Undone:", json_object_get(reply, "undone"));
		client_print_generation(reply);
	}
	json_decref(reply);
	return rc;
}
