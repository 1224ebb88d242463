/* SPDX-License-Identifier: BSD-3-Clause
 * Several changes that are made together: `wfctl set ... and ...` at one instant, and `wfctl apply
 * FILE`, each at its own. One thread.
 */
#include "changes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "target.h"
#include "wf_conf.h"
#include "wf_json.h"

static void
print_scheduled(const json_t *reply)
{
	const json_t *list = json_object_get(reply, "overrides"), *o;
	size_t i;

	printf("%zu change%s:\n", json_array_size(list), json_array_size(list) == 1 ? "" : "s");
	json_array_foreach(list, i, o) client_print_override(o);
	client_print_generation(reply);
}

/* Sends it; takes the body. */
static int
schedule(const struct wfctl_options *o, json_t *body)
{
	struct client_request r = {
		.method = "POST", .path = "/v1/changes", .media = "application/json"
	};
	json_t *reply = NULL;
	char *text;
	int rc = WFCTL_FAILED;

	if (o->at_time != NULL)
		json_object_set_new(body, "at",
			*o->at_time == '+' ? json_string(o->at_time)
					   : json_integer(strtoll(o->at_time, NULL, 10)));
	text = json_dumps(body, JSON_COMPACT | JSON_REAL_PRECISION(17));
	r.body = text;
	if (text != NULL)
		rc = client_json(o, &r, &reply);
	if (rc == WFCTL_OK && o->json)
		rc = client_print_json(reply);
	else if (rc == WFCTL_OK)
		print_scheduled(reply);
	json_decref(reply);
	json_decref(body);
	free(text);
	return rc;
}

/* "+50ms", or nanoseconds; NULL is neither and good. */
static bool
is_instant(const char *text)
{
	if (text == NULL || *text == '+' ||
		(*text != 0 && strspn(text, "0123456789") == strlen(text)))
		return true;
	fprintf(stderr,
		"wfctl: --at %s: write +50ms, or nanoseconds by the wall clock, such as date "
		"+%%s%%N prints.\n",
		text);
	return false;
}

/* One more item of the words up to "and". How many words that was; 0: it is none. */
static int
add_item(json_t *items, int argc, char **argv)
{
	struct wfctl_target t;
	json_t *item, *patch;
	int n, end = 0;

	while (end < argc && (end < 3 || strcmp(argv[end], "and") != 0))
		end++;
	n = wfctl_read_target(end, argv, &t);
	patch = n > 0 ? wfctl_patch(end - n, argv + n) : NULL;
	if (patch == NULL)
		return 0;
	item = json_pack("{s:s,s:s*,s:o}", "link", t.link, "class", t.class, t.side, patch);
	return json_array_append_new(items, item) == 0 ? end : 0;
}

int
wfctl_set_all(const struct wfctl_options *o, int argc, char **argv)
{
	json_t *items = json_array();
	json_t *body = json_pack("{s:o,s:s*}", "items", items, "for", o->for_time);
	bool good = body != NULL && is_instant(o->at_time);

	for (int at = 0; good;) {
		int n = add_item(items, argc - at, argv + at);

		good = n > 0;
		at += n + 1; /* and "and" */
		if (at > argc)
			break;
	}
	if (good)
		return schedule(o, body);
	json_decref(body);
	return WFCTL_USAGE;
}

static bool settle(const struct wf_node *group);

static bool
settle_list(const struct wf_node *list)
{
	bool good = true;

	if (list == NULL || list->kind != WF_NODE_LIST)
		return true;
	for (const struct wf_node *n = list->first; n != NULL; n = n->next)
		good &= settle(n);
	return good;
}

/* Files are those beside the list, not where wirefault was started. false: out of memory. */
static bool
settle(const struct wf_node *group)
{
	static const char *const sides[] = { "ab", "ba", "both" };
	bool good = settle_list(wf_node_get(group, "items"));

	for (size_t i = 0; i < WF_ARRAY_SIZE(sides); i++) {
		const struct wf_node *dir = wf_node_get(group, sides[i]);

		if (dir != NULL && dir->kind == WF_NODE_GROUP)
			good &= wf_conf_settle_dir(dir);
	}
	return good;
}

int
wfctl_apply(const struct wfctl_options *o, int argc, char **argv)
{
	struct wf_err *err = wf_err_new();
	struct wf_node *tree;
	json_t *body = NULL;

	if (!is_instant(o->at_time)) {
		wf_err_free(err);
		return WFCTL_USAGE;
	}
	tree = err != NULL ? wf_conf_read_file(argv[0], err) : NULL;
	if (tree != NULL && settle_list(wf_node_get(tree, "changes")))
		body = wf_json_from_node(tree);
	else
		wf_err_print(err, stderr);
	wf_node_free(tree);
	wf_err_free(err);
	return body != NULL ? schedule(o, body) : WFCTL_FAILED;
}
