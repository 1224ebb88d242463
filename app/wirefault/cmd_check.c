/* SPDX-License-Identifier: BSD-3-Clause
 * `wirefault check`: all errors of a configuration at once, or what its links will do, predicted
 * and simulated. Needs no privileges.
 */
#include <string.h>

#include "check_forecast.h"
#include "check_simulate.h"
#include "wf_carrier.h"
#include "wf_cmd.h"
#include "wf_device.h"
#include "wf_json.h"
#include "wf_port.h"
#include "wf_units.h"
#include "wf_wrap.h"

static const struct wf_option options[] = {
	WF_CMD_FROM_OPTIONS,
	{ "ports", 0, "A,B", "two interfaces or devices, instead of the link's own" },
	WF_CMD_JSON_OPTIONS,
	{ "simulate", 's', "PACKETS",
		"packets to simulate of each stage, 1000 to 1000000 (default 20000, or fewer where "
		"stages are many)" },
	{ "frame", 0, "BYTES",
		"length of the frames that all stages together are tried with, without FCS, 60 to "
		"65535 (default 1514)" },
	{ "gap", 0, "DURATION",
		"time between them (default: half of the rate, or 100us where there is none)" },
	{ "no-simulate", 0, NULL, "predict only" },
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

/* Outages that pull a cable which nobody can pull. */
static int
check_carriers(const struct wf_conf *conf, const struct wf_plan *plan, struct wf_err *err)
{
	int rc = 0;

	for (uint32_t dir = 0; dir < plan->n_dirs; dir++) {
		const struct wf_conf_port *p = &conf->ports[conf->links[dir / 2].port[dir % 2]];

		if (plan->dir[dir].carrier != NULL)
			rc |= wf_carrier_check(p->device, &p->where, err);
	}
	return rc;
}

static int
check_ports(const struct wf_conf *conf, struct wf_err *err)
{
	int rc = 0;

	for (uint32_t i = 0; i < conf->n_ports; i++)
		rc |= wf_port_check(&conf->ports[i], err);
	return rc;
}

struct check {
	struct wf_bridge from;
	bool json, simulate;
	struct wf_whole_traffic traffic; /* 0: not said */
};

/* What drivers can't count, and whether hardware stamps frames, port by port. */
static void
print_ports(const struct wf_conf *conf)
{
	for (uint32_t i = 0; i < conf->n_ports; i++) {
		const char *device = conf->ports[i].device, *blind = wf_device_blind(device);
		char text[768];

		if (i == 0)
			putchar('\n');
		snprintf(text, sizeof(text), "port %s (%s): %s%s%s.\n", conf->ports[i].name, device,
			blind != NULL ? blind : "", blind != NULL ? "; " : "",
			wf_device_arrival(device).stamps);
		wf_wrap(text, 0, 2, stdout);
	}
}

static json_t *
ports_json(const struct wf_conf *conf)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < conf->n_ports; i++) {
		const char *device = conf->ports[i].device;
		struct wf_device_arrival a = wf_device_arrival(device);

		json_array_append_new(
			list, json_pack("{s:s,s:s?,s:s,s:s*}", "port", conf->ports[i].name,
				      "arrival", a.arrival, "hardware_stamps", a.stamps,
				      "not_counted", wf_device_blind(device)));
	}
	return list;
}

static void
print(const struct check *c, const struct wf_conf *conf, const struct wf_plan *plan,
	const struct wf_simulated *simulated, const struct wf_err *warnings)
{
	json_t *doc;

	if (!c->json) {
		wf_forecast_table(
			c->from.file != NULL ? c->from.file : c->from.profile, conf, plan, stdout);
		wf_simulated_table(simulated, plan, stdout);
		print_ports(conf);
		fflush(stdout); /* where both are one terminal, warnings end the text */
		wf_err_print(warnings, stderr);
		return;
	}
	doc = wf_forecast_json(conf, plan, simulated);
	json_object_set_new(doc, "ports", ports_json(conf));
	json_object_set_new(doc, "warnings", wf_json_errors(warnings));
	json_dumpf(doc, stdout, JSON_INDENT(2));
	printf("\n");
	json_decref(doc);
}

