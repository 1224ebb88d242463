/* SPDX-License-Identifier: BSD-3-Clause
 * From a normalised tree to struct wf_conf: the top level, workers, control. Every error is
 * reported, not only the first. Control threads only.
 */
#include "wf_conf_bind.h"
#include "wf_conf_files.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct wf_where
wf_conf_where(const struct wf_node *n, char buf[256])
{
	const char *path = wf_node_path(n, buf, 256);

	return (struct wf_where){ n->file, n->line, *path != 0 ? path : NULL };
}

struct wf_where
wf_conf_keep_where(const struct wf_node *n)
{
	char path[256];
	struct wf_where w = wf_conf_where(n, path);

	w.file = w.file != NULL ? strdup(w.file) : NULL;
	w.path = w.path != NULL ? strdup(w.path) : NULL;
	return w;
}

void
wf_conf_free_where(struct wf_where *w)
{
	free((void *)(uintptr_t)w->file);
	free((void *)(uintptr_t)w->path);
}

int
wf_conf_complain(
	struct wf_err *err, const struct wf_node *n, const char *hint, const char *fmt, ...)
{
	char path[256], message[256];
	struct wf_where where = wf_conf_where(n, path);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	return wf_err_add(err, &where, hint, "%s", message);
}

int
wf_conf_unknown(struct wf_err *err, const struct wf_node *n, const char *const *names)
{
	const char *near = wf_suggest(n->name, names);
	char hint[128];

	if (near != NULL)
		snprintf(hint, sizeof(hint), "Did you mean \"%s\"?", near);
	return wf_conf_complain(err, n,
		near != NULL ? hint : "`wirefault reference` lists the keys",
		"unknown key \"%.64s\"", n->name);
}

static int
unknown_in_table(struct wf_err *err, const struct wf_node *n, const struct wf_param *table)
{
	const char *names[64];
	size_t count = 0;

	for (; table[count].name != NULL && count < WF_ARRAY_SIZE(names) - 1; count++)
		names[count] = table[count].name;
	names[count] = NULL;
	return wf_conf_unknown(err, n, names);
}

int
wf_conf_bind_table(const struct wf_node *group, const struct wf_param *table, uint64_t others,
	void *block, struct wf_err *err)
{
	char buf[64], path[256];
	int rc = 0;

	if (group->kind != WF_NODE_GROUP)
		return wf_conf_complain(err, group, "Write it as { key = value; ... }",
			"this is not a group of keys");
	for (const struct wf_node *n = group->first; n != NULL; n = n->next) {
		int row = wf_param_find(table, n->name);
		const char *text = wf_node_text(n, buf, sizeof(buf));
		struct wf_where where = wf_conf_where(n, path);

		if (row < 0)
			rc = unknown_in_table(err, n, table);
		else if (others >> row & 1)
			continue;
		else if (text == NULL)
			rc = wf_conf_complain(err, n, NULL, "a single value is expected here");
		else if (wf_param_set(table, (size_t)row, text, block, &where, err) < 0)
			rc = -EINVAL;
	}
	return rc;
}

int
wf_conf_bind_name(const struct wf_node *owner, char out[WF_NAME_MAX], struct wf_err *err)
{
	const struct wf_node *n = wf_node_get(owner, "name");
	size_t length;

	if (n == NULL)
		return wf_conf_complain(err, owner, "Write name = \"a\"", "\"name\" is missing");
	if (n->kind != WF_NODE_STRING)
		return wf_conf_complain(err, n, "Write it in quotes", "a name is a string");
	length = strlen(n->string);
	if (length == 0 || length >= WF_NAME_MAX ||
		n->string[strspn(n->string, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
					    "0123456789-_.")] != 0 ||
		strchr("-_.", n->string[0]) != NULL)
		return wf_conf_complain(err, n,
			"Use 1 to 63 letters, digits, '-', '_' and '.', the first a letter or "
			"digit",
			"\"%.80s\" is not a name", n->string);
	memcpy(out, n->string, length + 1);
	return 0;
}

/* The list `name` of the top level, or an error. */
static const struct wf_node *
required_list(const struct wf_node *tree, const char *name, struct wf_err *err)
{
	const struct wf_node *n = wf_node_get(tree, name);
	char path[256];
	struct wf_where where = wf_conf_where(tree, path);

	if (n != NULL && n->kind == WF_NODE_LIST && n->first != NULL)
		return n;
	if (n != NULL) {
		wf_conf_complain(err, n, "Write it as ( { ... }, { ... } )",
			"this is not a list of at least one");
	} else {
		where.line = 0;
		wf_err_add(err, &where, "A configuration needs ports and links",
			"\"%s\" is missing", name);
	}
	return NULL;
}

static void
bind_workers(struct wf_conf *conf, const struct wf_node *list, struct wf_err *err)
{
	if (list == NULL)
		return;
	if (list->kind != WF_NODE_LIST || list->first == NULL) {
		wf_conf_complain(
			err, list, "Write workers = [ 1, 2 ]", "this is not a list of cores");
		return;
	}
	if (wf_node_length(list) > WF_CONF_MAX_WORKERS) {
		wf_conf_complain(err, list, NULL, "more than %d workers", WF_CONF_MAX_WORKERS);
		return;
	}
	for (const struct wf_node *n = list->first; n != NULL; n = n->next) {
		if (n->kind != WF_NODE_INT || n->integer < 0 || n->integer > 1023) {
			wf_conf_complain(
				err, n, "Write the number of a core, from 0", "this is not a core");
			continue;
		}
		for (uint32_t i = 0; i < conf->n_workers; i++)
			if (conf->workers[i] == (unsigned)n->integer)
				wf_conf_complain(err, n, "Give each worker a core of its own",
					"two workers on core %u would take turns of milliseconds",
					conf->workers[i]);
		conf->workers[conf->n_workers++] = (unsigned)n->integer;
	}
}

