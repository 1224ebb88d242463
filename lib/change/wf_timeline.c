/* SPDX-License-Identifier: BSD-3-Clause
 * Timelines. Control threads only.
 */
#include "wf_timeline.h"

#include <errno.h>
#include <stdlib.h>

int
wf_timeline_add(struct wf_timeline *t, struct wf_plan *plan)
{
	struct wf_plan **more;

	assert(t->n == 0 || t->plan[t->n - 1]->from_ns <= plan->from_ns);
	more = realloc(t->plan, (t->n + (size_t)1) * sizeof(*more));
	if (more == NULL)
		return -ENOMEM;
	t->plan = more;
	t->plan[t->n++] = wf_plan_hold(plan);
	return 0;
}

typedef int each_fn(struct wf_timeline *t, const struct wf_setup *s, struct wf_err *err);

static int
add_armed(struct wf_timeline *t, const struct wf_setup *s, struct wf_err *err)
{
	int rc = wf_plan_arm(s->plan, err);

	return rc < 0 ? rc : wf_timeline_add(t, s->plan);
}

static int
leave_out(struct wf_timeline *t, const struct wf_setup *s, struct wf_err *err)
{
	return 0;
}

/* The setup, and each that follows when an override begins or ends. */
static int
go_through(struct wf_timeline *t, const struct wf_setup *first, each_fn *each, struct wf_err *err)
{
	const struct wf_setup *s = first;
	struct wf_setup *made = NULL, *next;
	wf_ns_t edge_ns;
	int rc = each(t, s, err);

	while (rc == 0 && (edge_ns = wf_overrides_edge(&s->overrides)) != UINT64_MAX) {
		rc = wf_setup_next(s, NULL, &s->overrides, edge_ns, &next, err);
		if (rc < 0)
			break;
		wf_setup_free(made);
		s = made = next;
		rc = each(t, s, err);
	}
	wf_setup_free(made);
	return rc;
}

int
wf_timeline_of(struct wf_timeline *t, const struct wf_setup *first, struct wf_err *err)
{
	return go_through(t, first, add_armed, err);
}

int
wf_timeline_check(const struct wf_setup *first, struct wf_err *err)
{
	return go_through(NULL, first, leave_out, err);
}

void
wf_timeline_fini(struct wf_timeline *t)
{
	while (t->n > 0)
		wf_plan_free(t->plan[--t->n]);
	free(t->plan);
	t->plan = NULL;
}
