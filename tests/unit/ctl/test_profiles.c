/* SPDX-License-Identifier: BSD-3-Clause
 * Profiles over the control socket, and what their names may not do.
 */
#include "harness.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wf_texts.h"

#define GOOD                                                                                       \
	"# mine\nports = ( { name = \"a\"; device = \"net_null0\"; }, { name = \"b\"; device = "   \
	"\"net_null1\"; } );\nlinks = ( { name = \"wan\"; ports = [ \"a\", \"b\" ]; ab = { delay " \
	"= "                                                                                       \
	"\"7ms\"; }; } );\n"
#define TEXT "text/plain"

static void
ship(const struct harness *h, const char *name)
{
	assert_int_equal(wf_texts_put(h->shipped, name, GOOD), 0);
}

static void
test_profiles_are_saved_listed_read_and_removed(void **state)
{
	struct harness *h = *state;
	struct reply r;

	ship(h, "lte");
	expect(h, 200, "PUT", "/v1/profiles/mine", TEXT, GOOD);
	r = call(h, "GET", "/v1/profiles", NULL, NULL);
	assert_int_equal(json_array_size(json_object_get(r.json, "profiles")), 2);
	assert_string_equal(
		text_at(json_array_get(json_object_get(r.json, "profiles"), 0), "name"), "mine");
	reply_free(&r);
	r = call_with(h, "Accept: text/plain", "GET", "/v1/profiles/mine", NULL, NULL);
	assert_string_equal(r.text, GOOD);
	reply_free(&r);
	r = call(h, "GET", "/v1/profiles/lte", NULL, NULL);
	assert_string_equal(
		text_at(json_array_get(json_object_get(r.json, "links"), 0), "ab.delay.mean"),
		"7ms");
	/* What was read can be saved. */
	expect(h, 200, "PUT", "/v1/profiles/lte", "application/json", r.text);
	reply_free(&r);
	expect(h, 200, "DELETE", "/v1/profiles/lte", NULL, NULL);
	/* The one that came with the program is still there. */
	expect(h, 200, "GET", "/v1/profiles/lte", NULL, NULL);
	expect(h, 404, "DELETE", "/v1/profiles/lte", NULL, NULL);
	expect(h, 200, "DELETE", "/v1/profiles/mine", NULL, NULL);
	expect(h, 404, "GET", "/v1/profiles/mine", NULL, NULL);
	assert_int_equal(wf_texts_remove(h->shipped, "lte"), 0);
	assert_int_equal(h->generation, 1);
}

static void
test_what_is_no_configuration_is_not_saved(void **state)
{
	expect(*state, 422, "PUT", "/v1/profiles/mine", TEXT, "nonsense");
	expect(*state, 422, "PUT", "/v1/profiles/mine", TEXT, "@include \"/etc/passwd\"\n");
	expect(*state, 415, "PUT", "/v1/profiles/mine", "text/html", GOOD);
	expect(*state, 404, "GET", "/v1/profiles/mine", NULL, NULL);
}

static void
test_names_are_no_paths(void **state)
{
	static const char *const bad[] = { "..", ".", ".hidden", "%2e%2e%2fx", "a%2fb", "a.conf",
		"-a", "a%20b", "%c3%a4",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" };
	char path[160];

	for (size_t i = 0; i < WF_ARRAY_SIZE(bad); i++) {
		struct reply r;

		snprintf(path, sizeof(path), "/v1/profiles/%s", bad[i]);
		r = call(*state, "PUT", path, TEXT, GOOD);
		assert_true(r.status == 422 || r.status == 404);
		reply_free(&r);
		r = call(*state, "GET", path, NULL, NULL);
		assert_true(r.status == 422 || r.status == 404);
		reply_free(&r);
	}
}

static void
test_links_are_not_followed(void **state)
{
	struct harness *h = *state;
	char path[160];

	snprintf(path, sizeof(path), "%s/leak.conf", h->own);
	assert_int_equal(symlink("/etc/hostname", path), 0);
	expect(h, 500, "GET", "/v1/profiles/leak", NULL, NULL);
	expect(h, 200, "PUT", "/v1/profiles/leak", TEXT, GOOD);
	expect(h, 200, "DELETE", "/v1/profiles/leak", NULL, NULL);
	assert_int_equal(access("/etc/hostname", F_OK), 0);
	assert_int_equal(mkfifo(path, 0644), 0);
	expect(h, 500, "GET", "/v1/profiles/leak", NULL, NULL);
	unlink(path);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, harness_start, harness_stop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_profiles_are_saved_listed_read_and_removed),
		TEST(test_what_is_no_configuration_is_not_saved),
		TEST(test_names_are_no_paths),
		TEST(test_links_are_not_followed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
