/* SPDX-License-Identifier: BSD-3-Clause
 * Handlers of profiles: configurations by name. Those that came with wirefault can be read, those
 * in control.profiles can be written too, and come first. Control thread only.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wf_json.h"
#include "wf_routes.h"
#include "wf_texts.h"

struct listing {
	json_t *list;
	bool own;
};

static int
add(void *ctx, const char *name)
{
	const struct listing *l = ctx;
	const json_t *other;
	size_t i;

	json_array_foreach(l->list, i,
		other) if (strcmp(json_string_value(json_object_get(other, "name")), name) ==
			   0) return 0;
	return json_array_append_new(l->list, json_pack("{s:s,s:b}", "name", name, "own", l->own)) <
			       0
		       ? -ENOMEM
		       : 0;
}

void
wf_route_profiles(struct wf_request *r)
{
	const char *const dirs[] = { r->dirs->own_profiles, r->dirs->profiles };
	struct listing l = { .list = json_array() };
	int rc = l.list != NULL ? 0 : -ENOMEM;

	for (size_t i = 0; i < WF_ARRAY_SIZE(dirs) && rc == 0; i++) {
		l.own = i == 0;
		if (dirs[i] != NULL)
			rc = wf_texts_list(dirs[i], add, &l);
	}
	if (rc == 0) {
		wf_http_json(r, 200, json_pack("{s:o}", "profiles", l.list));
		return;
	}
	json_decref(l.list);
	wf_http_failed(r, rc, NULL);
}

static void
reply_error(struct wf_request *r, int rc)
{
	if (rc == -ENOENT)
		wf_http_problem(r, 404, NULL, "There is no profile \"%s\".", r->param[0]);
	else if (rc == -EINVAL)
		wf_http_problem(r, 422, NULL,
			"A profile's name has 1 to 63 letters, digits, - and _, not \"%s\".",
			r->param[0]);
	else
		wf_http_failed(r, rc, NULL);
}

static void
reply_done(struct wf_request *r, int rc, const char *what)
{
	if (rc < 0) {
		reply_error(r, rc);
		return;
	}
	wf_http_tell();
	wf_http_told(r, json_pack("{s:s}", what, r->param[0]));
}

/* The text of a profile, heap. 0 or -errno. */
static int
find(const struct wf_request *r, char **text)
{
	int rc = -ENOENT;

	if (r->dirs->own_profiles != NULL)
		rc = wf_texts_get(r->dirs->own_profiles, r->param[0], text);
	if (rc == -ENOENT && r->dirs->profiles != NULL)
		rc = wf_texts_get(r->dirs->profiles, r->param[0], text);
	return rc;
}

static void
reply_tree(struct wf_request *r, const char *text)
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
	char *text = NULL;
	int rc = find(r, &text);

	if (rc < 0)
		reply_error(r, rc);
	else if (wf_http_wants_text(r))
		wf_http_text(r, 200, text);
	else
		reply_tree(r, text);
	free(text);
}

/* False: it is nobody's to write, and 409 has been replied. */
static bool
may_write(struct wf_request *r)
{
	if (r->dirs->own_profiles != NULL)
		return true;
	wf_http_problem(
		r, 409, NULL, "There is no directory for profiles: name one in control.profiles.");
	return false;
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
	struct wf_err *err = wf_err_new();
	char *text;
	int rc;

	r->about = r->param[0];
	if (err == NULL) {
		wf_http_failed(r, -ENOMEM, NULL);
		return;
	}
	text = may_write(r) ? checked_text(r, err) : NULL;
	if (text != NULL) {
		rc = wf_texts_put(r->dirs->own_profiles, r->param[0], text);
		reply_done(r, rc, "saved");
	}
	free(text);
	wf_err_free(err);
}

void
wf_route_profile_delete(struct wf_request *r)
{
	int rc;

	r->about = r->param[0];
	if (!may_write(r))
		return;
	rc = wf_texts_remove(r->dirs->own_profiles, r->param[0]);
	reply_done(r, rc, "removed");
}
