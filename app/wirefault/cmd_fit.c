/* SPDX-License-Identifier: BSD-3-Clause
 * `wirefault fit BEFORE AFTER`: two captures to the configuration of the network between them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wf_cmd.h"
#include "wf_fit.h"
#include "wf_units.h"

static const struct wf_option options[] = {
	{ .name = "output",
		.letter = 'o',
		.arg = "FILE",
		.help = "write the configuration there, not to standard output",
		.no_twin = true }, /* WIREFAULT_OUTPUT is a format */
	{ "offset", 0, "TIME", "the clock of AFTER is so much ahead; with - in front: behind" },
	{ "shortest", 0, "TIME", "the shortest delay, from which the clocks' offset follows" },
	{ "samples", 0, "FILE",
		"where no law fits, write the delays there, for the configuration" },
	{ "link-type", 0, "TYPE", "ethernet[,SRC,DST]: SLL, RAW and the like become Ethernet" },
	{ "help", 'h', NULL, "this help" },
	{ 0 },
};

static void
read_time(const char *name, const char *text, bool sign, int64_t *out, bool *given,
	struct wf_err *err)
{
	bool minus = sign && text != NULL && *text == '-';
	wf_ns_t ns;

	if (text == NULL)
		return;
	if (wf_units_duration(text + minus, &ns) < 0 || ns > INT64_MAX / 2)
		wf_err_add(err, NULL, "Write a time such as 20ms", "--%s \"%s\" is no time", name,
			text);
	*out = minus ? -(int64_t)ns : (int64_t)ns;
	*given = true;
}

static void
read_options(const struct wf_option_values *v, struct wf_fit_options *o, struct wf_err *err)
{
	static const struct wf_cap_options defaults = WF_CAP_OPTIONS;
	const char *link_type = wf_cmd_value(&wf_cmd_fit, v, "link-type");
	int64_t floor_ns = 0;

	o->cap = defaults;
	if (link_type != NULL)
		wf_cap_options_link_type(&o->cap, link_type, err);
	read_time("offset", wf_cmd_value(&wf_cmd_fit, v, "offset"), true, &o->offset_ns,
		&o->offset_given, err);
	read_time("shortest", wf_cmd_value(&wf_cmd_fit, v, "shortest"), false, &floor_ns,
		&o->floor_given, err);
	o->floor_ns = (wf_ns_t)floor_ns;
	if (o->offset_given && o->floor_given)
		wf_err_add(err, NULL, "Leave one of them out",
			"--offset and --shortest both say what "
			"the clocks' offset is");
	o->samples = wf_cmd_value(&wf_cmd_fit, v, "samples");
	if (strcmp(o->before, "-") == 0 || strcmp(o->after, "-") == 0)
		wf_err_add(err, NULL, "Write it to a file first",
			"captures are read twice, and standard input can't be");
}

static int
fit(const struct wf_fit_options *o, const char *path, struct wf_err *err)
{
	struct wf_where where = { .file = path };
	struct wf_fit f;
	FILE *out = NULL;
	int rc = wf_fit_run(o, &f, err);

	if (rc == 0) {
		out = path != NULL ? fopen(path, "we") : stdout;
		if (out == NULL)
			rc = wf_err_add(err, &where, "Check the folder and its permissions",
				"cannot be written: %s", strerror(errno));
	}
	if (rc == 0)
		rc = wf_fit_write(o, &f, out, err);
	if (out != NULL && (out == stdout ? fflush(out) : fclose(out)) != 0 && rc == 0)
		rc = wf_err_add(err, &where, NULL, "cannot be written: %s", strerror(errno));
	wf_fit_free(&f);
	return rc;
}

static int
run(int argc, char **argv)
{
	struct wf_fit_options o = { 0 };
	struct wf_err *err = wf_err_new();
	struct wf_option_values v;
	int rc = wf_cmd_options(&wf_cmd_fit, argc, argv, &v);

	if (rc < 0 && err != NULL) {
		if (argc - v.first_rest != 2) {
			fprintf(stderr,
				"usage: wirefault fit %s\nwirefault fit --help says more.\n",
				wf_cmd_fit.arguments);
			wf_err_free(err);
			return WF_EXIT_USAGE;
		}
		o.before = argv[v.first_rest];
		o.after = argv[v.first_rest + 1];
		read_options(&v, &o, err);
		if (wf_err_count(err) > 0)
			rc = wf_cmd_refuse(err);
		else if (fit(&o, wf_cmd_value(&wf_cmd_fit, &v, "output"), err) < 0)
			rc = WF_EXIT_FAILED;
		else
			rc = WF_EXIT_OK;
		if (rc == WF_EXIT_FAILED)
			wf_err_print(err, stderr);
	}
	wf_err_free(err);
	return rc;
}

const struct wf_cmd wf_cmd_fit = {
	.name = "fit",
	.arguments = "BEFORE AFTER [OPTIONS]",
	.summary =
		"Estimates what a network does to packets, from captures on both sides of it, and "
		"prints a configuration",
	.run = run,
	.options = options,
	.words = true,
};
