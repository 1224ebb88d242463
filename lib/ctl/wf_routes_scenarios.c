/* SPDX-License-Identifier: BSD-3-Clause
 * Handlers of scenarios: files of them by name. Control thread only.
 */
#include <errno.h>
#include <stdlib.h>

#include "wf_json.h"
#include "wf_routes.h"

struct wf_library
wf_route_scenario_library(const struct wf_request *r)
{
	return (struct wf_library){ "scenario", "scenarios", r->dirs->own_scenarios,
		r->dirs->scenarios };
}

void
wf_route_scenarios(struct wf_request *r)
{
	const struct wf_library l = wf_route_scenario_library(r);

	wf_library_list(r, &l);
}

void
wf_route_scenario_get(struct wf_request *r)
{
	const struct wf_library l = wf_route_scenario_library(r);

	wf_library_show(r, &l);
}

/* Its text, as it was written if it was text. NULL: the problem has been replied. */
static char *
checked_text(struct wf_request *r, struct wf_err *err)
{
	struct wf_node *tree = wf_route_body_tree(r, err);
	struct wf_scenarios s;
	char *text;

	if (tree == NULL)
		return NULL;
	text = wf_http_media(r) == WF_MEDIA_TEXT ? wf_http_body_text(r) : wf_conf_write(tree);
	wf_node_free(tree);
	if (text == NULL) {
		wf_http_failed(r, -ENOMEM, NULL);
	} else if (wf_scenarios_read_text(text, r->param[0], &s, err) < 0) {
		wf_http_problem(r, 422, err, "This is no scenario; nothing is saved.");
		free(text);
		text = NULL;
	} else {
		wf_scenarios_free(&s);
	}
	return text;
}

void
wf_route_scenario_put(struct wf_request *r)
{
	const struct wf_library l = wf_route_scenario_library(r);

	wf_library_save(r, &l, checked_text);
}

void
wf_route_scenario_delete(struct wf_request *r)
{
	const struct wf_library l = wf_route_scenario_library(r);

	wf_library_delete(r, &l);
}
