/* SPDX-License-Identifier: BSD-3-Clause
 * What stands over time in a scenario's file: phases, which follow each other, and faults, which
 * have schedules. Control threads only.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wf_changes.h"
#include "wf_conf_bind.h"
#include "wf_scenario.h"
#include "wf_units.h"

#define DEPTH 4 /* of lists of phases in phases */

struct phase_keys {
	uint64_t given;
	wf_ns_t duration_ns, step_ns;
	int shape;
	uint64_t repeat;
};
enum { NAME, DURATION, UNTIL, RAMP, STEP, REPEAT, PHASES, ITEMS };

/* Keys that lib/change reads. */
#define ITEM_KEYS(first)                                                                           \
	[(first)] = { .name = "link",                                                              \
		.type = WF_PARAM_ELSEWHERE,                                                        \
		.kind = "string",                                                                  \
		.help = "the link; by default the scenario's" },                                   \
	[(first) + 1] = { .name = "class",                                                         \
		.type = WF_PARAM_ELSEWHERE,                                                        \
		.kind = "string",                                                                  \
		.help = "a class of it; without one, the link itself" },                           \
	[(first) + 2] = { .name = "ab",                                                            \
		.type = WF_PARAM_ELSEWHERE,                                                        \
		.kind = "group",                                                                   \
		.help = "impairments of this direction, as in a configuration" },                  \
	[(first) + 3] = { .name = "ba",                                                            \
		.type = WF_PARAM_ELSEWHERE,                                                        \
		.kind = "group",                                                                   \
		.help = "the same of ba" },                                                        \
	[(first) + 4] = { .name = "both",                                                          \
		.type = WF_PARAM_ELSEWHERE,                                                        \
		.kind = "group",                                                                   \
		.help = "the same of the two" },                                                   \
	[(first) + 5] = { .name = "replace",                                                       \
		.type = WF_PARAM_ELSEWHERE,                                                        \
		.kind = "on or off",                                                               \
		.help = "do other impairments of these directions go? by default those of a "      \
			"phase do, and those of a fault don't" },                                  \
	[(first) + 6] = { .name = "items",                                                         \
		.type = WF_PARAM_ELSEWHERE,                                                        \
		.kind = "list",                                                                    \
		.help = "several links or classes, each with link, class, ab, ba, both, replace" }
#define ITEM_ROWS   7
#define ROWS(first) (((1ull << ITEM_ROWS) - 1) << (first))

const struct wf_param wf_phase_table[] = {
	[NAME] = { .name = "name",
		.type = WF_PARAM_ELSEWHERE,
		.kind = "string",
		.help = "its name (required)" },
	[DURATION] = { .name = "duration",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct phase_keys, duration_ns),
		.min = "1us",
		.help = "how long it lasts; only the last one may be without, and then lasts to "
			"the end" },
	[UNTIL] = { .name = "until",
		.type = WF_PARAM_ELSEWHERE,
		.kind = "group",
		.help = "what ends it before its duration is over" },
	[RAMP] = { .name = "ramp",
		.type = WF_PARAM_CHOICE,
		.offset = offsetof(struct phase_keys, shape),
		.fallback = "linear",
		.choices = wf_ramp_names,
		.help = "how values written \"10ms -> 200ms\" get from one to the other; `sine` "
			"goes there and back" },
	[STEP] = { .name = "step",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct phase_keys, step_ns),
		.min = "1us",
		.help = "width of a ramp's steps; by default a twentieth of the duration" },
	[REPEAT] = { .name = "repeat",
		.type = WF_PARAM_COUNT,
		.offset = offsetof(struct phase_keys, repeat),
		.fallback = "1",
		.min = "1",
		.max = "1000",
		.help = "how often it comes, one after the other" },
	[PHASES] = { .name = "phases",
		.type = WF_PARAM_ELSEWHERE,
		.kind = "list",
		.help = "phases that are repeated together; then only `repeat` stands beside it" },
	ITEM_KEYS(ITEMS),
	{ 0 },
};

struct fault_keys {
	uint64_t given;
	char *schedule;
};
enum { F_NAME, F_SCHEDULE, F_ITEMS };

