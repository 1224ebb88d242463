/* SPDX-License-Identifier: BSD-3-Clause
 * Plans from text.
 */
#include "planner.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

const char *
plan_text(const char *top, const char *ab, const char *ba, const char *classes)
{
	static char text[8192];

	snprintf(text, sizeof(text),
		"%s ports = ( { name = \"a\"; device = \"net_null0\"; },\n"
		" { name = \"b\"; device = \"net_null1\"; } );\n"
		"links = ( { name = \"wan\"; ports = [ \"a\", \"b\" ];\n"
		" ab = { %s };\n ba = { %s };\n classes = ( %s ); } );",
		top, ab, ba, classes);
	return text;
}

struct wf_plan *
plan_try(const char *text, const struct wf_plan *before, struct wf_err *err)
{
	struct wf_node *tree = wf_conf_read_text(text, "test.conf", false, err);
	struct wf_conf *conf = tree != NULL ? wf_conf_bind(tree, err) : NULL;
	struct wf_plan *plan;

	if (conf == NULL) {
		wf_err_print(err, stderr);
		fail_msg("does not bind: %s", text);
	}
	plan = wf_plan_compile(conf, 42, before, err);
	/* A plan keeps nothing of its configuration. */
	wf_node_free(tree);
	wf_conf_free(conf);
	return plan;
}

struct wf_plan *
plan_of(const char *text, const struct wf_plan *before)
{
	struct wf_err *err = wf_err_new();
	struct wf_plan *plan = plan_try(text, before, err);

	if (plan == NULL) {
		wf_err_print(err, stderr);
		fail_msg("refused: %s", text);
	}
	assert_int_equal(wf_err_count(err), 0);
	wf_err_free(err);
	return plan;
}

struct wf_plan *
plan_ab(const char *ab)
{
	return plan_of(plan_text("", ab, "", ""), NULL);
}

const struct wf_plan_class *
plan_class(const struct wf_plan *p, uint32_t dir, const char *name)
{
	for (uint16_t i = 0; i < p->dir[dir].n_classes; i++)
		if (strcmp(p->dir[dir].classes[i].about->name, name) == 0)
			return &p->dir[dir].classes[i];
	return NULL;
}
