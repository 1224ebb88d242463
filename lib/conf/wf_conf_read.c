/* SPDX-License-Identifier: BSD-3-Clause
 * From libconfig to our tree: each node knows its line. Control threads only.
 *
 * libconfig 1.5 stops at the first syntax error, and silently wraps integers above 2^31 - 1 that
 * lack the suffix L: wf_conf_scan.c looks for those before it gets to see the text.
 */
#include <errno.h>
#include <libconfig.h>
#include <stdlib.h>
#include <string.h>

#include "wf_conf.h"
#include "wf_conf_scan.h"
#include "wf_slurp.h"

static struct wf_node *
scalar(const config_setting_t *s, const char *name)
{
	struct wf_node *n;

	switch (config_setting_type(s)) {
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
		n = wf_node_new(WF_NODE_INT, name);
		if (n != NULL)
			n->integer = config_setting_get_int64(s);
		return n;
	case CONFIG_TYPE_FLOAT:
		n = wf_node_new(WF_NODE_REAL, name);
		if (n != NULL)
			n->real = config_setting_get_float(s);
		return n;
	case CONFIG_TYPE_BOOL:
		n = wf_node_new(WF_NODE_BOOL, name);
		if (n != NULL)
			n->boolean = config_setting_get_bool(s) != 0;
		return n;
	default:
		return wf_node_string(name, config_setting_get_string(s));
	}
}

/* NULL: out of memory. `file` is what users call the text; included files have their own. */
static struct wf_node *
convert(const config_setting_t *s, const char *file)
{
	const char *name = config_setting_name(s), *own = config_setting_source_file(s);
	struct wf_node *n;

	if (config_setting_is_group(s))
		n = wf_node_new(WF_NODE_GROUP, name);
	else if (config_setting_is_aggregate(s))
		n = wf_node_new(WF_NODE_LIST, name);
	else
		n = scalar(s, name);
	if (n == NULL)
		return NULL;
	n->line = config_setting_source_line(s);
	n->file = strdup(own != NULL ? own : file);
	if (n->file == NULL)
		goto fail;
	for (int i = 0; config_setting_is_aggregate(s) && i < config_setting_length(s); i++) {
		struct wf_node *child = convert(config_setting_get_elem(s, (unsigned)i), file);

		if (child == NULL)
			goto fail;
		wf_node_append(n, child);
	}
	return n;
fail:
	wf_node_free(n);
	return NULL;
}

/* What libconfig says against the text, with what it does not say. */
static void
refuse_text(const config_t *config, const char *name, struct wf_err *err)
{
	const char *file = config_error_file(config), *what = config_error_text(config);
	struct wf_where where = { file != NULL ? file : name, (unsigned)config_error_line(config),
		NULL };
	const char *hint = "Look at the end of the line before, too. The reader stops at the first "
			   "syntax error, there may be more behind it";

	if (what == NULL)
		what = "cannot be read";
	if (strstr(what, "include") != NULL)
		hint = "Names are taken from the folder of the first file";
	else if (strstr(what, "duplicate") != NULL)
		hint = "A key stands once in its group";
	else if (strstr(what, "mismatched") != NULL)
		hint = "Write ( ... ) around values of different kinds";
	wf_err_add(err, &where, hint, "%s", what);
}

static struct wf_node *
parse(const char *text, const char *name, const char *include_dir, struct wf_err *err)
{
	struct wf_node *tree = NULL;
	config_t config;

	config_init(&config);
	if (include_dir != NULL)
		config_set_include_dir(&config, include_dir);
	if (config_read_string(&config, text) == CONFIG_TRUE) {
		tree = convert(config_root_setting(&config), name);
		if (tree == NULL)
			wf_err_add(err, NULL, NULL, "out of memory");
	} else {
		refuse_text(&config, name, err);
	}
	config_destroy(&config);
	if (tree != NULL && wf_conf_normalise(tree, err) < 0) {
		wf_node_free(tree);
		tree = NULL;
	}
	return tree;
}

static struct wf_node *
read_text(const char *text, const char *name, bool allow_include, const char *include_dir,
	struct wf_err *err)
{
	/* A byte order mark: of files it is gone already. */
	if (strncmp(text, "\xef\xbb\xbf", 3) == 0)
		text += 3;
	if (wf_conf_scan(text, name, allow_include, include_dir, err) < 0)
		return NULL;
	return parse(text, name, include_dir, err);
}

struct wf_node *
wf_conf_read_text(const char *text, const char *name, bool allow_include, struct wf_err *err)
{
	return read_text(text, name, allow_include, NULL, err);
}

struct wf_node *
wf_conf_read_file(const char *path, struct wf_err *err)
{
	char *text = wf_slurp(path, WF_CONF_MAX_FILE, NULL, NULL, err), *dir, *slash;
	struct wf_node *tree;

	if (text == NULL)
		return NULL;
	/* Includes are relative to the file's own directory. */
	dir = strdup(path);
	slash = dir != NULL ? strrchr(dir, '/') : NULL;
	if (slash != NULL)
		slash[slash == dir] = 0;
	tree = read_text(text, path, true, slash != NULL ? dir : NULL, err);
	free(dir);
	free(text);
	return tree;
}
