/* SPDX-License-Identifier: BSD-3-Clause
 * `wirefault check`: all errors of a configuration at once, or what its links will do. Needs
 * neither EAL nor privileges.
 */
#include <string.h>

#include "check_forecast.h"
#include "wf_cmd.h"
#include "wf_json.h"

static const struct wf_option options[] = {
	{ "config", 'c', "FILE", "the configuration (required)" },
	{ "json", 0, NULL, "print JSON instead of a table" },
	{ "help", 'h', NULL, "this help" },
	{ 0 },
};

static int
refuse(const struct wf_err *err, bool json)
{
	json_t *doc;

	if (!json)
		return wf_cmd_refuse(err);
	doc = json_pack("{s:b, s:o}", "ok", 0, "errors", wf_json_errors(err));
	json_dumpf(doc, stdout, JSON_INDENT(2));
	printf("\n");
	json_decref(doc);
	return WF_EXIT_USAGE;
}

static int
check(const char *path, bool json, struct wf_err *err)
{
	struct wf_loaded l;
	struct wf_plan *plan = NULL;

	if (wf_load(path, NULL, &l, err) < 0)
		return refuse(err, json);
	plan = wf_plan_compile(l.conf, l.seed, NULL, err);
	if (plan == NULL) {
		wf_unload(&l);
		return refuse(err, json);
	}
	if (json) {
		json_t *doc = wf_forecast_json(l.conf, plan);

		json_dumpf(doc, stdout, JSON_INDENT(2));
		printf("\n");
		json_decref(doc);
	} else {
		wf_forecast_table(path, l.conf, plan, stdout);
	}
	wf_plan_free(plan);
	wf_unload(&l);
	return WF_EXIT_OK;
}

static int
run(int argc, char **argv)
{
	struct wf_option_values v;
	struct wf_err *err;
	int rc = wf_cmd_options(&wf_cmd_check, argc, argv, &v);

	if (rc >= 0)
		return rc;
	err = wf_err_new();
	if (wf_cmd_value(&wf_cmd_check, &v, "config") == NULL) {
		wf_err_add(err, NULL, "Write wirefault check -c FILE", "which configuration?");
		rc = wf_cmd_refuse(err);
	} else {
		rc = check(wf_cmd_value(&wf_cmd_check, &v, "config"),
			wf_cmd_value(&wf_cmd_check, &v, "json") != NULL, err);
	}
	wf_err_free(err);
	return rc;
}

const struct wf_cmd wf_cmd_check = {
	.name = "check",
	.arguments = "-c FILE [--json]",
	.summary = "Checks a configuration: prints every error, or what its links will do",
	.run = run,
	.options = options,
};
