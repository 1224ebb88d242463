/* SPDX-License-Identifier: BSD-3-Clause
 * Base and overrides make the effective configuration: what stands, what ends, what is dropped.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "folder.h"
#include "rig.h"

#define VOIP "{ name = \"voip\"; match = { dport = \"5060\"; }; ab = { delay = \"5ms\"; }; }"

static void
without_overrides_it_is_the_base(void **state)
{
	struct wf_setup *s = rig_next(NULL, rig_tree("delay = \"20ms\";", "", VOIP), NULL, 0);

	assert_string_equal(rig_value(s, "ab.delay.mean"), "20ms");
	assert_true(wf_node_equal(s->tree, s->base->node));
	assert_int_equal(s->seed, 42);
	assert_int_equal(s->plan->generation, 1);
	wf_setup_free(s);
}

static void
later_overrides_win_and_the_rest_stays_when_one_ends(void **state)
{
	struct wf_overrides l = { 0 };
	struct wf_setup *s = rig_next(NULL, rig_tree("delay = \"20ms\";", "", VOIP), NULL, 0);

	rig_override(&l, NULL, "ab", "loss=1%", 10, 0);
	rig_override(&l, NULL, "ab", "delay=90ms loss=3%", 10, 40);
	rig_override(&l, NULL, "both", "duplicate=2%", 10, 0);
	rig_step(&s, NULL, &l, 10);
	assert_string_equal(rig_value(s, "ab.delay.mean"), "90ms");
	assert_string_equal(rig_value(s, "ab.loss.p"), "3%");
	assert_string_equal(rig_value(s, "ba.duplicate.p"), "2%");
	assert_int_equal(s->plan->from_ns, 10);
	/* No inverse patch is needed: what is left is merged again. */
	rig_step(&s, NULL, &s->overrides, 50);
	assert_int_equal(s->overrides.n, 2);
	assert_string_equal(rig_value(s, "ab.delay.mean"), "20ms");
	assert_string_equal(rig_value(s, "ab.loss.p"), "1%");
	assert_string_equal(rig_value(s, "ba.duplicate.p"), "2%");
	assert_int_equal(s->plan->generation, 3);
	wf_setup_free(s);
	wf_overrides_fini(&l);
}

static void
one_to_come_waits_for_its_time(void **state)
{
	struct wf_overrides l = { 0 };
	struct wf_setup *s = rig_next(NULL, rig_tree("", "", VOIP), NULL, 0);

	rig_override(&l, NULL, "ab", "delay=1ms", 100, 10);
	rig_step(&s, NULL, &l, 99);
	assert_int_equal(s->overrides.n, 1);
	assert_null(rig_value(s, "ab.delay.mean"));
	rig_step(&s, NULL, &s->overrides, 100);
	assert_string_equal(rig_value(s, "ab.delay.mean"), "1ms");
	rig_step(&s, NULL, &s->overrides, 110);
	assert_int_equal(s->overrides.n, 0);
	assert_null(rig_value(s, "ab.delay.mean"));
	wf_setup_free(s);
	wf_overrides_fini(&l);
}

static void
a_change_with_a_seed_of_its_own_has_it_while_it_stands(void **state)
{
	struct wf_overrides l = { 0 };
	struct wf_setup *s = rig_next(NULL, rig_tree("loss = \"5%\";", "", VOIP), NULL, 0);
	uint64_t key = s->plan->dir[0].rng_key;

	rig_override(&l, NULL, "ab", "delay=1ms", 10, 20);
	l.at[0].change->seeded = true;
	l.at[0].change->seed = 7;
	rig_step(&s, NULL, &l, 10);
	assert_int_equal(s->seed, 7);
	assert_int_equal(s->plan->seed, 7);
	assert_int_not_equal(s->plan->dir[0].rng_key, key);
	rig_step(&s, NULL, &s->overrides, 30);
	assert_int_equal(s->plan->seed, 42);
	assert_int_equal(s->plan->dir[0].rng_key, key);
	wf_setup_free(s);
	wf_overrides_fini(&l);
}

