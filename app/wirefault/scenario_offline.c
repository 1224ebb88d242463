/* SPDX-License-Identifier: BSD-3-Clause
 * Scenarios on the virtual clock.
 */
#include "scenario_offline.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scenario_until.h"
#include "wf_generator_args.h"
#include "wf_scenario_report.h"
#include "wf_seen.h"
#include "wf_source_generator.h"
#include "wf_source_replay.h"
#include "wf_source_until.h"
#include "wf_twin.h"

#define START_NS  WF_NS_PER_S /* of the scenario, by the virtual clock */
#define IN_FLIGHT (1u << 22)

/* 0, or -EINVAL with reasons; nothing is opened. */
static int
check_generator(const struct scenario *c, const struct wf_traffic *t, struct wf_err *err)
{
	char *device = wf_traffic_device(t);
	struct wf_generator_spec spec;
	int rc;

	if (device == NULL)
		return wf_err_add(err, NULL, NULL, "out of memory");
	rc = wf_generator_parse(device, 0, &spec, &t->where, err);
	free(device);
	if (rc == 0 && spec.pps == 0 && spec.bps == 0)
		rc = wf_err_add(err, &t->where, "Write pps=1000 or rate=1Mbit",
			"a generator without a rate");
	if (rc == 0 && spec.packets == 0 && c->s->end_ns == UINT64_MAX)
		rc = wf_err_add(err, &t->where, "Give the scenario a duration, or write packets=N",
			"neither the scenario nor its traffic has an end");
	return rc;
}

int
scenario_offline_check(const struct scenario *c, struct wf_err *err)
{
	const struct wf_scenario *s = c->s;
	const struct wf_where where = { s->source->file, s->source->line, s->name };
	int rc = 0;

	if (s->n_traffic == 0)
		rc = wf_err_add(err, &where, "Write traffic = ( { generator = \"pps=1000\"; } )",
			"offline nobody sends packets but its own traffic, and it has none");
	for (uint32_t i = 0; i < s->n_phases; i++)
		if (s->phase[i].until.trigger && s->phase[i].round == 0)
			rc = wf_err_add(err,
				&(struct wf_where){
					s->source->file, s->phase[i].until.line, s->phase[i].name },
				"Leave --offline out, or end it by packets, bytes or a replay",
				"nobody can trigger anything on the virtual clock");
	for (uint32_t i = 0; i < s->n_traffic; i++) {
		const struct wf_traffic *t = &s->traffic[i];

		if (t->kind == WF_TRAFFIC_COMMAND)
			rc = wf_err_add(err, &t->where,
				"Leave --offline out, or send by a generator",
				"a command can't run on the virtual clock");
		else if (t->kind == WF_TRAFFIC_GENERATOR && check_generator(c, t, err) < 0)
			rc = -EINVAL;
	}
	return rc;
}

static struct wf_source *
open_generator(
	const struct scenario *c, const struct wf_traffic *t, wf_ns_t start_ns, struct wf_err *err)
{
	char *device = wf_traffic_device(t);
	struct wf_generator_spec spec;
	struct wf_source *source = NULL;

	if (device != NULL && wf_generator_parse(device, 0, &spec, &t->where, err) == 0) {
		if (strstr(t->text, "seed=") == NULL)
			spec.seed = c->loaded.seed;
		source = wf_source_generator(&spec, start_ns);
	}
	free(device);
	return source;
}

static struct wf_source *
open_replay(const struct wf_traffic *t, wf_ns_t start_ns, struct wf_err *err)
{
	char *device = wf_traffic_device(t);
	struct wf_replay_spec spec;
	struct wf_source *source = NULL;

	if (device == NULL)
		return NULL;
	if (wf_replay_parse(device, &spec, &t->where, err) == 0)
		source = wf_source_replay(&spec, 0, 1, start_ns, err);
	else
		wf_replay_release(&spec);
	free(device);
	return source;
}

static int
open_sources(const struct scenario *c, const struct wf_plan *plan, struct wf_twin_input *in,
	struct wf_err *err)
{
	wf_ns_t end_ns = c->s->end_ns != UINT64_MAX ? START_NS + c->s->end_ns : WF_SOURCE_END;

	for (uint32_t i = 0; i < c->s->n_traffic; i++) {
		const struct wf_traffic *t = &c->s->traffic[i];
		wf_ns_t start_ns = START_NS + t->start_ns;

		in[i].dir = wf_scenario_find_dir(plan, t->link, t->side);
		in[i].source = wf_source_until(t->kind == WF_TRAFFIC_GENERATOR
						       ? open_generator(c, t, start_ns, err)
						       : open_replay(t, start_ns, err),
			end_ns);
		if (in[i].source == NULL)
			return wf_err_count(err) > 0
				       ? -EINVAL
				       : wf_err_add(err, &t->where, NULL, "out of memory");
	}
	return 0;
}

