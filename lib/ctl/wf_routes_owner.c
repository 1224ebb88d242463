/* SPDX-License-Identifier: BSD-3-Clause
 * Handlers of links and classes as wholes. Control thread only.
 *
 * What is no direction's (which classes there are, what they match) no override can change: it
 * becomes part of the base, as if the file had it, and overrides stay above it. Which links there
 * are is settled at the start: such a change is answered with 409, in the words of any
 * configuration that needs a restart.
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

/* The link or class of the address, as it is. NULL: 404 has been replied. */
static struct wf_node *
owner(struct wf_request *r, bool of_class)
{
	const struct wf_target t = { .link = r->param[0], .class = of_class ? r->param[1] : NULL };
	struct wf_node *link = wf_conf_owner_node(running(r), t.link, NULL);
	struct wf_node *found = wf_conf_owner_node(running(r), t.link, t.class);

	if (found == NULL || (of_class && found == link)) {
		wf_target_unknown(r, &t, link);
		return NULL;
	}
	return found;
}

static json_t *
owner_json(struct wf_request *r, const void *of_class)
{
	const struct wf_node *n =
		wf_conf_owner_node(running(r), r->param[0], of_class != NULL ? r->param[1] : NULL);

	return n != NULL ? wf_json_from_node(n) : json_null();
}

static void
get(struct wf_request *r, bool of_class)
{
	if (owner(r, of_class) == NULL)
		return;
	wf_http_tag(r);
	wf_http_json(r, 200, owner_json(r, of_class ? r : NULL));
}

/* ---- Another base ---- */

static struct wf_node *
base_copy(const struct wf_request *r)
{
	return wf_node_clone(r->ops->setup(r->ops->ctx)->base->node);
}

/* Takes `tree`, which may be NULL. */
static void
amend(struct wf_request *r, struct wf_node *tree, bool of_class)
{
	struct wf_err *err = wf_err_new();
	uint64_t generation = 0;
	int rc = tree != NULL && err != NULL ? wf_conf_normalise(tree, err) : -ENOMEM;

	if (rc == 0)
		rc = r->ops->amend(r->ops->ctx, tree, &generation, err);
	else
		wf_node_free(tree);
	if (rc < 0) {
		wf_http_failed(r, rc, err);
	} else {
		const struct wf_setup *now = r->ops->setup(r->ops->ctx);

		wf_later_reply(r, generation,
			json_pack("{s:o,s:o,s:o}", "config", owner_json(r, of_class ? r : NULL),
				"overrides", wf_route_overrides(r, &now->overrides), "dropped",
				wf_route_overrides(r, &now->dropped)));
	}
	wf_err_free(err);
}

/* RFC 7396. 0 or -ENOMEM. */
static int
merge(struct wf_node *target, const struct wf_node *patch)
{
	for (const struct wf_node *p = patch->first; p != NULL; p = p->next) {
		struct wf_node *t = wf_node_get(target, p->name), *copy;

		if (p->kind == WF_NODE_NULL) {
			wf_node_free(t);
			continue;
		}
		if (p->kind == WF_NODE_GROUP && t != NULL && t->kind == WF_NODE_GROUP) {
			if (merge(t, p) < 0)
				return -ENOMEM;
			continue;
		}
		copy = wf_node_clone(p);
		if (copy == NULL)
			return -ENOMEM;
		if (t != NULL)
			wf_node_replace(t, copy);
		else
			wf_node_append(target, copy);
	}
	return 0;
}

/* ---- What is of directions, and what is not ---- */

static const char *const sides[2] = { "ab", "ba" };

static bool
is_of_directions(const char *key)
{
	return strcmp(key, "ab") == 0 || strcmp(key, "ba") == 0 || strcmp(key, "for") == 0;
}

/* How many keys of the body are of directions: all, none, or some. */
static size_t
count_sides(const json_t *body)
{
	const char *key;
	json_t *value;
	size_t n = 0;

	json_object_foreach((json_t *)body, key, value) n += is_of_directions(key);
	return n;
}

/* An override of the directions that the body names. */
static void
patch_sides(struct wf_request *r, struct wf_node *body, bool of_class)
{
	struct wf_err *err = wf_err_new();
	struct wf_change *c = NULL;
	wf_ns_t for_ns = 0;
	int rc = body != NULL && err != NULL ? wf_target_for(body, &for_ns, err) : -ENOMEM;

	if (rc == 0)
		rc = (c = wf_change_new(0, for_ns)) != NULL ? 0 : -ENOMEM;
	for (int side = 0; side < 2 && rc == 0; side++) {
		struct wf_change_item item = { .side = { side == WF_AB, side == WF_BA } };
		struct wf_node *patch = wf_node_get(body, sides[side]);

		if (patch == NULL)
			continue;
		snprintf(item.link, sizeof(item.link), "%s", r->param[0]);
		if (of_class)
			snprintf(item.class, sizeof(item.class), "%s", r->param[1]);
		item.patch = wf_node_clone(patch);
		rc = item.patch != NULL ? wf_change_add(c, &item) : -ENOMEM;
	}
	if (rc < 0)
		wf_http_failed(r, rc, err);
	else
		wf_target_submit(r, c, NULL, owner_json, of_class ? r : NULL);
	wf_change_free(c);
	wf_err_free(err);
}