/* A whole number in decimal or, with 0x, hexadecimal. */
static int
read_seed(const char *text, uint64_t *seed)
{
	bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	const char *digits = hex ? text + 2 : text;
	size_t n = strspn(digits, hex ? "0123456789abcdefABCDEF" : "0123456789");

	errno = 0;
	*seed = strtoull(digits, NULL, hex ? 16 : 10);
	return errno != 0 || n == 0 || digits[n] != 0 ? -EINVAL : 0;
}

static void
bind_seed(struct wf_conf *conf, const struct wf_node *n, const char *text, struct wf_err *err)
{
	if (text == NULL)
		return;
	conf->seed_given = true;
	if (read_seed(text, &conf->seed) < 0)
		wf_conf_complain(err, n,
			"Write a whole number from 0 to 2^64 - 1; from 2^31 on with an L behind it "
			"or in quotes",
			"\"%.64s\" is not a seed", text);
}

/* The name of a file that a key says (taken), as it is found from anywhere; NULL: it says none. */
static char *
file_of(const struct wf_node *group, const char *key, char *name, struct wf_err *err)
{
	char *path;

	if (name == NULL || *name == '/')
		return name;
	path = wf_conf_path_absolute(name, wf_node_get(group, key)->file);
	free(name);
	if (path == NULL)
		wf_err_add(err, NULL, NULL, "out of memory");
	return path;
}

static void
bind_control(struct wf_conf *conf, const struct wf_node *n, struct wf_err *err)
{
	struct wf_control_params p = { 0 };

	if (wf_param_defaults(wf_control_table, &p) < 0)
		wf_err_add(err, NULL, NULL, "out of memory");
	else if (n != NULL)
		wf_conf_bind_table(n, wf_control_table, 0, &p, err);
	conf->control = (struct wf_conf_control){
		.socket = p.socket, .http = p.http, .hosts = p.hosts, .allow_remote = p.allow_remote
	};
	conf->control.token_file = file_of(n, "token_file", p.token_file, err);
	conf->control.profiles = file_of(n, "profiles", p.profiles, err);
	conf->control.scenarios = file_of(n, "scenarios", p.scenarios, err);
	if (p.http != NULL && conf->control.token_file == NULL)
		wf_conf_complain(err, wf_node_get(n, "http"),
			"Write token_file = \"/etc/wirefault/tokens\", a file with one token a "
			"line",
			"control.http needs a file of tokens");
	if (p.socket == NULL || (*p.socket != 0 && strlen(p.socket) <= 107)) /* sun_path */
		return;
	wf_conf_complain(err, wf_node_get(n, "socket"), "Write socket = \"/run/wirefault/a.sock\"",
		"the path of a Unix socket has 1 to 107 bytes");
}

static void
bind_top(struct wf_conf *conf, const struct wf_node *tree, struct wf_err *err)
{
	const uint64_t others = 1 << TOP_WORKERS | 1 << TOP_PORTS | 1 << TOP_LINKS |
				1 << TOP_CONTROL | 1 << TOP_CAPTURE;
	struct wf_top_params p = { 0 };
	const struct wf_node *ports, *links;

	if (wf_param_defaults(wf_top_table, &p) < 0)
		wf_err_add(err, NULL, NULL, "out of memory");
	wf_conf_bind_table(tree, wf_top_table, others, &p, err);
	bind_seed(conf, wf_node_get(tree, "seed"), p.seed, err);
	conf->memory_bytes = p.memory_bytes;
	conf->by_value_bytes = (uint32_t)p.by_value_bytes;
	conf->max_flows = (uint32_t)p.max_flows;
	conf->flow_idle_ns = p.flow_idle_ns;
	conf->count_flows = p.count_flows;
	conf->idle = (enum wf_idle_kind)p.idle;
	wf_param_release(wf_top_table, &p);
	bind_workers(conf, wf_node_get(tree, "workers"), err);
	bind_control(conf, wf_node_get(tree, "control"), err);
	wf_conf_bind_capture(wf_node_get(tree, "capture"), NULL, &conf->capture, err);
	ports = required_list(tree, "ports", err);
	if (ports != NULL)
		wf_conf_bind_ports(conf, ports, err);
	links = required_list(tree, "links", err);
	if (links != NULL)
		wf_conf_bind_links(conf, links, err);
}

struct wf_conf *
wf_conf_bind(const struct wf_node *tree, struct wf_err *err)
{
	size_t before = wf_err_count(err);
	struct wf_conf *conf = calloc(1, sizeof(*conf));

	if (conf == NULL) {
		wf_err_add(err, NULL, NULL, "out of memory");
		return NULL;
	}
	if (tree->file != NULL)
		conf->file = strdup(tree->file);
	bind_top(conf, tree, err);
	if (wf_err_count(err) == before)
		return conf;
	wf_conf_free(conf);
	return NULL;
}
