/* SPDX-License-Identifier: BSD-3-Clause
 * Reading lists of changes. Control threads only.
 */
#include "wf_changes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wf_conf_bind.h"
#include "wf_setup.h"

struct times {
	uint64_t given;
	wf_ns_t at_ns, for_ns;
	uint64_t run_key;
	bool phase;
};
enum { AT, FOR, RUN, PHASE, LINK, CLASS, AB, BA, BOTH, REPLACE, ITEMS };
/* Rows that are read here, not by the table. */
#define ITEM_KEYS 0x3full
#define NAMES     (ITEM_KEYS << LINK | 1ull << ITEMS)

const struct wf_param wf_changes_table[] = {
	{ .name = "at",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct times, at_ns),
		.help = "when it comes into force, from the start; must be given" },
	{ .name = "for",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct times, for_ns),
		.min = "1ns",
		.help = "and how long it stays; without it, to the end" },
	{ .name = "run",
		.type = WF_PARAM_COUNT,
		.offset = offsetof(struct times, run_key),
		.help = "all flows and states begin anew with it, and draws are keyed by this "
			"number besides the seed" },
	{ .name = "phase",
		.type = WF_PARAM_BOOL,
		.offset = offsetof(struct times, phase),
		.fallback = "false",
		.help = "outages, waves and traces of its directions count from it" },
	{ .name = "link", .type = WF_PARAM_ELSEWHERE, .kind = "string", .help = "the link" },
	{ .name = "class",
		.type = WF_PARAM_ELSEWHERE,
		.kind = "string",
		.help = "a class of it; without one, the link itself" },
	{ .name = "ab",
		.type = WF_PARAM_ELSEWHERE,
		.kind = "group",
		.help = "keys of this direction, as in a configuration" },
	{ .name = "ba", .type = WF_PARAM_ELSEWHERE, .kind = "group", .help = "the same of ba" },
	{ .name = "both",
		.type = WF_PARAM_ELSEWHERE,
		.kind = "group",
		.help = "the same of the two" },
	{ .name = "replace",
		.type = WF_PARAM_ELSEWHERE,
		.kind = "on or off",
		.help = "impairments that the directions have, and that stand not here, go" },
	{ .name = "items",
		.type = WF_PARAM_ELSEWHERE,
		.kind = "list",
		.help = "several links or classes that change at the same instant, each with link, "
			"class, ab, ba, both, replace" },
	{ 0 },
};

const struct wf_param wf_changes_item_table[] = {
	{ .name = "link", .type = WF_PARAM_ELSEWHERE, .kind = "string", .help = "the link" },
	{ .name = "class", .type = WF_PARAM_ELSEWHERE, .kind = "string", .help = "a class of it" },
	{ .name = "ab", .type = WF_PARAM_ELSEWHERE, .kind = "group", .help = "keys of ab" },
	{ .name = "ba", .type = WF_PARAM_ELSEWHERE, .kind = "group", .help = "keys of ba" },
	{ .name = "both", .type = WF_PARAM_ELSEWHERE, .kind = "group", .help = "keys of the two" },
	{ .name = "replace",
		.type = WF_PARAM_ELSEWHERE,
		.kind = "on or off",
		.help = "other impairments go" },
	{ 0 },
};

/* A name; false: it is none, and that has been told. */
static bool
read_name(const struct wf_node *group, const char *key, char out[WF_NAME_MAX], struct wf_err *err)
{
	const struct wf_node *n = wf_node_get(group, key);

	out[0] = 0;
	if (n == NULL)
		return true;
	if (n->kind != WF_NODE_STRING || *n->string == 0 || strlen(n->string) >= WF_NAME_MAX) {
		wf_conf_complain(err, n, NULL, "a name of up to %d letters is expected here",
			WF_NAME_MAX - 1);
		return false;
	}
	memcpy(out, n->string, strlen(n->string) + 1);
	return true;
}

