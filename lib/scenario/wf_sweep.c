/* SPDX-License-Identifier: BSD-3-Clause
 * Sweeps and loads as they are written. Control threads only.
 */
#include "wf_sweep.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wf_conf_bind.h"
#include "wf_ramp.h"
#include "wf_units.h"

struct keys {
	uint64_t given;
	char *parameter;
	uint64_t steps;
};
enum { PARAMETER, VALUES, STEPS };
enum { L_RATE, L_PPS, L_STEPS };

/* Of both. */
#define STEPS_PARAM                                                                                \
	{                                                                                          \
		.name = "steps", .type = WF_PARAM_COUNT, .offset = offsetof(struct keys, steps),   \
		.min = "2", .max = "100",                                                          \
		.help = "of a range: how many values, both ends with them"                         \
	}

const struct wf_param wf_sweep_table[] = {
	[PARAMETER] = { .name = "parameter",
		.type = WF_PARAM_STRING,
		.offset = offsetof(struct keys, parameter),
		.help = "what is varied (required): a key of the configuration "
			"(\"links.wan.ab.loss\"; \"delay\", \"ba.rate\" of the only link) or of "
			"the scenario (\"phases.bad.both.loss\", \"traffic.0.generator\")" },
	[VALUES] = { .name = "values",
		.type = WF_PARAM_ELSEWHERE,
		.kind = "list or range",
		.help = "[ \"1%\", \"5%\" ], or \"0% -> 10%\" with `steps` (required)" },
	[STEPS] = STEPS_PARAM,
	{ 0 },
};

const struct wf_param wf_load_strategy_table[] = {
	[L_RATE] = { .name = "rate",
		.type = WF_PARAM_ELSEWHERE,
		.kind = "list or range",
		.help = "of each generator of the traffic: [ \"1Mbit\", \"2Mbit\" ], or \"1Mbit -> "
			"20Mbit\" with `steps`" },
	[L_PPS] = { .name = "pps",
		.type = WF_PARAM_ELSEWHERE,
		.kind = "list or range",
		.help = "or its packets a second" },
	[L_STEPS] = STEPS_PARAM,
	{ 0 },
};

void
wf_sweep_free(struct wf_sweep *w)
{
	if (w == NULL)
		return;
	while (w->n > 0)
		free(w->value[--w->n]);
	free(w->value);
	free(w->parameter);
	free(w);
}

/* ---- Values ---- */

static int
read_list(struct wf_sweep *w, const struct wf_node *list, struct wf_err *err)
{
	if (list->first == NULL || wf_node_length(list) > WF_SWEEP_ROWS)
		return wf_conf_complain(
			err, list, NULL, "1 to %d values are expected here", WF_SWEEP_ROWS);
	for (const struct wf_node *n = list->first; n != NULL; n = n->next) {
		char room[64];
		const char *text = wf_node_text(n, room, sizeof(room));

		if (text == NULL)
			return wf_conf_complain(
				err, n, "Write [ \"1%\", \"5%\" ]", "a value is expected here");
		w->value[w->n] = strdup(text);
		if (w->value[w->n++] == NULL)
			return wf_err_add(err, NULL, NULL, "out of memory");
	}
	return 0;
}

static int
read_range(struct wf_sweep *w, const struct wf_node *n, uint64_t steps, struct wf_err *err)
{
	for (uint64_t i = 0; i < steps; i++) {
		char text[WF_UNITS_TEXT];

		if (!wf_ramp_between(n->string, (double)i / (double)(steps - 1), text))
			return wf_conf_complain(err, n, "Write \"0% -> 10%\"",
				"\"%s\" does not lead from one value to another", n->string);
		if (w->load && strcmp(w->parameter, "pps") == 0)
			snprintf(text, sizeof(text), "%.0f", strtod(text, NULL));
		w->value[w->n] = strdup(text);
		if (w->value[w->n++] == NULL)
			return wf_err_add(err, NULL, NULL, "out of memory");
	}
	return 0;
}

