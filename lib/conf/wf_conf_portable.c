/* SPDX-License-Identifier: BSD-3-Clause
 * A configuration that may be saved anywhere: the names of files become absolute. Control threads
 * only.
 *
 * A relative name belongs to the folder of the file that it was written in (wf_slurp_beside), or to
 * the working directory if it came over the control socket.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wf_conf.h"

/* Heap; NULL: out of memory. `from` is the file that the name was written in, or NULL. */
static char *
absolute(const char *name, const char *from)
{
	const char *slash = from != NULL ? strrchr(from, '/') : NULL;
	int folder = slash != NULL ? (int)(slash + 1 - from) : 0;
	char *here = folder > 0 && *from == '/' ? strdup("") : getcwd(NULL, 0), *path = NULL;

	if (here != NULL && asprintf(&path, "%s%s%.*s%s", here, *here != 0 ? "/" : "", folder,
				    folder > 0 ? from : "", name) < 0)
		path = NULL;
	free(here);
	return path;
}

/* A key of a block: false only when out of memory. */
static bool
settle_key(struct wf_node *key, const struct wf_param *table)
{
	int row = key->kind == WF_NODE_STRING ? wf_param_find(table, key->name) : -1;
	char *path;

	if (row < 0 || !table[row].names_file || *key->string == '/' || *key->string == 0)
		return true;
	path = absolute(key->string, key->parent->file);
	if (path == NULL)
		return false;
	/* The name alone of one of netem's tables is no file here. */
	if (strchr(key->string, '/') == NULL && access(path, F_OK) != 0) {
		free(path);
		return true;
	}
	free(key->string);
	key->string = path;
	return true;
}

/* A link or a class. */
static bool
settle_owner(const struct wf_node *owner)
{
	bool good = true;

	for (int side = 0; side < 2; side++) {
		const struct wf_node *dir = wf_node_get(owner, side == WF_AB ? "ab" : "ba");

		if (dir == NULL || dir->kind != WF_NODE_GROUP)
			continue;
		for (struct wf_node *block = dir->first; block != NULL; block = block->next) {
			int id = wf_stage_find(block->name);

			if (id < 0 || block->kind != WF_NODE_GROUP)
				continue;
			for (struct wf_node *k = block->first; k != NULL; k = k->next)
				good &= settle_key(k, wf_stage_registry[id]->params);
		}
	}
	return good;
}

struct wf_node *
wf_conf_portable(const struct wf_node *tree)
{
	struct wf_node *copy = wf_node_clone(tree), *links = wf_node_get(copy, "links");
	bool good = copy != NULL;

	if (links == NULL || links->kind != WF_NODE_LIST)
		return copy;
	for (struct wf_node *l = links->first; l != NULL; l = l->next) {
		const struct wf_node *classes = wf_node_get(l, "classes");

		good &= settle_owner(l);
		if (classes == NULL || classes->kind != WF_NODE_LIST)
			continue;
		for (struct wf_node *c = classes->first; c != NULL; c = c->next)
			good &= settle_owner(c);
	}
	if (good)
		return copy;
	wf_node_free(copy);
	return NULL;
}
