/* SPDX-License-Identifier: BSD-3-Clause
 * What can be read over the control socket, reset, and addresses that do not exist.
 */
#include "harness.h"

#include <errno.h>
#include <string.h>

static void
test_health_and_version_answer(void **state)
{
	struct reply r = call(*state, "GET", "/healthz", NULL, NULL);

	assert_int_equal(r.status, 200);
	assert_string_equal(r.type, "application/json");
	assert_string_equal(text_at(r.json, "status"), "ok");
	reply_free(&r);
	r = call(*state, "GET", "/v1/version", NULL, NULL);
	assert_string_equal(text_at(r.json, "version"), WF_VERSION);
	reply_free(&r);
}

static void
test_head_has_no_body(void **state)
{
	struct reply r = call(*state, "HEAD", "/healthz", NULL, NULL);

	assert_int_equal(r.status, 200);
	assert_int_equal(r.len, 0);
	reply_free(&r);
}

static void
test_stats_are_the_document(void **state)
{
	struct reply r = call(*state, "GET", "/v1/stats", NULL, NULL);

	assert_int_equal(r.status, 200);
	assert_string_equal(text_at(r.json, "schema"), "wirefault.stats/1");
	assert_int_equal(json_array_size(json_object_get(r.json, "links")), 1);
	reply_free(&r);
}

static void
test_histograms_come_when_asked_for(void **state)
{
	struct reply r = call(*state, "GET", "/v1/stats?buckets=false", NULL, NULL);

	assert_int_equal(r.status, 200);
	reply_free(&r);
	r = call(*state, "GET", "/v1/stats?buckets=true", NULL, NULL);
	assert_int_equal(r.status, 200);
	assert_true(json_is_array(json_object_get(
		json_object_get(
			json_object_get(json_array_get(json_object_get(r.json, "links"), 0), "ab"),
			"delay_ns"),
		"buckets")));
	reply_free(&r);
	expect(*state, 422, "GET", "/v1/stats?buckets=some", NULL, NULL);
	expect(*state, 422, "GET", "/v1/stats?pails=true", NULL, NULL);
}

static void
test_no_snapshot_is_503(void **state)
{
	struct harness *h = *state;

	h->no_snapshot = true;
	expect(h, 503, "GET", "/v1/stats", NULL, NULL);
	expect(h, 503, "GET", "/v1/ports", NULL, NULL);
}

/* A worker that answers late is waited for, by a timer. */
static void
test_workers_may_take_their_time(void **state)
{
	static const char *const paths[] = { "/v1/stats", "/v1/ports", "/v1/workers", "/readyz",
		"/metrics" };
	struct harness *h = *state;

	for (size_t i = 0; i < WF_ARRAY_SIZE(paths); i++) {
		h->unanswered = 20;
		expect(h, 200, "GET", paths[i], NULL, NULL);
	}
	h->unanswered = 20;
	expect(h, 200, "POST", "/v1/reset", NULL, NULL);
	assert_int_equal(h->resets, 1);
}

static void
test_ports_are_measured(void **state)
{
	struct reply r = call(*state, "GET", "/v1/ports", NULL, NULL);
	json_t *ports = json_object_get(r.json, "ports");

	assert_int_equal(r.status, 200);
	assert_int_equal(json_array_size(ports), 2);
	assert_string_equal(text_at(json_array_get(ports, 1), "device"), "net_null1");
	assert_true(json_is_false(json_object_get(json_array_get(ports, 1), "link_up")));
	reply_free(&r);
}

static void
test_reset_reaches_the_program(void **state)
{
	struct harness *h = *state;

	expect(h, 200, "POST", "/v1/reset", NULL, "");
	assert_int_equal(h->resets, 1);
	h->refuse = -EAGAIN;
	expect(h, 503, "POST", "/v1/reset", NULL, "");
}

static void
test_unknown_address_is_404(void **state)
{
	static const char *const nowhere[] = { "/page", "/v1", "/v1/", "/v1/stat", "/v1/statsx",
		"/v1/stats/", "/healthz/x", "//healthz", "/v1/links//ab", "/v1/links/wan/ab/",
		"/v1/../healthz", "/v1/links/%00/ab" };

	for (size_t i = 0; i < WF_ARRAY_SIZE(nowhere); i++)
		expect(*state, 404, "GET", nowhere[i], NULL, NULL);
}

static void
test_query_does_not_hide_the_address(void **state)
{
	expect(*state, 200, "GET", "/healthz?x=1", NULL, NULL);
}

static void
assert_allow(void **state, const char *method, const char *path, const char *allow)
{
	struct reply r = call(*state, method, path, NULL, NULL);

	assert_int_equal(r.status, 405);
	assert_string_equal(r.type, "application/problem+json");
	assert_string_equal(r.allow, allow);
	reply_free(&r);
}

static void
test_wrong_method_is_405_with_allow(void **state)
{
	assert_allow(state, "DELETE", "/v1/stats", "GET, HEAD");
	assert_allow(state, "POST", "/v1/config", "GET, HEAD, PUT");
	assert_allow(state, "PATCH", "/v1/config", "GET, HEAD, PUT");
	assert_allow(state, "GET", "/v1/reset", "POST");
	assert_allow(state, "GET", "/v1/config/reload", "POST");
	assert_allow(state, "OPTIONS", "/v1/links/wan/ab", "GET, HEAD, PATCH, PUT, DELETE");
	assert_allow(state, "POST", "/v1/links/wan/ab", "GET, HEAD, PATCH, PUT, DELETE");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, harness_start, harness_stop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_health_and_version_answer),
		TEST(test_head_has_no_body),
		TEST(test_stats_are_the_document),
		TEST(test_histograms_come_when_asked_for),
		TEST(test_no_snapshot_is_503),
		TEST(test_workers_may_take_their_time),
		TEST(test_ports_are_measured),
		TEST(test_reset_reaches_the_program),
		TEST(test_unknown_address_is_404),
		TEST(test_query_does_not_hide_the_address),
		TEST(test_wrong_method_is_405_with_allow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
