/* SPDX-License-Identifier: BSD-3-Clause
 * `wfctl scenario`: scenarios in a running wirefault. One thread.
 */
#include "scenario.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tables.h"
#include "wf_err.h"
#include "wf_text.h"

static const struct csv_column scenario_columns[] = { { "name", "name" }, { "own", "own" }, { 0 } };

static const struct csv_column run_columns[] = {
	{ "id", "id" },
	{ "name", "name" },
	{ "state", "state" },
	{ "seed", "seed" },
	{ "begun_ns", "begun_ns" },
	{ "elapsed_ns", "elapsed_ns" },
	{ "duration_ns", "duration_ns" },
	{ "progress_percent", "progress_percent" },
	{ "phase", "phase" },
	{ "outcome", "outcome" },
	{ "pass", "pass" },
	{ "trustworthy", "trustworthy" },
	{ 0 },
};

static const struct csv_column expectation_columns[] = {
	{ "name", "name" },
	{ "link", "link" },
	{ "direction", "direction" },
	{ "class", "class" },
	{ "phase", "phase" },
	{ "measure", "measure" },
	{ "expected", "expected" },
	{ "observed", "observed" },
	{ "margin", "margin" },
	{ "samples", "samples" },
	{ "outcome", "outcome" },
	{ "final", "final" },
	{ 0 },
};

/* ---- What is shown ---- */

static void
print_run(const json_t *r)
{
	const char *outcome = json_string_value(json_object_get(r, "outcome")),
		   *phase = json_string_value(json_object_get(r, "phase")),
		   *why = json_string_value(json_object_get(r, "why"));
	const json_t *percent = json_object_get(r, "progress_percent");
	char age[WF_TEXT_MAX];

	printf("%4llu  %-24s %-8s", (unsigned long long)scenario_number(r, "id"),
		scenario_string(r, "name"), scenario_string(r, "state"));
	if (json_is_null(json_object_get(r, "begun_ns")))
		printf("  not begun");
	else
		printf("  %s", wf_text_age(scenario_number(r, "elapsed_ns"), age));
	if (json_is_number(percent) && !scenario_over(r))
		printf(", %.0f %%", json_number_value(percent));
	if (phase != NULL)
		printf(", phase %s", phase);
	if (outcome != NULL)
		printf(", %s", outcome);
	if (why != NULL)
		printf(", %s", why);
	putchar('\n');
}

static void
print_expectation(const json_t *e)
{
	const char *class = json_string_value(json_object_get(e, "class")),
		   *phase = scenario_string(e, "phase"),
		   *why = json_string_value(json_object_get(e, "why"));
	bool waits = strcmp(scenario_string(e, "outcome"), "waiting") == 0;

	printf("  %-8s %-7s %-12s expected %-16s %s %s%s%s%s%s%s%s\n",
		scenario_string(e, "outcome"),
		waits || json_is_true(json_object_get(e, "final")) ? "" : "so far",
		scenario_string(e, "name"), scenario_string(e, "expected"),
		scenario_string(e, "link"), scenario_string(e, "direction"),
		class != NULL ? " class " : "", class != NULL ? class : "",
		*phase != '\0' ? ", phase " : "", phase, why != NULL && !waits ? ": " : "",
		why != NULL && !waits ? why : "");
}

static int
list(const struct wfctl_options *o)
{
	json_t *reply = NULL;
	int rc = client_get(o, "/v1/scenarios", &reply);
	const json_t *all = json_object_get(reply, "scenarios"), *s;
	size_t i;

	if (rc == WFCTL_OK && o->json)
		rc = client_print_json(reply);
	else if (rc == WFCTL_OK && o->csv)
		wfctl_csv_list(all, scenario_columns);
	else if (rc == WFCTL_OK && json_array_size(all) == 0)
		puts("wirefault knows no scenarios: name a folder in control.scenarios.");
	else if (rc == WFCTL_OK)
		json_array_foreach(all, i, s) printf("%-32s %s\n", scenario_string(s, "name"),
			json_is_true(json_object_get(s, "own")) ? "saved" : "came with wirefault");
	json_decref(reply);
	return rc;
}

/* All, or those that are not over until they are. */
static int
status_of_all(const struct wfctl_options *o)
{
	json_t *reply = NULL, *r;
	int rc = client_get(o, "/v1/runs", &reply);
	json_t *runs = json_object_get(reply, "runs"), *going = json_array();
	size_t i;

	if (rc == WFCTL_OK && o->follow) {
		json_array_foreach(runs, i, r) if (!scenario_over(r)) json_array_append(going, r);
		if (json_array_size(going) == 0)
			puts("No scenario runs.");
		rc = scenario_watch(o, going);
	} else if (rc == WFCTL_OK && o->json) {
		rc = client_print_json(reply);
	} else if (rc == WFCTL_OK && o->csv) {
		wfctl_csv_list(runs, run_columns);
	} else if (rc == WFCTL_OK) {
		if (json_array_size(runs) == 0)
			puts("No scenario has run. wfctl scenario run FILE starts one.");
		json_array_foreach(runs, i, r) print_run(r);
	}
	json_decref(going);
	json_decref(reply);
	return rc;
}