const struct wf_param wf_fault_table[] = {
	[F_NAME] = { .name = "name",
		.type = WF_PARAM_ELSEWHERE,
		.kind = "string",
		.help = "its name (required)" },
	[F_SCHEDULE] = { .name = "schedule",
		.type = WF_PARAM_STRING,
		.offset = offsetof(struct fault_keys, schedule),
		.help = "when it stands: \"start:20s,duration:30s;start:5%,duration:10%\"; by "
			"default always" },
	ITEM_KEYS(F_ITEMS),
	{ 0 },
};

/* While phases are read. */
struct reader {
	struct wf_scenario *s;
	struct wf_change_item like; /* defaults of items */
	struct wf_err *err;
	const struct wf_node *open; /* the phase without a duration; NULL: there is none so far */
	wf_ns_t now_ns;             /* when the next one begins */
	bool full;                  /* that there are too many has been said */
};

/* Does the group say what changes? */
static bool
has_items(const struct wf_node *group, const struct wf_param *rows)
{
	for (int i = 0; i < ITEM_ROWS; i++)
		if (wf_node_get(group, rows[i].name) != NULL)
			return true;
	return false;
}

/* NULL: nothing changes, or -errno in *rc. */
static struct wf_change *
read_what(
	const struct wf_node *group, const struct wf_change_item *like, int *rc, struct wf_err *err)
{
	struct wf_change *c = wf_change_new(0, 0);
	int one = c != NULL ? wf_changes_items(c, group, like, err) : -ENOMEM;

	if (one == 0)
		return c;
	if (one == -ENOMEM)
		wf_err_add(err, NULL, NULL, "out of memory");
	wf_change_free(c);
	*rc = one;
	return NULL;
}

static bool
change_ramps(const struct wf_change *c)
{
	for (uint32_t i = 0; c != NULL && i < c->n_items; i++)
		if (wf_ramp_any(c->item[i].patch))
			return true;
	return false;
}

static uint32_t
rounds_of(const struct wf_scenario *s, const char *name)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < s->n_phases; i++)
		n += strcmp(s->phase[i].name, name) == 0;
	return n;
}

/* One more. 0, or -errno with reasons. */
static int
add(struct reader *r, const struct wf_node *group, const struct wf_phase *like)
{
	struct wf_scenario *s = r->s;
	struct wf_phase *more = NULL;

	if (s->n_phases < WF_SCENARIO_PHASES)
		more = realloc(s->phase, (s->n_phases + (size_t)1) * sizeof(*more));
	if (more == NULL) {
		if (!r->full)
			wf_conf_complain(
				r->err, group, NULL, "more than %d phases", WF_SCENARIO_PHASES);
		r->full = true;
		return -EINVAL;
	}
	s->phase = more;
	more[s->n_phases] = *like;
	more[s->n_phases].round = rounds_of(s, like->name);
	if (like->what != NULL)
		wf_change_hold(like->what);
	s->n_phases++;
	return 0;
}

/* Do the steps of its ramp make sense? */
static int
check_ramp(const struct wf_node *group, const struct phase_keys *k, struct wf_phase *p,
	struct wf_err *err)
{
	wf_ns_t least_ns = k->duration_ns / WF_SCENARIO_STEPS;
	char text[WF_UNITS_TEXT];

	p->ramps = change_ramps(p->what);
	p->shape = k->shape;
	p->step_ns = k->step_ns != 0 ? k->step_ns : (k->duration_ns + 19) / 20;
	if (!p->ramps && (wf_param_given(k, RAMP) || wf_param_given(k, STEP)))
		return wf_conf_complain(err, group, "Write delay = \"10ms -> 200ms\"",
			"a ramp, but no value leads to another");
	if (p->ramps && k->duration_ns == 0)
		return wf_conf_complain(
			err, group, "Give it a duration", "a ramp that never arrives");
	if (p->ramps && p->step_ns > k->duration_ns)
		return wf_conf_complain(
			err, group, NULL, "a step is longer than the phase that it is of");
	if (p->ramps && p->step_ns < least_ns)
		return wf_conf_complain(err, group, NULL,
			"more than %d steps: a step is %s or longer here", WF_SCENARIO_STEPS,
			wf_units_format_duration(least_ns, text));
	return 0;
}

/* What may end it before its duration is over. */
static int
read_until(struct reader *r, const struct wf_node *group, const struct phase_keys *k,
	struct wf_phase *p)
{
	const struct wf_node *n = wf_node_get(group, "until");

