/* SPDX-License-Identifier: BSD-3-Clause
 * Handlers of profiles: configurations by name. Control thread only.
 */
#include <errno.h>
#include <stdlib.h>

#include "wf_json.h"
#include "wf_library.h"
#include "wf_routes.h"

static struct wf_library
profiles(const struct wf_request *r)
{
	return (struct wf_library){ "profile", "profiles", r->dirs->own_profiles,
		r->dirs->profiles };
}

void
wf_route_profiles(struct wf_request *r)
{
	const struct wf_library l = profiles(r);

	wf_library_list(r, &l);
}

void
wf_route_reply_tree(struct wf_request *r, const char *text)
{
	struct wf_err *err = wf_err_new();
	struct wf_node *tree =
		err != NULL ? wf_conf_read_text(text, r->param[0], false, err) : NULL;

	if (tree != NULL)
		wf_http_json(r, 200, wf_json_from_node(tree));
	else
		wf_http_failed(r, err != NULL ? -EINVAL : -ENOMEM, err);
	wf_node_free(tree);
	wf_err_free(err);
}

void
wf_route_profile_get(struct wf_request *r)
{
	const struct wf_library l = profiles(r);
	char *text = wf_library_get(r, &l);

	if (text != NULL && wf_http_wants_text(r))
		wf_http_text(r, 200, text);
	else if (text != NULL)
		wf_route_reply_tree(r, text);
	free(text);
}

/* The tree as text that says why what can't be; NULL: the problem has been replied. */
static char *
checked_text(struct wf_request *r, struct wf_err *err)
{
	struct wf_node *tree = wf_route_body_tree(r, err);
	struct wf_conf *conf;
	char *text;

	if (tree == NULL)
		return NULL;
	conf = wf_conf_bind(tree, err);
	if (conf == NULL) {
		wf_http_invalid(r, err, "The configuration is not valid.");
		wf_node_free(tree);
		return NULL;
	}
	wf_conf_free(conf);
	/* As it was written, comments included, if it was text. */
	text = wf_http_media(r) == WF_MEDIA_TEXT ? wf_http_body_text(r) : wf_conf_write(tree);
	if (text == NULL)
		wf_http_failed(r, -ENOMEM, NULL);
	wf_node_free(tree);
	return text;
}

void
wf_route_profile_put(struct wf_request *r)
{
	const struct wf_library l = profiles(r);
	struct wf_err *err = wf_err_new();
	char *text;

	if (err == NULL) {
		wf_http_failed(r, -ENOMEM, NULL);
		return;
	}
	text = wf_library_may_write(r, &l) ? checked_text(r, err) : NULL;
	if (text != NULL)
		wf_library_put(r, &l, text);
	free(text);
	wf_err_free(err);
}

void
wf_route_profile_delete(struct wf_request *r)
{
	const struct wf_library l = profiles(r);

	wf_library_delete(r, &l);
}
