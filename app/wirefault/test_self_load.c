/* SPDX-License-Identifier: BSD-3-Clause
 * What `wirefault test self` runs: one link of a configuration, its ports replaced, and the same
 * without anything between them. Control thread.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "test_self.h"
#include "wf_generator_args.h"

/* Of a configuration's own top level, what matters here. */
static const char *const kept[] = { "schema_version", "seed", "workers", "memory", "by_value",
	"max_flows", "flow_idle", "ports", "links" };
/* Of a link, what a plain wire has as well. */
static const char *const plain[] = { "name", "ports" };

/* Removes the members of a group whose names are not in the list. */
static void
keep_only(struct wf_node *group, const char *const *names, size_t n)
{
	struct wf_node *next;

	for (struct wf_node *m = group->first; m != NULL; m = next) {
		size_t i = 0;

		next = m->next;
		while (i < n && strcmp(m->name, names[i]) != 0)
			i++;
		if (i == n)
			wf_node_free(m);
	}
}

/* Removes the members of a list but two. */
static void
keep_members(struct wf_node *list, const struct wf_node *a, const struct wf_node *b)
{
	struct wf_node *next;

	for (struct wf_node *m = list->first; m != NULL; m = next) {
		next = m->next;
		if (m != a && m != b)
			wf_node_free(m);
	}
}

static struct wf_node *
find_link(const struct wf_node *tree, const char *name, struct wf_err *err)
{
	const struct wf_node *links = wf_node_get(tree, "links");
	const char *names[WF_CONF_MAX_LINKS + 1] = { 0 }, *near;
	char hint[WF_NAME_MAX + 32];
	size_t n = 0;

	for (struct wf_node *l = links->first; l != NULL; l = l->next) {
		const char *own = wf_node_get(l, "name")->string;

		if (name == NULL ? links->first->next == NULL : strcmp(name, own) == 0)
			return l;
		names[n++] = own;
	}
	if (name == NULL) {
		wf_err_add(err, NULL, "Write --link NAME",
			"the configuration has %zu links: which?", n);
		return NULL;
	}
	near = wf_suggest(name, names);
	snprintf(hint, sizeof(hint), "Did you mean \"%s\"?", near != NULL ? near : "");
	wf_err_add(err, NULL, near != NULL ? hint : NULL, "there is no link \"%s\"", name);
	return NULL;
}

/* As many flows as there are have room, unless somebody has said how many may. */
static int
make_room(struct wf_node *tree, const struct wf_self *s, const struct wf_generator_spec *spec)
{
	int64_t flows = (int64_t)spec->flows * (s->both ? 2 : 1);
	struct wf_node *n;

	if (wf_node_get(tree, "max_flows") != NULL || flows <= 32768)
		return 0;
	n = wf_node_new(WF_NODE_INT, "max_flows");
	if (n == NULL)
		return -ENOMEM;
	n->integer = 2 * flows;
	wf_node_append(tree, n);
	return 0;
}

/* The tree of one link, between a generator and a sink (or another generator). */
static int
cut_out(struct wf_node *tree, struct wf_self *s, const char *name, struct wf_err *err)
{
	struct wf_node *link = find_link(tree, name, err), *port[2];
	struct wf_generator_spec spec;
	char *device;
	int rc;

	if (link == NULL)
		return -EINVAL;
	if (asprintf(&device, "generator%s%s", *s->traffic != 0 ? "," : "", s->traffic) < 0)
		return wf_err_add(err, NULL, NULL, "out of memory");
	rc = wf_generator_parse(device, 0, &spec, &(struct wf_where){ .path = "--traffic" }, err);
	keep_only(tree, kept, WF_ARRAY_SIZE(kept));
	keep_members(link->parent, link, NULL);
	for (size_t side = 0; side < 2; side++)
		port[side] = wf_bridge_port(tree, link, side);
	keep_members(wf_node_get(tree, "ports"), port[0], port[1]);
	for (size_t side = 0; side < 2 && rc == 0; side++)
		rc = wf_bridge_set_device(port[side], side == 0 || s->both ? device : "sink", err);
	/* At a rate that might take for ever, and says nothing of costs anyway. */
	if (rc == 0 && spec.pps == 0 && spec.bps == 0)
		s->warm = 2 * (uint64_t)spec.flows * (s->both ? 2 : 1);
	if (rc == 0 && make_room(tree, s, &spec) < 0)
		rc = wf_err_add(err, NULL, NULL, "out of memory");
	free(device);
	return rc;
}

int
wf_self_load(struct wf_self *s, const struct wf_bridge *from, const char *name, const char *seed,
	struct wf_err *err)
{
	struct wf_loaded whole;
	struct wf_node *tree, *wire = NULL;

	/* First as it is: what is wrong with it is said of the file's own lines. */
	if (wf_load(from, seed, &whole, err) < 0)
		return -EINVAL;
	tree = whole.tree;
	whole.tree = NULL;
	if (cut_out(tree, s, name, err) == 0)
		wire = wf_node_clone(tree);
	if (wire == NULL) {
		wf_node_free(tree);
	} else {
		keep_only(wf_node_get(wire, "links")->first, plain, WF_ARRAY_SIZE(plain));
		wf_load_tree(wire, seed, &s->wire, err);
		wf_load_tree(tree, seed, &s->link, err);
		s->wire.seed = s->link.seed = whole.seed;
	}
	wf_unload(&whole);
	return s->wire.conf != NULL && s->link.conf != NULL ? 0 : -EINVAL;
}

void
wf_self_unload(struct wf_self *s)
{
	wf_unload(&s->link);
	wf_unload(&s->wire);
	free(s->reasons);
}