/* What came of it. */
static json_t *
report(const struct scenario *c, const struct wf_plan *plan, struct wf_seen *seen,
	const struct wf_snapshot *snap, struct wf_err *err)
{
	struct wf_scenario_result r = { .s = c->s,
		.script = &c->script,
		.base = c->loaded.tree,
		.plan = plan,
		.seed = c->loaded.seed,
		.mode = "offline",
		.seen = seen,
		.snap = snap };
	wf_ns_t last_ns = snap->time_ns > START_NS ? snap->time_ns - START_NS : 0;
	json_t *doc = NULL;

	r.duration_ns = c->s->end_ns != UINT64_MAX ? c->s->end_ns : last_ns;
	wf_seen_end(seen, START_NS + r.duration_ns);
	if (!seen->out_of_memory && wf_scenario_judge(&r) == 0)
		doc = wf_scenario_json(&r);
	if (doc == NULL)
		wf_err_add(err, NULL, NULL, "out of memory");
	free(r.judged);
	return doc;
}

/* Who sees every packet, and tells what has begun by then. */
struct watcher {
	struct wf_seen *seen;
	struct scenario_tell *tell;
};

static void
came(void *ctx, uint32_t dir, const struct wf_rx *rx, uint32_t n)
{
	const struct watcher *w = ctx;

	scenario_tell_until(w->tell, rx[n - 1].rx_ns - START_NS + 1);
	wf_seen_came(w->seen, dir, rx, n);
}

static void
told(void *ctx, const struct wf_held *h, enum wf_drop cause, wf_ns_t ns)
{
	const struct watcher *w = ctx;

	wf_seen_told(w->seen, h, cause, ns);
}

static void
close_sources(struct wf_twin_input *in, uint32_t n)
{
	for (uint32_t i = 0; in != NULL && i < n; i++)
		wf_source_free(in[i].source);
}

/* Ends of phases that traffic tells. */
static int
foresee(struct scenario *c, struct wf_err *err)
{
	struct wf_twin_input *in;
	struct wf_plan *plan;
	int rc;

	if (wf_until_next(c->s, 0) == c->s->n_phases)
		return 0;
	in = calloc(c->s->n_traffic + (size_t)1, sizeof(*in));
	plan = wf_plan_compile(c->loaded.conf, c->loaded.seed, NULL, err);
	if (in == NULL)
		rc = wf_err_add(err, NULL, NULL, "out of memory");
	else
		rc = plan != NULL ? open_sources(c, plan, in, err) : -EINVAL;
	if (rc == 0)
		rc = scenario_until_foresee(c, plan, in, START_NS, err);
	close_sources(in, c->s->n_traffic);
	wf_plan_free(plan);
	free(in);
	return rc;
}

json_t *
scenario_offline_run(struct scenario *c, struct scenario_tell *tell, struct wf_err *err)
{
	struct wf_twin_input *in = calloc(c->s->n_traffic + (size_t)1, sizeof(*in));
	struct wf_timeline line = { 0 };
	struct wf_snapshot *snap = NULL;
	struct wf_seen *seen = NULL;
	struct watcher watcher = { NULL, tell };
	struct wf_twin_watch watch = { came, told, &watcher };
	json_t *doc = NULL;
	int rc = -ENOMEM;

	if (in == NULL)
		wf_err_add(err, NULL, NULL, "out of memory");
	else
		rc = foresee(c, err);
	if (rc == 0)
		rc = wf_script_timeline(&c->script, c->loaded.tree, START_NS, &line, err);
	assert(rc < 0 || line.n > 0);
	if (rc == 0)
		rc = open_sources(c, line.plan[0], in, err);
	if (rc == 0 && (seen = wf_seen_new(c->s, line.plan[0], START_NS)) == NULL) {
		wf_err_add(err, NULL, NULL, "out of memory");
		rc = -ENOMEM;
	}
	if (rc == 0) {
		struct wf_twin_params q = { .plan = line.plan[0],
			.timeline = &line,
			.conf = c->loaded.conf,
			.in = in,
			.n_in = c->s->n_traffic,
			.watch = &watch,
			.burst = WF_TWIN_BURST,
			.max_held = IN_FLIGHT };

		watcher.seen = seen;
		scenario_tell_begin(tell, c, "offline");
		rc = scenario_tell_flows(tell, seen, err);
		if (rc == 0)
			rc = wf_twin_run(&q, &snap, err);
	}
	if (rc == 0)
		doc = report(c, line.plan[0], seen, snap, err);
	if (doc != NULL)
		scenario_tell_until(
			tell, (wf_ns_t)json_integer_value(json_object_get(doc, "duration_ns")));
	close_sources(in, c->s->n_traffic);
	wf_seen_free(seen);
	wf_snapshot_free(snap);
	wf_timeline_fini(&line);
	free(in);
	return doc;
}
