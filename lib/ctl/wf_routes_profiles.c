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
wf_route_profile_get(struct wf_request *r)
{
	const struct wf_library l = profiles(r);

	wf_library_show(r, &l);
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

	wf_library_save(r, &l, checked_text);
}

void
wf_route_profile_delete(struct wf_request *r)
{
	const struct wf_library l = profiles(r);

	wf_library_delete(r, &l);
}
