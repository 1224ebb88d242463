/* SPDX-License-Identifier: BSD-3-Clause
 * `wirefault scenario`: what becomes of links over time, from files.
 */
#include <string.h>

#include "scenario_set.h"

static const struct wf_option options[] = {
	WF_CMD_FROM_OPTIONS,
	{ "dry-run", 0, NULL, "check all of it, say what would happen when, and start nothing" },
	{ "ports", 0, "A,B", "the two ports of a configuration with one link" },
	{ "seed", 0, "N", "seed of all randomness, instead of the scenario's" },
	{ "help", 'h', NULL, "this help" },
	{ 0 },
};

static const char *
value(const struct wf_option_values *v, const char *name)
{
	return wf_cmd_value(&wf_cmd_scenario, v, name);
}

static int
show_all(const struct scenario_set *set)
{
	for (uint32_t i = 0; i < set->n; i++)
		if (wf_script_print(set->at[i].s, &set->at[i].script, stdout) < 0)
			return WF_EXIT_FAILED;
	return WF_EXIT_OK;
}

static int
run_all(const struct wf_option_values *v, char *const *paths, int n, struct wf_err *err)
{
	struct scenario_options o = { .seed = value(v, "seed") };
	struct scenario_set set = { 0 };
	int rc;

	if (value(v, "config") != NULL || value(v, "profile") != NULL)
		wf_cmd_from(&wf_cmd_scenario, v, &o.from, err);
	o.from.set = v->many;
	o.from.n_set = v->n_many;
	o.from.ports = value(v, "ports");
	if (value(v, "dry-run") == NULL)
		wf_err_add(err, NULL, "Write --dry-run", "scenarios can only be looked at so far");
	scenario_set_read(&set, paths, n, &o, err);
	rc = wf_err_count(err) > 0 ? wf_cmd_refuse(err) : show_all(&set);
	scenario_set_free(&set);
	return rc;
}

static int
run(int argc, char **argv)
{
	struct wf_option_values v;
	struct wf_err *err;
	int rc = wf_cmd_options(&wf_cmd_scenario, argc, argv, &v), first;

	if (rc >= 0)
		return rc;
	first = v.first_rest;
	if (argc - first < 2 || strcmp(argv[first], "run") != 0) {
		fprintf(stderr, "wirefault scenario: write wirefault scenario run FILE.\n");
		return WF_EXIT_USAGE;
	}
	err = wf_err_new();
	if (err == NULL)
		return WF_EXIT_FAILED;
	rc = run_all(&v, argv + first + 1, argc - first - 1, err);
	wf_err_free(err);
	return rc;
}

const struct wf_cmd wf_cmd_scenario = {
	.name = "scenario",
	.arguments = "run FILE|FOLDER... [OPTIONS]",
	.summary = "Says what becomes of links over time, from files of phases, ramps and faults",
	.run = run,
	.options = options,
	.words = true,
};
