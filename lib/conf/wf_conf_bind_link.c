/* SPDX-License-Identifier: BSD-3-Clause
 * Links, their directions and classes, checked. Control threads only.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wf_conf_bind.h"

static const char *const side_name[2] = { "ab", "ba" };

/* A stage's block. A scalar is a block of one key. */
static void
bind_block(struct wf_conf_dir *dir, int id, const struct wf_node *n, struct wf_err *err)
{
	const struct wf_block *ops = wf_block_registry[id];
	int row = wf_param_find(ops->params, ops->main_key);
	char buf[64], path[256];
	const char *text = wf_node_text(n, buf, sizeof(buf));
	struct wf_where where = wf_conf_where(n, path);

	dir->block[id] = calloc(1, ops->params_size);
	dir->block_where[id] = wf_conf_keep_where(n);
	if (dir->block[id] == NULL || wf_param_defaults(ops->params, dir->block[id]) < 0) {
		wf_err_add(err, NULL, NULL, "out of memory");
		return;
	}
	if (text != NULL)
		wf_param_set(ops->params, (size_t)row, text, dir->block[id], &where, err);
	else
		wf_conf_bind_table(n, ops->params, 0, dir->block[id], err);
}

static void
unknown_in_dir(const struct wf_node *n, bool of_class, struct wf_err *err)
{
	const char *names[WF_BLOCK_COUNT + 8];
	size_t count = 0;

	for (int i = 0; i < WF_BLOCK_COUNT; i++)
		names[count++] = wf_block_registry[i]->name;
	names[count++] = "bypass";
	names[count++] = "copy";
	if (!of_class)
		names[count++] = "scope";
	names[count] = NULL;
	wf_conf_unknown(err, n, names);
}

static void
bind_dir(struct wf_conf_dir *dir, const struct wf_node *n, bool of_class, struct wf_err *err)
{
	struct wf_dir_params p = { 0 };

	if (n == NULL)
		return;
	dir->present = true;
	dir->where = wf_conf_keep_where(n);
	if (n->kind != WF_NODE_GROUP) {
		wf_conf_complain(err, n, "Write it as { delay = \"20ms\"; ... }",
			"this is not a group of keys");
		return;
	}
	for (const struct wf_node *k = n->first; k != NULL; k = k->next) {
		int id = wf_block_find(k->name), row = wf_param_find(wf_dir_table, k->name);
		char buf[64], path[256];
		const char *text = wf_node_text(k, buf, sizeof(buf));
		struct wf_where where = wf_conf_where(k, path);

		if (id >= 0)
			bind_block(dir, id, k, err);
		else if (row == DIR_COPY)
			wf_conf_complain(err, k,
				"Write ba = { copy = \"ab\"; } beside ab = { ... }",
				"a direction can copy only the other one, where that is no copy "
				"itself");
		else if (row == DIR_SCOPE && of_class)
			wf_conf_complain(err, k, "Write it beside match = { ... }",
				"\"scope\" is of the whole class");
		else if (row < 0)
			unknown_in_dir(k, of_class, err);
		else if (text == NULL)
			wf_conf_complain(err, k, NULL, "a single value is expected here");
		else
			wf_param_set(wf_dir_table, (size_t)row, text, &p, &where, err);
	}
	dir->bypass = p.bypass;
	dir->scope = (enum wf_scope)p.scope;
}

static void
bind_class(const struct wf_conf_link *link, struct wf_conf_class *c, const struct wf_node *n,
	struct wf_err *err)
{
	const uint64_t others = 1 << CLASS_NAME | 1 << CLASS_MATCH | 1 << CLASS_AB | 1 << CLASS_BA;
	const struct wf_node *match = wf_node_get(n, "match");
	const struct wf_node *filter = wf_node_get(n, "filter");
	struct wf_class_params p = { 0 };