static void
an_end_that_is_passed_before_it_begins_is_the_next_edge(void **state)
{
	struct wf_overrides l = { 0 };
	struct wf_setup *s = rig_next(NULL, rig_tree("delay = \"20ms\";", "", VOIP), NULL, 0);

	rig_override(&l, NULL, "ab", "loss=1%", 10, 100);
	rig_override(&l, NULL, "ab", "delay=90ms", 10, 105);
	rig_step(&s, NULL, &l, 10);
	assert_int_equal(wf_overrides_edge(&s->overrides), 110);
	/* Made for the end of the first, in force only past that of the other. */
	rig_step(&s, NULL, &s->overrides, 110);
	wf_setup_begin(s, 130);
	assert_int_equal(s->plan->from_ns, 130);
	assert_string_equal(rig_value(s, "ab.delay.mean"), "90ms");
	assert_int_equal(wf_overrides_edge(&s->overrides), 115);
	rig_step(&s, NULL, &s->overrides, 115);
	assert_string_equal(rig_value(s, "ab.delay.mean"), "20ms");
	assert_int_equal(wf_overrides_edge(&s->overrides), UINT64_MAX);
	wf_setup_free(s);
	wf_overrides_fini(&l);
}

static void
one_that_has_ended_and_is_still_merged_can_be_undone(void **state)
{
	struct wf_overrides l = { 0 }, rest = { 0 };
	struct wf_setup *s = rig_next(NULL, rig_tree("", "", VOIP), NULL, 0);

	rig_override(&l, NULL, "ab", "loss=1%", 10, 100);
	rig_step(&s, NULL, &l, 10);
	rig_step(&s, NULL, &rest, 120);
	assert_null(rig_value(s, "ab.loss.p"));
	assert_int_equal(s->dropped.n, 1);
	assert_int_equal(s->dropped.at[0].id, 1);
	wf_setup_free(s);
	wf_overrides_fini(&l);
}

static void
an_end_that_was_told_stays(void **state)
{
	struct wf_overrides l = { 0 };
	struct wf_setup *s = rig_next(NULL, rig_tree("", "", VOIP), NULL, 0);

	rig_override(&l, NULL, "ab", "loss=1%", 10, 100);
	rig_step(&s, NULL, &l, 10);
	wf_setup_begin(s, 12);
	assert_int_equal(s->overrides.at[0].from_ns, 12);
	assert_int_equal(s->overrides.at[0].until_ns, 112);
	wf_overrides_fini(&l);
	/* Another one that begins with it, and is made a little later. */
	assert_int_equal(wf_overrides_copy(&l, &s->overrides, 0), 0);
	rig_override(&l, NULL, "ba", "loss=1%", 12, 100);
	rig_step(&s, NULL, &l, 12);
	wf_setup_begin(s, 15);
	assert_int_equal(s->overrides.at[0].from_ns, 12);
	assert_int_equal(s->overrides.at[0].until_ns, 112);
	assert_int_equal(s->overrides.at[1].from_ns, 15);
	assert_int_equal(s->overrides.at[1].until_ns, 115);
	wf_setup_free(s);
	wf_overrides_fini(&l);
}

static void
another_base_keeps_overrides_and_names_what_it_drops(void **state)
{
	struct wf_overrides l = { 0 };
	struct wf_setup *s = rig_next(NULL, rig_tree("delay = \"20ms\";", "", VOIP), NULL, 0);

	rig_override(&l, "voip", "ab", "delay=7ms", 0, 0);
	rig_override(&l, NULL, "ab", "loss=1%", 0, 0);
	rig_step(&s, NULL, &l, 0);
	rig_step(&s, rig_tree("delay = \"30ms\";", "", ""), &s->overrides, 10);
	assert_string_equal(rig_value(s, "ab.delay.mean"), "30ms");
	assert_string_equal(rig_value(s, "ab.loss.p"), "1%");
	assert_int_equal(s->overrides.n, 1);
	assert_int_equal(s->dropped.n, 1);
	assert_int_equal(s->dropped.at[0].id, 1);
	wf_setup_free(s);
	wf_overrides_fini(&l);
}

