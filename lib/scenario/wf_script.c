/* SPDX-License-Identifier: BSD-3-Clause
 * From a scenario to its script: the instants at which anything begins, ends or takes a step, and
 * what stands between two of them. Control threads only.
 */
#include "wf_script.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wf_conf_bind.h"

struct maker {
	const struct wf_scenario *s;
	const struct wf_node *base;
	struct wf_script *out;
	struct wf_err *err;
	wf_ns_t *edge; /* [n_edges] */
	uint32_t n_edges, room;
};

static int
no_memory(struct wf_err *err)
{
	wf_err_add(err, NULL, NULL, "out of memory");
	return -ENOMEM;
}

void
wf_script_fini(struct wf_script *s)
{
	while (s->n > 0)
		wf_change_free(s->step[--s->n].change);
	free(s->step);
	*s = (struct wf_script){ 0 };
}

/* ---- Instants ---- */

static int
add_edge(struct maker *m, wf_ns_t ns)
{
	wf_ns_t *more;

	if (ns == UINT64_MAX || ns > m->s->end_ns)
		return 0;
	if (m->n_edges == m->room) {
		m->room = m->room > 0 ? 2 * m->room : 64;
		more = realloc(m->edge, m->room * sizeof(*more));
		if (more == NULL)
			return no_memory(m->err);
		m->edge = more;
	}
	m->edge[m->n_edges++] = ns;
	return 0;
}

static uint32_t
steps_of(const struct wf_phase *p)
{
	return p->ramps ? (uint32_t)((p->lasts_ns + p->step_ns - 1) / p->step_ns) : 1;
}

static int
add_phase_edges(struct maker *m, const struct wf_phase *p)
{
	int rc = add_edge(m, p->end_ns);

	for (uint32_t i = 0; rc == 0 && i < steps_of(p); i++) {
		if (p->start_ns + i * p->step_ns >= p->end_ns)
			break; /* it has ended before its time */
		rc = add_edge(m, p->start_ns + i * p->step_ns);
	}
	return rc;
}

static int
by_time(const void *a, const void *b)
{
	wf_ns_t x = *(const wf_ns_t *)a, y = *(const wf_ns_t *)b;

	return x < y ? -1 : x > y;
}

/* All of them, in order, each once. */
static int
find_edges(struct maker *m)
{
	const struct wf_scenario *s = m->s;
	int rc = add_edge(m, 0);
	uint32_t n = 0;

	if (rc == 0)
		rc = add_edge(m, s->end_ns);
	for (uint32_t i = 0; rc == 0 && i < s->n_phases; i++)
		rc = add_phase_edges(m, &s->phase[i]);
	for (uint32_t i = 0; i < s->n_faults; i++)
		for (uint32_t k = 0; rc == 0 && k < s->fault[i].when.n; k++) {
			rc = add_edge(m, s->fault[i].when.at[k].start_ns);
			if (rc == 0)
				rc = add_edge(m, s->fault[i].when.at[k].end_ns);
		}
	if (rc < 0)
		return rc;
	qsort(m->edge, m->n_edges, sizeof(*m->edge), by_time);
	for (uint32_t i = 0; i < m->n_edges; i++)
		if (n == 0 || m->edge[n - 1] != m->edge[i])
			m->edge[n++] = m->edge[i];
	m->n_edges = n;
	if (n > WF_SCRIPT_STEPS)
		return wf_err_add(m->err, NULL, "Widen the steps of ramps",
			"%s: more than %d steps", s->name, WF_SCRIPT_STEPS);
	return 0;
}

/* ---- What stands ---- */

/* The link that "*" means. NULL: nobody can tell. */
static const char *
only_link(const struct wf_node *base)
{
	const struct wf_node *links = wf_node_get(base, "links"), *name;

	if (links == NULL || links->kind != WF_NODE_LIST || wf_node_length(links) != 1)
		return NULL;
	name = wf_node_get(links->first, "name");
	return name != NULL && name->kind == WF_NODE_STRING ? name->string : NULL;
}

/* Adds the items of a phase or fault, at this part of the way. */
static int
add_items(struct maker *m, struct wf_change *to, const struct wf_change *what, double part)
{
	int rc = 0;

	for (uint32_t i = 0; i < what->n_items; i++) {
		struct wf_change_item item = what->item[i];
		const char *only = only_link(m->base);

		if (strcmp(item.link, WF_SCENARIO_LINK) == 0) {
			if (only == NULL)
				return wf_conf_complain(m->err, item.patch, "Write link = \"wan\"",
					"the configuration has several links: which?");
			snprintf(item.link, sizeof(item.link), "%s", only);
		}
		item.patch = wf_ramp_patch(item.patch, part, m->err);
		if (item.patch == NULL)
			rc = -EINVAL;
		else if (wf_change_add(to, &item) < 0)
			return no_memory(m->err);
	}
	return rc;
}

/* So that the clocks of all directions begin. */
static int
add_all_links(struct maker *m, struct wf_change *to)
{
	const struct wf_node *links = wf_node_get(m->base, "links"), *name;

	for (const struct wf_node *l = links != NULL ? links->first : NULL; l != NULL;
		l = l->next) {
		struct wf_change_item item = { .side = { true, true },
			.patch = wf_node_new(WF_NODE_GROUP, NULL) };

		name = wf_node_get(l, "name");
		snprintf(item.link, sizeof(item.link), "%s", name->string);
		if (wf_change_add(to, &item) < 0)
			return no_memory(m->err);
	}
	return 0;
}

