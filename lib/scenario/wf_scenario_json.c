/* SPDX-License-Identifier: BSD-3-Clause
 * A run judged, and as JSON. Control threads only.
 */
#include <errno.h>
#include <math.h>
#include <sha2.h>
#include <stdlib.h>
#include <string.h>

#include "wf_json.h"
#include "wf_scenario_cdf.h"
#include "wf_scenario_report.h"

const char *const wf_scenario_outcomes[] = { "pass", "fail", "too_few", "untrustworthy",
	"command_failed", "cut" };
static const char *const side_name[2] = { "ab", "ba" };

/* Those that the run has reached. */
static void
find_late(struct wf_scenario_result *r)
{
	for (uint32_t i = 0; r->in_force_ns != NULL && i < r->script->n; i++) {
		wf_ns_t at_ns = r->script->step[i].change->at_ns, from_ns = r->in_force_ns[i];

		if (at_ns >= r->duration_ns || from_ns <= at_ns)
			continue;
		r->late++;
		if (from_ns - at_ns > r->late_max_ns)
			r->late_max_ns = from_ns - at_ns;
	}
}

int
wf_scenario_judge(struct wf_scenario_result *r)
{
	r->outcome = WF_SCENARIO_PASS;
	r->judged = calloc(r->s->n_expects + (size_t)1, sizeof(*r->judged));
	if (r->judged == NULL)
		return -ENOMEM;
	find_late(r);
	if (!r->snap->trustworthy || r->late > 0)
		r->outcome = WF_SCENARIO_UNTRUSTWORTHY;
	for (uint32_t i = 0; i < r->n_commands; i++)
		if (r->command[i].status != 0)
			r->outcome = WF_SCENARIO_COMMAND;
	if (r->cut)
		r->outcome = WF_SCENARIO_CUT;
	for (uint32_t i = 0; i < r->s->n_expects; i++) {
		const struct wf_expect *e = &r->s->expect[i];
		uint32_t dir = wf_scenario_find_dir(r->plan, e->link, e->side);

		wf_expect_judge(e, wf_seen_find(r->seen, dir, e->class, e->phase), &r->judged[i]);
		if (r->judged[i].outcome == WF_EXPECT_FAIL)
			r->outcome = WF_SCENARIO_FAIL;
		else if (r->judged[i].outcome == WF_EXPECT_TOO_FEW &&
			 r->outcome == WF_SCENARIO_PASS)
			r->outcome = WF_SCENARIO_TOO_FEW;
	}
	return 0;
}

static json_t *
number(uint64_t n)
{
	return json_integer(n <= INT64_MAX ? (json_int_t)n : INT64_MAX);
}

static void
put_until(const struct wf_phase *p, json_t *to)
{
	char text[WF_UNTIL_TEXT];

	json_object_set_new(to, "until", wf_json_text(wf_until_text(&p->until, text)));
	if (p->ended_by != WF_UNTIL_OPEN)
		json_object_set_new(to, "ended_by", json_string(wf_until_ends[p->ended_by]));
}

static json_t *
timeline_json(const struct wf_scenario_result *r)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < r->script->n; i++) {
		const struct wf_script_step *step = &r->script->step[i];
		wf_ns_t at_ns = step->change->at_ns, for_ns = step->change->for_ns;
		json_t *one = json_pack("{s:o}", "at_ns", number(at_ns)), *faults = json_array();
		char text[WF_CHANGE_TEXT];

		if (at_ns >= r->duration_ns) {
			json_decref(one);
			json_decref(faults);
			break;
		}
		if (for_ns == 0 || at_ns + for_ns > r->duration_ns)
			for_ns = r->duration_ns - at_ns;
		json_object_set_new(one, "for_ns", number(for_ns));
		if (r->in_force_ns != NULL)
			json_object_set_new(one, "in_force_ns", number(r->in_force_ns[i]));
		if (step->phase != UINT32_MAX) {
			const struct wf_phase *p = &r->s->phase[step->phase];

			json_object_set_new(one, "phase", json_string(p->name));
			json_object_set_new(one, "round", json_integer(p->round));
			if (step->begins && p->has_until)
				put_until(p, one);
		}
		for (uint32_t k = 0; k < r->s->n_faults; k++)
			if (step->faults >> k & 1)
				json_array_append_new(faults, json_string(r->s->fault[k].name));
		json_object_set_new(one, "faults", faults);
		json_object_set_new(
			one, "change", wf_json_text(wf_change_format(step->change, text)));
		json_array_append_new(list, one);
	}
	return list;
}

static json_t *
trips_json(const struct wf_trip_times *t)
{
	json_t *j = wf_json_hist(&t->answered);

	json_object_set_new(j, "refused", number(t->refused));
	json_object_set_new(j, "unanswered", number(t->unanswered));
	json_object_set_new(j, "waiting", number(t->waiting.count));
	return j;
}

