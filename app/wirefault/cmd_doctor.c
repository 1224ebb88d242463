/* SPDX-License-Identifier: BSD-3-Clause
 * `wirefault doctor`: what of this machine helps or hinders an exact run, and which core is
 * quietest.
 */
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "doctor_machine.h"
#include "wf_cmd.h"
#include "wf_eal.h"
#include "wf_gaps.h"
#include "wf_text.h"
#include "wf_units.h"
#include "wf_wrap.h"

static const struct wf_option options[] = {
	{ "core", 'n', "NUMBER", "measure this core only" },
	{ "time", 't', "TIME", "how long to measure each core (1s)" },
	WF_CMD_JSON_OPTIONS,
	{ "help", 'h', NULL, "this help" },
	{ 0 },
};

struct wf_doctor_core {
	unsigned number;
	bool isolated;
	wf_ns_t p99_ns, longest_ns; /* that what is due waits for the core */
	uint32_t above_10us, above_1ms;
	double seconds;
};

struct doctor {
	struct wf_doctor_line line[WF_DOCTOR_LINES];
	uint32_t n_lines, n_cores;
	struct wf_doctor_core *core;
	wf_ns_t time_ns;
};

static int
measure(struct wf_doctor_core *c, wf_ns_t time_ns)
{
	struct wf_gaps *g = calloc(1, sizeof(*g));
	struct wf_clock clock;
	cpu_set_t one;
	int rc = -EINVAL;

	CPU_ZERO(&one);
	CPU_SET(c->number, &one);
	if (g != NULL && sched_setaffinity(0, sizeof(one), &one) == 0 &&
		wf_clock_init(&clock) == 0) {
		wf_gaps_measure(g, &clock, time_ns);
		c->isolated = wf_doctor_isolated(c->number);
		c->p99_ns = wf_gaps_wait_ns(g, 0.99);
		c->longest_ns = g->longest_ns;
		c->above_10us = wf_gaps_above(g, 10 * WF_NS_PER_US);
		c->above_1ms = wf_gaps_above(g, WF_NS_PER_MS);
		c->seconds = (double)g->lasted_ns / 1e9;
		rc = 0;
	}
	free(g);
	return rc;
}

/* Where waits are shortest; equal ones: the last, which is the default of `workers`. */
static const struct wf_doctor_core *
quietest(const struct doctor *d)
{
	const struct wf_doctor_core *best = NULL;

	for (uint32_t i = 0; i < d->n_cores; i++) {
		const struct wf_doctor_core *c = &d->core[i];

		if (best == NULL || c->isolated > best->isolated ||
			(c->isolated == best->isolated && c->p99_ns <= best->p99_ns))
			best = c;
	}
	return best;
}

static int
measure_all(struct doctor *d, const cpu_set_t *allowed)
{
	d->core = calloc((size_t)CPU_COUNT(allowed), sizeof(*d->core));
	for (unsigned n = 0; d->core != NULL && n < CPU_SETSIZE; n++) {
		if (!CPU_ISSET(n, allowed))
			continue;
		d->core[d->n_cores].number = n;
		if (measure(&d->core[d->n_cores++], d->time_ns) < 0)
			return -EINVAL;
	}
	return d->core != NULL ? 0 : -ENOMEM;
}

static void
print_table(const struct doctor *d)
{
	static const char *const level[] = { "good", "fair", "BAD" };
	char a[WF_TEXT_MAX], b[WF_TEXT_MAX];

	for (uint32_t i = 0; i < d->n_lines; i++) {
		const struct wf_doctor_line *l = &d->line[i];
		char what[32];

		snprintf(what, sizeof(what), "%s", l->what);
		for (char *c = what; *c != '\0'; c++)
			*c = *c == '_' ? ' ' : *c;
		printf("%-5s %-16s%s\n", level[l->level], what, l->found);
		if (l->remedy != NULL) {
			printf("%22s", "");
			wf_wrap(l->remedy, 22, 22, stdout);
			printf("\n");
		}
	}
	printf("\nCores: what is due waits for a core that does something else\n"
	       "  core         99 %% within      longest   > 10 us    > 1 ms\n");
	for (uint32_t i = 0; i < d->n_cores; i++) {
		const struct wf_doctor_core *c = &d->core[i];

		printf("  %4u %-8s%11s%13s%7.0f /s%7.0f /s\n", c->number,
			c->isolated ? "isolated" : "", wf_text_time(c->p99_ns, a),
			wf_text_time(c->longest_ns, b), c->above_10us / c->seconds,
			c->above_1ms / c->seconds);
	}
	printf("\nThe quietest: workers = [ %u ];\n", quietest(d)->number);
}