static uint32_t
phase_at(const struct wf_scenario *s, wf_ns_t ns)
{
	for (uint32_t i = 0; i < s->n_phases; i++)
		if (s->phase[i].start_ns <= ns && ns < s->phase[i].end_ns)
			return i;
	return UINT32_MAX;
}

/* The part of the way on which a phase is then. */
static double
part_at(const struct wf_phase *p, wf_ns_t ns)
{
	return p->ramps ? wf_ramp_at((enum wf_ramp)p->shape,
				  (uint32_t)((ns - p->start_ns) / p->step_ns), steps_of(p))
			: 0;
}

static int
fill(struct maker *m, struct wf_script_step *to, wf_ns_t ns)
{
	const struct wf_scenario *s = m->s;
	const struct wf_phase *p;
	int rc = 0;

	to->phase = phase_at(s, ns);
	p = to->phase != UINT32_MAX ? &s->phase[to->phase] : NULL;
	to->begins = p != NULL && p->start_ns == ns;
	to->change->phase = ns == 0 || to->begins;
	to->change->run = ns == 0;
	to->change->run_key = ns == 0 ? m->out->run_key : 0;
	if (to->change->phase)
		rc = add_all_links(m, to->change);
	if (rc == 0 && p != NULL && p->what != NULL)
		rc = add_items(m, to->change, p->what, part_at(p, ns));
	for (uint32_t i = 0; rc == 0 && i < s->n_faults; i++) {
		if (!wf_windows_have(&s->fault[i].when, ns))
			continue;
		to->faults |= 1ull << i;
		rc = add_items(m, to->change, s->fault[i].what, 0);
	}
	return rc;
}

static int
add_steps(struct maker *m)
{
	bool open = m->s->end_ns == UINT64_MAX;
	uint32_t n = open ? m->n_edges : m->n_edges - 1;
	int rc = 0;

	m->out->step = calloc(n > 0 ? n : 1, sizeof(*m->out->step));
	if (m->out->step == NULL)
		return no_memory(m->err);
	for (uint32_t i = 0; rc == 0 && i < n; i++) {
		struct wf_script_step *to = &m->out->step[i];
		wf_ns_t from_ns = m->edge[i];

		to->change =
			wf_change_new(from_ns, i + 1 < m->n_edges ? m->edge[i + 1] - from_ns : 0);
		if (to->change == NULL)
			return no_memory(m->err);
		m->out->n++;
		rc = fill(m, to, from_ns);
	}
	return rc;
}

/* ---- Is it right? ---- */

/* What stands alone above the configuration. */
static int
check_alone(struct maker *m, const struct wf_change *what, double part)
{
	struct wf_change *c = wf_change_new(0, 0);
	struct wf_node *tree = wf_node_clone(m->base);
	struct wf_conf *conf = NULL;
	int rc = c != NULL && tree != NULL ? add_items(m, c, what, part) : no_memory(m->err);

	if (rc == 0 && !wf_change_fits(c, tree, m->err))
		rc = -EINVAL;
	if (rc == 0)
		rc = wf_change_merge(c, tree, m->err);
	if (rc == 0 && (conf = wf_conf_bind(tree, m->err)) == NULL)
		rc = -EINVAL;
	wf_conf_free(conf);
	wf_node_free(tree);
	wf_change_free(c);
	return rc;
}

/* Each phase once, at both ends of its ramp, and each fault. */
static int
check_all(struct maker *m)
{
	const struct wf_scenario *s = m->s;
	int rc = 0;

	for (uint32_t i = 0; i < s->n_phases; i++) {
		const struct wf_phase *p = &s->phase[i];
		int one = 0;

		if (p->what == NULL || p->round > 0)
			continue;
		one = check_alone(m, p->what, 0);
		if (one == 0 && p->ramps)
			one = check_alone(m, p->what, 1);
		rc = one < 0 ? one : rc;
	}
	for (uint32_t i = 0; i < s->n_faults; i++)
		if (check_alone(m, s->fault[i].what, 0) < 0)
			rc = -EINVAL;
	return rc;
}

/* What is right already. */
static int
make(struct maker *m)
{
	int rc = find_edges(m);

	if (rc == 0)
		rc = add_steps(m);
	free(m->edge);
	if (rc < 0)
		wf_script_fini(m->out);
	return rc;
}

int
wf_script_make(const struct wf_scenario *s, const struct wf_node *base, uint64_t run_key,
	struct wf_script *out, struct wf_err *err)
{
	struct maker m = { .s = s, .base = base, .out = out, .err = err };
	int rc = check_all(&m);

	*out = (struct wf_script){ .run_key = run_key };
	return rc == 0 ? make(&m) : rc;
}

int
wf_script_remake(struct wf_script *script, const struct wf_scenario *s, const struct wf_node *base,
	struct wf_err *err)
{
	struct wf_script again = { .run_key = script->run_key };
	struct maker m = { .s = s, .base = base, .out = &again, .err = err };
	int rc = make(&m);

	if (rc < 0)
		return rc;
	wf_script_fini(script);
	*script = again;
	return 0;
}
