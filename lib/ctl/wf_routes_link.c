/* SPDX-License-Identifier: BSD-3-Clause
 * Handlers of links, and of the directions of links and of their classes, as configured. Control
 * thread only.
 */
#include <errno.h>
#include <string.h>

#include "wf_json.h"
#include "wf_later.h"
#include "wf_routes.h"
#include "wf_target.h"
#include "wf_units.h"

static const struct wf_node *
running(const struct wf_request *r)
{
	return r->ops->setup(r->ops->ctx)->tree;
}

#define WHAT_MAX 4096 /* bytes of a change in an event */

void
wf_route_links(struct wf_request *r)
{
	const struct wf_node *links = wf_node_get(running(r), "links");

	wf_http_tag(r);
	wf_http_json(r, 200,
		json_pack(
			"{s:o}", "links", links != NULL ? wf_json_from_node(links) : json_array()));
}

/* The names in a list of groups with a name, for "did you mean". */
static void
collect_names(const struct wf_node *list, const char **names, size_t room)
{
	size_t n = 0;

	for (const struct wf_node *c = list != NULL ? list->first : NULL; c != NULL && n + 1 < room;
		c = c->next) {
		const struct wf_node *name = wf_node_get(c, "name");

		if (name != NULL && name->kind == WF_NODE_STRING)
			names[n++] = name->string;
	}
	names[n] = NULL;
}

void
wf_target_unknown(struct wf_request *r, const struct wf_target *t, const struct wf_node *link)
{
	const struct wf_node *list =
		wf_node_get(link != NULL ? link : running(r), link != NULL ? "classes" : "links");
	const char *wanted = link != NULL ? t->class : t->link, *near;
	const char *names[WF_CONF_MAX_CLASSES + 1];

	collect_names(list, names, WF_ARRAY_SIZE(names));
	near = wf_suggest(wanted, names);
	wf_http_problem(r, 404, NULL, "%s%s%s \"%s\".%s%s%s",
		link != NULL ? "Link \"" : "There is no link", link != NULL ? t->link : "",
		link != NULL ? "\" has no class" : "", wanted,
		near != NULL ? " Did you mean \"" : "", near != NULL ? near : "",
		near != NULL ? "\"?" : "");
}

/* What the address names. False: 404 has been replied. */
bool
wf_target_read(struct wf_request *r, bool with_class, struct wf_target *t)
{
	const struct wf_node *tree = running(r);
	const char *side = r->param[with_class ? 2 : 1];
	const struct wf_node *link;
	bool both = strcmp(side, "both") == 0;

	*t = (struct wf_target){ .link = r->param[0],
		.class = with_class ? r->param[1] : NULL,
		.side = { both || strcmp(side, "ab") == 0, both || strcmp(side, "ba") == 0 } };
	snprintf(t->name, sizeof(t->name), "%s%s%s %s", t->link, with_class ? " " : "",
		with_class ? t->class : "", side);
	link = wf_conf_owner_node(tree, t->link, NULL);
	if (!t->side[0] && !t->side[1])
		wf_http_problem(r, 404, NULL,
			"A link has the directions ab and ba, and \"both\" for a change of both, "
			"not "
			"\"%s\".",
			side);
	else if (link == NULL)
		wf_target_unknown(r, t, NULL);
	else if (wf_conf_owner_node(tree, t->link, t->class) == NULL)
		wf_target_unknown(r, t, link);
	else
		return true;
	return false;
}

/* A direction as JSON: {} when it is not there, which is a plain wire. */
static json_t *
dir_json(struct wf_node *owner, enum wf_side side)
{
	const struct wf_node *dir = wf_conf_dir_node(owner, side, false);

	return dir != NULL ? wf_json_from_node(dir) : json_object();
}

/* The direction, or { "ab": ..., "ba": ... } for both. */
static json_t *
target_json(struct wf_request *r, const struct wf_target *t)
{
	struct wf_node *owner = wf_conf_owner_node(running(r), t->link, t->class);

	if (t->side[0] && t->side[1])
		return json_pack(
			"{s:o,s:o}", "ab", dir_json(owner, WF_AB), "ba", dir_json(owner, WF_BA));
	return dir_json(owner, t->side[0] ? WF_AB : WF_BA);
}

