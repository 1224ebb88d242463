/* SPDX-License-Identifier: BSD-3-Clause
 * `wfctl replay`: what becomes of the captures of pcap ports. One thread.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "client.h"
#include "wf_err.h"
#include "wf_text.h"

#define EVERY_NS (250 * WF_NS_PER_MS)
#define BAR      24

static uint64_t
integer(const json_t *j, const char *key)
{
	return (uint64_t)json_integer_value(json_object_get(j, key));
}

static const char *
string(const json_t *j, const char *key)
{
	const char *s = json_string_value(json_object_get(j, key));

	return s != NULL ? s : "?";
}

/* ---- What there is to see ---- */

/* "42.0 %, 12 s left". */
static void
write_progress(const json_t *r, FILE *out)
{
	const json_t *percent = json_object_get(r, "progress_percent");
	char text[WF_TEXT_MAX];

	if (!json_is_number(percent)) {
		fprintf(out, "no end");
		return;
	}
	fprintf(out, "%.1f %%", json_number_value(percent));
	if (json_is_integer(json_object_get(r, "eta_ns")) && integer(r, "eta_ns") > 0)
		fprintf(out, ", %s left", wf_text_age(integer(r, "eta_ns"), text));
}

static void
print_notes(const json_t *r)
{
	char n[WF_TEXT_MAX];
	const char *key;
	json_t *v;

	json_object_foreach(json_object_get(r, "notes"), key, v) if (json_integer_value(v) > 0)
		printf("    %s: %s\n", key, wf_text_count((uint64_t)json_integer_value(v), n));
}

static void
print_one(const json_t *r)
{
	const json_t *late = json_object_get(r, "lateness_ns");
	char a[WF_TEXT_MAX], b[WF_TEXT_MAX], c[WF_TEXT_MAX], loops[32] = "without end";

	if (integer(r, "loops") > 0)
		snprintf(loops, sizeof(loops), "of %llu", (unsigned long long)integer(r, "loops"));
	printf("port %s: %s, pace %s, ", string(r, "port"), string(r, "state"), string(r, "pace"));
	write_progress(r, stdout);
	printf("\n  sent           %s packets, %s bytes in %s; loop %llu %s\n",
		wf_text_count(integer(r, "packets"), a), wf_text_count(integer(r, "bytes"), b),
		wf_text_age(integer(r, "elapsed_ns"), c),
		(unsigned long long)integer(r, "loop") + (strcmp(string(r, "state"), "done") != 0),
		loops);
	printf("  late           p50 %s, p99 %s, most %s (policy: %s)\n",
		wf_text_time(integer(late, "p50"), a), wf_text_time(integer(late, "p99"), b),
		wf_text_time(integer(late, "max"), c), string(r, "late"));
	printf("  left behind    %s dropped as late, slipped by %s, %s underruns\n",
		wf_text_count(integer(r, "late_dropped"), a),
		wf_text_time(integer(r, "slipped_ns"), b),
		wf_text_count(integer(r, "underruns"), c));
	print_notes(r);
}

static void
print_bar(const json_t *r)
{
	double percent = json_number_value(json_object_get(r, "progress_percent"));
	int full = (int)(percent * BAR / 100 + 0.5);
	char n[WF_TEXT_MAX];

	fprintf(stderr, "\r\033[K%s [%.*s%.*s] ", string(r, "port"), full,
		"########################", BAR - full, "------------------------");
	write_progress(r, stderr);
	fprintf(stderr, ", %s packets, %s", wf_text_count(integer(r, "packets"), n),
		string(r, "state"));
	fflush(stderr);
}

/* ---- What is asked for ---- */

/* The only replay, where none is named. NULL: it has been said what is wrong; to be freed. */
static char *
only_port(const struct wfctl_options *o, int *rc)
{
	json_t *reply = NULL, *list;
	char *name = NULL;

	*rc = client_get(o, "/v1/replays", &reply);
	list = json_object_get(reply, "replays");
	if (*rc == WFCTL_OK && json_array_size(list) == 1) {
		name = strdup(string(json_array_get(list, 0), "port"));
	} else if (*rc == WFCTL_OK) {
		fprintf(stderr, json_array_size(list) == 0
					? "wfctl: no port has a capture.\n"
					: "wfctl: several ports have a capture: name one.\n");
		*rc = WFCTL_FAILED;
	}
	json_decref(reply);
	return name;
}

static int
request(const struct wfctl_options *o, const char *method, const char *port, json_t *body)
{
	bool start = strcmp(method, "POST") == 0;
	char path[256] = "/v1/replays",
	     *text = body != NULL ? json_dumps(body, JSON_COMPACT) : NULL;
	struct client_request r = { .method = method, .path = path };
	json_t *reply = NULL;
	int rc;

	if (!start)
		snprintf(path, sizeof(path), "/v1/replays/%.200s", port);
	r.body = text;
	r.media = text != NULL ? "application/json" : NULL;
	rc = client_json(o, &r, &reply);
	if (rc == WFCTL_OK && o->json)
		rc = client_print_json(reply);
	else if (rc == WFCTL_OK)
		print_one(reply);
	free(text);
	json_decref(reply);
	json_decref(body);
	return rc;
}

