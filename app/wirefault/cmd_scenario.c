/* SPDX-License-Identifier: BSD-3-Clause
 * `wirefault scenario`: what becomes of links over time, from files; measured, judged and reported.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd_dp.h"
#include "scenario_child.h"
#include "scenario_generate.h"
#include "scenario_live.h"
#include "scenario_offline.h"
#include "scenario_reports.h"
#include "wf_eal.h"
#include "wf_json.h"
#include "wf_scenario_report.h"
#include "wf_sweep.h"
#include "wf_sweep_report.h"
#include "wf_units.h"

static const struct wf_option options[] = {
	WF_CMD_FROM_OPTIONS,
	{ "dry-run", 0, NULL, "check all of it, say what would happen when, and start nothing" },
	{ "offline", 0, NULL, "on the virtual clock: exact, without ports or rights" },
	{ "ports", 0, "A,B", "the two ports of a configuration with one link" },
	{ "seed", 0, "N", "seed of all randomness, instead of the scenario's" },
	{ "report", 0, "FOLDER", "reports: JSON, Markdown, HTML of each, JUnit XML of all" },
	{ "journal", 0, "FILE", "what happens, while it happens, as lines of JSON" },
	{ "journal-max", 0, "SIZE", "how long the journal may get (default 64MB)" },
	{ "pcap", 0, "FILE", "of generate: the capture" },
	{ "flows", 0, "N", "of generate: how many conversations are impaired (default 3)" },
	{ "into", 0, "FOLDER", "of generate: where the files go (default scenarios)" },
	{ "journal-flows", 0, NULL,
		"tell of flows, too, when they are over: from when to when, and how much" },
	{ "quiet", 'q', NULL, "no progress and no summary" },
	{ "force", 0, NULL,
		"take a NIC even if it carries the default route or this session, a core even if "
		"another wirefault polls there" },
	WF_CMD_MEMORY_OPTIONS,
	WF_CMD_JSON_OPTIONS,
	{ "help", 'h', NULL, "this help" },
	{ 0 },
};

struct run {
	struct wf_option_values v;
	struct wf_err *err;
	struct scenario_set set;
	struct wf_dp_options dp;
	json_t **doc; /* [n_docs] */
	uint32_t n_docs;
	bool json, live;
	struct scenario_tell tell;
};

static const char *
value(const struct run *r, const char *name)
{
	return wf_cmd_value(&wf_cmd_scenario, &r->v, name);
}

static int
show_all(const struct scenario_set *set)
{
	for (uint32_t i = 0; i < set->n; i++)
		if (wf_script_print(set->at[i].s, &set->at[i].script, stdout) < 0)
			return WF_EXIT_FAILED;
	return WF_EXIT_OK;
}

/* Who reads what happens. The journal is opened when nothing is wrong. */
static void
prepare_tell(struct run *r)
{
	const char *path = value(r, "journal"), *most = value(r, "journal-max");
	uint64_t bytes = SCENARIO_JOURNAL_BYTES;

	if (most != NULL && wf_units_size(most, &bytes) < 0)
		wf_err_add(r->err, &(struct wf_where){ .path = "--journal-max" },
			"Write a size such as 1MB", "\"%s\" is no size", most);
	else if (most != NULL && path == NULL)
		wf_err_add(r->err, NULL, "Give --journal FILE", "--journal-max of no journal");
	else if (bytes < SCENARIO_JOURNAL_LEAST)
		wf_err_add(r->err, &(struct wf_where){ .path = "--journal-max" },
			"Write a size such as 1MB", "a journal has %d bytes at least",
			SCENARIO_JOURNAL_LEAST);
	r->tell.flows = value(r, "journal-flows") != NULL;
	if (r->tell.flows && path == NULL && (!r->json || value(r, "quiet") != NULL))
		wf_err_add(r->err, NULL, "Give --journal FILE, or -o json",
			"--journal-flows, and nobody is told of what happens");
	if (path != NULL && wf_err_count(r->err) == 0)
		scenario_tell_open(&r->tell, path, bytes, r->err);
	if (value(r, "quiet") != NULL)
		return;
	if (r->json)
		r->tell.json = stdout;
	else if (r->live)
		r->tell.lines = stderr;
}