/* libconfig has no null, so a change that takes a key or block away writes "null". */
static int
make_nulls(struct wf_node *group)
{
	for (struct wf_node *n = group->first, *next; n != NULL; n = next) {
		struct wf_node *null;

		next = n->next;
		if (n->kind == WF_NODE_GROUP && make_nulls(n) < 0)
			return -ENOMEM;
		if (n->kind != WF_NODE_STRING || strcmp(n->string, "null") != 0)
			continue;
		null = wf_node_new(WF_NODE_NULL, n->name);
		if (null == NULL || wf_node_place(null, n) < 0) {
			wf_node_free(null);
			return -ENOMEM;
		}
		wf_node_replace(n, null);
	}
	return 0;
}

/* One direction, or the two, of what the group names. */
static int
add_side(struct wf_change *c, const struct wf_node *group, const char *key,
	struct wf_change_item *item, struct wf_err *err)
{
	const struct wf_node *keys = wf_node_get(group, key);

	if (keys == NULL)
		return 0;
	if (keys->kind != WF_NODE_GROUP)
		return wf_conf_complain(err, keys, "Write ab = { delay = \"20ms\"; }",
			"a group of keys is expected here");
	item->side[WF_AB] = strcmp(key, "ba") != 0;
	item->side[WF_BA] = strcmp(key, "ab") != 0;
	item->patch = wf_node_clone(keys);
	if (item->patch == NULL || make_nulls(item->patch) < 0 ||
		wf_conf_expand_dir(item->patch) < 0) {
		wf_node_free(item->patch);
		return -ENOMEM;
	}
	return wf_change_add(c, item);
}

/* What has no value says what `item` has said before. */
static int
read_replace(const struct wf_node *group, struct wf_change_item *item, struct wf_err *err)
{
	const struct wf_node *n = wf_node_get(group, "replace");

	if (n == NULL)
		return 0;
	if (n->kind != WF_NODE_BOOL)
		return wf_conf_complain(err, n, "Write replace = true", "on or off?");
	item->replace = n->boolean;
	return 0;
}

static int
read_item(struct wf_change *c, const struct wf_node *group, const struct wf_change_item *like,
	struct wf_err *err)
{
	static const char *const sides[] = { "both", "ab", "ba" };
	struct wf_change_item item = { .replace = like->replace };
	uint32_t before = c->n_items;
	int rc = 0;

	if (!read_name(group, "link", item.link, err) ||
		!read_name(group, "class", item.class, err) || read_replace(group, &item, err) < 0)
		return -EINVAL;
	if (*item.link == 0)
		memcpy(item.link, like->link, sizeof(item.link));
	if (*item.link == 0)
		return wf_conf_complain(err, group, "Write link = \"wan\"", "of which link?");
	if (strcmp(item.class, "default") == 0)
		item.class[0] = 0;
	for (size_t i = 0; rc == 0 && i < WF_ARRAY_SIZE(sides); i++)
		rc = add_side(c, group, sides[i], &item, err);
	if (rc == 0 && c->n_items == before)
		rc = wf_conf_complain(err, group, "Write ab = { loss = \"5%\"; }",
			"says neither ab nor ba nor both: it changes nothing");
	return rc;
}

int
wf_changes_items(struct wf_change *c, const struct wf_node *group,
	const struct wf_change_item *like, struct wf_err *err)
{
	const struct wf_node *items = wf_node_get(group, "items");
	int rc = 0;

	if (items == NULL)
		return read_item(c, group, like, err);
	for (int i = LINK; i < ITEMS; i++)
		if (wf_node_get(group, wf_changes_table[i].name) != NULL)
			rc = wf_conf_complain(err, wf_node_get(group, wf_changes_table[i].name),
				"Put it into the item", "stands beside items");
	if (items->kind != WF_NODE_LIST || items->first == NULL)
		return wf_conf_complain(err, items, NULL, "a list of groups is expected here");
	for (const struct wf_node *n = items->first; n != NULL; n = n->next) {
		struct times none = { 0 };
		int one = n->kind != WF_NODE_GROUP
				  ? wf_conf_complain(err, n, NULL, "a group is expected here")
				  : wf_conf_bind_table(
					    n, wf_changes_item_table, ITEM_KEYS, &none, err);

		if (one == 0)
			one = read_item(c, n, like, err);
		rc = one < 0 ? one : rc;
	}
	return rc;
}