static bool
goes_on(const json_t *r)
{
	return strcmp(string(r, "state"), "running") == 0 ||
	       strcmp(string(r, "state"), "paused") == 0;
}

/* Until none runs any more. */
static int
follow(const struct wfctl_options *o)
{
	const struct timespec pause = { .tv_nsec = EVERY_NS };
	bool going = true, bar = isatty(STDERR_FILENO);
	int rc = WFCTL_OK;
	json_t *r;
	size_t i;

	while (going && rc == WFCTL_OK) {
		json_t *reply = NULL;

		rc = client_get(o, "/v1/replays", &reply);
		going = false;
		json_array_foreach(json_object_get(reply, "replays"), i, r)
		{
			if (!goes_on(r) || going)
				continue;
			going = true; /* one at a time has the line */
			if (bar)
				print_bar(r);
		}
		json_decref(reply);
		if (going)
			nanosleep(&pause, NULL);
	}
	if (bar)
		fprintf(stderr, "\r\033[K");
	return rc;
}

static int
status(const struct wfctl_options *o)
{
	json_t *reply = NULL, *r;
	int rc = o->follow ? follow(o) : WFCTL_OK;
	size_t i;

	if (rc == WFCTL_OK)
		rc = client_get(o, "/v1/replays", &reply);
	if (rc == WFCTL_OK && o->json) {
		rc = client_print_json(reply);
	} else if (rc == WFCTL_OK) {
		if (json_array_size(json_object_get(reply, "replays")) == 0)
			puts("No port has a capture.");
		json_array_foreach(json_object_get(reply, "replays"), i, r) print_one(r);
	}
	json_decref(reply);
	return rc;
}

static const char *const words[] = { "status", "start", "stop", "pause", "resume", "step", "rate",
	NULL };

static int
usage(const char *word)
{
	const char *near = word != NULL ? wf_suggest(word, words) : NULL;

	if (near != NULL)
		fprintf(stderr, "wfctl: replay takes no \"%s\". Did you mean %s?\n", word, near);
	fprintf(stderr, "usage: wfctl replay [status | start [PORT [PACE]] | stop [PORT] | pause "
			"[PORT] | resume [PORT] | step [PORT] [N] | rate [PORT] PACE]\n");
	return WFCTL_USAGE;
}

/* Are they digits only? */
static bool
is_number(const char *text)
{
	return *text != 0 && text[strspn(text, "0123456789")] == 0;
}

/* The request of a word and its last argument (NULL: none). */
static int
ask(const struct wfctl_options *o, const char *word, const char *port, const char *last)
{
	if (strcmp(word, "start") == 0)
		return request(
			o, "POST", port, json_pack("{s:s,s:s*}", "port", port, "pace", last));
	if (strcmp(word, "stop") == 0)
		return request(o, "DELETE", port, NULL);
	if (strcmp(word, "step") == 0)
		return request(o, "PATCH", port,
			json_pack("{s:I}", "step",
				(json_int_t)(last != NULL ? strtoll(last, NULL, 10) : 1)));
	if (strcmp(word, "rate") == 0)
		return request(o, "PATCH", port, json_pack("{s:s}", "pace", last));
	return request(o, "PATCH", port, json_pack("{s:b}", "paused", strcmp(word, "pause") == 0));
}

int
wfctl_replay(const struct wfctl_options *o, int argc, char **argv)
{
	const char *word = argc > 0 ? argv[0] : "status", *port = NULL, *last = NULL;
	bool start = strcmp(word, "start") == 0, step = strcmp(word, "step") == 0;
	bool rate = strcmp(word, "rate") == 0;
	char *only = NULL;
	int i = 0, rc = WFCTL_OK;

	while (words[i] != NULL && strcmp(words[i], word) != 0)
		i++;
	if (words[i] == NULL)
		return usage(word);
	if (i == 0)
		return argc > 1 ? usage(NULL) : status(o);
	if (argc > (start || step || rate ? 3 : 2) || (rate && argc < 2) || o->follow)
		return usage(NULL);
	if (argc == 3 || (argc == 2 && !rate && !(step && is_number(argv[1]))))
		port = argv[1];
	if (argc == 3 || (argc == 2 && port == NULL))
		last = argv[argc - 1];
	if (step && last != NULL && !is_number(last))
		return usage(NULL);
	if (port == NULL)
		port = only = only_port(o, &rc);
	if (port != NULL)
		rc = ask(o, word, port, last);
	free(only);
	return rc;
}
