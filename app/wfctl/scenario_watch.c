/* SPDX-License-Identifier: BSD-3-Clause
 * Goes with runs of scenarios until they are over. One thread.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "scenario.h"
#include "wf_text.h"
#include "wf_units.h"

#define EVERY_NS (100 * WF_NS_PER_MS)
#define BAR      24

static volatile sig_atomic_t stopped;

static void
on_signal(int signal)
{
	stopped = 1;
}

const char *
scenario_string(const json_t *run, const char *key)
{
	const char *s = json_string_value(json_object_get(run, key));

	return s != NULL ? s : "?";
}

uint64_t
scenario_number(const json_t *run, const char *key)
{
	return (uint64_t)json_integer_value(json_object_get(run, key));
}

bool
scenario_over(const json_t *run)
{
	const char *state = scenario_string(run, "state");

	return strcmp(state, "done") == 0 || strcmp(state, "failed") == 0;
}

/* ---- While it runs ---- */

static void
print_bar(const json_t *run)
{
	double percent = json_number_value(json_object_get(run, "progress_percent"));
	const char *phase = json_string_value(json_object_get(run, "phase"));
	int full = (int)(percent * BAR / 100 + 0.5);
	char text[WF_TEXT_MAX];
	const json_t *fault;
	size_t i;

	fprintf(stderr, "\r\033[K%s ", scenario_string(run, "name"));
	if (json_is_number(json_object_get(run, "progress_percent")))
		fprintf(stderr, "[%.*s%.*s] %.0f %%, %s left", full, "########################",
			BAR - full, "------------------------", percent,
			wf_text_age(scenario_number(run, "eta_ns"), text));
	else
		fprintf(stderr, "for %s", wf_text_age(scenario_number(run, "elapsed_ns"), text));
	if (phase != NULL)
		fprintf(stderr, ", phase %s", phase);
	json_array_foreach(json_object_get(run, "faults"), i, fault)
		fprintf(stderr, " +%s", json_string_value(fault));
	fflush(stderr);
}

static void
print_event(const json_t *run, const json_t *phase)
{
	json_t *event = json_pack("{s:s,s:O,s:O,s:O,s:O,s:O}", "event", "phase", "id",
		json_object_get(run, "id"), "scenario", json_object_get(run, "name"), "at_ns",
		json_object_get(phase, "start_ns"), "phase", json_object_get(phase, "name"),
		"round", json_object_get(phase, "round"));

	json_dumpf(event, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(event);
}

/* A line for each phase that has begun; those before `*told` have been told. A document a line with
 * -o json. */
static void
tell_phases(const struct wfctl_options *o, const json_t *run, size_t *told)
{
	const json_t *phases = json_object_get(run, "phases"), *p;
	char at[WF_UNITS_TEXT];
	wf_ns_t start_ns;

	if (json_is_null(json_object_get(run, "begun_ns")))
		return;
	while ((p = json_array_get(phases, *told)) != NULL) {
		start_ns = scenario_number(p, "start_ns");
		if (start_ns > scenario_number(run, "elapsed_ns"))
			return;
		++*told;
		if (o->json)
			print_event(run, p);
		else
			fprintf(stderr, "%s: %8s  phase %s\n", scenario_string(run, "name"),
				wf_units_format_duration(
					start_ns / WF_NS_PER_MS * WF_NS_PER_MS, at),
				scenario_string(p, "name"));
	}
	fflush(stdout);
}

/* ---- When it is over ---- */

/* The report a line, or a summary; no report: why. */
static int
print_result(const struct wfctl_options *o, const json_t *run, const char *id)
{
	bool failed = strcmp(scenario_string(run, "state"), "failed") == 0;
	char *text = NULL;
	json_t *doc;
	int rc;

	if (failed && o->json)
		json_dumpf(run, stdout, JSON_COMPACT);
	else if (failed)
		printf("%s: no result: %s.", scenario_string(run, "name"),
			scenario_string(run, "why"));
	if (failed) {
		putchar('\n');
		return WFCTL_FAILED;
	}
	rc = scenario_report(o, id, o->json ? "json" : "text", &text);
	if (rc == WFCTL_OK && o->json) {
		doc = json_loads(text, 0, NULL);
		json_dumpf(doc, stdout, JSON_COMPACT | JSON_REAL_PRECISION(15));
		putchar('\n');
		json_decref(doc);
	} else if (rc == WFCTL_OK) {
		fputs(text, stdout);
	}
	free(text);
	if (rc == WFCTL_OK && o->report != NULL)
		rc = scenario_save(o, run, o->report);
	if (rc == WFCTL_OK && !json_is_true(json_object_get(run, "pass")))
		rc = WFCTL_FAILED;
	return rc;
}

static void
stop(const struct wfctl_options *o)
{
	const struct client_request r = { .method = "DELETE", .path = "/v1/runs" };
	char *text = NULL;

	if (client_text(o, &r, &text) == WFCTL_OK)
		free(text);
}

/* One, until it is over. */
static int
watch_one(const struct wfctl_options *o, const char *id, bool bar)
{
	const struct timespec pause = { .tv_nsec = EVERY_NS };
	char path[64];
	size_t told = 0;
	int rc;

	snprintf(path, sizeof(path), "/v1/runs/%s", id);
	for (;;) {
		json_t *run = NULL;

		if (stopped == 1) {
			stopped = 2; /* once */
			stop(o);
		}
		rc = client_get(o, path, &run);
		if (rc != WFCTL_OK)
			return rc;
		if (bar && !scenario_over(run))
			print_bar(run);
		else if (!bar)
			tell_phases(o, run, &told);
		if (scenario_over(run)) {
			if (bar)
				fprintf(stderr, "\r\033[K");
			rc = print_result(o, run, id);
			fflush(stdout);
			json_decref(run);
			return rc;
		}
		json_decref(run);
		nanosleep(&pause, NULL);
	}
}

void
scenario_catch(void)
{
	const struct sigaction act = { .sa_handler = on_signal };

	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
}

int
scenario_watch(const struct wfctl_options *o, const json_t *runs)
{
	bool bar = !o->json && isatty(STDERR_FILENO);
	int rc = WFCTL_OK;
	const json_t *run;
	size_t i;

	json_array_foreach(runs, i, run)
	{
		char id[24];
		int one;

		snprintf(id, sizeof(id), "%llu", (unsigned long long)scenario_number(run, "id"));
		one = watch_one(o, id, bar);
		rc = one > rc ? one : rc;
	}
	return rc;
}