static void
get(struct wf_request *r, bool with_class)
{
	struct wf_target t;

	if (!wf_target_read(r, with_class, &t))
		return;
	wf_http_tag(r);
	wf_http_json(r, 200, target_json(r, &t));
}

/* What a user might have expected, and what a change of the target does not do; NULL: nothing. */
static const char *
note_of(const struct wf_request *r, const struct wf_target *t)
{
	static const char *const notes[] = {
		"ab was a copy of ba when it was read, and has not changed with it. Change "
		"\"both\", "
		"or ab too.",
		"ba was a copy of ab when it was read, and has not changed with it. Change "
		"\"both\", "
		"or ba too.",
	};
	struct wf_node *owner = wf_conf_owner_node(running(r), t->link, t->class);
	bool other = t->side[0]; /* whose side it is not */
	const struct wf_node *dir = wf_conf_dir_node(owner, (enum wf_side)other, false);

	return (t->side[0] && t->side[1]) || dir == NULL || !dir->copied ? NULL : notes[other];
}

int
wf_target_for(struct wf_node *patch, wf_ns_t *for_ns, struct wf_err *err)
{
	const struct wf_where where = { .path = "for" };
	struct wf_node *n = wf_node_get(patch, "for");
	char buf[64], hint[WF_UNITS_HINT];
	const char *text;
	int rc = 0;

	*for_ns = 0;
	if (n == NULL)
		return 0;
	text = n->kind == WF_NODE_STRING ? n->string : wf_node_text(n, buf, sizeof(buf));
	if (text == NULL || wf_units_duration(text, for_ns) < 0 || *for_ns < WF_NS_PER_MS ||
		*for_ns > 365ull * 86400 * WF_NS_PER_S)
		rc = wf_err_add(err, &where,
			wf_units_hint_or(WF_UNITS_DURATION, text != NULL ? text : "",
				"Write \"for\": \"60s\"; a change without it stays", hint),
			"\"%s\" is not a time from 1 ms to a year", text != NULL ? text : "...");
	wf_node_free(n);
	return rc;
}

/* The body as a change of the target. 0 and *out, or -errno. */
static int
change_of(const struct wf_target *t, const json_t *body, struct wf_change **out, struct wf_err *err)
{
	struct wf_change_item item = { .side = { t->side[0], t->side[1] },
		.patch = wf_json_to_node(body) };
	wf_ns_t for_ns;
	int rc;

	*out = NULL;
	if (item.patch == NULL)
		return -ENOMEM;
	snprintf(item.link, sizeof(item.link), "%s", t->link);
	snprintf(item.class, sizeof(item.class), "%s", t->class != NULL ? t->class : "");
	rc = wf_target_for(item.patch, &for_ns, err);
	*out = rc == 0 ? wf_change_new(0, for_ns) : NULL;
	if (*out == NULL) {
		wf_node_free(item.patch);
		return rc < 0 ? rc : -ENOMEM;
	}
	return wf_change_add(*out, &item);
}

void
wf_target_submit(struct wf_request *r, struct wf_change *c, const char *note,
	json_t *(*config)(struct wf_request *r, const void *ctx), const void *ctx)
{
	struct wf_err *err = wf_err_new();
	uint64_t generation = 0;
	const struct wf_override *o;
	json_t *body;
	int rc = err != NULL ? r->ops->change(r->ops->ctx, c, &generation, err) : -ENOMEM;

	if (rc < 0) {
		wf_http_failed(r, rc, err);
		wf_err_free(err);
		return;
	}
	o = wf_overrides_newest(&r->ops->setup(r->ops->ctx)->overrides);
	body = json_pack("{s:o,s:I,s:s*}", "config", config(r, ctx), "override", (json_int_t)o->id,
		"note", note);
	if (body != NULL && o->until_ns != UINT64_MAX)
		json_object_set_new(body, "until_ns",
			json_integer((json_int_t)r->ops->wall(r->ops->ctx, o->until_ns)));
	wf_later_reply(r, generation, body);
	wf_err_free(err);
}

