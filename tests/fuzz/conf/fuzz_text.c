/* SPDX-License-Identifier: BSD-3-Clause
 * Any bytes as a configuration: read, checked, written, and read again as the same. libFuzzer.
 */
#include "text.h"
#include "wf_conf.h"

/* A refusal has a reason, and a reason has a line without control characters. */
static void
check_errors(const struct wf_err *err, bool refused)
{
	char line[2048];
	const struct wf_err_item *item;

	require(refused == (wf_err_count(err) != 0));
	for (size_t i = 0; (item = wf_err_item(err, i)) != NULL; i++) {
		require(wf_err_format(item, line, sizeof(line)) > 0);
		for (const char *c = line; *c != 0; c++)
			require((unsigned char)*c >= ' ' || *c == '\t');
	}
}

/* What the plan compiler relies on. */
static void
check_conf(const struct wf_conf *conf)
{
	require(conf->n_ports >= 2 && conf->n_links >= 1 && conf->max_flows >= 1);
	for (uint32_t i = 0; i < conf->n_ports; i++)
		require(conf->ports[i].name[0] != 0 && conf->ports[i].device != NULL);
	for (uint32_t i = 0; i < conf->n_links; i++) {
		const struct wf_conf_link *l = &conf->links[i];

		require(l->name[0] != 0 && l->port[0] != l->port[1]);
		require(l->port[0] < conf->n_ports && l->port[1] < conf->n_ports);
		for (uint32_t k = 0; k < l->n_classes; k++)
			require(l->classes[k].name[0] != 0 &&
				(l->classes[k].dir[0].present || l->classes[k].dir[1].present));
	}
}

static void
bind(const struct wf_node *tree)
{
	struct wf_err *err = wf_err_new();
	struct wf_conf *conf = wf_conf_bind(tree, err);

	check_errors(err, conf == NULL);
	if (conf != NULL)
		check_conf(conf);
	wf_conf_free(conf);
	wf_err_free(err);
}

/* Written and read back it is the same tree. */
static void
round_trip(const struct wf_node *tree)
{
	struct wf_err *err = wf_err_new();
	char *text = wf_conf_write(tree);
	struct wf_node *back = wf_conf_read_text(text, "again", false, err);

	require(back != NULL && wf_node_equal(tree, back));
	wf_node_free(back);
	free(text);
	wf_err_free(err);
}

/* A tree that may be saved anywhere is as valid as before, and a copy of it is itself. */
static void
save(const struct wf_node *tree)
{
	struct wf_node *once = wf_conf_portable(tree), *twice = wf_conf_portable(once);

	require(once != NULL && twice != NULL && wf_node_equal(once, twice));
	round_trip(once);
	wf_node_free(once);
	wf_node_free(twice);
}

/* The first direction of the tree as a change of the first direction of a link. */
static void
merge(struct wf_node *tree)
{
	const struct wf_node *link = wf_node_get(tree, "links");
	const struct wf_node *name, *patch;
	struct wf_err *err;
	struct wf_node *dir;

	link = link != NULL && link->kind == WF_NODE_LIST ? link->first : NULL;
	name = wf_node_get(link, "name");
	patch = wf_node_get(link, "ba");
	if (name == NULL || name->kind != WF_NODE_STRING || patch == NULL)
		return;
	dir = wf_conf_dir_node(wf_conf_owner_node(tree, name->string, NULL), WF_AB, true);
	if (dir->kind != WF_NODE_GROUP)
		return;
	err = wf_err_new();
	check_errors(err, wf_conf_merge_dir(dir, patch, err) < 0);
	wf_err_free(err);
	bind(tree);
}

static void
fuzz_text(const char *text)
{
	struct wf_err *err = wf_err_new();
	struct wf_node *tree;

	tree = wf_conf_read_text(text, "fuzz", false, err);
	check_errors(err, tree == NULL);
	wf_err_free(err);
	if (tree == NULL)
		return;
	bind(tree);
	round_trip(tree);
	save(tree);
	merge(tree);
	wf_node_free(tree);
}
