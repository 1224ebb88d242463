/* SPDX-License-Identifier: BSD-3-Clause
 * Keys whose values are strings, from the tables: what is empty or blank is refused when
 * the plan is compiled, with line, path, reason and hint.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "planner.h"

/* What a key needs beside it before its own value is looked at. */
static const char *
beside(const struct wf_block *ops, const char *key)
{
	static const struct {
		const char *stage, *key, *text;
	} needs[] = {
		{ "mtu", "from", "mtu = 1400; " },
		{ "mtu", "from6", "mtu = 1400; " },
		{ "loss", "matrix", "state_loss = \"0 1\"; " },
		{ "loss", "state_loss", "matrix = \"0.9 0.1; 0.5 0.5\"; " },
		{ "delay", "file", "stddev = \"1ms\"; " },
		{ "rewrite", "from", "ttl_decrement = 1; " },
		{ "rewrite", "from6", "ttl_decrement = 1; " },
	};

	for (size_t i = 0; i < WF_ARRAY_SIZE(needs); i++)
		if (strcmp(needs[i].stage, ops->name) == 0 && strcmp(needs[i].key, key) == 0)
			return needs[i].text;
	return "";
}

/* The block with the key, and with the model or distribution that it belongs to. */
static void
block_of(const struct wf_block *ops, const struct wf_param *row, const char *value, char out[512])
{
	char selector[64] = "";
	int choice = __builtin_ffs((int)row->belongs) - 1;
	int at = ops->selector != NULL ? wf_param_find(ops->params, ops->selector) : -1;

	if (choice >= 0 && at >= 0)
		snprintf(selector, sizeof(selector), "%s = \"%s\"; ", ops->selector,
			ops->params[at].choices[choice]);
	snprintf(out, 512, "%s = { %s%s%s = \"%s\"; };", ops->name, selector,
		beside(ops, row->name), row->name, value);
}

static void
refused(const struct wf_block *ops, const struct wf_param *row, const char *value)
{
	struct wf_err *err = wf_err_new();
	char block[512], path[64];

	block_of(ops, row, value, block);
	snprintf(path, sizeof(path), "links.wan.ab.%s", ops->name);
	if (plan_try(plan_text("", block, "", ""), NULL, err) != NULL)
		fail_msg("accepted: %s", block);
	for (size_t i = 0; i < wf_err_count(err); i++) {
		const struct wf_err_item *e = wf_err_item(err, i);

		assert_string_equal(e->file, "test.conf");
		assert_int_equal(e->line, 4);
		assert_int_equal(strncmp(e->path, path, strlen(path)), 0);
		assert_true(strlen(e->message) > 10 && e->hint != NULL);
	}
	wf_err_free(err);
}

static void
empty_strings_are_refused(void **state)
{
	static const char *const never[] = { "", " ", "\\n\\t" };
	unsigned n = 0;

	for (int id = 0; id < WF_BLOCK_COUNT; id++)
		for (const struct wf_param *p = wf_block_registry[id]->params; p->name; p++)
			for (size_t i = 0; p->type == WF_PARAM_STRING && i < WF_ARRAY_SIZE(never);
				i++, n++)
				refused(wf_block_registry[id], p, never[i]);
	assert_true(n > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_strings_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
