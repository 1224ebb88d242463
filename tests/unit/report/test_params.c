/* SPDX-License-Identifier: BSD-3-Clause
 * The tables of parameters as JSON: all of every block, and what depends on what.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "wf_json_params.h"
#include "wf_stage.h"

static const json_t *
member(const json_t *list, const char *key, const char *value)
{
	const json_t *one;
	size_t i;

	json_array_foreach(list, i, one) if (strcmp(json_string_value(json_object_get(one, key)),
						     value) == 0) return one;
	fail_msg("there is no %s %s", key, value);
	return NULL;
}

static void
assert_text(const json_t *of, const char *key, const char *want)
{
	const json_t *j = json_object_get(of, key);

	if (want == NULL)
		assert_null(j);
	else
		assert_string_equal(json_string_value(j), want);
}

static void
every_row_of_every_block_is_there(void **state)
{
	json_t *j = wf_json_params();
	const json_t *blocks = json_object_get(j, "blocks");

	assert_int_equal(json_array_size(blocks), WF_BLOCK_COUNT);
	for (size_t i = 0; i < WF_BLOCK_COUNT; i++) {
		const struct wf_block *b = wf_block_registry[i];
		const json_t *block = json_array_get(blocks, i);
		const json_t *params = json_object_get(block, "params");

		assert_text(block, "name", b->name);
		assert_text(block, "main", b->main_key);
		assert_text(block, "selector", b->selector);
		assert_int_equal(json_array_size(params), wf_param_count(b->params));
		for (size_t k = 0; k < json_array_size(params); k++) {
			const json_t *p = json_array_get(params, k);

			assert_text(p, "key", b->params[k].name);
			assert_text(p, "default", b->params[k].fallback);
			assert_text(p, "min", b->params[k].min);
			assert_text(p, "max", b->params[k].max);
			assert_text(p, "help", b->params[k].help);
			assert_true(json_string_length(json_object_get(p, "type")) > 0);
		}
	}
	json_decref(j);
}

static void
keys_name_the_models_that_they_belong_to(void **state)
{
	json_t *j = wf_json_params();
	const json_t *loss = member(json_object_get(j, "blocks"), "name", "loss");
	const json_t *params = json_object_get(loss, "params");
	const json_t *model = member(params, "key", "model"), *belongs;
	const json_t *burst = member(params, "key", "mean_burst");

	assert_text(loss, "selector", "model");
	assert_text(model, "type", "choice");
	assert_null(json_object_get(model, "belongs"));
	belongs = json_object_get(burst, "belongs");
	assert_true(json_array_size(belongs) >= 1);
	assert_string_equal(json_string_value(json_array_get(belongs, 0)), "gilbert-elliott");
	assert_true(json_array_size(json_object_get(model, "choices")) > 1);
	json_decref(j);
}

static void
a_capture_is_asked_for_by_all_but_its_directory(void **state)
{
	json_t *j = wf_json_params();
	const json_t *rows = json_object_get(j, "capture");

	assert_text(member(rows, "key", "size"), "type", "size");
	assert_non_null(member(rows, "key", "file"));
	for (size_t i = 0; i < json_array_size(rows); i++)
		assert_string_not_equal(
			json_string_value(json_object_get(json_array_get(rows, i), "key")),
			"directory");
	json_decref(j);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_of_every_block_is_there),
		cmocka_unit_test(keys_name_the_models_that_they_belong_to),
		cmocka_unit_test(a_capture_is_asked_for_by_all_but_its_directory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
