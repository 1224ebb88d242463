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
#include "wf_conf_bind.h"
#include "wf_conf_files.h"

/* A key of a block: false only when out of memory. */
static bool
settle_key(struct wf_node *key, const struct wf_param *table)
{
	int row = key->kind == WF_NODE_STRING ? wf_param_find(table, key->name) : -1;
	char *path;

	if (row < 0 || !table[row].names_file || *key->string == '/' || *key->string == 0)
		return true;
	path = wf_conf_path_absolute(key->string, key->parent->file);
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

bool
wf_conf_settle_dir(const struct wf_node *dir)
{
	bool good = true;

	for (struct wf_node *block = dir->first; block != NULL; block = block->next) {
		int id = wf_block_find(block->name);

		if (id < 0 || block->kind != WF_NODE_GROUP)
			continue;
		for (struct wf_node *k = block->first; k != NULL; k = k->next)
			good &= settle_key(k, wf_block_registry[id]->params);
	}
	return good;
}

/* A link or a class. */
static bool
settle_owner(const struct wf_node *owner)
{
	bool good = true;

	for (int side = 0; side < 2; side++) {
		const struct wf_node *dir = wf_node_get(owner, side == WF_AB ? "ab" : "ba");

		if (dir != NULL && dir->kind == WF_NODE_GROUP)
			good &= wf_conf_settle_dir(dir);
	}
	return good;
}

/* The files in ports' device strings. */
static bool
settle_devices(const struct wf_node *ports)
{
	bool good = true;

	if (ports == NULL || ports->kind != WF_NODE_LIST)
		return true;
	for (const struct wf_node *p = ports->first; p != NULL; p = p->next) {
		struct wf_node *device = p->kind == WF_NODE_GROUP ? wf_node_get(p, "device") : NULL;
		char *settled;

		if (device == NULL || device->kind != WF_NODE_STRING)
			continue;
		settled = wf_conf_device_files(device->string, device->file, wf_conf_path_absolute);
		good &= settled != NULL;
		if (settled == NULL)
			continue;
		free(device->string);
		device->string = settled;
	}
	return good;
}

static bool
settle_control(const struct wf_node *control)
{
	bool good = true;

	if (control == NULL || control->kind != WF_NODE_GROUP)
		return true;
	for (struct wf_node *k = control->first; k != NULL; k = k->next)
		good &= settle_key(k, wf_control_table);
	return good;
}

struct wf_node *
wf_conf_portable(const struct wf_node *tree)
{
	struct wf_node *copy = wf_node_clone(tree), *links = wf_node_get(copy, "links");
	bool good = copy != NULL && settle_devices(wf_node_get(copy, "ports")) &&
		    settle_control(wf_node_get(copy, "control"));
	struct wf_node *first = links != NULL && links->kind == WF_NODE_LIST ? links->first : NULL;

	for (struct wf_node *l = first; l != NULL; l = l->next) {
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
