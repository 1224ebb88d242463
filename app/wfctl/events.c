/* SPDX-License-Identifier: BSD-3-Clause
 * `wfctl events`: what happened, and what happens. One thread.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client.h"
#include "csv.h"
#include "wf_text.h"
#include "wf_units.h"
#include "wf_wrap.h"

#define WAIT   "10s" /* how long the daemon keeps a question that it can't answer yet */
#define INDENT 45    /* of what happened */

static uint64_t
integer(const json_t *j, const char *key)
{
	return (uint64_t)json_integer_value(json_object_get(j, key));
}

static const char *
string(const json_t *j, const char *key)
{
	return json_string_value(json_object_get(j, key));
}

/* What happened, in words: of a change what was asked for, else the line that stderr has. */
static void
write_words(const json_t *e, FILE *out)
{
	const char *what = string(e, "what"), *about = string(e, "about"), *text;
	uint64_t generation = integer(e, "generation");

	if (what == NULL || about == NULL || generation == 0) {
		text = string(e, "text");
		fputs(text != NULL ? text : "?", out);
		return;
	}
	fprintf(out, "%s: %s, generation %" PRIu64, about, what, generation);
	if (string(e, "who") != NULL)
		fprintf(out, ", by %s", string(e, "who"));
}

static void
print_line(const json_t *e)
{
	uint64_t ns = integer(e, "time_ns");
	time_t seconds = (time_t)(ns / WF_NS_PER_S);
	char when[32] = "?", *words = NULL;
	struct tm tm;
	size_t size;
	FILE *out = open_memstream(&words, &size);

	if (out == NULL)
		return;
	write_words(e, out);
	if (fclose(out) != 0) {
		free(words);
		return;
	}
	if (localtime_r(&seconds, &tm) != NULL)
		strftime(when, sizeof(when), "%F %T", &tm);
	printf("%5" PRIu64 " %s.%03u %-13s ", integer(e, "seq"), when,
		(unsigned)(ns % WF_NS_PER_S / WF_NS_PER_MS),
		string(e, "kind") != NULL ? string(e, "kind") : "?");
	wf_wrap(words, INDENT, INDENT, stdout);
	putchar('\n');
	free(words);
}

/* A document a line: for programs that read on. */
static int
print_json_line(const json_t *e)
{
	if (json_dumpf(e, stdout, JSON_COMPACT | JSON_REAL_PRECISION(15)) < 0)
		return WFCTL_FAILED;
	putchar('\n');
	return WFCTL_OK;
}

static const struct csv_column columns[] = {
	{ "seq", "seq" },
	{ "time_ns", "time_ns" },
	{ "at_ns", "at_ns" },
	{ "kind", "kind" },
	{ "about", "about" },
	{ "who", "who" },
	{ "what", "what" },
	{ "generation", "generation" },
	{ "text", "text" },
	{ 0 },
};

static int
print_events(const struct wfctl_options *o, const json_t *reply)
{
	uint64_t missed = integer(reply, "missed");
	int rc = WFCTL_OK;
	char n[WF_TEXT_MAX];
	json_t *e;
	size_t i;

	if (missed > 0)
		fprintf(stderr, "wfctl: %s events before are no longer kept.\n",
			wf_text_count(missed, n));
	json_array_foreach(json_object_get(reply, "events"), i, e)
	{
		if (o->json)
			rc = print_json_line(e);
		else if (o->csv)
			csv_row("", columns, e);
		else
			print_line(e);
		if (rc != WFCTL_OK)
			break;
	}
	return fflush(stdout) == 0 ? rc : WFCTL_FAILED;
}

static bool
has_ended(const json_t *reply)
{
	const json_t *events = json_object_get(reply, "events");
	size_t n = json_array_size(events);
	const char *kind = n > 0 ? string(json_array_get(events, n - 1), "kind") : NULL;

	return kind != NULL && strcmp(kind, "shutdown") == 0;
}

static int
get(const struct wfctl_options *o, uint64_t since, bool wait, json_t **reply)
{
	char path[96];

	snprintf(path, sizeof(path), "/v1/events?since=%" PRIu64 "%s", since,
		wait ? "&wait=" WAIT : "");
	return wait ? client_wait(o, path, reply) : client_get(o, path, reply);
}

/* Until wirefault ends. */
static int
follow(const struct wfctl_options *o, uint64_t since)
{
	bool ended = false;
	int rc = WFCTL_OK;

	while (rc == WFCTL_OK && !ended) {
		json_t *reply = NULL;

		rc = get(o, since, true, &reply);
		if (rc == WFCTL_OK) {
			uint64_t last = integer(reply, "last");

			rc = print_events(o, reply);
			ended = has_ended(reply);
			since = last < since ? 0 : last; /* less: it is another run's */
		}
		json_decref(reply);
	}
	return rc;
}

int
wfctl_events(const struct wfctl_options *o, int argc, char **argv)
{
	json_t *reply = NULL;
	uint64_t since = 0;
	int rc;

	if (o->since != NULL && (o->since[strspn(o->since, "0123456789")] != '\0' ||
					wf_units_count(o->since, &since) < 0)) {
		fprintf(stderr, "wfctl: --since is the number of an event, not \"%s\".\n",
			o->since);
		return WFCTL_USAGE;
	}
	if (o->csv)
		csv_head("", columns);
	if (o->follow)
		return follow(o, since);
	rc = get(o, since, false, &reply);
	if (rc == WFCTL_OK)
		rc = o->json ? client_print_json(reply) : print_events(o, reply);
	json_decref(reply);
	return rc;
}
