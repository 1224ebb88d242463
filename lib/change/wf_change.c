/* SPDX-License-Identifier: BSD-3-Clause
 * Changes and how they are merged into a tree. Control threads only.
 */
#include "wf_change.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct wf_change *
wf_change_new(wf_ns_t at_ns, wf_ns_t for_ns)
{
	struct wf_change *c = calloc(1, sizeof(*c));

	if (c != NULL)
		*c = (struct wf_change){ .references = 1, .at_ns = at_ns, .for_ns = for_ns };
	return c;
}

int
wf_change_add(struct wf_change *c, const struct wf_change_item *like)
{
	struct wf_change_item *more = realloc(c->item, (c->n_items + (size_t)1) * sizeof(*c->item));

	if (more == NULL || like->patch == NULL) {
		if (more != NULL)
			c->item = more;
		wf_node_free(like->patch);
		return -ENOMEM;
	}
	c->item = more;
	c->item[c->n_items++] = *like;
	return 0;
}

struct wf_change *
wf_change_hold(struct wf_change *c)
{
	c->references++;
	return c;
}

void
wf_change_free(struct wf_change *c)
{
	if (c == NULL || --c->references > 0)
		return;
	for (uint32_t i = 0; i < c->n_items; i++)
		wf_node_free(c->item[i].patch);
	free(c->item);
	free(c);
}

static struct wf_node *
owner_of(const struct wf_change_item *item, const struct wf_node *tree)
{
	return wf_conf_owner_node(tree, item->link, *item->class != 0 ? item->class : NULL);
}

bool
wf_change_fits(const struct wf_change *c, const struct wf_node *tree, struct wf_err *err)
{
	bool fits = true;

	for (uint32_t i = 0; i < c->n_items; i++) {
		const struct wf_change_item *item = &c->item[i];
		bool no_link = wf_conf_owner_node(tree, item->link, NULL) == NULL;

		if (owner_of(item, tree) != NULL)
			continue;
		fits = false;
		if (err != NULL && no_link)
			wf_err_add(err, NULL, NULL, "there is no link \"%s\"", item->link);
		else if (err != NULL)
			wf_err_add(err, NULL, NULL, "link \"%s\" has no class \"%s\"", item->link,
				item->class);
	}
	return fits;
}

/* What a direction does to packets goes; what else is said of it (scope, bypass) stays. */
static void
clear_blocks(struct wf_node *dir)
{
	for (struct wf_node *n = dir->first, *next; n != NULL; n = next) {
		next = n->next;
		if (wf_block_find(n->name) >= 0)
			wf_node_free(n);
	}
}

/* Merges into one direction, which stands on its own from here if `alone`. */
static int
merge_side(struct wf_node *owner, enum wf_side side, const struct wf_change_item *item, bool alone,
	struct wf_err *err)
{
	bool absent = wf_conf_dir_node(owner, side, false) == NULL;
	struct wf_node *dir = wf_conf_dir_node(owner, side, true);
	int rc = -ENOMEM;

	if (dir != NULL && item->replace)
		clear_blocks(dir);
	if (dir != NULL)
		rc = wf_conf_merge_dir(dir, item->patch, err);

	/* A class takes packets from others in a direction that it has, even an empty one. */
	if (rc == 0 && absent && dir->first == NULL)
		wf_node_free(dir);
	else if (rc == 0 && alone)
		dir->copied = false;
	return rc;
}

int
wf_change_merge(const struct wf_change *c, struct wf_node *tree, struct wf_err *err)
{
	int rc = 0;

	for (uint32_t i = 0; i < c->n_items && rc == 0; i++) {
		const struct wf_change_item *item = &c->item[i];
		struct wf_node *owner = owner_of(item, tree);

		for (int side = 0; side < 2 && rc == 0; side++)
			if (item->side[side])
				rc = merge_side(
					owner, (enum wf_side)side, item, !item->side[!side], err);
	}
	return rc;
}

/* What is printed, cut at the end of the room. */
struct text {
	char *out;
	size_t used;
};

static void __attribute__((format(printf, 2, 3))) print(struct text *t, const char *fmt, ...)
{
	size_t room = WF_CHANGE_TEXT - t->used;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(t->out + t->used, room, fmt, ap);
	va_end(ap);
	if (n > 0)
		t->used += (size_t)n < room ? (size_t)n : room - 1;
}

static void
print_keys(struct text *t, const char *block, const struct wf_node *group)
{
	char value[64];

	for (const struct wf_node *n = group->first; n != NULL; n = n->next) {
		const char *text = wf_node_text(n, value, sizeof(value));

		if (n->kind == WF_NODE_GROUP) {
			print_keys(t, n->name, n);
			continue;
		}
		print(t, " %s%s%s=%s", block, *block != 0 ? "." : "", n->name,
			n->kind == WF_NODE_NULL ? "null"
			: text != NULL          ? text
						: "...");
	}
}

const char *
wf_change_format(const struct wf_change *c, char out[WF_CHANGE_TEXT])
{
	struct text t = { .out = out };

	out[0] = 0;
	for (uint32_t i = 0; i < c->n_items; i++) {
		const struct wf_change_item *item = &c->item[i];

		if (c->phase && item->patch->first == NULL && !item->replace)
			continue; /* only its clocks begin */
		print(&t, "%s%s%s%s %s", t.used > 0 ? "; " : "", item->link,
			*item->class != 0 ? " " : "", item->class,
			item->side[0] && item->side[1] ? "both"
			: item->side[0]                ? "ab"
						       : "ba");
		if (item->replace)
			print(&t, " clear");
		print_keys(&t, "", item->patch);
	}
	return out;
}
