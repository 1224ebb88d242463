/* SPDX-License-Identifier: BSD-3-Clause
 * Files of scenarios by their names, over the control socket.
 */
#include "harness.h"

#include <string.h>

#include "wf_texts.h"

#define TEXT "text/plain"
#define GOOD "# mine\nschema_version = 1; name = \"mine\"; duration = \"1s\";\n"

static void
test_scenarios_are_saved_listed_read_and_removed(void **state)
{
	struct harness *h = *state;
	struct reply r;
	json_t *list;

	assert_int_equal(wf_texts_put(h->shipped, "spike", GOOD), 0);
	expect(h, 200, "PUT", "/v1/scenarios/mine", TEXT, GOOD);
	r = call(h, "GET", "/v1/scenarios", NULL, NULL);
	list = json_object_get(r.json, "scenarios");
	assert_int_equal(json_array_size(list), 2);
	assert_string_equal(text_at(json_array_get(list, 0), "name"), "mine");
	assert_true(json_is_true(json_object_get(json_array_get(list, 0), "own")));
	assert_string_equal(text_at(json_array_get(list, 1), "name"), "spike");
	reply_free(&r);
	r = call_with(h, "Accept: text/plain", "GET", "/v1/scenarios/mine", NULL, NULL);
	assert_string_equal(r.text, GOOD);
	reply_free(&r);
	r = call(h, "GET", "/v1/scenarios/spike", NULL, NULL);
	assert_string_equal(text_at(r.json, "name"), "mine");
	/* What was read can be saved. */
	expect(h, 200, "PUT", "/v1/scenarios/spike", "application/json", r.text);
	reply_free(&r);
	expect(h, 200, "DELETE", "/v1/scenarios/spike", NULL, NULL);
	expect(h, 200, "GET", "/v1/scenarios/spike", NULL, NULL);
	expect(h, 404, "DELETE", "/v1/scenarios/spike", NULL, NULL);
	expect(h, 200, "DELETE", "/v1/scenarios/mine", NULL, NULL);
	expect(h, 404, "GET", "/v1/scenarios/mine", NULL, NULL);
	assert_int_equal(wf_texts_remove(h->shipped, "spike"), 0);
}

static void
test_what_is_no_scenario_is_not_saved(void **state)
{
	expect(*state, 422, "PUT", "/v1/scenarios/mine", TEXT, "nonsense");
	expect(*state, 422, "PUT", "/v1/scenarios/mine", TEXT, "schema_version = 1; name = \"a\";");
	expect(*state, 422, "PUT", "/v1/scenarios/mine", "application/json", "{\"links\": []}");
	expect(*state, 415, "PUT", "/v1/scenarios/mine", "text/html", GOOD);
	expect(*state, 404, "GET", "/v1/scenarios/mine", NULL, NULL);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, harness_start, harness_stop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_scenarios_are_saved_listed_read_and_removed),
		TEST(test_what_is_no_scenario_is_not_saved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