static void
patch_base(struct wf_request *r, const struct wf_node *body, bool of_class)
{
	struct wf_node *tree = base_copy(r);
	struct wf_node *target =
		wf_conf_owner_node(tree, r->param[0], of_class ? r->param[1] : NULL);

	if (body == NULL || target == NULL || merge(target, body) < 0) {
		wf_node_free(tree);
		tree = NULL;
	}
	amend(r, tree, of_class);
}

static void
patch(struct wf_request *r, bool of_class)
{
	struct wf_node *node;
	json_t *body;
	size_t n;

	if (owner(r, of_class) == NULL)
		return;
	r->about = r->param[0];
	body = wf_target_body(r);
	if (body == NULL)
		return;
	node = wf_json_to_node(body);
	n = count_sides(body);
	if (n == json_object_size(body) && n > 0)
		patch_sides(r, node, of_class);
	else if (n == 0)
		patch_base(r, node, of_class);
	else
		wf_http_problem(r, 422, NULL,
			"ab, ba and for go together, and other keys by themselves: those are "
			"changes that can be undone, these are part of the configuration.");
	wf_node_free(node);
	json_decref(body);
}

/* ---- Members of lists ---- */

static struct wf_node *
list_of(struct wf_node *group, const char *name)
{
	struct wf_node *list = wf_node_get(group, name);

	if (list == NULL && group != NULL && (list = wf_node_new(WF_NODE_LIST, name)) != NULL)
		wf_node_append(group, list);
	return list;
}

/* Puts the body, with this name, in the place of the class, or behind the last one. */
static struct wf_node *
with_class(const struct wf_request *r, const json_t *body)
{
	struct wf_node *tree = base_copy(r), *class = wf_json_to_node(body);
	struct wf_node *link = wf_conf_owner_node(tree, r->param[0], NULL);
	struct wf_node *old = wf_conf_owner_node(tree, r->param[0], r->param[1]);
	struct wf_node *name = wf_node_string("name", r->param[1]), *list;

	list = list_of(link, "classes");
	if (class == NULL || name == NULL || list == NULL || list->kind != WF_NODE_LIST) {
		wf_node_free(class);
		wf_node_free(name);
		wf_node_free(tree);
		return NULL;
	}
	wf_node_free(wf_node_get(class, "name"));
	wf_node_prepend(class, name);
	if (old != NULL && old != link)
		wf_node_replace(old, class);
	else
		wf_node_append(list, class);
	return tree;
}

void
wf_route_link_get(struct wf_request *r)
{
	get(r, false);
}

void
wf_route_link_patch(struct wf_request *r)
{
	patch(r, false);
}

void
wf_route_link_post(struct wf_request *r)
{
	struct wf_node *tree, *link, *list;
	json_t *body = wf_target_body(r);
	const char *name = json_string_value(json_object_get(body, "name"));

	if (body == NULL)
		return;
	if (name != NULL && wf_conf_owner_node(running(r), name, NULL) != NULL) {
		wf_http_problem(r, 409, NULL, "There is a link \"%.80s\" already.", name);
		json_decref(body);
		return;
	}
	snprintf(r->param[0], WF_NAME_MAX, "%s", name != NULL ? name : "");
	tree = base_copy(r);
	link = wf_json_to_node(body);
	list = list_of(tree, "links");
	json_decref(body);
	if (link == NULL || list == NULL) {
		wf_node_free(link);
		wf_node_free(tree);
		tree = NULL;
	} else {
		wf_node_append(list, link);
	}
	amend(r, tree, false);
}

void
wf_route_link_delete(struct wf_request *r)
{
	struct wf_node *tree;

	if (owner(r, false) == NULL)
		return;
	r->about = r->param[0];
	tree = base_copy(r);
	wf_node_free(wf_conf_owner_node(tree, r->param[0], NULL));
	amend(r, tree, false);
}

void
wf_route_whole_class_get(struct wf_request *r)
{
	get(r, true);
}

void
wf_route_whole_class_patch(struct wf_request *r)
{
	patch(r, true);
}

void
wf_route_whole_class_put(struct wf_request *r)
{
	const struct wf_target t = { .link = r->param[0], .class = r->param[1] };
	json_t *body;

	if (wf_conf_owner_node(running(r), t.link, NULL) == NULL) {
		wf_target_unknown(r, &t, NULL);
		return;
	}
	r->about = r->param[0];
	body = wf_target_body(r);
	if (body == NULL)
		return;
	if (strcmp(r->param[1], "default") == 0)
		wf_http_problem(r, 409, NULL, "\"default\" is the link itself, not a class.");
	else
		amend(r, with_class(r, body), true);
	json_decref(body);
}

void
wf_route_whole_class_delete(struct wf_request *r)
{
	struct wf_node *tree, *list;

	if (owner(r, true) == NULL)
		return;
	r->about = r->param[0];
	tree = base_copy(r);
	list = wf_node_get(wf_conf_owner_node(tree, r->param[0], NULL), "classes");
	wf_node_free(wf_conf_owner_node(tree, r->param[0], r->param[1]));
	if (list != NULL && list->first == NULL)
		wf_node_free(list);
	amend(r, tree, true);
}
