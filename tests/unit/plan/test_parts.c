/* SPDX-License-Identifier: BSD-3-Clause
 * What a change does not touch is not built again: rules, filters, compiled classes, files.
 * Counted, not timed: 200 changes of one class of 200 build what changes, and nothing else.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "eal.h"
#include "folder.h"
#include "planner.h"
#include "wf_slurp.h"

#define CLASSES 200
#define CHANGES 200

static unsigned rules, filters, files;

struct wf_rules *__real_wf_rules_new(const char *name, enum wf_side side,
	const struct wf_rule *rule, size_t n, struct wf_err *err);
struct wf_rules *__wrap_wf_rules_new(const char *name, enum wf_side side,
	const struct wf_rule *rule, size_t n, struct wf_err *err);
struct wf_rules *
__wrap_wf_rules_new(const char *name, enum wf_side side, const struct wf_rule *rule, size_t n,
	struct wf_err *err)
{
	rules++;
	return __real_wf_rules_new(name, side, rule, n, err);
}

struct wf_filter *__real_wf_filter_new(
	const char *text, const struct wf_where *where, struct wf_err *err);
struct wf_filter *__wrap_wf_filter_new(
	const char *text, const struct wf_where *where, struct wf_err *err);
struct wf_filter *
__wrap_wf_filter_new(const char *text, const struct wf_where *where, struct wf_err *err)
{
	filters++;
	return __real_wf_filter_new(text, where, err);
}

char *__real_wf_slurp_beside(const char *name, size_t max_bytes, size_t *n,
	const struct wf_where *where, struct wf_err *err);
char *__wrap_wf_slurp_beside(const char *name, size_t max_bytes, size_t *n,
	const struct wf_where *where, struct wf_err *err);
char *
__wrap_wf_slurp_beside(const char *name, size_t max_bytes, size_t *n, const struct wf_where *where,
	struct wf_err *err)
{
	files++;
	return __real_wf_slurp_beside(name, max_bytes, n, where, err);
}

static void
count_anew(void)
{
	rules = filters = files = 0;
}

/* Class i has the port port0 + i, and a delay by a file; the one that changes has a constant one. A
 * filter stands before all of them. */
static const char *
text_of(unsigned port0, unsigned delay_ms)
{
	static char text[CLASSES * 200 + 2048];
	size_t used = 0;

	used += (size_t)snprintf(text, sizeof(text),
		"ports = ( { name = \"a\"; device = \"net_null0\"; },\n"
		" { name = \"b\"; device = \"net_null1\"; } );\n"
		"links = ( { name = \"wan\"; ports = [ \"a\", \"b\" ]; ab = { rate = { trace = "
		"\"%s\"; }; };\n classes = ( { name = \"f\"; filter = \"less 100\"; "
		"ab = { loss = \"1%%\"; }; }",
		folder_path("rate"));
	for (unsigned i = 0; i < CLASSES; i++) {
		char delay[400];

		snprintf(delay, sizeof(delay), "{ distribution = \"samples\"; file = \"%s\"; }",
			folder_path("delays"));
		if (i == 7)
			snprintf(delay, sizeof(delay), "\"%ums\"", delay_ms);
		used += (size_t)snprintf(text + used, sizeof(text) - used,
			",\n{ name = \"k%u\"; match = { dport = \"%u\"; }; ab = { delay = %s; }; }",
			i, port0 + i, delay);
	}
	snprintf(text + used, sizeof(text) - used, " ); } );");
	return text;
}

static void
change(struct wf_plan **p, unsigned port0, unsigned delay_ms)
{
	struct wf_plan *next = plan_of(text_of(port0, delay_ms), *p);
	struct wf_err *err = wf_err_new();

	assert_int_equal(wf_plan_arm(next, err), 0);
	wf_plan_free(*p);
	*p = next;
	wf_err_free(err);
}

static void
a_change_builds_what_it_changes(void **state)
{
	const struct wf_plan_step *others, *rate;
	struct wf_plan *p = NULL;

	folder_write("delays", "1ms\n2ms\n3ms\n");
	folder_write("rate", "0s 1Mbit\n1s 2Mbit\n");
	count_anew();
	change(&p, 1000, 1);
	assert_int_equal(rules, 1);
	assert_int_equal(filters, 1);
	assert_int_equal(files, CLASSES);
	others = plan_class(p, 0, "k8")->before;
	rate = plan_class(p, 0, "default")->before;

	count_anew();
	for (unsigned i = 0; i < CHANGES; i++) {
		const struct wf_plan_step *before = plan_class(p, 0, "k7")->before;

		change(&p, 1000, 2 + i);
		assert_ptr_not_equal(plan_class(p, 0, "k7")->before, before);
		assert_ptr_equal(plan_class(p, 0, "k8")->before, others);
		assert_ptr_equal(plan_class(p, 0, "default")->before, rate);
		assert_true(plan_class(p, 0, "k7")->about->forecast.delay_mean_ns == (2 + i) * 1e6);
	}
	assert_int_equal(rules + filters + files, 0);
	/* And no change at all builds nothing at all. */
	change(&p, 1000, 1 + CHANGES);
	assert_int_equal(rules + filters + files, 0);
	wf_plan_free(p);
}

