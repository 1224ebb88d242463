/* SPDX-License-Identifier: BSD-3-Clause
 * The configuration as a whole over the control socket.
 */
#include "harness.h"

#include <errno.h>
#include <string.h>

#define JSON "application/json"
#define ENDPOINTS                                                                                  \
	"\"ports\":[{\"name\":\"a\",\"device\":\"net_null0\"},{\"name\":\"b\",\"device\":\"net_"   \
	"null1\"}]"

static const char good_json[] =
	"{" ENDPOINTS
	",\"links\":[{\"name\":\"wan\",\"ports\":[\"a\",\"b\"],\"ab\":{\"delay\":\"7ms\"}}]}";
static const char bad_json[] = "{" ENDPOINTS ",\"links\":[{\"name\":\"wan\",\"ports\":[\"a\",\"b\"]"
			       ",\"ab\":{\"delay\":\"7 parsecs\",\"los\":\"1%\"}}]}";
static const char good_text[] =
	"ports = ( { name = \"a\"; device = \"net_null0\"; }, { name = \"b\"; device = "
	"\"net_null1\"; } );\n"
	"links = ( { name = \"wan\"; ports = [ \"a\", \"b\" ]; ba = { loss = \"3%\"; }; } );\n";

static void
test_config_reads_back_as_a_tree(void **state)
{
	struct reply r = call(*state, "GET", "/v1/config", NULL, NULL);
	json_t *link = json_array_get(json_object_get(r.json, "links"), 0);

	assert_int_equal(r.status, 200);
	assert_string_equal(text_at(link, "name"), "wan");
	assert_string_equal(text_at(link, "ab.delay.mean"), "20ms");
	reply_free(&r);
}

static void
test_config_reads_back_as_text_that_can_be_put(void **state)
{
	struct harness *h = *state;
	struct wf_node *before = wf_node_clone(h->tree);
	struct reply r = call_with(h, "Accept: text/plain", "GET", "/v1/config", NULL, NULL);

	assert_int_equal(r.status, 200);
	assert_string_equal(r.type, "text/plain; charset=utf-8");
	expect(h, 200, "PUT", "/v1/config", "text/plain; charset=utf-8", r.text);
	assert_true(wf_node_equal(before, h->tree));
	wf_node_free(before);
	reply_free(&r);
}

static void
test_put_replies_generation_and_config(void **state)
{
	struct harness *h = *state;
	struct reply r = call(h, "PUT", "/v1/config", JSON, good_json);
	json_t *links;

	assert_int_equal(r.status, 200);
	assert_int_equal(json_integer_value(json_object_get(r.json, "generation")), 2);
	links = json_object_get(json_object_get(r.json, "config"), "links");
	assert_string_equal(text_at(json_array_get(links, 0), "ab.delay.mean"), "7ms");
	reply_free(&r);
}

static void
test_put_takes_the_text_of_a_file(void **state)
{
	struct harness *h = *state;

	expect(h, 200, "PUT", "/v1/config", "text/plain", good_text);
	assert_int_equal(h->generation, 2);
}

static void
test_invalid_config_changes_nothing_and_names_every_path(void **state)
{
	struct harness *h = *state;
	struct wf_node *before = wf_node_clone(h->tree);
	struct reply r = call(h, "PUT", "/v1/config", JSON, bad_json);
	json_t *errors = json_object_get(r.json, "errors"), *e;
	bool delay = false, typo = false;
	size_t i;

	assert_int_equal(r.status, 422);
	json_array_foreach(errors, i, e)
	{
		const char *path = text_at(e, "path");

		delay |= path != NULL && strstr(path, "links.wan.ab.delay") != NULL;
		typo |= path != NULL && strstr(path, "links.wan.ab.los") != NULL;
	}
	assert_true(delay && typo);
	assert_int_equal(h->generation, 1);
	assert_true(wf_node_equal(before, h->tree));
	wf_node_free(before);
	reply_free(&r);
}

static void
test_body_that_is_not_json_is_400(void **state)
{
	expect(*state, 400, "PUT", "/v1/config", JSON, "{\"ports\":");
	expect(*state, 400, "PUT", "/v1/config", JSON, "");
	expect(*state, 400, "PUT", "/v1/config", JSON, good_text);
	expect(*state, 400, "PUT", "/v1/config", JSON, "{\"seed\":1,\"seed\":2}");
}

