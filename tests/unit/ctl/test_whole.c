/* SPDX-License-Identifier: BSD-3-Clause
 * Links, classes and directions as wholes, faults, bypass, and tags.
 */
#include "harness.h"

#include <errno.h>
#include <string.h>

#define JSON  "application/json"
#define VOIP  "{\"match\":{\"proto\":\"udp\"},\"ab\":{\"delay\":\"5ms\"}}"
#define CLASS "/v1/links/wan/classes/voip"

static json_t *
get(const struct harness *h, const char *path)
{
	struct reply r = call(h, "GET", path, NULL, NULL);
	json_t *j = json_incref(r.json);

	assert_int_equal(r.status, 200);
	assert_true(r.tag[0] == '"');
	reply_free(&r);
	return j;
}

static void
expect_at(const struct harness *h, const char *path, const char *key, const char *want)
{
	json_t *j = get(h, path);
	const char *text = text_at(j, key);

	if (want == NULL) {
		assert_null(text);
	} else {
		assert_non_null(text);
		assert_string_equal(text, want);
	}
	json_decref(j);
}

static size_t
n_overrides(const struct harness *h)
{
	return h->setup->overrides.n;
}

static void
test_put_leaves_nothing_of_the_direction(void **state)
{
	struct harness *h = *state;

	expect(h, 200, "PUT", "/v1/links/wan/ab", JSON, "{\"delay\":\"7ms\"}");
	expect_at(h, "/v1/links/wan/ab", "delay.mean", "7ms");
	expect_at(h, "/v1/links/wan/ab", "delay.stddev", NULL);
	expect_at(h, "/v1/links/wan/ab", "delay.distribution", NULL);
	expect_at(h, "/v1/links/wan/ab", "loss.p", NULL);
	/* Again, and it is the same. */
	expect(h, 200, "PUT", "/v1/links/wan/ab", JSON, "{\"delay\":\"7ms\"}");
	expect_at(h, "/v1/links/wan/ab", "delay.mean", "7ms");
	expect(h, 200, "POST", "/v1/config/undo", JSON, "{\"all\":true}");
	expect_at(h, "/v1/links/wan/ab", "delay.stddev", "2ms");
	expect(h, 422, "PUT", "/v1/links/wan/ab", JSON, "{\"delai\":\"7ms\"}");
	expect(h, 422, "PUT", "/v1/links/wan/ab", JSON, "[]");
	expect(h, 400, "PUT", "/v1/links/wan/ab", JSON, "{");
	expect(h, 415, "PUT", "/v1/links/wan/ab", "text/plain", "{}");
	expect(h, 404, "PUT", "/v1/links/wen/ab", JSON, "{}");
}

static void
test_put_of_both_directions_for_a_time(void **state)
{
	struct harness *h = *state;
	struct reply r =
		call(h, "PUT", "/v1/links/wan/both", JSON, "{\"delay\":\"9ms\",\"for\":\"60s\"}");

	assert_int_equal(r.status, 200);
	assert_string_equal(text_at(r.json, "config.ab.delay.mean"), "9ms");
	assert_string_equal(text_at(r.json, "config.ba.delay.mean"), "9ms");
	assert_true(json_is_integer(json_object_get(r.json, "until_ns")));
	assert_int_equal(n_overrides(h), 1);
	reply_free(&r);
}

static void
test_delete_makes_a_plain_wire(void **state)
{
	struct harness *h = *state;
	json_t *j;

	expect(h, 200, "DELETE", "/v1/links/wan/ab", NULL, NULL);
	j = get(h, "/v1/links/wan/ab");
	assert_int_equal(json_object_size(j), 0);
	json_decref(j);
	expect(h, 404, "DELETE", "/v1/links/wan/xy", NULL, NULL);
}

static void
test_classes_come_change_and_go(void **state)
{
	struct harness *h = *state;

	expect(h, 200, "PATCH", "/v1/links/wan/ab", JSON, "{\"delay\":\"33ms\"}");
	expect(h, 404, "GET", CLASS, NULL, NULL);
	expect(h, 200, "PUT", CLASS, JSON, VOIP);
	expect_at(h, CLASS, "ab.delay.mean", "5ms");
	/* What was changed before stands above the new base. */
	expect_at(h, "/v1/links/wan/ab", "delay.mean", "33ms");
	expect(h, 200, "PATCH", CLASS "/ab", JSON, "{\"delay\":\"6ms\"}");
	expect_at(h, CLASS, "ab.delay.mean", "6ms");
	expect(h, 200, "PATCH", CLASS, JSON, "{\"match\":{\"dport\":\"5060\"}}");
	expect_at(h, CLASS, "match.proto", "udp");
	expect_at(h, CLASS, "match.dport", "5060");
	expect(h, 200, "PATCH", CLASS, JSON, "{\"ab\":{\"loss\":\"3%\"},\"for\":\"1h\"}");
	expect_at(h, CLASS "/ab", "loss.p", "3%");
	expect(h, 422, "PATCH", CLASS, JSON, "{\"ab\":{},\"match\":{}}");
	expect(h, 200, "DELETE", CLASS, NULL, NULL);
	expect(h, 404, "GET", CLASS, NULL, NULL);
	expect(h, 404, "DELETE", CLASS, NULL, NULL);
	expect_at(h, "/v1/links/wan/ab", "delay.mean", "33ms");
}