int
wf_changes_add(struct wf_changes *out, const struct wf_node *group, struct wf_err *err)
{
	static const struct wf_change_item nothing = { 0 };
	struct times t = { 0 };
	struct wf_change *c, **more;
	int rc;

	if (wf_conf_bind_table(group, wf_changes_table, NAMES, &t, err) < 0)
		return -EINVAL;
	c = wf_change_new(t.at_ns, t.for_ns);
	more = realloc(out->change, (out->n + (size_t)1) * sizeof(struct wf_change *));
	if (more != NULL)
		out->change = more;
	if (c == NULL || more == NULL) {
		wf_change_free(c);
		return -ENOMEM;
	}
	c->phase = t.phase;
	c->run = wf_param_given(&t, RUN);
	c->run_key = t.run_key;
	rc = wf_changes_items(c, group, &nothing, err);
	out->change[out->n++] = c;
	return rc;
}

static int
read_change(const struct wf_node *group, struct wf_changes *out, struct wf_err *err)
{
	if (group->kind != WF_NODE_GROUP)
		return wf_conf_complain(err, group, NULL, "a group is expected here");
	if (wf_node_get(group, "at") == NULL)
		return wf_conf_complain(err, group, "Write at = \"10s\"", "when is it to begin?");
	return wf_changes_add(out, group, err);
}

/* What begins later stands above what began before, wherever the two are written. Stable: insertion
 * moves nothing in a list that is in order. */
static void
sort_by_time(struct wf_changes *c)
{
	assert(c->n == 0 || c->change != NULL);
	for (uint32_t i = 1; i < c->n; i++) {
		struct wf_change *moved = c->change[i];
		uint32_t k = i;

		for (; k > 0 && c->change[k - 1]->at_ns > moved->at_ns; k--)
			c->change[k] = c->change[k - 1];
		c->change[k] = moved;
	}
}

int
wf_changes_read(const struct wf_node *tree, struct wf_changes *out, struct wf_err *err)
{
	static const char *const keys[] = { "changes", NULL };
	const struct wf_node *list = wf_node_get(tree, "changes");
	int rc = 0;

	*out = (struct wf_changes){ 0 };
	for (const struct wf_node *n = tree->first; n != NULL; n = n->next)
		if (n != list)
			rc = wf_conf_unknown(err, n, keys);
	if (list == NULL || list->kind != WF_NODE_LIST)
		rc = wf_conf_complain(err, list != NULL ? list : tree,
			"Write changes = ( { at = \"10s\"; link = \"wan\"; ab = { loss = \"5%\"; "
			"}; } )",
			"there is no list of changes");
	else if (wf_node_length(list) > WF_OVERRIDES_MAX)
		rc = wf_conf_complain(err, list, "Write a scenario, or several items in a change",
			"more than %d changes", WF_OVERRIDES_MAX);
	else
		for (const struct wf_node *n = list->first; n != NULL; n = n->next) {
			int one = read_change(n, out, err);

			rc = one < 0 ? one : rc;
		}
	if (rc < 0)
		wf_changes_free(out);
	else
		sort_by_time(out);
	return rc;
}

void
wf_changes_free(struct wf_changes *c)
{
	while (c->n > 0)
		wf_change_free(c->change[--c->n]);
	free(c->change);
	c->change = NULL;
}

int
wf_changes_override(const struct wf_changes *c, wf_ns_t start_ns, struct wf_overrides *out)
{
	for (uint32_t i = 0; i < c->n; i++) {
		struct wf_change *change = c->change[i];
		wf_ns_t from_ns = start_ns + change->at_ns;
		struct wf_override o = { .from_ns = from_ns,
			.until_ns = change->for_ns != 0 ? from_ns + change->for_ns : UINT64_MAX,
			.change = change };

		if (wf_overrides_add(out, &o) < 0)
			return -ENOMEM;
	}
	return 0;
}
