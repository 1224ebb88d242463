/* SPDX-License-Identifier: BSD-3-Clause
 * Handlers of links and their directions, as configured. Control thread only.
 */
#include <errno.h>
#include <string.h>

#include "wf_json.h"
#include "wf_routes.h"

void
wf_route_links(struct wf_request *r)
{
	const struct wf_node *tree = r->ops->config(r->ops->ctx);
	const struct wf_node *links = tree != NULL ? wf_node_get(tree, "links") : NULL;

	wf_http_json(r, 200,
		json_pack(
			"{s:o}", "links", links != NULL ? wf_json_from_node(links) : json_array()));
}

static const struct wf_node *
find_link(const struct wf_node *tree, const char *name)
{
	const struct wf_node *links = tree != NULL ? wf_node_get(tree, "links") : NULL;

	for (const struct wf_node *l = links != NULL ? links->first : NULL; l != NULL;
		l = l->next) {
		const struct wf_node *n = wf_node_get(l, "name");

		if (n != NULL && n->kind == WF_NODE_STRING && strcmp(n->string, name) == 0)
			return l;
	}
	return NULL;
}

/* The link that the address names, and *side. NULL: 404 has been replied. */
static const struct wf_node *
addressed_link(struct wf_request *r, enum wf_side *side)
{
	const struct wf_node *link = find_link(r->ops->config(r->ops->ctx), r->param[0]);
	bool ab = strcmp(r->param[1], "ab") == 0;

	if (!ab && strcmp(r->param[1], "ba") != 0) {
		wf_http_problem(r, 404, NULL, "A link has the directions ab and ba, not \"%s\".",
			r->param[1]);
		return NULL;
	}
	if (link == NULL)
		wf_http_problem(r, 404, NULL, "There is no link \"%s\".", r->param[0]);
	*side = ab ? WF_AB : WF_BA;
	return link;
}

/* A direction as JSON: {} when it is not there, which is a plain wire. */
static json_t *
dir_json(const struct wf_node *link, enum wf_side side)
{
	const struct wf_node *dir =
		link != NULL ? wf_node_get(link, side == WF_AB ? "ab" : "ba") : NULL;

	return dir != NULL ? wf_json_from_node(dir) : json_object();
}

void
wf_route_dir_get(struct wf_request *r)
{
	enum wf_side side;
	const struct wf_node *link = addressed_link(r, &side);

	if (link != NULL)
		wf_http_json(r, 200, dir_json(link, side));
}

/* Merges the patch into a copy of the running tree and applies that. 0 or -errno. */
static int
apply_patch(struct wf_request *r, const json_t *body, enum wf_side side, uint64_t *generation,
	struct wf_err *err)
{
	struct wf_node *tree = wf_node_clone(r->ops->config(r->ops->ctx));
	struct wf_node *patch = wf_json_to_node(body);
	struct wf_node *dir = NULL;
	int rc = -ENOMEM;

	if (tree != NULL && patch != NULL)
		dir = wf_conf_dir_node(tree, r->param[0], side, true);
	if (dir != NULL)
		rc = wf_conf_merge_dir(dir, patch, err);
	wf_node_free(patch);
	if (rc < 0) {
		wf_node_free(tree);
		return rc;
	}
	return r->ops->apply(r->ops->ctx, tree, generation, err);
}

static void
patch(struct wf_request *r, const json_t *body, enum wf_side side)
{
	struct wf_err *err = wf_err_new();
	uint64_t generation = 0;
	int rc = err != NULL ? apply_patch(r, body, side, &generation, err) : -ENOMEM;

	if (rc < 0)
		wf_http_failed(r, rc, err);
	else
		wf_http_json(r, 200,
			json_pack("{s:I,s:o}", "generation", (json_int_t)generation, "config",
				dir_json(find_link(r->ops->config(r->ops->ctx), r->param[0]),
					side)));
	wf_err_free(err);
}

void
wf_route_dir_patch(struct wf_request *r)
{
	enum wf_media media = wf_http_media(r);
	enum wf_side side;
	json_t *body;

	if (addressed_link(r, &side) == NULL)
		return;
	if (media != WF_MEDIA_JSON && media != WF_MEDIA_MERGE_PATCH) {
		wf_http_problem(r, 415, NULL,
			"Content-Type must be application/merge-patch+json or application/json.");
		return;
	}
	body = wf_http_body_json(r);
	if (body == NULL)
		return;
	if (json_is_object(body))
		patch(r, body, side);
	else
		wf_http_problem(r, 422, NULL, "The patch must be a JSON object.");
	json_decref(body);
}