static json_t *
measure_json(const struct wf_measure *m, bool of_a_phase)
{
	double s = (double)m->time_ns / 1e9;
	json_t *j = json_pack("{s:o,s:o,s:o,s:o,s:o,s:f,s:f}", "time_ns", number(m->time_ns),
		"packets", number(m->came), "bytes", number(m->came_bytes), "left", number(m->left),
		"lost", number(m->lost), "loss",
		m->came > 0 ? (double)m->lost / (double)m->came : 0.0, "throughput_bit_per_s",
		s > 0 ? 8 * (double)m->out_bytes / s : 0.0);
	json_t *causes = json_object();

	for (int i = 1; i < WF_DROP_COUNT; i++)
		if (m->lost_for[i] > 0)
			json_object_set_new(causes, wf_drop_info[i].name, number(m->lost_for[i]));
	json_object_set_new(j, "dropped", causes);
	json_object_set_new(j, "delay_ns", wf_json_hist(&m->delay));
	json_object_set_new(j, "release_error_ns", wf_json_hist(&m->error));
	if (m->one_by_one) {
		json_object_set_new(j, "copies", number(m->copies));
		json_object_set_new(j, "reordered", number(m->reordered));
		json_object_set_new(
			j, "jitter_ns", number(m->jitters > 0 ? m->jitter_ns / m->jitters : 0));
	}
	if (m->trips != NULL) {
		json_object_set_new(j, "handshake_ns", trips_json(&m->trips[WF_TRIP_HANDSHAKE]));
		json_object_set_new(j, "response_ns", trips_json(&m->trips[WF_TRIP_RESPONSE]));
	}
	if (of_a_phase && m->left > 0 && m->recovery_ns != UINT64_MAX)
		json_object_set_new(j, "recovery_ns", number(m->recovery_ns));
	return j;
}

/* By cause, of those for which there were any. */
static json_t *
dropped_json(const struct wf_series *s)
{
	json_t *all = json_object();

	for (int cause = 1; cause < WF_DROP_COUNT; cause++) {
		json_t *list = json_array();
		uint64_t sum = 0;

		for (uint32_t i = 0; i < s->n; i++) {
			json_array_append_new(list, number(s->bin[i].lost_for[cause]));
			sum += s->bin[i].lost_for[cause];
		}
		if (sum > 0)
			json_object_set(all, wf_drop_info[cause].name, list);
		json_decref(list);
	}
	return all;
}

static json_t *
series_json(const struct wf_series *s)
{
	json_t *rate = json_array(), *lost = json_array(), *mean = json_array(),
	       *half = json_array(), *p99 = json_array(), *most = json_array();

	for (uint32_t i = 0; i < s->n; i++) {
		const struct wf_series_bin *b = &s->bin[i];

		json_array_append_new(
			rate, json_real(8e9 * (double)b->out_bytes / (double)s->bin_ns));
		json_array_append_new(lost, number(b->lost));
		json_array_append_new(mean, number(b->left > 0 ? b->delay_ns / b->left : 0));
		json_array_append_new(half, number(wf_series_quantile(b, 0.5)));
		json_array_append_new(p99, number(wf_series_quantile(b, 0.99)));
		json_array_append_new(most, number(b->delay_max_ns));
	}
	return json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "bin_ns", number(s->bin_ns),
		"bit_per_s", rate, "lost", lost, "dropped", dropped_json(s), "delay_mean_ns", mean,
		"delay_p50_ns", half, "delay_p99_ns", p99, "delay_max_ns", most);
}

/* A measure with how its delays compare to what was configured, as far as that is known. */
static json_t *
compared_json(
	const struct wf_measure *m, const struct wf_configured *c, uint32_t dir, uint32_t group)
{
	json_t *j = measure_json(m, group != 0), *cdf = NULL;

	if (c->law != NULL)
		cdf = wf_scenario_cdf_json(&c->law[dir * c->n_groups + group], m);
	if (cdf != NULL)
		json_object_set_new(j, "delay_cdf", cdf);
	return j;
}

static json_t *
directions_json(const struct wf_scenario_result *r)
{
	json_t *list = json_array();
	struct wf_configured c;

	wf_configured_make(r->seen, r->script, r->base, r->duration_ns, &c);

	for (uint32_t dir = 0; dir < r->plan->n_dirs; dir++) {
		const struct wf_measure *m = wf_seen_find(r->seen, dir, "", "");
		json_t *phases = json_array(), *one;

		if (m == NULL || (m->came == 0 && m->left == 0)) {
			json_decref(phases);
			continue;
		}
		for (uint32_t g = 1; g < r->seen->n_groups; g++) {
			const char *name = r->seen->group[g];
			const struct wf_measure *p = wf_seen_find(r->seen, dir, "", name);
			json_t *j = p != NULL ? compared_json(p, &c, dir, g) : NULL;

			if (j != NULL) {
				json_object_set_new(j, "phase", json_string(name));
				json_array_append_new(phases, j);
			}
		}
		one = json_pack("{s:s,s:s,s:o,s:o,s:o}", "link", r->plan->link_name[dir / 2],
			"direction", side_name[dir % 2], "whole", compared_json(m, &c, dir, 0),
			"phases", phases, "series", series_json(&r->seen->series[dir]));
		json_array_append_new(list, one);
	}
	wf_configured_fini(&c);
	return list;
}

