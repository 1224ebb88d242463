/* SPDX-License-Identifier: BSD-3-Clause
 * Handlers of links, and of the directions of links and of their classes, as configured. Control
 * thread only.
 */
#include <errno.h>
#include <string.h>

#include "wf_json.h"
#include "wf_later.h"
#include "wf_routes.h"
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

/* One direction of a link or of a class, or both, which change together. */
struct target {
	const char *link, *class; /* class: NULL for the link itself */
	bool side[2];
	char name[WF_HTTP_PARAMS * WF_NAME_MAX]; /* "wan voip ab" */
};

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

/* 404, with the nearest of what there is. */
static void
reply_unknown(struct wf_request *r, const struct target *t, const struct wf_node *link)
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
static bool
address(struct wf_request *r, bool with_class, struct target *t)
{
	const struct wf_node *tree = running(r);
	const char *side = r->param[with_class ? 2 : 1];
	const struct wf_node *link;
	bool both = strcmp(side, "both") == 0;

	*t = (struct target){ .link = r->param[0],
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
		reply_unknown(r, t, NULL);
	else if (wf_conf_owner_node(tree, t->link, t->class) == NULL)
		reply_unknown(r, t, link);
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
target_json(struct wf_request *r, const struct target *t)
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
	struct target t;

	if (!address(r, with_class, &t))
		return;
	wf_http_tag(r);
	wf_http_json(r, 200, target_json(r, &t));
}

/* What a user might have expected, and what a change of the target does not do; NULL: nothing. */
static const char *
note_of(const struct wf_request *r, const struct target *t)
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

/* Takes "for" out of the patch. 0, or -EINVAL with a reason. */
static int
read_for(struct wf_node *patch, wf_ns_t *for_ns, struct wf_err *err)
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
change_of(const struct target *t, const json_t *body, struct wf_change **out, struct wf_err *err)
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
	rc = read_for(item.patch, &for_ns, err);
	*out = rc == 0 ? wf_change_new(0, for_ns) : NULL;
	if (*out == NULL) {
		wf_node_free(item.patch);
		return rc < 0 ? rc : -ENOMEM;
	}
	return wf_change_add(*out, &item);
}

static void
reply_patch(struct wf_request *r, const struct target *t, uint64_t generation, const char *note)
{
	const struct wf_overrides *list = &r->ops->setup(r->ops->ctx)->overrides;
	const struct wf_override *o = &list->at[list->n - 1];
	json_t *body = json_pack("{s:o,s:I,s:s*}", "config", target_json(r, t), "override",
		(json_int_t)o->id, "note", note);

	if (body != NULL && o->until_ns != UINT64_MAX)
		json_object_set_new(body, "until_ns",
			json_integer((json_int_t)r->ops->wall(r->ops->ctx, o->until_ns)));
	wf_later_reply(r, generation, body);
}

static void
patch(struct wf_request *r, const struct target *t, const json_t *body)
{
	struct wf_err *err = wf_err_new();
	const char *note = note_of(r, t);
	struct wf_change *c = NULL;
	uint64_t generation = 0;
	int rc = err != NULL ? change_of(t, body, &c, err) : -ENOMEM;

	if (rc == 0)
		rc = r->ops->change(r->ops->ctx, c, &generation, err);
	if (rc < 0)
		wf_http_failed(r, rc, err);
	else
		reply_patch(r, t, generation, note);
	wf_change_free(c);
	wf_err_free(err);
}

/* For events: what is longer than a page is left out. NULL: out of memory. */
static char *
short_json(const json_t *j)
{
	static const char cut[] = "...";
	char *text = json_dumps(j, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));

	if (text != NULL && strlen(text) > WHAT_MAX)
		memcpy(text + WHAT_MAX - strlen(cut), cut, sizeof(cut));
	return text;
}

static void
change(struct wf_request *r, bool with_class)
{
	enum wf_media media = wf_http_media(r);
	struct target t;
	json_t *body;

	if (!address(r, with_class, &t))
		return;
	if (media != WF_MEDIA_JSON && media != WF_MEDIA_MERGE_PATCH) {
		wf_http_problem(r, 415, NULL,
			"Content-Type must be application/merge-patch+json or application/json.");
		return;
	}
	r->about = t.name;
	body = wf_http_body_json(r);
	if (body == NULL)
		return;
	r->what = short_json(body);
	if (json_is_object(body))
		patch(r, &t, body);
	else
		wf_http_problem(r, 422, NULL, "The patch must be a JSON object.");
	json_decref(body);
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
wf_route_class_get(struct wf_request *r)
{
	get(r, true);
}

void
wf_route_class_patch(struct wf_request *r)
{
	change(r, true);
}
