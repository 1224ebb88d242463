/* SPDX-License-Identifier: BSD-3-Clause
 * One link cut out of a configuration. Control thread.
 */
#include "cut.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bridge.h"

/* Of a configuration's own top level, what matters here. */
static const char *const kept[] = { "schema_version", "seed", "workers", "memory", "by_value",
	"max_flows", "idle", "flow_idle", "ports", "links" };
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

struct wf_node *
wf_cut_find(const struct wf_node *tree, const char *name, struct wf_err *err)
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

int
wf_cut_link(
	struct wf_node *tree, struct wf_node *link, const char *const device[2], struct wf_err *err)
{
	struct wf_node *port[2];
	int rc = 0;

	keep_only(tree, kept, WF_ARRAY_SIZE(kept));
	keep_members(link->parent, link, NULL);
	for (size_t side = 0; side < 2; side++)
		port[side] = wf_bridge_port(tree, link, side);
	keep_members(wf_node_get(tree, "ports"), port[0], port[1]);
	for (size_t side = 0; side < 2 && rc == 0; side++)
		rc = wf_bridge_set_device(port[side], device[side], err);
	return rc;
}

void
wf_cut_wire(struct wf_node *link)
{
	keep_only(link, plain, WF_ARRAY_SIZE(plain));
}

/* As in a configuration, `workers = [ 1, 2 ]`. */
static struct wf_node *
list_of(const char *cores)
{
	struct wf_node *list = wf_node_new(WF_NODE_LIST, "workers");
	const char *at = cores;

	while (list != NULL) {
		struct wf_node *n = wf_node_new(WF_NODE_INT, NULL);
		size_t digits = strspn(at, "0123456789");

		if (n != NULL)
			wf_node_append(list, n);
		if (n == NULL || digits == 0 || digits > 4 ||
			(at[digits] != 0 && at[digits] != ','))
			break;
		n->integer = strtol(at, NULL, 10);
		if (at[digits] == 0)
			return list;
		at += digits + 1;
	}
	wf_node_free(list);
	return NULL;
}

int
wf_cut_workers(struct wf_node *tree, const char *cores, struct wf_err *err)
{
	struct wf_node *list = list_of(cores), *old = wf_node_get(tree, "workers");

	if (list == NULL)
		return wf_err_add(err, NULL, "Write --workers 1,2",
			"\"%.64s\" is not a list of cores", cores);
	wf_node_free(old);
	wf_node_append(tree, list);
	return 0;
}

int
wf_cut_room(struct wf_node *tree, uint64_t flows)
{
	struct wf_node *n;

	if (wf_node_get(tree, "max_flows") != NULL || flows <= 32768)
		return 0;
	n = wf_node_new(WF_NODE_INT, "max_flows");
	if (n == NULL)
		return -ENOMEM;
	n->integer = 2 * (int64_t)flows;
	wf_node_append(tree, n);
	return 0;
}