static void
what_is_not_valid_changes_nothing(void **state)
{
	struct wf_overrides l = { 0 };
	struct wf_setup *s = rig_next(NULL, rig_tree("delay = \"20ms\";", "", VOIP), NULL, 0),
			*next;
	struct wf_err *err = wf_err_new();

	rig_override(&l, NULL, "ab", "delay=parsnip", 0, 0);
	assert_int_equal(wf_setup_next(s, NULL, &l, 5, &next, err), -EINVAL);
	assert_null(next);
	assert_int_equal(wf_err_count(err), 1);
	assert_string_equal(wf_err_item(err, 0)->path, "links.wan.ab.delay.mean");
	assert_string_equal(rig_value(s, "ab.delay.mean"), "20ms");
	wf_err_free(err);
	wf_setup_free(s);
	wf_overrides_fini(&l);
}

/* What an override hides comes out when it ends: so it is refused at once. */
static void
another_base_is_valid_by_itself(void **state)
{
	struct wf_overrides l = { 0 };
	struct wf_setup *s = rig_next(NULL, rig_tree("delay = \"20ms\";", "", VOIP), NULL, 0),
			*next;
	struct wf_err *err = wf_err_new();

	rig_override(&l, NULL, "ab", "delay.mean=1ms", 0, 0);
	rig_step(&s, NULL, &l, 5);
	assert_int_equal(wf_setup_next(s, rig_tree("delay = \"parsnip\";", "", VOIP), &s->overrides,
				 6, &next, err),
		-EINVAL);
	assert_null(next);
	assert_string_equal(rig_value(s, "ab.delay.mean"), "1ms");
	wf_err_free(err);
	wf_setup_free(s);
	wf_overrides_fini(&l);
}

/* As long as its base stands. Another one is read anew. */
static void
an_end_returns_to_files_that_are_gone_meanwhile(void **state)
{
	struct wf_err *err = wf_err_new();
	struct wf_overrides l = { 0 };
	struct wf_setup *s, *next;
	char ab[400];

	snprintf(ab, sizeof(ab), "delay = { distribution = \"samples\"; file = \"%s\"; };",
		folder_write("delays", "7ms\n7ms\n"));
	s = rig_next(NULL, rig_tree(ab, "", ""), NULL, 0);
	rig_override(&l, NULL, "ab", "delay.distribution=constant delay.mean=1ms", 5, 5);
	rig_step(&s, NULL, &l, 5);
	assert_string_equal(rig_value(s, "ab.delay.mean"), "1ms");
	assert_int_equal(unlink(folder_path("delays")), 0);
	rig_step(&s, NULL, &s->overrides, 6); /* somebody changes something else */
	rig_step(&s, NULL, &s->overrides, 10);
	assert_null(rig_value(s, "ab.delay.mean"));
	assert_true(s->plan->dir[0].classes[0].about->forecast.delay_mean_ns == 7e6);
	assert_true(s->plan->dir[0].classes[0].about->stale);
	assert_int_equal(wf_setup_next(s, rig_tree(ab, "", ""), NULL, 11, &next, err), -EINVAL);
	wf_err_free(err);
	wf_setup_free(s);
	wf_overrides_fini(&l);
}

static void
what_needs_a_restart_is_refused_by_name(void **state)
{
	struct wf_setup *s = rig_next(NULL, rig_tree("", "", VOIP), NULL, 0), *next;
	struct wf_node *tree = rig_tree("", "", VOIP);
	struct wf_err *err = wf_err_new();

	wf_node_append(tree, wf_node_string("memory", "1GB"));
	assert_int_equal(wf_setup_next(s, tree, NULL, 5, &next, err), -ENOTSUP);
	assert_string_equal(wf_err_item(err, 0)->path, "memory");
	wf_err_free(err);
	wf_setup_free(s);
}

