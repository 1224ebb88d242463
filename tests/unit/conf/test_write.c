/* SPDX-License-Identifier: BSD-3-Clause
 * A tree as text that reads back as the same tree.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rig.h"

static void
comes_back(const struct wf_node *tree)
{
	char *text = wf_conf_write(tree);
	struct wf_node *back;

	assert_non_null(text);
	back = rig_tree(text);
	if (!wf_node_equal(tree, back))
		fail_msg("is not read back:\n%s", text);
	wf_node_free(back);
	free(text);
}

static void
a_configuration_is_written_as_one_would(void **state)
{
	struct wf_node *t = rig_tree("seed=42;ports=({name=\"a\";});g={x=true;y=();z={};};");
	char *text = wf_conf_write(t);

	assert_string_equal(text, "seed = 42;\n"
				  "ports = (\n"
				  "  {\n"
				  "    name = \"a\";\n"
				  "  }\n"
				  ");\n"
				  "g = {\n"
				  "  x = true;\n"
				  "  y = ();\n"
				  "  z = {};\n"
				  "};\n");
	free(text);
	wf_node_free(t);
}

static void
integers_come_back(void **state)
{
	static const int64_t values[] = { 0, 1, -1, INT32_MAX, INT32_MIN, 2147483648, -2147483649,
		INT64_MAX, INT64_MIN };

	for (size_t i = 0; i < WF_ARRAY_SIZE(values); i++) {
		struct wf_node *t = wf_node_new(WF_NODE_GROUP, NULL);
		struct wf_node *n = wf_node_new(WF_NODE_INT, "x");

		n->integer = values[i];
		wf_node_append(t, n);
		comes_back(t);
		wf_node_free(t);
	}
}

static void
reals_come_back(void **state)
{
	static const double values[] = { 0, -0.0, 1, 4, 50, 0.1, 1e-9, -1e-9, 1e300, 5e-324, 1e22,
		0.30000000000000004, 123456789012345678.0 };

	for (size_t i = 0; i < WF_ARRAY_SIZE(values); i++) {
		struct wf_node *t = wf_node_new(WF_NODE_GROUP, NULL);
		struct wf_node *n = wf_node_new(WF_NODE_REAL, "x");

		n->real = values[i];
		wf_node_append(t, n);
		comes_back(t);
		wf_node_free(t);
	}
}

static void
strings_of_any_bytes_come_back(void **state)
{
	struct wf_node *t = wf_node_new(WF_NODE_GROUP, NULL);
	char all[256], pair[3] = "";

	for (int i = 1; i < 256; i++)
		all[i - 1] = (char)i;
	all[255] = 0;
	wf_node_append(t, wf_node_string("all", all));
	wf_node_append(t, wf_node_string("empty", ""));
	wf_node_append(t, wf_node_string("include", "\n@include \"/etc/passwd\"\n"));
	/* What an escape may swallow. */
	pair[0] = '\\';
	for (int i = 1; i < 256; i++) {
		char name[8];

		pair[1] = (char)i;
		snprintf(name, sizeof(name), "p%d", i);
		if (i < 250)
			wf_node_append(t, wf_node_string(name, pair));
	}
	comes_back(t);
	wf_node_free(t);
}

static uint64_t
next(uint64_t *s)
{
	uint64_t z = *s += 0x9e3779b97f4a7c15ull;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

/* A random tree of so many levels at most. */
static struct wf_node *
grow(uint64_t *seed, const char *name, int depth)
{
	static const enum wf_node_kind kinds[] = { WF_NODE_BOOL, WF_NODE_INT, WF_NODE_REAL,
		WF_NODE_STRING, WF_NODE_GROUP, WF_NODE_LIST };
	enum wf_node_kind kind = kinds[next(seed) % (depth > 0 ? 6 : 4)];
	struct wf_node *n;
	char text[24];

	snprintf(text, sizeof(text), "%llx", (unsigned long long)next(seed));
	if (kind == WF_NODE_STRING)
		return wf_node_string(name, text);
	n = wf_node_new(kind, name);
	if (kind == WF_NODE_BOOL)
		n->boolean = next(seed) & 1;
	else if (kind == WF_NODE_INT)
		n->integer = (int64_t)next(seed) >> (next(seed) & 63);
	else if (kind == WF_NODE_REAL)
		n->real = (double)(int64_t)next(seed) / (double)(next(seed) | 1);
	else
		for (int i = (int)(next(seed) % 5); i > 0; i--) {
			snprintf(text, sizeof(text), "k%d", i);
			wf_node_append(
				n, grow(seed, kind == WF_NODE_GROUP ? text : NULL, depth - 1));
		}
	return n;
}

static void
random_trees_come_back(void **state)
{
	uint64_t seed = 7;

	for (int i = 0; i < 2000; i++) {
		struct wf_node *t = wf_node_new(WF_NODE_GROUP, NULL);

		wf_node_append(t, grow(&seed, "root", 5));
		comes_back(t);
		wf_node_free(t);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_configuration_is_written_as_one_would),
		cmocka_unit_test(integers_come_back),
		cmocka_unit_test(reals_come_back),
		cmocka_unit_test(strings_of_any_bytes_come_back),
		cmocka_unit_test(random_trees_come_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
