/* SPDX-License-Identifier: BSD-3-Clause
 * `wirefault run --profile lte --ports eth1,eth2 --set delay=30ms`: the tree of a file with ports
 * and values replaced. Control thread.
 */
#include "bridge.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wf_folder.h"

#define MOST_PROFILES 256

/* Where it is below a directory above the program: installed, or in the source tree. */
static const char *const homes[] = { "share/wirefault", "config" };

bool
wf_bridge_home(const char *what, char *out, size_t size)
{
	char at[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", at, sizeof(at) - 1);
	char *slash;

	if (n <= 0)
		return false;
	at[n] = 0;
	while ((slash = strrchr(at, '/')) != NULL) {
		*slash = 0;
		for (size_t i = 0; i < WF_ARRAY_SIZE(homes); i++)
			if (snprintf(out, size, "%s/%s/%s", at, homes[i], what) < (int)size &&
				access(out, R_OK | X_OK) == 0)
				return true;
	}
	return false;
}

/* All names, and the nearest one. */
static void
complain_unknown(const char *home, const char *profile, struct wf_err *err)
{
	const char *names[MOST_PROFILES + 1] = { 0 }, *near;
	struct dirent **entries = NULL;
	char hint[1024] = "There are ";
	int n = wf_folder_scan(home, &entries);

	for (int i = 0; i < n; i++) {
		size_t used = strlen(hint);

		entries[i]->d_name[wf_folder_stem(entries[i])] = 0;
		if (i < MOST_PROFILES)
			names[i] = entries[i]->d_name;
		snprintf(hint + used, sizeof(hint) - used, "%s%s", i > 0 ? ", " : "",
			entries[i]->d_name);
	}
	near = n > 0 ? wf_suggest(profile, names) : NULL;
	if (near != NULL)
		snprintf(hint, sizeof(hint), "Did you mean \"%s\"?", near);
	wf_err_add(
		err, NULL, n > 0 ? hint : NULL, "there is no profile \"%s\" in %s", profile, home);
	for (int i = 0; i < n; i++)
		free(entries[i]);
	free(entries);
}

char *
wf_bridge_find(const char *profile, struct wf_err *err)
{
	char home[PATH_MAX], *path = NULL;

	if (*profile == 0 || strchr(profile, '/') != NULL) {
		wf_err_add(err, NULL, "A file is given with -c FILE",
			"\"%s\" is not the name of a profile", profile);
		return NULL;
	}
	if (!wf_bridge_home("profiles", home, sizeof(home))) {
		wf_err_add(err, NULL, "Install wirefault, or give a file with -c FILE",
			"no profiles are found beside this program");
		return NULL;
	}
	if (asprintf(&path, "%s/%s.conf", home, profile) < 0) {
		wf_err_add(err, NULL, NULL, "out of memory");
		return NULL;
	}
	if (access(path, F_OK) == 0)
		return path;
	free(path);
	complain_unknown(home, profile, err);
	return NULL;
}

static struct wf_node *
only_link(const struct wf_node *tree, const char *option, struct wf_err *err)
{
	const struct wf_node *links = wf_node_get(tree, "links");

	if (links != NULL && links->kind == WF_NODE_LIST && wf_node_length(links) == 1)
		return links->first;
	wf_err_add(err, NULL, "Change the file instead",
		"%s is for a configuration with exactly one link", option);
	return NULL;
}

struct wf_node *
wf_bridge_port(const struct wf_node *tree, const struct wf_node *link, size_t side)
{
	const struct wf_node *pair = wf_node_get(link, "ports"),
			     *ports = wf_node_get(tree, "ports");
	const struct wf_node *wanted;

	if (pair == NULL || pair->kind != WF_NODE_LIST || ports == NULL ||
		ports->kind != WF_NODE_LIST)
		return NULL;
	wanted = wf_node_at(pair, side);
	for (struct wf_node *p = ports->first; p != NULL; p = p->next) {
		const struct wf_node *name = wf_node_get(p, "name");

		if (wanted != NULL && wanted->kind == WF_NODE_STRING && name != NULL &&
			name->kind == WF_NODE_STRING && strcmp(name->string, wanted->string) == 0)
			return p;
	}
	return NULL;
}

int
wf_bridge_set_device(struct wf_node *port, const char *device, struct wf_err *err)
{
	struct wf_node *old = wf_node_get(port, "device"), *n = wf_node_string("device", device);

	if (n == NULL)
		return wf_err_add(err, NULL, NULL, "out of memory");
	/* In no file: files that it names are of the working directory. */
	if (old != NULL)
		wf_node_replace(old, n);
	else
		wf_node_append(port, n);
	return 0;
}

/* "eth1,eth2", or "net_tap0,iface=a,net_tap1,iface=b": a word with "=" belongs to the one before.
 */
static int
split_ports(const char *text, char *device[2])
{
	char *at = device[0], *next;
	int n = 0;

	memcpy(at, text, strlen(text) + 1);
	for (char *comma = strchr(at, ','); comma != NULL; comma = next) {
		size_t word = strcspn(comma + 1, ",");

		next = strchr(comma + 1, ',');
		if (memchr(comma + 1, '=', word) != NULL)
			continue;
		if (++n > 1)
			return -EINVAL;
		*comma = 0;
		device[1] = comma + 1;
	}
	return n == 1 && *device[0] != 0 && *device[1] != 0 ? 0 : -EINVAL;
}

static int
set_ports(struct wf_node *tree, const char *text, struct wf_err *err)
{
	struct wf_node *link = only_link(tree, "--ports", err);
	char *device[2] = { malloc(strlen(text) + 1), NULL };
	int rc = -EINVAL;

	if (device[0] == NULL)
		rc = wf_err_add(err, NULL, NULL, "out of memory");
	else if (split_ports(text, device) < 0)
		wf_err_add(err, NULL, "Write --ports eth1,eth2", "\"%s\" is not two ports", text);
	else
		rc = 0;
	for (size_t side = 0; side < 2 && rc == 0 && link != NULL; side++) {
		struct wf_node *port = wf_bridge_port(tree, link, side);

		if (port != NULL) /* else binding complains */
			rc = wf_bridge_set_device(port, device[side], err);
	}
	free(device[0]);
	return link == NULL ? -EINVAL : rc;
}

static int
set_value(struct wf_node *tree, const char *link, const char *text, struct wf_err *err)
{
	bool ab = strncmp(text, "ba.", 3) != 0, ba = strncmp(text, "ab.", 3) != 0;
	struct wf_node *patch = wf_node_new(WF_NODE_GROUP, NULL);
	int rc = -ENOMEM;

	if (patch != NULL)
		rc = wf_conf_patch_set(patch, ab && ba ? text : text + 3, err);
	for (int side = 0; side < 2 && rc == 0; side++) {
		struct wf_node *dir;

		if (!(side == 0 ? ab : ba))
			continue;
		dir = wf_conf_dir_node(
			wf_conf_owner_node(tree, link, NULL), (enum wf_side)side, true);
		rc = dir == NULL ? -ENOMEM : wf_conf_merge_dir(dir, patch, err);
	}
	wf_node_free(patch);
	return rc == -ENOMEM ? wf_err_add(err, NULL, NULL, "out of memory") : rc;
}

static int
set_values(struct wf_node *tree, const struct wf_bridge *b, struct wf_err *err)
{
	const struct wf_node *link = only_link(tree, "--set", err), *name;
	int rc = 0;

	if (link == NULL)
		return -EINVAL;
	name = wf_node_get(link, "name");
	if (name == NULL || name->kind != WF_NODE_STRING)
		return 0; /* binding complains */
	for (int i = 0; i < b->n_set; i++)
		rc |= set_value(tree, name->string, b->set[i], err);
	return rc;
}

static struct wf_node *
read_tree(const struct wf_bridge *b, struct wf_err *err)
{
	struct wf_node *tree;
	char *path;

	if (b->tree != NULL) {
		tree = wf_node_clone(b->tree);
		if (tree == NULL)
			wf_err_add(err, NULL, NULL, "out of memory");
		return tree;
	}
	if (b->text != NULL)
		return wf_conf_read_text(b->text, "built in", false, err);
	path = b->file != NULL ? strdup(b->file) : wf_bridge_find(b->profile, err);
	tree = path != NULL ? wf_conf_read_file(path, err) : NULL;
	free(path);
	return tree;
}

struct wf_node *
wf_bridge_read(const struct wf_bridge *b, struct wf_err *err)
{
	struct wf_node *tree = read_tree(b, err);
	int rc = 0;

	if (tree != NULL && b->ports != NULL)
		rc |= set_ports(tree, b->ports, err);
	if (tree != NULL && b->n_set > 0)
		rc |= set_values(tree, b, err);
	if (rc == 0)
		return tree;
	wf_node_free(tree);
	return NULL;
}
