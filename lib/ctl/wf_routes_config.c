/* SPDX-License-Identifier: BSD-3-Clause
 * Handlers of the configuration as a whole. Control thread only.
 *
 * Bodies are the tree as JSON, or the text of a file as text/plain (where @include is refused).
 */
#include <errno.h>
#include <stdlib.h>

#include "wf_guard.h"
#include "wf_json.h"
#include "wf_later.h"
#include "wf_routes.h"

/* The running configuration as it may be saved anywhere. NULL: out of memory. */
static json_t *
running(const struct wf_request *r)
{
	struct wf_node *tree = wf_conf_portable(r->ops->setup(r->ops->ctx)->tree);
	json_t *j = tree != NULL ? wf_json_from_node(tree) : NULL;

	wf_node_free(tree);
	return j;
}

/* What GET of the same address now returns, and what has come of overrides; or the problem. */
static void
reply_change(struct wf_request *r, int rc, uint64_t generation, const struct wf_err *err)
{
	const struct wf_setup *now = r->ops->setup(r->ops->ctx);

	if (rc < 0)
		wf_http_failed(r, rc, err);
	else
		wf_later_reply(r, generation,
			json_pack("{s:o,s:o,s:o}", "config", running(r), "overrides",
				wf_route_overrides(r, &now->overrides), "dropped",
				wf_route_overrides(r, &now->dropped)));
}

void
wf_route_config_get(struct wf_request *r)
{
	struct wf_node *tree;
	char *text;

	wf_http_tag(r);
	if (!wf_http_wants_text(r)) {
		wf_http_json(r, 200, running(r));
		return;
	}
	tree = wf_conf_portable(r->ops->setup(r->ops->ctx)->tree);
	text = tree != NULL ? wf_conf_write(tree) : NULL;
	wf_node_free(tree);
	if (text == NULL)
		wf_http_failed(r, -ENOMEM, NULL);
	else
		wf_http_text(r, 200, text);
	free(text);
}

static struct wf_node *
json_body_tree(struct wf_request *r, struct wf_err *err)
{
	json_t *body = wf_http_body_json(r);
	struct wf_node *tree;

	if (body == NULL)
		return NULL;
	if (!json_is_object(body)) {
		json_decref(body);
		wf_http_problem(r, 422, NULL, "The configuration must be a JSON object.");
		return NULL;
	}
	tree = wf_json_to_node(body);
	json_decref(body);
	if (tree == NULL) {
		wf_http_failed(r, -ENOMEM, NULL);
		return NULL;
	}
	if (wf_conf_normalise(tree, err) < 0) {
		wf_node_free(tree);
		wf_http_failed(r, -EINVAL, err);
		return NULL;
	}
	return tree;
}

static struct wf_node *
text_body_tree(struct wf_request *r, struct wf_err *err)
{
	char *text = wf_http_body_text(r);
	struct wf_node *tree;

	if (text == NULL)
		return NULL;
	tree = wf_conf_read_text(text, "body", false, err);
	free(text);
	if (tree == NULL)
		wf_http_failed(r, -EINVAL, err);
	return tree;
}

struct wf_node *
wf_route_body_tree(struct wf_request *r, struct wf_err *err)
{
	switch (wf_http_media(r)) {
	case WF_MEDIA_JSON:
		return json_body_tree(r, err);
	case WF_MEDIA_TEXT:
		return text_body_tree(r, err);
	default:
		wf_http_problem(r, 415, NULL,
			"Content-Type must be application/json (the tree), or text/plain (the "
			"text of a configuration file).");
		return NULL;
	}
}

void
wf_route_config_put(struct wf_request *r)
{
	struct wf_err *err = wf_err_new();
	uint64_t generation = 0;
	struct wf_node *tree;
	int rc;

	if (err == NULL) {
		wf_http_failed(r, -ENOMEM, NULL);
		return;
	}
	tree = wf_route_body_tree(r, err);
	if (tree != NULL) {
		rc = r->ops->apply(r->ops->ctx, tree, &generation, err);
		reply_change(r, rc, generation, err);
	}
	wf_err_free(err);
}

void
wf_route_config_validate(struct wf_request *r)
{
	struct wf_err *err = wf_err_new();
	struct wf_conf *conf;
	struct wf_node *tree;

	if (err == NULL) {
		wf_http_failed(r, -ENOMEM, NULL);
		return;
	}
	tree = wf_route_body_tree(r, err);
	if (tree != NULL) {
		conf = wf_conf_bind(tree, err);
		if (conf != NULL)
			wf_http_json(r, 200, json_pack("{s:b}", "valid", 1));
		else
			wf_http_invalid(r, err, "The configuration is not valid.");
		wf_conf_free(conf);
		wf_node_free(tree);
	}
	wf_err_free(err);
}

void
wf_route_config_reload(struct wf_request *r)
{
	struct wf_err *err = wf_err_new();
	uint64_t generation = 0;
	int rc;

	if (err == NULL) {
		wf_http_failed(r, -ENOMEM, NULL);
		return;
	}
	/* Tokens are no part of the configuration: new ones count even if that is refused. */
	rc = r->guard != NULL ? wf_guard_reread(r->guard, err) : 0;
	if (rc == 0)
		rc = r->ops->reload(r->ops->ctx, &generation, err);
	reply_change(r, rc, generation, err);
	wf_err_free(err);
}