static void
test_bad_classes_are_refused(void **state)
{
	struct harness *h = *state;

	expect(h, 422, "PUT", CLASS, JSON, "{\"match\":{\"prato\":\"udp\"}}");
	expect(h, 422, "PUT", CLASS, JSON, "{}");
	expect(h, 404, "PUT", "/v1/links/lan/classes/voip", JSON, VOIP);
	expect(h, 409, "PUT", "/v1/links/wan/classes/default", JSON, VOIP);
	expect(h, 404, "GET", "/v1/links/wan/classes/default", NULL, NULL);
	assert_int_equal(h->generation, 1);
}

static void
test_links_as_wholes(void **state)
{
	struct harness *h = *state;

	expect_at(h, "/v1/links/wan", "ab.delay.mean", "20ms");
	expect(h, 404, "GET", "/v1/links/wen", NULL, NULL);
	expect(h, 200, "PATCH", "/v1/links/wan", JSON,
		"{\"ab\":{\"delay\":\"1ms\"},\"ba\":{\"loss\":\"2%\"}}");
	expect_at(h, "/v1/links/wan", "ab.delay.mean", "1ms");
	expect_at(h, "/v1/links/wan", "ba.loss.p", "2%");
	assert_int_equal(n_overrides(h), 1);
	expect(h, 200, "PATCH", "/v1/links/wan", JSON, "{\"exempt_neighbours\":true}");
	expect_at(h, "/v1/links/wan", "ab.delay.mean", "1ms");
	expect(h, 422, "PATCH", "/v1/links/wan", JSON, "{\"exempt_neighbors\":true}");
	expect(h, 422, "PATCH", "/v1/links/wan", JSON, "{\"inner\":true,\"ab\":{}}");
	expect(h, 409, "POST", "/v1/links", JSON, "{\"name\":\"wan\",\"ports\":[\"a\",\"b\"]}");
	expect(h, 422, "POST", "/v1/links", JSON, "{\"ports\":[\"a\",\"b\"]}");
	expect(h, 404, "DELETE", "/v1/links/lan", NULL, NULL);
	h->refuse = -ENOTSUP;
	expect(h, 409, "PATCH", "/v1/links/wan", JSON, "{\"inner\":true}");
}

static void
test_a_fault_is_of_all_that_a_link_does(void **state)
{
	struct harness *h = *state;
	struct reply r;

	expect(h, 200, "PUT", CLASS, JSON, VOIP);
	r = call(h, "POST", "/v1/links/wan/fault", JSON,
		"{\"type\":\"blackhole\",\"duration\":\"3s\"}");
	assert_int_equal(r.status, 200);
	assert_true(json_is_true(json_object_get(
		json_object_get(json_object_get(r.json, "config"), "ba"), "blackhole")));
	assert_int_equal(json_integer_value(json_object_get(r.json, "until_ns")) -
				 (json_int_t)harness_wall(h, 5 * WF_NS_PER_S),
		3 * (json_int_t)WF_NS_PER_S);
	reply_free(&r);
	assert_int_equal(h->setup->overrides.at[0].change->n_items, 3);
	expect(h, 200, "POST", "/v1/config/undo", NULL, NULL);
	expect(h, 200, "POST", "/v1/links/wan/fault", JSON,
		"{\"type\":\"flap\",\"duration\":\"10s\",\"side\":\"ab\",\"period\":\"2s\","
		"\"down\":"
		"\"250ms\"}");
	expect_at(h, "/v1/links/wan/ab", "outage.period", "2s");
	expect_at(h, "/v1/links/wan/ab", "outage.down", "250ms");
	expect_at(h, CLASS "/ab", "outage.down", "250ms");
	expect_at(h, "/v1/links/wan/ba", "outage.down", NULL);
	expect(h, 200, "POST", "/v1/config/undo", NULL, NULL);
	expect(h, 200, "POST", "/v1/links/wan/fault", JSON,
		"{\"type\":\"spike\",\"duration\":\"1s\",\"delay\":\"300ms\"}");
	expect_at(h, "/v1/links/wan/ab", "delay.mean", "300ms");
	expect_at(h, "/v1/links/wan/ab", "delay.stddev", NULL);
	expect_at(h, "/v1/links/wan/ab", "loss.p", "1%");
	expect_at(h, CLASS "/ab", "delay.mean", "300ms");
}