static json_t *
config_of(struct wf_request *r, const void *ctx)
{
	return target_json(r, ctx);
}

static void
patch(struct wf_request *r, const struct wf_target *t, const json_t *body)
{
	struct wf_err *err = wf_err_new();
	struct wf_change *c = NULL;
	int rc = err != NULL ? change_of(t, body, &c, err) : -ENOMEM;

	if (rc < 0)
		wf_http_failed(r, rc, err);
	else
		wf_target_submit(r, c, note_of(r, t), config_of, t);
	wf_change_free(c);
	wf_err_free(err);
}

char *
wf_target_words(const json_t *j)
{
	static const char cut[] = "...";
	char *text = json_dumps(j, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));

	if (text != NULL && strlen(text) > WHAT_MAX)
		memcpy(text + WHAT_MAX - strlen(cut), cut, sizeof(cut));
	return text;
}

json_t *
wf_target_body(struct wf_request *r)
{
	enum wf_media media = wf_http_media(r);
	json_t *body;

	if (media != WF_MEDIA_JSON && media != WF_MEDIA_MERGE_PATCH) {
		wf_http_problem(r, 415, NULL,
			"Content-Type must be application/merge-patch+json or application/json.");
		return NULL;
	}
	body = wf_http_body_json(r);
	if (body == NULL)
		return NULL;
	r->what = wf_target_words(body);
	if (json_is_object(body))
		return body;
	json_decref(body);
	wf_http_problem(r, 422, NULL, "The body must be a JSON object.");
	return NULL;
}

static void
change(struct wf_request *r, bool with_class)
{
	struct wf_target t;
	json_t *body;

	if (!wf_target_read(r, with_class, &t))
		return;
	r->about = t.name;
	body = wf_target_body(r);
	if (body != NULL)
		patch(r, &t, body);
	json_decref(body);
}

/* Makes the direction `want` (taken; NULL: out of memory), or a plain wire if that is empty. */
static void
replace(struct wf_request *r, const struct wf_target *t, struct wf_node *want)
{
	struct wf_err *err = wf_err_new();
	struct wf_change *c = NULL;
	wf_ns_t for_ns = 0;
	int rc = want != NULL && err != NULL ? wf_target_for(want, &for_ns, err) : -ENOMEM;

	if (rc == 0)
		rc = (c = wf_change_new(0, for_ns)) != NULL ? 0 : -ENOMEM;
	for (int side = 0; side < 2 && rc == 0; side++)
		if (t->side[side])
			rc = wf_target_replace(r, c, t->link, t->class, (enum wf_side)side, want);
	if (rc < 0)
		wf_http_failed(r, rc, err);
	else
		wf_target_submit(r, c, NULL, config_of, t);
	wf_change_free(c);
	wf_node_free(want);
	wf_err_free(err);
}

static void
put(struct wf_request *r, bool with_class)
{
	struct wf_target t;
	json_t *body;

	if (!wf_target_read(r, with_class, &t))
		return;
	r->about = t.name;
	body = wf_target_body(r);
	if (body != NULL)
		replace(r, &t, wf_json_to_node(body));
	json_decref(body);
}

static void
clear(struct wf_request *r, bool with_class)
{
	struct wf_target t;

	if (!wf_target_read(r, with_class, &t))
		return;
	r->about = t.name;
	replace(r, &t, wf_node_new(WF_NODE_GROUP, NULL));
}

void
wf_route_dir_get(struct wf_request *r)
{
	get(r, false);
}

void
wf_route_dir_patch(struct wf_request *r)
{
	change(r, false);
}

void
wf_route_dir_put(struct wf_request *r)
{
	put(r, false);
}

void
wf_route_dir_delete(struct wf_request *r)
{
	clear(r, false);
}

void
wf_route_class_get(struct wf_request *r)
{
	get(r, true);
}

void
wf_route_class_patch(struct wf_request *r)
{
	change(r, true);
}

void
wf_route_class_put(struct wf_request *r)
{
	put(r, true);
}

void
wf_route_class_delete(struct wf_request *r)
{
	clear(r, true);
}
