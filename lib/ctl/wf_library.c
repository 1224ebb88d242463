/* SPDX-License-Identifier: BSD-3-Clause
 * Texts by their names, over the API. Control thread only.
 */
#include "wf_library.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wf_json.h"
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
wf_library_list(struct wf_request *r, const struct wf_library *lib)
{
	const char *const dirs[] = { lib->own, lib->shipped };
	struct listing l = { .list = json_array() };
	int rc = l.list != NULL ? 0 : -ENOMEM;

	for (size_t i = 0; i < WF_ARRAY_SIZE(dirs) && rc == 0; i++) {
		l.own = i == 0;
		if (dirs[i] != NULL)
			rc = wf_texts_list(dirs[i], add, &l);
	}
	if (rc == 0) {
		wf_http_json(r, 200, json_pack("{s:o}", lib->all, l.list));
		return;
	}
	json_decref(l.list);
	wf_http_failed(r, rc, NULL);
}

static void
reply_error(struct wf_request *r, const struct wf_library *l, int rc)
{
	if (rc == -ENOENT)
		wf_http_problem(r, 404, NULL, "There is no %s \"%s\".", l->one, r->param[0]);
	else if (rc == -EINVAL)
		wf_http_problem(r, 422, NULL,
			"A %s's name has 1 to 63 letters, digits, - and _, not \"%s\".", l->one,
			r->param[0]);
	else
		wf_http_failed(r, rc, NULL);
}

int
wf_library_read(const struct wf_library *l, const char *name, char **text)
{
	int rc = -ENOENT;

	if (l->own != NULL)
		rc = wf_texts_get(l->own, name, text);
	if (rc == -ENOENT && l->shipped != NULL)
		rc = wf_texts_get(l->shipped, name, text);
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
wf_library_show(struct wf_request *r, const struct wf_library *l)
{
	char *text = NULL;
	int rc = wf_library_read(l, r->param[0], &text);

	if (rc < 0)
		reply_error(r, l, rc);
	else if (wf_http_wants_text(r))
		wf_http_text(r, 200, text);
	else
		reply_tree(r, text);
	free(text);
}

/* False: it is nobody's to write, and 409 has been replied. */
static bool
may_write(struct wf_request *r, const struct wf_library *l)
{
	r->about = r->param[0];
	if (l->own != NULL)
		return true;
	wf_http_problem(r, 409, NULL, "There is no directory for %s: name one in control.%s.",
		l->all, l->all);
	return false;
}

/* It has happened, and is told so even if memory is out. */
static void
reply_done(struct wf_request *r, const struct wf_library *l, int rc, const char *what)
{
	if (rc < 0) {
		reply_error(r, l, rc);
		return;
	}
	wf_http_tell();
	wf_http_told(r, json_pack("{s:s}", what, r->param[0]));
}

void
wf_library_save(struct wf_request *r, const struct wf_library *l, wf_library_check *check)
{
	struct wf_err *err = wf_err_new();
	char *text;

	if (err == NULL) {
		wf_http_failed(r, -ENOMEM, NULL);
		return;
	}
	text = may_write(r, l) ? check(r, err) : NULL;
	if (text != NULL)
		reply_done(r, l, wf_texts_put(l->own, r->param[0], text), "saved");
	free(text);
	wf_err_free(err);
}

void
wf_library_delete(struct wf_request *r, const struct wf_library *l)
{
	if (may_write(r, l))
		reply_done(r, l, wf_texts_remove(l->own, r->param[0]), "removed");
}
