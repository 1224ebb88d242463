/* SPDX-License-Identifier: BSD-3-Clause
 * Handlers of overrides: what stands above the configuration as it was read, in what that is
 * another, and its undoing. Control thread only.
 */
#include <errno.h>
#include <string.h>

#include "wf_json.h"
#include "wf_later.h"
#include "wf_routes.h"

/* {"id": 3, "change": "wan ab loss.p=1%", "from_ns": ..., "until_ns": ...} */
static json_t *
override_json(const struct wf_request *r, const struct wf_override *o)
{
	const struct wf_ctl_ops *ops = r->ops;
	char text[WF_CHANGE_TEXT];
	json_t *j = json_pack("{s:I,s:o,s:I}", "id", (json_int_t)o->id, "change",
		wf_json_text(wf_change_format(o->change, text)), "from_ns",
		(json_int_t)ops->wall(ops->ctx, o->from_ns));

	if (j != NULL && o->until_ns != UINT64_MAX)
		json_object_set_new(
			j, "until_ns", json_integer((json_int_t)ops->wall(ops->ctx, o->until_ns)));
	return j;
}

json_t *
wf_route_overrides(const struct wf_request *r, const struct wf_overrides *list)
{
	json_t *all = json_array();

	for (uint32_t i = 0; all != NULL && i < list->n; i++)
		json_array_append_new(all, override_json(r, &list->at[i]));
	return all;
}

static json_t *
value_json(const struct wf_node *n)
{
	return n != NULL ? wf_json_from_node(n) : json_null();
}

static void
tell(void *ctx, const char *path, const struct wf_node *a, const struct wf_node *b)
{
	json_array_append_new(ctx, json_pack("{s:o,s:o,s:o}", "path", wf_json_text(path), "base",
					   value_json(a), "now", value_json(b)));
}

void
wf_route_config_diff(struct wf_request *r)
{
	const struct wf_setup *s = r->ops->in_force(r->ops->ctx);
	json_t *differences = json_array();

	if (differences != NULL)
		wf_setup_diff(s->base->node, s->tree, tell, differences);
	wf_http_json(r, 200,
		json_pack("{s:o,s:o}", "overrides", wf_route_overrides(r, &s->overrides),
			"differences", differences));
}

/* Which one: {"id": 3}, {"all": true}, or the last: {} or nothing. False: 4xx has been replied. */
static bool
read_which(struct wf_request *r, uint64_t *id)
{
	json_t *body, *j;
	bool good;

	*id = WF_CTL_UNDO_LAST;
	if (wf_http_media(r) == WF_MEDIA_NONE)
		return true;
	body = wf_http_body_json(r);
	if (body == NULL)
		return false;
	good = json_is_object(body) && json_object_size(body) <= 1;
	if ((j = json_object_get(body, "id")) != NULL) {
		good &= json_is_integer(j) && json_integer_value(j) > 0;
		*id = (uint64_t)json_integer_value(j);
	} else if ((j = json_object_get(body, "all")) != NULL) {
		good &= json_is_boolean(j);
		*id = json_is_true(j) ? WF_CTL_UNDO_ALL : WF_CTL_UNDO_LAST;
	} else {
		good &= json_object_size(body) == 0;
	}
	json_decref(body);
	if (!good)
		wf_http_problem(r, 422, NULL,
			"Write {\"id\": 3} for one change, {\"all\": true}, or {} for the last.");
	return good;
}

void
wf_route_config_undo(struct wf_request *r)
{
	struct wf_err *err = wf_err_new();
	uint64_t generation = 0, id;
	const struct wf_setup *now;
	int rc;

	if (!read_which(r, &id)) {
		wf_err_free(err);
		return;
	}
	rc = err != NULL ? r->ops->undo(r->ops->ctx, id, &generation, err) : -ENOMEM;
	now = r->ops->setup(r->ops->ctx);
	if (rc < 0)
		wf_http_failed(r, rc, err);
	else
		wf_later_reply(r, generation,
			json_pack("{s:o,s:o}", "overrides", wf_route_overrides(r, &now->overrides),
				"undone", wf_route_overrides(r, &now->dropped)));
	wf_err_free(err);
}
