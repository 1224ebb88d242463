/* SPDX-License-Identifier: BSD-3-Clause
 * `wirefault test calibrate`: its options, and where its results go.
 */
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd_dp.h"
#include "interrupt.h"
#include "test_calibrate.h"
#include "wf_units.h"

/* Latencies of a packet are told apart by the time to the next. */
#define MOST_PPS 100000

static const struct wf_option options[] = {
	{ "ports", 0, "A,B", "out by A and back in by B, which are joined by a cable or a loop" },
	{ "pps", 0, "N", "packets a second (default 1000)" },
	{ "duration", 'd', "TIME", "how long packets are sent (default 5s)" },
	{ "core", 'n', "NUMBER", "the worker's (default: the last that may be used)" },
	{ "save", 0, "FILE", "writes the JSON document there as well" },
	{ "force", 0, NULL, "ports that carry this host's traffic, a core where another polls" },
	WF_CMD_MEMORY_OPTIONS,
	{ "quiet", 'q', NULL, "no progress" },
	WF_CMD_JSON_OPTIONS,
	{ "help", 'h', NULL, "this help" },
	{ 0 },
};

static const char *
value(const struct wf_option_values *v, const char *name)
{
	return wf_cmd_value(&wf_cmd_calibrate, v, name);
}

static void
read_core(const struct wf_option_values *v, struct wf_calibrate *c, struct wf_err *err)
{
	const char *core = value(v, "core");
	uint64_t n = 0;
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		CPU_ZERO(&set);
	for (unsigned i = 0; i < CPU_SETSIZE; i++)
		if (CPU_ISSET(i, &set))
			c->core = i;
	if (core == NULL)
		return;
	if (wf_units_count(core, &n) < 0 || n >= CPU_SETSIZE || !CPU_ISSET(n, &set))
		wf_err_add(err, NULL, "`wirefault doctor` measures those that there are",
			"--core %s: no core that this process may use", core);
	c->core = (unsigned)n;
}

static void
read_values(const struct wf_option_values *v, struct wf_calibrate *c, struct wf_err *err)
{
	const char *pps = value(v, "pps"), *duration = value(v, "duration"), *comma;
	char hint[WF_UNITS_HINT];

	c->pps = 1000;
	c->duration_ns = 5 * WF_NS_PER_S;
	c->quiet = value(v, "quiet") != NULL;
	c->ports = value(v, "ports");
	if (pps != NULL && (wf_units_count(pps, &c->pps) < 0 || c->pps < 1 || c->pps > MOST_PPS))
		wf_err_add(err, NULL, NULL, "--pps takes a whole number from 1 to %d, not \"%s\"",
			MOST_PPS, pps);
	if (duration != NULL && wf_units_duration(duration, &c->duration_ns) < 0)
		wf_err_add(err, NULL,
			wf_units_hint_or(WF_UNITS_DURATION, duration, "Write --duration 5s", hint),
			"\"%s\" is no time", duration);
	else if (c->duration_ns < 100 * WF_NS_PER_MS || c->duration_ns > 600 * WF_NS_PER_S)
		wf_err_add(err, NULL, "Write --duration 5s",
			"--duration is from 100 ms to 10 minutes");
	comma = c->ports != NULL ? strchr(c->ports, ',') : NULL;
	if (c->ports != NULL &&
		(comma == NULL || comma == c->ports || comma[1] == 0 ||
			strchr(comma + 1, ',') != NULL || strpbrk(c->ports, "\"\\")))
		wf_err_add(err, NULL, "Write --ports eth1,eth2",
			"--ports takes two names with a comma between them, not \"%s\"", c->ports);
	read_core(v, c, err);
}

static int
save(const struct wf_calibrate *c, const char *path)
{
	FILE *f = fopen(path, "we");
	int rc = f != NULL ? wf_calibrate_json(c, f) : -errno;

	if (f != NULL && (fclose(f) != 0 || rc < 0))
		rc = -EIO;
	if (rc < 0)
		fprintf(stderr, "wirefault test calibrate: %s: %s\n", path, strerror(-rc));
	return rc;
}

static int
measure(const struct wf_option_values *v, struct wf_calibrate *c, const struct wf_dp_options *opt,
	bool json, struct wf_err *err)
{
	int rc;

	wf_interrupt_hold();
	rc = wf_calibrate_run(c, opt, err);
	if (rc == -EINTR)
		fputs("wirefault: interrupted before the end\n", stderr);
	if (rc < 0) {
		wf_err_print(err, stderr);
		return WF_EXIT_FAILED;
	}
	if (json ? wf_calibrate_json(c, stdout) < 0 : (wf_calibrate_table(c, stdout), false))
		return WF_EXIT_FAILED;
	if (value(v, "save") != NULL && save(c, value(v, "save")) < 0)
		return WF_EXIT_FAILED;
	return c->trustworthy ? WF_EXIT_OK : WF_EXIT_UNSHOWN;
}

static int
run(int argc, char **argv)
{
	struct wf_option_values v;
	struct wf_dp_options opt;
	struct wf_calibrate *c;
	struct wf_err *err;
	bool json = false;
	int rc = wf_cmd_options(&wf_cmd_calibrate, argc, argv, &v);

	if (rc >= 0)
		return rc;
	err = wf_err_new();
	c = calloc(1, sizeof(*c));
	rc = WF_EXIT_FAILED;
	if (err != NULL && c != NULL) {
		read_values(&v, c, err);
		wf_cmd_json(&wf_cmd_calibrate, &v, &json, err);
		opt = wf_cmd_dp(&wf_cmd_calibrate, &v, err);
		rc = wf_err_count(err) > 0 ? wf_cmd_refuse(err) : measure(&v, c, &opt, json, err);
	}
	if (c != NULL) {
		free(c->gaps);
		free(c->reasons);
	}
	free(c);
	wf_err_free(err);
	return rc;
}

const struct wf_cmd wf_cmd_calibrate = {
	.name = "test calibrate",
	.arguments = "[--ports A,B] [--save FILE] [OPTIONS]",
	.summary =
		"Measures what this machine itself adds: the clock, the core, and a packet's way "
		"through a plain wire, or with two ports that are joined outside, out and back in. "
		"Exit code 3: it ran, but its verdict does not trust it",
	.run = run,
	.options = options,
};