static int
check(const struct check *c, struct wf_err *err)
{
	struct wf_simulated simulated = { 0 };
	struct wf_err *warnings;
	struct wf_loaded l;
	struct wf_plan *plan = NULL;
	int rc = WF_EXIT_OK;

	if (wf_load(&c->from, NULL, &l, err) < 0)
		return refuse(err, c->json);
	plan = wf_plan_compile(l.conf, l.seed, NULL, err);
	if (wf_device_resolve(l.conf, NULL) < 0)
		wf_err_add(err, NULL, NULL, "out of memory");
	if (plan == NULL || wf_err_count(err) != 0 ||
		(check_ports(l.conf, err) | check_carriers(l.conf, plan, err)) < 0) {
		wf_plan_free(plan);
		wf_unload(&l);
		return refuse(err, c->json);
	}
	/* What was not asked for need not be possible. */
	if (c->simulate && wf_simulate(plan, &c->traffic, &simulated, err) < 0) {
		wf_err_print(err, stderr);
		rc = c->traffic.packets > 0 ? WF_EXIT_FAILED : WF_EXIT_OK;
	}
	warnings = wf_err_new();
	if (warnings != NULL) {
		wf_device_warn(l.conf, warnings);
		wf_conf_warn(l.conf, warnings);
		print(c, l.conf, plan, &simulated, warnings);
	}
	rc = warnings == NULL ? WF_EXIT_FAILED : rc;
	wf_err_free(warnings);
	wf_simulated_free(&simulated);
	wf_plan_free(plan);
	wf_unload(&l);
	return rc;
}

/* Of the trial of all stages together. */
static void
read_traffic(const struct wf_option_values *v, struct check *c, struct wf_err *err)
{
	const char *frame = wf_cmd_value(&wf_cmd_check, v, "frame");
	const char *gap = wf_cmd_value(&wf_cmd_check, v, "gap");
	uint64_t n = 0;

	if (frame != NULL && (wf_units_count(frame, &n) < 0 || n < 60 || n > 65535))
		wf_err_add(err, NULL, NULL,
			"--frame takes a whole number from 60 to 65535, not \"%s\"", frame);
	c->traffic.frame_bytes = (uint32_t)n;
	n = 0;
	if (gap != NULL && (wf_units_duration(gap, &n) < 0 || n == 0 || n > 3600 * WF_NS_PER_S))
		wf_err_add(err, NULL, "Write --gap 2ms",
			"--gap takes a duration from 1ns to 1h, not \"%s\"", gap);
	c->traffic.gap_ns = (double)n;
	if ((frame != NULL || gap != NULL) && !c->simulate)
		wf_err_add(err, NULL, "Leave out --no-simulate",
			"--frame and --gap are of a simulation");
}

/* 0 or -EINVAL with reasons in err. */
static int
read_options(const struct wf_option_values *v, struct check *c, struct wf_err *err)
{
	const char *packets = wf_cmd_value(&wf_cmd_check, v, "simulate");
	uint64_t n = 0;

	wf_cmd_from(&wf_cmd_check, v, &c->from, err);
	c->from.ports = wf_cmd_value(&wf_cmd_check, v, "ports");
	wf_cmd_json(&wf_cmd_check, v, &c->json, err);
	c->simulate = wf_cmd_value(&wf_cmd_check, v, "no-simulate") == NULL;
	if (packets != NULL &&
		(wf_units_count(packets, &n) < 0 || n < WF_VERIFY_LEAST || n > WF_TRIAL_MAX))
		wf_err_add(err, NULL, NULL,
			"--simulate takes a whole number from %u to %u, not \"%s\"",
			WF_VERIFY_LEAST, WF_TRIAL_MAX, packets);
	if (packets != NULL && !c->simulate)
		wf_err_add(err, NULL, "Use one of them",
			"--simulate and --no-simulate contradict each other");
	c->traffic.packets = (uint32_t)n;
	read_traffic(v, c, err);
	return wf_err_count(err) == 0 ? 0 : -1;
}

static int
run(int argc, char **argv)
{
	struct wf_option_values v;
	struct check c;
	struct wf_err *err;
	int rc = wf_cmd_options(&wf_cmd_check, argc, argv, &v);

	if (rc >= 0)
		return rc;
	err = wf_err_new();
	rc = read_options(&v, &c, err) < 0 ? wf_cmd_refuse(err) : check(&c, err);
	wf_err_free(err);
	return rc;
}

const struct wf_cmd wf_cmd_check = {
	.name = "check",
	.arguments = "-c FILE | --profile NAME [--ports A,B] [-o json] [--frame BYTES] "
		     "[--gap DURATION] [--simulate PACKETS | --no-simulate]",
	.summary = "Checks a configuration: prints every error, or what its links will do, "
		   "predicted and simulated",
	.run = run,
	.options = options,
};
