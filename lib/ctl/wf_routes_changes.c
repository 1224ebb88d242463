/* SPDX-License-Identifier: BSD-3-Clause
 * Handler of changes of several links at one stated instant, and of lists of such changes: all of
 * them or none. Control thread only.
 */
#include <errno.h>

#include "wf_json.h"
#include "wf_later.h"
#include "wf_routes.h"
#include "wf_target.h"
#include "wf_units.h"

/* A list without a start begins so long after it came: its first change is made by then. */
#define START_NS   (100 * WF_NS_PER_MS)
#define LONGEST_NS (365ull * 86400 * WF_NS_PER_S)

static int
complain(struct wf_err *err, const char *what)
{
	const struct wf_where where = { .path = "at" };

	return wf_err_add(err, &where,
		"Write \"at\": \"+50ms\", or nanoseconds by the wall clock, as effective_at_ns is",
		"%s", what);
}

/* Takes "at" out of the body: *ns is as plans have it; 0: it is not given. */
static int
take_at(struct wf_request *r, struct wf_node *body, wf_ns_t *ns, struct wf_err *err)
{
	const struct wf_ctl_ops *ops = r->ops;
	struct wf_node *n = wf_node_get(body, "at");
	wf_ns_t now_ns = ops->clock(ops->ctx), wall_ns = ops->wall(ops->ctx, now_ns);
	int rc = 0;

	*ns = 0;
	if (n == NULL)
		return 0;
	if (n->kind == WF_NODE_INT && n->integer >= 0 && (uint64_t)n->integer >= wall_ns)
		*ns = now_ns + ((uint64_t)n->integer - wall_ns);
	else if (n->kind == WF_NODE_INT)
		rc = complain(err, "that instant has passed");
	else if (n->kind != WF_NODE_STRING || *n->string != '+' ||
		 wf_units_duration(n->string + 1, ns) < 0)
		rc = complain(err, "this is no instant");
	else
		*ns += now_ns;
	if (rc == 0 && *ns > now_ns + LONGEST_NS)
		rc = complain(err, "that is in more than a year");
	wf_node_free(n);
	return rc;
}

static int
read_body(struct wf_request *r, struct wf_node *body, struct wf_changes *out, struct wf_err *err)
{
	wf_ns_t at_ns = 0;
	int rc = take_at(r, body, &at_ns, err);

	if (rc < 0)
		return rc;
	if (wf_node_get(body, "changes") == NULL) {
		rc = wf_changes_add(out, body, err);
		if (rc == 0)
			out->change[0]->at_ns = at_ns;
		return rc;
	}
	rc = wf_changes_read(body, out, err);
	if (rc == 0 && out->n == 0)
		rc = wf_err_add(err, &(struct wf_where){ .path = "changes" }, NULL,
			"there is nothing in the list");
	if (at_ns == 0)
		at_ns = r->ops->clock(r->ops->ctx) + START_NS;
	for (uint32_t i = 0; rc == 0 && i < out->n; i++)
		out->change[i]->at_ns += at_ns;
	return rc;
}

/* What has come of it: those that are new, and when the first of them begins. */
static json_t *
outcome(struct wf_request *r)
{
	const struct wf_ctl_ops *ops = r->ops;
	const struct wf_setup *s = ops->setup(ops->ctx);
	struct wf_overrides new = { 0 };
	json_t *j = NULL;

	for (uint32_t i = 0; i < s->overrides.n; i++)
		if (s->overrides.at[i].id > s->last_before &&
			wf_overrides_add(&new, &s->overrides.at[i]) < 0)
			goto out;
	j = json_pack("{s:o}", "overrides", wf_route_overrides(r, &new));
	if (j != NULL && new.n > 0 && new.at[0].from_ns > s->plan->from_ns)
		json_object_set_new(j, "effective_at_ns",
			json_integer((json_int_t)ops->wall(ops->ctx, new.at[0].from_ns)));
out:
	wf_overrides_fini(&new);
	return j;
}

void
wf_route_changes(struct wf_request *r)
{
	json_t *json = wf_target_body(r);
	struct wf_node *body = json != NULL ? wf_json_to_node(json) : NULL;
	struct wf_err *err = wf_err_new();
	struct wf_changes changes = { 0 };
	uint64_t generation = 0;
	int rc = body != NULL && err != NULL ? 0 : -ENOMEM;

	if (json == NULL)
		goto out; /* it has been replied */
	if (rc == 0)
		rc = read_body(r, body, &changes, err);
	if (rc == 0)
		rc = r->ops->schedule(r->ops->ctx, &changes, &generation, err);
	if (rc < 0)
		wf_http_failed(r, rc, err);
	else
		wf_later_reply(r, generation, outcome(r));
out:
	wf_changes_free(&changes);
	wf_node_free(body);
	wf_err_free(err);
	json_decref(json);
}