static int
print_whole(const struct wfctl_options *o, json_t *run)
{
	const json_t *all = json_object_get(run, "expectations"), *e;
	size_t i;

	if (o->json)
		return client_print_json(run);
	if (o->csv) {
		wfctl_csv_list(all, expectation_columns);
		return WFCTL_OK;
	}
	print_run(run);
	json_array_foreach(all, i, e) print_expectation(e);
	return WFCTL_OK;
}

/* A request about one, whose answer is the run. */
static int
about_one(const struct wfctl_options *o, const char *method, const char *id, const char *behind)
{
	char path[112];
	struct client_request r = { .method = method, .path = path };
	json_t *run = NULL;
	int rc;

	snprintf(path, sizeof(path), "/v1/runs/%.60s%s", id, behind);
	rc = client_json(o, &r, &run);
	if (rc == WFCTL_OK)
		rc = print_whole(o, run);
	json_decref(run);
	return rc;
}

static int
stop_all(const struct wfctl_options *o)
{
	const struct client_request r = { .method = "DELETE", .path = "/v1/runs" };
	json_t *reply = NULL, *run;
	int rc = client_json(o, &r, &reply);
	size_t i;

	if (rc == WFCTL_OK && o->json)
		rc = client_print_json(reply);
	else if (rc == WFCTL_OK)
		json_array_foreach(json_object_get(reply, "runs"), i, run) print_run(run);
	json_decref(reply);
	return rc;
}

/* ---- What is asked for ---- */

static int
run(const struct wfctl_options *o, int argc, char **argv)
{
	struct client_request r = {
		.method = "POST", .path = "/v1/runs", .media = "application/json"
	};
	json_t *reply = NULL, *body;
	char *text = NULL;
	int rc;
	json_t *files = scenario_files(o, argc, argv, &rc);

	if (files == NULL)
		return rc;
	body = json_pack("{s:o,s:b}", "files", files, "traffic", !o->no_traffic);
	if (body != NULL && o->seed != NULL)
		json_object_set_new(body, "seed", json_string(o->seed));
	if (body != NULL)
		r.body = text = json_dumps(body, JSON_COMPACT);
	json_decref(body);
	if (text == NULL) {
		fprintf(stderr, "wfctl: out of memory.\n");
		return WFCTL_FAILED;
	}
	scenario_catch(); /* before there is anything to be stopped */
	rc = client_json(o, &r, &reply);
	if (rc == WFCTL_OK)
		rc = scenario_watch(o, json_object_get(reply, "runs"));
	free(text);
	json_decref(reply);
	return rc;
}

static int
report(const struct wfctl_options *o, int argc, char **argv)
{
	char *text = NULL;
	int rc = scenario_report(o, argc > 0 ? argv[0] : "last",
		argc > 1  ? argv[1]
		: o->json ? "json"
			  : "text",
		&text);

	if (rc == WFCTL_OK)
		fputs(text, stdout);
	free(text);
	return rc;
}

static const char *const words[] = { "run", "list", "status", "stop", "trigger", "report", NULL };

static int
usage(const char *word)
{
	const char *near = word != NULL ? wf_suggest(word, words) : NULL;

	if (near != NULL)
		fprintf(stderr, "wfctl: scenario takes no \"%s\". Did you mean %s?\n", word, near);
	fprintf(stderr, "usage: wfctl scenario run FILE|FOLDER|NAME... [--seed N] [--no-traffic] "
			"[--report FOLDER] | list | status [ID] [--follow] | stop [ID] | trigger "
			"[ID] | report [ID] "
			"[json|md|html|junit|text]\n");
	return WFCTL_USAGE;
}

int
wfctl_scenario(const struct wfctl_options *o, int argc, char **argv)
{
	bool runs = strcmp(argv[0], "run") == 0, shows = strcmp(argv[0], "status") == 0;
	bool lists = strcmp(argv[0], "list") == 0, stops = strcmp(argv[0], "stop") == 0;

	/* Each option is of one word. */
	if ((!runs && (o->seed != NULL || o->report != NULL || o->no_traffic)) ||
		(o->follow && (!shows || argc > 1)) || (o->csv && !shows && !lists))
		return usage(NULL);
	if (runs)
		return argc > 1 ? run(o, argc - 1, argv + 1) : usage(NULL);
	if (lists)
		return argc == 1 ? list(o) : usage(NULL);
	if (strcmp(argv[0], "report") == 0)
		return argc <= 3 ? report(o, argc - 1, argv + 1) : usage(NULL);
	if (strcmp(argv[0], "trigger") == 0 && argc <= 2)
		return about_one(o, "POST", argc == 2 ? argv[1] : "last", "/trigger");
	if ((!shows && !stops) || argc > 2)
		return usage(!shows && !stops ? argv[0] : NULL);
	if (argc == 2)
		return about_one(o, shows ? "GET" : "DELETE", argv[1], "");
	return shows ? status_of_all(o) : stop_all(o);
}