/* Everything that can be wrong before anything is started. */
static void
prepare(struct run *r, bool again, char *const *paths, int n)
{
	struct scenario_options o = { .seed = value(r, "seed") };
	bool dry = value(r, "dry-run") != NULL;

	o.live = r->live = value(r, "offline") == NULL && !dry;

	if (again && (value(r, "config") != NULL || value(r, "profile") != NULL || n != 1))
		wf_err_add(r->err, NULL, "Write wirefault scenario rerun REPORT.json",
			"a report has its configuration, and one is run again at a time");
	else if (value(r, "config") != NULL || value(r, "profile") != NULL)
		wf_cmd_from(&wf_cmd_scenario, &r->v, &o.from, r->err);
	o.from.set = r->v.many;
	o.from.n_set = r->v.n_many;
	o.from.ports = value(r, "ports");
	wf_cmd_json(&wf_cmd_scenario, &r->v, &r->json, r->err);
	if (!again)
		scenario_set_read(&r->set, paths, n, &o, r->err);
	else if (wf_err_count(r->err) == 0 &&
		 scenario_set_read_report(&r->set, paths[0], &o, &r->live, r->err) < 0)
		return;
	if (value(r, "pcap") != NULL || value(r, "flows") != NULL || value(r, "into") != NULL)
		wf_err_add(r->err, NULL, "Write wirefault scenario generate --pcap FILE",
			"--pcap, --flows and --into are of generate");
	r->dp = wf_cmd_dp(&wf_cmd_scenario, &r->v, r->err);
	for (uint32_t i = 0; i < r->set.n && !dry; i++)
		if (r->live)
			scenario_live_check(&r->set.at[i], r->err);
		else
			scenario_offline_check(&r->set.at[i], r->err);
	if (value(r, "report") != NULL && !dry && wf_err_count(r->err) == 0 &&
		scenario_set_check_reports(&r->set, r->err) == 0)
		scenario_reports_folder(value(r, "report"), r->err);
	if (!dry)
		prepare_tell(r);
}

static bool
has_passed(const json_t *doc)
{
	return json_is_true(json_object_get(doc, "pass"));
}

/* A line of JSON, or a summary. */
static int
print_doc(const struct run *r, const json_t *doc, void (*summary)(const json_t *doc, FILE *out))
{
	if (r->json) {
		if (json_dumpf(doc, stdout, JSON_COMPACT | JSON_REAL_PRECISION(15)) < 0)
			return -EIO;
		putchar('\n');
	} else if (value(r, "quiet") == NULL) {
		summary(doc, stdout);
	}
	return fflush(stdout) == 0 ? 0 : -errno;
}

/* If the last run was the last row of a sweep, what came of all of them. */
static int
end_sweep(struct run *r)
{
	const struct scenario *c = &r->set.at[r->n_docs - 1];
	uint32_t n = c->of != NULL ? wf_sweep_rows(c->of->sweep) : 0;
	json_t *doc;
	int rc;

	if (n == 0 || c->row + 1 < n)
		return 0;
	doc = wf_sweep_json(c->of, &r->doc[r->n_docs - n], n);
	if (doc == NULL)
		return wf_err_add(r->err, NULL, NULL, "out of memory");
	rc = print_doc(r, doc, wf_sweep_summary);
	if (value(r, "report") != NULL)
		rc |= scenario_reports_sweep(value(r, "report"), doc, r->err);
	json_decref(doc);
	return rc;
}