	if (n == NULL)
		return 0;
	p->has_until = true;
	if (k->duration_ns == 0)
		wf_conf_complain(r->err, n, "Write duration = \"60s\" beside it",
			"it may never come: how long does the phase last at most?");
	return wf_until_read(n, r->like.link, &p->until, r->err) < 0 || k->duration_ns == 0
		       ? -EINVAL
		       : 0;
}

/* A phase, as often as it is to come. */
static int
read_phase(struct reader *r, const struct wf_node *group, const struct phase_keys *k)
{
	struct wf_phase p = { 0 };
	int rc = wf_conf_bind_name(group, p.name, r->err);

	if (r->open != NULL)
		rc = wf_conf_complain(r->err, r->open, "Write duration = \"10s\"",
			"only the last phase may be without a duration");
	r->open = NULL;
	if (has_items(group, &wf_phase_table[ITEMS]))
		p.what = read_what(group, &r->like, &rc, r->err);
	if (check_ramp(group, k, &p, r->err) < 0 || read_until(r, group, k, &p) < 0)
		rc = -EINVAL;
	p.lasts_ns = k->duration_ns;
	if (k->duration_ns == 0 && k->repeat > 1)
		rc = wf_conf_complain(r->err, group, "Write duration = \"10s\"",
			"a phase without an end can't be repeated");
	if (k->duration_ns == 0)
		r->open = group;
	for (uint64_t i = 0; i < k->repeat && rc == 0; i++) {
		p.start_ns = r->now_ns;
		p.end_ns = k->duration_ns != 0 ? r->now_ns + k->duration_ns : UINT64_MAX;
		if (p.end_ns < p.start_ns)
			rc = wf_conf_complain(r->err, group, NULL, "this is too long");
		else
			rc = add(r, group, &p);
		r->now_ns = p.end_ns;
	}
	wf_change_free(p.what);
	return rc;
}

static int read_list(struct reader *r, const struct wf_node *list, int depth);

/* Phases in a phase. */
static int
read_loop(struct reader *r, const struct wf_node *group, const struct phase_keys *k, int depth)
{
	const struct wf_node *list = wf_node_get(group, "phases");
	size_t before = wf_err_count(r->err);
	int rc = 0;

	for (const struct wf_node *n = group->first; n != NULL; n = n->next)
		if (n != list && strcmp(n->name, "repeat") != 0)
			rc = wf_conf_complain(
				r->err, n, "Put it into the phases", "stands beside `phases`");
	/* Once more says no more of what is wrong. */
	for (uint64_t i = 0; i < k->repeat && wf_err_count(r->err) == before; i++)
		rc |= read_list(r, list, depth + 1);
	return rc != 0 || wf_err_count(r->err) != before ? -EINVAL : 0;
}

static int
read_one(struct reader *r, const struct wf_node *group, int depth)
{
	const uint64_t others = 1ull << NAME | 1ull << UNTIL | 1ull << PHASES | ROWS(ITEMS);
	struct phase_keys k = { 0 };
	int rc;

	if (wf_param_defaults(wf_phase_table, &k) < 0)
		return wf_err_add(r->err, NULL, NULL, "out of memory");
	rc = wf_conf_bind_table(group, wf_phase_table, others, &k, r->err);
	if (group->kind != WF_NODE_GROUP)
		return rc;
	if (k.duration_ns == 0 && wf_node_get(group, "duration") != NULL)
		k.duration_ns = WF_NS_PER_S; /* what is wrong with it has been said */
	if (wf_node_get(group, "phases") != NULL)
		return read_loop(r, group, &k, depth) < 0 ? -EINVAL : rc;
	return read_phase(r, group, &k) < 0 ? -EINVAL : rc;
}

static int
read_list(struct reader *r, const struct wf_node *list, int depth)
{
	int rc = 0;

	if (list->kind != WF_NODE_LIST || depth > DEPTH)
		return wf_conf_complain(r->err, list,
			"Write phases = ( { name = \"worse\"; duration = \"10s\"; both = { loss = "
			"\"5%\"; }; } )",
			depth > DEPTH ? "phases in phases, and no end"
				      : "a list of phases is expected here");
	for (const struct wf_node *n = list->first; n != NULL && !r->full; n = n->next)
		if (read_one(r, n, depth) < 0)
			rc = -EINVAL;
	return rc;
}