static void
other_rules_are_built_but_not_the_classes(void **state)
{
	struct wf_plan *p = NULL;

	folder_write("delays", "1ms\n2ms\n3ms\n");
	change(&p, 1000, 1);
	count_anew();
	change(&p, 2000, 1);
	assert_int_equal(rules, 1);
	assert_int_equal(filters + files, 0);
	wf_plan_free(p);
}

static void
a_file_that_has_changed_is_read_again(void **state)
{
	struct wf_plan *p = NULL;

	folder_write("delays", "1ms\n2ms\n3ms\n");
	change(&p, 1000, 1);
	assert_true(plan_class(p, 0, "k8")->about->forecast.delay_max_ns < 4e6);
	count_anew();
	folder_write("delays", "1ms\n2ms\n3ms\n40ms\n");
	change(&p, 1000, 1);
	assert_int_equal(rules + filters, 0);
	assert_int_equal(files, CLASSES - 1);
	assert_true(plan_class(p, 0, "k8")->about->forecast.delay_max_ns > 30e6);
	wf_plan_free(p);
}

/* A change of something else goes on, and so does one that ends. */
static void
what_was_read_of_a_file_that_is_gone_stays(void **state)
{
	struct wf_err *err = wf_err_new();
	const struct wf_plan_step *others;
	struct wf_plan *p = NULL;
	unsigned lines;

	folder_write("delays", "1ms\n2ms\n3ms\n");
	folder_write("rate", "0s 1Mbit\n1s 2Mbit\n");
	change(&p, 1000, 1);
	others = plan_class(p, 0, "k8")->before;
	lines = plan_class(p, 0, "default")->state_lines;
	assert_int_not_equal(lines, 0);
	assert_int_equal(unlink(folder_path("delays")), 0);
	folder_write("rate", "0s 1Mb"); /* somebody writes it just now */
	for (unsigned i = 0; i < 3; i++) {
		change(&p, 1000, 2 + i);
		assert_true(plan_class(p, 0, "k7")->about->forecast.delay_mean_ns == (2 + i) * 1e6);
		assert_ptr_equal(plan_class(p, 0, "k8")->before, others);
		assert_true(plan_class(p, 0, "k8")->about->stale);
		assert_true(plan_class(p, 0, "default")->about->stale);
		assert_false(plan_class(p, 0, "k7")->about->stale);
		assert_int_equal(plan_class(p, 0, "default")->state_lines, lines);
	}
	/* It is back, as it was or another. */
	folder_write("delays", "1ms\n2ms\n3ms\n40ms\n");
	folder_write("rate", "0s 1Mbit\n1s 2Mbit\n");
	change(&p, 1000, 5);
	assert_false(plan_class(p, 0, "k8")->about->stale);
	assert_false(plan_class(p, 0, "default")->about->stale);
	assert_true(plan_class(p, 0, "k8")->about->forecast.delay_max_ns > 30e6);
	/* Whoever names it first has nothing that was read. */
	unlink(folder_path("delays"));
	assert_null(plan_try(text_of(1000, 5), NULL, err));
	assert_non_null(strstr(wf_err_item(err, 0)->message, "delays"));
	wf_plan_free(p);
	wf_err_free(err);
}

/* Whoever goes first. */
static void
what_is_shared_lives_as_long_as_a_plan_that_has_it(void **state)
{
	struct wf_err *err = wf_err_new();
	struct wf_plan *p = NULL, *next;

	folder_write("delays", "1ms\n2ms\n3ms\n");
	change(&p, 1000, 1);
	next = plan_of(text_of(1000, 2), p);
	wf_plan_free(next); /* never armed, never in force */
	next = plan_of(text_of(1000, 3), p);
	assert_int_equal(wf_plan_arm(next, err), 0);
	wf_plan_free(p);
	assert_true(plan_class(next, 0, "k8")->before[0].cfg != NULL);
	wf_plan_free(next);
	wf_err_free(err);
}

static int
start(void **state)
{
	return folder_make(state) < 0 ? -1 : eal_start(state);
}

static int
end(void **state)
{
	return eal_stop(state) + folder_remove(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_change_builds_what_it_changes),
		cmocka_unit_test(other_rules_are_built_but_not_the_classes),
		cmocka_unit_test(a_file_that_has_changed_is_read_again),
		cmocka_unit_test(what_was_read_of_a_file_that_is_gone_stays),
		cmocka_unit_test(what_is_shared_lives_as_long_as_a_plan_that_has_it),
	};

	return cmocka_run_group_tests(tests, start, end);
}