static int
print_json(const struct doctor *d)
{
	static const char *const level[] = { "good", "fair", "bad" };
	json_t *all = json_pack("{s:s,s:[],s:[],s:i}", "schema", "wirefault.doctor/1", "checks",
		"cores", "quietest", (int)quietest(d)->number);
	int rc;

	for (uint32_t i = 0; i < d->n_lines; i++)
		json_array_append_new(json_object_get(all, "checks"),
			json_pack("{s:s,s:s,s:s,s:s?}", "what", d->line[i].what, "level",
				level[d->line[i].level], "found", d->line[i].found, "remedy",
				d->line[i].remedy));
	for (uint32_t i = 0; i < d->n_cores; i++) {
		const struct wf_doctor_core *c = &d->core[i];

		json_array_append_new(json_object_get(all, "cores"),
			json_pack("{s:i,s:b,s:I,s:I,s:f,s:f}", "core", (int)c->number, "isolated",
				c->isolated, "wait_p99_ns", (json_int_t)c->p99_ns, "wait_max_ns",
				(json_int_t)c->longest_ns, "above_10us_per_s",
				round(c->above_10us / c->seconds), "above_1ms_per_s",
				round(c->above_1ms / c->seconds)));
	}
	rc = json_dumpf(all, stdout, JSON_INDENT(2));
	printf("\n");
	json_decref(all);
	return rc;
}

/* The cores to measure: the one that is asked for, else all that the process may use. */
static int
choose(const char *core, cpu_set_t *allowed, struct wf_err *err)
{
	char text[WF_EAL_CORES_TEXT], *end;
	unsigned long n;

	if (sched_getaffinity(0, sizeof(*allowed), allowed) < 0)
		return wf_err_add(err, NULL, NULL, "the cores of this process can't be read");
	if (core == NULL)
		return 0;
	n = strtoul(core, &end, 10);
	if (*core < '0' || *core > '9' || *end != '\0' || n >= CPU_SETSIZE ||
		!CPU_ISSET(n, allowed)) {
		wf_eal_cores(allowed, text);
		return wf_err_add(err, NULL, "wfctl and the kernel number cores from 0",
			"there is no core \"%s\" for this process: it may use %s", core, text);
	}
	CPU_ZERO(allowed);
	CPU_SET(n, allowed);
	return 0;
}

static int
examine(struct doctor *d, const struct wf_option_values *v, bool *json, struct wf_err *err)
{
	const char *time = wf_cmd_value(&wf_cmd_doctor, v, "time");
	const char *core = wf_cmd_value(&wf_cmd_doctor, v, "core");
	cpu_set_t allowed;
	int rc = wf_cmd_json(&wf_cmd_doctor, v, json, err);

	d->time_ns = WF_NS_PER_S;
	if (time != NULL && (wf_units_duration(time, &d->time_ns) < 0 || d->time_ns == 0 ||
				    d->time_ns > 60 * WF_NS_PER_S))
		rc = wf_err_add(err, NULL, "Write 1s, or 200ms; a minute at most",
			"--time \"%s\" is no time to measure", time);
	if (choose(core, &allowed, err) < 0 || rc < 0)
		return -EINVAL;
	d->n_lines = wf_doctor_machine(d->line);
	if (measure_all(d, &allowed) < 0)
		return wf_err_add(err, NULL,
			"Is the TSC constant? Does a container change its cores?",
			"a core can't be measured");
	return 0;
}

static int
run(int argc, char **argv)
{
	struct wf_option_values values;
	struct doctor d = { 0 };
	struct wf_err *err;
	bool json = false;
	int rc = wf_cmd_options(&wf_cmd_doctor, argc, argv, &values);

	if (rc >= 0)
		return rc;
	err = wf_err_new();
	if (examine(&d, &values, &json, err) < 0) {
		rc = wf_cmd_refuse(err);
	} else {
		rc = WF_EXIT_OK;
		for (uint32_t i = 0; i < d.n_lines; i++)
			if (d.line[i].level == WF_DOCTOR_BAD)
				rc = WF_EXIT_FAILED;
		if (json)
			print_json(&d);
		else
			print_table(&d);
	}
	free(d.core);
	wf_err_free(err);
	return rc;
}

const struct wf_cmd wf_cmd_doctor = {
	.name = "doctor",
	.arguments = "",
	.summary = "Says what of this machine helps or hinders an exact run, and which core is "
		   "quietest",
	.run = run,
	.options = options,
};
