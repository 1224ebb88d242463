/* SPDX-License-Identifier: BSD-3-Clause
 * The largest flows, by bytes, packets, losses or delay; counting them or not. Control thread only.
 *
 * Accounts are walked in parts, and the event loop goes on between them: a million flows are looked
 * at in some ten parts.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wf_flow_top.h"
#include "wf_json.h"
#include "wf_json_flow.h"
#include "wf_later.h"
#include "wf_routes.h"
#include "wf_target.h"
#include "wf_units.h"

/* Places looked at in one turn of the event loop: a millisecond or two. */
#define PART 65536

struct flows_query {
	uint64_t top;
	enum wf_flow_by by;
};

static bool
read_key(struct wf_request *r, const char *key, const char *value, void *ctx)
{
	struct flows_query *q = ctx;

	if (strcmp(key, "by") == 0) {
		for (int i = 0; wf_flow_by_names[i] != NULL; i++) {
			if (strcmp(wf_flow_by_names[i], value) == 0) {
				q->by = (enum wf_flow_by)i;
				return true;
			}
		}
		wf_http_problem(
			r, 422, NULL, "by is bytes, packets, loss or delay, not \"%.80s\".", value);
		return false;
	}
	if (strcmp(key, "top") != 0) {
		wf_http_problem(r, 422, NULL, "The keys are top and by, not \"%.80s\".", key);
		return false;
	}
	if (wf_units_count(value, &q->top) == 0 && q->top >= 1 && q->top <= WF_FLOW_TOP_MAX)
		return true;
	wf_http_problem(r, 422, NULL, "top is a number from 1 to %d, not \"%.80s\".",
		WF_FLOW_TOP_MAX, value);
	return false;
}

static json_t *
number(uint64_t n)
{
	return json_integer((json_int_t)n);
}

static unsigned
be16(const uint8_t b[2])
{
	return (unsigned)(b[0] << 8 | b[1]);
}

/* The name of a direction's class; NULL: it is no more. */
static const char *
class_name(const struct wf_plan *plan, uint32_t dir, uint32_t uid)
{
	const struct wf_plan_dir *d = &plan->dir[dir];

	for (uint16_t i = 0; i < d->n_classes; i++)
		if (d->classes[i].uid == uid)
			return d->classes[i].about->name;
	return NULL;
}

static json_t *
flow_json(const struct wf_plan *plan, const struct wf_flow_seen *s, wf_ns_t now_ns)
{
	uint32_t dir = be16(s->key.dir);
	const char *class = dir < plan->n_dirs ? class_name(plan, dir, s->class_uid) : NULL;
	json_t *j, *counts;
	int rc;

	if (dir >= plan->n_dirs)
		return json_null();
	j = json_pack("{s:o,s:s}", "link", wf_json_text(plan->link_name[dir / 2]), "direction",
		dir % 2 == 0 ? "ab" : "ba");
	counts = json_pack("{s:o,s:o,s:o,s:{s:o,s:o,s:o},s:o,s:o}", "packets", number(s->packets),
		"bytes", number(s->bytes), "dropped", number(s->dropped), "delay_ns", "packets",
		number(s->delayed), "mean", number(s->delayed > 0 ? s->delay_ns / s->delayed : 0),
		"max", number(s->delay_max_ns), "age_ns",
		number(now_ns > s->first_ns ? now_ns - s->first_ns : 0), "idle_ns",
		number(now_ns > s->last_ns ? now_ns - s->last_ns : 0));
	rc = wf_json_flow(j, &s->key) | json_object_update(j, counts);
	json_decref(counts);
	if (class != NULL)
		rc |= json_object_set_new(j, "class", wf_json_text(class));
	if (rc == 0)
		return j;
	json_decref(j);
	return NULL;
}

/* NULL: out of memory. */
static json_t *
list_json(const struct wf_request *r, struct wf_flow_top *t)
{
	const struct wf_plan *plan = r->ops->setup(r->ops->ctx)->plan;
	wf_ns_t now_ns = r->ops->clock(r->ops->ctx);
	json_t *list = json_array(), *j;

	wf_flow_top_sort(t);
	for (uint32_t i = 0; list != NULL && i < t->n; i++) {
		if (json_array_append_new(list, flow_json(plan, &t->seen[i], now_ns)) < 0) {
			json_decref(list);
			list = NULL;
		}
	}
	if (list == NULL)
		return NULL;
	j = json_pack("{s:b,s:s,s:b,s:{s:o,s:o,s:o,s:o},s:{s:o,s:o,s:o},s:O}", "counted",
		plan->count_flows, "by", wf_flow_by_names[t->by], "complete", t->complete, "total",
		"flows", number(t->flows), "packets", number(t->packets), "bytes", number(t->bytes),
		"dropped", number(t->dropped), "others", "packets", number(t->others.packets),
		"bytes", number(t->others.bytes), "dropped", number(t->others.dropped), "flows",
		list);
	json_decref(list);
	return j;
}

static bool
try_flows(struct wf_request *r, bool late)
{
	struct wf_flow_top *t = r->work;

	t->complete = !r->ops->setup(r->ops->ctx)->plan->count_flows ||
		      r->ops->flows(r->ops->ctx, t, PART);
	if (!t->complete && !late)
		return false;
	wf_http_json(r, 200, list_json(r, t));
	return true;
}

void
wf_route_flows(struct wf_request *r)
{
	struct flows_query q = { .top = 50, .by = WF_FLOW_BY_BYTES };

	if (!wf_http_query(r, read_key, &q))
		return;
	r->work = wf_flow_top_new(q.by, (uint32_t)q.top);
	if (r->work == NULL)
		wf_http_failed(r, -ENOMEM, NULL);
	else
		wf_later_try(r, try_flows);
}

/* ---- Counting them, or not ---- */

/* The base with the key; NULL: out of memory. */
static struct wf_node *
base_that_counts(const struct wf_request *r, bool on)
{
	struct wf_node *tree = wf_node_clone(r->ops->setup(r->ops->ctx)->base->node);
	struct wf_node *n = tree != NULL ? wf_node_new(WF_NODE_BOOL, "count_flows") : NULL;
	struct wf_node *old = tree != NULL ? wf_node_get(tree, "count_flows") : NULL;

	if (n == NULL) {
		wf_node_free(tree);
		return NULL;
	}
	n->boolean = on;
	if (old != NULL)
		wf_node_replace(old, n);
	else
		wf_node_append(tree, n);
	return tree;
}

static void
count(struct wf_request *r, bool on)
{
	struct wf_node *tree = base_that_counts(r, on);
	struct wf_err *err = wf_err_new();
	uint64_t generation = 0;
	int rc = -ENOMEM;

	if (tree != NULL && err != NULL)
		rc = r->ops->amend(r->ops->ctx, tree, &generation, err);
	else
		wf_node_free(tree);
	if (rc < 0)
		wf_http_failed(r, rc, err);
	else
		wf_later_reply(r, generation, json_pack("{s:{s:b}}", "config", "counted", on));
	wf_err_free(err);
}

void
wf_route_flows_patch(struct wf_request *r)
{
	json_t *body = wf_target_body(r), *on = json_object_get(body, "counted");

	if (body == NULL)
		return;
	if (!json_is_boolean(on) || json_object_size(body) != 1)
		wf_http_problem(r, 422, NULL, "Write {\"counted\": true}, or false.");
	else
		count(r, json_is_true(on));
	json_decref(body);
}