static void
test_faults_that_make_no_sense_are_refused(void **state)
{
	static const char *const bad[] = { "{}", "{\"type\":\"blackhole\"}",
		"{\"duration\":\"3s\"}", "{\"type\":\"rain\",\"duration\":\"3s\"}",
		"{\"type\":\"blackhole\",\"duration\":\"3 moons\"}",
		"{\"type\":\"blackhole\",\"duration\":3}",
		"{\"type\":\"blackhole\",\"duration\":\"0s\"}",
		"{\"type\":\"blackhole\",\"duration\":\"3s\",\"side\":\"up\"}",
		"{\"type\":\"flap\",\"duration\":\"3s\",\"down\":\"x\"}",
		"{\"type\":\"flap\",\"duration\":\"3s\",\"down\":\"5s\"}",
		"{\"type\":\"spike\",\"duration\":\"3s\",\"delaay\":\"5s\"}", "[]" };
	struct harness *h = *state;

	for (size_t i = 0; i < WF_ARRAY_SIZE(bad); i++)
		expect(h, 422, "POST", "/v1/links/wan/fault", JSON, bad[i]);
	expect(h, 404, "POST", "/v1/links/lan/fault", JSON, "{}");
	expect(h, 415, "POST", "/v1/links/wan/fault", NULL, "{}");
	assert_int_equal(h->generation, 1);
}

static bool
bypassed(const struct harness *h)
{
	json_t *j = get(h, "/v1/bypass");
	bool on = json_is_true(json_object_get(j, "bypass"));

	json_decref(j);
	return on;
}

static void
test_bypass_and_back(void **state)
{
	struct harness *h = *state;

	expect(h, 200, "PUT", CLASS, JSON, VOIP);
	assert_false(bypassed(h));
	expect(h, 200, "POST", "/v1/bypass", JSON, "{\"on\":true}");
	assert_true(bypassed(h));
	expect(h, 200, "POST", "/v1/bypass", JSON, "{\"on\":true}");
	assert_int_equal(n_overrides(h), 1);
	expect(h, 200, "POST", "/v1/bypass", JSON, "{\"on\":true,\"for\":\"60s\"}");
	assert_int_equal(n_overrides(h), 2);
	/* What was set meanwhile stays. */
	expect(h, 200, "PATCH", "/v1/links/wan/ab", JSON, "{\"delay\":\"4ms\"}");
	expect(h, 200, "POST", "/v1/bypass", JSON, "{\"on\":false}");
	assert_false(bypassed(h));
	assert_int_equal(n_overrides(h), 1);
	expect_at(h, "/v1/links/wan/ab", "delay.mean", "4ms");
	expect(h, 200, "POST", "/v1/bypass", JSON, "{\"on\":false}");
	expect(h, 422, "POST", "/v1/bypass", JSON, "{}");
	expect(h, 422, "POST", "/v1/bypass", JSON, "{\"on\":1}");
	expect(h, 422, "POST", "/v1/bypass", JSON, "{\"on\":true,\"off\":true}");
	expect(h, 422, "POST", "/v1/bypass", JSON, "{\"on\":false,\"for\":\"1s\"}");
	expect(h, 422, "POST", "/v1/bypass", JSON, "{\"on\":true,\"for\":\"1 day\"}");
	expect(h, 415, "POST", "/v1/bypass", "text/plain", "on");
}

static long
put_with_tag(const struct harness *h, const char *tag, const char *method, const char *path)
{
	char header[96];
	struct reply r;
	long status;

	snprintf(header, sizeof(header), "If-Match: %s", tag);
	r = call_with(h, header, method, path, JSON, "{\"delay\":\"8ms\"}");
	status = r.status;
	if (status == 412)
		assert_string_equal(r.type, "application/problem+json");
	reply_free(&r);
	return status;
}

static void
test_a_change_of_what_has_changed_is_412(void **state)
{
	struct harness *h = *state;
	struct reply r = call(h, "GET", "/v1/config", NULL, NULL);
	char tag[64];

	snprintf(tag, sizeof(tag), "%s", r.tag);
	reply_free(&r);
	assert_int_equal(put_with_tag(h, tag, "PATCH", "/v1/links/wan/ab"), 200);
	r = call(h, "GET", "/v1/links/wan/ab", NULL, NULL);
	assert_string_not_equal(r.tag, tag);
	assert_int_equal(put_with_tag(h, tag, "PATCH", "/v1/links/wan/ab"), 412);
	assert_int_equal(put_with_tag(h, tag, "PUT", "/v1/config"), 412);
	assert_int_equal(put_with_tag(h, tag, "POST", "/v1/config/reload"), 412);
	assert_int_equal(put_with_tag(h, "\"0-1\"", "PATCH", "/v1/links/wan/ab"), 412);
	assert_int_equal(h->generation, 2);
	assert_int_equal(put_with_tag(h, r.tag, "PATCH", "/v1/links/wan/ab"), 200);
	assert_int_equal(put_with_tag(h, "*", "PATCH", "/v1/links/wan/ab"), 200);
	reply_free(&r);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, harness_start, harness_stop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_put_leaves_nothing_of_the_direction),
		TEST(test_put_of_both_directions_for_a_time),
		TEST(test_delete_makes_a_plain_wire),
		TEST(test_classes_come_change_and_go),
		TEST(test_bad_classes_are_refused),
		TEST(test_links_as_wholes),
		TEST(test_a_fault_is_of_all_that_a_link_does),
		TEST(test_faults_that_make_no_sense_are_refused),
		TEST(test_bypass_and_back),
		TEST(test_a_change_of_what_has_changed_is_412),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