static void
the_list_has_a_bound(void **state)
{
	struct wf_overrides l = { 0 };
	struct wf_setup *s = rig_next(NULL, rig_tree("", "", VOIP), NULL, 0), *next;
	struct wf_err *err = wf_err_new();
	char text[32];

	for (unsigned i = 0; i < WF_OVERRIDES_MAX + 3; i++) {
		snprintf(text, sizeof(text), "%s=%ums", i < 2 ? "delay.stddev" : "delay", i + 1);
		rig_override(&l, NULL, "ab", text, 0, 0);
	}
	rig_step(&s, NULL, &l, 0);
	assert_int_equal(s->overrides.n, WF_OVERRIDES_MAX);
	assert_int_equal(s->overrides.at[0].id, 4);
	assert_int_equal(s->overrides.at[0].change->n_items, 2); /* of each key the last one */
	assert_string_equal(rig_value(s, "ab.delay.mean"), "259ms");
	assert_string_equal(rig_value(s, "ab.delay.stddev"), "2ms"); /* of one that was joined */
	wf_overrides_fini(&l);

	for (unsigned i = 0; i < WF_OVERRIDES_MAX + 1; i++)
		rig_override(&l, NULL, "ab", "delay=1ms", 0, 1000);
	assert_int_equal(wf_setup_next(s, NULL, &l, 0, &next, err), -EINVAL);
	assert_int_equal(wf_err_count(err), 1);
	wf_err_free(err);
	wf_overrides_fini(&l);
	wf_setup_free(s);
}

static void
one_that_ends_does_not_stand_in_the_way_of_the_bound(void **state)
{
	struct wf_overrides l = { 0 };
	struct wf_setup *s = rig_next(NULL, rig_tree("", "", VOIP), NULL, 0);

	rig_override(&l, NULL, "ab", "delay=1ms", 0, 1000);
	for (unsigned i = 0; i < WF_OVERRIDES_MAX; i++)
		rig_override(&l, NULL, "ab", i % 2 ? "loss=1%" : "duplicate=2%", 0, 0);
	rig_step(&s, NULL, &l, 0);
	assert_int_equal(s->overrides.n, WF_OVERRIDES_MAX);
	assert_int_equal(s->overrides.at[0].id, 1);
	assert_int_equal(s->overrides.at[1].id, 3);
	assert_string_equal(rig_value(s, "ab.delay.mean"), "1ms");
	wf_setup_free(s);
	wf_overrides_fini(&l);
}

static void
another_base_keeps_joined_overrides_and_names_what_it_drops_of_them(void **state)
{
	struct wf_overrides l = { 0 };
	struct wf_setup *s = rig_next(NULL, rig_tree("", "", VOIP), NULL, 0);
	char text[WF_CHANGE_TEXT];

	rig_override(&l, NULL, "ab", "loss=1%", 0, 0);
	rig_override(&l, "voip", "ab", "loss=2%", 0, 0);
	for (unsigned i = 0; i < WF_OVERRIDES_MAX; i++)
		rig_override(&l, NULL, "ba", "delay=1ms", 0, 0);
	rig_step(&s, NULL, &l, 0);
	rig_step(&s, rig_tree("delay = \"30ms\";", "", ""), &s->overrides, 10);
	assert_string_equal(rig_value(s, "ab.loss.p"), "1%");
	assert_string_equal(rig_value(s, "ab.delay.mean"), "30ms");
	assert_int_equal(s->overrides.n, WF_OVERRIDES_MAX);
	assert_int_equal(s->dropped.n, 1);
	assert_string_equal(wf_change_format(s->dropped.at[0].change, text), "wan voip ab loss=2%");
	wf_setup_free(s);
	wf_overrides_fini(&l);
}

