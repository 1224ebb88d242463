/* SPDX-License-Identifier: BSD-3-Clause
 * Handlers of the bypass of everything: an override of all directions of all links, and its
 * undoing. Control thread only.
 */
#include <errno.h>
#include <string.h>

#include "wf_json.h"
#include "wf_later.h"
#include "wf_routes.h"
#include "wf_target.h"

static const struct wf_node *
running(const struct wf_request *r)
{
	return r->ops->setup(r->ops->ctx)->tree;
}

static struct wf_node *
bypass_patch(const struct wf_node *dir, const void *ctx)
{
	struct wf_node *patch = wf_node_new(WF_NODE_GROUP, NULL);
	struct wf_node *on = wf_node_new(WF_NODE_BOOL, "bypass");

	if (patch == NULL || on == NULL) {
		wf_node_free(patch);
		wf_node_free(on);
		return NULL;
	}
	on->boolean = true;
	wf_node_append(patch, on);
	return patch;
}

/* Does it nothing but that? */
static bool
is_bypass(const struct wf_override *o)
{
	for (uint32_t i = 0; i < o->change->n_items; i++) {
		const struct wf_node *n = o->change->item[i].patch->first;

		if (n == NULL || n->next != NULL || strcmp(n->name, "bypass") != 0 ||
			n->kind != WF_NODE_BOOL || !n->boolean)
			return false;
	}
	return o->change->n_items > 0;
}

static const struct wf_override *
newest_bypass(const struct wf_request *r)
{
	const struct wf_overrides *list = &r->ops->setup(r->ops->ctx)->overrides;

	for (uint32_t i = list->n; i-- > 0;)
		if (is_bypass(&list->at[i]))
			return &list->at[i];
	return NULL;
}

static bool
is_plain(struct wf_node *owner, bool of_class)
{
	for (int side = 0; side < 2; side++) {
		const struct wf_node *dir = wf_conf_dir_node(owner, (enum wf_side)side, false);
		const struct wf_node *on = dir != NULL ? wf_node_get(dir, "bypass") : NULL;
		bool bypassed = on != NULL && on->kind == WF_NODE_BOOL && on->boolean;

		if (!bypassed && (dir != NULL || !of_class))
			return false;
	}
	return true;
}

bool
wf_route_bypassed(const struct wf_request *r)
{
	const struct wf_node *links = wf_node_get(running(r), "links");

	for (struct wf_node *l = links->first; l != NULL; l = l->next) {
		const struct wf_node *classes = wf_node_get(l, "classes");

		if (!is_plain(l, false))
			return false;
		for (struct wf_node *c = classes != NULL ? classes->first : NULL; c != NULL;
			c = c->next)
			if (!is_plain(c, true))
				return false;
	}
	return true;
}

static json_t *
bypass_json(struct wf_request *r, const void *ctx)
{
	return json_pack("{s:b}", "bypass", wf_route_bypassed(r));
}

void
wf_route_bypass_get(struct wf_request *r)
{
	wf_http_tag(r);
	wf_http_json(r, 200, bypass_json(r, NULL));
}

static void
reply_same(struct wf_request *r)
{
	struct wf_ctl_progress now = r->ops->progress(r->ops->ctx);

	wf_http_json(r, 200,
		json_pack("{s:I,s:I,s:o}", "generation", (json_int_t)now.generation,
			"effective_at_ns", (json_int_t)now.since_ns, "config",
			bypass_json(r, NULL)));
}

/* Whoever wants it wants it now: it ends scenarios. */
static void
bypass_on(struct wf_request *r, wf_ns_t for_ns)
{
	int rc = r->ops->run_stop(r->ops->ctx, 0);
	const struct wf_node *links = wf_node_get(running(r), "links");
	struct wf_everywhere e = {
		.c = wf_change_new(0, for_ns), .side = { true, true }, .make = bypass_patch
	};

	if (rc == 0 && e.c == NULL)
		rc = -ENOMEM;
	for (struct wf_node *l = links->first; rc == 0 && l != NULL; l = l->next)
		rc = wf_everywhere_add(&e, l);
	if (rc < 0)
		wf_http_failed(r, rc, NULL);
	else
		wf_target_submit(r, e.c, NULL, bypass_json, NULL);
	wf_change_free(e.c);
}

/* All that do nothing but bypass go; what the file bypasses stays so. */
static void
bypass_off(struct wf_request *r)
{
	struct wf_err *err = wf_err_new();
	const struct wf_override *o;
	uint64_t generation = 0;
	int rc = err != NULL ? 0 : -ENOMEM;

	while (rc == 0 && (o = newest_bypass(r)) != NULL)
		rc = r->ops->undo(r->ops->ctx, o->id, &generation, err);
	if (rc < 0)
		wf_http_failed(r, rc, err);
	else if (generation == 0)
		reply_same(r);
	else
		wf_later_reply(r, generation, json_pack("{s:o}", "config", bypass_json(r, NULL)));
	wf_err_free(err);
}

void
wf_route_bypass(struct wf_request *r)
{
	struct wf_err *err = wf_err_new();
	json_t *body = wf_target_body(r), *on = json_object_get(body, "on");
	struct wf_node *node = body != NULL ? wf_json_to_node(body) : NULL;
	wf_ns_t for_ns = 0;

	if (body == NULL) {
		wf_err_free(err);
		return;
	}
	if (err == NULL || node == NULL)
		wf_http_failed(r, -ENOMEM, NULL);
	else if (!json_is_boolean(on) ||
		 json_object_size(body) > (json_object_get(body, "for") ? 2u : 1u) ||
		 (json_is_false(on) && json_object_get(body, "for") != NULL))
		wf_http_problem(r, 422, NULL,
			"Write {\"on\": true}, with \"for\": \"60s\" if it is to end by itself, or "
			"{\"on\": false}.");
	else if (wf_target_for(node, &for_ns, err) < 0)
		wf_http_failed(r, -EINVAL, err);
	else if (json_is_false(on))
		bypass_off(r);
	else if (for_ns == 0 && wf_route_bypassed(r))
		reply_same(r);
	else
		bypass_on(r, for_ns);
	wf_node_free(node);
	json_decref(body);
	wf_err_free(err);
}
