/* SPDX-License-Identifier: BSD-3-Clause
 * Setups from text.
 */
#include "rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct wf_node *
rig_tree(const char *ab, const char *ba, const char *classes)
{
	struct wf_err *err = wf_err_new();
	struct wf_node *tree;
	char text[4096];

	snprintf(text, sizeof(text),
		"seed = 42;\n"
		"ports = ( { name = \"a\"; device = \"net_null0\"; },\n"
		" { name = \"b\"; device = \"net_null1\"; } );\n"
		"links = ( { name = \"wan\"; ports = [ \"a\", \"b\" ];\n"
		" ab = { %s };\n ba = { %s };\n classes = ( %s ); } );",
		ab, ba, classes);
	tree = wf_conf_read_text(text, "test.conf", false, err);
	if (tree == NULL)
		wf_err_print(err, stderr);
	assert_non_null(tree);
	wf_err_free(err);
	return tree;
}

struct wf_setup *
rig_next(const struct wf_setup *before, struct wf_node *base, const struct wf_overrides *overrides,
	wf_ns_t from_ns)
{
	struct wf_err *err = wf_err_new();
	struct wf_setup *s;
	int rc = wf_setup_next(before, base, overrides, from_ns, &s, err);

	if (rc < 0)
		wf_err_print(err, stderr);
	assert_int_equal(rc, 0);
	wf_err_free(err);
	return s;
}

void
rig_step(struct wf_setup **s, struct wf_node *base, const struct wf_overrides *overrides,
	wf_ns_t from_ns)
{
	struct wf_setup *next = rig_next(*s, base, overrides, from_ns);

	wf_setup_free(*s);
	*s = next;
}

struct wf_change *
rig_change(
	const char *class, const char *side, const char *assignments, wf_ns_t at_ns, wf_ns_t for_ns)
{
	struct wf_change *c = wf_change_new(at_ns, for_ns);
	struct wf_change_item item = { .link = "wan",
		.side = { strcmp(side, "ba") != 0, strcmp(side, "ab") != 0 },
		.patch = wf_node_new(WF_NODE_GROUP, NULL) };
	struct wf_err *err = wf_err_new();
	char *words = strdup(assignments), *rest = words;

	for (char *w; (w = strsep(&rest, " ")) != NULL;)
		assert_int_equal(wf_conf_patch_set(item.patch, w, err), 0);
	snprintf(item.class, sizeof(item.class), "%s", class != NULL ? class : "");
	assert_int_equal(wf_change_add(c, &item), 0);
	free(words);
	wf_err_free(err);
	return c;
}

void
rig_override(struct wf_overrides *list, const char *class, const char *side,
	const char *assignments, wf_ns_t from_ns, wf_ns_t for_ns)
{
	struct wf_change *c = rig_change(class, side, assignments, from_ns, for_ns);
	struct wf_override o = { .from_ns = from_ns,
		.until_ns = for_ns != 0 ? from_ns + for_ns : UINT64_MAX,
		.change = c };

	assert_int_equal(wf_overrides_add(list, &o), 0);
	wf_change_free(c);
}

const char *
rig_value(const struct wf_setup *s, const char *path)
{
	static char value[64];
	const struct wf_node *n = wf_conf_owner_node(s->tree, "wan", NULL);
	char *words = strdup(path), *rest = words;

	for (char *w; n != NULL && (w = strsep(&rest, ".")) != NULL;)
		n = wf_node_get(n, w);
	free(words);
	return n != NULL ? wf_node_text(n, value, sizeof(value)) : NULL;
}