/* Nothing that would leave something else behind: joined or not, the outcome is the same. */
static void
joined_changes_do_what_they_did(void **state)
{
	static const char *const of[] = { "loss=1%", "loss.model=gilbert", "loss.p=2%", "loss=null",
		"delay=5ms", "delay.stddev=1ms", "delay=null", "loss.model=bernoulli",
		"delay.mean=3ms delay.stddev=2ms", "loss.p=3%" };
	uint32_t n = WF_ARRAY_SIZE(of);

	for (uint32_t i = 0; i < n * n * n; i++) {
		struct wf_node *apart = rig_tree("loss = \"7%\"; delay = \"9ms\";", "", VOIP);
		struct wf_node *joined = wf_node_clone(apart);
		struct wf_change *c[3], *two, *three;

		for (uint32_t k = 0, which = i; k < 3; k++, which /= n) {
			c[k] = rig_change(NULL, k == 1 ? "ab" : "both", of[which % n], 0, 0);
			assert_int_equal(wf_change_merge(c[k], apart, NULL), 0);
		}
		two = wf_change_join(c[0], c[1]);
		three = wf_change_join(two, c[2]);
		assert_int_equal(wf_change_merge(three, joined, NULL), 0);
		assert_true(wf_node_equal(apart, joined));
		for (int k = 0; k < 3; k++)
			wf_change_free(c[k]);
		wf_change_free(two);
		wf_change_free(three);
		wf_node_free(apart);
		wf_node_free(joined);
	}
}

struct told {
	char text[512];
};

static void
tell(void *ctx, const char *path, const struct wf_node *a, const struct wf_node *b)
{
	struct told *t = ctx;
	char from[64], to[64];
	size_t used = strlen(t->text);

	snprintf(t->text + used, sizeof(t->text) - used, "%s: %s -> %s\n", path,
		a != NULL ? wf_node_text(a, from, sizeof(from)) : "-",
		b != NULL ? wf_node_text(b, to, sizeof(to)) : "-");
}

static void
the_difference_is_told_leaf_by_leaf(void **state)
{
	struct wf_overrides l = { 0 };
	struct wf_setup *s =
		rig_next(NULL, rig_tree("delay = \"20ms\"; loss = \"1%\";", "", VOIP), NULL, 0);
	struct told t = { "" };

	rig_override(&l, NULL, "ab", "delay.mean=30ms delay.stddev=1ms loss=null", 0, 0);
	rig_override(&l, "voip", "ab", "delay=6ms", 0, 0);
	rig_step(&s, NULL, &l, 0);
	wf_setup_diff(s->base->node, s->tree, tell, &t);
	assert_string_equal(t.text, "links.wan.ab.delay.mean: 20ms -> 30ms\n"
				    "links.wan.ab.delay.stddev: - -> 1ms\n"
				    "links.wan.ab.loss.model: bernoulli -> -\n"
				    "links.wan.ab.loss.p: 1% -> -\n"
				    "links.wan.classes.voip.ab.delay.mean: 5ms -> 6ms\n");
	wf_setup_free(s);
	wf_overrides_fini(&l);
}

#define TEST(f) cmocka_unit_test(f)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(without_overrides_it_is_the_base),
		TEST(later_overrides_win_and_the_rest_stays_when_one_ends),
		TEST(a_change_with_a_seed_of_its_own_has_it_while_it_stands),
		TEST(one_to_come_waits_for_its_time),
		TEST(an_end_that_is_passed_before_it_begins_is_the_next_edge),
		TEST(one_that_has_ended_and_is_still_merged_can_be_undone),
		TEST(an_end_that_was_told_stays),
		TEST(another_base_keeps_overrides_and_names_what_it_drops),
		TEST(what_is_not_valid_changes_nothing),
		TEST(another_base_is_valid_by_itself),
		TEST(an_end_returns_to_files_that_are_gone_meanwhile),
		TEST(what_needs_a_restart_is_refused_by_name),
		TEST(the_list_has_a_bound),
		TEST(one_that_ends_does_not_stand_in_the_way_of_the_bound),
		TEST(another_base_keeps_joined_overrides_and_names_what_it_drops_of_them),
		TEST(joined_changes_do_what_they_did),
		TEST(the_difference_is_told_leaf_by_leaf),
	};

	return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