int
wf_scenario_read_phases(
	struct wf_scenario *s, const char *link, wf_ns_t duration_ns, struct wf_err *err)
{
	const struct wf_node *list = wf_node_get(s->source, "phases");
	struct reader r = { .s = s, .like.replace = true, .err = err };
	char text[WF_UNITS_TEXT];
	int rc = 0;

	snprintf(r.like.link, sizeof(r.like.link), "%s", link);
	if (list != NULL)
		rc = read_list(&r, list, 1);
	s->end_given = duration_ns != 0;
	s->end_ns = duration_ns != 0 ? duration_ns : s->n_phases > 0 ? r.now_ns : UINT64_MAX;
	if (rc == 0 && s->n_phases > 0 && s->phase[s->n_phases - 1].start_ns >= s->end_ns)
		rc = wf_conf_complain(err, list, "Lengthen the scenario, or leave its duration out",
			"the last phase begins when all has ended, at %s",
			wf_units_format_duration(s->end_ns, text));
	if (rc == 0 && s->n_phases > 0 && r.open == NULL && r.now_ns > s->end_ns)
		rc = wf_conf_complain(err, list, "Lengthen the scenario, or leave its duration out",
			"the phases take %s, longer than the whole",
			wf_units_format_duration(r.now_ns, text));
	if (rc == 0 && r.open != NULL)
		s->phase[s->n_phases - 1].end_ns = s->end_ns;
	return rc;
}

static int
read_fault(struct wf_scenario *s, const struct wf_node *group, const struct wf_change_item *like,
	struct wf_err *err)
{
	bool known = s->end_given || wf_until_next(s, 0) == s->n_phases;
	wf_ns_t total_ns = known && s->end_ns != UINT64_MAX ? s->end_ns : 0;
	struct wf_fault *f = &s->fault[s->n_faults];
	const struct wf_node *when;
	struct fault_keys k = { 0 };
	int rc = wf_conf_bind_table(group, wf_fault_table, 1ull << F_NAME | ROWS(F_ITEMS), &k, err);
	char path[256];

	if (group->kind != WF_NODE_GROUP)
		return rc;
	s->n_faults++;
	when = wf_node_get(group, "schedule");
	if (wf_conf_bind_name(group, f->name, err) < 0)
		rc = -EINVAL;
	f->what = read_what(group, like, &rc, err);
	if (change_ramps(f->what))
		rc = wf_conf_complain(err, group, "Make it a phase", "only phases have ramps");
	if (k.schedule != NULL) {
		struct wf_where where = wf_conf_where(when, path);

		if (wf_windows_parse(k.schedule, total_ns, &f->when, &where, err) < 0)
			rc = -EINVAL;
	} else if (wf_windows_parse("start:0", total_ns, &f->when, NULL, err) < 0) {
		rc = -EINVAL;
	}
	free(k.schedule);
	return rc;
}

int
wf_scenario_read_faults(struct wf_scenario *s, const char *link, struct wf_err *err)
{
	const struct wf_node *list = wf_node_get(s->source, "faults");
	struct wf_change_item like = { 0 };
	int rc = 0;

	snprintf(like.link, sizeof(like.link), "%s", link);
	if (list == NULL)
		return 0;
	if (list->kind != WF_NODE_LIST || wf_node_length(list) > WF_SCENARIO_FAULTS)
		return wf_conf_complain(err, list, NULL,
			"a list of up to %d faults is expected here", WF_SCENARIO_FAULTS);
	s->fault = calloc(wf_node_length(list) + 1, sizeof(*s->fault));
	if (s->fault == NULL)
		return wf_err_add(err, NULL, NULL, "out of memory");
	for (const struct wf_node *n = list->first; n != NULL; n = n->next)
		if (read_fault(s, n, &like, err) < 0)
			rc = -EINVAL;
	return rc;
}

void
wf_scenario_free_phases(struct wf_scenario *s)
{
	for (uint32_t i = 0; i < s->n_phases; i++)
		wf_change_free(s->phase[i].what);
	for (uint32_t i = 0; i < s->n_faults; i++) {
		wf_change_free(s->fault[i].what);
		wf_windows_fini(&s->fault[i].when);
	}
	free(s->phase);
	free(s->fault);
}