	c->where = wf_conf_keep_where(n);
	if (wf_conf_bind_table(n, wf_class_table, others, &p, err) < 0 && n->kind != WF_NODE_GROUP)
		return;
	c->scope = (enum wf_scope)p.scope;
	c->filter = p.filter;
	if (filter != NULL)
		c->filter_where = wf_conf_keep_where(filter);
	if (wf_conf_bind_name(n, c->name, err) == 0) {
		if (strcmp(c->name, "default") == 0)
			wf_conf_complain(err, wf_node_get(n, "name"), "Choose another name",
				"\"default\" is the class of all other packets");
		if (strcmp(c->name, WF_CLASS_NEIGHBOURS) == 0)
			wf_conf_complain(err, wf_node_get(n, "name"), "Choose another name",
				"\"" WF_CLASS_NEIGHBOURS
				"\" is the class that exempt_neighbours makes");
		for (const struct wf_conf_class *q = link->classes; q < c; q++)
			if (strcmp(q->name, c->name) == 0)
				wf_conf_complain(err, n, "Give it another name",
					"a second class \"%s\"", c->name);
	}
	if (match != NULL)
		wf_conf_bind_match(match, &c->match, err);
	else if (filter == NULL)
		wf_conf_complain(
			err, n, "Write match = { proto = \"udp\"; }", "\"match\" is missing");
	for (int side = 0; side < 2; side++)
		bind_dir(&c->dir[side], wf_node_get(n, side_name[side]), true, err);
	if (!c->dir[0].present && !c->dir[1].present)
		wf_conf_complain(err, n, "Write ab = { ... } or ba = { ... }",
			"the class does nothing in either direction");
}

static void
bind_classes(struct wf_conf_link *link, const struct wf_node *list, struct wf_err *err)
{
	size_t n = list != NULL ? wf_node_length(list) : 0;

	if (list == NULL)
		return;
	if (list->kind != WF_NODE_LIST) {
		wf_conf_complain(
			err, list, "Write it as ( { ... }, { ... } )", "this is not a list");
		return;
	}
	if (n > WF_CONF_MAX_CLASSES) {
		wf_conf_complain(err, list, NULL, "more than %d classes", WF_CONF_MAX_CLASSES);
		return;
	}
	link->classes = calloc(n ? n : 1, sizeof(*link->classes));
	if (link->classes == NULL) {
		wf_err_add(err, NULL, NULL, "out of memory");
		return;
	}
	for (const struct wf_node *c = list->first; c != NULL; c = c->next)
		bind_class(link, &link->classes[link->n_classes++], c, err);
}

/* Which port is meant? The number of ports when none is. */
static uint32_t
find_port(const struct wf_conf *conf, const char *name)
{
	uint32_t i = 0;

	while (i < conf->n_ports && strcmp(conf->ports[i].name, name) != 0)
		i++;
	return i;
}

static void
bind_link_port(struct wf_conf *conf, struct wf_conf_link *link, int side, const struct wf_node *n,
	struct wf_err *err)
{
	const char **names;
	const char *near;
	char hint[WF_NAME_MAX + 32];

	if (n->kind != WF_NODE_STRING) {
		wf_conf_complain(
			err, n, "Write the name of a port in quotes", "this is not a port");
		return;
	}
	if (conf->n_ports == 0) /* that has been said */
		return;
	link->port[side] = find_port(conf, n->string);
	if (link->port[side] == conf->n_ports) {
		names = calloc(conf->n_ports + 1, sizeof(*names));
		for (uint32_t i = 0, k = 0; names != NULL && i < conf->n_ports; i++)
			if (conf->ports[i].name[0] != 0)
				names[k++] = conf->ports[i].name;
		near = names != NULL ? wf_suggest(n->string, names) : NULL;
		snprintf(hint, sizeof(hint), "Did you mean \"%s\"?", near != NULL ? near : "");
		wf_conf_complain(err, n, near != NULL ? hint : "Add it to ports",
			"there is no port \"%.64s\"", n->string);
		free(names);
		return;
	}
	if (side == 1 && link->port[0] == link->port[1])
		wf_conf_complain(err, n, "Join two different ports",
			"both ends of the link are port \"%s\"", n->string);
	for (const struct wf_conf_link *q = conf->links; q < link; q++)
		if (q->port[0] == link->port[side] || q->port[1] == link->port[side])
			wf_conf_complain(err, n, "A port belongs to one link",
				"port \"%s\" is taken by link \"%s\"", n->string, q->name);
}