/* steps 0: not given. */
static int
read_values(struct wf_sweep *w, const struct wf_node *n, uint64_t steps, struct wf_err *err)
{
	w->value = calloc(WF_SWEEP_ROWS, sizeof(*w->value));
	if (w->value == NULL)
		return wf_err_add(err, NULL, NULL, "out of memory");
	if (n->kind == WF_NODE_LIST && steps == 0)
		return read_list(w, n, err);
	if (n->kind == WF_NODE_LIST)
		return wf_conf_complain(
			err, n, "Leave steps out", "a list has as many values as it has");
	if (n->kind != WF_NODE_STRING)
		return wf_conf_complain(err, n, "Write values = [ \"1%\", \"5%\" ]",
			"a list or a range is expected here");
	if (steps == 0)
		return wf_conf_complain(
			err, n, "Write steps = 5 beside it", "a range in how many steps?");
	return read_range(w, n, steps, err);
}

/* ---- The groups ---- */

static int
read_sweep(struct wf_sweep *w, const struct wf_node *group, struct wf_err *err)
{
	struct keys k = { 0 };
	int rc = wf_conf_bind_table(group, wf_sweep_table, 1ull << VALUES, &k, err);
	const struct wf_node *values = wf_node_get(group, "values");

	w->parameter = k.parameter;
	if (group->kind != WF_NODE_GROUP)
		return rc;
	if (k.parameter == NULL || *k.parameter == 0)
		rc = wf_conf_complain(
			err, group, "Write parameter = \"links.wan.ab.loss\"", "a sweep of what?");
	if (values == NULL)
		rc = wf_conf_complain(
			err, group, "Write values = [ \"1%\", \"5%\" ]", "a sweep over what?");
	else if (rc == 0)
		rc = read_values(w, values, k.steps, err);
	return rc;
}

static int
read_load(struct wf_sweep *w, const struct wf_node *group, struct wf_err *err)
{
	const uint64_t others = 1ull << L_RATE | 1ull << L_PPS;
	struct keys k = { 0 };
	int rc = wf_conf_bind_table(group, wf_load_strategy_table, others, &k, err);
	const struct wf_node *rate = wf_node_get(group, "rate"), *pps = wf_node_get(group, "pps");

	w->load = true;
	if (group->kind != WF_NODE_GROUP)
		return rc;
	if ((rate == NULL) == (pps == NULL))
		return wf_conf_complain(err, group, "Write rate = \"1Mbit -> 20Mbit\"; steps = 20;",
			"one of rate and pps is expected here");
	w->parameter = strdup(rate != NULL ? "rate" : "pps");
	if (w->parameter == NULL)
		return wf_err_add(err, NULL, NULL, "out of memory");
	return rc == 0 ? read_values(w, rate != NULL ? rate : pps, k.steps, err) : rc;
}

int
wf_sweep_read(const struct wf_node *scenario, struct wf_sweep **out, struct wf_err *err)
{
	const struct wf_node *sweep = wf_node_get(scenario, "sweep"),
			     *load = wf_node_get(scenario, "load");

	*out = NULL;
	if (sweep == NULL && load == NULL)
		return 0;
	if (sweep != NULL && load != NULL)
		return wf_conf_complain(
			err, load, "Leave one of them out", "sweep and load are one too many");
	*out = calloc(1, sizeof(**out));
	if (*out == NULL)
		return wf_err_add(err, NULL, NULL, "out of memory");
	(*out)->line = (sweep != NULL ? sweep : load)->line;
	return sweep != NULL ? read_sweep(*out, sweep, err) : read_load(*out, load, err);
}

uint32_t
wf_sweep_rows(const struct wf_sweep *w)
{
	return w->load ? w->n : w->n + 1;
}

const char *
wf_sweep_value(const struct wf_sweep *w, uint32_t row)
{
	if (w->load)
		return w->value[row];
	return row > 0 ? w->value[row - 1] : NULL;
}