static json_t *
expectations_json(const struct wf_scenario_result *r)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < r->s->n_expects; i++) {
		const struct wf_expect *e = &r->s->expect[i];
		const struct wf_expect_result *x = &r->judged[i];
		uint32_t dir = wf_scenario_find_dir(r->plan, e->link, e->side);
		json_t *j = json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:f,s:f,s:f,s:f,s:s,s:b}", "name",
			e->name, "link", r->plan->link_name[dir / 2], "direction",
			side_name[e->side], "phase", e->phase, "measure",
			wf_measure_info[e->measure].name, "expected", e->text, "observed",
			x->observed, "margin", isfinite(x->margin) ? x->margin : 0, "samples",
			x->samples, "over", x->over, "outcome", wf_expect_outcomes[x->outcome],
			"pass", x->outcome == WF_EXPECT_PASS);

		if (*e->class != 0)
			json_object_set_new(j, "class", json_string(e->class));
		if (e->has_low)
			json_object_set_new(j, "at_least", json_real(e->low));
		if (e->has_high)
			json_object_set_new(j, "at_most", json_real(e->high));
		if (*x->why != 0)
			json_object_set_new(j, "why", wf_json_text(x->why));
		json_array_append_new(list, j);
	}
	return list;
}

static json_t *
traffic_json(const struct wf_scenario_result *r)
{
	static const char *const kinds[] = { "generator", "replay", "command" };
	json_t *list = json_array();

	for (uint32_t i = 0; i < r->s->n_traffic; i++) {
		const struct wf_traffic *t = &r->s->traffic[i];
		json_t *j = json_pack("{s:s,s:o,s:s,s:o}", "kind", kinds[t->kind], "text",
			wf_json_text(t->text), "direction", side_name[t->side], "start_ns",
			number(t->start_ns));

		for (uint32_t k = 0; k < r->n_commands; k++)
			if (r->command[k].traffic == t) {
				json_object_set_new(
					j, "status", json_integer(r->command[k].status));
				json_object_set_new(j, "output",
					wf_json_text(r->command[k].output != NULL
							     ? r->command[k].output
							     : ""));
			}
		json_array_append_new(list, j);
	}
	return list;
}

/* As text that reads back as the same scenario: one of a list says no version of its own. */
static char *
scenario_text(const struct wf_scenario *s)
{
	char *text = wf_conf_write(s->source), *all = NULL;

	if (text == NULL || wf_node_get(s->source, "schema_version") != NULL)
		return text;
	if (asprintf(&all, "schema_version = %d;\n%s", WF_SCENARIO_SCHEMA, text) < 0)
		all = NULL;
	free(text);
	return all;
}

/* Two runs with the same began with the same configuration, to the letter. */
static void
put_hash(json_t *doc, const char *config)
{
	char hex[SHA256_DIGEST_STRING_LENGTH];

	SHA256Data((const uint8_t *)config, strlen(config), hex);
	json_object_set_new(doc, "config_sha256", json_string(hex));
}

json_t *
wf_scenario_json(const struct wf_scenario_result *r)
{
	struct wf_node *portable = wf_conf_portable(r->base);
	char *scenario = scenario_text(r->s),
	     *config = portable != NULL ? wf_conf_write(portable) : NULL;
	json_t *stats = wf_json_stats(r->snap), *doc = NULL;
	char seed[24];

	snprintf(seed, sizeof(seed), "%llu", (unsigned long long)r->seed);
	if (scenario != NULL && config != NULL && stats != NULL)
		doc = json_pack(
			"{s:s,s:s,s:s,s:o,s:s,s:s,s:b,s:s,s:b,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:O}",
			"schema", "wirefault.scenario/1", "version", WF_VERSION, "name", r->s->name,
			"title", wf_json_text(r->s->title != NULL ? r->s->title : ""), "mode",
			r->mode, "seed", seed, "pass", r->outcome == WF_SCENARIO_PASS, "outcome",
			wf_scenario_outcomes[r->outcome], "trustworthy",
			r->snap->trustworthy && r->late == 0, "duration_ns", number(r->duration_ns),
			"expectations", expectations_json(r), "timeline", timeline_json(r),
			"directions", directions_json(r), "traffic", traffic_json(r), "file",
			wf_json_text(r->s->source->file != NULL ? r->s->source->file : ""),
			"scenario", wf_json_text(scenario), "config", wf_json_text(config), "stats",
			stats);
	if (doc != NULL)
		put_hash(doc, config);
	if (doc != NULL && r->tsc_hz > 0)
		json_object_set_new(doc, "tsc_hz", json_real(r->tsc_hz));
	if (doc != NULL && r->late > 0)
		json_object_set_new(doc, "late",
			json_pack("{s:I,s:o}", "changes", (json_int_t)r->late, "max_ns",
				number(r->late_max_ns)));
	json_decref(stats);
	wf_node_free(portable);
	free(scenario);
	free(config);
	return doc;
}
