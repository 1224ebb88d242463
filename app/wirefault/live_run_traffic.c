/* SPDX-License-Identifier: BSD-3-Clause
 * What a scenario asks of a running wirefault that it can't have: it runs no commands, and its
 * ports are those that it has. Control thread.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "live_run.h"
#include "wf_expect.h"

/* Each is tried before the first one begins, and meanwhile nobody else is served: that takes a
 * millisecond or less. */
#define MOST_STEPS 4000

#define NO_TRAFFIC "wfctl scenario run --no-traffic lets whoever is there send"

/* Behind the argument `start` of a device, which a run gives, if it stands here. */
static const char *
skip_start(const char *at)
{
	return strncmp(at, ",start=", 7) == 0 ? at + 1 + strcspn(at + 1, ",") : at;
}

/* Are these the same device, but for `start`? */
static bool
same_device(const char *a, const char *b)
{
	for (;; a++, b++) {
		a = skip_start(a);
		b = skip_start(b);
		if (*a != *b || *a == 0)
			return *a == *b;
	}
}

/* Does the port stand where this traffic would come from? */
static bool
sends(const struct wf_node *port, const struct wf_traffic *t)
{
	const struct wf_node *has = wf_node_get(port, "device");
	char *wanted = wf_traffic_device(t);
	bool same = wanted != NULL && has != NULL && has->kind == WF_NODE_STRING &&
		    same_device(has->string, wanted);

	free(wanted);
	return same;
}

static int
check_traffic(const struct wf_live *live, const struct wf_traffic *t, struct wf_err *err)
{
	const struct wf_node *port, *name;
	char *wanted;
	int rc = 0;

	if (t->kind == WF_TRAFFIC_COMMAND)
		return wf_err_add(err, &t->where,
			"Run it by wirefault scenario run; or " NO_TRAFFIC,
			"a running wirefault runs no commands");
	if (t->start_ns != 0)
		rc = wf_err_add(err, &t->where, "Leave start out",
			"live, a port sends from the start of the run on");
	port = scenario_port(live->setup->tree, t);
	if (port == NULL || sends(port, t))
		return rc;
	name = wf_node_get(port, "name");
	wanted = wf_traffic_device(t);
	rc = wf_err_add(err, &t->where, NO_TRAFFIC,
		"a running wirefault has the ports that it has: \"%s\" is not \"%s\"", name->string,
		wanted != NULL ? wanted : t->text);
	free(wanted);
	return rc;
}

static int
check_expect(const struct wf_scenario *s, const struct wf_expect *e, struct wf_err *err)
{
	const struct wf_where where = { s->source->file, e->line, e->name };

	if (e->measure == WF_MEASURE_jitter || e->measure == WF_MEASURE_reordering)
		return wf_err_add(err, &where, "Run it by wirefault scenario run --offline",
			"live, nobody sees packets one by one: %s is not measured",
			wf_measure_info[e->measure].name);
	if (wf_expect_of_trips(e->measure))
		return wf_err_add(err, &where, "Run it by wirefault scenario run",
			"a running wirefault does not measure round trips: %s",
			wf_measure_info[e->measure].name);
	return 0;
}

int
live_run_check(const struct wf_live *live, const struct scenario *c, struct wf_err *err)
{
	const struct wf_scenario *s = c->s;
	int rc = 0;

	if (c->script.n > MOST_STEPS)
		rc = wf_err_add(err,
			&(struct wf_where){ s->source->file, s->source->line, s->name },
			"Widen the steps of ramps, or run it by wirefault scenario run",
			"%u steps are more than the %d that a running wirefault takes", c->script.n,
			MOST_STEPS);
	for (uint32_t i = 0; i < s->n_traffic; i++)
		if (check_traffic(live, &s->traffic[i], err) < 0)
			rc = -EINVAL;
	for (uint32_t i = 0; i < s->n_expects; i++)
		if (check_expect(s, &s->expect[i], err) < 0)
			rc = -EINVAL;
	return rc;
}

/* Of a port by its name. NULL: it has none. */
static struct wf_replay *
replay_of(const struct wf_live *live, const char *port)
{
	const char *name;

	for (uint32_t p = 0; p < live->start.conf->n_ports; p++) {
		struct wf_replay *replay = wf_dp_replay(live->dp, p, &name);

		if (replay != NULL && strcmp(name, port) == 0)
			return replay;
	}
	return NULL;
}

void
live_run_replays(const struct wf_live *live, const struct live_run *run, bool start)
{
	const struct wf_scenario *s = run->c->s;

	for (uint32_t i = 0; i < s->n_traffic; i++) {
		const struct wf_node *port = scenario_port(live->setup->tree, &s->traffic[i]);
		struct wf_replay *replay = NULL;
		struct wf_replay_order o;

		if (s->traffic[i].kind == WF_TRAFFIC_REPLAY && port != NULL)
			replay = replay_of(live, wf_node_get(port, "name")->string);
		if (replay == NULL)
			continue;
		o = replay->wanted;
		o.runs += start;
		o.steps = o.paused = 0;
		o.stopped = !start;
		wf_replay_want(replay, &o);
	}
}