static int
run_all(struct run *r)
{
	int rc = WF_EXIT_OK;
	bool cut = false;

	r->doc = calloc(r->set.n, sizeof(*r->doc));
	if (r->doc == NULL || (!r->live && wf_eal_offline(r->err) < 0))
		return WF_EXIT_FAILED;
	for (uint32_t i = 0; i < r->set.n && !cut; i++) {
		json_t *doc = r->live ? scenario_child_run(&r->set.at[i], &r->dp, &r->tell, &cut)
				      : scenario_offline_run(&r->set.at[i], &r->tell, r->err);

		if (doc == NULL) {
			rc = WF_EXIT_FAILED;
			break;
		}
		r->doc[r->n_docs++] = doc;
		r->tell.c = &r->set.at[i];
		scenario_tell_result(&r->tell, doc);
		if (print_doc(r, doc, wf_scenario_summary) < 0 || !has_passed(doc))
			rc = WF_EXIT_FAILED;
		if (end_sweep(r) < 0)
			rc = WF_EXIT_FAILED;
	}
	if (value(r, "report") != NULL &&
		scenario_reports_write(value(r, "report"), r->doc, r->n_docs, r->err) < 0)
		rc = WF_EXIT_FAILED;
	return rc;
}

static int
go(struct run *r, bool again, char *const *paths, int n)
{
	int rc;

	prepare(r, again, paths, n);
	if (wf_err_count(r->err) > 0)
		return wf_cmd_refuse(r->err);
	if (value(r, "dry-run") != NULL)
		return show_all(&r->set);
	rc = run_all(r);
	if (scenario_tell_close(&r->tell, r->err) < 0)
		rc = WF_EXIT_FAILED;
	wf_err_print(r->err, stderr);
	return rc;
}

/* The standard set from a capture. */
static int
generate(const struct run *r, int rest)
{
	const char *pcap = value(r, "pcap"), *n = value(r, "flows"), *into = value(r, "into");
	uint64_t flows = 3;

	if (pcap == NULL || rest > 0)
		wf_err_add(r->err, NULL, "Write wirefault scenario generate --pcap FILE",
			pcap == NULL ? "from which capture?" : "generate takes options alone");
	if (n != NULL &&
		(wf_units_count(n, &flows) < 0 || flows == 0 || flows > SCENARIO_GENERATE_MOST))
		wf_err_add(r->err, &(struct wf_where){ .path = "--flows" }, NULL,
			"a number from 1 to %d is expected here", SCENARIO_GENERATE_MOST);
	if (wf_err_count(r->err) > 0 ||
		scenario_generate(pcap, (uint32_t)flows, into != NULL ? into : "scenarios", stdout,
			r->err) < 0)
		return wf_cmd_refuse(r->err);
	return WF_EXIT_OK;
}

static int
run(int argc, char **argv)
{
	struct run r = { 0 };
	bool again, makes;
	int rc = wf_cmd_options(&wf_cmd_scenario, argc, argv, &r.v), first;

	if (rc >= 0)
		return rc;
	first = r.v.first_rest;
	again = first < argc && strcmp(argv[first], "rerun") == 0;
	makes = first < argc && strcmp(argv[first], "generate") == 0;
	if (!makes && (argc - first < 2 || (!again && strcmp(argv[first], "run") != 0))) {
		fprintf(stderr, "wirefault scenario: write wirefault scenario run FILE, "
				"wirefault scenario rerun REPORT.json, or "
				"wirefault scenario generate --pcap FILE.\n");
		return WF_EXIT_USAGE;
	}
	r.err = wf_err_new();
	if (r.err == NULL)
		return WF_EXIT_FAILED;
	rc = makes ? generate(&r, argc - first - 1)
		   : go(&r, again, argv + first + 1, argc - first - 1);
	while (r.n_docs > 0)
		json_decref(r.doc[--r.n_docs]);
	free(r.doc);
	scenario_set_free(&r.set);
	wf_err_free(r.err);
	return rc;
}

const struct wf_cmd wf_cmd_scenario = {
	.name = "scenario",
	.arguments = "run FILE|FOLDER... [--offline|--dry-run] [OPTIONS] | rerun REPORT.json | "
		     "generate --pcap FILE",
	.summary = "Runs what becomes of links over time, from files of phases, ramps and faults, "
		   "and holds what was measured against what was expected: exit code 1 if an "
		   "expectation is missed or not shown, or the run can't be trusted",
	.run = run,
	.options = options,
	.words = true,
};
