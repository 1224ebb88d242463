/* SPDX-License-Identifier: BSD-3-Clause
 * The tree: put together, taken apart, compared, and its paths.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "rig.h"

static struct wf_node *
integer(const char *name, int64_t value)
{
	struct wf_node *n = wf_node_new(WF_NODE_INT, name);

	n->integer = value;
	return n;
}

/* { a = 1; b = 2; c = 3; } */
static int
setup(void **state)
{
	struct wf_node *g = wf_node_new(WF_NODE_GROUP, NULL);

	wf_node_append(g, integer("a", 1));
	wf_node_append(g, integer("b", 2));
	wf_node_append(g, integer("c", 3));
	*state = g;
	return 0;
}

static int
teardown(void **state)
{
	wf_node_free(*state);
	return 0;
}

static void
children_keep_their_order(void **state)
{
	struct wf_node *g = *state;

	assert_int_equal(wf_node_length(g), 3);
	assert_string_equal(wf_node_at(g, 0)->name, "a");
	assert_string_equal(wf_node_at(g, 2)->name, "c");
	assert_null(wf_node_at(g, 3));
	assert_ptr_equal(wf_node_get(g, "b"), wf_node_at(g, 1));
	assert_null(wf_node_get(g, "d"));
	assert_null(wf_node_get(wf_node_get(g, "a"), "x"));
}

static void
a_freed_child_leaves_its_parent(void **state)
{
	struct wf_node *g = *state;

	wf_node_free(wf_node_get(g, "c"));
	assert_ptr_equal(g->last, wf_node_get(g, "b"));
	wf_node_append(g, integer("d", 4));
	wf_node_free(wf_node_get(g, "a"));
	rig_is(g, "b = 2; d = 4;");
	wf_node_free(wf_node_get(g, "b"));
	wf_node_free(wf_node_get(g, "d"));
	assert_null(g->first);
	assert_null(g->last);
}

static void
a_replacement_takes_the_place(void **state)
{
	struct wf_node *g = *state;

	wf_node_replace(wf_node_get(g, "a"), integer("x", 7));
	wf_node_replace(wf_node_get(g, "c"), integer("z", 9));
	rig_is(g, "x = 7; b = 2; z = 9;");
	assert_string_equal(g->last->name, "z");
}

static void
a_clone_is_equal_and_apart(void **state)
{
	struct wf_node *g = *state, *copy;

	g->line = 7;
	g->file = strdup("x.conf");
	copy = wf_node_clone(g);
	assert_true(wf_node_equal(g, copy));
	assert_int_equal(copy->line, 7);
	assert_string_equal(copy->file, "x.conf");
	wf_node_get(copy, "b")->integer = 5;
	assert_false(wf_node_equal(g, copy));
	assert_int_equal(wf_node_get(g, "b")->integer, 2);
	wf_node_free(copy);
}

static void
groups_are_equal_in_any_order_lists_are_not(void **state)
{
	struct wf_node *a = rig_tree("g = { x = 1; y = 2; };"),
		       *b = rig_tree("g = { y = 2; x = 1; };");
	struct wf_node *c = rig_tree("l = ( 1, 2 );"), *d = rig_tree("l = ( 2, 1 );");

	assert_true(wf_node_equal(a, b));
	assert_false(wf_node_equal(c, d));
	wf_node_free(a);
	wf_node_free(b);
	wf_node_free(c);
	wf_node_free(d);
}

static void
kinds_are_not_mixed_up(void **state)
{
	static const char *const texts[] = { "x = 1;", "x = 1.0;", "x = true;", "x = \"1\";",
		"x = ();", "x = {};", "y = 1;", "x = 2;", "x = ( 1 );", "" };

	for (size_t i = 0; i < WF_ARRAY_SIZE(texts); i++)
		for (size_t k = 0; k < WF_ARRAY_SIZE(texts); k++) {
			struct wf_node *a = rig_tree(texts[i]), *b = rig_tree(texts[k]);

			assert_int_equal(wf_node_equal(a, b), i == k);
			wf_node_free(a);
			wf_node_free(b);
		}
}

static void
scalars_have_a_text(void **state)
{
	struct wf_node *t =
		rig_tree("a = -5; b = true; c = 0.1; d = \"20ms\"; e = ( 1 ); f = 50.0;");
	char buf[64];

	assert_string_equal(wf_node_text(wf_node_get(t, "a"), buf, sizeof(buf)), "-5");
	assert_string_equal(wf_node_text(wf_node_get(t, "b"), buf, sizeof(buf)), "true");
	assert_string_equal(wf_node_text(wf_node_get(t, "c"), buf, sizeof(buf)), "0.1");
	assert_string_equal(wf_node_text(wf_node_get(t, "d"), buf, sizeof(buf)), "20ms");
	assert_null(wf_node_text(wf_node_get(t, "e"), buf, sizeof(buf)));
	assert_string_equal(wf_node_text(wf_node_get(t, "f"), buf, sizeof(buf)), "50");
	wf_node_free(t);
}

static void
paths_go_by_name_else_by_index(void **state)
{
	struct wf_node *t =
		rig_tree("links = ( { name = \"wan\"; ab = { delay = { mean = \"1ms\"; }; };"
			 " ports = [ \"a\", \"b\" ]; }, { x = 1; } );");
	const struct wf_node *links = wf_node_get(t, "links"), *wan = wf_node_at(links, 0);
	char buf[256];

	assert_string_equal(wf_node_path(t, buf, sizeof(buf)), "");
	assert_string_equal(wf_node_path(wan, buf, sizeof(buf)), "links.wan");
	assert_string_equal(
		wf_node_path(wf_node_get(wf_node_get(wf_node_get(wan, "ab"), "delay"), "mean"), buf,
			sizeof(buf)),
		"links.wan.ab.delay.mean");
	assert_string_equal(
		wf_node_path(wf_node_at(wf_node_get(wan, "ports"), 1), buf, sizeof(buf)),
		"links.wan.ports.1");
	assert_string_equal(wf_node_path(wf_node_get(wf_node_at(links, 1), "x"), buf, sizeof(buf)),
		"links.1.x");
	wf_node_free(t);
}

static void
a_short_buffer_cuts_the_path(void **state)
{
	struct wf_node *t = rig_tree("links = ( { name = \"wan\"; } );");
	char buf[8];

	assert_string_equal(
		wf_node_path(wf_node_at(wf_node_get(t, "links"), 0), buf, sizeof(buf)), "links.w");
	wf_node_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(children_keep_their_order, setup, teardown),
		cmocka_unit_test_setup_teardown(a_freed_child_leaves_its_parent, setup, teardown),
		cmocka_unit_test_setup_teardown(a_replacement_takes_the_place, setup, teardown),
		cmocka_unit_test_setup_teardown(a_clone_is_equal_and_apart, setup, teardown),
		cmocka_unit_test(groups_are_equal_in_any_order_lists_are_not),
		cmocka_unit_test(kinds_are_not_mixed_up),
		cmocka_unit_test(scalars_have_a_text),
		cmocka_unit_test(paths_go_by_name_else_by_index),
		cmocka_unit_test(a_short_buffer_cuts_the_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
