/* SPDX-License-Identifier: BSD-3-Clause
 * Changes from items of others. Control threads only.
 */
#include <string.h>

#include "wf_change.h"

static int
add_copy(struct wf_change *to, const struct wf_change_item *item)
{
	struct wf_change_item copy = *item;

	copy.patch = wf_node_clone(item->patch);
	return wf_change_add(to, &copy);
}

struct wf_change *
wf_change_part(const struct wf_change *c, const struct wf_node *tree, bool fits)
{
	struct wf_change *part = wf_change_new(c->at_ns, c->for_ns);

	if (part != NULL) {
		part->phase = c->phase;
		part->run = c->run;
		part->run_key = c->run_key;
		part->seeded = c->seeded;
		part->seed = c->seed;
	}
	for (uint32_t i = 0; part != NULL && i < c->n_items; i++) {
		const struct wf_change one = { .n_items = 1, .item = &c->item[i] };

		if (wf_change_fits(&one, tree, NULL) != fits || add_copy(part, one.item) == 0)
			continue;
		wf_change_free(part);
		part = NULL;
	}
	return part;
}

/* A word may choose what other keys there are, such as a model. */
static bool
is_word(const struct wf_node *n)
{
	return n->kind == WF_NODE_NULL ||
	       (n->kind == WF_NODE_STRING && (*n->string < '0' || *n->string > '9'));
}

/* Is after `b` nothing left of what `a` has set, nor of what it has removed? With other changes in
 * between only if no words are among it: they would have met another model. */
static bool
covers(const struct wf_node *b, const struct wf_node *a, bool next)
{
	for (const struct wf_node *n = a->first; n != NULL; n = n->next) {
		const struct wf_node *m = wf_node_get(b, n->name);

		if (m == NULL || (n->kind == WF_NODE_GROUP) != (m->kind == WF_NODE_GROUP))
			return false;
		if (n->kind == WF_NODE_GROUP && !covers(m, n, next))
			return false;
		if (n->kind != WF_NODE_GROUP && is_word(n) && !(next && wf_node_equal(n, m)))
			return false;
	}
	return true;
}

static bool
same_owner(const struct wf_change_item *a, const struct wf_change_item *b)
{
	return strcmp(a->link, b->link) == 0 && strcmp(a->class, b->class) == 0;
}

static bool
is_covered(const struct wf_change *c, uint32_t i, const struct wf_change *by)
{
	const struct wf_change_item *item = &c->item[i];
	bool next = true;

	for (uint32_t k = i + 1; k < c->n_items; k++)
		next &= !same_owner(item, &c->item[k]);
	for (uint32_t k = 0; k < by->n_items; k++) {
		const struct wf_change_item *other = &by->item[k];

		if (!same_owner(item, other))
			continue;
		if (item->side[0] == other->side[0] && item->side[1] == other->side[1] &&
			(!item->replace || other->replace) &&
			covers(other->patch, item->patch, next))
			return true;
		next = false;
	}
	return false;
}

struct wf_change *
wf_change_join(const struct wf_change *first, const struct wf_change *second)
{
	struct wf_change *c = wf_change_new(second->at_ns, second->for_ns);
	int rc = c != NULL ? 0 : -1;

	if (rc == 0) {
		c->phase = second->phase;
		c->run = second->run;
		c->run_key = second->run_key;
		c->seeded = second->seeded;
		c->seed = second->seed;
	}
	for (uint32_t i = 0; rc == 0 && i < first->n_items; i++)
		if (!is_covered(first, i, second))
			rc = add_copy(c, &first->item[i]);
	for (uint32_t i = 0; rc == 0 && i < second->n_items; i++)
		rc = add_copy(c, &second->item[i]);
	if (rc == 0)
		return c;
	wf_change_free(c);
	return NULL;
}