static void
test_body_that_is_no_configuration_is_422(void **state)
{
	expect(*state, 422, "PUT", "/v1/config", JSON, "[]");
	expect(*state, 422, "PUT", "/v1/config", JSON, "{}");
	expect(*state, 422, "PUT", "/v1/config", JSON, "{\"links\":{\"a\":[1,[2,{}]]}}");
	expect(*state, 422, "PUT", "/v1/config", "text/plain", "ports = (");
	expect(*state, 422, "PUT", "/v1/config", "text/plain", "caf\xe9 = \"\xff\";");
}

static void
test_include_over_the_socket_is_refused(void **state)
{
	expect(*state, 422, "PUT", "/v1/config", "text/plain", "@include \"/etc/hostname\"\n");
}

static void
test_wrong_media_type_is_415(void **state)
{
	expect(*state, 415, "PUT", "/v1/config", NULL, good_json);
	expect(*state, 415, "PUT", "/v1/config", "application/xml", good_json);
	expect(*state, 415, "PUT", "/v1/config", "application/jsonx", good_json);
	expect(*state, 415, "PUT", "/v1/config", "application/merge-patch+json", good_json);
	expect(*state, 415, "POST", "/v1/config/validate", "text/html", good_json);
}

static void
test_change_that_needs_a_restart_is_409(void **state)
{
	struct harness *h = *state;
	struct reply r;

	h->refuse = -ENOTSUP;
	r = call(h, "PUT", "/v1/config", JSON, good_json);
	assert_int_equal(r.status, 409);
	assert_string_equal(
		text_at(json_array_get(json_object_get(r.json, "errors"), 0), "path"), "workers");
	reply_free(&r);
	expect(h, 409, "POST", "/v1/config/reload", NULL, "");
}

static void
test_out_of_memory_is_503(void **state)
{
	struct harness *h = *state;

	h->refuse = -ENOMEM;
	expect(h, 503, "PUT", "/v1/config", JSON, good_json);
	expect(h, 503, "POST", "/v1/config/reload", NULL, "");
}

static void
test_other_failures_are_500(void **state)
{
	struct harness *h = *state;

	h->refuse = -EIO;
	expect(h, 500, "PUT", "/v1/config", JSON, good_json);
}

static void
test_validate_changes_nothing(void **state)
{
	struct harness *h = *state;

	expect(h, 200, "POST", "/v1/config/validate", JSON, good_json);
	expect(h, 200, "POST", "/v1/config/validate", "text/plain", good_text);
	expect(h, 422, "POST", "/v1/config/validate", JSON, bad_json);
	expect(h, 400, "POST", "/v1/config/validate", JSON, "nonsense");
	assert_int_equal(h->generation, 1);
}

static void
test_reload_replies_generation_and_config(void **state)
{
	struct harness *h = *state;
	struct reply r;

	expect(h, 200, "PUT", "/v1/config", JSON, good_json);
	r = call(h, "POST", "/v1/config/reload", NULL, "");
	assert_int_equal(r.status, 200);
	assert_int_equal(json_integer_value(json_object_get(r.json, "generation")), 3);
	reply_free(&r);
	r = call(h, "GET", "/v1/links/wan/ab", NULL, NULL);
	assert_string_equal(text_at(r.json, "delay.mean"), "20ms");
	reply_free(&r);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, harness_start, harness_stop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_config_reads_back_as_a_tree),
		TEST(test_config_reads_back_as_text_that_can_be_put),
		TEST(test_put_replies_generation_and_config),
		TEST(test_put_takes_the_text_of_a_file),
		TEST(test_invalid_config_changes_nothing_and_names_every_path),
		TEST(test_body_that_is_not_json_is_400),
		TEST(test_body_that_is_no_configuration_is_422),
		TEST(test_include_over_the_socket_is_refused),
		TEST(test_wrong_media_type_is_415),
		TEST(test_change_that_needs_a_restart_is_409),
		TEST(test_out_of_memory_is_503),
		TEST(test_other_failures_are_500),
		TEST(test_validate_changes_nothing),
		TEST(test_reload_replies_generation_and_config),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
