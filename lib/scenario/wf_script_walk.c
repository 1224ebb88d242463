/* SPDX-License-Identifier: BSD-3-Clause
 * From a script to setups, one by one, and to a timeline. Above the configuration stands one change
 * at a time, however many there are in all. Control threads only.
 */
#include <errno.h>
#include <inttypes.h>

#include "wf_script.h"
#include "wf_units.h"

int
wf_script_begin(struct wf_script_walk *w, const struct wf_script *script,
	const struct wf_node *base, wf_ns_t start_ns, struct wf_err *err)
{
	struct wf_node *tree = wf_node_clone(base);

	*w = (struct wf_script_walk){ .script = script, .start_ns = start_ns };
	if (tree == NULL)
		return wf_err_add(err, NULL, NULL, "out of memory");
	return wf_setup_next(NULL, tree, NULL, 0, &w->setup, err);
}

int
wf_script_next(struct wf_script_walk *w, struct wf_err *err)
{
	const struct wf_script *s = w->script;
	const struct wf_change *last = s->n > 0 ? s->step[s->n - 1].change : NULL;
	struct wf_overrides list = { 0 };
	struct wf_setup *next = NULL;
	wf_ns_t from_ns;
	int rc = 0;

	assert(w->setup != NULL);
	if (w->next > s->n || last == NULL || (w->next == s->n && last->for_ns == 0))
		return 0;
	if (w->next < s->n) {
		struct wf_change *c = s->step[w->next].change;
		struct wf_override o = { .id = w->next + 1,
			.from_ns = w->start_ns + c->at_ns,
			.until_ns = UINT64_MAX,
			.change = c };

		from_ns = o.from_ns;
		if (c->for_ns != 0)
			o.until_ns = from_ns + c->for_ns;
		if (!wf_change_fits(c, w->setup->base->node, err))
			return -EINVAL;
		rc = wf_overrides_add(&list, &o);
	} else {
		from_ns = w->start_ns + last->at_ns + last->for_ns;
	}
	if (rc == 0)
		rc = wf_setup_next(w->setup, NULL, &list, from_ns, &next, err);
	wf_overrides_fini(&list);
	if (rc < 0)
		return rc;
	wf_setup_free(w->setup);
	w->setup = next;
	w->next++;
	return 1;
}

void
wf_script_end(struct wf_script_walk *w)
{
	wf_setup_free(w->setup);
	*w = (struct wf_script_walk){ 0 };
}

int
wf_script_timeline(const struct wf_script *script, const struct wf_node *base, wf_ns_t start_ns,
	struct wf_timeline *out, struct wf_err *err)
{
	struct wf_script_walk w;
	int rc = wf_script_begin(&w, script, base, start_ns, err);

	for (int more = 1; rc == 0 && more > 0;) {
		assert(w.setup != NULL);
		if (out != NULL)
			rc = wf_plan_arm(w.setup->plan, err);
		if (rc == 0 && out != NULL)
			rc = wf_timeline_add(out, w.setup->plan);
		if (rc == 0)
			more = wf_script_next(&w, err);
		rc = more < 0 ? more : rc;
	}
	wf_script_end(&w);
	return rc;
}

/* "blackhole of `outage`" needs no values: files have them. But ramps are steps that stand nowhere.
 */
static void
print_step(const struct wf_scenario *s, const struct wf_script_step *step, FILE *out)
{
	const struct wf_phase *p = step->phase != UINT32_MAX ? &s->phase[step->phase] : NULL;
	char text[WF_CHANGE_TEXT], at[WF_UNITS_TEXT], until[WF_UNTIL_TEXT];

	fprintf(out, "%12s  %-16s ", wf_units_format_duration(step->change->at_ns, at),
		p != NULL ? p->name : "-");
	for (uint32_t i = 0; i < s->n_faults; i++)
		if (step->faults >> i & 1)
			fprintf(out, "+%s ", s->fault[i].name);
	wf_change_format(step->change, text);
	fprintf(out, " %s", text);
	if (step->begins && p->has_until)
		fprintf(out, "  (until %s)", wf_until_text(&p->until, until));
	fputc('\n', out);
}

int
wf_script_print(const struct wf_scenario *s, const struct wf_script *script, FILE *out)
{
	char at[WF_UNITS_TEXT];

	fprintf(out, "%s%s%s\n", s->name, s->title != NULL ? ": " : "",
		s->title != NULL ? s->title : "");
	for (uint32_t i = 0; i < script->n; i++)
		print_step(s, &script->step[i], out);
	if (s->end_ns != UINT64_MAX)
		fprintf(out, "%12s  end\n", wf_units_format_duration(s->end_ns, at));
	return ferror(out) ? -EIO : 0;
}