static void
bind_link(struct wf_conf *conf, struct wf_conf_link *link, const struct wf_node *n,
	struct wf_err *err)
{
	const uint64_t all =
		1 << LINK_NAME | 1 << LINK_PORTS | 1 << LINK_AB | 1 << LINK_BA | 1 << LINK_CLASSES;
	const struct wf_node *ports = wf_node_get(n, "ports");
	struct wf_link_params p = { 0 };

	link->where = wf_conf_keep_where(n);
	link->port[0] = link->port[1] = UINT32_MAX;
	if (wf_conf_bind_table(n, wf_link_table, all, &p, err) < 0 && n->kind != WF_NODE_GROUP)
		return;
	if (wf_conf_bind_name(n, link->name, err) == 0)
		for (const struct wf_conf_link *q = conf->links; q < link; q++)
			if (strcmp(q->name, link->name) == 0)
				wf_conf_complain(err, n, "Give it another name",
					"a second link \"%s\"", link->name);
	if (ports == NULL || ports->kind != WF_NODE_LIST || wf_node_length(ports) != 2)
		wf_conf_complain(err, ports != NULL ? ports : n, "Write ports = [ \"a\", \"b\" ]",
			"a link joins exactly two ports");
	else
		for (int side = 0; side < 2; side++)
			bind_link_port(conf, link, side, wf_node_at(ports, (size_t)side), err);
	link->inner = p.inner;
	link->exempt_neighbours = p.exempt_neighbours;
	for (int side = 0; side < 2; side++)
		bind_dir(&link->dir[side], wf_node_get(n, side_name[side]), false, err);
	bind_classes(link, wf_node_get(n, "classes"), err);
}

int
wf_conf_bind_links(struct wf_conf *conf, const struct wf_node *list, struct wf_err *err)
{
	size_t n = wf_node_length(list);

	if (n > WF_CONF_MAX_LINKS)
		return wf_conf_complain(err, list, NULL, "more than %d links", WF_CONF_MAX_LINKS);
	conf->links = calloc(n, sizeof(*conf->links));
	if (conf->links == NULL)
		return wf_err_add(err, NULL, NULL, "out of memory");
	for (const struct wf_node *l = list->first; l != NULL; l = l->next)
		bind_link(conf, &conf->links[conf->n_links++], l, err);
	return 0;
}

static void
free_dir(struct wf_conf_dir *dir)
{
	wf_conf_free_where(&dir->where);
	for (int i = 0; i < WF_BLOCK_COUNT; i++) {
		if (dir->block[i] != NULL)
			wf_param_release(wf_block_registry[i]->params, dir->block[i]);
		free(dir->block[i]);
		wf_conf_free_where(&dir->block_where[i]);
	}
}

void
wf_conf_free(struct wf_conf *conf)
{
	if (conf == NULL)
		return;
	for (uint32_t i = 0; i < conf->n_links; i++) {
		struct wf_conf_link *l = &conf->links[i];

		for (uint32_t k = 0; k < l->n_classes; k++) {
			wf_conf_free_where(&l->classes[k].where);
			wf_conf_free_where(&l->classes[k].filter_where);
			free(l->classes[k].filter);
			free_dir(&l->classes[k].dir[0]);
			free_dir(&l->classes[k].dir[1]);
		}
		free(l->classes);
		wf_conf_free_where(&l->where);
		free_dir(&l->dir[0]);
		free_dir(&l->dir[1]);
	}
	for (uint32_t i = 0; i < conf->n_ports; i++) {
		free(conf->ports[i].device);
		wf_conf_free_where(&conf->ports[i].where);
	}
	free(conf->links);
	free(conf->ports);
	free(conf->control.socket);
	wf_conf_free_capture(&conf->capture);
	free(conf->control.http);
	free(conf->control.token_file);
	free(conf->control.hosts);
	free(conf->control.profiles);
	free(conf->control.scenarios);
	free(conf->file);
	free(conf);
}
